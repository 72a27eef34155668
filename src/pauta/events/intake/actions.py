"""Writes of what programs send: requests as they come, visitors, and calls that nobody could understand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from pauta.core.problems import Problem
from pauta.events.intake.calls import Call, Letter
from pauta.people.staging import array_of

Conn = Connection[Any]

NEWS = "pauta_intake"
"""The channel on which PostgreSQL tells that requests wait."""

TRAITS = ""
"""The name under which the events of a visitor keep what was said of them."""

_SAVE_VISITORS = """
INSERT INTO visitor (anonymous_id, contact_id, linked_at)
SELECT anonymous_id, contact_id, %s FROM unnest(%s::text[], %s::bigint[]) AS given (anonymous_id, contact_id)
ON CONFLICT (anonymous_id) DO UPDATE SET contact_id = excluded.contact_id, linked_at = excluded.linked_at
"""
_KEEP_FOR_VISITORS = """
INSERT INTO visitor_event (anonymous_id, name, at, properties, source, external_id)
SELECT * FROM unnest(%s::text[], %s::text[], %s::timestamptz[], %s::jsonb[], %s::text[], %s::text[])
ON CONFLICT (external_id) DO NOTHING
"""
_TAKE_OF_VISITORS = """
WITH taken AS (
  DELETE FROM visitor_event WHERE anonymous_id = ANY(%s::text[])
  RETURNING id, anonymous_id, name, at, properties, source, external_id
)
SELECT anonymous_id, name, at, properties, source, external_id FROM taken ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Past:
    """What a visitor did, or what was said of them (``name`` is ``TRAITS``), before anybody knew who it was."""

    visitor: str
    name: str
    at: datetime
    properties: dict[str, Any]
    source: str
    external_id: str


@dataclass(frozen=True, slots=True)
class Dead:
    """A call that could not be understood, or not wholly, and why."""

    letter: Letter
    problem: Problem


def take_in(connection: Conn, rows: Iterable[tuple[int, str, bytes, datetime]]) -> None:
    """Keep requests (key, door, body, time of receipt) until they are understood, and wake whoever does that."""
    with connection.cursor() as cursor:
        with cursor.copy("COPY intake (key_id, door, body, received_at) FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(["int8", "text", "bytea", "timestamptz"])
            for row in rows:
                copy.write_row(row)
        cursor.execute("SELECT pg_notify(%s, '')", (NEWS,))


def save_visitors(connection: Conn, contacts: Mapping[str, int], now: datetime) -> None:
    """Remember which contacts visitors are, by anonymous id."""
    if contacts:
        connection.execute(_SAVE_VISITORS, (now, array_of(contacts), list(contacts.values())))


def keep_for_visitors(connection: Conn, calls: Sequence[Call]) -> None:
    """Keep what unknown visitors did, and what was said of them, until somebody says who they are."""
    if not calls:
        return
    columns = (
        array_of([call.visitor for call in calls]),
        array_of([TRAITS if call.kind == "identify" else call.name for call in calls]),
        [call.at for call in calls],
        array_of([json.dumps(call.facts, ensure_ascii=False) for call in calls]),
        array_of([call.letter.source for call in calls]),
        array_of([call.letter.external_id for call in calls]),
    )
    connection.execute(_KEEP_FOR_VISITORS, columns)


def take_of_visitors(connection: Conn, visitors: Iterable[str]) -> list[Past]:
    """Take out what is kept of these visitors, in the order in which it came."""
    rows = connection.execute(_TAKE_OF_VISITORS, (array_of(visitors),)).fetchall()
    return [Past(*row) for row in rows]


def bury(connection: Conn, dead: Sequence[Dead]) -> None:
    """Keep calls that could not be understood, each once."""
    columns = {
        "key_id": [one.letter.key_id for one in dead],
        "door": [one.letter.door for one in dead],
        "body": [one.letter.raw.decode("utf-8", "replace").replace("\0", "") for one in dead],
        "sent_at": [one.letter.sent_at for one in dead],
        "code": [one.problem.code for one in dead],
        "field": [one.problem.field for one in dead],
        "details": [Jsonb(_plain(one.problem.values)) for one in dead],
        "received_at": [one.letter.received_at for one in dead],
        "external_id": [one.letter.external_id for one in dead],
    }
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO dead_letter ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"
            " ON CONFLICT (external_id) DO NOTHING",
            list(zip(*columns.values(), strict=True)),
        )


def replay(connection: Conn, numbers: Sequence[int] | None) -> int:
    """Send calls that nobody could understand the way of new ones, with the times that they had; None for all of them.
    How many that are.
    """
    rows = connection.execute(
        "DELETE FROM dead_letter WHERE %(all)s OR id = ANY(%(ids)s::bigint[])"
        " RETURNING key_id, door, body, sent_at, received_at",
        {"all": numbers is None, "ids": list(numbers or ())},
    ).fetchall()
    take_in(connection, [(key, door, _again(door, body, sent), at) for key, door, body, sent, at in rows])
    return len(rows)


def discard(connection: Conn, numbers: Sequence[int] | None) -> int:
    """Throw away calls that nobody could understand, None for all of them; how many that were."""
    return connection.execute(
        "DELETE FROM dead_letter WHERE %(all)s OR id = ANY(%(ids)s::bigint[])",
        {"all": numbers is None, "ids": list(numbers or ())},
    ).rowcount


def _again(door: str, body: str, sent_at: datetime | None) -> bytes:
    if door != "batch":
        return body.encode()
    sent = f',"sentAt":"{sent_at.isoformat()}"' if sent_at else ""
    return f'{{"batch":[{body}]{sent}}}'.encode()


def _plain(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value if isinstance(value, int | float) else str(value)[:500] for name, value in values.items()}
