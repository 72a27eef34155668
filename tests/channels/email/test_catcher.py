"""The local catcher as a process: what it accepts is on disk, whatever happens to it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pauta.channels.base import OutcomeKind, Outgoing
from pauta.channels.email.caught import add_mails, count_mails, list_mails, open_store, read_mail
from pauta.channels.email.mime import Mailbox, build, skeleton
from pauta.channels.email.session import Server
from pauta.channels.email.smtp import SmtpPool
from pauta.core.render import Rendered
from tests.channels.email.peers import MAIL, Recorder, free_port, kinds, outgoing, wait_until

SENT, LATER, FAILED, LOST, UNSENT = OutcomeKind
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Catcher:
    """The catcher's process on a store of its own."""

    def __init__(self, store: Path) -> None:
        self.store = store
        self.port = free_port()
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "pauta.channels.email.catcher"]
        command += ["--port", str(self.port), "--store", str(self.store)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        wait_until(self._listens, 15)

    def _listens(self) -> bool:
        pool = SmtpPool(Server(port=self.port, connect_timeout=5.0))
        (outcome,) = pool.deliver([Outgoing("", "a@b.example", "not an address", MAIL)], Recorder())
        pool.close()
        return outcome.kind is FAILED  # refused on our side, which takes a connection

    def stop(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        self.process.send_signal(how)
        _, written = self.process.communicate(timeout=10)
        return self.process.returncode, written


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[Catcher]:
    running = Catcher(tmp_path / "mails")
    yield running
    if running.process.poll() is None:
        running.stop(signal.SIGKILL)


def deliver(catcher: Catcher, batch: list[Outgoing], connections: int = 4) -> dict[OutcomeKind, int]:
    pool = SmtpPool(Server(port=catcher.port, connections=connections))
    try:
        return kinds(list(pool.deliver(batch, Recorder())))
    finally:
        pool.close()


def test_mails_are_kept_and_found(catcher: Catcher) -> None:
    rendered = Rendered("Olá, João", "<p>Olá</p>\n", "Olá\n.\n")
    raw = build(
        skeleton(Mailbox("pauta@ours.example", "Pauta")), rendered, Mailbox("j@acme.example"), "<1@o.example>", NOW
    )
    mails = [Outgoing("1", "pauta@ours.example", "j@acme.example", raw), *outgoing(20)]
    assert deliver(catcher, mails, connections=1) == {SENT: 21}
    assert count_mails(catcher.store) == 21
    (mail,) = list_mails(catcher.store, 10, "olá, joÃO".replace("Ã", "ã"))
    assert (mail.sender, mail.recipient, mail.subject) == ("pauta@ours.example", "j@acme.example", "Olá, João")
    assert mail.message_id == "<1@o.example>"
    assert abs((mail.received_at - datetime.now(UTC)).total_seconds()) < 60
    opened = read_mail(catcher.store, mail.id)
    assert opened is not None
    assert (opened.raw, opened.html, opened.text) == (raw, "<p>Olá</p>\r\n", "Olá\r\n.\r\n")
    assert ("Subject", "Olá, João") in opened.headers
    assert count_mails(catcher.store, "ana7@acme.example") == 1
    assert [found.recipient for found in list_mails(catcher.store, 2, "ana")] == [
        "ana19@acme.example",
        "ana18@acme.example",
    ]


def test_it_stops_cleanly_and_begins_again_on_the_same_store(catcher: Catcher) -> None:
    assert deliver(catcher, outgoing(5)) == {SENT: 5}
    code, written = catcher.stop()
    assert code == 0
    assert "ana@" not in written
    assert count_mails(catcher.store) == 5
    catcher.start()
    assert deliver(catcher, outgoing(5)) == {SENT: 5}
    assert count_mails(catcher.store) == 10


def test_a_kill_loses_nothing_that_was_accepted(catcher: Catcher) -> None:
    recorder = Recorder()
    kill = threading.Thread(
        target=lambda: (
            wait_until(lambda: len(recorder.answers) > 100, 20),
            os.kill(catcher.process.pid, signal.SIGKILL),
        )
    )
    kill.start()
    pool = SmtpPool(Server(port=catcher.port, connections=4))
    outcomes = list(pool.deliver(outgoing(3000), recorder))
    kill.join()
    catcher.process.communicate()
    found = kinds(outcomes)
    assert found[LOST] <= 4
    assert found[UNSENT] > 0
    catcher.start()
    assert found[SENT] <= count_mails(catcher.store) <= found[SENT] + found[LOST]
    assert deliver(catcher, outgoing(1)) == {SENT: 1}


def test_it_listens_on_loopback_only(catcher: Catcher) -> None:
    sockets = Path("/proc/net/tcp").read_text().splitlines()[1:] + Path("/proc/net/tcp6").read_text().splitlines()[1:]
    listening = [line.split()[1] for line in sockets if line.split()[3] == "0A"]
    assert [address for address in listening if address.endswith(f":{catcher.port:04X}")] == [
        f"0100007F:{catcher.port:04X}"
    ]


def test_utf8_addresses_and_large_mails(catcher: Catcher) -> None:
    batch = [Outgoing("1", "pauta@ours.example", "joão@acme.example", "Subject: é\r\n\r\né\r\n".encode())]
    batch.append(Outgoing("2", "", "ana@acme.example", b"Subject: big\r\n\r\n" + b"x" * 70 + b"\r\n" * 2_000_000))
    assert deliver(catcher, batch) == {SENT: 2}
    assert count_mails(catcher.store, "joão@") == 1


def test_an_empty_store_is_empty(tmp_path: Path) -> None:
    assert count_mails(tmp_path / "nowhere") == 0
    assert list_mails(tmp_path / "nowhere", 5) == []
    assert read_mail(tmp_path / "nowhere", 1) is None
    open_store(tmp_path / "new").close()
    assert list_mails(tmp_path / "new", 5) == []
    assert read_mail(tmp_path / "new", 1) is None


def test_mails_that_are_no_mails_can_be_read(tmp_path: Path) -> None:
    connection = open_store(tmp_path)
    raws = [
        b"",
        b"\xff\xfe",
        b"Subject: =?utf-8?b?%%%?=\r\nContent-Type: text/html; charset=klingon\r\n\r\n\xe9",
        b"no head",
    ]
    add_mails(connection, [("a@b.example", "c@d.example", raw) for raw in raws], NOW)
    connection.close()
    for mail in list_mails(tmp_path, 10):
        opened = read_mail(tmp_path, mail.id)
        assert opened is not None
        assert mail.received_at == NOW


def test_a_search_is_text_and_no_query(tmp_path: Path) -> None:
    connection = open_store(tmp_path)
    add_mails(connection, [("a@b.example", "c@d.example", MAIL)], NOW)
    connection.close()
    for search in ["%", "_", "' OR 1=1 --", '"']:
        assert count_mails(tmp_path, search) == 0
    assert count_mails(tmp_path, "C@D") == 1


def test_reading_does_not_write(tmp_path: Path) -> None:
    connection = open_store(tmp_path)
    with (
        pytest.raises(sqlite3.OperationalError),
        sqlite3.connect(f"file:{tmp_path}/mails.sqlite3?mode=ro", uri=True) as read,
    ):
        read.execute("DELETE FROM mail")
    read.close()
    connection.close()
