"""What the ledger does when contacts move to another account: they take their rows along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Connection, sql

from pauta.messages.ledger import lock_parts
from pauta.messages.states import TOUCH_STATES
from pauta.people.changes import Move
from pauta.platform.partitions import PARTITIONS, partition_of

_MOVED = f"""
WITH moved AS (
  SELECT contact_id, old_key, new_key, abs(old_key) %% {PARTITIONS} AS old_part,
    abs(new_key) %% {PARTITIONS} AS new_part
  FROM unnest(%(ids)s::bigint[], %(olds)s::bigint[], %(news)s::bigint[]) AS moved (contact_id, old_key, new_key)
)
"""
_MESSAGES = sql.SQL(
    _MOVED
    + """
    UPDATE message SET part = moved.new_part, account_key = moved.new_key,
           sent_key = CASE WHEN state = ANY(%(left)s)
                           THEN nullif(coalesce(sent_key, moved.old_key), moved.new_key) END
    FROM moved
    WHERE message.part = moved.old_part AND message.account_key = moved.old_key
      AND message.contact_id = moved.contact_id
    RETURNING message.id, moved.old_part, moved.new_part
    """
)
_TOUCHES = sql.SQL(
    _MOVED
    + """
    UPDATE touch SET part = moved.new_part, account_key = moved.new_key,
           sent_key = nullif(coalesce(sent_key, moved.old_key), moved.new_key)
    FROM moved
    WHERE touch.part = moved.old_part AND touch.account_key = moved.old_key AND touch.contact_id = moved.contact_id
    """
)
_HOLDS = sql.SQL(
    _MOVED
    + """
    UPDATE manual_hold SET part = moved.new_part, account_key = moved.new_key FROM moved
    WHERE manual_hold.part = moved.old_part AND manual_hold.account_key = moved.old_key
      AND manual_hold.contact_id = moved.contact_id
    """
)
_FORMER = sql.SQL(
    _MOVED
    + """
    INSERT INTO former_account (part, account_key, contact_id)
    SELECT old_part, old_key, contact_id FROM moved
    WHERE EXISTS (SELECT FROM touch WHERE part = new_part AND account_key = new_key
                  AND touch.contact_id = moved.contact_id AND sent_key = old_key)
       OR EXISTS (SELECT FROM message WHERE part = new_part AND account_key = new_key
                  AND message.contact_id = moved.contact_id AND sent_key = old_key)
    ON CONFLICT DO NOTHING
    """
)
_BY_MESSAGE = """
UPDATE {table} SET part = moved.new_part
FROM unnest(%(ids)s::bigint[], %(olds)s::smallint[], %(news)s::smallint[]) AS moved (message_id, old_part, new_part)
WHERE {table}.part = moved.old_part AND {table}.message_id = moved.message_id
"""
_TABLES = ("message_change", "attempt", "archive")


def follow(connection: Connection[Any], moves: Sequence[Move]) -> None:
    """Re-key messages, what hangs on them, touches and holds of contacts that moved: their own caps hold there too.

    What was sent remembers under which account: that one's caps go on counting it, those of the new one do not.
    Old and new partitions are locked, in order, against the workers that plan and claim there.
    """
    keys = {key for move in moves for key in (move.old_key, move.new_key)}
    lock_parts(connection, sorted({partition_of(key) for key in keys}))
    given = _columns(moves)
    connection.execute(_TOUCHES, given)
    connection.execute(_HOLDS, given)
    messages = connection.execute(_MESSAGES, {**given, "left": list(TOUCH_STATES)}).fetchall()
    connection.execute(_FORMER, given)
    crossing = [row for row in messages if row[1] != row[2]]
    if crossing:
        for table in _TABLES:
            connection.execute(sql.SQL(_BY_MESSAGE).format(table=sql.Identifier(table)), _columns(crossing))


def _columns(rows: Sequence[Sequence[int]]) -> dict[str, list[int]]:
    return {name: [row[place] for row in rows] for place, name in enumerate(("ids", "olds", "news"))}
