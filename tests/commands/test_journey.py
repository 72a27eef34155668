"""``pauta journey``: ready journeys become drafts, and are simulated without a trace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from psycopg import Connection
from typer.testing import CliRunner, Result

from pauta.commands.journey import app
from pauta.core.problems import Problem
from pauta.platform.clock import start_simulation
from tests.conftest import MONDAY
from tests.faults import company


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, database: str, data_dir: Path, tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    start_simulation(clock, MONDAY)
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("PAUTA_DATA_DIR", str(data_dir))
    monkeypatch.setenv("PAUTA_CLOCK_FILE", str(clock))
    monkeypatch.setenv("LC_ALL", "es_MX.UTF-8")


def run(*words: object) -> Result:
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_ready_journey_becomes_a_draft_and_is_simulated(connection: Connection[object]) -> None:
    company.build(connection, MONDAY, 1, 2, [])
    connection.commit()
    assert "Renovación" in run("ready").output
    assert "prueba" in run("ready", "welcome", "--name", "prueba").output
    listed = run("list").output
    assert "prueba" in listed
    assert "borrador" in listed
    told = run("simulate", "prueba", "--days", 5, "--contact", "c1", "--event", "c1:signed_up:2026-11-24", "--json")
    assert [(one["node"], one["day"], one["state"]) for one in json.loads(told.output)] == [
        ("message-1", "2026-11-24", "sent"),
        ("message-2", "2026-11-25", "sent"),
        ("message-3", "2026-11-27", "sent"),
    ]
    assert "enviado" in run("simulate", "prueba", "--event", "c1:signed_up:2026-11-24").output
    assert connection.execute("SELECT count(*) FROM message").fetchone() == (0,)
    with pytest.raises(Problem, match="simulated_event"):
        run("simulate", "prueba", "--event", "c1:signed_up")
