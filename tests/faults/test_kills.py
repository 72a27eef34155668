"""Whatever process is killed at whatever moment: nothing lost, nothing sent twice, every message in one final state."""

from __future__ import annotations

import itertools
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from pauta.messages.states import FINAL_STATES, State
from pauta.platform import database
from pauta.platform.home import home_of
from tests.faults import company, sink
from tests.faults.processes import children, ended, start, start_sink, unanswered, wait_until

VICTIMS = ("worker", "sink", "worker", "postgres", "fast lane", "worker", "web")
WORDS = {
    "worker": "pauta: worker",
    "fast lane": "pauta: fast lane",
    "web": "pauta: web",
    "postgres": "postgres",
}
PATIENCE = 120
CAP = [
    {"kind": "cap", "name": "two a week", "limit": 2, "days": 7, "counts": {"except_types": ["transactional"]}},
]


@dataclass
class Running:
    """Pauta under its parent, the mail server beside it, and what was done to them."""

    parent: subprocess.Popen[bytes]
    url: str
    journals: Path
    mailbox: Path
    port: int
    mail_server: subprocess.Popen[bytes]
    stages: Counter[str] = field(default_factory=Counter)
    dots_unanswered: set[str] = field(default_factory=set)

    def pids(self, victim: str) -> list[psutil.Process]:
        """The processes of that sort."""
        if victim == "sink":
            return [psutil.Process(self.mail_server.pid)]
        return children(self.parent.pid, WORDS[victim])

    def kill(self, victim: str, chance: random.Random) -> None:
        """Stop a process of that sort, write down what it was in the middle of, and kill it."""
        assert wait_until(lambda: bool(self.pids(victim)), PATIENCE), f"no {victim} came back"
        process = chance.choice(self.pids(victim))
        process.send_signal(signal.SIGSTOP)
        if victim == "sink":
            time.sleep(0.5)  # workers have yet to send the dots that it had asked for
        caught = unanswered(self.journals)
        self.stages[f"{victim}: {'dot out, no answer' if caught else self._stage()}"] += 1
        if victim in ("worker", "fast lane", "sink"):
            self.dots_unanswered |= caught
        process.send_signal(signal.SIGKILL)
        if victim == "sink":
            self.mail_server.wait()
            self.mail_server = start_sink(self.port, self.mailbox)

    def _stage(self) -> str:
        with suppress_database(), database.connect(self.url) as connection:
            row = connection.execute(
                f"SELECT count(*) FILTER (WHERE a.number IS NOT NULL), count(*) FROM message m LEFT JOIN attempt a "
                f"ON a.part = m.part AND a.message_id = m.id AND a.outcome IS NULL WHERE m.state = {State.SENDING}"
            ).fetchone()
            attempted, claimed = row or (0, 0)
            return "attempt written, dot not out" if attempted else "claimed" if claimed else "between batches"
        return "database away"


@contextmanager
def suppress_database() -> Iterator[None]:
    """The database may be away at any moment."""
    with suppress(psycopg.Error):
        yield


@pytest.fixture
def running(data_dir: Path, tmp_path: Path) -> Iterator[Running]:
    """Pauta, started as an installation would be, with short leases and a slow mail server."""
    ports = free_ports(2)
    mailbox = tmp_path / "mails"
    environment = {
        "PAUTA_DATA_DIR": str(data_dir),
        "PAUTA_WEB_URL": "https://pauta.example",
        "PAUTA_SMTP_URL": f"smtp://127.0.0.1:{ports[0]}",
        "PAUTA_WEB_PORT": str(ports[1]),
        "PAUTA_CATCHER_ENABLED": "no",
        "PAUTA_LEASE_SECONDS": "4",
        "PAUTA_SEND_SECONDS": "2",
        "PAUTA_SEND_BATCH": "40",
        "PAUTA_LOG_LEVEL": "warning",
        "PAUTA_WORKERS": "2",
    }
    mail_server = start_sink(ports[0], mailbox)
    sink.order(mailbox, pause_before_answer=0.05)
    up = [str(Path(sys.executable).with_name("pauta")), "up"]
    with ended(start(up, environment, tmp_path / "up.log")) as parent:
        url = home_of(data_dir).url
        assert wait_until(lambda: is_ready(url), PATIENCE), (tmp_path / "up.log").read_text()
        one = Running(parent, url, data_dir / "journals", mailbox, ports[0], mail_server)
        yield one
    one.mail_server.kill()
    one.mail_server.wait()


def free_ports(count: int) -> list[int]:
    """Ports on which nothing listens, below those that systems hand out."""
    first = 20_000 + os.getpid() % 10_000
    free = []
    for port in itertools.count(first):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                free.append(port)
        if len(free) == count:
            return free
    raise AssertionError


def is_ready(url: str) -> bool:
    """Whether the database is there and migrated, and workers live."""
    with suppress_database(), database.connect(url) as connection:
        return bool(connection.execute("SELECT count(*) > 2 FROM worker").fetchone() == (True,))
    return False


@pytest.mark.parametrize(
    "kills",
    [
        pytest.param(20, marks=pytest.mark.timeout(900)),
        pytest.param(200, marks=[pytest.mark.fault, pytest.mark.timeout(7200)]),
    ],
)
def test_nothing_is_lost_and_nothing_sent_twice(running: Running, kills: int) -> None:
    chance = random.Random(kills)
    contacts = min(300 * kills, 20_000)
    with database.connect(running.url) as connection:
        company.build(connection, datetime.now(UTC), contacts // 10, contacts, CAP)
        company.launch(connection, datetime.now(UTC), "launch")
    keys = (f"invoice-{number}" for number in itertools.count())
    asked = set()
    for victim in itertools.islice(itertools.cycle(VICTIMS), kills):
        before = sink.counts(running.mailbox).get("kept", 0)
        asked.add(propose(running.url, next(keys), chance.randint(1, contacts)))
        moving = wait_until(
            lambda before=before: sink.counts(running.mailbox).get("kept", 0) > before + 5, PATIENCE, 0.01
        )
        assert moving, "no mail left any more"
        time.sleep(chance.uniform(0, 0.05))
        running.kill(victim, chance)
    assert wait_until(lambda: is_finished(running.url), PATIENCE + kills), open_messages(running.url)
    print_stages(running)
    check_promises(running, contacts, asked - {None})


def propose(url: str, key: str, contact: int) -> int | None:
    """Ask for a transactional message as a caller would who was told to try again: until it is accepted."""
    for _ in range(400):
        with suppress_database(), database.connect(url) as connection:
            return company.send_one(connection, datetime.now(UTC), contact, key)
        time.sleep(0.1)
    return None


def is_finished(url: str) -> bool:
    """Whether every message is in a final state."""
    with suppress_database(), database.connect(url) as connection:
        return set(company.states(connection)) <= {*FINAL_STATES}
    return False


def open_messages(url: str) -> list[Any]:
    """Messages that are not final, for the report of a failure."""
    with suppress_database(), database.connect(url) as connection:
        return connection.execute("SELECT * FROM message WHERE state NOT IN (3,4,5,6,7) LIMIT 5").fetchall()
    return ["database away"]


def check_promises(running: Running, contacts: int, transactional: set[int | None]) -> None:
    received = Counter(
        int(mail["message_id"].strip("<>").split("@")[0].split(".")[1]) for mail in sink.mails(running.mailbox)
    )
    with database.connect(running.url) as connection:
        ledger: dict[int, tuple[int, int]] = {
            number: (state, lane)
            for number, state, lane in connection.execute("SELECT id, state, lane FROM message").fetchall()
        }
        undecided = connection.execute("SELECT count(*) FROM attempt WHERE outcome IS NULL").fetchone()
        archived = connection.execute("SELECT count(DISTINCT message_id) FROM archive").fetchone()
    bulk = {number: state for number, (state, lane) in ledger.items() if lane == 0}
    assert undecided == (0,)
    assert len(bulk) == contacts
    assert set(bulk.values()) <= {State.SENT, State.UNKNOWN}
    assert [number for number in bulk if received[number] > 1] == []
    assert [number for number, state in bulk.items() if state == State.SENT and received[number] != 1] == []
    unknown = {number for number, state in bulk.items() if state == State.UNKNOWN}
    assert unknown <= {int(reference.split(".")[1]) for reference in running.dots_unanswered}
    assert {ledger[number][0] for number in transactional if number} == {State.SENT}
    assert [number for number in transactional if number and not received[number]] == []
    assert archived is not None
    assert archived[0] == len(ledger)


def print_stages(running: Running) -> None:
    """The kills by stage, and what became of dots without answers."""
    for stage, count in sorted(running.stages.items()):
        print(f"kill: {stage}: {count}")
    with database.connect(running.url) as connection:
        states = company.states(connection)
    print(f"final dots unanswered: {len(running.dots_unanswered)}; unknown: {states.get(State.UNKNOWN, 0)}")
