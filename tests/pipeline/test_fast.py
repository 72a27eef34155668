"""Transactional messages leave at once, whatever else goes on."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from pauta.channels.base import OutcomeKind, Outgoing
from pauta.messages import actions as messages
from pauta.messages.states import Lane, State
from pauta.pipeline import launching
from pauta.pipeline.fast import release_fast
from pauta.platform.partitions import PARTITIONS
from tests.faults import company
from tests.pipeline.office import PATIENT, Office

EVERYTHING = [
    {"kind": "cap", "name": "none", "limit": 0, "days": 7, "window": "rolling", "scope": "account"},
    {"kind": "capacity", "name": "warm-up", "channel": "email", "limit": 1, "per": "day"},
    {"kind": "time", "name": "never", "weekdays": [7]},
]


def test_it_does_not_wait_for_a_launch_that_plans_the_same_account(office: Office) -> None:
    company.build(office.connection, office.now, 1, 5, EVERYTHING)
    company.launch(office.connection, office.now, "launch")
    bulk, fast = office.worker(), office.worker(Lane.FAST)
    company.send_one(office.connection, office.now, 1, "invoice")
    with office.transaction() as planning:
        bulk._own(planning)
        step = launching.next_step(planning, bulk._settled_parts(planning), 100)
        assert step is not None
        launching.launch_parts(planning, office.now, bulk.leases, step)
        with office.transaction() as connection:
            connection.execute("SET lock_timeout = '2s'")
            connection.commit()
            fast.fast_turn(connection)
        assert len(office.post.received) == 1
    assert company.states(office.connection, "lane = 1") == {State.SENT: 1}


def test_nobody_claims_twice(office: Office) -> None:
    company.build(office.connection, office.now, 1, 1, [])
    company.send_one(office.connection, office.now, 1, "invoice")
    with office.transaction() as first, office.transaction() as second:
        assert len(release_fast(first, office.now, 10) or []) == 1
        assert release_fast(second, office.now, 10) is None
        first.commit()
        assert release_fast(second, office.now, 10) is None


def test_the_stop_switch_holds_it_until_it_is_lifted(office: Office) -> None:
    company.build(office.connection, office.now, 1, 1, [])
    company.send_one(office.connection, office.now, 1, "invoice")
    messages.stop(office.connection, "email", "wrong prices", "ana", office.now)
    worker = office.worker(Lane.FAST)
    office.settle(worker)
    assert office.post.received == []
    messages.lift(office.connection, "email", "ana", office.now)
    office.settle(worker)
    assert len(office.post.received) == 1


def test_a_suppressed_address_gets_nothing(office: Office) -> None:
    company.build(office.connection, office.now, 1, 1, [])
    company.send_one(office.connection, office.now, 1, "invoice")
    office.suppress("c1@customer.example")
    office.settle(office.worker(Lane.FAST))
    assert company.states(office.connection) == {State.SUPPRESSED: 1}
    assert office.post.received == []


def test_without_consent_it_leaves_all_the_same(office: Office) -> None:
    company.build(office.connection, office.now, 1, 1, EVERYTHING)
    office.run("TRUNCATE consent")
    company.send_one(office.connection, office.now, 1, "invoice")
    office.settle(office.worker(Lane.FAST))
    assert company.states(office.connection) == {State.SENT: 1}


def test_one_for_later_waits_for_its_hour(office: Office) -> None:
    company.build(office.connection, office.now, 1, 1, [])
    company.send_one(office.connection, office.now, 1, "invoice")
    office.run("UPDATE message SET due = due + interval '1 hour'")
    worker = office.worker(Lane.FAST)
    office.settle(worker)
    assert office.post.received == []
    office.later(hours=1)
    office.settle(worker)
    assert len(office.post.received) == 1


def test_a_refusal_for_now_does_not_slow_the_others_down(office: Office) -> None:
    company.build(office.connection, office.now, 1, 2, [])
    office.post.answers["c1@"] = OutcomeKind.LATER
    for contact in (1, 2):
        company.send_one(office.connection, office.now, contact, f"invoice {contact}")
    began = time.monotonic()
    office.settle(office.worker(Lane.FAST))
    assert company.states(office.connection) == {State.SENT: 1, State.PLANNED: 1}
    assert office.one("SELECT due FROM message WHERE state = 1") == office.now + timedelta(seconds=30)
    assert time.monotonic() - began < 5


def test_while_the_fast_lane_is_stopped_another_worker_does_its_work(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pauta.worker.sender_from", lambda *_given: office.post)
    company.build(office.connection, office.now, 1, 1, [])
    bulk = office.worker()
    elsewhere(office, seconds_ago=0)
    company.send_one(office.connection, office.now, 1, "invoice")
    office.settle(bulk)
    assert office.post.received == [], "the fast lane is there"
    elsewhere(office, seconds_ago=5 * PATIENT)
    bulk.look_at = 0.0
    office.settle(bulk)
    assert len(office.post.received) == 1
    elsewhere(office, seconds_ago=0)
    bulk.look_at = 0.0
    company.send_one(office.connection, office.now, 1, "another invoice")
    office.settle(bulk)
    assert len(office.post.received) == 1, "it is left to the fast lane again"
    assert office.all("SELECT name FROM worker WHERE lane = %s", Lane.FAST) == [("elsewhere-1-0",)]


def test_a_worker_and_its_deputy_do_not_take_each_other_for_dead(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are one process, whose former lives are dead for certain."""
    monkeypatch.setattr("pauta.worker.sender_from", lambda *_given: office.post)
    company.build(office.connection, office.now, 1, 1, [])
    bulk = office.worker()
    elsewhere(office, seconds_ago=5 * PATIENT)
    company.send_one(office.connection, office.now, 1, "invoice")
    office.settle(bulk)
    assert office.one("SELECT count(*) FROM lease WHERE until > clock_timestamp()") == PARTITIONS
    assert office.one("SELECT count(*) FROM worker") == 3
    company.launch(office.connection, office.now, "launch")
    office.settle(bulk)
    assert len(office.post.received) == 2, "it goes on with its own work"
    assert office.one("SELECT count(*) FROM worker") == 3


def elsewhere(office: Office, seconds_ago: int) -> None:
    """A fast lane on another machine, seen so long ago."""
    office.run(
        "INSERT INTO worker (name, lane, seen_at) VALUES ('elsewhere-1-0', %s, clock_timestamp() - %s)"
        " ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at",
        Lane.FAST,
        timedelta(seconds=seconds_ago),
    )


def test_who_was_not_seen_for_a_while_sends_nothing_of_what_it_had_in_hand(office: Office) -> None:
    """Another one may have sent it by then; what it claims from now on is its own."""
    company.build(office.connection, office.now, 1, 2, [])
    for contact in (1, 2):
        company.send_one(office.connection, office.now, contact, f"invoice {contact}")
    worker = office.worker(Lane.FAST)

    def stopped_for_long(_outgoing: Outgoing) -> None:
        worker.seen_until = time.monotonic() - 1
        worker.beat(office.connection)
        office.connection.commit()

    office.post.meanwhile = stopped_for_long
    with office.transaction() as connection:
        worker.fast_turn(connection)
        connection.commit()
        assert len(office.post.received) == 1
        worker.fast_turn(connection)
    assert len(set(office.post.ids())) == len(office.post.received) == 2
