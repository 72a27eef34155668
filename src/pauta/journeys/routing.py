"""What happened gets contacts into journeys, out of them, and wakes those who wait for it. Nothing here commits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from pauta.core.journey.document import DateEntry, EventEntry, SegmentEntry, WaitEventNode
from pauta.core.journey.timing import comes_somewhere
from pauta.events.actions import LATE
from pauta.journeys.endings import End
from pauta.journeys.entering import Comer, enter, enter_dated
from pauta.journeys.leaving import leave
from pauta.journeys.versions import Standing, Version, running, standing

Conn = Connection[Any]

DATES_EVERY = timedelta(minutes=1)
"""How often contacts are looked for whose date has come."""


@dataclass(frozen=True, slots=True)
class Wish:
    """An event that matters: at the versions of a journey, with these properties, for this."""

    where: dict[str, Any]
    steps: tuple[int, ...] = ()
    end: End | None = None
    stays: bool = False


_NEWS = """
SELECT e.id, e.name FROM event e WHERE e.id > %(after)s ORDER BY e.id LIMIT %(limit)s
"""
_WHOM = f"""
SELECT DISTINCT ON (c.id) c.id, e.at, e.id
FROM event e JOIN contact c ON c.part = e.part AND c.account_key = e.account_key AND coalesce(e.contact_id, c.id) = c.id
WHERE e.id = ANY(%(events)s) AND e.properties @> %(where)s
  AND e.recorded_at - e.at <= interval '{int(LATE.total_seconds())} seconds'
ORDER BY c.id, e.at, e.id
"""
_INSIDE = """
SELECT e.id, max(ev.at)
FROM event ev JOIN contact c
  ON c.part = ev.part AND c.account_key = ev.account_key AND coalesce(ev.contact_id, c.id) = c.id
JOIN enrolment e ON e.contact_id = c.id AND e.ended = 0 AND e.journey_id = %(journey)s AND e.entered_at <= ev.at
  AND (e.seq > 0 OR e.event_id <> ev.id)
JOIN journey_step s ON s.id = e.step_id AND s.version_id = %(version)s
WHERE ev.id = ANY(%(events)s) AND ev.properties @> %(where)s GROUP BY e.id ORDER BY e.id
"""
_LOCK = "SELECT id FROM enrolment WHERE id = ANY(%s) AND ended = 0 ORDER BY id FOR UPDATE"
_WAKE = """
UPDATE enrolment SET wake_at = '-infinity' WHERE id IN (
  SELECT e.id FROM event ev JOIN contact c
    ON c.part = ev.part AND c.account_key = ev.account_key AND coalesce(ev.contact_id, c.id) = c.id
  JOIN enrolment e ON e.contact_id = c.id AND e.ended = 0 AND e.step_id = ANY(%(steps)s) AND NOT e.stuck
  WHERE ev.id = ANY(%(events)s))
"""


def route(connection: Conn, now: datetime, limit: int) -> int:
    """Read on in what happened, and act on it: let contacts in, end or convert those inside, wake those who wait.

    One worker at a time; how many events were read, 0 also while another one reads.
    """
    if connection.execute("SELECT FROM journey WHERE state IN ('live', 'paused') LIMIT 1").fetchone() is None:
        return 0
    cursor = connection.execute("SELECT event_id FROM journey_cursor WHERE id = 0 FOR UPDATE SKIP LOCKED").fetchone()
    if cursor is None:
        return 0
    news = connection.execute(_NEWS, {"after": cursor[0], "limit": limit}).fetchall()
    if not news:
        return 0
    named: dict[str, list[int]] = defaultdict(list)
    for number, name in news:
        named[name].append(number)
    for one in standing(connection):
        _act(connection, now, one, named)
    connection.execute("UPDATE journey_cursor SET event_id = %s WHERE id = 0", (news[-1][0],))
    return len(news)


def _act(connection: Conn, now: datetime, one: Standing, named: dict[str, list[int]]) -> None:
    entry = one.version.document.entry
    if one.state == "live" and isinstance(entry, EventEntry) and entry.event in named:
        given = {"events": named[entry.event], "where": Jsonb(entry.where)}
        rows = connection.execute(_WHOM, given).fetchall()
        enter(connection, now, one.version, [Comer(contact, at, event) for contact, at, event in rows])
    for version in running(connection, one.id):
        for name, wish in wishes(version):
            if name in named:
                _grant(connection, now, version, wish, named[name])


def wishes(version: Version) -> list[tuple[str, Wish]]:
    """Events, by their names, that matter to those inside a version."""
    document = version.document
    found = [(one.event, Wish(one.where, end=End.EVENT)) for one in document.exits]
    if document.goal is not None:
        found.append((document.goal.event, Wish(document.goal.where, end=End.GOAL, stays=document.goal.stays)))
    for step, node in version.nodes.items():
        if isinstance(node, WaitEventNode):
            found.append((node.event, Wish(node.where, steps=(step,))))
    return found


def _grant(connection: Conn, now: datetime, version: Version, wish: Wish, events: Sequence[int]) -> None:
    if wish.end is None:
        connection.execute(_WAKE, {"steps": list(wish.steps), "events": list(events)})
        return
    given = {"journey": version.journey_id, "version": version.id, "events": events, "where": Jsonb(wish.where)}
    ids = [number for number, _ in connection.execute(_INSIDE, {**given, "events": list(events)}).fetchall()]
    ids = [number for (number,) in connection.execute(_LOCK, (ids,)).fetchall()]
    if wish.stays:
        connection.execute(
            "UPDATE enrolment SET converted_at = coalesce(converted_at, %s) WHERE id = ANY(%s)", (now, ids)
        )
    else:
        leave(connection, now, ids, wish.end, wish.end.name.lower(), converted=wish.end is End.GOAL)


def enter_by_date(connection: Conn, now: datetime) -> int:
    """Let those in whose date has come since the last look; how many came. One worker at a time."""
    row = connection.execute("SELECT dates_at FROM journey_cursor WHERE id = 0 FOR UPDATE SKIP LOCKED").fetchone()
    if row is None or (row[0] is not None and now - row[0] < DATES_EVERY):
        return 0
    came = 0
    published = dict(connection.execute("SELECT id, published_at FROM journey").fetchall())
    for one in standing(connection):
        if one.state == "live" and isinstance(one.version.document.entry, DateEntry):
            after = published[one.id] if row[0] is None else max(row[0], published[one.id])
            if comes_somewhere(one.version.document.entry.at, after, now):
                came += enter_dated(connection, now, after, one.version)
    connection.execute("UPDATE journey_cursor SET dates_at = %s WHERE id = 0", (now,))
    return came


def enter_by_segment(connection: Conn, now: datetime, limit: int) -> int:
    """Let those in who came into a segment since the last look; how many came. One worker at a time."""
    row = connection.execute("SELECT segment_id FROM journey_cursor WHERE id = 0 FOR UPDATE SKIP LOCKED").fetchone()
    if row is None:
        return 0
    news = connection.execute(
        "SELECT c.id, s.key, c.contact_id, c.at, c.entered AND NOT c.by_rule FROM segment_change c"
        " JOIN segment s ON s.id = c.segment_id WHERE c.id > %s ORDER BY c.id LIMIT %s",
        (row[0], limit),
    ).fetchall()
    if not news:
        return 0
    came = 0
    for one in standing(connection):
        entry = one.version.document.entry
        if one.state == "live" and isinstance(entry, SegmentEntry):
            comers = [Comer(contact, at) for _, key, contact, at, new in news if new and key == entry.segment]
            came += enter(connection, now, one.version, comers)
    connection.execute("UPDATE journey_cursor SET segment_id = %s WHERE id = 0", (news[-1][0],))
    return came
