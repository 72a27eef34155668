"""One unit of work that meets a defect is set aside with its error; the worker and everything else go on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from pauta.facts import AccountChoice
from pauta.messages.states import Lane, State, Unit
from pauta.pipeline import fast, launching, release, rendering
from pauta.pipeline.leases import LeaseLostError
from pauta.pipeline.quarantine import DefectError, blamed, forget_old
from pauta.reports.status import status
from tests.faults import company
from tests.pipeline.office import Office

SENT_BUT_ONE = {State.SENT: 4, State.PLANNED: 1}
ASIDE = "SELECT unit, part, id, error, tries FROM quarantine"


def poisoned(real: Callable[..., Any], bad: Callable[..., bool]) -> Callable[..., Any]:
    """A function that fails on some arguments."""

    def fails(*given: Any) -> Any:
        if bad(*given):
            raise ZeroDivisionError("a defect\nof ours")
        return real(*given)

    return fails


def of_account(key: int) -> Callable[..., bool]:
    def bad(_connection: Any, _now: Any, accounts: AccountChoice, *_: Any) -> bool:
        return key in (accounts.keys or ()) or (accounts.keys is None and key % 64 in accounts.parts)

    return bad


@pytest.fixture
def building(office: Office) -> Office:
    """Five people in five accounts, of whom the one in account 2 meets the defect."""
    company.build(office.connection, office.now, 5, 5, [])
    return office


def try_again(office: Office) -> None:
    office.run("UPDATE quarantine SET again_at = clock_timestamp()")


def test_an_account_that_cannot_be_decided_stops_no_other(building: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office = building
    company.launch(office.connection, office.now, "launch")
    with monkeypatch.context() as patched:
        patched.setattr(release, "decide", poisoned(release.decide, of_account(2)))
        office.settle(office.worker())
        assert company.states(office.connection) == SENT_BUT_ONE
        assert office.all(ASIDE) == [(Unit.ACCOUNT, 2, 2, "ZeroDivisionError: a defect of ours", 1)]
        try_again(office)
        office.settle(office.worker())
        assert office.one("SELECT tries FROM quarantine") == 2
        assert office.one("SELECT again_at - clock_timestamp() > interval '50 seconds' FROM quarantine")
    office.settle(office.worker())
    assert company.states(office.connection) == SENT_BUT_ONE, "not before its time"
    try_again(office)
    office.settle(office.worker())
    assert company.states(office.connection) == {State.SENT: 5}
    assert office.all(ASIDE) == []


def test_a_partition_that_cannot_be_launched_stops_no_other(building: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office = building
    company.launch(office.connection, office.now, "launch")
    with monkeypatch.context() as patched:
        patched.setattr(launching, "decide", poisoned(launching.decide, of_account(2)))
        office.settle(office.worker(), turns=100)
        assert company.states(office.connection) == {State.SENT: 4}
        campaign_id, state = office.all("SELECT id, state FROM campaign")[0]
        assert state == "launching"
        assert [row[:3] for row in office.all(ASIDE)] == [(Unit.LAUNCH, 2, campaign_id)]
    try_again(office)
    office.settle(office.worker())
    assert company.states(office.connection) == {State.SENT: 5}
    assert office.one("SELECT state FROM campaign") == "launched"
    assert office.all(ASIDE) == []


def test_a_message_that_cannot_be_rendered_waits_longer_each_time(
    building: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = building
    company.launch(office.connection, office.now, "launch")
    pauses = []
    with monkeypatch.context() as patched:
        patched.setattr(rendering, "_mail", poisoned(rendering._mail, lambda claimed, *_: claimed.contact_id == 1))
        worker = office.worker()
        for _ in range(2):
            office.settle(worker)
            assert company.states(office.connection) == SENT_BUT_ONE
            pauses.append(office.one("SELECT due FROM message WHERE state = 1") - office.now)
            office.later(seconds=pauses[-1].total_seconds())
    assert pauses == [timedelta(seconds=30), timedelta(seconds=60)]
    (aside,) = status(office.connection, office.now).set_aside
    assert (aside.unit, aside.count, aside.error, aside.tries) == (
        *("message", 1, "ZeroDivisionError: a defect of ours"),
        2,
    )
    assert office.one("SELECT detail FROM message_change ORDER BY id DESC") == "ZeroDivisionError: a defect of ours"
    office.settle(worker)
    assert company.states(office.connection) == {State.SENT: 5}
    assert office.all(ASIDE) == []


def test_mails_that_cannot_be_written_down_together_are_tried_apart(
    building: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = building
    company.launch(office.connection, office.now, "launch")
    bad = poisoned(rendering._attempt, lambda _c, _now, mails, _o: any(one.claimed.contact_id == 1 for one in mails))
    monkeypatch.setattr(rendering, "_attempt", bad)
    worker = office.worker()
    office.settle(worker)
    assert company.states(office.connection) == SENT_BUT_ONE
    assert [row[0] for row in office.all(ASIDE)] == [Unit.MESSAGE]
    assert worker.split == 1


def test_the_fast_lane_goes_on_too(building: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office = building
    for contact in range(1, 6):
        company.send_one(office.connection, office.now, contact, f"invoice {contact}")
    monkeypatch.setattr(fast, "decide", poisoned(fast.decide, of_account(2)))
    office.settle(office.worker(Lane.FAST))
    assert company.states(office.connection) == SENT_BUT_ONE
    assert [row[:3] for row in office.all(ASIDE)] == [(Unit.ACCOUNT, 2, 2)]


def test_what_nobody_tried_for_long_is_forgotten(office: Office) -> None:
    office.run(
        "INSERT INTO quarantine (unit, part, id, error, since, tries, again_at) "
        "SELECT 2, 1, n, 'x', now(), 1, now() - make_interval(hours => n) FROM unnest(ARRAY[23, 25]) n"
    )
    forget_old(office.connection)
    assert office.one("SELECT array_agg(id) FROM quarantine") == [23]


@pytest.mark.parametrize("error", [psycopg.OperationalError("gone"), LeaseLostError([1])])
def test_a_lost_connection_or_lease_is_nobodys_fault(error: Exception) -> None:
    with pytest.raises(type(error)), blamed(Unit.ACCOUNT, [(1, 1)]):
        raise error
    with pytest.raises(DefectError), blamed(Unit.ACCOUNT, [(1, 1)]):
        raise KeyError("anything else")
