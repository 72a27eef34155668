"""An installation under fire: Pauta as `pauta up` runs it, the mail server beside it, and what is done to them."""

from __future__ import annotations

import itertools
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg

from pauta.platform import database
from pauta.platform.home import home_of
from tests.faults import sink
from tests.faults.processes import Patience, children, ended, start, start_sink, wait_until
from tests.faults.stages import IDLE, stages, transaction, unanswered

PATIENCE = 180
PAUTA = str(Path(sys.executable).with_name("pauta"))
TITLES = {
    "worker": "pauta: worker",
    "fast lane": "pauta: fast lane",
    "web": "pauta: web",
    "postgres": "postgres",
}
LEASE_SECONDS, SEND_SECONDS = 4, 2


@dataclass
class Installation:
    """Pauta under its parent, the mail server, and what has been done to them so far."""

    environment: dict[str, str]
    folder: Path
    journals: Path
    mailbox: Path
    ports: tuple[int, int]
    url: str
    parent: subprocess.Popen[bytes]
    mail_server: subprocess.Popen[bytes]
    commands: list[subprocess.Popen[bytes]] = field(default_factory=list)
    kills: Counter[tuple[str, str]] = field(default_factory=Counter)
    unanswered: dict[str, str] = field(default_factory=dict)
    """References of final dots whose answer nobody could have seen, by what cut them off."""

    @property
    def web(self) -> str:
        """Where the API is."""
        return f"http://127.0.0.1:{self.ports[1]}/api/v1"

    def pids(self, victim: str) -> list[int]:
        """The processes of that sort."""
        if victim == "mail server":
            return [self.mail_server.pid]
        if victim == "command":
            return [one.pid for one in self.commands if one.poll() is None]
        return [one.pid for one in children(self.parent.pid, TITLES[victim])]

    def stage(self, victim: str, pid: int) -> list[str]:
        """What a stopped process is in the middle of."""
        if victim in ("web", "command"):
            return transaction(pid, self.url)
        return stages(pid, self.url, self.journals, self.mailbox, self.ports[0])

    def kill(self, victim: str, chance: random.Random, wanted: str = "", seconds: float = 1.5) -> bool:
        """Catch a process of that sort at a stage, or wherever it is after so many seconds, and kill it.

        False when there is no such process now.
        """
        patience = Patience(seconds)
        while pids := self.pids(victim):
            pid = chance.choice(pids)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
                found = self.stage(victim, pid)
                if not wanted or wanted in found or not patience.left:
                    at = wanted if wanted in found else found[0]
                    self._remember(unanswered(self.journals, pid), victim)
                    os.kill(pid, signal.SIGKILL)
                    self.kills[victim, at] += 1
                    return True
                os.kill(pid, signal.SIGCONT)
            time.sleep(chance.uniform(0.001, 0.02))
        return False

    def kill_mail_server(self) -> None:
        """Kill the mail server; another takes its place."""
        self.mail_server.send_signal(signal.SIGSTOP)
        time.sleep(0.2)  # workers have yet to send the dots that it had asked for
        caught = unanswered(self.journals)
        self._remember(caught, "mail server")
        self.kills["mail server", "final dot out, no answer" if caught else IDLE] += 1
        self.mail_server.kill()
        self.mail_server.wait()
        self.mail_server = start_sink(self.ports[0], self.mailbox)
        time.sleep(0.05)
        self._remember(unanswered(self.journals) & caught, "mail server")

    def hurt_postgres(self, how: str, chance: random.Random) -> bool:
        """End PostgreSQL in one of several ways; False when it is not there."""
        pids = self.pids("postgres")
        if not pids:
            return False
        with suppress(psutil.Error, ProcessLookupError):
            if how == "one connection":
                backends = [one for one in psutil.Process(pids[0]).children() if "[local]" in " ".join(one.cmdline())]
                if backends:
                    chance.choice(backends).kill()
            else:
                os.kill(pids[0], {"killed": signal.SIGKILL, "fast": signal.SIGINT, "crash": signal.SIGQUIT}[how])
            self.kills["postgres", how] += 1
            return True
        return False

    def kill_parent(self) -> None:
        """Kill the parent alone; its children end by themselves. Then start again."""
        self.parent.kill()
        self.parent.wait()
        self.kills["parent", "alone"] += 1
        self.start_again()

    def kill_all(self) -> None:
        """Kill the parent and everything below it at one moment, as a machine that loses power would. Start again."""
        group = [psutil.Process(self.parent.pid)]
        with suppress(psutil.Error):
            group += group[0].children(recursive=True)
        for one in group:
            with suppress(psutil.Error):
                one.suspend()
        caught = unanswered(self.journals)
        self._remember(caught, "everything at once")
        self.kills["everything at once", "final dot out, no answer" if caught else IDLE] += 1
        for one in group:
            with suppress(psutil.Error):
                one.kill()
        self.parent.wait()
        self.start_again()

    def start_again(self) -> None:
        """Start Pauta, as its service manager would."""
        self.parent = start([PAUTA, "up"], self.environment, self.folder / "up.log")

    def _remember(self, references: set[str], cut_off_by: str) -> None:
        for reference in references:
            self.unanswered.setdefault(reference, cut_off_by)

    @property
    def kept(self) -> int:
        """How many mails the mail server has kept."""
        return sink.counts(self.mailbox).get("kept", 0)

    def moves(self, mails: int = 3, seconds: float = PATIENCE) -> bool:
        """Whether so many more mails arrive in time."""
        before = self.kept
        return wait_until(lambda: self.kept >= before + mails, seconds, 0.02)


@contextmanager
def installed(data_dir: Path, folder: Path, more: Mapping[str, str] | None = None) -> Iterator[Installation]:
    """Pauta, started as an installation would be, with short leases and a mail server that takes its time."""
    smtp, web = free_ports(2)
    mailbox = folder / "mails"
    environment = {
        "PAUTA_DATA_DIR": str(data_dir),
        "PAUTA_WEB_URL": "https://pauta.example",
        "PAUTA_SMTP_URL": f"smtp://127.0.0.1:{smtp}",
        "PAUTA_WEB_PORT": str(web),
        "PAUTA_CATCHER_ENABLED": "no",
        "PAUTA_LEASE_SECONDS": str(LEASE_SECONDS),
        "PAUTA_SEND_SECONDS": str(SEND_SECONDS),
        "PAUTA_SEND_BATCH": "40",
        "PAUTA_LOG_LEVEL": "warning",
        "PAUTA_WORKERS": "2",
        **(more or {}),
    }
    with ExitStack() as stack:
        mail_server = start_sink(smtp, mailbox)
        sink.order(mailbox, pause=0.003, pause_before_answer=0.03)
        parent = start([PAUTA, "up"], environment, folder / "up.log")
        one = Installation(environment, folder, data_dir / "journals", mailbox, (smtp, web), "", parent, mail_server)
        stack.callback(lambda: _end(one))
        assert wait_until(lambda: (data_dir / "postgres").exists(), PATIENCE), (folder / "up.log").read_text()
        one.url = home_of(data_dir).url
        assert wait_until(lambda: is_ready(one.url), PATIENCE), (folder / "up.log").read_text()
        yield one


def _end(one: Installation) -> None:
    for command in one.commands:
        command.kill()
        command.wait()
    with ended(one.parent):
        pass
    one.mail_server.kill()
    one.mail_server.wait()


def free_ports(count: int) -> list[int]:
    """Ports on which nothing listens, below those that systems hand out."""
    first = random.SystemRandom().randrange(20_000, 32_000)
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
    with suppress(psycopg.Error), database.connect(url) as connection:
        return bool(connection.execute("SELECT count(*) > 2 FROM worker").fetchone() == (True,))
    return False


@contextmanager
def stalls_watched(longest: float = 1.5) -> Iterator[list[float]]:
    """How long this machine, or whoever stops all its programs, let nothing run at all, for each time that it did."""
    over = threading.Event()
    found: list[float] = []

    def watch() -> None:
        at = time.monotonic()
        while not over.wait(0.1):
            now = time.monotonic()
            if now - at > longest:
                found.append(round(now - at, 1))
            at = now

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()


def persistently(work: Callable[[], int], over: threading.Event) -> int | None:
    """The result of some work on the database, tried again while that is away; None when it is over before."""
    while not over.is_set():
        with suppress(psycopg.OperationalError, psycopg.InterfaceError):
            return work()
        over.wait(0.1)
    return None
