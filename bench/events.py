"""``events.ingest``: how many events a second come in by the event intake, and are events of contacts.

All processes of ``pauta up`` run. A program sends batches of 100 events of a usual size over HTTP, then single events
over many connections. 200 is answered only for what is on disk; the clock stops when the last event is the contact's.
"""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from base64 import b64encode
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
from psycopg import Connection

from bench.database import installation
from bench.measure import clock, cpu_seconds, difference, durability, memory, report
from bench.running import WEB_PORT, ready, wait, workers
from pauta.platform import database
from pauta.team.actions import create_key

CONTACTS = 5_000
BATCH = 100
SENDERS = 4
SINGLES_AT_ONCE = 32
EMPTY = "SELECT count(*) = 0 FROM intake"


@dataclass
class Load:
    """What one run sends, and how long each request took."""

    key: str
    door: str
    bodies: list[bytes]
    seconds: list[float] = field(default_factory=list)

    def send(self, senders: int) -> float:
        """Send everything over so many connections; the seconds until all were answered."""
        begun = clock()
        threads = [threading.Thread(target=self._run, args=(self.bodies[one::senders],)) for one in range(senders)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if len(self.seconds) != len(self.bodies):
            raise RuntimeError("not every request was answered with 200")
        return clock() - begun

    def _run(self, bodies: list[bytes]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", WEB_PORT)
        headers = {"Authorization": f"Basic {b64encode(f'{self.key}:'.encode()).decode()}"}
        for body in bodies:
            begun = clock()
            connection.request("POST", f"/v1/{self.door}", body, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status == http.HTTPStatus.OK:
                self.seconds.append(clock() - begun)


def run(n: int) -> None:
    """Send ``n`` events in batches, and a tenth of them singly."""
    with installation() as (data_dir, url):
        with database.connect(url) as connection:
            key = create_key(connection, datetime.now(UTC), "bench", "source")
        with memory(own=False) as seen, workers(url, data_dir), database.connect(url, autocommit=True) as connection:
            _wait_for_web()
            known = [json.dumps({"type": "identify", "userId": f"u{number}"}).encode() for number in range(CONTACTS)]
            Load(key, "batch", _batches(known)).send(1)
            wait(connection, EMPTY)
            ready()
            for size, events in ((BATCH, n), (1, n // 10)):
                spent = cpu_seconds()
                seconds, figures = _measured(connection, key, events, size)
                used = difference(cpu_seconds(), spent)
                report(
                    "events.ingest",
                    events,
                    seconds,
                    seen,
                    to_a_request=size,
                    **figures,
                    cpu_seconds=used,
                    **durability(connection),
                )


def _wait_for_web() -> None:
    while True:
        with suppress(OSError), closing(socket.create_connection(("127.0.0.1", WEB_PORT))):
            return
        time.sleep(0.1)


def _measured(connection: Connection[Any], key: str, events: int, size: int) -> tuple[float, dict[str, float]]:
    """Send so many events, so many to a request; the seconds until all are events of contacts, and how it went."""
    before = _count(connection)
    calls = [json.dumps(_call(before + number)).encode() for number in range(events)]
    load = Load(key, "track", calls) if size == 1 else Load(key, "batch", _batches(calls))
    begun = clock()
    answered = load.send(SINGLES_AT_ONCE if size == 1 else SENDERS)
    wait(connection, EMPTY)
    seconds = clock() - begun
    if _count(connection) != before + events:
        raise RuntimeError(f"{_count(connection) - before} events are stored, and not {events}")
    p50, p99 = np.percentile(load.seconds, [50, 99]).round(4).tolist()
    return seconds, {"answered_rate": round(events / answered, 1), "request_p50_s": p50, "request_p99_s": p99}


def _batches(calls: list[bytes]) -> list[bytes]:
    return [b'{"batch":[%s]}' % b",".join(calls[start : start + BATCH]) for start in range(0, len(calls), BATCH)]


def _call(number: int) -> dict[str, object]:
    """An event of some 500 bytes, as Segment's libraries send it."""
    library = {"name": "analytics-python", "version": "2.4.0"}
    return {
        "type": "track",
        "event": ("Project created", "Report opened", "Invoice paid")[number % 3],
        "userId": f"u{number % CONTACTS}",
        "messageId": f"9f2c1d7e-5b1a-4c7e-8a55-{number:012}",
        "timestamp": datetime.now(UTC).isoformat(),
        "properties": {"plan": "gold", "seats": number % 40, "template": "kanban", "url": "https://app.example/p/1"},
        "context": {"library": library, "ip": "203.0.113.7", "locale": "pt-BR", "timezone": "America/Sao_Paulo"},
        "integrations": {},
    }


def _count(connection: Connection[Any]) -> int:
    row = connection.execute("SELECT count(*) FROM event").fetchone()
    return row[0] if row else 0
