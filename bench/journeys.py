"""``journeys.advance``: enrolments that are due, moved on; beside those that wait for another day."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import Connection

from bench.database import installation
from bench.measure import memory, report
from pauta.journeys import actions
from pauta.pipeline.journeys import move_on
from pauta.platform.database import connect

DUE = 100_000
"""Enrolments that are due together."""
NODES: list[dict[str, Any]] = [
    {"id": "first", "kind": "wait", "days": 1, "next": "fork"},
    {"id": "fork", "kind": "split", "shares": [{"percent": 50, "next": "second"}, {"percent": 50, "next": "third"}]},
    {"id": "second", "kind": "wait", "days": 30, "next": "end"},
    {"id": "third", "kind": "wait", "days": 40, "next": "end"},
    {"id": "end", "kind": "exit"},
]


def run(n: int) -> None:
    """Move ``DUE`` enrolments two steps on, through a split to the next wait, first alone and then beside ``n`` that
    are parked; one worker, committed batch by batch."""
    now = datetime.now(UTC)
    with memory() as seen, installation() as (_, url):
        with connect(url) as connection:
            _people(connection, now, DUE + n)
            document = {"entry": {"kind": "api"}, "start": "first", "nodes": NODES}
            actions.create(connection, now, "bench", document, "bench")
            actions.publish(connection, now, "bench", "bench", "finish", {}, try_only=False)
            connection.commit()
            _enrol(connection, now - timedelta(days=1), "ASC", DUE)
            alone = _move(connection, now)
            connection.execute("TRUNCATE enrolment, enrolment_step")
            _enrol(connection, now, "DESC", n)
            _enrol(connection, now - timedelta(days=1), "ASC", DUE)
            beside = _move(connection, now)
        report(
            "journeys.advance",
            DUE,
            beside,
            seen,
            parked=n,
            enrolments_a_second=round(DUE / beside),
            without_parked=round(DUE / alone),
        )


def _people(connection: Connection[Any], now: datetime, count: int) -> None:
    """That many contacts without an account."""
    connection.execute(
        "INSERT INTO contact (id, external_id, account_key, part, person_id, email, created_at, changed_at)"
        " SELECT n, 'c' || n, -n, n %% 64, n, 'c' || n || '@bench.example', %s, %s FROM generate_series(1, %s) n",
        (now, now, count),
    )
    connection.execute("ANALYZE contact")
    connection.commit()


def _enrol(connection: Connection[Any], since: datetime, order: str, count: int) -> None:
    """Put that many contacts at the first wait, since then."""
    connection.execute(
        "INSERT INTO enrolment (journey_id, contact_id, number, step_id, arrived, since, wake_at, entered_at)"
        " SELECT v.journey_id, c.id, 1, s.id, false, %(since)s, %(since)s + interval '1 day', %(since)s"
        f" FROM (SELECT id FROM contact ORDER BY id {order} LIMIT %(count)s) c, journey_step s"
        " JOIN journey_version v ON v.id = s.version_id WHERE s.node = 'first'",
        {"since": since, "count": count},
    )
    connection.execute(
        "INSERT INTO enrolment_step (enrolment_id, seq, step_id, at) SELECT id, 0, step_id, since FROM enrolment"
        " ON CONFLICT DO NOTHING"
    )
    connection.commit()
    connection.execute("ANALYZE enrolment, enrolment_step")
    connection.commit()


def _move(connection: Connection[Any], now: datetime) -> float:
    """Move all who are due; how many seconds it took."""
    began = time.perf_counter()
    moved = 0
    while done := move_on(connection, now, 1):
        connection.commit()
        moved += done
    assert moved == DUE
    return time.perf_counter() - began
