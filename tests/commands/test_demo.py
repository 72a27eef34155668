"""``pauta demo``: fills an empty database, launches, and leaves a full one alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection
from typer.testing import CliRunner

from pauta.commands.demo import app
from pauta.sample.approvals import WAITING
from pauta.sample.campaigns import LAUNCHED


def test_the_demonstration_is_prepared_once(
    monkeypatch: pytest.MonkeyPatch, database: str, data_dir: Path, connection: Connection[Any]
) -> None:
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("PAUTA_DATA_DIR", str(data_dir))
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    first = CliRunner().invoke(app, ["--no-start"])
    assert first.exit_code == 0, first.output
    assert "8000 people" in first.output
    launching = connection.execute("SELECT name FROM campaign WHERE state = 'launching' ORDER BY name").fetchall()
    assert [name for (name,) in launching] == sorted(LAUNCHED)
    approved = connection.execute("SELECT name FROM campaign WHERE approval = 'approved' ORDER BY name").fetchall()
    assert [name for (name,) in approved] == sorted({*LAUNCHED} - {"Invoices of the month"})
    assert connection.execute("SELECT name FROM campaign WHERE approval = 'submitted'").fetchall() == [(WAITING,)]
    connection.commit()
    second = CliRunner().invoke(app, ["--no-start"])
    assert second.exit_code == 0, second.output
    assert "already holds data" in second.output
    assert connection.execute("SELECT count(*) FROM contact").fetchone() == (8_000,)
