"""How contacts get into a journey, many at a time. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection

from pauta.core.journey.document import DateEntry
from pauta.core.journey.timing import minute_of
from pauta.core.problems import Problem
from pauta.journeys.rules import holding
from pauta.journeys.versions import Version, version
from pauta.people.queries import find_contact

Conn = Connection[Any]


@dataclass(frozen=True, slots=True)
class Comer:
    """Somebody who would get in: when by rights, by which event (or 0), and the key that tells enrolments apart.

    ``moves`` are the steps since ``moves_since`` in the journey that they come from: a loop may lead through both.
    """

    contact_id: int
    at: datetime
    event_id: int = 0
    key: str = ""
    moves: int = 0
    moves_since: datetime | None = None


_ENTER = """
WITH comer AS (
    SELECT DISTINCT ON (c.id) c.id AS contact_id, comer.at, comer.event_id, comer.key, comer.moves, comer.moves_since
    FROM unnest(%(contacts)s::int8[], %(ats)s::timestamptz[], %(events)s::int8[], %(keys)s::text[], %(moves)s::int2[],
                %(moves_since)s::timestamptz[]) AS comer (contact_id, at, event_id, key, moves, moves_since)
    JOIN contact c ON c.id = comer.contact_id ORDER BY c.id, comer.at, comer.event_id
), entered AS (
    INSERT INTO enrolment (journey_id, contact_id, number, key, step_id, since, wake_at, event_id, entered_at, moves,
                           moves_since)
    SELECT %(journey)s, comer.contact_id, 1 + coalesce(before.number, 0), comer.key, %(step)s, comer.at, %(now)s,
           comer.event_id, comer.at, comer.moves, comer.moves_since
    FROM comer CROSS JOIN LATERAL (
        SELECT max(number) AS number, coalesce(bool_or(ended = 0), false) AS inside, max(entered_at) AS last,
               coalesce(bool_or(key = comer.key AND key <> ''), false) AS known
        FROM enrolment WHERE journey_id = %(journey)s AND contact_id = comer.contact_id) before
    WHERE NOT before.inside AND NOT before.known
      AND CASE %(rule)s WHEN 'never' THEN before.number IS NULL
                        WHEN 'after_days' THEN before.last IS NULL OR before.last <= comer.at - %(days)s::interval
                        ELSE true END
    ON CONFLICT DO NOTHING RETURNING id, since
)
INSERT INTO enrolment_step (enrolment_id, seq, step_id, at) SELECT id, 0, %(step)s, since FROM entered
"""


def enter(connection: Conn, now: datetime, into: Version, comers: Sequence[Comer]) -> int:
    """Put contacts into a version, as far as the journey lets them in again; how many came in. The first counts of
    whom is named twice."""
    if not comers:
        return 0
    again = into.document.again
    return connection.execute(
        _ENTER,
        {
            "journey": into.journey_id,
            "step": into.steps[into.document.start],
            "now": now,
            "rule": "after_exit" if again.rule == "never" and comers[0].key else again.rule,
            "days": timedelta(days=again.days),
            "contacts": [one.contact_id for one in comers],
            "ats": [one.at for one in comers],
            "events": [one.event_id for one in comers],
            "keys": [one.key for one in comers],
            "moves": [one.moves for one in comers],
            "moves_since": [one.moves_since for one in comers],
        },
    ).rowcount


def enter_named(connection: Conn, now: datetime, name: str, contacts: Sequence[str]) -> int:
    """Put contacts, by external id or address, into a live journey; how many it let in. Problem: not live, unknown."""
    row = connection.execute("SELECT id, state FROM journey WHERE name = %s", (name,)).fetchone()
    if row is None:
        raise Problem("journeys.unknown", "journey", journey=name)
    into = newest(connection, row[0])
    if into is None:
        raise Problem("journeys.no_entry", "journey", journey=name, state=row[1])
    return enter(connection, now, into, [Comer(find_contact(connection, one).id, now) for one in contacts])


_DATED = """
SELECT c.id, due.at, due.day::text
FROM contact c LEFT JOIN account a ON a.id = c.account_id
LEFT JOIN place cp ON cp.id = c.place_id LEFT JOIN place ap ON ap.id = a.place_id
LEFT JOIN company co ON co.id = 1
CROSS JOIN LATERAL (SELECT {attributes} ->> %(name)s AS stated) found
CROSS JOIN LATERAL (SELECT left(found.stated, 10)::date AS day WHERE pg_input_is_valid(left(found.stated, 10), 'date'))
    stated
CROSS JOIN LATERAL (
    SELECT stated.day, (stated.day - %(days)s + make_time(%(minute)s / 60, %(minute)s %% 60, 0))
           AT TIME ZONE coalesce(cp.zone, ap.zone, co.zone, 'UTC') AS at) due
WHERE found.stated BETWEEN %(first)s AND %(last)s AND due.at > %(after)s AND due.at <= %(now)s
ORDER BY c.id
"""


def enter_dated(connection: Conn, now: datetime, after: datetime, into: Version) -> int:
    """Put into a journey those whose date has come since ``after``; how many came in."""
    entry = into.document.entry
    assert isinstance(entry, DateEntry)
    of_account = entry.attribute.startswith("account.")
    around = timedelta(days=entry.days)
    rows = connection.execute(
        _DATED.format(attributes="a.attributes" if of_account else "c.attributes"),
        {
            "name": entry.attribute.removeprefix("account."),
            "days": entry.days,
            "minute": minute_of(entry.at),
            "first": (after + around - timedelta(days=2)).date().isoformat(),
            "last": (now + around + timedelta(days=2)).date().isoformat() + "~",
            "after": after,
            "now": now,
        },
    ).fetchall()
    if entry.rule is not None:
        held = holding(connection, now, entry.rule, [row[0] for row in rows])
        rows = [row for row in rows if row[0] in held]
    return enter(connection, now, into, [Comer(contact, at, key=day) for contact, at, day in rows])


def newest(connection: Conn, journey_id: int) -> Version | None:
    """The version of a live journey that takes in who comes; None when it is not live."""
    row = connection.execute(
        "SELECT v.id FROM journey j JOIN journey_version v ON v.journey_id = j.id AND v.number = j.version"
        " WHERE j.id = %s AND j.state = 'live'",
        (journey_id,),
    ).fetchone()
    return version(connection, row[0]) if row else None
