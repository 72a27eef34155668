"""A campaign through a real mail server, whose verifier asks DNS for the key, and the way out that its mails name."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from psycopg import Connection

from pauta.channels.base import Stream
from pauta.channels.email.providers import sender_from
from pauta.channels.email.signing import make_key, use_key
from pauta.messages.states import State
from pauta.pipeline.rendering import Letterhead
from pauta.platform.settings import Settings
from pauta.web.app import create_app
from tests.channels.email.mta import AVAILABLE, NAMESERVER, verifying_mta
from tests.channels.email.nameserver import resolver
from tests.channels.email.peers import free_port, wait_until
from tests.conftest import enterable_folder
from tests.faults import company
from tests.pipeline.office import Office
from tests.web.conftest import TestClient

pytestmark = pytest.mark.skipif(not AVAILABLE, reason="needs root, postfix and opendkim: apt install postfix opendkim")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SECONDS = 1.0
"""How long an unsubscribe may take to be in force."""


def test_a_campaign_by_a_real_mail_server_is_verified_and_can_be_left(
    settings: Settings, connection: Connection[Any]
) -> None:
    office = Office(settings, connection)
    company.build(connection, office.now, 3, 3, [])
    key = make_key(connection, "acme.example", "p1", office.now)
    use_key(connection, key, office.now)
    company.launch(connection, office.now, "spring")
    record = " ".join(f'"{key.record[at : at + 250]}"' for at in range(0, len(key.record), 250))
    mailbox = _Mailbox()
    inbox = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    inbox.start()
    try:
        with (
            resolver({(key.name, "TXT"): [record]}, NAMESERVER),
            enterable_folder() as folder,
            verifying_mta(folder, inbox.port) as port,
        ):
            _send(office, port)
            wait_until(lambda: len(mailbox.mails) == 3, 30)
    finally:
        inbox.stop()
    for mail in mailbox.mails:
        _can_be_believed(mail)
        _can_be_left_by_one_click(mail)
    _leaves(office, settings, mailbox.mails[0])


class _Mailbox:
    """Where the mail server passes everything on to."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail."""
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 kept"


def _send(office: Office, port: int) -> None:
    chosen = replace(office.settings, smtp_url=f"smtp://127.0.0.1:{port}")
    worker = office.worker()
    worker.sender = sender_from(chosen, Stream.BULK)
    worker.letterhead = Letterhead("a@acme.example", "https://pauta.example", "in.acme.example")
    office.settle(worker)
    worker.sender.close()
    assert company.states(office.connection) == {State.SENT: 3}


def _can_be_believed(mail: EmailMessage) -> None:
    """In the words of opendkim, which knows nothing of us but what stands in DNS."""
    (said,) = mail.get_all("Authentication-Results")
    assert "dkim=pass" in said, said
    assert "header.d=acme.example" in said
    assert "header.s=p1" in said


def _can_be_left_by_one_click(mail: EmailMessage) -> None:
    """RFC 8058: an HTTPS address, the header that says that POST is enough, and a signature that covers both."""
    assert re.fullmatch(r"<https://[^>]+>, <mailto:u\+[^>]+@in\.acme\.example>", mail["List-Unsubscribe"])
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    covered = re.sub(r"\s", "", re.search(r"h=([^;]+);", mail["DKIM-Signature"])[1]).split(":")  # type: ignore[index]
    assert {"from", "list-unsubscribe", "list-unsubscribe-post"} <= set(covered)


def _leaves(office: Office, settings: Settings, mail: EmailMessage) -> None:
    """A scanner's GET changes nothing; one POST cancels what is planned for the contact within a second."""
    office.run("INSERT INTO stop (reason, actor, at) VALUES ('test', 'ana', now())")
    company.launch(office.connection, office.now, "summer")
    office.settle(office.worker())
    to = mail["To"].addresses[0].addr_spec
    planned = (
        "SELECT m.state FROM message m JOIN contact c ON c.id = m.contact_id JOIN proposal p ON p.id = m.proposal_id"
        " WHERE c.email = %s AND p.occurrence = 'summer'"
    )
    assert office.one(planned, to) == State.PLANNED
    path = urlsplit(mail["List-Unsubscribe"].split(">")[0].strip("<")).path
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8025") as client:
        assert client.get(path).status_code == 200
        worker = office.worker()
        office.settle(worker)
        assert office.one(planned, to) == State.PLANNED
        begun = time.monotonic()
        assert client.post(path, content=b"List-Unsubscribe=One-Click", headers=FORM).status_code == 200
        office.settle(worker)
    assert State(office.one(planned, to)) is State.SUPPRESSED
    assert time.monotonic() - begun < SECONDS
