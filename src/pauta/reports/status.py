"""Where everything stands: messages by state, the oldest wait, the rate, who works, what is stopped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection

from pauta.channels.base import OutcomeKind
from pauta.core.gate.reasons import VERDICT_CODE, Verdict
from pauta.messages.queries import OUTCOMES, Replanning, Stopped, replanning, stops
from pauta.messages.states import WAITING, State, Unit
from pauta.reports.missing import MissingFigure, missing_figures

Conn = Connection[Any]

SENT = OUTCOMES.index(OutcomeKind.SENT)
UNITS = tuple(unit.name.lower() for unit in Unit)
MINUTE = timedelta(minutes=1)
LONGEST_ATTEMPT = timedelta(minutes=10)
"""Attempts that began earlier than this before the minute in question are not looked at for the rate."""


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """A worker: the partitions it owns, and the seconds since it said that it lives."""

    name: str
    partitions: int
    silent_seconds: float


@dataclass(frozen=True, slots=True)
class LaunchStatus:
    """A launch under way: partitions done, and messages written so far."""

    campaign: str
    parts: int
    parts_done: int
    messages: int


@dataclass(frozen=True, slots=True)
class AsideStatus:
    """What is set aside since it met a defect, by the sort of ``unit`` (account, launch, message) and the error."""

    unit: str
    count: int
    error: str
    since: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class Status:
    """The installation at one moment.

    ``messages`` counts by state. ``queued`` are those among open and planned that go later than they wished.
    ``oldest_wait_seconds`` is how long the longest has been due without leaving (0: nothing is late); ``rate`` is the
    number handed over per second in the last minute.
    """

    at: datetime
    messages: dict[str, int]
    queued: int
    oldest_wait_seconds: float
    rate: float
    partitions_owned: int
    partitions_free: int
    workers: tuple[WorkerStatus, ...]
    stops: tuple[Stopped, ...]
    launches: tuple[LaunchStatus, ...]
    replanning: Replanning | None
    set_aside: tuple[AsideStatus, ...]
    missing: tuple[MissingFigure, ...]


def status(connection: Conn, now: datetime) -> Status:
    """Where everything stands at ``now``."""
    counts, queued, oldest = _messages(connection, now)
    workers, owned, free = _workers(connection)
    return Status(
        at=now,
        messages=counts,
        queued=queued,
        oldest_wait_seconds=(now - oldest).total_seconds() if oldest else 0.0,
        rate=_rate(connection, now),
        partitions_owned=owned,
        partitions_free=free,
        workers=workers,
        stops=tuple(stops(connection)),
        launches=_launches(connection),
        replanning=replanning(connection),
        set_aside=set_aside(connection),
        missing=missing_figures(connection) if counts["held"] else (),
    )


def _messages(connection: Conn, now: datetime) -> tuple[dict[str, int], int, datetime | None]:
    counts = {state.name.lower(): 0 for state in State}
    queued, waits = 0, []
    rows = connection.execute(
        f"SELECT state, count(*), count(*) FILTER (WHERE {WAITING} AND verdict = {VERDICT_CODE[Verdict.queue]}),"
        f" min(due) FILTER (WHERE {WAITING} AND due <= %s) FROM message GROUP BY state",
        (now,),
    )
    for state, messages, later, oldest in rows:
        counts[State(state).name.lower()] = messages
        queued += later
        waits += [oldest] if oldest else []
    return counts, queued, min(waits, default=None)


def _rate(connection: Conn, now: datetime) -> float:
    row = connection.execute(
        "SELECT count(*) FROM attempt WHERE started_at > %s AND ended_at > %s AND ended_at <= %s AND outcome = %s",
        (now - MINUTE - LONGEST_ATTEMPT, now - MINUTE, now, SENT),
    ).fetchone()
    return round((row[0] if row else 0) / MINUTE.total_seconds(), 2)


def _workers(connection: Conn) -> tuple[tuple[WorkerStatus, ...], int, int]:
    owners = dict(
        connection.execute(
            "SELECT CASE WHEN until > clock_timestamp() THEN owner ELSE '' END, count(*) FROM lease GROUP BY 1"
        ).fetchall()
    )
    free = owners.pop("", 0)
    seen = dict(
        connection.execute(
            "SELECT name, extract(epoch FROM clock_timestamp() - seen_at)::float8 FROM worker"
        ).fetchall()
    )
    workers = tuple(
        WorkerStatus(name, owners.get(name, 0), round(seen.get(name, 0.0), 1)) for name in sorted({*owners, *seen})
    )
    return workers, sum(owners.values()), free


def _launches(connection: Conn) -> tuple[LaunchStatus, ...]:
    rows = connection.execute(
        "SELECT c.name, count(*), count(l.done_at), sum(l.messages) FROM campaign c"
        " JOIN launch_part l ON l.campaign_id = c.id WHERE c.state = 'launching' GROUP BY c.id ORDER BY c.id"
    )
    return tuple(LaunchStatus(*row) for row in rows)


def set_aside(connection: Conn) -> tuple[AsideStatus, ...]:
    """What is kept apart until a defect is mended, the oldest first."""
    rows = connection.execute(
        "SELECT unit, count(*), error, min(since), max(tries) FROM quarantine GROUP BY unit, error ORDER BY 4, 1, 3"
    )
    return tuple(AsideStatus(UNITS[unit], *rest) for unit, *rest in rows)
