"""The part of a worker's turn that moves journeys: what happened is acted on, and who is due moves on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from psycopg import Connection

from pauta.journeys.advancing import advance, busy_journeys
from pauta.journeys.enrolled import due
from pauta.journeys.routing import enter_by_date, enter_by_segment, route
from pauta.messages.states import Unit
from pauta.pipeline.quarantine import blamed, let_go

EVENTS = 5000
"""Most events, or changes of segments, that are acted on together."""
TOGETHER = 5000
"""Most enrolments that are moved together."""

_EVERYBODY = ((0, 0),)

Step = Callable[[Connection[Any], datetime, int], int]


def hear(connection: Connection[Any], now: datetime, _split: int) -> int:
    """Act on events and changes of segments that nobody has acted on yet, and on dates that have come; how many."""
    if _set_aside(connection):
        return 0
    with blamed(Unit.ROUTE, _EVERYBODY):
        done = route(connection, now, EVENTS)
        done += enter_by_segment(connection, now, EVENTS)
        done += enter_by_date(connection, now)
        if done:
            let_go(connection, Unit.ROUTE, _EVERYBODY)
    return done


def move_on(connection: Connection[Any], now: datetime, split: int) -> int:
    """Move those who are due, in one journey; how many. ``split`` makes the batch smaller, to find a defect."""
    for journey in busy_journeys(connection, now):
        rows = due(connection, now, journey, max(1, TOGETHER // split))
        if rows:
            named = [(0, row.id) for row in rows]
            with blamed(Unit.ENROLMENT, named):
                advance(connection, now, rows)
                let_go(connection, Unit.ENROLMENT, named)
            return len(rows)
    return 0


STEPS: tuple[Step, ...] = (hear, move_on)
"""What a worker does for journeys in each turn, each a transaction of its own."""


def _set_aside(connection: Connection[Any]) -> bool:
    row = connection.execute(
        "SELECT FROM quarantine WHERE unit = %s AND again_at > clock_timestamp()", (int(Unit.ROUTE),)
    ).fetchone()
    return row is not None
