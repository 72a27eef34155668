"""What Amazon SES publishes becomes our words."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from pauta.channels.email.ses.events import reports
from pauta.channels.reports import Happened, Report
from tests.channels.email.ses.topic import bounce, complaint, event
from tests.conftest import MONDAY

TOKEN = "a" * 40


def told(document: object) -> Report:
    (one,) = reports("sns-1", MONDAY, document if isinstance(document, str) else json.dumps(document))
    return one


@pytest.mark.parametrize(
    ("sort", "below", "status", "text", "happened"),
    [
        ("Permanent", "General", "5.1.1", "smtp; 550 5.1.1 user unknown", Happened.HARD),
        ("Permanent", "NoEmail", "", "", Happened.HARD),
        ("Permanent", "Suppressed", "5.1.1", "Amazon SES has suppressed sending to this address", Happened.HARD),
        ("Permanent", "OnAccountSuppressionList", "", "", Happened.HARD),
        ("Permanent", "General", "", "", Happened.HARD),
        ("Permanent", "General", "5.7.1", "smtp; 550 5.7.1 blocked by spam policy", Happened.POLICY),
        ("Permanent", "General", "5.2.2", "smtp; 552 5.2.2 mailbox full", Happened.SOFT),
        ("Permanent", "General", "5.0.0", "smtp; 554 something nobody knows", Happened.UNCLEAR),
        ("Transient", "General", "4.4.7", "smtp; 421 4.4.7 timed out", Happened.SOFT),
        ("Transient", "General", "", "", Happened.SOFT),
        ("Transient", "General", "5.1.1", "smtp; 550 5.1.1 user unknown", Happened.SOFT),
        ("Transient", "MailboxFull", "5.2.2", "", Happened.SOFT),
        ("Transient", "MessageTooLarge", "", "", Happened.SOFT),
        ("Transient", "ContentRejected", "5.6.0", "", Happened.POLICY),
        ("Transient", "AttachmentRejected", "", "", Happened.POLICY),
        ("Undetermined", "Undetermined", "", "", Happened.UNCLEAR),
        ("NewSort", "NewBelow", "", "", Happened.UNCLEAR),
    ],
)
def test_bounces_by_type_code_and_words(sort: str, below: str, status: str, text: str, happened: Happened) -> None:
    one = told(bounce(TOKEN, sort, below, status, text, to="Ana@Acme.example"))
    assert (one.happened, one.name, one.status) == (happened, TOKEN, status)
    assert one.recipients == ("ana@acme.example",)
    assert one.id == f"01000157c44f053b-{sort}-{below}-000000"
    assert one.at == datetime(2026, 11, 23, 12, 0, 41, 669000, UTC)
    assert one.text == (text.removeprefix("smtp; ") or f"{sort} {below}")


@pytest.mark.parametrize(
    ("sort", "happened"),
    [
        ("abuse", Happened.COMPLAINED),
        ("", Happened.COMPLAINED),
        ("fraud", Happened.COMPLAINED),
        ("other", Happened.COMPLAINED),
        ("not-spam", Happened.OTHER),
        ("virus", Happened.OTHER),
    ],
)
def test_complaints_by_their_sort(sort: str, happened: Happened) -> None:
    one = told(complaint(TOKEN, sort))
    assert (one.happened, one.name, one.id) == (happened, TOKEN, "01000157c44f053b-complaint-000000")


@pytest.mark.parametrize(
    ("kind", "detail", "happened", "text"),
    [
        ("Send", {}, Happened.ACCEPTED, ""),
        ("Delivery", {"timestamp": "2026-11-23T12:00:02.000Z", "smtpResponse": "250 ok"}, Happened.DELIVERED, ""),
        ("DeliveryDelay", {"delayType": "TransientCommunicationFailure"}, Happened.DEFERRED, None),
        ("Reject", {"reason": "Bad content"}, Happened.FAILED, "Bad content"),
        ("Open", {"ipAddress": "192.0.2.1", "userAgent": "Mozilla/5.0"}, Happened.OPENED, ""),
        ("Click", {"link": "https://sur.example/"}, Happened.CLICKED, ""),
        ("Subscription", {"contactList": "x"}, Happened.OTHER, ""),
        ("SomethingNew", {}, Happened.OTHER, ""),
    ],
)
def test_other_events(kind: str, detail: dict[str, Any], happened: Happened, text: str | None) -> None:
    one = told(event(kind, TOKEN, detail))
    assert (one.happened, one.said, one.name, one.id) == (happened, kind, TOKEN, "sns-1")
    assert one.text == (detail["delayType"] if text is None else text)


def test_a_rendering_failure_has_a_blank_in_its_name() -> None:
    document = {**event("Send", TOKEN, {}), "eventType": "Rendering Failure", "failure": {"errorMessage": "no {{x}}"}}
    assert (told(document).happened, told(document).text) == (Happened.FAILED, "no {{x}}")


def test_notifications_of_an_identity_have_no_tags_and_name_no_message() -> None:
    document = bounce(TOKEN)
    del document["eventType"], document["mail"]["tags"]
    document["notificationType"] = "Bounce"
    assert (told(document).happened, told(document).name) == (Happened.HARD, "")


@pytest.mark.parametrize(
    "message",
    [
        "",
        "hello",
        "[1]",
        "{}",
        '{"eventType": 5}',
        '{"eventType": "Bounce"}',
        '{"eventType": "Bounce", "bounce": [], "mail": 3}',
        '{"eventType": "Bounce", "bounce": {"bouncedRecipients": [1, {}], "timestamp": "never"}}',
        '{"eventType": "Complaint", "complaint": {"timestamp": 3}, "mail": {"tags": {"pauta": []}}}',
        '{"eventType": "Delivery", "delivery": null, "mail": {"tags": {"pauta": "x"}}}',
        "Successfully validated SNS topic for Amazon SES event publishing.",
    ],
)
def test_whatever_comes_is_one_report(message: str) -> None:
    one = told(message)
    assert one.name == ""
    assert one.at == MONDAY


def test_what_is_kept_of_it_shows_addresses_as_they_are() -> None:
    """So that an erasure finds them."""
    raw = json.dumps({"eventType": "New", "to": "josé@acme.example"})
    assert "\\u00e9" in raw
    assert "josé@acme.example" in told(raw).raw
