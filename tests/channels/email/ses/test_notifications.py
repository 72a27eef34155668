"""Notifications of Amazon SNS: believed when the key of SNS signed them, for our topic, not long ago."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pauta.channels.email.ses import notifications
from pauta.channels.email.ses.notifications import Certificates, believed, canonical, fetch
from pauta.channels.reports import NotBelieved
from tests.channels.email.ses.topic import ARN, CERTIFICATE_URL, SUBSCRIBE_URL, certificate, notification
from tests.conftest import MONDAY


def served(url: str) -> bytes:
    assert url == CERTIFICATE_URL
    return certificate()


def taken(said: dict[str, Any]) -> notifications.Notification:
    return believed(json.dumps(said).encode(), [ARN], MONDAY, served)


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("subject", ["", "Amazon SES Email Event Notification"])
def test_what_sns_signs_is_believed(version: str, subject: str) -> None:
    given = taken(notification("ação\nzwei", at=MONDAY, version=version, subject=subject))
    assert (given.kind, given.topic, given.message, given.at) == ("Notification", ARN, "ação\nzwei", MONDAY)
    assert given.id == "22b80b92-fdea-4c2c-8f9d-000000000001"


def test_the_question_whether_we_want_them_is_signed_as_well() -> None:
    given = taken(notification("You have chosen to subscribe", at=MONDAY, kind="SubscriptionConfirmation"))
    assert (given.kind, given.subscribe_url) == ("SubscriptionConfirmation", SUBSCRIBE_URL)


def test_what_a_signature_is_over_as_the_guide_of_sns_has_it() -> None:
    """The example of the developer guide, "Verifying the signatures of Amazon SNS messages"."""
    said = {
        "Type": "Notification",
        "MessageId": "4d4dc071-ddbf-465d-bba8-08f81c89da64",
        "TopicArn": "arn:aws:sns:us-east-2:123456789012:s4-MySNSTopic-1G1WEFCOXTC0P",
        "Subject": "My subject",
        "Message": "Test message",
        "Timestamp": "2019-01-31T04:37:04.321Z",
        "SignatureVersion": "1",
    }
    assert canonical(said).decode() == (
        "Message\nTest message\nMessageId\n4d4dc071-ddbf-465d-bba8-08f81c89da64\nSubject\nMy subject\n"
        "Timestamp\n2019-01-31T04:37:04.321Z\nTopicArn\narn:aws:sns:us-east-2:123456789012:s4-MySNSTopic-1G1WEFCOXTC0P\n"
        "Type\nNotification\n"
    )


@pytest.mark.parametrize("name", ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type", "Signature"])
def test_nothing_can_be_altered_or_left_out(name: str) -> None:
    good = notification({"eventType": "Bounce"}, at=MONDAY)
    for altered in ({**good, name: "x" + good[name]}, {key: value for key, value in good.items() if key != name}):
        with pytest.raises(NotBelieved):
            taken(altered)


def test_a_signature_by_another_key_is_worth_nothing() -> None:
    with pytest.raises(NotBelieved):
        taken(notification("x", at=MONDAY, which=1))


def test_a_signature_of_another_version_than_it_says_is_worth_nothing() -> None:
    for first, second in (("1", "2"), ("2", "1")):
        with pytest.raises(NotBelieved):
            taken({**notification("x", at=MONDAY, version=first), "SignatureVersion": second})
    with pytest.raises(NotBelieved):
        taken(notification("x", at=MONDAY, version="3"))


def test_only_our_topics_are_heard() -> None:
    theirs = notification("x", at=MONDAY, TopicArn="arn:aws:sns:eu-west-1:999999999999:pauta")
    with pytest.raises(NotBelieved):
        taken(theirs)
    with pytest.raises(NotBelieved):
        believed(json.dumps(notification("x", at=MONDAY)).encode(), [], MONDAY, served)


def test_of_two_topics_both_are_heard_so_that_one_can_follow_the_other() -> None:
    other = "arn:aws:sns:eu-west-1:123456789012:pauta-2"
    for topic in (ARN, other):
        said = json.dumps(notification("x", at=MONDAY, TopicArn=topic)).encode()
        assert believed(said, [ARN, other], MONDAY, served).topic == topic


ELSEWHERE = [
    CERTIFICATE_URL.replace("https://", "http://"),
    "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-9c.pem",
    "https://evil.example/SimpleNotificationService-9c.pem",
    "https://sns.eu-west-1.amazonaws.com@evil.example/SimpleNotificationService-9c.pem",
    "https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-9c.pem",
    "https://bucket.s3.eu-west-1.amazonaws.com/SimpleNotificationService-9c.pem",
    "https://sns.cn-north-1.amazonaws.com.cn.evil.example/SimpleNotificationService-9c.pem",
    "https://[sns",
    "",
]
"""Addresses that are not of SNS, or not safe."""
NO_CERTIFICATES = [
    "https://sns.eu-west-1.amazonaws.com/another.pem",
    "https://sns.eu-west-1.amazonaws.com/x/../SimpleNotificationService-9c.pem",
]


@pytest.mark.parametrize("url", ELSEWHERE + NO_CERTIFICATES)
def test_a_certificate_comes_from_sns_alone(url: str) -> None:
    def never(url: str) -> bytes:
        raise AssertionError(f"asked for {url}")

    said = notification("x", at=MONDAY, SigningCertURL=url)
    with pytest.raises(NotBelieved):
        believed(json.dumps(said).encode(), [ARN], MONDAY, never)


@pytest.mark.parametrize("url", ELSEWHERE)
def test_nothing_is_fetched_from_elsewhere(url: str) -> None:
    with pytest.raises(NotBelieved):
        fetch(url)


@pytest.mark.parametrize(
    ("after", "good"),
    [
        (timedelta(0), True),
        (timedelta(hours=23), True),
        (timedelta(hours=25), False),
        (timedelta(minutes=-4), True),
        (timedelta(minutes=-6), False),
    ],
)
def test_what_is_old_or_from_the_future_is_not_believed(after: timedelta, good: bool) -> None:
    said = json.dumps(notification("x", at=MONDAY)).encode()
    if good:
        believed(said, [ARN], MONDAY + after, served)
    else:
        with pytest.raises(NotBelieved):
            believed(said, [ARN], MONDAY + after, served)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{}",
        b"not json",
        b'{"Type": 1}',
        b"\xff",
        json.dumps({"TopicArn": ARN, "Type": "x"}).encode(),
        b"[" * 100_000,
        b'{"Type":' * 100_000,
    ],
    ids=range(9),
)
def test_what_is_no_notification(raw: bytes) -> None:
    with pytest.raises(NotBelieved):
        believed(raw, [ARN], MONDAY, served)


def test_a_certificate_that_is_none_proves_nothing() -> None:
    said = json.dumps({**notification("x", at=MONDAY), "Signature": b64encode(b"x" * 256).decode()}).encode()
    with pytest.raises(NotBelieved):
        believed(said, [ARN], MONDAY, lambda _: b"no certificate")


def test_a_certificate_is_fetched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def once(url: str) -> bytes:
        asked.append(url)
        return certificate()

    monkeypatch.setattr(notifications, "fetch", once)
    certificates = Certificates()
    assert [certificates(CERTIFICATE_URL) for _ in range(3)] == [certificate()] * 3
    assert asked == [CERTIFICATE_URL]


def test_what_is_no_certificate_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [b"<html>captive portal</html>", certificate()]
    monkeypatch.setattr(notifications, "fetch", lambda _: answers.pop(0))
    certificates = Certificates()
    with pytest.raises(OSError, match="no certificate"):
        certificates(CERTIFICATE_URL)
    assert certificates(CERTIFICATE_URL) == certificate()


def test_a_certificate_whose_time_is_over_proves_nothing() -> None:
    later = datetime(2027, 1, 2, tzinfo=UTC)
    with pytest.raises(NotBelieved):
        believed(json.dumps(notification("x", at=later)).encode(), [ARN], later, served)


def test_the_regions_of_china_have_hosts_of_their_own() -> None:
    url = "https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-9c.pem"
    said = notification("x", at=MONDAY, SigningCertURL=url)
    assert believed(json.dumps(said).encode(), [ARN], MONDAY, lambda _: certificate()).message == "x"


def test_a_certificate_that_cannot_be_had_now_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(url: str) -> bytes:
        raise OSError("away")

    monkeypatch.setattr(notifications, "fetch", away)
    certificates = Certificates()
    for _ in range(2):
        with pytest.raises(OSError, match="away"):
            certificates(CERTIFICATE_URL)
