"""Journeys with workers, the gate and a post office: what is sent, what is not, and what happens in the last moment."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg import Connection

from pauta.events.actions import record_events
from pauta.journeys import actions
from pauta.journeys.endings import End
from pauta.messages.states import State
from pauta.platform.settings import Settings
from tests.faults import company
from tests.pipeline.office import Office

ONE_A_DAY = {"kind": "cap", "name": "one", "limit": 1, "days": 1, "window": "rolling", "scope": "contact"}
NODES = [
    {"id": "first", "kind": "message", "template": "hello", "next": "second"},
    {"id": "second", "kind": "message", "template": "hello", "next": "end"},
    {"id": "end", "kind": "exit"},
]


@pytest.fixture
def office(settings: Settings, connection: Connection[Any]) -> Office:
    """An office with two contacts of one account, a policy, a template, and a journey of two messages."""
    made = Office(settings, connection)
    company.build(connection, made.now, 2, 2, [ONE_A_DAY])
    document = {
        "entry": {"kind": "event", "event": "begun"},
        "exits": [{"event": "signed"}],
        "start": "first",
        "nodes": NODES,
    }
    actions.create(connection, made.now, "trip", document, "ana")
    actions.publish(connection, made.now, "trip", "ana", "finish", {}, try_only=False)
    connection.commit()
    return made


def happens(office: Office, name: str, contacts: int = 1) -> None:
    ids = [number for (number,) in office.all("SELECT id FROM contact ORDER BY id LIMIT %s", contacts)]
    rows = {"contact_id": ids, "name": [name] * len(ids), "at": [office.now] * len(ids)}
    record_events(office.connection, rows, source="test", now=office.now)
    office.connection.commit()


def test_messages_go_through_the_gate_and_the_contact_waits_for_what_became_of_them(office: Office) -> None:
    worker = office.worker()
    happens(office, "begun")
    office.settle(worker)
    assert len(office.post.received) == 1
    assert office.one("SELECT k.campaign FROM proposal p JOIN kind k ON k.id = p.kind_id") == "trip"
    office.later(minutes=1)
    office.settle(worker)
    assert office.all("SELECT state FROM message ORDER BY id") == [(State.SENT,), (State.PLANNED,)], "one a day"
    for _ in range(6):
        office.later(hours=6)
        office.settle(worker)
    assert len(office.post.received) == 2
    assert office.one("SELECT ended FROM enrolment") == End.EXIT


def test_j5_goals_and_exits_are_asked_once_more_when_a_message_is_about_to_leave(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = office.worker()
    happens(office, "begun", 2)
    monkeypatch.setattr(worker, "_send", lambda connection, now: False)
    office.settle(worker)
    assert office.one("SELECT count(*) FROM message WHERE state = %s", State.PLANNED) == 2
    happens(office, "signed")
    monkeypatch.undo()
    monkeypatch.setattr(worker, "_move_journeys", lambda connection, now: False)
    worker.sender = office.post
    office.settle(worker)
    assert len(office.post.received) == 1, "one contact has signed, though no journey has heard of it"
    assert sorted(office.all("SELECT state FROM message")) == [(State.SENT,), (State.CANCELLED,)]
    monkeypatch.undo()
    office.settle(worker)
    assert office.one("SELECT count(*) FROM enrolment WHERE ended = %s", End.EVENT) == 1


def test_a_defect_at_one_contact_does_not_hold_the_others(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from pauta.journeys import proposing

    broken = office.one("SELECT min(id) FROM contact")
    propose = proposing.propose

    def failing(tick: Any, node: Any, rows: Any) -> None:
        if any(row.contact_id == broken for row in rows):
            raise ValueError("a defect")
        propose(tick, node, rows)

    monkeypatch.setattr(proposing, "propose", failing)
    worker = office.worker()
    happens(office, "begun", 2)
    office.settle(worker)
    assert len(office.post.received) == 1
    assert office.one("SELECT error FROM quarantine") == "ValueError: a defect"
    monkeypatch.undo()
    office.run("UPDATE quarantine SET again_at = now()")
    office.settle(worker)
    assert len(office.post.received) == 2
    assert office.one("SELECT count(*) FROM quarantine") == 0
