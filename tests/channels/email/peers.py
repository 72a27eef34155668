"""Mail servers for tests, on real sockets: one that follows a script, one process that keeps mails."""

from __future__ import annotations

import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pauta.channels.base import Outcome, OutcomeKind, Outgoing

SINK = Path(__file__).parents[2] / "faults" / "sink.py"
MAIL = b"Subject: hello\r\n\r\nhello\r\n"


class Recorder:
    """Hooks that write down what they are told."""

    def __init__(self, allow: Callable[[Outgoing], bool] = lambda outgoing: True) -> None:
        self._allow = allow
        self.dots: list[str] = []
        self.answers: list[Outcome] = []

    def before_dot(self, outgoing: Outgoing) -> bool:
        self.dots.append(outgoing.reference)
        return self._allow(outgoing)

    def after_answer(self, outgoing: Outgoing, outcome: Outcome) -> None:
        assert outgoing.reference == outcome.reference
        self.answers.append(outcome)


class Peer:
    """The server's end of one connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.pending = b""
        self.heard: list[str] = []

    def say(self, *lines: str) -> None:
        self.connection.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def hear(self) -> str:
        """The next line, "" when the client has gone."""
        while b"\n" not in self.pending:
            data = self.connection.recv(65536)
            if not data:
                return ""
            self.pending += data
        line, _, self.pending = self.pending.partition(b"\n")
        self.heard.append(line.decode().rstrip("\r"))
        return self.heard[-1]

    def greet(self, *offers: str) -> None:
        self.say("220 script ESMTP")
        assert self.hear().startswith("EHLO")
        lines = ["script", *offers]
        self.say(*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}")

    def envelope(self) -> None:
        """Accept one pipelined envelope."""
        assert self.hear().startswith("MAIL FROM")
        assert self.hear().startswith("RCPT TO")
        assert self.hear() == "DATA"
        self.say("250 ok", "250 ok", "354 go")

    def content(self) -> bytes:
        """The content up to the final dot, as it came over the wire."""
        while not (self.pending.startswith(b".\r\n") or b"\r\n.\r\n" in self.pending):
            data = self.connection.recv(65536)
            assert data, "the client left before its final dot"
            self.pending += data
        if self.pending.startswith(b".\r\n"):
            self.pending = self.pending[3:]
            return b""
        content, _, self.pending = self.pending.partition(b"\r\n.\r\n")
        return content + b"\r\n"


@contextmanager
def scripted(*talks: Callable[[Peer], None]) -> Iterator[int]:
    """A server whose first connections follow the given talks, each in a thread; later ones the last talk again."""
    failures: list[BaseException] = []
    stopping = threading.Event()

    def talk_to(connection: socket.socket, talk: Callable[[Peer], None]) -> None:
        with connection:
            connection.settimeout(10)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                talk(Peer(connection))
            except (OSError, AssertionError) as error:
                if not stopping.is_set():
                    failures.append(error)

    def accept(listener: socket.socket) -> None:
        for number in range(1000):
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            talk = talks[min(number, len(talks) - 1)]
            threads.append(threading.Thread(target=talk_to, args=(connection, talk), daemon=True))
            threads[-1].start()

    threads: list[threading.Thread] = []
    with listening() as listener:
        acceptor = threading.Thread(target=accept, args=(listener,), daemon=True)
        acceptor.start()
        yield listener.getsockname()[1]
        stopping.set()
        listener.shutdown(socket.SHUT_RDWR)
        acceptor.join(5)
    for thread in threads:
        thread.join(5)
    assert not [failure for failure in failures if isinstance(failure, AssertionError)], failures


def listening() -> socket.socket:
    """A listener on a free port of loopback, below the ports that the system hands out."""
    while True:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", random.randrange(20_000, 32_000)))
        except OSError:
            listener.close()
            continue
        listener.listen(64)
        return listener


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with listening() as listener:
        return int(listener.getsockname()[1])


class SinkProcess:
    """The sink of the fault tests as a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(SINK), "--port", str(self.port), "--folder", str(self.folder)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None


def outgoing(count: int, content: bytes = MAIL, to: str = "ana{}@acme.example") -> list[Outgoing]:
    """Messages with the references "0", "1", …"""
    return [Outgoing(str(number), "pauta@ours.example", to.format(number), content) for number in range(count)]


def kinds(outcomes: list[Outcome]) -> Counter[OutcomeKind]:
    """How often each outcome occurs."""
    return Counter(outcome.kind for outcome in outcomes)


def wait_until(true: Callable[[], bool], seconds: float = 5) -> None:
    """Wait until something is true; fail when it does not become so."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.01)
