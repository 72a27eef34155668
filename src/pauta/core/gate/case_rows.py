"""Rows of a case while it is read, and the columns that they become."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from pauta.core.gate.facts import (
    Consents,
    Contacts,
    Enrolments,
    Events,
    Facts,
    Kinds,
    Messages,
    Names,
    Preferences,
    Touches,
)
from pauta.core.gate.vocabulary import CHANNELS

Name = TypeVar("Name")


class Codes(Generic[Name]):
    """Numbers names in the order in which they come."""

    def __init__(self, names: Iterable[Name] = ()) -> None:
        self._codes = {name: code for code, name in enumerate(names)}

    def code(self, name: Name) -> int:
        return self._codes.setdefault(name, len(self._codes))

    def names(self) -> tuple[Name, ...]:
        return tuple(self._codes)

    def bits(self, names: Iterable[Name]) -> int:
        """The bits of those names that are known; others mean nothing to the policies."""
        return sum(1 << self._codes[name] for name in set(names) if name in self._codes)


Kind = tuple[int, int, int, int, bool]
"""Type, topic, team, campaign (-1 for none), urgent."""


@dataclass(slots=True)
class Rows:
    """What was read so far; rows are tuples in the order of the columns in facts."""

    now: int
    today: int
    zone: str
    country: str
    region: str
    zones: Codes[str]
    segments: Codes[str]
    conditions: Codes[str]
    event_names: Codes[str]
    topics: Codes[str] = field(default_factory=Codes)
    teams: Codes[str] = field(default_factory=Codes)
    campaigns: Codes[str] = field(default_factory=Codes)
    stages: Codes[str] = field(default_factory=Codes)
    calendars: Codes[tuple[str, str]] = field(default_factory=Codes)
    kinds: Codes[Kind] = field(default_factory=Codes)
    persons: dict[str, int] = field(default_factory=dict)
    contact_ids: dict[str, int] = field(default_factory=dict)
    account_ids: set[str] = field(default_factory=set)
    account_conditions: list[int] = field(default_factory=list)
    contacts: list[tuple[int, ...]] = field(default_factory=list)
    consents: list[tuple[int, ...]] = field(default_factory=list)
    preferences: list[tuple[int, ...]] = field(default_factory=list)
    enrolments: list[tuple[int, ...]] = field(default_factory=list)
    events: list[tuple[int, ...]] = field(default_factory=list)
    touches: list[tuple[int, ...]] = field(default_factory=list)
    messages: list[tuple[int, ...]] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    channels: list[list[int]] = field(default_factory=list)


def facts_of(rows: Rows) -> Facts:
    """The columns."""
    wishes = np.full((len(rows.channels), len(CHANNELS)), -1, np.int8)
    for row, channels in enumerate(rows.channels):
        wishes[row, : len(channels)] = channels
    contact, kind, tier, not_before, expires, wished, minute = _columns(rows.messages, "iibiiih")
    return Facts(
        now=rows.now,
        names=Names(
            topics=rows.topics.names(),
            teams=rows.teams.names(),
            campaigns=rows.campaigns.names(),
            stages=rows.stages.names(),
            segments=rows.segments.names(),
            conditions=rows.conditions.names(),
            events=rows.event_names.names(),
            zones=rows.zones.names(),
            calendars=rows.calendars.names() or (("", ""),),
        ),
        kinds=Kinds(*_columns(rows.kinds.names(), "biii?")),
        account_conditions=np.array(rows.account_conditions, np.uint64),
        contacts=Contacts(*_columns(rows.contacts, "iiihhhhQQB?ih")),
        consents=Consents(*_columns(rows.consents, "ibi?ii")),
        preferences=Preferences(*_columns(rows.preferences, "iiii")),
        enrolments=Enrolments(*_columns(rows.enrolments, "ii")),
        events=Events(*_columns(rows.events, "iihi")),
        touches=Touches(*_columns([(*row, id_) for id_, row in enumerate(rows.touches)], "iiibq")),
        messages=Messages(
            contact,
            kind,
            tier,
            np.array(rows.values, np.float64),
            not_before,
            expires,
            minute,
            wished,
            wishes,
            np.arange(len(rows.messages), dtype=np.int64),
        ),
    )


def _columns(rows: Sequence[tuple[int, ...]], types: str) -> list[npt.NDArray[Any]]:
    """One array per column, of the types that these letters stand for in NumPy."""
    return [np.array([row[column] for row in rows], letter) for column, letter in enumerate(types)]
