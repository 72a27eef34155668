"""Sending one message past the policies, by a person who may, for a reason that is kept."""

from __future__ import annotations

from datetime import datetime

from psycopg import sql

from pauta.core.gate.reasons import REASON_CODE, RULE_PAUSE, Reason
from pauta.core.problems import Problem
from pauta.messages.actions import Conn, part_of, request_plan
from pauta.messages.ledger import lock_parts, move, wake
from pauta.messages.queries import message
from pauta.messages.states import WAITING, Lane, State
from pauta.team.roles import Caller, Right

POLICY_REASONS = (
    *(Reason.guard, Reason.hold, Reason.time, Reason.preference, Reason.cap, Reason.spacing, Reason.concurrency),
    *(Reason.mix, Reason.capacity, Reason.expired),
)
"""Why policies suppress; a message has expired when one of them made it wait beyond its last day."""

OVERRIDABLE = f"""
({WAITING} OR state = {State.SUPPRESSED} AND reason = ANY(%(reasons)s) AND (rule > 0 OR rule = {RULE_PAUSE})
 AND EXISTS (
  SELECT FROM contact c
  JOIN proposal p ON p.id = message.proposal_id
  LEFT JOIN company ON company.id = 1
  LEFT JOIN account a ON a.id = c.account_id
  LEFT JOIN place cp ON cp.id = c.place_id
  LEFT JOIN place ap ON ap.id = a.place_id
  WHERE c.id = message.contact_id AND coalesce(p.expires, 'infinity') >= greatest(
    c.paused_until, (%(now)s::timestamptz AT TIME ZONE coalesce(cp.zone, ap.zone, company.zone, 'UTC'))::date)
))
"""
"""What waits, or was suppressed by a policy or a hold by hand and has a day left on which it could still go.

What is held lacks a figure, what is cancelled is not wanted, and everything else has been suppressed for good.
"""


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
        sql.SQL("part = %(part)s AND id = %(id)s AND lane = %(bulk)s AND " + OVERRIDABLE),
        {"part": part, "id": message_id, "bulk": Lane.BULK, "reasons": [REASON_CODE[one] for one in POLICY_REASONS]},
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
