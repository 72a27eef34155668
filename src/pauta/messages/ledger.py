"""The ledger's own moves: numbers for new rows, the order of locks, taking messages from one state to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, LiteralString

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection, sql

from pauta.core.gate.reasons import REASON_CODE, Reason
from pauta.messages.states import Lane, State
from pauta.platform.copy import fetch_array

NEWS = "pauta_work"
"""The notification channel on which workers hear that there is something to do."""

Conn = Connection[Any]

_REOPENED_FAST = f"%(to)s = {State.OPEN} AND lane = {Lane.FAST}"
_MOVE = sql.SQL(
    f"""
    WITH before AS MATERIALIZED (
        SELECT part, id, state, verdict, reason, rule, day FROM message WHERE {{where}} FOR UPDATE
    ), told AS (
        INSERT INTO message_change (part, message_id, at, state, verdict, reason, rule, day, detail)
        SELECT part, id, %(now)s, state, verdict, reason, rule, day, %(detail)s FROM before
    )
    UPDATE message m
    SET state = CASE WHEN {_REOPENED_FAST} THEN {State.PLANNED} ELSE %(to)s END,
        day = CASE WHEN {_REOPENED_FAST} THEN wished END,
        due = CASE WHEN %(to)s = {State.OPEN} THEN %(now)s::timestamptz END,
        reason = %(why)s, rule = 0, winner = 0, changed_at = %(now)s
    FROM before WHERE m.part = before.part AND m.id = before.id
    RETURNING m.account_key
    """
)


def wake(connection: Conn) -> None:
    """Tell the workers, when the transaction commits, that there is something to do."""
    connection.execute("SELECT pg_notify(%s, '')", (NEWS,))


def message_ids(connection: Conn, count: int) -> NDArray[np.int64]:
    """That many message ids that nobody else gets, ascending."""
    return _ids(connection, "message_ids", count)


def touch_ids(connection: Conn, count: int) -> NDArray[np.int64]:
    """That many touch ids that nobody else gets, ascending."""
    return _ids(connection, "touch_ids", count)


def _ids(connection: Conn, sequence: LiteralString, count: int) -> NDArray[np.int64]:
    query = "SELECT nextval(%s::regclass) AS id FROM generate_series(1, %s)"
    return np.sort(fetch_array(connection, query, (sequence, count), np.dtype([("id", "i8")]))["id"])


def lock_parts(connection: Conn, parts: Sequence[int]) -> None:
    """Wait for the transactions that plan or claim in these partitions, and keep new ones out until this one ends."""
    connection.execute("SELECT part FROM lease WHERE part = ANY(%s) ORDER BY part FOR UPDATE", (list(parts),))


def move(
    connection: Conn,
    where: sql.SQL,
    params: Mapping[str, object],
    *,
    to: State,
    reason: Reason,
    now: datetime,
    detail: str,
) -> list[int]:
    """Take every message that ``where`` describes (on ``message`` itself) to another state, without a place.

    What the row said goes into its history. One that is opened again in the fast lane is due at once: nothing plans it.
    Returns the account key of each message moved.
    """
    given = {**params, "to": int(to), "why": REASON_CODE[reason], "now": now, "detail": detail}
    return [key for (key,) in connection.execute(_MOVE.format(where=where), given)]
