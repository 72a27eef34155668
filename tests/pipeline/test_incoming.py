"""Mails that come in act on the message to which they answer, and on no other: bounces, complaints, answers."""

from __future__ import annotations

import asyncio
import json
import os
import random
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from time import monotonic, sleep
from typing import Any

import pytest
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from psycopg import Connection
from structlog.testing import capture_logs

from pauta.channels.email.links import link_keys
from pauta.core.gate.reasons import REASONS, Reason
from pauta.core.tokens import Purpose
from pauta.mailroom import MailRoom
from pauta.messages.actions import request_plan
from pauta.messages.ledger import lock_parts
from pauta.messages.states import State
from pauta.pipeline.incoming import known_recipient, take
from pauta.pipeline.rendering import Letterhead
from pauta.platform.settings import Settings
from pauta.privacy.erasing import erase
from tests.channels.email.test_incoming import CASES
from tests.faults import company
from tests.loops import run
from tests.pipeline.office import Office

SHAPES = {case["name"]: case["mail"] for case in CASES}
WAITING = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"""
HARD = SHAPES["Postfix, no such user"]
SOFT = SHAPES["iCloud, over quota"]


@pytest.fixture
def sent(settings: Settings, connection: Connection[Any]) -> Office:
    """Three messages of a campaign have left, with a return path of ours."""
    office = Office(settings, connection)
    company.build(connection, office.now, 3, 3, [])
    company.launch(connection, office.now, "launch")
    worker = office.worker()
    worker.letterhead = Letterhead("a@sur.example", "https://pauta.example", "in.sur.example")
    office.settle(worker)
    assert company.states(connection) == {State.SENT: 3}
    connection.commit()
    return office


def first(office: Office) -> tuple[int, str, str]:
    """The id of a message that left, its address to which bounces go, without domain, and its Message-ID's name."""
    outgoing = office.post.received[0]
    message_id = outgoing.content.split(b"Message-ID: <")[1].split(b"@")[0].decode()
    return int(outgoing.reference.split(".")[1]), outgoing.sender.partition("@")[0], message_id


def addressed(office: Office, mail: str) -> str:
    """The mail as if it were about the address to which the first message went."""
    return mail.replace("ana@acme.example", office.post.received[0].recipient)


def come(office: Office, mail: str, local: str, message_id: str = "nobodys") -> str:
    """Let a mail come in; the kind and class as which it was taken, or nothing when it acted on nothing."""
    taken = take(office.connection, office.now, addressed(office, mail).replace("{id}", message_id).encode(), local)
    office.connection.commit()
    return f"{taken.incoming.kind} {taken.incoming.bounce or ''}".strip() if taken.new else ""


def hand_over(office: Office, mail: str, local: str) -> str:
    """Let a mail come in by the mail room, in a transaction of its own; the answer."""
    office.connection.commit()
    envelope = Envelope()
    envelope.content, envelope.rcpt_tos = mail.encode(), [f"{local}@in.sur.example"]
    room = MailRoom(office.settings, office.clock)

    async def answer() -> str:
        return await room.handle_DATA(SMTP(room), Session(asyncio.get_running_loop()), envelope)

    return run(answer())


def pass_on(office: Office, mails: dict[str, str]) -> str:
    """Let one mail come in for several addresses by LMTP; the answer to it."""
    office.connection.commit()
    envelope = Envelope()
    envelope.content = next(iter(mails.values())).encode()
    envelope.rcpt_tos = [f"{local}@in.sur.example" for local in mails]
    room = MailRoom(office.settings, office.clock)

    async def answer() -> str:
        return await room.handle_DATA(LMTP(room), Session(asyncio.get_running_loop()), envelope)

    return run(answer())


def address_state(office: Office, message: int) -> int:
    return int(
        office.one("SELECT email_state FROM contact c JOIN message m ON m.contact_id = c.id WHERE m.id = %s", message)
    )


def test_mails_name_where_bounces_and_unsubscribe_mails_go(sent: Office) -> None:
    message, local, _ = first(sent)
    keys = link_keys(sent.connection)
    assert keys.number_in(Purpose.RETURN, local.removeprefix("b+")) == message
    header = sent.post.received[0].content.replace(b"\r\n ", b" ").split(b"List-Unsubscribe: ")[1].split(b"\r\n")[0]
    https, mailto = header.decode().split(", ")
    token = keys.token(Purpose.CHOICES, message)
    assert https == f"<https://pauta.example/unsubscribe/{token}>"
    assert mailto == f"<mailto:u+{token}@in.sur.example>"
    assert len(local) <= 64


def test_a_hard_bounce_gives_the_address_up_and_the_message_has_failed(sent: Office) -> None:
    message, local, _ = first(sent)
    assert come(sent, HARD, local) == "bounce hard"
    assert come(sent, HARD, local) == ""
    state, reason = sent.all("SELECT state, reason FROM message WHERE id = %s", message)[0]
    assert (State(state), REASONS[reason]) == (State.FAILED, Reason.rejected)
    assert "User unknown" in sent.one(
        "SELECT detail FROM message_change WHERE message_id = %s ORDER BY id DESC", message
    )
    assert address_state(sent, message) == 3
    assert sent.one("SELECT reason FROM suppression WHERE source = 'bounce'").startswith("550 5.1.1")
    assert sent.all("SELECT name, properties ->> 'status' FROM event") == [("mail_bounce_hard", "5.1.1")]


def test_the_address_that_bounced_is_given_up_not_the_one_that_came_since(sent: Office) -> None:
    message, local, _ = first(sent)
    sent.run(
        "UPDATE contact SET email = 'new@acme.example' WHERE id = (SELECT contact_id FROM message WHERE id = %s)",
        message,
    )
    come(sent, HARD, local)
    assert address_state(sent, message) == 1
    assert sent.one("SELECT address FROM suppression") == sent.post.received[0].recipient


def test_a_forwarded_mail_that_bounces_says_nothing_of_the_address_written_to(sent: Office) -> None:
    message, local, _ = first(sent)
    forwarded = HARD.replace("rfc822; ana@acme.example", "rfc822; ana@elsewhere.example")
    assert come(sent, forwarded, local) == "bounce unknown"
    assert address_state(sent, message) == 1
    assert sent.one("SELECT state FROM message WHERE id = %s", message) == State.SENT
    original = f"Original-Recipient: rfc822;{sent.post.received[0].recipient.upper()}\nFinal-Recipient"
    assert come(sent, forwarded.replace("Final-Recipient", original), local) == "bounce hard"
    assert address_state(sent, message) == 3


@pytest.mark.parametrize("mail", [HARD, SHAPES["An answer"]])
def test_late_mail_does_nothing_after_an_erasure(sent: Office, mail: str) -> None:
    message, local, _ = first(sent)
    mail = addressed(sent, mail)
    contact = sent.one("SELECT external_id FROM contact c JOIN message m ON m.contact_id = c.id AND m.id = %s", message)
    erase(sent.connection, contact, sent.now, actor="user:ana@pauta.example", reason="asked")
    assert hand_over(sent, mail, local).startswith("250")
    assert company.states(sent.connection) == {State.SENT: 3}
    assert sent.one("SELECT count(*) FROM event") == 0


def test_what_cannot_be_stored_of_a_mail_is_left_out(sent: Office) -> None:
    message, local, _ = first(sent)
    assert come(sent, HARD.replace("User unknown", "User unknown\0"), local) == "bounce hard"
    assert address_state(sent, message) == 3


def test_a_hard_bounce_waits_for_the_planner_before_it_locks_anything(sent: Office) -> None:
    """The planner locks a partition first, then the requests for its plans; the other way round they would deadlock."""
    message, local, _ = first(sent)
    company.launch(sent.connection, sent.now, "next", not_before=(sent.now + timedelta(days=9)).date())
    sent.settle(sent.worker())
    part, key = sent.all("SELECT part, account_key FROM message WHERE id = %s", message)[0]
    mail = addressed(sent, HARD)
    with ThreadPoolExecutor() as pool, sent.transaction() as planner:
        lock_parts(planner, [part])
        answer = pool.submit(hand_over, sent, mail, local)
        until = monotonic() + 60
        while not sent.one(WAITING):
            assert monotonic() < until
            sleep(0.05)
        planner.execute("SET LOCAL lock_timeout = '200ms'")
        assert request_plan(planner, [key], sent.now) == 1
        planner.commit()
        assert answer.result().startswith("250")
    assert sent.one("SELECT state FROM message WHERE id = %s", message) == State.FAILED


def test_a_bounce_that_comes_before_its_message_is_recorded_comes_again(sent: Office) -> None:
    message, local, _ = first(sent)
    mail = addressed(sent, HARD)
    sent.run("UPDATE message SET state = %s WHERE id = %s", State.SENDING, message)
    assert hand_over(sent, mail, local).startswith("451")
    assert sent.one("SELECT count(*) FROM event") == 0
    sent.run("UPDATE message SET state = %s WHERE id = %s", State.SENT, message)
    assert hand_over(sent, mail, local).startswith("250")
    assert sent.one("SELECT state FROM message WHERE id = %s", message) == State.FAILED


def test_what_the_database_never_takes_is_refused_for_good_and_the_log_holds_no_address(sent: Office) -> None:
    _, local, _ = first(sent)
    sent.run("ALTER TABLE event ADD CONSTRAINT no_mails CHECK (source <> 'mail')")
    with capture_logs() as lines:
        assert hand_over(sent, addressed(sent, HARD), local).startswith("554")
    assert [line["error"] for line in lines] == ["CheckViolation"]
    assert "no_mails" in lines[0]["why"]
    assert sent.post.received[0].recipient not in str(lines)


def test_what_comes_while_the_database_is_away_comes_again(sent: Office) -> None:
    _, local, _ = first(sent)
    sent.settings = replace(sent.settings, database_url="postgresql://127.0.0.1:9/nobody")
    assert hand_over(sent, HARD, local).startswith("451")


def test_a_bounce_is_followed_by_the_next_channel(sent: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pauta.channels.base.PROVIDED", frozenset({0, 1}))
    sent.run("UPDATE proposal SET channels = '{0,1}'")
    message, local, _ = first(sent)
    come(sent, HARD, local)
    assert sent.all("SELECT follows, wish_from FROM message WHERE follows IS NOT NULL") == [(message, 1)]


def test_soft_bounces_have_a_memory(sent: Office) -> None:
    """Three over a week, and not three on a day (R14)."""
    message, local, _ = first(sent)
    for number in range(3):
        assert come(sent, f"{SOFT}\n{number}", local) == "bounce soft"
    assert address_state(sent, message) == 1
    sent.later(days=7)
    assert come(sent, f"{SOFT}\nlast", local) == "bounce soft"
    assert address_state(sent, message) == 3
    assert sent.one("SELECT state FROM message WHERE id = %s", message) == State.SENT


@pytest.mark.parametrize("shape", ["iCloud, policy", "Nothing that anybody knows", "Delayed, not failed"])
def test_what_does_not_speak_of_the_address_gives_none_up(sent: Office, shape: str) -> None:
    message, local, _ = first(sent)
    for number in range(5):
        come(sent, f"{SHAPES[shape]}\n{number}", local)
        sent.later(days=3)
    assert address_state(sent, message) == 1
    assert sent.one("SELECT state FROM message WHERE id = %s", message) == State.SENT


def test_a_complaint_ends_everything_but_transactional_mail(sent: Office) -> None:
    _message, _, message_id = first(sent)
    assert come(sent, SHAPES["Abuse, the address taken out"], "complaints", message_id) == "complaint"
    assert sent.all("SELECT topic, granted, source FROM consent WHERE source = 'complaint'") == [
        ("*", False, "complaint")
    ]
    assert sent.one("SELECT count(*) FROM suppression") == 0


@pytest.mark.parametrize(
    ("mail", "kind"),
    [
        ("From: ana@acme.example\nSubject: unsubscribe\n\n", "reply"),
        (SHAPES["Automatic: Apple Mail, unsubscribe"], "auto_reply"),
        (SHAPES["Automatic: Vacation (RFC 3834)"], "auto_reply"),
    ],
)
def test_a_mail_to_the_address_that_stands_in_list_unsubscribe_alone_unsubscribes(
    sent: Office, mail: str, kind: str
) -> None:
    message, local, _ = first(sent)
    assert come(sent, mail, local) == kind
    assert sent.one("SELECT count(*) FROM consent WHERE NOT granted") == 0
    local = "u+" + link_keys(sent.connection).token(Purpose.CHOICES, message)
    assert come(sent, mail + "\n", local.upper().replace("U+", "u+")) == kind
    assert sent.one("SELECT source FROM consent WHERE NOT granted") == "unsubscribe mail"
    assert sent.all("SELECT name FROM event ORDER BY id") == [(f"mail_{kind}",), ("mail_unsubscribe",)]


def test_answers_are_matched_by_the_message_id(sent: Office) -> None:
    _message, local, message_id = first(sent)
    assert come(sent, SHAPES["An answer"], "complaints", message_id) == "reply"
    assert come(sent, SHAPES["Automatic: In Portuguese"], local) == "auto_reply"
    assert sent.all("SELECT name FROM event ORDER BY name") == [("mail_auto_reply",), ("mail_reply",)]


def test_forged_mails_do_nothing(sent: Office) -> None:
    """Whoever guesses an address, a Message-ID or the id of a message gets nowhere."""
    message, local, message_id = first(sent)
    keys = link_keys(sent.connection)
    wrong = local[:-1] + ("a" if local[-1] != "a" else "b")
    for guess in (wrong, "b+" + "a" * 40, f"b+{message}", "b+" + keys.token(Purpose.CHOICES, message), "", "ana"):
        assert not known_recipient(keys, guess)
        assert come(sent, HARD, guess) == ""
    for guess in (str(message), f"m.{message}", message_id[:-1] + "z", keys.token(Purpose.RETURN, message)):
        assert come(sent, HARD, "complaints", guess) == ""
    assert company.states(sent.connection) == {State.SENT: 3}
    assert sent.one("SELECT count(*) FROM suppression") + sent.one("SELECT count(*) FROM event") == 0


def free_port() -> int:
    """A port that nobody has, below those that are lent to outgoing connections."""
    while True:
        port = random.randrange(20_000, 32_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


@pytest.fixture
def room(sent: Office) -> Iterator[smtplib.SMTP]:
    """A connection to a mail room that is a process of its own."""
    port = free_port()
    chosen = replace(sent.settings, return_domain="in.sur.example", incoming_port=port)
    environment = {**os.environ, **chosen.environment()}
    process = subprocess.Popen([sys.executable, "-m", "pauta.mailroom"], env=environment)
    try:
        with connected(port) as connection:
            yield connection
    finally:
        process.terminate()
        process.wait()


def connected(port: int) -> smtplib.SMTP:
    """A connection to the port, as soon as somebody listens there."""
    until = monotonic() + 120
    while True:
        try:
            return smtplib.SMTP("127.0.0.1", port, timeout=60)
        except OSError:
            assert monotonic() < until
            sleep(0.1)


def test_the_mail_room_takes_in_what_is_ours_alone(sent: Office, room: smtplib.SMTP) -> None:
    message, local, _ = first(sent)
    room.ehlo("mx.acme.example")
    room.mail("")
    for address, code in (
        (f"{local}@in.sur.example", 250),
        (f"{local[:-1]}@in.sur.example", 550),
        (f"{local}@elsewhere.example", 550),
        ("ana@in.sur.example", 550),
        ("complaints@in.sur.example", 250),
    ):
        assert room.rcpt(address)[0] == code
    room.rset()
    room.sendmail("", f"{local}@IN.sur.example", addressed(sent, HARD).encode())
    assert sent.one("SELECT state FROM message WHERE id = %s", message) == State.FAILED
    assert json.loads(sent.one("SELECT properties::text FROM event"))["message"] == message


def test_by_lmtp_each_recipient_has_an_answer(sent: Office) -> None:
    """RFC 2033, 4.2: one that cannot be taken now does not hold the others."""
    first_message, second_message = sent.post.ids()[:2]
    locals_ = [one.sender.partition("@")[0] for one in sent.post.received[:2]]
    sent.run("UPDATE message SET state = %s WHERE id = %s", State.SENDING, second_message)
    answer = pass_on(sent, dict.fromkeys(locals_, addressed(sent, HARD)))
    assert answer == "250 2.0.0 taken\r\n451 4.3.0 not now; try again"
    assert sent.one("SELECT state FROM message WHERE id = %s", first_message) == State.FAILED


def test_the_mail_room_speaks_lmtp_where_that_is_set(sent: Office) -> None:
    port = free_port()
    chosen = replace(sent.settings, return_domain="in.sur.example", incoming_port=port, incoming_protocol="lmtp")
    local = sent.post.received[0].sender.partition("@")[0]
    sent.connection.commit()
    command = [sys.executable, "-m", "pauta.mailroom"]
    with subprocess.Popen(command, env={**os.environ, **chosen.environment()}) as process:
        try:
            server = _connected(port)
            assert server.ehlo()[0] == 500
            assert server.lhlo()[0] == 250
            server.mail("")
            assert server.rcpt(f"{local}@in.sur.example")[0] == 250
            assert server.data(addressed(sent, HARD).encode())[0] == 250
            server.quit()
        finally:
            process.terminate()
    assert [name for (name,) in sent.all("SELECT name FROM event")] == ["mail_bounce_hard"]


class _Lmtp(smtplib.SMTP):
    """The client of LMTP, for a port on this machine."""

    def lhlo(self) -> tuple[int, bytes]:
        return self.docmd("LHLO test")


def _connected(port: int) -> _Lmtp:
    until = monotonic() + 60
    while True:
        try:
            return _Lmtp("127.0.0.1", port)
        except OSError:
            assert monotonic() < until
            sleep(0.1)
