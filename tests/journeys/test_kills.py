"""Workers that move journeys are killed again and again: no step happens twice, and none is lost."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection

from pauta.journeys import actions
from pauta.platform import database as pauta_database
from pauta.platform.clock import Clock
from pauta.platform.embedded import Home
from tests.faults import company
from tests.faults.processes import start, wait_until
from tests.pipeline.test_eight_workers import new_database

CONTACTS, KILLS, WORKERS = 600, 20, 2
NODES: list[dict[str, Any]] = [
    {"id": "a", "kind": "wait_event", "event": "bought", "within": {"hours": 1}, "next": "b", "otherwise": "end"},
    {"id": "b", "kind": "set", "attribute": "score", "value": 1, "next": "c"},
    {"id": "c", "kind": "split", "shares": [{"percent": 50, "next": "d"}, {"percent": 50, "next": "e"}]},
    {"id": "d", "kind": "message", "template": "hello", "held": "skip", "expires_days": 1, "next": "f"},
    {"id": "e", "kind": "task", "title": "Call", "within": {"hours": 1}, "next": "f", "otherwise": "f"},
    {"id": "f", "kind": "message", "template": "hello", "type": "transactional", "next": "end"},
    {"id": "end", "kind": "exit"},
]


def record(connection: Connection[Any], name: str, first: int, last: int) -> None:
    """An event of these contacts, on the machine's own clock."""
    connection.execute(
        "INSERT INTO event (part, account_key, contact_id, name, at, day, source, external_id)"
        " SELECT part, account_key, id, %(name)s, clock_timestamp(), current_date, 'test', %(name)s || id FROM contact"
        " WHERE id BETWEEN %(first)s AND %(last)s ORDER BY id",
        {"name": name, "first": first, "last": last},
    )


@pytest.mark.long
@pytest.mark.fault
@pytest.mark.timeout(600)
def test_no_step_happens_twice_and_none_is_lost(server: Home, tmp_path: Path) -> None:
    chance = random.Random(7)
    with new_database(server, "journey_kills") as url, pauta_database.connect(url, autocommit=True) as connection:
        now = Clock(None).now()
        with pauta_database.connect(url) as building:
            company.build(building, now, 50, CONTACTS, [])
            building.execute(
                "INSERT INTO pauta_user (email, name, role, language, created_at)"
                " VALUES ('ana@acme.example', 'Ana', 'admin', 'en', now())"
            )
            document = {"entry": {"kind": "event", "event": "begun"}, "start": "a", "nodes": NODES}
            actions.create(building, now, "trip", document, "ana@acme.example")
            actions.publish(building, now, "trip", "ana@acme.example", "finish", {}, try_only=False)
        environment = {
            "PAUTA_DATA_DIR": str(tmp_path / "data"),
            "DATABASE_URL": url,
            "PAUTA_SMTP_URL": "smtp://127.0.0.1:9",
            "PAUTA_LOG_LEVEL": "error",
            "PAUTA_LEASE_SECONDS": "3",
            "PAUTA_SEND_SECONDS": "1",
        }
        running: list[subprocess.Popen[bytes]] = []

        def hire() -> None:
            running.append(start([sys.executable, "-m", "pauta.worker"], environment, tmp_path / "log"))

        try:
            for _ in range(WORKERS):
                hire()
            share = CONTACTS // KILLS
            for kill in range(KILLS):
                record(connection, "begun", kill * share + 1, (kill + 1) * share)
                time.sleep(chance.uniform(0.2, 1.5))
                record(connection, "bought", kill * share + 1, (kill + 1) * share)
                connection.execute("UPDATE task SET done_at = clock_timestamp() WHERE done_at IS NULL AND id % 2 = 0")
                victim = running.pop(chance.randrange(len(running)))
                victim.kill()
                victim.wait()
                hire()
            done = (
                "SELECT count(*) FILTER (WHERE s.node = 'f') FROM enrolment e JOIN journey_step s ON s.id = e.step_id"
            )

            def arrived() -> bool:
                connection.execute("UPDATE task SET done_at = clock_timestamp() WHERE done_at IS NULL")
                return connection.execute(done).fetchone() == (CONTACTS,)

            assert wait_until(arrived, 240, 0.5), connection.execute(
                "SELECT s.node, e.arrived, count(*) FROM enrolment e JOIN journey_step s ON s.id = e.step_id"
                " GROUP BY 1, 2"
            ).fetchall()
        finally:
            for process in running:
                process.kill()
                process.wait()
        paths = connection.execute(
            "SELECT string_agg(s.node, '' ORDER BY h.seq), count(*), max(h.seq) FROM enrolment_step h"
            " JOIN journey_step s ON s.id = h.step_id GROUP BY h.enrolment_id"
        ).fetchall()
        assert len(paths) == CONTACTS
        assert {(steps, last) for _, steps, last in paths} == {(5, 4)}
        assert {path for path, _, _ in paths} == {"abcdf", "abcef"}
        assert connection.execute(
            "SELECT count(*), count(DISTINCT message_id) FROM enrolment_step h JOIN journey_step s ON s.id = h.step_id"
            " WHERE s.node IN ('d', 'f')"
        ).fetchone() == (count := len(paths) + sum("d" in path for path, _, _ in paths), count)
        assert connection.execute("SELECT count(*) FROM message").fetchone() == (count,)
        assert connection.execute("SELECT count(*) FROM task").fetchone() == (sum("e" in path for path, _, _ in paths),)
