"""What becomes of a message after each answer of a mail server."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from pauta.channels.base import Outcome, OutcomeKind
from pauta.channels.email.throttle import Throttled
from pauta.content.actions import publish
from pauta.core import archive
from pauta.core.gate.reasons import REASON_CODE, Reason
from pauta.core.gate.vocabulary import Channel
from pauta.core.render import TemplateSource
from pauta.messages import actions as messages
from pauta.messages.states import Lane, State
from pauta.messages.terms import Terms
from pauta.people.actions import ContactValues, move_contact, upsert_contact
from pauta.pipeline import delivery
from pauta.pipeline.people import people_changed
from tests.conftest import ADMIN
from tests.faults import company
from tests.pipeline.office import Office

OPERATIONAL = Terms(type="operational", topic="outage", team="finance", tier=0, urgent=True)


def build(office: Office, accounts: int = 3, contacts: int = 3, policies: Any = ()) -> None:
    company.build(office.connection, office.now, accounts, contacts, list(policies))
    office.connection.commit()


def test_what_was_sent_is_archived_as_it_left(office: Office) -> None:
    build(office)
    company.launch(office.connection, office.now, "launch")
    office.settle(office.worker())
    assert company.states(office.connection) == {State.SENT: 3}
    kept = office.all(
        "SELECT a.message_id, a.number, a.hash, a.body, s.body FROM archive a JOIN skeleton s ON s.id = a.skeleton_id"
    )
    received = {int(one.reference.split(".")[1]): one.content for one in office.post.received}
    assert {number: archive.expand(body, skeleton) for number, _, _, body, skeleton in kept} == received
    assert all(digest == sha256(received[number]).digest() for number, _, digest, _, _ in kept)
    assert {number for _, number, *_ in kept} == {1}


def test_a_catcher_on_this_machine_needs_no_postal_address(office: Office) -> None:
    build(office, 1, 1)
    office.run("UPDATE company SET postal_address = ''")
    company.launch(office.connection, office.now, "launch")
    worker = office.worker(smtp_url="")
    office.settle(worker)
    assert company.states(office.connection) == {State.SENT: 1}
    assert b"/unsubscribe/" in office.post.received[0].content.replace(b"=\r\n", b"")


def test_a_refusal_for_now_comes_back_after_a_pause_that_grows(office: Office) -> None:
    build(office, 1, 1)
    company.launch(office.connection, office.now, "launch")
    office.post.answers["c1@"] = OutcomeKind.LATER
    worker = office.worker()
    pauses = []
    for _ in range(3):
        office.settle(worker)
        due, reason = office.all("SELECT due, reason FROM message WHERE state = 1")[0]
        assert reason == REASON_CODE[Reason.later]
        pauses.append(due - office.now)
        office.later(seconds=pauses[-1].total_seconds())
    assert pauses == [timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120)]
    office.post.answers.clear()
    office.settle(worker)
    assert company.states(office.connection) == {State.SENT: 1}
    assert office.one("SELECT reason FROM message") == REASON_CODE[Reason.delivered]
    assert office.all("SELECT number, outcome FROM attempt ORDER BY number") == [(1, 1), (2, 1), (3, 1), (4, 0)]
    assert len({one.content.split(b"Message-ID: ")[1].split(b"\r\n")[0] for one in office.post.received}) == 1


def test_attempts_that_never_left_neither_lengthen_the_pause_nor_use_up_the_tries(office: Office) -> None:
    build(office, 1, 1)
    company.launch(office.connection, office.now, "launch")
    worker = office.worker()
    office.post.answers["c1@"] = OutcomeKind.LATER
    office.settle(worker)
    part, number = office.all("SELECT part, id FROM message")[0]
    office.run(
        "INSERT INTO attempt (part, message_id, number, owner, started_at, outcome) "
        "SELECT %s, %s, n, 'gone', now(), %s FROM generate_series(2, 200) n",
        part, number, delivery.OUTCOME_CODE[OutcomeKind.UNSENT],
    )  # fmt: skip
    office.later(seconds=30)
    office.settle(worker)
    assert office.one("SELECT due FROM message WHERE state = 1") - office.now == timedelta(seconds=60)
    assert office.one("SELECT max(number) FROM attempt") == 201


def test_a_server_that_says_later_for_ever_fails_in_the_end(office: Office) -> None:
    build(office, 1, 1)
    company.launch(office.connection, office.now, "launch")
    office.post.answers["c1@"] = OutcomeKind.LATER
    worker = office.worker()
    for _ in range(delivery.MOST_REFUSALS):
        office.settle(worker)
        office.later(hours=4)
    assert company.states(office.connection) == {State.FAILED: 1}
    assert office.one("SELECT count(*) FROM attempt") == delivery.MOST_REFUSALS
    assert office.one("SELECT reason FROM message") == REASON_CODE[Reason.rejected]


def test_a_failed_message_gives_its_place_to_one_that_waits(office: Office) -> None:
    one_a_week = {"kind": "cap", "name": "one", "limit": 1, "days": 7, "window": "rolling", "scope": "account"}
    build(office, 1, 2, [one_a_week])
    company.launch(office.connection, office.now, "launch")
    office.post.answers["c1@"] = OutcomeKind.FAILED
    worker = office.worker()
    office.settle(worker)
    assert company.states(office.connection) == {State.SENT: 1, State.FAILED: 1}
    assert office.one("SELECT contact_id FROM message WHERE state = 3") == 2


@pytest.mark.parametrize("urgent", [True, False])
def test_a_lost_answer_is_final_for_bulk_and_sends_urgent_operational_again(office: Office, urgent: bool) -> None:
    build(office, 1, 1)
    terms = OPERATIONAL if urgent else Terms(type="promotional", topic="offers", team="marketing")
    messages.propose_one(office.connection, office.now, terms, contact="c1", template="hello", key="one", who=ADMIN)
    office.post.answers["c1@"] = OutcomeKind.LOST
    office.post.meanwhile = lambda _: office.post.answers.clear()
    office.settle(office.worker())
    names = [one.content.split(b"Message-ID: ")[1].split(b"\r\n")[0] for one in office.post.received]
    assert company.states(office.connection) == {State.SENT if urgent else State.UNKNOWN: 1}
    assert len(names) == (2 if urgent else 1)
    assert len(set(names)) == 1


def test_an_unknown_message_keeps_its_touch(office: Office) -> None:
    one_a_week = {"kind": "cap", "name": "one", "limit": 1, "days": 7, "window": "rolling", "scope": "account"}
    build(office, 1, 2, [one_a_week])
    company.launch(office.connection, office.now, "launch")
    office.post.answers["c1@"] = OutcomeKind.LOST
    office.settle(office.worker())
    assert company.states(office.connection) == {State.UNKNOWN: 1, State.PLANNED: 1}


def test_a_missing_figure_holds_with_its_name_until_it_is_there(office: Office) -> None:
    build(office, 1, 1)
    body = company.BODY.replace("contact.first_name", "contact.plan")
    publish(office.connection, "hello", {"pt-BR": TemplateSource("Olá", body)}, "ana", office.now)
    company.launch(office.connection, office.now, "launch")
    worker = office.worker()
    office.settle(worker)
    assert company.states(office.connection) == {State.HELD: 1}
    detail, reason = office.all(
        "SELECT c.detail, m.reason FROM message m JOIN message_change c ON c.message_id = m.id ORDER BY c.id DESC"
    )[0]
    assert "contact.plan" in detail
    assert reason == REASON_CODE[Reason.missing_figure]
    assert not worker._resting, "a mail server that was not asked has refused nothing"
    gold = ContactValues(external_id="c1", attributes={"plan": "gold"})
    people_changed(office.connection, upsert_contact(office.connection, gold, office.now).changes, office.now)
    office.settle(worker)
    assert company.states(office.connection) == {State.SENT: 1}


def test_a_channel_without_provider_is_never_chosen(office: Office) -> None:
    build(office, 1, 1)
    office.run("UPDATE contact SET phone = '+5511999990000', phone_state = 1 WHERE id = 1")
    office.run(
        "INSERT INTO consent (part, contact_id, channel, topic, granted, basis, source, at, recorded_at) "
        "SELECT part, id, 1, '*', true, 'express', 'test', now(), now() FROM contact"
    )
    company.launch(office.connection, office.now, "launch", channels=["sms", "email"])
    office.settle(office.worker())
    assert office.all("SELECT state, channel FROM message") == [(State.SENT, Channel.email)]


def test_a_contact_who_moves_during_the_hand_over_is_not_written_to_twice(office: Office) -> None:
    build(office, 3, 2)
    company.launch(office.connection, office.now, "launch")

    def move(outgoing: Any) -> None:
        if "c1@" in outgoing.recipient:
            with office.transaction() as connection:
                people_changed(connection, move_contact(connection, 1, 1, office.now), office.now)

    office.post.meanwhile = move
    before = office.one("SELECT account_key FROM contact WHERE id = 1")
    office.settle(office.worker())
    assert office.one("SELECT account_key FROM message WHERE contact_id = 1") != before
    assert company.states(office.connection) == {State.SENT: 2}
    assert len(office.post.received) == 2


def test_an_answer_does_not_touch_what_somebody_else_has_settled(office: Office) -> None:
    build(office, 1, 1)
    company.launch(office.connection, office.now, "launch")
    office.settle(office.worker())
    reference = office.post.received[0].reference
    assert delivery.record(office.connection, office.now, [Outcome(reference, OutcomeKind.LATER)]) == 0
    assert company.states(office.connection) == {State.SENT: 1}


def test_what_a_mailbox_provider_gets_too_much_of_keeps_its_place_and_says_why(office: Office) -> None:
    build(office)
    office.run("UPDATE contact SET email = 'c' || id || '@gmail.com' WHERE id < 3")
    company.launch(office.connection, office.now, "launch")
    worker = office.worker()
    worker.sender = Throttled(office.post, {"gmail": 1}, 1.0)
    office.settle(worker)
    assert len(office.post.received) == 2
    ((held, due, day),) = office.all("SELECT id, due, day FROM message WHERE state = %s", State.PLANNED)
    assert timedelta(seconds=55) < due - office.now <= timedelta(seconds=60)
    detail = "SELECT detail FROM message_change WHERE message_id = %s ORDER BY id DESC"
    assert office.one(detail, held) == "pauta:held_back 1 gmail"
    assert office.one("SELECT day FROM message WHERE id = %s", held) == day
    office.later(seconds=61)
    worker.sender = office.post
    office.settle(worker)
    assert company.states(office.connection) == {State.SENT: 3}


def test_a_server_that_takes_nothing_is_probed_with_a_few(office: Office) -> None:
    build(office, 50, 50)
    company.launch(office.connection, office.now, "launch")
    office.post.answers["@"] = OutcomeKind.UNSENT
    worker = office.worker()
    office.settle(worker)
    assert office.one("SELECT count(*) FROM attempt") == 50
    worker.rest_until = 0.0
    office.settle(worker)
    assert office.one("SELECT count(*) FROM attempt") == 70
    assert company.states(office.connection) == {State.PLANNED: 50}
    office.post.answers.clear()
    worker.rest_until = 0.0
    office.settle(worker)
    assert company.states(office.connection) == {State.SENT: 50}


def test_what_is_held_back_does_not_hide_that_the_server_is_away(office: Office) -> None:
    build(office, 3, 3)
    office.run("UPDATE contact SET email = replace(email, 'customer.example', 'gmail.com') WHERE id > 1")
    company.launch(office.connection, office.now, "launch")
    office.post.answers["@"] = OutcomeKind.UNSENT
    worker = office.worker()
    worker.sender = Throttled(office.post, {"gmail": 1}, 1.0)
    office.settle(worker)
    assert worker._resting
    assert office.one("SELECT count(*) FROM attempt") == 3, "each was tried once"


def test_transactional_messages_are_sent_again_under_the_same_name(office: Office) -> None:
    build(office, 1, 1)
    company.send_one(office.connection, office.now, 1, "invoice")
    office.post.answers["c1@"] = OutcomeKind.LOST
    office.post.meanwhile = lambda _: office.post.answers.clear()
    office.settle(office.worker(Lane.FAST))
    names = {one.content.split(b"Message-ID: ")[1].split(b"\r\n")[0] for one in office.post.received}
    assert company.states(office.connection) == {State.SENT: 1}
    assert len(office.post.received) == 2
    assert len(names) == 1
