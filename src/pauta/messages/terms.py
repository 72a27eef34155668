"""On what terms a message goes: type, topic, team, tier, value, channels and window."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pauta.channels import base
from pauta.content.topics import MOST_UNREAD_DAYS
from pauta.core.gate.vocabulary import CHANNELS, NO_MINUTE, TIERS, TYPES, Channel
from pauta.core.problems import Problem

_HOUR = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")

NAME_LENGTH = 120
"""Longest name of a topic, team or campaign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a message is and when it may go. Dates are the contact's own; ``minute`` is a minute of the local day.

    What nobody has read ``unread_days`` days after it was sent goes on by the next channel; never for 0, and as the
    topic says for None.
    """

    type: str
    topic: str = ""
    team: str = ""
    tier: int = 2
    value: float = 0.0
    urgent: bool = False
    channels: tuple[str, ...] = ("email",)
    not_before: date | None = None
    expires: date | None = None
    minute: int = NO_MINUTE
    unread_days: int | None = None

    @property
    def channel_codes(self) -> list[int]:
        """The channels in order of wish, as the ledger stores them."""
        return [Channel[name].value for name in self.channels]


TERMS_FIELDS = (
    "type",
    "topic",
    "team",
    "tier",
    "value",
    "urgent",
    "channels",
    "not_before",
    "expires",
    "at",
    "unread_days",
)
"""The fields of a JSON document that are read by ``read_terms``."""


def read_terms(document: Mapping[str, Any]) -> Terms:
    """Terms from a JSON document, checked; a Problem names the field that is wrong. Other fields are left alone.

    Dates are ISO dates, ``at`` is an hour like ``10:30`` on the contact's clock.
    """
    terms = Terms(
        type=_one_of(document, "type", TYPES),
        topic=_text(document, "topic"),
        team=_text(document, "team"),
        tier=_tier(document),
        value=_number(document, "value"),
        urgent=_flag(document, "urgent"),
        channels=_channels(document),
        not_before=_date(document, "not_before"),
        expires=_date(document, "expires"),
        minute=_minute(document),
        unread_days=_days(document),
    )
    if terms.not_before and terms.expires and terms.expires < terms.not_before:
        raise Problem("messages.window_empty", field="expires", not_before=terms.not_before, expires=terms.expires)
    return terms


def written(terms: Terms) -> dict[str, Any]:
    """The JSON form of terms, as ``read_terms`` takes it."""
    return {
        "type": terms.type,
        "topic": terms.topic,
        "team": terms.team,
        "tier": terms.tier,
        "value": terms.value,
        "urgent": terms.urgent,
        "channels": list(terms.channels),
        "not_before": terms.not_before.isoformat() if terms.not_before else None,
        "expires": terms.expires.isoformat() if terms.expires else None,
        "at": None if terms.minute == NO_MINUTE else f"{terms.minute // 60:02}:{terms.minute % 60:02}",
        "unread_days": terms.unread_days,
    }


def _one_of(document: Mapping[str, Any], name: str, words: tuple[str, ...]) -> str:
    word = document.get(name)
    if word is None:
        raise Problem("messages.field_missing", field=name)
    if word not in words:
        raise Problem("messages.not_one_of", field=name, value=word, words=", ".join(words))
    return str(word)


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > NAME_LENGTH or "\0" in value:
        raise Problem("messages.not_a_name", field=name, length=NAME_LENGTH)
    return value


def _tier(document: Mapping[str, Any]) -> int:
    tier = document.get("tier")
    if tier is None:
        return 2
    if isinstance(tier, bool) or not isinstance(tier, int) or not 0 <= tier < TIERS:
        raise Problem("messages.not_a_tier", field="tier", value=tier)
    return tier


def _number(document: Mapping[str, Any], name: str) -> float:
    value = document.get(name)
    if value is None:
        return 0.0
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e9:
        raise Problem("messages.not_a_number", field=name, value=value)
    return float(value)


def _flag(document: Mapping[str, Any], name: str) -> bool:
    value = document.get(name)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise Problem("messages.not_a_flag", field=name, value=value)
    return value


def _channels(document: Mapping[str, Any]) -> tuple[str, ...]:
    given = document.get("channels")
    if given is None:
        return ("email",)
    if not isinstance(given, list | tuple) or not given:
        raise Problem("messages.channels_empty", field="channels", words=", ".join(CHANNELS))
    for position, name in enumerate(given):
        if name not in CHANNELS:
            raise Problem("messages.not_one_of", field=f"channels[{position}]", value=name, words=", ".join(CHANNELS))
    if len(set(given)) < len(given):
        raise Problem("messages.channels_twice", field="channels")
    if not any(Channel[name] in base.PROVIDED for name in given):
        raise Problem("channel_without_provider", field="channels", channel=", ".join(given))
    return tuple(given)


def _date(document: Mapping[str, Any], name: str) -> date | None:
    value = document.get(name)
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise Problem("messages.not_a_date", field=name, value=value) from None


def _days(document: Mapping[str, Any]) -> int | None:
    days = document.get("unread_days")
    if days is None:
        return None
    if isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= MOST_UNREAD_DAYS:
        raise Problem("messages.not_unread_days", field="unread_days", value=days, most=MOST_UNREAD_DAYS)
    return days


def _minute(document: Mapping[str, Any]) -> int:
    value = document.get("at")
    if value is None:
        return NO_MINUTE
    hour = _HOUR.fullmatch(value) if isinstance(value, str) else None
    if hour is None:
        raise Problem("messages.not_an_hour", field="at", value=value)
    return int(hour[1]) * 60 + int(hour[2])
