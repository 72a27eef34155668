"""``pauta segment``: from a file to who is in it, and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from psycopg import Connection
from typer.testing import CliRunner, Result

from pauta.commands.segment import app
from pauta.core.problems import Problem
from pauta.platform.clock import start_simulation
from tests.conftest import MONDAY
from tests.faults import company
from tests.segments.test_compiling import one


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


def test_a_segment_comes_from_a_file_and_keeps_its_name_with_another_rule(
    connection: Connection[object], tmp_path: Path
) -> None:
    company.build(connection, MONDAY, 1, 2, [])
    connection.commit()
    file = tmp_path / "rule.json"
    file.write_text(json.dumps(one("contact.external_id", "=", "c1")))
    assert "c1" in run("count", file).output
    run("save", "first", file, "--name", "The first", "--description", "Who came first")
    file.write_text(json.dumps(one("contact.external_id", "=", "c2")))
    assert "2" in run("save", "first", file).output
    shown = json.loads(run("show", "first", "--json").output)
    assert (shown["name"], shown["description"], shown["version"]) == ("The first", "Who came first", 2)
    assert "✗" in run("why", "first", "c1").output
    assert "✓" in run("why", "first", "c2").output
    run("remove", "first")
    with pytest.raises(Problem, match=r"segments\.unknown"):
        run("show", "first")
