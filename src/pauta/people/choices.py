"""What somebody chooses of themselves, by a link in a mail: topics, channels, how often, a pause, nothing at all.

Choices are made by whoever reads mails at an address, so they are those of all contacts that share it. What is granted
or denied goes to the consent ledger with the words that stood beside it; only what was changed does, so that a form
that was opened long ago grants nothing anew.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from psycopg import Connection

from pauta.core.gate.vocabulary import Channel
from pauta.people import views
from pauta.people.actions import pause, set_preferences
from pauta.people.changes import Changes
from pauta.people.consents import append_consents
from pauta.people.lawful import counting
from pauta.people.staging import Columns

EVERY_TOPIC = "*"

_Entry = tuple[int, Channel, str, bool]
"""What is granted or denied: by which contact, on which channel, which topic, whether granted."""


class Frequency(StrEnum):
    """How often somebody wants a topic. ``own``: some other limit that was set for them."""

    any = "any"
    weekly = "weekly"
    monthly = "monthly"
    quarterly = "quarterly"
    own = "own"


DAYS = {Frequency.weekly: 7, Frequency.monthly: 30, Frequency.quarterly: 90}
"""In how many days a topic comes at most once."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose choices they are: the contacts that share an address, the one who got the mail first."""

    contact_ids: tuple[int, ...]
    external_id: str
    email: str | None
    language: str | None
    paused_until: date | None


@dataclass(frozen=True, slots=True)
class Statement:
    """How a choice was made: by which door, with which words beside it in which language, and what proves it. ``at`` is
    UTC."""

    source: str
    wording: str
    proof: Mapping[str, str]
    at: datetime
    locale: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands: the topics and the channels that the reader takes, and how often each topic may come."""

    topics: frozenset[str]
    channels: frozenset[Channel]
    frequencies: Mapping[str, Frequency]


@dataclass(frozen=True, slots=True)
class Wish:
    """Topics and channels that are chosen now, those that the form showed as chosen, and how often."""

    topics: frozenset[str]
    topics_before: frozenset[str]
    channels: frozenset[Channel]
    channels_before: frozenset[Channel]
    frequencies: Mapping[str, Frequency]


def reader_of(connection: Connection[Any], contact_id: int) -> Reader | None:
    """The reader that a contact is, with all who share their address; None when there is no such contact any more."""
    rows = connection.execute(
        "SELECT c.id, c.external_id, c.email, c.language, c.paused_until FROM contact me"
        " JOIN contact c ON c.id = me.id OR lower(c.email) = lower(me.email)"
        " WHERE me.id = %(id)s ORDER BY c.id <> %(id)s, c.id",
        {"id": contact_id},
    ).fetchall()
    return Reader(tuple(row[0] for row in rows), *rows[0][1:]) if rows else None


def standing(
    connection: Connection[Any], reader: Reader, topics: Collection[str], channels: Collection[Channel], now: datetime
) -> Standing:
    """What stands for the reader, of these topics and channels."""
    agreed = _agreed(connection, reader, now)[reader.contact_ids[0]]
    limits = {one.topic: one for one in views.preferences(connection, reader.contact_ids[0])}
    never = {topic for topic, limit in limits.items() if limit.at_most == 0}
    taken = {(channel, topic) for channel in channels for topic in topics if agreed.covers(channel, topic)}
    once = {days: frequency for frequency, days in DAYS.items()}
    frequencies = {
        topic: once.get(limit.days, Frequency.own) if limit.at_most == 1 else Frequency.own
        for topic, limit in limits.items()
        if limit.at_most
    }
    return Standing(
        topics=frozenset(topic for _, topic in taken) - never,
        channels=frozenset(channel for channel, _ in taken),
        frequencies={topic: frequencies.get(topic, Frequency.any) for topic in topics},
    )


def choose(
    connection: Connection[Any], reader: Reader, wish: Wish, statement: Statement, labels: Mapping[str, str]
) -> Changes:
    """Write what the reader changed. ``labels`` are the words of each topic and channel beside which they did it."""
    changes = _append(connection, list(_entries(_agreed(connection, reader, statement.at), wish)), statement, labels)
    asked = {topic: wish.frequencies[topic] for topic in wish.topics & wish.frequencies.keys()}
    return changes + _limit(connection, reader, asked, statement.at)


def unsubscribe(
    connection: Connection[Any], reader: Reader, topic: str, channels: Collection[Channel], statement: Statement
) -> Changes:
    """End a topic on these channels; ``EVERY_TOPIC`` ends all that is not transactional. Said twice, kept once."""
    denied = [
        (contact, channel, topic, False)
        for contact, agreed in _agreed(connection, reader, statement.at).items()
        for channel in channels
        if not agreed.denies(channel, topic)
    ]
    return _append(connection, denied, statement, {})


def pause_until(connection: Connection[Any], reader: Reader, until: date | None, now: datetime) -> Changes:
    """Nothing but transactional mails before a day; None ends the pause."""
    return pause(connection, reader.contact_ids, until, now)


class _Agreed:
    """The consents of a contact as the gate folds them: the last exact entry, else the last for every topic."""

    def __init__(self) -> None:
        self._exact: dict[tuple[Channel, str], bool] = {}
        self._general: dict[Channel, bool] = {}

    def add(self, channel: Channel, topic: str, granted: bool) -> None:
        """Take in the next entry, in the order in which they count."""
        if topic != EVERY_TOPIC:
            self._exact[channel, topic] = granted
            return
        self._general[channel] = granted
        if not granted:
            self._exact = {key: before and key[0] != channel for key, before in self._exact.items()}

    def covers(self, channel: Channel, topic: str) -> bool:
        """Whether the topic may come by the channel."""
        return self._exact.get((channel, topic), self._general.get(channel, False))

    def denies(self, channel: Channel, topic: str) -> bool:
        """Whether a denial of this very topic (or of all) has been said, and nothing granted since."""
        if topic == EVERY_TOPIC:
            exact = (granted for (one, _), granted in self._exact.items() if one == channel)
            return self._general.get(channel) is False and not any(exact)
        return self._exact.get((channel, topic)) is False


def _agreed(connection: Connection[Any], reader: Reader, now: datetime) -> dict[int, _Agreed]:
    """What each of the reader's contacts has agreed to, as far as it carries marketing: those who share an address may
    have said different things."""
    agreed = {contact: _Agreed() for contact in reader.contact_ids}
    for said in counting(connection, reader.contact_ids, now):
        if not said.service:
            agreed[said.contact_id].add(said.channel, said.topic, said.granted)
    return agreed


def _entries(agreed: Mapping[int, _Agreed], wish: Wish) -> Iterator[_Entry]:
    """What to write: channels that were ended, topics that were ended, and what was granted on channels that stand."""
    opened = wish.channels - wish.channels_before
    ended = [
        (channel, topic)
        for topic in sorted(wish.topics_before - wish.topics)
        for channel in sorted(wish.channels)
        if any(one.covers(channel, topic) for one in agreed.values())
    ]
    wanted = [
        (channel, topic)
        for topic in sorted(wish.topics)
        for channel in sorted(opened if topic in wish.topics_before else wish.channels)
    ]
    for contact, own in agreed.items():
        yield from ((contact, channel, EVERY_TOPIC, False) for channel in sorted(wish.channels_before - wish.channels))
        yield from ((contact, *one, False) for one in ended if not own.denies(*one))
        yield from ((contact, *one, True) for one in wanted if not own.covers(*one))


def _append(
    connection: Connection[Any], rows: Sequence[_Entry], statement: Statement, labels: Mapping[str, str]
) -> Changes:
    if not rows:
        return Changes()
    count = len(rows)
    said = [
        ": ".join(part for part in (statement.wording, labels.get(topic, ""), labels.get(channel.name, "")) if part)
        for _, channel, topic, _ in rows
    ]
    columns: Columns = {
        "contact_id": [contact for contact, *_ in rows],
        "channel": [channel.value for _, channel, _, _ in rows],
        "topic": [topic for _, _, topic, _ in rows],
        "granted": [granted for *_, granted in rows],
        "basis": ["consent" if granted else "withdrawal" for *_, granted in rows],
        "source": [statement.source] * count,
        "wording": said,
        "locale": [statement.locale] * count,
        "actor": ["contact"] * count,
        "proof": [json.dumps(dict(statement.proof))] * count,
        "at": [statement.at] * count,
    }
    appended = append_consents(connection, columns, statement.at)
    return Changes(created=appended.added, keys=appended.keys)


def _limit(connection: Connection[Any], reader: Reader, asked: Mapping[str, Frequency], now: datetime) -> Changes:
    """Set how often topics may come, where that differs from what stands; ``any`` takes a limit away."""
    wanted = {topic: DAYS[frequency] for topic, frequency in asked.items() if frequency in DAYS}
    columns: Columns = {
        "contact_id": [contact for contact in reader.contact_ids for _ in wanted],
        "topic": [topic for _ in reader.contact_ids for topic in wanted],
        "at_most": [1] * (len(wanted) * len(reader.contact_ids)),
        "days": [days for _ in reader.contact_ids for days in wanted.values()],
    }
    changes = set_preferences(connection, columns, now) if wanted else Changes()
    free = [topic for topic, frequency in asked.items() if frequency is Frequency.any]
    keys = connection.execute(
        "DELETE FROM preference p USING contact c WHERE c.id = p.contact_id AND p.contact_id = ANY(%s)"
        " AND p.topic = ANY(%s) RETURNING c.account_key",
        (list(reader.contact_ids), free),
    ).fetchall()
    return changes + Changes(changed=len(keys), keys=frozenset(key for (key,) in keys))
