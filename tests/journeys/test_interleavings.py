"""Random interleavings of events, timers and deliveries, each against a model that knows one contact alone."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from psycopg import Connection

from pauta.core.journey.document import SplitNode, read_document
from pauta.core.journey.timing import share_of
from pauta.events.actions import record_events
from pauta.messages.states import State
from tests.conftest import MONDAY
from tests.journeys.conftest import Road

NAMES = ("begun", "bought", "paid", "signed", "won", "noise")
NODES: list[dict[str, Any]] = [
    {"id": "a", "kind": "wait_event", "event": "bought", "within": {"hours": 2}, "next": "b", "otherwise": "c"},
    {"id": "b", "kind": "wait", "minutes": 90, "next": "d"},
    {"id": "c", "kind": "message", "template": "hello", "next": "d"},
    {"id": "d", "kind": "split", "shares": [{"percent": 50, "next": "e"}, {"percent": 50, "next": "f"}]},
    {"id": "e", "kind": "wait_event", "event": "paid", "within": {"hours": 1}, "next": "end", "otherwise": "f"},
    {"id": "f", "kind": "wait", "minutes": 40, "next": "a"},
]
MORE: dict[str, Any] = {
    "again": {"rule": "after_exit"},
    "exits": [{"event": "signed"}],
    "goal": {"event": "won"},
}


@dataclass
class Trip:
    """One enrolment of the model."""

    entered: datetime
    since: datetime
    after: int
    node: str = "a"
    sent: datetime | None = None
    ended: str = ""
    path: list[str] = field(default_factory=lambda: ["a"])

    def go(self, node: str, at: datetime, after: int = 0) -> None:
        self.node, self.since, self.after, self.sent = node, at, after, None
        self.path.append(node)


@dataclass
class Model:
    """What the journey means for one contact; ``heard`` are events by when they happened and their position."""

    contact: int
    split: SplitNode
    heard: list[tuple[datetime, int, str]] = field(default_factory=list)
    trips: list[Trip] = field(default_factory=list)

    def deliver(self, now: datetime) -> None:
        """The message that waits, if one does, is sent."""
        if self.trips and not self.trips[-1].ended and self.trips[-1].node == "c":
            self.trips[-1].sent = self.trips[-1].sent or now

    def turn(self, now: datetime, news: list[tuple[datetime, int, str]]) -> None:
        """Hear of events, then move."""
        self.heard += news
        begun = sorted(one for one in news if one[2] == "begun")
        if begun and (not self.trips or self.trips[-1].ended):
            self.trips.append(Trip(begun[0][0], begun[0][0], begun[0][1]))
        if not self.trips:
            return
        trip = self.trips[-1]
        for name in ("signed", "won"):
            if not trip.ended and any(one[2] == name and one[0] >= trip.entered for one in news):
                trip.ended = name
        while not trip.ended and self.moved(trip, now):
            pass

    def moved(self, trip: Trip, now: datetime) -> bool:
        """One step, if the time for it has come."""
        match trip.node:
            case "a":
                return self.awaited(trip, now, "bought", timedelta(hours=2), "b", "c")
            case "e":
                return self.awaited(trip, now, "paid", timedelta(hours=1), "end", "f")
            case "b" | "f":
                end = trip.since + timedelta(minutes=90 if trip.node == "b" else 40)
                if end <= now:
                    trip.go("d" if trip.node == "b" else "a", end)
                return end <= now
            case "c":
                if trip.sent is not None:
                    trip.go("d", max(trip.since, trip.sent))
                    return True
                return False
            case "d":
                trip.go("ef"[share_of(self.split, "1", self.contact)], trip.since)
                return True
            case _:
                trip.ended = "exit"
                return False

    def awaited(self, trip: Trip, now: datetime, name: str, within: timedelta, then: str, late: str) -> bool:
        """A wait for an event with a time-out."""
        end = trip.since + within
        fitting = sorted(
            one for one in self.heard if one[2] == name and (trip.since, trip.after) < one[:2] and one[0] < end
        )
        if fitting:
            trip.go(then, fitting[0][0], fitting[0][1])
        elif end <= now:
            trip.go(late, end)
        return bool(fitting) or end <= now


@pytest.mark.parametrize(
    ("seed", "cases"),
    [(1, 300), *(pytest.param(seed, 2500, marks=pytest.mark.long) for seed in (2, 3, 4, 5))],
)
def test_any_interleaving_ends_as_the_model_says(connection: Connection[Any], seed: int, cases: int) -> None:
    chance = random.Random(seed)
    road = Road(connection)
    connection.execute(
        "INSERT INTO contact (external_id, account_key, part, person_id, email, created_at, changed_at)"
        " SELECT 'c' || n, -n, n %% 64, n, 'c' || n || '@acme.example', %s, %s FROM generate_series(1, %s) n",
        (MONDAY, MONDAY, cases),
    )
    road.publish(*NODES, **MORE)
    split = next(node for node in read_document({"entry": {"kind": "api"}, "nodes": NODES}).nodes if node.id == "d")
    assert isinstance(split, SplitNode)
    models = {number: Model(number, split) for number in range(1, cases + 1)}
    last = 0
    for _ in range(25):
        road.now += timedelta(minutes=chance.choice([1, 5, 20, 45, 60, 130]))
        happen(road, chance, list(models))
        news: dict[int, list[tuple[datetime, int, str]]] = {number: [] for number in models}
        for contact, at, event, name in connection.execute(
            "SELECT contact_id, at, id, name FROM event WHERE id > %s ORDER BY id", (last,)
        ).fetchall():
            news[contact].append((at, event, name))
            last = event
        for contact in deliver(road, chance):
            models[contact].deliver(road.now)
        road.turn()
        for number, model in models.items():
            model.turn(road.now, news[number])
    assert found(connection) == {
        (number, place): (trip.path, bool(trip.ended))
        for number, model in models.items()
        for place, trip in enumerate(model.trips, start=1)
    }
    assert invariants(connection) == (0, 0, 0)


def happen(road: Road, chance: random.Random, contacts: list[int]) -> None:
    """Events of about a third of the contacts, some of which happened a while ago."""
    some = [number for number in contacts for _ in range(2) if chance.random() < 0.18]
    back = [timedelta(minutes=chance.choice([0, 1, 30, 200]) * chance.random(), microseconds=1) for _ in some]
    rows = {
        "contact_id": some,
        "name": [chance.choices(NAMES, (5, 4, 3, 1, 1, 2))[0] for _ in some],
        "at": [road.now - one for one in back],
    }
    if some:
        record_events(road.connection, rows, source="test", now=road.now)


def deliver(road: Road, chance: random.Random) -> list[int]:
    """Some of the messages that wait are sent; to whom."""
    waiting = road.connection.execute("SELECT id, contact_id FROM message WHERE state = 0 ORDER BY id").fetchall()
    chosen = [one for one in waiting if chance.random() < 0.4]
    road.connection.execute(
        "UPDATE message SET state = %s, due = NULL, changed_at = %s WHERE id = ANY(%s)",
        (int(State.SENT), road.now, [number for number, _ in chosen]),
    )
    return [contact for _, contact in chosen]


def found(connection: Connection[Any]) -> dict[tuple[int, int], tuple[list[str], bool]]:
    """The path of each enrolment, by contact and number, and whether it ended."""
    rows = connection.execute(
        "SELECT e.contact_id, e.number, array_agg(s.node ORDER BY h.seq), e.ended > 0 FROM enrolment e"
        " JOIN enrolment_step h ON h.enrolment_id = e.id JOIN journey_step s ON s.id = h.step_id GROUP BY e.id"
    ).fetchall()
    return {(contact, number): (path, ended) for contact, number, path, ended in rows}


def invariants(connection: Connection[Any]) -> tuple[int, ...]:
    """Contacts inside twice, messages open after the end, visits to the message node that made not exactly one."""
    queries = (
        "SELECT count(*) FROM (SELECT FROM enrolment WHERE ended = 0 GROUP BY contact_id HAVING count(*) > 1) x",
        "SELECT count(*) FROM enrolment e JOIN message m ON m.id = e.message_id WHERE e.ended > 0 AND m.state < 2",
        "SELECT abs((SELECT count(*) FROM message) - (SELECT count(*) FROM enrolment_step h"
        " JOIN journey_step s ON s.id = h.step_id AND s.node = 'c' WHERE h.message_id IS NOT NULL))"
        " + (SELECT count(*) FROM enrolment_step h JOIN journey_step s ON s.id = h.step_id AND s.node = 'c'"
        " WHERE h.message_id IS NULL)",
    )
    return tuple(int((connection.execute(query).fetchone() or (-1,))[0]) for query in queries)
