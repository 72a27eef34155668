"""Sending one message past the policies, by a person who may, for a reason that is kept."""

from __future__ import annotations

from datetime import datetime

from psycopg import sql

from pauta.core.gate.reasons import Reason
from pauta.core.problems import Problem
from pauta.messages.actions import Conn, part_of, request_plan
from pauta.messages.ledger import lock_parts, move, wake
from pauta.messages.queries import message
from pauta.messages.states import Lane, State
from pauta.team.roles import Caller, Right

OVERRIDABLE = (State.OPEN, State.PLANNED, State.SUPPRESSED)
"""What the gate has made wait or kept back; what is held lacks a figure, and what is cancelled is not wanted."""


def override(connection: Conn, now: datetime, message_id: int, who: Caller, why: str) -> None:
    """Let a message leave past caps, holds, hours and every other policy; it counts afterwards like any other.

    Its own dates, a usable address, consent, the contact's pause, topics that the contact wants never, and policies on
    channels hold it all the same. Problems: no reason, or a message that no policy holds or that has come to its end.
    """
    who.require(Right.MESSAGES_OVERRIDE)
    if not why.strip():
        raise Problem("messages.field_missing", field="why")
    part = part_of(connection, message_id)
    lock_parts(connection, [part])
    keys = move(
        connection,
        sql.SQL("part = %(part)s AND id = %(id)s AND lane = %(bulk)s AND state = ANY(%(states)s)"),
        {"part": part, "id": message_id, "bulk": Lane.BULK, "states": list(OVERRIDABLE)},
        to=State.OPEN,
        reason=Reason.overridden,
        now=now,
        detail=f"{who.actor}: {why.strip()}",
    )
    if not keys:
        raise Problem("messages.no_override", field="message", message=message_id, state=_state(connection, message_id))
    connection.execute("UPDATE message SET lane = %s WHERE part = %s AND id = %s", (Lane.OVERRIDDEN, part, message_id))
    connection.execute(
        "INSERT INTO override (message_id, actor, reason, at) VALUES (%s, %s, %s, %s)",
        (message_id, who.actor, why.strip(), now),
    )
    request_plan(connection, keys, now)
    wake(connection)


def _state(connection: Conn, message_id: int) -> str:
    return message(connection, message_id).state
