"""Webhooks hear what was committed, signed, until they answer."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg import Connection
from psycopg.errors import LockNotAvailable
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from pauta.core.problems import Problem
from pauta.platform.database import connect
from pauta.webhooks import posting
from pauta.webhooks.actions import (
    BOTH_SIGN,
    deliver_again,
    disable,
    enable,
    remove,
    renew_secret,
    save_webhook,
    send_test,
)
from pauta.webhooks.announcing import announce
from pauta.webhooks.delivering import AT_ONCE, LONGEST_FAILING, PAUSES, deliver
from pauta.webhooks.kinds import Kind
from pauta.webhooks.posting import post
from pauta.webhooks.queries import deliveries, webhook
from tests.webhooks.conftest import Receiver

NOW = datetime.now(UTC).replace(microsecond=0)
Tell = Callable[..., int]


class Told:
    """A webhook of the receiver's, with a clock of its own."""

    def __init__(self, connection: Connection[Any], receiver: Receiver) -> None:
        self.connection, self.now, self.disabled = connection, NOW, list[str]()
        secret = save_webhook(connection, NOW, "crm", receiver.url, [Kind.MESSAGE_SENT])
        assert secret is not None
        self.secret = secret

    def announce(self, kind: Kind = Kind.MESSAGE_SENT, **data: object) -> None:
        announce(self.connection, self.now, kind, [(None, data)])
        self.connection.commit()

    def deliver(self) -> int:
        return self.deliver_to(failing=False) + self.deliver_to(failing=True)

    def deliver_to(self, *, failing: bool) -> int:
        return deliver(
            self.connection,
            lambda: self.now,
            failing=failing,
            private=True,
            disabled=lambda _, name: self.disabled.append(name),
        )

    def log(self) -> list[tuple[int, int | None, bool, bool]]:
        found = deliveries(self.connection, webhook(self.connection, "crm").id, None, 10)
        return [(one.tries, one.status, one.due_at is not None, one.delivered_at is not None) for one in found]


@pytest.fixture
def crm(connection: Connection[Any], receiver: Receiver) -> Told:
    """The webhook."""
    return Told(connection, receiver)


def test_what_is_told_is_signed_as_standard_webhooks_says(crm: Told, receiver: Receiver) -> None:
    crm.announce(message=1, name="São Paulo")
    crm.announce(Kind.MESSAGE_FAILED, message=2)
    assert (crm.deliver(), crm.deliver()) == (1, 0)
    ((headers, body),) = receiver.told
    told = Webhook(crm.secret).verify(body, headers)
    assert told == {
        "type": "message.sent",
        "timestamp": NOW.isoformat(),
        "data": {"message": 1, "name": "São Paulo"},
    }
    with pytest.raises(WebhookVerificationError):
        Webhook(crm.secret).verify(body.replace(b"1", b"2"), headers)
    assert crm.log() == [(1, 204, False, True)]


def test_what_is_undone_is_not_told(crm: Told, connection: Connection[Any]) -> None:
    connection.commit()
    announce(connection, NOW, Kind.MESSAGE_SENT, [(None, {"message": 1})])
    connection.rollback()
    assert crm.deliver() == 0


def test_a_former_secret_signs_for_a_day_longer(crm: Told, receiver: Receiver, connection: Connection[Any]) -> None:
    new = renew_secret(connection, NOW, "crm")
    crm.announce(message=1)
    crm.deliver()
    for secret in (crm.secret, new):
        Webhook(secret).verify(receiver.told[0][1], receiver.told[0][0])
    crm.now = NOW + BOTH_SIGN
    crm.announce(message=2)
    crm.deliver()
    assert len(receiver.told[1][0]["webhook-signature"].split(" ")) == 1


@pytest.mark.parametrize("status", [500, 404, 302, 429])
def test_what_is_not_taken_is_tried_again_with_growing_pauses_and_then_given_up(
    crm: Told, receiver: Receiver, status: int
) -> None:
    receiver.status = status
    crm.announce(message=1)
    for tries, pause in enumerate(PAUSES, start=1):
        assert crm.deliver() == 1
        assert crm.log() == [(tries, status, True, False)]
        crm.now += pause - timedelta(seconds=1)
        assert crm.deliver() == 0
        crm.now += timedelta(seconds=1)
    assert crm.deliver() == 1
    assert crm.log() == [(len(PAUSES) + 1, status, False, False)]
    assert len({headers["webhook-id"] for headers, _ in receiver.told}) == 1
    assert sum(PAUSES, timedelta()) > timedelta(days=3)


def test_a_delivery_that_a_killed_process_had_in_hand_is_tried_again(crm: Told, receiver: Receiver) -> None:
    crm.announce(message=1)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("pauta.webhooks.delivering._try", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            crm.deliver()
    crm.connection.rollback()
    assert crm.deliver() == 0
    crm.now += timedelta(minutes=2)
    assert (crm.deliver(), len(receiver.told)) == (1, 1)


def test_a_webhook_that_fails_for_days_or_is_gone_is_told_nothing_more(
    crm: Told, receiver: Receiver, connection: Connection[Any]
) -> None:
    receiver.status = 500
    crm.announce(message=1)
    crm.deliver()
    assert webhook(connection, "crm").failing_since == NOW
    crm.now += LONGEST_FAILING + timedelta(seconds=1)
    crm.announce(message=2)
    crm.deliver()
    assert crm.disabled == ["crm"]
    assert (webhook(connection, "crm").disabled_by, webhook(connection, "crm").waiting) == ("failing", 0)
    crm.announce(message=3)
    assert crm.deliver() == 0
    enable(connection, "crm")
    receiver.status = 410
    crm.announce(message=4)
    crm.deliver()
    assert crm.disabled == ["crm", "crm"]


def test_a_good_answer_ends_the_failing(crm: Told, receiver: Receiver, connection: Connection[Any]) -> None:
    receiver.status = 500
    crm.announce(message=1)
    crm.deliver()
    receiver.status = 200
    crm.now += PAUSES[0]
    crm.deliver()
    assert webhook(connection, "crm").failing_since is None


def test_one_delivery_can_be_tried_again_and_a_test_asked_for(
    crm: Told, receiver: Receiver, connection: Connection[Any]
) -> None:
    disable(connection, NOW, "crm", "user:ana")
    send_test(connection, NOW, "crm")
    crm.deliver()
    assert json.loads(receiver.told[0][1])["type"] == "webhook.test"
    (one,) = deliveries(connection, webhook(connection, "crm").id, None, 10)
    deliver_again(connection, NOW, "crm", one.id)
    crm.deliver()
    assert receiver.told[0][0]["webhook-id"] == receiver.told[1][0]["webhook-id"]
    with pytest.raises(Problem, match=r"webhooks\.no_delivery"):
        deliver_again(connection, NOW, "crm", one.id + 1)
    remove(connection, "crm")
    with pytest.raises(Problem, match=r"webhooks\.unknown"):
        remove(connection, "crm")


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://x.example", "nonsense", "https://", "https://ana:secret@x.example/"),
        *("https://x.example:99999/", "https://x.example:http/", "https://[::1/"),
    ],
)
def test_an_address_must_be_one(connection: Connection[Any], url: str) -> None:
    with pytest.raises(Problem, match=r"webhooks\.url"):
        save_webhook(connection, NOW, "crm", url, [Kind.MESSAGE_SENT])


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "10.1.2.3", "192.168.1.1", "169.254.169.254"),
        *("0.0.0.0", "100.64.0.1", "[fd00::1]", "224.0.0.1", "2130706433", "0x7f.1"),
    ],
)
def test_nothing_leads_to_this_machine_or_its_network(receiver: Receiver, host: str) -> None:
    answer = post(receiver.url.replace("127.0.0.1", host), b"{}", {}, private=False)
    assert (answer.status, receiver.told) == (None, [])
    assert "not a public address" in answer.text


def test_nobody_at_home_is_an_answer_too(receiver: Receiver) -> None:
    assert post("http://127.0.0.1:9/", b"{}", {}, private=True).status is None
    assert "Refused" in post("http://127.0.0.1:9/", b"{}", {}, private=True).text


@pytest.mark.parametrize("url", [f"http://{'x' * 64}.example/", "http://127.0.0.1:9/são", "http://127.0.0.1:99999/"])
def test_an_address_that_no_request_can_be_made_of_is_a_failure_like_any(url: str) -> None:
    assert post(url, b"{}", {}, private=True).status is None


def test_a_webhook_is_not_removed_while_something_is_being_told_to_it(
    crm: Told, connection: Connection[Any], database: str
) -> None:
    connection.commit()
    announce(connection, NOW, Kind.MESSAGE_SENT, [(None, {"message": 1})])
    with connect(database) as another:
        another.execute("SET lock_timeout = '100ms'")
        another.commit()
        with pytest.raises(LockNotAvailable):
            remove(another, "crm")
        another.rollback()
        connection.commit()
        remove(another, "crm")
    assert crm.deliver() == 0


def test_an_answer_that_only_trickles_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def trickle() -> None:
            taken, _ = listening.accept()
            with taken, suppress(OSError):
                for _ in range(40):
                    time.sleep(0.1)
                    taken.sendall(b"x")

        threading.Thread(target=trickle, daemon=True).start()
        answer = post(f"http://127.0.0.1:{listening.getsockname()[1]}/", b"{}", {}, private=True)
    assert answer.status is None
    assert answer.milliseconds < 2000


def test_nobody_waits_for_a_webhook_that_fails(crm: Told, receiver: Receiver, connection: Connection[Any]) -> None:
    receiver.status = 500
    crm.announce(message=1)
    crm.deliver()
    for number in range(2 * AT_ONCE):
        crm.announce(message=number)
    receiver.status = 200
    save_webhook(connection, NOW, "shop", receiver.url, [Kind.MESSAGE_FAILED])
    crm.announce(Kind.MESSAGE_FAILED, message=1)
    assert crm.deliver_to(failing=False) == 1
    assert webhook(connection, "shop").waiting == 0
    assert crm.deliver_to(failing=True) == AT_ONCE
    assert crm.deliver_to(failing=False) == AT_ONCE
