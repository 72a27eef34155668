"""A message that somebody sends past the policies leaves at once, counts, and stops at what no one may override."""

from __future__ import annotations

from typing import Any

import pytest

from pauta.campaigns import actions as campaigns
from pauta.channels.base import OutcomeKind
from pauta.core.gate.reasons import REASON_CODE, Reason
from pauta.core.problems import Problem
from pauta.messages import actions as messages
from pauta.messages.holds import hold_until, lift_hold
from pauta.messages.overriding import override
from pauta.messages.states import Lane, State
from pauta.people.actions import ContactValues, set_preference, upsert_contact
from pauta.pipeline.people import people_changed
from pauta.policies.actions import replace_all
from pauta.team.roles import caller
from pauta.worker import Worker
from tests.conftest import ADMIN
from tests.faults import company
from tests.pipeline.office import Office

ONE = {"kind": "cap", "name": "one a week", "limit": 1, "days": 7, "scope": "contact"}
POLICIES: dict[str, dict[str, Any]] = {
    "cap": ONE,
    "cap per account": ONE | {"scope": "account"},
    "spacing": {"kind": "spacing", "name": "a week apart", "days": 7, "scope": "contact"},
    "capacity": {"kind": "capacity", "name": "warm-up", "channel": "email", "limit": 1, "per": "month"},
    "hold": {"kind": "hold", "name": "angry", "while": "angry", "scope": "account"},
    "time": {"kind": "time", "name": "mornings", "hours": ["05:00", "06:00"]},
    "blackout": {"kind": "time", "name": "closed", "dates": ["2026-11-23"]},
    "guard": {"kind": "guard", "name": "for beginners", "stages": ["onboarding"]},
    "mix": {"kind": "mix", "name": "one in five", "type": "promotional", "percent": 20, "days": 30, "min_touches": 1},
}


def waiting(office: Office, *policies: dict[str, Any], **terms: Any) -> tuple[Worker, int]:
    """Contact 1 has got a message of a first campaign; that of a second one is kept back by the policies."""
    company.build(office.connection, office.now, 1, 1, [])
    office.run("INSERT INTO condition (part, account_key, name, source, began_at) SELECT part, account_key, 'angry',"
               " 'test', %s FROM contact", office.now)  # fmt: skip
    worker = office.worker()
    company.launch(office.connection, office.now, "first")
    office.settle(worker)
    replace_all(office.connection, list(policies), "ana", office.now)
    company.launch(office.connection, office.now, "second", **terms)
    office.settle(worker)
    assert len(office.post.received) == 1
    return worker, office.one("SELECT max(id) FROM message")


def state_of(office: Office, message_id: int) -> tuple[int, int]:
    row: tuple[int, int] = office.all("SELECT state, reason FROM message WHERE id = %s", message_id)[0]
    return row


@pytest.mark.parametrize("kind", POLICIES)
def test_it_goes_past_every_policy(office: Office, kind: str) -> None:
    worker, second = waiting(office, POLICIES[kind])
    override(office.connection, office.now, second, ADMIN, "asked for by phone")
    office.settle(worker)
    assert state_of(office, second) == (State.SENT, REASON_CODE[Reason.overridden])
    assert office.post.ids()[1:] == [second]
    assert office.all("SELECT actor, reason FROM override") == [(ADMIN.actor, "asked for by phone")]


def test_it_takes_its_place_of_a_capacity_at_once(office: Office) -> None:
    worker, second = waiting(office, POLICIES["capacity"])
    office.run("DELETE FROM capacity_use")
    office.run("UPDATE capacity_count SET at = clock_timestamp()")
    override(office.connection, office.now, second, ADMIN, "asked for by phone")
    office.settle(worker)
    assert state_of(office, second)[0] == State.SENT
    assert office.all("SELECT used FROM capacity_use") == [(1,)]


def prefers(office: Office, at_most: int) -> None:
    set_preference(office.connection, 1, "offers", at_most, 30, office.now)


def test_it_goes_past_how_often_the_contact_wants_it(office: Office) -> None:
    worker, second = waiting(office, POLICIES["blackout"])
    prefers(office, 1)
    override(office.connection, office.now, second, ADMIN, "asked for by phone")
    office.settle(worker)
    assert state_of(office, second)[0] == State.SENT


def test_it_never_goes_to_who_never_wants_the_topic(office: Office) -> None:
    worker, second = waiting(office, POLICIES["blackout"])
    prefers(office, 0)
    override(office.connection, office.now, second, ADMIN, "asked for by phone")
    office.settle(worker)
    assert state_of(office, second) == (State.SUPPRESSED, REASON_CODE[Reason.preference])


def denied(office: Office) -> None:
    office.run(
        "INSERT INTO consent (part, contact_id, channel, topic, granted, basis, source, at, recorded_at)"
        " SELECT part, id, 0, '*', false, 'express', 'test', %s, %s FROM contact",
        office.now, office.now,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("before", "state", "reason"),
    [
        (denied, State.SUPPRESSED, Reason.consent),
        (lambda office: office.suppress("c1@customer.example"), State.SUPPRESSED, Reason.address),
        (lambda office: office.run("UPDATE contact SET paused_until = '2026-12-10'"), State.PLANNED, Reason.overridden),
    ],
    ids=["consent", "address", "pause"],
)
def test_it_never_goes_past_consent_address_and_pause(
    office: Office, before: Any, state: State, reason: Reason
) -> None:
    worker, second = waiting(office, ONE)
    before(office)
    override(office.connection, office.now, second, ADMIN, "asked for by phone")
    office.settle(worker)
    assert state_of(office, second) == (state, REASON_CODE[reason])
    assert len(office.post.received) == 1


def test_what_waits_for_the_end_of_a_pause_leaves_then_and_keeps_its_place_meanwhile(office: Office) -> None:
    worker, second = waiting(office, ONE)
    office.run("UPDATE contact SET paused_until = '2026-12-10'")
    override(office.connection, office.now, second, ADMIN, "asked for by phone")
    company.launch(office.connection, office.now, "third")
    office.settle(worker)
    third = office.one("SELECT max(id) FROM message")
    assert str(office.one("SELECT day FROM message WHERE id = %s", third)) == "2026-12-17", "a week after the second"
    office.later(days=17, hours=8)
    office.settle(worker)
    assert office.post.ids()[1:] == [second]


def test_the_touch_counts_afterwards(office: Office) -> None:
    worker, second = waiting(office, ONE)
    company.launch(office.connection, office.now, "third")
    office.settle(worker)
    third = office.one("SELECT max(id) FROM message")
    planned = office.one("SELECT day FROM message WHERE id = %s", third)
    override(office.connection, office.now, second, ADMIN, "asked for by phone")
    office.settle(worker)
    moved = office.one("SELECT day FROM message WHERE id = %s", third)
    assert str(moved) == "2026-11-30", "seven days after the overridden one; its own later place is free"
    assert planned > moved


def test_a_suppressed_message_can_still_be_sent(office: Office) -> None:
    worker, second = waiting(office, ONE, expires="2026-11-24")
    assert state_of(office, second) == (State.SUPPRESSED, REASON_CODE[Reason.expired])
    override(office.connection, office.now, second, ADMIN, "asked for by phone")
    office.settle(worker)
    assert state_of(office, second)[0] == State.SENT


def prefers_nothing(office: Office) -> None:
    prefers(office, 0)


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        (denied, Reason.consent),
        (lambda office: office.suppress("c1@customer.example"), Reason.address),
        (prefers_nothing, Reason.preference),
    ],
    ids=["consent", "address", "preference"],
)
def test_what_no_policy_suppressed_stays_suppressed(office: Office, before: Any, reason: Reason) -> None:
    company.build(office.connection, office.now, 1, 1, [])
    before(office)
    company.launch(office.connection, office.now, "first")
    office.settle(office.worker())
    refuse(office, reason)


def refuse(office: Office, reason: Reason) -> None:
    suppressed = (State.SUPPRESSED, REASON_CODE[reason])
    number = office.one("SELECT max(id) FROM message")
    assert state_of(office, number) == suppressed
    with pytest.raises(Problem, match="no_override"):
        override(office.connection, office.now, number, ADMIN, "asked for by phone")
    assert state_of(office, number) == suppressed
    assert office.all("SELECT * FROM override") == []


@pytest.mark.parametrize("kind", ["cap", "guard"])
def test_what_a_policy_suppressed_stays_so_after_its_last_day(office: Office, kind: str) -> None:
    waiting(office, POLICIES[kind], expires="2026-11-24")
    office.later(days=2)
    refuse(office, Reason.expired if kind == "cap" else Reason.guard)


def test_what_a_pause_outlasts_stays_suppressed(office: Office) -> None:
    waiting(office, ONE, expires="2026-11-24")
    office.run("UPDATE contact SET paused_until = '2026-11-25'")
    refuse(office, Reason.expired)


def test_what_the_server_puts_off_leaves_later_all_the_same(office: Office) -> None:
    worker, second = waiting(office, ONE)
    office.post.answers["c1@"] = OutcomeKind.LATER
    override(office.connection, office.now, second, ADMIN, "asked for by phone")
    office.settle(worker)
    assert state_of(office, second)[0] == State.PLANNED
    office.post.answers.clear()
    office.later(minutes=1)
    office.settle(worker)
    assert state_of(office, second)[0] == State.SENT


def test_what_a_dead_worker_left_of_it_is_settled(office: Office) -> None:
    _, second = waiting(office, ONE)
    override(office.connection, office.now, second, ADMIN, "asked for by phone")
    office.run("UPDATE message SET state = %s, due = NULL WHERE id = %s", State.SENDING, second)
    office.run("DELETE FROM worker")
    office.run("UPDATE lease SET owner = '', until = '-infinity'")
    office.settle(office.worker())
    assert state_of(office, second)[0] == State.SENT


def test_a_stop_and_a_paused_campaign_hold_it(office: Office) -> None:
    worker, second = waiting(office, ONE)
    messages.stop(office.connection, None, "wrong prices", "ana", office.now)
    override(office.connection, office.now, second, ADMIN, "asked for by phone")
    office.settle(worker)
    messages.lift(office.connection, None, "ana", office.now)
    campaign_id = office.one("SELECT id FROM campaign WHERE name = 'second'")
    campaigns.pause(office.connection, campaign_id)
    office.settle(worker)
    assert len(office.post.received) == 1
    campaigns.resume(office.connection, office.now, campaign_id)
    office.settle(worker)
    assert state_of(office, second)[0] == State.SENT


def test_who_may_not_and_what_cannot_be_is_refused(office: Office) -> None:
    worker, second = waiting(office, ONE)
    first = office.one("SELECT min(id) FROM message")
    with pytest.raises(Problem, match="right_missing"):
        override(office.connection, office.now, second, caller("user:bruno", "csm"), "please")
    with pytest.raises(Problem, match="field_missing"):
        override(office.connection, office.now, second, ADMIN, "  ")
    with pytest.raises(Problem, match="no_override"):
        override(office.connection, office.now, first, ADMIN, "again")
    office.settle(worker)
    assert office.all("SELECT * FROM override") == []


def hold(office: Office, contact: int | None, until: str, **changed: Any) -> int:
    key = office.one("SELECT account_key FROM contact WHERE id = 1")
    given = {"account_key": key, "contact_id": contact, "until": until, "reason": "contract talks"} | changed
    given["until"] = office.now.date().fromisoformat(until)
    return hold_until(office.connection, office.now, ADMIN, today=office.now.date(), **given)


@pytest.mark.parametrize("contact", [1, None], ids=["contact", "account"])
def test_whom_a_colleague_holds_gets_nothing_until_the_day(office: Office, contact: int | None) -> None:
    company.build(office.connection, office.now, 1, 2, [])
    held = hold(office, contact, "2026-12-01")
    invoice = company.send_one(office.connection, office.now, 1, "invoice")
    office.settle(office.worker(Lane.FAST))
    assert office.post.ids() == [invoice], "a hold is for what is not transactional"
    worker = office.worker()
    company.launch(office.connection, office.now, "first")
    office.settle(worker)
    waits = office.all("SELECT contact_id FROM message WHERE state = 1 AND day = '2026-12-01' ORDER BY 1")
    assert waits == [(1,)] + ([] if contact else [(2,)])
    lift_hold(office.connection, office.now, ADMIN, held, office.now.date())
    office.settle(worker)
    assert company.states(office.connection) == {State.SENT: 3}
    with pytest.raises(Problem, match="hold_gone"):
        lift_hold(office.connection, office.now, ADMIN, held, office.now.date())


def test_it_goes_past_a_hold_by_hand(office: Office) -> None:
    company.build(office.connection, office.now, 1, 1, [])
    worker = office.worker()
    hold(office, None, "2026-12-01")
    company.launch(office.connection, office.now, "first")
    office.settle(worker)
    assert office.post.received == []
    override(office.connection, office.now, office.one("SELECT id FROM message"), ADMIN, "the CEO asks")
    office.settle(worker)
    assert len(office.post.received) == 1


def test_a_hold_goes_along_with_its_contact(office: Office) -> None:
    company.build(office.connection, office.now, 2, 1, [])
    worker = office.worker()
    hold(office, 1, "2026-12-01")
    stored = upsert_contact(office.connection, ContactValues(external_id="c1", account="a1"), office.now)
    people_changed(office.connection, stored.changes, office.now)
    assert stored.changes.moves
    company.launch(office.connection, office.now, "first")
    office.settle(worker)
    assert office.post.received == []


def test_a_hold_needs_a_reason_and_a_day_to_come(office: Office) -> None:
    company.build(office.connection, office.now, 1, 1, [])
    with pytest.raises(Problem, match="field_missing"):
        hold(office, 1, "2026-12-01", reason=" ")
    with pytest.raises(Problem, match="hold_over"):
        hold(office, 1, office.now.date().isoformat())
