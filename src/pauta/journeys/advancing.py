"""Moving enrolments on: those that are due, all at once, one statement for each node. Nothing here commits.

Rows are locked in one order: the journey, enrolments, contacts, leases of partitions, messages. Enrolments that another
worker has in hand are passed over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection

from pauta.core.journey.document import (
    BranchNode,
    ExitNode,
    GoalNode,
    LeaveNode,
    MessageNode,
    Node,
    SetNode,
    SplitNode,
    StartNode,
    TaskNode,
    WaitDateNode,
    WaitDayNode,
    WaitEventNode,
    WaitNode,
)
from pauta.core.journey.timing import moved_too_often, share_of
from pauta.journeys import outcomes, proposing, waiting
from pauta.journeys.endings import End
from pauta.journeys.enrolled import Enrolled, Tick, store
from pauta.journeys.entering import Comer, enter, newest
from pauta.journeys.leaving import leave
from pauta.journeys.rules import engaged, holding
from pauta.journeys.setting import set_values
from pauta.journeys.versions import version

Conn = Connection[Any]
Rows = Sequence[Enrolled]


def busy_journeys(connection: Conn, now: datetime) -> list[int]:
    """Live journeys in which somebody is due, by their ids."""
    rows = connection.execute(
        "SELECT j.id FROM journey j WHERE j.state = 'live'"
        " AND EXISTS (SELECT FROM enrolment e WHERE e.journey_id = j.id AND e.wake_at <= %s) ORDER BY j.id",
        (now,),
    )
    return [number for (number,) in rows]


def advance(connection: Conn, now: datetime, rows: Rows) -> None:
    """Move enrolments that ``due`` gave as far as they go."""
    by_version: dict[int, list[Enrolled]] = defaultdict(list)
    for row in rows:
        by_version[row.version_id].append(row)
    for version_id, own in by_version.items():
        tick = Tick(connection, now, version(connection, version_id))
        _end_by_rule(tick, own)
        while moving := [row for row in own if not row.settled]:
            _round(tick, moving)
        store(connection, own, tick.arrivals)
        _name_messages(tick)


def _end_by_rule(tick: Tick, rows: Rows) -> None:
    rule = tick.version.document.exit_when
    if rule is not None:
        held = holding(tick.connection, tick.now, rule, [row.contact_id for row in rows])
        gone = [row for row in rows if row.contact_id in held]
        for row in gone:
            row.end(End.RULE, tick.now)
        leave(tick.connection, tick.now, [row.id for row in gone], End.RULE, "rule")


def _round(tick: Tick, rows: Rows) -> None:
    """One step of each enrolment that has not come to rest."""
    groups: dict[tuple[int, bool], list[Enrolled]] = defaultdict(list)
    for row in rows:
        groups[row.step_id, row.arrived].append(row)
    for (step, arrived), group in sorted(groups.items()):
        _do(tick, tick.version.nodes[step], arrived, group)


def _do(tick: Tick, node: Node, arrived: bool, rows: Rows) -> None:
    match node:
        case MessageNode():
            _message(tick, node, arrived, rows)
        case WaitNode():
            waiting.wait(tick, node, rows)
        case WaitDayNode():
            waiting.wait_day(tick, node, rows)
        case WaitDateNode():
            waiting.wait_date(tick, node, rows)
        case WaitEventNode():
            waiting.wait_event(tick, node, rows)
        case TaskNode():
            (waiting.give_task if arrived else waiting.await_task)(tick, node, rows)
        case ExitNode():
            for row in rows:
                row.end(End.EXIT, row.since)
        case _:
            _at_once(tick, node, rows)


def _at_once(tick: Tick, node: Node, rows: Rows) -> None:
    """Nodes at which no time passes."""
    match node:
        case BranchNode():
            _branch(tick, node, rows)
        case SplitNode():
            _split(tick, node, rows)
        case SetNode():
            set_values(tick.connection, tick.now, node.attribute, node.value, [row.contact_id for row in rows])
            _pass(tick, node.next, rows)
        case StartNode():
            _start(tick, node, rows)
        case LeaveNode():
            _leave(tick, node, rows)
        case GoalNode():
            for row in rows:
                row.converted_at = row.converted_at or row.since
            _pass(tick, node.next, rows)


def _pass(tick: Tick, target: str, rows: Rows) -> None:
    for row in rows:
        tick.go(row, target, "next", row.since)


def _message(tick: Tick, node: MessageNode, arrived: bool, rows: Rows) -> None:
    if not arrived:
        outcomes.await_outcome(tick, node, rows)
        return
    wanted = [row for row in rows if not tick.leave_out(row, node)]
    if wanted:
        proposing.propose(tick, node, wanted)
    for row in wanted:
        row.rest(tick.now + outcomes.SOON)


def _branch(tick: Tick, node: BranchNode, rows: Rows) -> None:
    left = list(rows)
    for place, way in enumerate(node.ways):
        if way.rule is not None:
            contacts = holding(tick.connection, tick.now, way.rule, [row.contact_id for row in left])
            taken = {row.id for row in left if row.contact_id in contacts}
        else:
            taken = engaged(tick.connection, [row.id for row in left], way.message, way.did)
        for row in left:
            if row.id in taken:
                tick.go(row, way.next, f"ways[{place}].next", row.since)
        left = [row for row in left if row.id not in taken]
    for row in left:
        tick.go(row, node.otherwise, "otherwise", row.since)


_TAKEN = """
SELECT DISTINCT ON (e.contact_id) e.contact_id, next.way
FROM enrolment e JOIN enrolment_step h ON h.enrolment_id = e.id
JOIN journey_step s ON s.id = h.step_id AND s.node = %(node)s
JOIN enrolment_step next ON next.enrolment_id = h.enrolment_id AND next.seq = h.seq + 1 AND next.way LIKE 'shares[%%'
WHERE e.journey_id = %(journey)s AND e.contact_id = ANY(%(contacts)s)
ORDER BY e.contact_id, e.number DESC, h.seq DESC
"""


def _split(tick: Tick, node: SplitNode, rows: Rows) -> None:
    """By chance; who has been here before goes the same way again, whatever the percentages are by now."""
    again = [row.contact_id for row in rows if row.number > 1 or node.id in tick.version.loops]
    taken: dict[int, str] = {}
    if again:
        given = {"node": node.id, "journey": tick.version.journey_id, "contacts": again}
        taken = dict(tick.connection.execute(_TAKEN, given).fetchall())
    targets = {f"shares[{place}].next": share.next for place, share in enumerate(node.shares)}
    for row in rows:
        way = taken.get(row.contact_id, "")
        if way not in targets:
            way = f"shares[{share_of(node, str(tick.version.journey_id), row.contact_id)}].next"
        tick.go(row, targets[way], way, row.since)


def _start(tick: Tick, node: StartNode, rows: Rows) -> None:
    found = tick.connection.execute("SELECT id FROM journey WHERE name = %s", (node.journey,)).fetchone()
    into = newest(tick.connection, found[0]) if found else None
    if into is not None:
        counted = [(row, *moved_too_often(row.moves, row.moves_since, tick.now)) for row in rows]
        comers = [
            Comer(row.contact_id, row.since, moves=moves, moves_since=since)
            for row, moves, since, too_often in counted
            if not too_often
        ]
        enter(tick.connection, tick.now, into, comers)
    _pass(tick, node.next, rows)


def _leave(tick: Tick, node: LeaveNode, rows: Rows) -> None:
    found = tick.connection.execute(
        "SELECT e.id FROM enrolment e JOIN journey j ON j.id = e.journey_id AND j.name = %s"
        " WHERE e.ended = 0 AND e.contact_id = ANY(%s) ORDER BY e.id FOR UPDATE OF e",
        (node.journey, [row.contact_id for row in rows]),
    ).fetchall()
    leave(tick.connection, tick.now, [number for (number,) in found], End.TAKEN_OUT, "taken out")
    _pass(tick, node.next, rows)


def _name_messages(tick: Tick) -> None:
    """Note in the history which message each step made."""
    if tick.proposed:
        tick.connection.execute(
            "UPDATE enrolment_step SET message_id = made.message_id"
            " FROM unnest(%s::int8[], %s::int4[], %s::int8[]) AS made (enrolment_id, seq, message_id)"
            " WHERE enrolment_step.enrolment_id = made.enrolment_id AND enrolment_step.seq = made.seq",
            (
                [number for number, _ in tick.proposed],
                [seq for _, seq in tick.proposed],
                list(tick.proposed.values()),
            ),
        )
