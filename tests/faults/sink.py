"""An SMTP server for tests that kill things: every mail is on disk before its 250, and every final dot is counted.

``python tests/faults/sink.py --port 2600 --folder FOLDER [options]``. In the folder:

- ``mails.jsonl``: one line for each mail, forced to disk before the 250 (number, sender, recipient, message_id, …).
- ``counts.json``: what happened so far: connections, dots received, answers to dots sent, mails kept, dropped ones.
- ``cuts.jsonl``: one line for each conversation that the orders below ended: recipient, and where that was.
- ``phases.json``: by the client's port, what the sink is at on each connection: greeting, ehlo, mail, rcpt, data (the
  command has come, its answer has yet to go), body (354 was said), dot (the mail is whole, nothing was said), answered.
- ``orders.json``: may be written at any time by the test, and is read again before each command, to change what the
  sink does: ``{"rcpt": {"later": 451, "gone": 550}, "dot": {"full": 452}, "pause": 0.2, "pause_before_answer": 0.2,
  "drop_at_greeting": 0.1, "drop_in_body": 0.1, "drop_after_dot": 0.1, "drop_after_keep": 0.1, "hang_at_greeting": 0.1,
  "hang_in_body": 0.1, "hang_after_keep": 0.1, "refuse": 421}``. The keys of ``rcpt`` and ``dot`` are parts of
  recipients; shares are drawn per mail from a seeded generator; a connection that hangs stays open and says nothing;
  ``refuse`` answers new connections with that code.

It answers exactly one thing for each command, in order, so pipelined clients are served too. Ready when it prints.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import re
import signal
import socket
import struct
import threading
import time
from pathlib import Path
from typing import Any

_OFFERS = ("PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "SIZE 33554432")


class Sink:
    """The folder, the orders and the counts that all connections share."""

    def __init__(self, folder: Path, seed: int, durable: bool, clock: Path | None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._durable = durable
        self._clock = clock
        self._lock = threading.Lock()
        self._random = random.Random(seed)
        self._mails = (folder / "mails.jsonl").open("ab")
        known = counts(folder)
        names = ("connections", "dots", "answers", "kept", "dropped", "hung")
        self.counts = {name: known.get(name, 0) for name in names}
        self._counts = os.open(folder / "counts.json", os.O_WRONLY | os.O_CREAT)
        self._phases_now: dict[int, str] = {}
        self._phases = os.open(folder / "phases.json", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        self._read_at = 0
        self._orders: dict[str, Any] = {}

    @property
    def orders(self) -> dict[str, Any]:
        file = self._folder / "orders.json"
        with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
            changed = file.stat().st_mtime_ns
            if changed != self._read_at:
                self._orders, self._read_at = json.loads(file.read_text()), changed
        return self._orders

    def draw(self, name: str) -> bool:
        """Whether chance says yes to the share that the orders name."""
        share = self.orders.get(name, 0.0)
        with self._lock:
            return share > 0 and self._random.random() < share

    def keep(self, sender: str, recipient: str, content: bytes) -> None:
        """Put a mail on disk; returns when it is there."""
        found = re.search(rb"(?im)^Message-ID:\s*(\S+)", content)
        with self._lock:
            self.counts["kept"] += 1
            line = {
                "number": self.counts["kept"],
                "sender": sender,
                "recipient": recipient,
                "message_id": found[1].decode() if found else "",
                "at": struct.unpack("<d", self._clock.read_bytes())[0] if self._clock else time.time(),
                "bytes": len(content),
            }
            self._mails.write(json.dumps(line).encode() + b"\n")
            self._mails.flush()
        if self._durable:
            os.fsync(self._mails.fileno())

    def note(self, recipient: str, where: str) -> None:
        """Keep a record of a conversation that the orders end."""
        with self._lock, (self._folder / "cuts.jsonl").open("a") as cuts:
            cuts.write(json.dumps({"recipient": recipient, "where": where}) + "\n")

    def count(self, name: str) -> None:
        """Count one of what happens, and write the counts where a test can read them."""
        with self._lock:
            self.counts[name] += 1
            os.pwrite(self._counts, json.dumps(self.counts).ljust(200).encode(), 0)

    def phase(self, port: int, name: str) -> None:
        """Tell what is going on with the client on that port; an empty name forgets it."""
        with self._lock:
            self._phases_now.pop(port, None)
            if name:
                self._phases_now[port] = name
            os.pwrite(self._phases, json.dumps(self._phases_now).ljust(8000).encode(), 0)


class Conversation:
    """One connection."""

    def __init__(self, sink: Sink, connection: socket.socket) -> None:
        self._sink = sink
        self._connection = connection
        self._lines = connection.makefile("rb")
        self._port = connection.getpeername()[1]
        self._sender = self._recipient = ""

    def hold(self) -> None:
        """Talk until one of both has enough."""
        try:
            self._talk()
        finally:
            self._sink.phase(self._port, "")

    def _talk(self) -> None:
        self._sink.count("connections")
        self._at("greeting")
        if self._lost("greeting"):
            return
        refuse = self._sink.orders.get("refuse")
        if refuse:
            self._say(f"{refuse} not now")
            return
        self._say("220 sink.localhost ESMTP")
        for line in self._lines:
            if not self._obey(line.decode("utf-8", "replace").rstrip("\r\n")):
                return

    def _obey(self, line: str) -> bool:
        """Answer one command; False ends the conversation."""
        command = line.upper()
        self._at(command[:4].lower())
        time.sleep(self._sink.orders.get("pause", 0))
        if command.startswith("EHLO"):
            self._say("250-sink.localhost", *(f"250-{offer}" for offer in _OFFERS[:-1]), f"250 {_OFFERS[-1]}")
        elif command.startswith("MAIL FROM:"):
            self._sender, self._recipient = line[10:].split(">")[0].strip(" <"), ""
            self._say("250 2.1.0 ok")
        elif command.startswith("RCPT TO:"):
            self._on_recipient(line[8:].split(">")[0].strip(" <"))
        elif command == "DATA":
            return self._on_data()
        elif command == "QUIT":
            self._say("221 2.0.0 bye")
            return False
        else:
            self._say("250 2.0.0 ok" if command in ("RSET", "NOOP") else "502 5.5.1 not here")
        return True

    def _on_recipient(self, recipient: str) -> None:
        code = _code(self._sink.orders.get("rcpt", {}), recipient)
        if code:
            self._say(f"{code} {code // 100}.1.1 no such recipient today")
            return
        self._recipient = recipient
        self._say("250 2.1.5 ok")

    def _on_data(self) -> bool:
        if not self._recipient:
            self._say("554 5.5.1 no valid recipients")
            return True
        self._at("body")
        self._say("354 go ahead")
        if self._lost("body"):
            return False
        time.sleep(self._sink.orders.get("pause", 0))
        lines = []
        for line in self._lines:
            if line == b".\r\n":
                return self._on_dot(b"".join(lines))
            lines.append(line[1:] if line.startswith(b".") else line)
        return False

    def _on_dot(self, content: bytes) -> bool:
        self._sink.count("dots")
        self._at("dot")
        if self._lost("dot"):
            return False
        code = _code(self._sink.orders.get("dot", {}), self._recipient)
        if not code:
            self._sink.keep(self._sender, self._recipient, content)
        if self._lost("keep"):
            return False
        time.sleep(self._sink.orders.get("pause_before_answer", 0))
        self._say(f"{code} {code // 100}.3.0 not kept" if code else "250 2.0.0 kept")
        self._at("answered")
        self._sink.count("answers")
        return True

    def _at(self, phase: str) -> None:
        self._sink.phase(self._port, phase)

    def _lost(self, where: str) -> bool:
        """Whether the orders end the conversation here, at once or by a silence that lasts until the client goes."""
        place = {"greeting": "at_greeting", "body": "in_body", "dot": "after_dot", "keep": "after_keep"}[where]
        if self._sink.draw(f"drop_{place}"):
            self._sink.count("dropped")
            self._sink.note(self._recipient, where)
            if where == "body":
                self._connection.recv(100)  # some of it has come
            return True
        if self._sink.draw(f"hang_{place}"):
            self._sink.count("hung")
            self._sink.note(self._recipient, where)
            while self._connection.recv(65536):
                pass
            return True
        return False

    def _say(self, *lines: str) -> None:
        self._connection.sendall("".join(f"{line}\r\n" for line in lines).encode())


def mails(folder: Path) -> list[dict[str, Any]]:
    """The mails that a sink has kept, in order; a line that a kill cut off does not count: it was never answered."""
    file = folder / "mails.jsonl"
    if not file.exists():
        return []
    kept = []
    for line in file.read_bytes().splitlines(keepends=True):
        if line.endswith(b"\n"):
            with contextlib.suppress(json.JSONDecodeError):
                kept.append(json.loads(line))
    return kept


def cuts(folder: Path) -> list[dict[str, str]]:
    """The conversations that orders have ended: ``recipient`` and ``where``."""
    file = folder / "cuts.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def order(folder: Path, **orders: Any) -> None:
    """Tell a sink what to do from its next command on."""
    draft = folder / "orders.draft"
    draft.write_text(json.dumps(orders))
    draft.rename(folder / "orders.json")


def counts(folder: Path) -> dict[str, int]:
    """What a sink has counted so far, by the names in ``counts.json``; nothing before it first counts."""
    file = folder / "counts.json"
    return dict(json.loads(file.read_text() or "{}")) if file.exists() else {}


def phases(folder: Path) -> dict[int, str]:
    """What a sink is at on each connection, by the client's port."""
    file = folder / "phases.json"
    for _ in range(3):
        with contextlib.suppress(json.JSONDecodeError, FileNotFoundError):
            return {int(port): phase for port, phase in json.loads(file.read_text() or "{}").items()}
    return {}


def _code(orders: dict[str, int], recipient: str) -> int:
    return next((code for part, code in orders.items() if part in recipient), 0)


def _serve(sink: Sink, connection: socket.socket) -> None:
    with connection, contextlib.suppress(OSError):
        Conversation(sink, connection).hold()


def main() -> None:
    """Listen on loopback until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--not-durable", action="store_true", help="do not force mails to disk")
    parser.add_argument("--clock", type=Path, help="file with the simulated time that mails are stamped with")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    sink = Sink(options.folder, options.seed, not options.not_durable, options.clock)
    with socket.create_server(("127.0.0.1", options.port), backlog=256) as listener:
        print("ready", flush=True)
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=_serve, args=(sink, connection), daemon=True).start()


if __name__ == "__main__":
    main()
