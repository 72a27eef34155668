"""Mails that come in act on the message to which they answer, and on no other: bounces, complaints, answers."""

from __future__ import annotations

import json
import os
import random
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from time import monotonic, sleep
from typing import Any

import pytest
from psycopg import Connection

from pauta.channels.email.links import link_keys
from pauta.core.gate.reasons import REASONS, Reason
from pauta.core.tokens import Purpose
from pauta.messages.states import State
from pauta.pipeline.incoming import known_recipient, take
from pauta.pipeline.rendering import Letterhead
from pauta.platform.settings import Settings
from tests.channels.email.test_incoming import CASES
from tests.faults import company
from tests.pipeline.office import Office

SHAPES = {case["name"]: case["mail"] for case in CASES}
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


def come(office: Office, mail: str, local: str, message_id: str = "nobodys") -> str:
    """Let a mail come in; the kind and class as which it was taken, or nothing when it acted on nothing."""
    taken = take(office.connection, office.now, mail.replace("{id}", message_id).encode(), local)
    office.connection.commit()
    return f"{taken.incoming.kind} {taken.incoming.bounce or ''}".strip() if taken.new else ""


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


def test_a_mail_unsubscribes_and_an_automatic_one_does_not(sent: Office) -> None:
    message, _, _ = first(sent)
    local = "u+" + link_keys(sent.connection).token(Purpose.CHOICES, message)
    assert come(sent, SHAPES["Automatic: Vacation (RFC 3834)"], local) == "auto_reply"
    assert sent.one("SELECT count(*) FROM consent WHERE NOT granted") == 0
    assert come(sent, "From: ana@acme.example\nSubject: unsubscribe\n\n", local.upper().replace("U+", "u+")) == "reply"
    assert sent.one("SELECT source FROM consent WHERE NOT granted") == "unsubscribe mail"


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
    room.sendmail("", f"{local}@IN.sur.example", HARD.encode())
    assert sent.one("SELECT state FROM message WHERE id = %s", message) == State.FAILED
    assert json.loads(sent.one("SELECT properties::text FROM event"))["message"] == message
