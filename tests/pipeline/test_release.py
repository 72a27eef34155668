"""Between plan and hand-over everything is asked again; only what may leave today is claimed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pauta.campaigns import actions as campaigns
from pauta.channels.base import OutcomeKind
from pauta.core.gate.reasons import REASON_CODE, VERDICT_CODE, Reason, Verdict
from pauta.messages import actions as messages
from pauta.messages.queries import Replanning, replanning
from pauta.messages.states import State
from pauta.pipeline import release as releasing
from pauta.policies.actions import replace_all
from tests.faults import company
from tests.pipeline.office import Office

MORNING = [{"kind": "time", "name": "mornings", "hours": ["08:00", "09:00"]}]
ONE_A_WEEK = [{"kind": "cap", "name": "one a week", "limit": 1, "days": 7, "window": "rolling", "scope": "contact"}]


def planned_for_tomorrow(office: Office, contacts: int = 2) -> int:
    """A campaign whose messages are planned and leave tomorrow morning; the worker has gone home."""
    company.build(office.connection, office.now, contacts, contacts, MORNING)
    office.run("UPDATE account SET place_id = 1")
    campaign_id = company.launch(office.connection, office.now, "launch")
    worker = office.worker()
    office.settle(worker)
    assert company.states(office.connection) == {State.PLANNED: contacts}
    with office.transaction() as connection:
        worker.leases.give_back(connection, worker.leases.parts)
        connection.execute("DELETE FROM worker")
    office.later(hours=23, minutes=30)
    return campaign_id


def withdrawn(office: Office) -> None:
    office.run(
        "INSERT INTO consent (part, contact_id, channel, topic, granted, basis, source, at, recorded_at) "
        "SELECT part, id, 0, '*', false, 'express', 'test', %s, %s FROM contact WHERE id = 1",
        office.now, office.now,
    )  # fmt: skip


def held(office: Office) -> None:
    hold = {"kind": "hold", "name": "angry", "while": "angry", "scope": "account"}
    replace_all(office.connection, [*MORNING, hold], "ana", office.now)
    office.run(
        "INSERT INTO condition (part, account_key, contact_id, name, source, began_at) "
        "SELECT part, account_key, id, 'angry', 'test', %s FROM contact WHERE id = 1",
        office.now,
    )


@pytest.mark.parametrize(
    ("happens", "state", "reason"),
    [
        (withdrawn, State.SUPPRESSED, Reason.consent),
        (lambda office: office.suppress("c1@customer.example"), State.SUPPRESSED, Reason.address),
        (held, State.OPEN, Reason.hold),
    ],
    ids=["consent withdrawn", "address suppressed", "hold began"],
)
def test_what_happened_since_the_plan_counts(office: Office, happens: Any, state: State, reason: Reason) -> None:
    planned_for_tomorrow(office)
    happens(office)
    office.settle(office.worker())
    assert office.all("SELECT state, reason FROM message WHERE contact_id = 1") == [(state, REASON_CODE[reason])]
    assert company.states(office.connection, "contact_id = 2") == {State.SENT: 1}
    assert len(office.post.received) == 1
    said = office.all(
        "SELECT state, day FROM message_change WHERE message_id = (SELECT id FROM message WHERE contact_id = 1)"
    )
    assert said == [(State.PLANNED, office.now.date())], "history keeps what was said before"


def test_what_waited_for_its_day_is_still_called_queued(office: Office) -> None:
    planned_for_tomorrow(office)
    before = office.all("SELECT id, verdict, reason, rule, day FROM message ORDER BY id")
    assert {row[1] for row in before} == {VERDICT_CODE[Verdict.queue]}
    office.settle(office.worker())
    assert company.states(office.connection) == {State.SENT: 2}
    assert office.all("SELECT id, verdict, reason, rule, day FROM message ORDER BY id") == before
    assert office.one("SELECT count(*) FROM message_change") == 0


def test_what_expired_while_it_waited_does_not_leave(office: Office) -> None:
    company.build(office.connection, office.now, 1, 1, MORNING)
    office.run("UPDATE account SET place_id = 1")
    company.launch(office.connection, office.now, "launch", expires=(office.now + timedelta(days=1)).date())
    office.settle(office.worker())
    office.run("DELETE FROM worker")
    office.run("UPDATE lease SET owner = '', until = '-infinity'")
    office.later(days=2)
    office.settle(office.worker())
    assert office.all("SELECT state, reason FROM message") == [(State.SUPPRESSED, REASON_CODE[Reason.expired])]


def test_the_stop_switch_and_a_paused_campaign_hold_everything(office: Office) -> None:
    campaign_id = planned_for_tomorrow(office)
    messages.stop(office.connection, None, "wrong prices", "ana", office.now)
    worker = office.worker()
    office.settle(worker)
    assert office.post.received == []
    campaigns.pause(office.connection, campaign_id)
    messages.lift(office.connection, None, "ana", office.now)
    office.settle(worker)
    assert office.post.received == []
    campaigns.resume(office.connection, office.now, campaign_id)
    office.settle(worker)
    assert len(office.post.received) == 2


@pytest.mark.parametrize("what", ["pause", "stop"])
def test_a_claim_asks_again_whether_something_was_stopped(
    office: Office, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign_id = planned_for_tomorrow(office)
    decide = releasing.decide

    def decide_slowly(*given: Any) -> Any:
        with office.transaction() as connection:
            if what == "pause":
                campaigns.pause(connection, campaign_id)
            else:
                messages.stop(connection, "email", "wrong prices", "ana", office.now)
        monkeypatch.setattr(releasing, "decide", decide)
        return decide(*given)

    monkeypatch.setattr(releasing, "decide", decide_slowly)
    office.settle(office.worker())
    assert office.post.received == []
    assert company.states(office.connection) == {State.PLANNED: 2}


def test_no_more_than_the_limit_is_claimed_and_a_big_account_is_worked_off(office: Office) -> None:
    company.build(office.connection, office.now, 1, 30, [])
    company.launch(office.connection, office.now, "launch")
    worker = office.worker(send_batch=7)
    batches = []
    deliver = worker._deliver
    worker._deliver = lambda connection, claimed: (batches.append(len(claimed)), deliver(connection, claimed))[1]  # type: ignore[method-assign]
    office.settle(worker)
    assert batches == [7, 7, 7, 7, 2]
    assert company.states(office.connection) == {State.SENT: 30}


def test_nothing_is_owned_nothing_is_claimed(office: Office) -> None:
    company.build(office.connection, office.now, 3, 3, [])
    company.launch(office.connection, office.now, "launch")
    office.post.answers["@"] = OutcomeKind.UNSENT
    office.settle(office.worker())
    stranger = office.worker()
    assert releasing.release(office.connection, office.now, stranger.leases, 10) is None


def test_progress_of_planning_anew_is_told_and_what_is_due_meanwhile_obeys_the_new_policies(office: Office) -> None:
    company.build(office.connection, office.now, 4, 8, [])
    worker = office.worker()
    company.launch(office.connection, office.now, "spring", not_before=(office.now + timedelta(days=1)).date())
    office.settle(worker)
    closed = {"kind": "time", "name": "closed", "dates": ["2026-11-24"]}
    version = replace_all(office.connection, [closed], "ana", office.now)
    assert messages.request_plan_everywhere(office.connection, office.now, version) == 4
    assert replanning(office.connection) == Replanning(version, office.now, accounts=4, left=4)
    office.run("DELETE FROM plan_request WHERE account_key <> (SELECT min(account_key) FROM plan_request)")
    assert replanning(office.connection) == Replanning(version, office.now, accounts=4, left=1)
    office.later(hours=30)
    office.settle(worker)
    assert replanning(office.connection) is None
    assert office.post.received == [], "accounts that were not planned anew are decided again when they are due"
    assert office.all("SELECT DISTINCT day::text FROM message") == [("2026-11-25",)]
