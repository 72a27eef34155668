"""Amazon SES over HTTP on loopback: what it is asked, and what each of its answers means."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from pauta.channels.base import OutcomeKind, Outgoing
from pauta.channels.email.ses import sending
from pauta.channels.email.ses.account import Account
from pauta.channels.email.ses.answers import read
from pauta.channels.email.ses.api import ACCOUNT_PATH, Line
from pauta.channels.email.ses.sending import Pace, SesPool
from pauta.core.problems import Problem
from tests.channels.email.peers import Recorder, kinds
from tests.channels.email.ses.mock import ACCEPTED, ANSWERS, MESSAGE_ID, ses

SENT, LATER, FAILED, LOST, UNSENT = OutcomeKind
MAIL = b"From: Sur <hello@sur.example>\r\nSubject: hello\r\n\r\nhello\r\n"
PACE = Pace(connections=2, seconds=2.0)


def outgoing(count: int, content: bytes = MAIL) -> list[Outgoing]:
    return [
        Outgoing(str(number), "b@in.sur.example", f"r{number}@acme.example", content, f"token{number}")
        for number in range(count)
    ]


def test_a_mail_goes_as_it_is_under_our_name_of_it_and_the_configuration_set() -> None:
    with ses() as mock:
        pool = SesPool(mock.account, PACE)
        (outcome,) = pool.deliver(outgoing(1), Recorder())
        pool.close()
    assert (outcome.kind, outcome.code, outcome.text) == (SENT, 200, MESSAGE_ID)
    assert mock.mails() == [MAIL]
    (asked,) = mock.received
    assert asked["Destination"] == {"ToAddresses": ["r0@acme.example"]}
    assert asked["ConfigurationSetName"] == "marketing"
    assert asked["EmailTags"] == [{"Name": "pauta", "Value": "token0"}]
    assert "FromEmailAddress" not in asked


def test_without_a_set_or_a_name_neither_is_said() -> None:
    with ses() as mock:
        pool = SesPool(replace(mock.account, configuration_set=""), PACE)
        list(pool.deliver([replace(outgoing(1)[0], name="")], Recorder()))
        pool.close()
    assert set(mock.received[0]) == {"Destination", "Content"}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("address refused", FAILED),
        ("content refused", FAILED),
        ("unverified", FAILED),
        ("throttled", LATER),
        ("quota", LATER),
        ("paused", LATER),
        ("no such set", LATER),
        ("wrong key", LATER),
        ("overloaded", LATER),
        ("broken inside", LOST),
        ("gateway", LOST),
    ],
)
def test_what_each_error_means(answer: str, kind: OutcomeKind) -> None:
    status, headers, document = ANSWERS[answer]
    with ses(ANSWERS[answer]) as mock:
        pool = SesPool(mock.account, PACE)
        (outcome,) = pool.deliver(outgoing(1), Recorder())
        pool.close()
    assert (outcome.kind, outcome.code) == (kind, status)
    assert outcome.text == f"{headers.get('x-amzn-ErrorType', '')} {document.get('message', '{}')}".strip()


def test_an_error_is_known_by_its_header_or_its_document_in_any_of_their_forms() -> None:
    for headers, body in (
        ({"x-amzn-ErrorType": "TooManyRequestsException:http://internal.amazon.com/coral/com.amazon/"}, b"{}"),
        ({}, b'{"__type": "com.amazonaws.sesv2#TooManyRequestsException", "message": "slow down"}'),
        ({}, b'{"code": "TooManyRequestsException", "Message": "slow down"}'),
    ):
        answer = read(400, headers, body)
        assert (answer.error, answer.kind, answer.throttled) == ("TooManyRequestsException", LATER, True)
    assert read(400, {}, b"<html>no JSON</html>").kind is FAILED
    assert read(504, {}, b"").kind is LOST


def test_a_wrong_secret_is_seen_by_the_other_side() -> None:
    with ses() as mock:
        pool = SesPool(replace(mock.account, secret="wrong"), PACE)
        (outcome,) = pool.deliver(outgoing(1), Recorder())
        pool.close()
    assert (outcome.kind, outcome.code) == (LATER, 403)
    assert mock.received == []


def test_nothing_leaves_for_a_moment_after_ses_asked_for_less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "BREATH_SECONDS", 0.3)
    with ses(ANSWERS["throttled"], ACCEPTED) as mock:
        pool = SesPool(mock.account, Pace(connections=1, seconds=2.0))
        before = time.monotonic()
        outcomes = list(pool.deliver(outgoing(3), Recorder()))
        pool.close()
    assert [outcome.kind for outcome in outcomes] == [LATER, SENT, SENT]
    assert time.monotonic() - before >= 0.3


def test_the_rate_is_kept() -> None:
    with ses() as mock:
        pool = SesPool(mock.account, Pace(connections=2, seconds=2.0, per_second=20))
        before = time.monotonic()
        assert kinds(list(pool.deliver(outgoing(8), Recorder()))) == {SENT: 8}
        pool.close()
    assert time.monotonic() - before >= 5 / 20


@pytest.mark.parametrize("kept", [True, False])
def test_connections_are_kept_between_batches_and_replaced_when_aws_has_closed_them(kept: bool) -> None:
    with ses() as mock:
        mock.keeps_connections = kept
        pool = SesPool(mock.account, Pace(connections=1, seconds=2.0))
        for _ in range(3):
            assert kinds(list(pool.deliver(outgoing(1), Recorder()))) == {SENT: 1}
            time.sleep(0.05)
        pool.close()
    assert mock.connections == (1 if kept else 3)


def test_a_mail_that_is_too_large_fails_without_being_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "MAX_BYTES", 100)
    with ses() as mock:
        pool = SesPool(mock.account, PACE)
        recorder = Recorder()
        (outcome,) = pool.deliver(outgoing(1, b"x" * 200), recorder)
        pool.close()
    assert (outcome.kind, recorder.dots, mock.connections) == (FAILED, [], 0)


def test_while_nobody_answers_the_rest_is_not_tried() -> None:
    with ses() as mock:
        gone = mock.account
    recorder = Recorder()
    pool = SesPool(gone, Pace(connections=1, seconds=0.5))
    assert kinds(list(pool.deliver(outgoing(50), recorder))) == {UNSENT: 50}
    assert recorder.dots == []
    pool.close()


def test_one_connection_after_another_is_used_side_by_side() -> None:
    with ses() as mock:
        pool = SesPool(mock.account, Pace(connections=4, seconds=2.0))
        assert kinds(list(pool.deliver(outgoing(40), Recorder()))) == {SENT: 40}
        assert 1 < mock.connections <= 4
        pool.close()


def test_the_account_can_be_asked_for_its_limits() -> None:
    with ses() as mock:
        line = Line(mock.account, 2.0)
        status, told = line.ask(ACCOUNT_PATH)
        line.close()
    assert status == 200
    assert told["SendQuota"]["MaxSendRate"] == 14.0


@pytest.mark.parametrize(
    "url",
    [
        "ses://eu-west-1",
        "ses://KEY@eu-west-1",
        "ses://KEY:SECRET@localhost",
        "ses://KEY:SECRET@evil.example/x",
        "ses://KEY:SECRET@eu-west-1/no such set",
        "ses://KEY:SECRET@eu-west-1/set?endpoint=file:///etc/passwd",
    ],
)
def test_urls_that_name_no_account(url: str) -> None:
    with pytest.raises(Problem) as caught:
        Account.of(url)
    assert caught.value.code == "email.ses_url_invalid"


def test_the_url_of_an_account() -> None:
    account = Account.of("ses://AKID:a%2Fb%2Bc@sa-east-1/news")
    assert account == Account("AKID", "a/b+c", "sa-east-1", "news", "https://email.sa-east-1.amazonaws.com")
    assert Account.of("ses://A:b@eu-west-1?endpoint=https://vpce.example/").endpoint == "https://vpce.example"
