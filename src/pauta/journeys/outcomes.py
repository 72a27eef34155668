"""What became of the messages for which enrolments wait."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from pauta.core.journey.document import MessageNode
from pauta.journeys.endings import End
from pauta.journeys.enrolled import Enrolled, Tick
from pauta.journeys.leaving import take_back
from pauta.messages.queries import ALL_PARTS
from pauta.messages.states import State

Conn = Connection[Any]

SOON = timedelta(seconds=5)
"""How long after it was proposed, or is due, a message is looked at again."""
_OFTEN = timedelta(hours=1)
_DONE = (State.SENT, State.UNKNOWN)
_GONE = (State.FAILED, State.SUPPRESSED, State.CANCELLED)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a message stands; ``decided`` once the gate has seen it."""

    id: int
    state: int
    wished: date
    day: date | None
    due: datetime | None
    changed_at: datetime
    decided: bool
    follower: int | None


def message_standings(connection: Conn, ids: Collection[int]) -> dict[int, Standing]:
    """The messages of these ids, each with the one that follows it."""
    with connection.cursor(row_factory=class_row(Standing)) as cursor:
        found = cursor.execute(
            """
            SELECT m.id, m.state, m.wished, m.day, m.due, m.changed_at, m.changed_at > m.created_at
                   OR m.policy_version > 0 AS decided,
                   (SELECT max(f.id) FROM message f WHERE f.part = m.part AND f.follows = m.id) AS follower
            FROM message m WHERE m.part = ANY(%s) AND m.id = ANY(%s)
            """,
            (ALL_PARTS, list(ids)),
        )
        return {one.id: one for one in found}


def await_outcome(tick: Tick, node: MessageNode, rows: Collection[Enrolled]) -> None:
    """Let each enrolment go on whose message was sent or will not be, or that need not wait for it; the others rest."""
    found = message_standings(tick.connection, [row.message_id for row in rows if row.message_id is not None])
    unwanted = []
    for row in rows:
        message = found.get(row.message_id or 0)
        if message is None or message.state in _DONE:
            tick.go(row, node.next, "next", row.since if message is None else max(row.since, message.changed_at))
        elif message.state in _GONE:
            _gone(tick, node, row, message)
        elif node.held != "wait" and _is_held(message):
            unwanted.append(message.id)
            _without(tick, node, row, tick.now)
        else:
            row.rest(_look_again(tick.now, message))
    take_back(tick.connection, tick.now, unwanted, node.held)


def _gone(tick: Tick, node: MessageNode, row: Enrolled, message: Standing) -> None:
    if message.state == State.FAILED and message.follower is not None:
        row.message_id = message.follower
        row.rest(tick.now + SOON)
    elif message.state == State.FAILED:
        tick.go(row, node.next, "next", max(row.since, message.changed_at))
    else:
        _without(tick, node, row, message.changed_at)


def _without(tick: Tick, node: MessageNode, row: Enrolled, at: datetime) -> None:
    """What becomes of an enrolment whose message the gate did not let through."""
    if node.held == "exit":
        row.end(End.HELD, at)
    else:
        tick.go(row, node.next, "next", max(row.since, at))


def _is_held(message: Standing) -> bool:
    """Whether the gate has decided that the message does not go on its first day."""
    if message.state == State.HELD:
        return True
    waits = message.state in (State.OPEN, State.PLANNED) and message.decided
    return waits and (message.day is None or message.day > message.wished)


def _look_again(now: datetime, message: Standing) -> datetime:
    """When it is due; when that has passed, the less often the longer it is late: it may be stopped for days."""
    if message.state not in (State.OPEN, State.PLANNED, State.SENDING):
        return now + _OFTEN
    if message.due is None or not message.decided:
        return now + SOON
    pause = message.due - now + SOON if message.due > now else max(SOON, (now - message.due) / 10)
    return now + min(pause, _OFTEN)
