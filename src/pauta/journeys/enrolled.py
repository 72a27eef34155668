"""An enrolment while it is being moved, in memory, and how the moved ones are read and written: all at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, LiteralString

from psycopg import Connection
from psycopg.rows import class_row

from pauta.core.journey.document import WAITS, MessageNode
from pauta.core.journey.timing import moved_too_often
from pauta.journeys.endings import End
from pauta.journeys.versions import Version
from pauta.messages.states import Unit

Conn = Connection[Any]


@dataclass(slots=True)
class Enrolled:
    """A row of ``enrolment`` with the zone of its contact; ``settled`` once there is nothing more to do now."""

    id: int
    contact_id: int
    number: int
    step_id: int
    seq: int
    arrived: bool
    since: datetime
    event_id: int
    shifted: int
    local: bool
    message_id: int | None
    task_id: int | None
    entered_at: datetime
    converted_at: datetime | None
    moves: int
    moves_since: datetime | None
    stuck: bool
    skip: bool
    zone: str
    version_id: int
    wake_at: datetime | None = None
    ended: End = End.INSIDE
    ended_at: datetime | None = None
    settled: bool = False

    @property
    def shift(self) -> timedelta:
        """How long pauses have made the wait."""
        return timedelta(seconds=self.shifted)

    def rest(self, until: datetime | None, *, local: bool = False) -> None:
        """Stay at the step, and look again then; ``local`` if that depends on the contact. What comes next fell into
        no pause."""
        self.arrived, self.wake_at, self.local, self.skip, self.settled = False, until, local, False, True

    def end(self, how: End, at: datetime) -> None:
        """Leave the journey."""
        self.ended, self.ended_at, self.wake_at, self.settled = how, at, None, True


@dataclass(frozen=True, slots=True)
class Arrival:
    """A step that an enrolment came to."""

    enrolment_id: int
    seq: int
    step_id: int
    at: datetime
    way: str


@dataclass
class Tick:
    """One look at enrolments of one journey that are due, in one transaction."""

    connection: Conn
    now: datetime
    version: Version
    arrivals: list[Arrival] = field(default_factory=list)
    proposed: dict[tuple[int, int], int] = field(default_factory=dict)
    """Messages by enrolment and the number of the step."""

    def go(self, row: Enrolled, target: str, way: str, at: datetime, event_id: int = 0) -> None:
        """Take an enrolment to another node, by rights at a moment that may be past."""
        row.moves, row.moves_since, row.stuck = moved_too_often(row.moves, row.moves_since, self.now)
        row.step_id, row.seq, row.arrived = self.version.steps[target], row.seq + 1, True
        row.since, row.event_id, row.shifted, row.local = at, event_id, 0, False
        row.message_id = row.task_id = None
        if isinstance(self.version.nodes[row.step_id], WAITS):
            row.skip = False
        self.arrivals.append(Arrival(row.id, row.seq, row.step_id, at, way))
        if row.stuck:
            row.wake_at, row.settled = None, True

    def leave_out(self, row: Enrolled, node: MessageNode) -> bool:
        """Go past a message that fell into a pause; whether it did."""
        left_out = row.skip
        if left_out:
            self.go(row, node.next, "next", row.since)
        return left_out


_DUE = """
SELECT e.id, e.contact_id, e.number, e.step_id, e.seq, e.arrived, e.since, e.event_id, e.shifted, e.local, e.message_id,
       e.task_id, e.entered_at, e.converted_at, e.moves, e.moves_since, e.stuck, e.skip,
       coalesce(cp.zone, ap.zone, co.zone, 'UTC') AS zone, s.version_id
FROM (SELECT * FROM enrolment WHERE journey_id = %(journey)s AND wake_at <= %(now)s
        AND NOT EXISTS (SELECT FROM quarantine q WHERE q.unit = %(unit)s AND q.part = 0 AND q.id = enrolment.id
                        AND q.again_at > clock_timestamp())
      ORDER BY wake_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED) e
JOIN journey_step s ON s.id = e.step_id
JOIN contact c ON c.id = e.contact_id LEFT JOIN account a ON a.id = c.account_id
LEFT JOIN place cp ON cp.id = c.place_id LEFT JOIN place ap ON ap.id = a.place_id
LEFT JOIN company co ON co.id = 1
"""
_KEPT: dict[str, LiteralString] = {
    "id": "int8",
    "step_id": "int4",
    "seq": "int4",
    "arrived": "bool",
    "since": "timestamptz",
    "event_id": "int8",
    "shifted": "int4",
    "local": "bool",
    "message_id": "int8",
    "task_id": "int8",
    "converted_at": "timestamptz",
    "moves": "int2",
    "moves_since": "timestamptz",
    "stuck": "bool",
    "skip": "bool",
    "wake_at": "timestamptz",
    "ended": "int2",
    "ended_at": "timestamptz",
}
_STORE = (
    "UPDATE enrolment SET "
    + ", ".join(f"{name} = moved.{name}" for name in _KEPT if name != "id")
    + " FROM unnest("
    + ", ".join(f"%({name})s::{kind}[]" for name, kind in _KEPT.items())
    + f") AS moved ({', '.join(_KEPT)}) WHERE enrolment.id = moved.id"
)


def due(connection: Conn, now: datetime, journey_id: int, limit: int) -> list[Enrolled]:
    """Enrolments of a live journey that want attention, locked; those that others have in hand are passed over."""
    state = connection.execute("SELECT state FROM journey WHERE id = %s FOR SHARE", (journey_id,)).fetchone()
    if state != ("live",):
        return []
    with connection.cursor(row_factory=class_row(Enrolled), binary=True) as cursor:
        return cursor.execute(
            _DUE, {"journey": journey_id, "now": now, "limit": limit, "unit": Unit.ENROLMENT}
        ).fetchall()


def store(connection: Conn, rows: Sequence[Enrolled], arrivals: Iterable[Arrival]) -> None:
    """Write where enrolments stand now, and the steps that they came to."""
    columns = {name: [getattr(row, name) for row in rows] for name in _KEPT}
    columns["ended"] = [int(row.ended) for row in rows]
    connection.execute(_STORE, {name: _array(values) for name, values in columns.items()})
    came = list(arrivals)
    if came:
        connection.execute(
            "INSERT INTO enrolment_step (enrolment_id, seq, step_id, at, way)"
            " SELECT * FROM unnest(%s::int8[], %s::int4[], %s::int4[], %s::timestamptz[], %s::text[])",
            (
                _array([one.enrolment_id for one in came]),
                _array([one.seq for one in came]),
                _array([one.step_id for one in came]),
                _array([one.at for one in came]),
                _array([one.way for one in came]),
            ),
        )


def _array(values: Iterable[int | str | datetime | None]) -> str:
    """Values as PostgreSQL reads an array: as a parameter several times faster than a list. Texts are names of fields,
    which need no quotes."""
    texts = (one.isoformat() if isinstance(one, datetime) else "NULL" if one is None else str(one) for one in values)
    return "{" + ",".join(texts) + "}"
