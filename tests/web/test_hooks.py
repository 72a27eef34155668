"""Amazon SES tells what became of mails: through the web's door into the ledger, in any order, each thing once."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from psycopg import Connection

from pauta.channels.base import OutcomeKind
from pauta.channels.email.links import link_keys
from pauta.channels.email.ses import notifications
from pauta.channels.email.ses.events import reports
from pauta.channels.reports import Happened
from pauta.core.tokens import LENGTH, SEAL_LENGTH, Purpose
from pauta.messages.states import Lane, State
from pauta.people.measuring import choose_measured
from pauta.pipeline import reported
from pauta.pipeline.reported import keep, unread
from pauta.platform.settings import Settings
from pauta.privacy.retention import remove_old
from pauta.tracking.actions import judge_hits
from pauta.web import hooks
from pauta.web.app import create_app
from pauta.web.hooks import router
from pauta.worker import Worker
from tests.channels.email.ses.topic import (
    ARN,
    CERTIFICATE_URL,
    SUBSCRIBE_URL,
    bounce,
    certificate,
    complaint,
    event,
    notification,
)
from tests.faults import company
from tests.pipeline.office import Office
from tests.web.conftest import TestClient

OTHER_ARN = "arn:aws:sns:eu-west-1:123456789012:pauta-2"
DELIVERY = {"timestamp": "2026-11-23T12:00:02.000Z", "processingTimeMillis": 500, "smtpResponse": "250 ok"}


class Door:
    """The web server, the workers behind it, and SES in front of it."""

    def __init__(self, client: TestClient, office: Office) -> None:
        self.client = client
        self.office = office
        self.fast = office.worker(Lane.FAST)
        self.numbers = itertools.count(1)
        self.asked: list[str] = []

    def post(self, said: dict[str, Any] | bytes) -> httpx.Response:
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        return self.client.post("/hooks/ses", content=body, headers={"Content-Type": "text/plain; charset=UTF-8"})

    def tell(self, document: object, number: int | None = None, **changed: Any) -> int:
        """SES publishes an event; the status of our answer."""
        number = number or next(self.numbers)
        return self.post(notification(document, number, at=self.office.now, **changed)).status_code

    def settle(self) -> None:
        """The fast lane acts on what was told."""
        self.office.settle(self.fast)

    def token(self, message: int) -> str:
        with self.office.transaction() as connection:
            return link_keys(connection).token(Purpose.RETURN, message)

    def state(self, message: int) -> State:
        return State(self.office.one("SELECT state FROM message WHERE id = %s", message))

    def events(self) -> list[str]:
        return [name for (name,) in self.office.all("SELECT name FROM event ORDER BY id")]


@pytest.fixture
def door(settings: Settings, connection: Connection[Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    office = Office(settings, connection)
    company.build(connection, office.now, 3, 3, [])
    company.launch(connection, office.now, "launch")
    office.settle(office.worker())
    assert company.states(connection) == {State.SENT: 3}
    app = create_app(replace(settings, ses_topics=f"{ARN}, {OTHER_ARN}"))
    monkeypatch.setattr(hooks, "_certificates", notifications.Certificates())
    with TestClient(app, base_url="http://127.0.0.1:8025", raise_server_exceptions=False) as client:
        made = Door(client, office)

        def fetch(url: str) -> bytes:
            made.asked.append(url)
            return certificate() if url == CERTIFICATE_URL else b"<ConfirmSubscriptionResponse/>"

        monkeypatch.setattr(notifications, "fetch", fetch)
        monkeypatch.setattr(hooks, "fetch", fetch)
        yield made


@pytest.fixture
def message(door: Door) -> int:
    """A message that has left."""
    return door.office.post.ids()[0]


def address(door: Door, message: int) -> str:
    return str(
        door.office.one(
            "SELECT lower(email) FROM contact c JOIN message m ON m.contact_id = c.id WHERE m.id=%s", message
        )
    )


def address_state(door: Door, message: int) -> int:
    return int(
        door.office.one(
            "SELECT email_state FROM contact c JOIN message m ON m.contact_id = c.id WHERE m.id=%s", message
        )
    )


def test_a_hard_bounce_ends_the_address_and_fails_the_message(door: Door, message: int) -> None:
    assert door.tell(bounce(door.token(message), to=address(door, message))) == 204
    assert door.state(message) is State.SENT
    door.settle()
    assert (door.state(message), address_state(door, message)) == (State.FAILED, 3)
    assert door.events() == ["mail_bounce_hard"]
    assert door.office.one("SELECT reason FROM suppression") == "550 5.1.1 user unknown"


def test_a_complaint_ends_all_but_transactional_mail(door: Door, message: int) -> None:
    door.tell(complaint(door.token(message), to=address(door, message)))
    door.settle()
    assert door.events() == ["mail_complaint"]
    assert door.office.all("SELECT channel, topic, granted FROM consent ORDER BY id DESC LIMIT 1") == [(0, "*", False)]


@pytest.mark.parametrize(
    ("sort", "below", "status", "name"),
    [
        ("Transient", "MailboxFull", "5.2.2", "mail_bounce_soft"),
        ("Permanent", "General", "5.7.1", "mail_bounce_policy"),
        ("Undetermined", "Undetermined", "", "mail_bounce_unknown"),
    ],
)
def test_other_bounces_are_told_and_end_nothing(
    door: Door, message: int, sort: str, below: str, status: str, name: str
) -> None:
    door.tell(bounce(door.token(message), sort, below, status, "smtp; no", to=address(door, message)))
    door.settle()
    assert (door.events(), door.state(message), address_state(door, message)) == ([name], State.SENT, 1)


def test_a_reject_fails_the_message_and_ends_no_address(door: Door, message: int) -> None:
    door.tell(event("Reject", door.token(message), {"reason": "Bad content"}))
    door.settle()
    assert (door.state(message), address_state(door, message)) == (State.FAILED, 1)
    detail = "SELECT detail FROM message_change WHERE message_id = %s ORDER BY id DESC"
    assert door.office.one(detail, message) == "Bad content"


def test_opens_and_clicks_of_the_provider_are_judged_like_our_own(door: Door, message: int) -> None:
    door.office.later(minutes=5)
    name, at = door.token(message), {"timestamp": f"{door.office.now:%Y-%m-%dT%H:%M:%S.000Z}"}
    person = {"ipAddress": "203.0.113.9", "userAgent": "Firefox", **at}
    ours = f"https://pauta.example/l/{'0' * LENGTH}.{'0' * SEAL_LENGTH}.3?to=https://sur.example/"
    opened = event("Open", name, person)
    assert [door.tell(opened, 5), door.tell(opened, 5)] == [204, 204]
    for link in ("https://sur.example/", ours, f"https://pauta.example/unsubscribe/{name}"):
        door.tell(event("Click", name, {"link": link, **person}))
    door.tell(event("Open", name, {**person, "userAgent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}))
    with door.office.transaction() as connection:
        judge_hits(connection)
    assert door.office.all("SELECT what, target, machine FROM hit ORDER BY id") == [
        *((0, "", False), (1, "https://sur.example/", False)),
        (0, "", True),
    ]
    assert door.office.all("SELECT opened_at, link FROM response") == [(door.office.now, "https://sur.example/")]


def test_what_is_not_measured_is_not_measured_by_the_provider_either(door: Door, message: int) -> None:
    door.office.run("UPDATE attempt SET measured = false WHERE message_id = %s", message)
    other = door.office.post.ids()[1]
    with door.office.transaction() as connection:
        contact = door.office.one("SELECT contact_id FROM message WHERE id = %s", other)
        choose_measured(connection, [contact], False, "test", door.office.now)
    for number in (message, other):
        assert door.tell(event("Open", door.token(number), {"ipAddress": "203.0.113.9", "userAgent": "Firefox"})) == 204
    assert door.office.one("SELECT count(*) FROM hit") == 0


def test_what_comes_twice_acts_once(door: Door, message: int) -> None:
    """SNS tries again with the same id; SES may publish the same feedback under another one."""
    document = bounce(door.token(message), "Transient", "MailboxFull", "5.2.2", to=address(door, message))
    assert [door.tell(document, 7), door.tell(document, 7), door.tell(document, 8)] == [204, 204, 204]
    door.settle()
    assert door.tell(document, 7) == 204
    door.settle()
    assert door.events() == ["mail_bounce_soft"]
    assert door.office.one("SELECT count(*) FROM provider_report") == 1


@pytest.mark.parametrize("order", list(itertools.permutations(("Send", "Delivery", "Bounce"))), ids="-".join)
def test_the_order_does_not_matter(door: Door, message: int, order: tuple[str, ...]) -> None:
    token = door.token(message)
    documents = {
        "Send": event("Send", token, {}),
        "Delivery": event("Delivery", token, DELIVERY),
        "Bounce": bounce(token, to=address(door, message)),
    }
    for name in order:
        door.tell(documents[name])
        door.settle()
    assert (door.state(message), door.events()) == (State.FAILED, ["mail_bounce_hard"])


@pytest.mark.parametrize("kind", ["Send", "Delivery"])
def test_a_lost_answer_is_found_again(door: Door, message: int, kind: str) -> None:
    """SES has no idempotency keys; what nobody knew is settled by what SES tells."""
    door.office.run("UPDATE message SET state = %s WHERE id = %s", State.UNKNOWN, message)
    door.tell(event(kind, door.token(message), DELIVERY))
    door.settle()
    assert door.state(message) is State.SENT
    assert door.office.one("SELECT count(*) FROM provider_report WHERE due_at IS NOT NULL") == 0


@pytest.mark.parametrize("kind", ["Delivery", "Bounce", "Reject"])
def test_what_comes_before_our_own_record_waits_for_it(door: Door, message: int, kind: str) -> None:
    token = door.token(message)
    told = {
        "Delivery": event("Delivery", token, DELIVERY),
        "Bounce": bounce(token, to=address(door, message)),
        "Reject": event("Reject", token, {"reason": "Bad content"}),
    }
    door.office.run("UPDATE message SET state = %s WHERE id = %s", State.SENDING, message)
    door.tell(told[kind])
    door.settle()
    assert (door.state(message), door.events()) == (State.SENDING, [])
    door.office.run("UPDATE message SET state = %s WHERE id = %s", State.UNKNOWN, message)
    door.office.later(seconds=3)
    door.settle()
    assert door.state(message) is (State.SENT if kind == "Delivery" else State.FAILED)


def test_opens_clicks_and_delays_change_nothing(door: Door, message: int) -> None:
    for kind in ("Open", "Click", "DeliveryDelay"):
        assert door.tell(event(kind, door.token(message), {"timestamp": "2026-11-23T12:00:02.000Z"})) == 204
    door.settle()
    assert (door.state(message), door.events()) == (State.SENT, [])
    kept = door.office.all("SELECT happened, raw FROM provider_report ORDER BY id")
    assert kept == [("opened", ""), ("clicked", ""), ("deferred", "")]


def test_what_nobody_knows_is_kept_and_counted(door: Door, message: int) -> None:
    assert door.tell(event("Teleport", door.token(message), {})) == 204
    assert door.tell(bounce("nobodys")) == 204
    assert door.tell("Successfully validated SNS topic for Amazon SES event publishing.") == 204
    door.settle()
    with door.office.transaction() as connection:
        kept = unread(connection, 10)
    assert [one.said for one in kept] == ["", "Bounce Permanent General", "Teleport"]
    assert json.loads(kept[2].raw)["eventType"] == "Teleport"
    assert (door.state(message), door.events()) == (State.SENT, [])
    counts = door.client.app.state.times.get_sample_value  # type: ignore[attr-defined]
    named = {"provider": "ses", "happened": Happened.OTHER.value}
    assert counts("pauta_provider_reports_total", named) == 2


def test_a_name_that_was_not_made_here_matches_nothing(door: Door, message: int) -> None:
    token = door.token(message)
    with door.office.transaction() as connection:
        other = link_keys(connection).token(Purpose.CHOICES, message)
    for forged in (other, token[:-1] + ("a" if token[-1] != "a" else "b"), str(message), ""):
        assert door.tell(bounce(forged, to=address(door, message))) == 204
    door.settle()
    assert (door.state(message), door.events()) == (State.SENT, [])


def test_nothing_is_believed_that_sns_has_not_signed(door: Door, message: int) -> None:
    good = notification(bounce(door.token(message), to=address(door, message)), at=door.office.now)
    forged = notification(bounce(door.token(message), to=address(door, message)), at=door.office.now, which=1)
    for said in (forged, {**good, "Message": good["Message"].replace("5.1.1", "5.1.2")}, b"", b"{}"):
        assert door.post(said).status_code == 403
    assert door.tell("x", TopicArn="arn:aws:sns:eu-west-1:999999999999:x") == 403
    assert door.office.one("SELECT count(*) FROM provider_report") == 0


def test_what_is_replayed_later_is_not_believed(door: Door, message: int) -> None:
    said = notification(bounce(door.token(message), to=address(door, message)), at=door.office.now)
    door.office.later(hours=25)
    assert door.post(said).status_code == 403


def test_two_topics_are_heard_while_one_follows_the_other(door: Door, message: int) -> None:
    for topic in (ARN, OTHER_ARN):
        assert door.tell(event("Open", door.token(message), {}), TopicArn=topic) == 204


def test_a_topic_of_ours_is_told_that_we_want_its_news(door: Door) -> None:
    assert door.tell("You have chosen to subscribe", kind="SubscriptionConfirmation") == 204
    assert door.asked == [CERTIFICATE_URL, SUBSCRIBE_URL]
    foreign = "arn:aws:sns:eu-west-1:999999999999:x"
    assert door.tell("You have chosen", kind="SubscriptionConfirmation", TopicArn=foreign) == 403
    assert door.asked == [CERTIFICATE_URL, SUBSCRIBE_URL]


def test_while_the_certificate_cannot_be_had_sns_is_asked_to_come_again(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(url: str) -> bytes:
        raise OSError("away")

    monkeypatch.setattr(notifications, "fetch", away)
    assert door.tell("x") == 503
    assert door.office.one("SELECT count(*) FROM provider_report") == 0


def test_while_the_database_is_away_nothing_is_answered_with_good(
    door: Door, message: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SNS tries again until it hears "good", so that must not come before the report is kept."""

    def full(*_: object) -> int:
        raise OSError("no room")

    with monkeypatch.context() as broken:
        broken.setattr(hooks, "keep", full)
        assert door.tell(bounce(door.token(message), to=address(door, message)), 5) >= 500
    assert door.tell(bounce(door.token(message), to=address(door, message)), 5) == 204
    door.settle()
    assert door.events() == ["mail_bounce_hard"]


def test_what_meets_a_defect_is_set_aside_and_the_next_goes_on(
    door: Door, message: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, broken = reported.heed, door.office.post.ids()[1]

    def heed(connection: Any, now: Any, origin: Any, *rest: Any) -> Any:
        if origin.id == broken:
            raise ZeroDivisionError
        return real(connection, now, origin, *rest)

    monkeypatch.setattr(reported, "heed", heed)
    door.tell(complaint(door.token(broken), to=address(door, broken)))
    door.tell(bounce(door.token(message), to=address(door, message)))
    door.settle()
    assert door.state(message) is State.FAILED
    assert door.office.all("SELECT unit, error FROM quarantine") == [(3, "ZeroDivisionError:")]


def test_a_thousand_reports_are_kept_together(door: Door, message: int) -> None:
    """A megabyte of them in one transaction, as providers that send many at once do; no statement for each."""
    now = door.office.now
    document = event("Delivery", door.token(message), {**DELIVERY, "filler": "x" * 400})
    batch = [one for number in range(1000) for one in reports(f"sns-{number}", now, json.dumps(document))]
    assert sum(len(one.raw) for one in batch) > 1_000_000
    with door.office.transaction() as connection:
        assert keep(connection, now, "ses", batch) == 1000
        assert keep(connection, now, "ses", batch) == 0
    door.settle()
    assert door.office.one("SELECT count(*) FROM provider_report WHERE due_at IS NULL") == 1000


def test_without_topics_nothing_is_believed(settings: Settings, door: Door) -> None:
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8025") as client:
        said = notification("x", at=door.office.now)
        assert client.post("/hooks/ses", content=json.dumps(said)).status_code == 403


def test_the_way_in_is_no_part_of_the_api() -> None:
    assert [route.include_in_schema for route in router.routes] == [False]  # type: ignore[attr-defined]


def test_old_reports_are_forgotten(door: Door, message: int) -> None:
    door.tell(event("Open", door.token(message), {}))
    door.office.later(days=91)
    with door.office.transaction() as connection:
        remove_old(connection, door.office.now + timedelta(seconds=1))
    assert door.office.one("SELECT count(*) FROM provider_report") == 0


def test_a_lost_mail_by_ses_is_unknown_until_ses_tells(door: Door) -> None:
    """The whole way: the answer is lost, the message is unknown, the event of SES finds it."""
    office = door.office
    office.post.answers = {"@": OutcomeKind.LOST}
    worker: Worker = office.worker()
    company.launch(office.connection, office.now, "second")
    office.settle(worker)
    lost = [number for (number,) in office.all("SELECT id FROM message WHERE state = %s", State.UNKNOWN)]
    assert len(lost) == 3
    assert [one.name for one in office.post.received[-3:]] == [door.token(one) for one in office.post.ids()[-3:]]
    for number in lost:
        door.tell(event("Delivery", door.token(number), DELIVERY))
    door.settle()
    assert {door.state(number) for number in lost} == {State.SENT}
