"""What the ledger does when people change: contacts that moved take their rows along, and plans are made again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection, sql

from pauta.events.actions import follow as events_follow
from pauta.messages.actions import request_plan, unhold
from pauta.messages.ledger import lock_parts
from pauta.people.changes import Changes, Move
from pauta.platform.schema import partition_of

_MOVED = """
WITH moved AS (
  SELECT contact_id, abs(old_key) %% 64 AS old_part, abs(new_key) %% 64 AS new_part, old_key, new_key
  FROM unnest(%(ids)s::bigint[], %(olds)s::bigint[], %(news)s::bigint[]) AS moved (contact_id, old_key, new_key)
)
"""
_MESSAGES = sql.SQL(
    _MOVED
    + """
    UPDATE message SET part = moved.new_part, account_key = moved.new_key FROM moved
    WHERE message.part = moved.old_part AND message.account_key = moved.old_key
      AND message.contact_id = moved.contact_id
    RETURNING message.id, moved.old_part, moved.new_part
    """
)
_TOUCHES = sql.SQL(
    _MOVED
    + """
    UPDATE touch SET part = moved.new_part, account_key = moved.new_key FROM moved
    WHERE touch.part = moved.old_part AND touch.account_key = moved.old_key AND touch.contact_id = moved.contact_id
    """
)
_BY_MESSAGE = """
UPDATE {table} SET part = moved.new_part
FROM unnest(%(ids)s::bigint[], %(olds)s::smallint[], %(news)s::smallint[]) AS moved (message_id, old_part, new_part)
WHERE {table}.part = moved.old_part AND {table}.message_id = moved.message_id
"""
_TABLES = ("message_change", "attempt", "archive")


def people_changed(connection: Connection[Any], changes: Changes, now: datetime) -> None:
    """Bring events and ledger in line with changes to people, in their transaction, and ask for new plans.

    A contact that moved takes messages and touches along, so that its own caps hold under the new account too; both
    partitions are locked, in order, against the workers that plan and claim there.
    """
    if changes.moves:
        events_follow(connection, changes.moves)
        follow(connection, changes.moves)
    unhold(connection, changes.keys, now)
    request_plan(connection, changes.keys, now)


def follow(connection: Connection[Any], moves: Sequence[Move]) -> None:
    """Re-key messages, what hangs on them, and touches of contacts that moved."""
    keys = {key for move in moves for key in (move.old_key, move.new_key)}
    lock_parts(connection, sorted({partition_of(key) for key in keys}))
    given = _columns(moves)
    connection.execute(_TOUCHES, given)
    messages = connection.execute(_MESSAGES, given).fetchall()
    crossing = [row for row in messages if row[1] != row[2]]
    if crossing:
        for table in _TABLES:
            connection.execute(sql.SQL(_BY_MESSAGE).format(table=sql.Identifier(table)), _columns(crossing))


def _columns(rows: Sequence[Sequence[int]]) -> dict[str, list[int]]:
    return {name: [row[place] for row in rows] for place, name in enumerate(("ids", "olds", "news"))}
