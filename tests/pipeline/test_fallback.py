"""What failed for good on one channel is followed by a message on the next."""

from __future__ import annotations

import pytest

from pauta.campaigns import actions as campaigns
from pauta.channels.base import OutcomeKind
from pauta.core.gate.vocabulary import Channel
from pauta.messages import actions as messages
from pauta.messages import queries
from pauta.messages.states import Lane, State
from pauta.messages.terms import Terms
from tests.conftest import ADMIN
from tests.faults import company
from tests.pipeline.office import Office

ROWS = "SELECT state, channel, follows FROM message ORDER BY id"


def build(office: Office, contacts: int = 1) -> None:
    """Contacts with a telephone and consent by SMS, whose mail is refused for good."""
    one_a_day = {"kind": "cap", "name": "one", "limit": 1, "days": 1, "window": "rolling", "scope": "contact"}
    company.build(office.connection, office.now, contacts, contacts, [one_a_day])
    office.run("UPDATE contact SET phone = '+551199999000' || id, phone_state = 1")
    office.run(
        "INSERT INTO consent (part, contact_id, channel, topic, granted, basis, source, at, recorded_at) "
        "SELECT part, id, 1, '*', true, 'express', 'test', now(), now() FROM contact"
    )
    office.post.answers["@"] = OutcomeKind.FAILED


@pytest.fixture
def telephone(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation that has a provider for SMS; what would go by it waits, as all SMS are stopped."""
    monkeypatch.setattr("pauta.channels.base.PROVIDED", frozenset({Channel.email, Channel.sms}))


def test_what_is_refused_by_mail_goes_by_the_next_channel_the_same_day(office: Office, telephone: None) -> None:
    build(office)
    messages.stop(office.connection, "sms", "no provider in this test", "ana", office.now)
    company.launch(office.connection, office.now, "launch", channels=["print", "email", "call", "sms"])
    office.settle(office.worker())
    first = office.one("SELECT min(id) FROM message")
    assert office.all(ROWS) == [(State.FAILED, Channel.email, None), (State.PLANNED, Channel.sms, first)]
    assert office.one("SELECT count(DISTINCT day) FROM message") == 1, "the failed one gave its touch back"
    view = queries.message(office.connection, office.one("SELECT max(id) FROM message"))
    assert view.channels == ("call", "sms")
    assert view.follows == first
    assert office.one("SELECT count(*) FROM message_key") == 1


def test_nothing_follows_where_no_channel_with_a_provider_is_left(office: Office) -> None:
    build(office)
    company.launch(office.connection, office.now, "launch", channels=["email", "sms"])
    office.settle(office.worker())
    assert office.all(ROWS) == [(State.FAILED, Channel.email, None)]


def test_a_follower_that_cannot_be_rendered_is_the_last(office: Office, telephone: None) -> None:
    build(office, 2)
    company.launch(office.connection, office.now, "launch", channels=["email", "sms"])
    office.settle(office.worker())
    assert [row[:2] for row in office.all(ROWS)] == [(State.FAILED, Channel.email)] * 2 + [
        (State.FAILED, Channel.sms)
    ] * 2
    assert office.one("SELECT count(DISTINCT follows) FROM message") == 2


def test_a_transactional_message_is_followed_at_once(office: Office, telephone: None) -> None:
    build(office)
    messages.stop(office.connection, "sms", "no provider in this test", "ana", office.now)
    terms = Terms(type="transactional", topic="invoice", team="finance", tier=0, channels=("email", "sms"))
    messages.propose_one(office.connection, office.now, terms, contact="c1", template="hello", key="one", who=ADMIN)
    office.settle(office.worker(Lane.FAST))
    first = office.one("SELECT min(id) FROM message")
    assert office.all(ROWS) == [(State.FAILED, Channel.email, None), (State.PLANNED, Channel.sms, first)]
    assert office.one("SELECT due FROM message WHERE follows IS NOT NULL") == office.now


def test_nothing_follows_in_a_campaign_that_was_cancelled(office: Office, telephone: None) -> None:
    build(office)
    campaign_id = company.launch(office.connection, office.now, "launch", channels=["email", "sms"])
    office.connection.commit()

    def cancel(_: object) -> None:
        with office.transaction() as connection:
            campaigns.cancel(connection, office.now, campaign_id)

    office.post.meanwhile = cancel
    office.settle(office.worker())
    assert office.all(ROWS) == [(State.FAILED, Channel.email, None)]
