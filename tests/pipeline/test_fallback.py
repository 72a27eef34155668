"""What failed for good on one channel is followed by a message on the next."""

from __future__ import annotations

import pytest

from pauta.calendar.timeline import Subject, timeline
from pauta.campaigns import actions as campaigns
from pauta.channels.base import OutcomeKind
from pauta.content.topics import save_unread_days
from pauta.core.gate.vocabulary import Channel
from pauta.messages import actions as messages
from pauta.messages import queries
from pauta.messages.states import Lane, State
from pauta.messages.terms import Terms
from pauta.people.measuring import choose_measured
from pauta.pipeline.fallback import follow_unread, recall_read
from pauta.pipeline.incoming import take
from pauta.pipeline.rendering import Letterhead
from tests.channels.email.test_incoming import CASES
from tests.conftest import ADMIN
from tests.faults import company
from tests.pipeline.office import Office

HARD = next(case["mail"] for case in CASES if case["name"] == "Postfix, no such user")
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


PARTS = list(range(64))
READ = (
    "INSERT INTO response (message_id, proposal_id, contact_id, {}) SELECT id, proposal_id, contact_id, %s FROM message"
)


def send(office: Office, **terms: object) -> None:
    """A campaign by mail, then SMS, whose mails arrive; what would go by SMS waits, as all SMS are stopped."""
    build(office)
    office.post.answers.clear()
    messages.stop(office.connection, "sms", "no provider in this test", "ana", office.now)
    company.launch(office.connection, office.now, "spring", **{"channels": ["email", "sms"], "unread_days": 3, **terms})
    worker = office.worker()
    worker.letterhead = Letterhead("a@sur.example", "https://pauta.example", "in.sur.example")
    office.settle(worker)
    assert office.all(ROWS) == [(State.SENT, Channel.email, None)]


def unread(office: Office) -> int:
    with office.transaction() as connection:
        return follow_unread(connection, office.now, PARTS)


def told(office: Office) -> list[tuple[str, str, str | None]]:
    """The contact's timeline, the oldest first: what, in which state, and on which channel."""
    key = office.one("SELECT account_key FROM contact")
    page = timeline(office.connection, Subject(key, 1), None, 50)
    return [(one.what, one.state, one.channel) for one in reversed(page.moments) if one.what != "consent"]


def test_what_nobody_reads_goes_by_the_next_channel_once_through_the_gate(office: Office, telephone: None) -> None:
    send(office)
    sent_on = office.one("SELECT day FROM message")
    office.later(days=2, hours=23)
    assert unread(office) == 0
    office.later(hours=2)
    assert unread(office) == 1
    assert unread(office) == 0, "nothing is followed twice"
    office.settle(office.worker())
    first = office.one("SELECT min(id) FROM message")
    assert office.all(ROWS) == [(State.SENT, Channel.email, None), (State.PLANNED, Channel.sms, first)]
    assert (office.one("SELECT day FROM message WHERE follows IS NOT NULL") - sent_on).days == 3
    assert told(office) == [("message", "sent", "email"), ("fallback", "unread", "email")]


def test_the_gate_refuses_a_follower_like_any_other(office: Office, telephone: None) -> None:
    send(office)
    office.run(
        "INSERT INTO consent (part, contact_id, channel, topic, granted, basis, source, at, recorded_at)"
        " SELECT part, id, 1, '*', false, 'withdrawal', 'test', %s, %s FROM contact",
        office.now,
        office.now,
    )
    office.later(days=4)
    assert unread(office) == 1
    office.settle(office.worker())
    follower = queries.message(office.connection, office.one("SELECT max(id) FROM message"))
    assert (follower.state, follower.reason) == ("suppressed", "consent")


def test_a_bounce_that_comes_later_is_followed_once(office: Office, telephone: None) -> None:
    send(office)
    bounced = office.post.received[0]
    raw = HARD.replace("ana@acme.example", bounced.recipient).replace("{id}", "nobodys").encode()
    local = bounced.sender.partition("@")[0]
    with office.transaction() as connection:
        assert take(connection, office.now, raw, local).new
    office.later(days=4)
    assert unread(office) == 0, "what has failed is not unread"
    office.settle(office.worker())
    first = office.one("SELECT min(id) FROM message")
    assert office.all(ROWS) == [(State.FAILED, Channel.email, None), (State.PLANNED, Channel.sms, first)]
    assert [one[:2] for one in told(office)] == [("message", "failed"), ("event", ""), ("fallback", "failed")]


def test_an_unread_mail_that_bounces_after_its_follower_gets_no_other(office: Office, telephone: None) -> None:
    send(office)
    office.later(days=4)
    assert unread(office) == 1
    bounced = office.post.received[0]
    raw = HARD.replace("ana@acme.example", bounced.recipient).replace("{id}", "nobodys").encode()
    with office.transaction() as connection:
        assert take(connection, office.now, raw, bounced.sender.partition("@")[0]).new
    assert office.one("SELECT count(*) FROM message") == 2


@pytest.mark.parametrize("how", ["opened_at", "clicked_at", "replied_at", "unsubscribed_at", "complained_at"])
def test_who_has_read_it_gets_nothing_more(office: Office, telephone: None, how: str) -> None:
    send(office)
    office.run(READ.format(how), office.now)
    office.later(days=4)
    assert unread(office) == 0


def test_what_programs_do_is_not_reading(office: Office, telephone: None) -> None:
    send(office)
    office.run(READ.format("machine_opened_at"), office.now)
    office.run("UPDATE response SET scanned_at = machine_opened_at")
    office.later(days=4)
    assert unread(office) == 1


@pytest.mark.parametrize("terms", [{"unread_days": 0}, {"unread_days": None}, {"channels": ["sms", "email"]}])
def test_where_nothing_is_said_or_no_channel_is_left_nothing_follows(
    office: Office, telephone: None, terms: dict[str, object]
) -> None:
    build(office)
    office.post.answers.clear()
    office.run("UPDATE contact SET phone_state = 0")
    company.launch(office.connection, office.now, "spring", **{"channels": ["email", "sms"], "unread_days": 3, **terms})
    office.settle(office.worker())
    assert office.all(ROWS) == [(State.SENT, Channel.email, None)]
    office.later(days=9)
    assert unread(office) == 0


def test_the_topic_says_so_for_campaigns_that_do_not(office: Office, telephone: None) -> None:
    save_unread_days(office.connection, "offers", 2)
    send(office, unread_days=None)
    office.later(days=2, hours=1)
    assert unread(office) == 1


def test_who_is_not_measured_is_not_taken_for_somebody_who_does_not_read(office: Office, telephone: None) -> None:
    choose_measured(office.connection, [1], False, "test", office.now)
    send(office)
    office.later(days=9)
    assert unread(office) == 0


def test_who_refuses_to_be_measured_after_the_mail_left_is_not_either(office: Office, telephone: None) -> None:
    send(office)
    choose_measured(office.connection, [1], False, "test", office.now)
    office.later(days=9)
    assert unread(office) == 0, "whether they read it is not known any more"


def test_a_follower_that_still_waits_is_taken_back_when_the_mail_is_read(office: Office, telephone: None) -> None:
    send(office)
    office.later(days=4)
    assert unread(office) == 1
    office.settle(office.worker())
    with office.transaction() as connection:
        assert recall_read(connection, office.now, PARTS) == 0
    office.run(READ.format("opened_at") + " WHERE follows IS NULL", office.now)
    with office.transaction() as connection:
        assert recall_read(connection, office.now, PARTS) == 1
    follower = queries.message(office.connection, office.one("SELECT max(id) FROM message"))
    assert (follower.state, follower.reason) == ("cancelled", "read")
    office.later(days=9)
    assert unread(office) == 0


def test_a_worker_does_both_by_itself(office: Office, telephone: None) -> None:
    send(office)
    office.later(days=4)
    office.settle(office.worker())
    assert [row[:2] for row in office.all(ROWS)] == [(State.SENT, Channel.email), (State.PLANNED, Channel.sms)]
    office.run(
        "INSERT INTO hit (message_id, proposal_id, contact_id, at, what, target, links, ip, agent, head)"
        " SELECT id, proposal_id, contact_id, %s, 0, '', 1, '192.0.2.1', 'Firefox', false FROM message"
        " WHERE follows IS NULL",
        office.now,
    )
    office.settle(office.worker())
    assert [row[0] for row in office.all(ROWS)] == [State.SENT, State.CANCELLED]
