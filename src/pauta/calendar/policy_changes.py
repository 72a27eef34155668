"""What would change if other policies were in force: decided by the gate itself, with both, on the same facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from pauta import facts
from pauta.campaigns import audience as audiences
from pauta.campaigns.preview import SEED
from pauta.campaigns.room import Room
from pauta.core.gate.explain import rule_name
from pauta.core.gate.plan import Plan
from pauta.core.gate.reasons import NO_RULE, VERDICT_CODE, VERDICTS, Verdict
from pauta.core.gate.vocabulary import NEVER
from pauta.facts import AccountChoice, Loaded
from pauta.platform.partitions import PARTITIONS
from pauta.policies.queries import PolicySet, current

Conn = Connection[Any]

SAMPLE = 10_000
"""Contacts whose messages are decided when there are more."""

DAYS = 30
"""Days for which the load is told before and after."""

MOST_EXAMPLES = 10

CHANGES = ("later", "earlier", "waits", "falls", "comes")
"""A message goes later, goes earlier, loses its day and waits, is not sent any more, or gets a day."""

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Changed:
    """How many messages of one campaign (or topic), or by one rule, change in which way."""

    name: str
    team: str
    later: int
    earlier: int
    waits: int
    falls: int
    comes: int


@dataclass(frozen=True, slots=True)
class Example:
    """One message that changes; days are None without a place, ``rule`` is the one that decides afterwards."""

    id: int
    contact: str
    name: str
    campaign: str
    change: str
    before: date | None
    after: date | None
    verdict: str
    rule: str


@dataclass(frozen=True, slots=True)
class LoadOnDay:
    """Messages that have a place on a day, before and after."""

    day: date
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class PolicyChanges:
    """All numbers are reckoned for everyone from the ``sampled`` ones among the ``contacts``."""

    contacts: int
    sampled: int
    messages: int
    total: Changed
    campaigns: tuple[Changed, ...]
    rules: tuple[Changed, ...]
    days: tuple[LoadOnDay, ...]
    examples: tuple[Example, ...]


def policy_changes(conn: Conn, now: datetime, proposed: PolicySet) -> PolicyChanges:
    """What would become of the messages that have not left yet if ``proposed`` were the policies in force."""
    everyone = audiences.audience_of(conn, {"everyone": True}, now)
    contacts = audiences.count(conn, everyone)
    if contacts <= SAMPLE:
        chosen = audiences.members(conn, everyone, range(PARTITIONS))
    else:
        chosen = audiences.sample(conn, everyone, SAMPLE / contacts, SEED)
    keys = AccountChoice.of(np.unique(chosen["account_key"]).tolist())
    share = len(chosen) / max(1, contacts)
    before = _Decided(conn, now, keys, current(conn), share)
    after = _Decided(conn, now, keys, proposed, share)
    return _Compared(before, after, audiences.company_today(conn, now)).told(conn, contacts, len(chosen))


class _Decided:
    """The open messages of some accounts as one set of policies places them, in the order of their ids."""

    def __init__(self, conn: Conn, now: datetime, keys: AccountChoice, policies: PolicySet, share: float) -> None:
        loaded = facts.load(conn, now, keys, policies)
        room = Room(policies, share)
        self.loaded: Loaded = replace(loaded, facts=room.fitted(loaded))
        self.plan: Plan = room.decide(self.loaded.facts)
        self.policies = policies
        self.order = np.argsort(loaded.messages["id"])
        self.day = self.plan.day[self.order]
        self.verdict = self.plan.verdict[self.order]

    def rule(self, place: int) -> str:
        """The rule that decided the message in this place of the order; empty for none."""
        number = int(self.plan.rule[self.order[place]])
        return "" if number == NO_RULE else rule_name(self.policies.policies, number)


class _Compared:
    """Two decisions of the same messages."""

    def __init__(self, before: _Decided, after: _Decided, today: date) -> None:
        self.before, self.after, self.today = before, after, today
        placed, placed_after = before.day != NEVER, after.day != NEVER
        gone = (before.verdict != _SUPPRESS) & (after.verdict == _SUPPRESS)
        self.change: dict[str, NDArray[np.bool_]] = {
            "later": placed & placed_after & (after.day > before.day),
            "earlier": placed & placed_after & (after.day < before.day),
            "waits": placed & ~placed_after & ~gone,
            "falls": gone,
            "comes": ~placed & placed_after,
        }

    def told(self, conn: Conn, contacts: int, sampled: int) -> PolicyChanges:
        """The comparison in words, for everyone."""
        scale = contacts / max(1, sampled)
        by_campaign: Counter[tuple[str, str, str]] = Counter()
        by_rule: Counter[tuple[str, str, str]] = Counter()
        for change, rows in self.change.items():
            for place in np.flatnonzero(rows).tolist():
                by_campaign[(*self._called(place), change)] += 1
                by_rule[self._why(place, change), "", change] += 1
        total = Counter({("", "", change): int(rows.sum()) for change, rows in self.change.items()})
        return PolicyChanges(
            contacts=contacts,
            sampled=sampled,
            messages=round(len(self.before.day) * scale),
            total=_changed(total, scale, [("", "")])[0],
            campaigns=_changed(by_campaign, scale, sorted({name[:2] for name in by_campaign})),
            rules=_changed(by_rule, scale, sorted({name[:2] for name in by_rule})),
            days=self._days(scale),
            examples=self._examples(conn),
        )

    def _called(self, place: int) -> tuple[str, str]:
        """What a message is called, and its team."""
        loaded = self.before.loaded
        kind = loaded.kinds[loaded.facts.messages.kind[self.before.order[place]]]
        return kind.campaign or kind.topic or kind.type, kind.team

    def _why(self, place: int, change: str) -> str:
        """The rule behind a change: the one that lets go of a message, or the one that takes hold of it."""
        return (self.before if change in ("earlier", "comes") else self.after).rule(place)

    def _days(self, scale: float) -> tuple[LoadOnDay, ...]:
        first = (self.today - _EPOCH).days
        before, after = (
            np.bincount(one.day[(one.day >= first) & (one.day < first + DAYS)] - first, minlength=DAYS) * scale
            for one in (self.before, self.after)
        )
        return tuple(
            LoadOnDay(self.today + timedelta(days=day), round(float(before[day])), round(float(after[day])))
            for day in range(DAYS)
        )

    def _examples(self, conn: Conn) -> tuple[Example, ...]:
        """Some messages of each sort of change."""
        each = max(1, MOST_EXAMPLES // len(CHANGES))
        chosen = [
            (change, place) for change in CHANGES for place in np.flatnonzero(self.change[change])[:each].tolist()
        ]
        loaded = self.before.loaded
        rows = [int(self.before.order[place]) for _, place in chosen]
        people = dict(_people(conn, [int(loaded.messages["contact_id"][row]) for row in rows]))
        return tuple(
            Example(
                int(loaded.messages["id"][row]),
                *people[int(loaded.messages["contact_id"][row])],
                self._called(place)[0],
                change,
                _date(int(self.before.day[place])),
                _date(int(self.after.day[place])),
                VERDICTS[self.after.verdict[place]].value,
                self._why(place, change),
            )
            for (change, place), row in zip(chosen, rows, strict=True)
        )


_SUPPRESS = VERDICT_CODE[Verdict.suppress]


def _people(conn: Conn, ids: Sequence[int]) -> list[tuple[int, tuple[str, str]]]:
    rows = conn.execute(
        "SELECT id, external_id, coalesce(nullif(trim(first_name || ' ' || last_name), ''), email, external_id)"
        " FROM contact WHERE id = ANY(%s)",
        (list(ids),),
    )
    return [(number, (external_id, name)) for number, external_id, name in rows]


def _changed(
    counts: Counter[tuple[str, str, str]], scale: float, names: Sequence[tuple[str, str]]
) -> tuple[Changed, ...]:
    """One row for each name and team, those with the most changes first."""
    found = [Changed(*name, *(round(counts[(*name, change)] * scale) for change in CHANGES)) for name in names]
    return tuple(sorted(found, key=lambda one: -one.later - one.earlier - one.waits - one.falls - one.comes))


def _date(day: int) -> date | None:
    return None if day == NEVER else _EPOCH + timedelta(days=day)
