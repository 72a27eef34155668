"""How contacts leave a journey before its end, and what is taken back then. Nothing here commits.

Rows are locked in one order: enrolments, then the leases of partitions, then messages.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from psycopg import Connection, sql

from pauta.core.gate.reasons import Reason
from pauta.journeys.endings import End
from pauta.messages.actions import request_plan
from pauta.messages.ledger import lock_parts, move
from pauta.messages.queries import ALL_PARTS
from pauta.messages.states import RECALLABLE, ProposalState, State
from pauta.platform.partitions import PARTITIONS

Conn = Connection[Any]

SOURCE = "journey"
"""Source of the proposals that journeys make; their occurrence begins with the journey's number and a colon."""

_END = sql.SQL(
    "UPDATE enrolment SET ended = %(end)s, ended_at = %(now)s, wake_at = NULL,"
    " converted_at = CASE WHEN %(converted)s THEN coalesce(converted_at, %(now)s) ELSE converted_at END"
    " WHERE id = ANY(%(ids)s) AND ended = 0 RETURNING message_id, task_id"
)


def leave(connection: Conn, now: datetime, ids: Collection[int], end: End, why: str, *, converted: bool = False) -> int:
    """End these enrolments; their messages that have not left are taken back, their open tasks removed. How many."""
    given = {"end": end.value, "now": now, "converted": converted, "ids": sorted(ids)}
    left = connection.execute(_END, given).fetchall()
    drop(connection, now, left, why)
    return len(left)


def drop(connection: Conn, now: datetime, left: Collection[tuple[int | None, int | None]], why: str) -> None:
    """Take back messages that have not left, and remove open tasks: those of a step that is left, each or none."""
    take_back(connection, now, [message for message, _ in left if message is not None], why)
    tasks = [task for _, task in left if task is not None]
    if tasks:
        connection.execute("DELETE FROM task WHERE id = ANY(%s) AND done_at IS NULL", (tasks,))


def leave_versions(
    connection: Conn, now: datetime, journey_id: int, but: int, nodes: Collection[str] | None, end: End
) -> int:
    """End whoever is on another version than ``but``, at these nodes (None: at any); how many."""
    ids = connection.execute(
        "SELECT e.id FROM enrolment e JOIN journey_step s ON s.id = e.step_id"
        " WHERE e.journey_id = %s AND e.ended = 0 AND s.version_id <> %s"
        " AND (%s::text[] IS NULL OR s.node = ANY(%s)) ORDER BY e.id FOR UPDATE OF e",
        (journey_id, but, *(2 * [None if nodes is None else list(nodes)])),
    ).fetchall()
    return leave(connection, now, [number for (number,) in ids], end, end.name.lower())


def leave_doubled(connection: Conn, now: datetime, kept: int, gone: int) -> int:
    """End the enrolments of a contact that is about to become ``kept``, where that one is in the same journey."""
    ids = connection.execute(
        "SELECT e.id FROM enrolment e JOIN enrolment own ON own.journey_id = e.journey_id AND own.key = e.key"
        " AND own.contact_id = %s AND own.ended = 0"
        " WHERE e.contact_id = %s AND e.ended = 0 ORDER BY e.id FOR UPDATE OF e",
        (kept, gone),
    ).fetchall()
    return leave(connection, now, [number for (number,) in ids], End.GONE, "merged")


def take_back(connection: Conn, now: datetime, messages: Collection[int], why: str) -> None:
    """Cancel those of the messages that have not left; their places are free for others."""
    if not messages:
        return
    parts = connection.execute(
        "SELECT DISTINCT part FROM message WHERE part = ANY(%s) AND id = ANY(%s)", (ALL_PARTS, list(messages))
    ).fetchall()
    lock_parts(connection, sorted(part for (part,) in parts))
    keys = move(
        connection,
        sql.SQL(f"part = ANY(%(parts)s) AND id = ANY(%(ids)s) AND {RECALLABLE}"),
        {"parts": ALL_PARTS, "ids": list(messages)},
        to=State.CANCELLED,
        reason=Reason.cancelled,
        now=now,
        detail=f"journey: {why}",
    )
    request_plan(connection, keys, now)


def pause_messages(connection: Conn, journey_id: int, *, paused: bool) -> None:
    """Let nothing of a journey leave, or let it leave again; places stay reserved."""
    state = ProposalState.PAUSED if paused else ProposalState.LIVE
    connection.execute(
        "UPDATE proposal SET state = %s WHERE source = %s AND split_part(occurrence, ':', 1) = %s AND state <> %s",
        (state, SOURCE, str(journey_id), ProposalState.CANCELLED),
    )


_UNHEARD = """
SELECT DISTINCT e.message_id
FROM enrolment e JOIN journey_step s ON s.id = e.step_id JOIN journey_version v ON v.id = s.version_id
JOIN contact c ON c.id = e.contact_id
CROSS JOIN LATERAL (
    SELECT jsonb_array_elements(coalesce(v.document -> 'exits', '[]'))
    UNION ALL SELECT v.document -> 'goal' WHERE v.document #> '{goal,stays}' IS DISTINCT FROM 'true') wishes (wish)
JOIN event ev ON ev.id > (SELECT event_id FROM journey_cursor WHERE id = 0) AND ev.part = c.part
  AND ev.account_key = c.account_key AND coalesce(ev.contact_id, c.id) = c.id AND ev.name = wish ->> 'event'
  AND ev.properties @> coalesce(wish -> 'where', '{}') AND ev.at >= e.entered_at
WHERE e.ended = 0 AND e.message_id = ANY(%s)
"""


def overtaken(connection: Conn, proposals: Collection[int], messages: Collection[int]) -> list[int]:
    """Those among messages that are about to leave whose contact has reached the goal or an exit, though nobody has
    acted on it yet. Nothing is asked where no proposal is a journey's."""
    ours = connection.execute(
        "SELECT FROM proposal WHERE id = ANY(%s) AND source = %s LIMIT 1", (sorted(set(proposals)), SOURCE)
    ).fetchone()
    if ours is None:
        return []
    return [number for (number,) in connection.execute(_UNHEARD, (list(messages),))]


def look_again(connection: Conn, keys: Collection[int]) -> None:
    """Reckon anew the waits of contacts of these accounts that depend on where they are, or on a date of theirs."""
    connection.execute(
        "UPDATE enrolment SET wake_at = '-infinity' FROM contact c"
        " WHERE enrolment.contact_id = c.id AND enrolment.ended = 0 AND enrolment.local AND NOT enrolment.stuck"
        " AND c.part = abs(c.account_key) %% %s AND c.account_key = ANY(%s)",
        (PARTITIONS, list(keys)),
    )
