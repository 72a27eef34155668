"""How much goes out on each day: messages by campaign, team, type and channel, and how many wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, LiteralString

from psycopg import Connection, sql

from pauta.calendar.wanted import Wanted
from pauta.core.gate.reasons import VERDICT_CODE, Verdict
from pauta.core.gate.vocabulary import CHANNELS, Channel
from pauta.messages.states import TOUCHED, State

Conn = Connection[Any]

QUEUE = VERDICT_CODE[Verdict.queue]


@dataclass(slots=True)
class Counts:
    """Messages by where they stand; ``queued`` are those among ``planned`` that go later than they wished."""

    planned: int = 0
    queued: int = 0
    sent: int = 0
    failed: int = 0
    suppressed: int = 0
    held: int = 0
    cancelled: int = 0

    def add(self, state: int, verdict: int, messages: int) -> None:
        """Count some messages more (or fewer)."""
        name = _NAMES[state]
        setattr(self, name, getattr(self, name) + messages)
        if state == State.PLANNED and verdict == QUEUE:
            self.queued += messages


_NAMES = {
    State.PLANNED: "planned",
    State.SENDING: "sent",
    State.SENT: "sent",
    State.UNKNOWN: "sent",
    TOUCHED: "sent",
    State.FAILED: "failed",
    State.SUPPRESSED: "suppressed",
    State.HELD: "held",
    State.CANCELLED: "cancelled",
}

Sort = tuple[str, str, str]
"""Team, type and channel of messages; the channel is empty for those without a place."""


@dataclass(slots=True)
class DayLoad:
    """What one day holds."""

    campaigns: dict[str, Counts] = field(default_factory=dict)
    sorts: dict[Sort, Counts] = field(default_factory=dict)
    calls: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Load:
    """What the days hold, and what is said of each campaign among them: its (team, type, topic)."""

    days: dict[date, DayLoad]
    kinds: dict[str, tuple[str, str, str]]


_FILTERED: LiteralString = """
JOIN kind k ON k.id = t.kind_id
WHERE (%(team)s::text IS NULL OR k.team = %(team)s) AND (%(type)s::text IS NULL OR k.type = %(type)s)
  AND (%(channel)s::int IS NULL OR t.channel = %(channel)s)
  AND (%(campaign)s::text IS NULL OR k.campaign = %(campaign)s)
"""
_OF_SOME: LiteralString = """
(SELECT p.kind_id, m.channel, m.state, m.verdict, m.wished, m.day, 1 AS messages
 FROM message m JOIN proposal p ON p.id = m.proposal_id WHERE {about}
 UNION ALL
 SELECT m.kind_id, m.channel, 9, 0, m.day, m.day, 1 FROM touch m WHERE {about}) t
"""
_PLACED: LiteralString = """
SELECT coalesce(t.day, t.wished), k.campaign, k.team, k.type, k.topic, t.channel, t.state, t.verdict,
       sum(t.messages)::int
FROM {source} {filtered} AND t.state > 0
  AND (t.day BETWEEN %(first)s AND %(last)s OR (t.day IS NULL AND t.wished BETWEEN %(first)s AND %(last)s))
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 HAVING sum(t.messages) <> 0
"""
_WAITING: LiteralString = """
SELECT t.wished, t.day, sum(t.messages)::int FROM {source} {filtered}
  AND t.state < 2 AND t.wished <= %(last)s AND (t.day IS NULL OR t.day > greatest(t.wished, %(first)s::date))
GROUP BY 1, 2 HAVING sum(t.messages) <> 0
"""


def load(conn: Conn, wanted: Wanted, today: date) -> Load:
    """What each of the days holds; how many wait is known from ``today`` on."""
    found = Load({day: DayLoad() for day in wanted.days}, {})
    for day, campaign, team, kind, topic, channel, state, verdict, messages in _rows(conn, wanted, _PLACED):
        on_day = found.days[day]
        if campaign:
            found.kinds[campaign] = (team, kind, topic)
            on_day.campaigns.setdefault(campaign, Counts()).add(state, verdict, messages)
        if channel == Channel.call and state == TOUCHED:
            on_day.calls += messages
        else:
            sort = (team, kind, CHANNELS[channel] if channel >= 0 else "")
            on_day.sorts.setdefault(sort, Counts()).add(state, verdict, messages)
    for day, messages in _waiting(conn, wanted, today):
        found.days[day].waiting += messages
    return found


def _rows(conn: Conn, wanted: Wanted, query: LiteralString) -> Iterator[Any]:
    about = wanted.about("m", "m.contact_id")
    source = sql.SQL(_OF_SOME).format(about=about) if wanted.is_of_some else sql.SQL("message_tally t")
    yield from conn.execute(sql.SQL(query).format(source=source, filtered=sql.SQL(_FILTERED)), wanted.params)


def _waiting(conn: Conn, wanted: Wanted, today: date) -> Iterator[tuple[date, int]]:
    """For each day from today on, how many wished to go on it or before it and have no place up to then."""
    steps: Counter[date] = Counter()
    for wished, day, messages in _rows(conn, wanted, _WAITING):
        steps[max(wished, today, wanted.first)] += messages
        steps[day or date.max] -= messages
    waiting = 0
    for day in wanted.days:
        waiting += steps[day]
        yield day, waiting
