"""``pauta consent``: tells what counts today, records what somebody says, and refuses what is no channel or nobody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection
from typer.testing import CliRunner

from pauta.commands.consent import app
from pauta.core.problems import Problem
from pauta.people.actions import ContactValues, upsert_contact
from tests.conftest import MONDAY


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, database: str, data_dir: Path, connection: Connection[Any]) -> None:
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("PAUTA_DATA_DIR", str(data_dir))
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    for name, country in (("ana", "CA"), ("beto", "ES")):
        upsert_contact(connection, ContactValues(external_id=name, email="a@acme.example", country=country), MONDAY)
    connection.commit()


def run(*words: str) -> str:
    result = CliRunner().invoke(app, list(words))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def test_it_records_for_all_who_share_the_address_and_tells_what_counts(connection: Connection[Any]) -> None:
    purchase = ("--basis", "implied:purchase", "--source", "order 1", "--at", "2020-01-01", "--proof", "receipt 7")
    assert run("record", "a@acme.example", *purchase) == "Recorded: 2.\n"
    assert run("record", "ana", "--basis", "form v2", "--source", "web") == "Recorded: 1.\n"
    assert run("withdraw", "ana", "--source", "phone", "--topic", "news") == "Recorded: 1.\n"
    lines = run("show", "ana").splitlines()
    assert [line.rpartition("  ")[2].strip() for line in lines[-3:]] == ["counts no longer, by law", "counts", "denied"]
    kept = connection.execute("SELECT DISTINCT proof->>'note' FROM consent WHERE source = 'order 1'").fetchall()
    assert kept == [("receipt 7",)]
    audited = connection.execute("SELECT count(*) FROM audit WHERE action = 'consents.write'").fetchone()
    assert audited == (3,)


@pytest.mark.parametrize("words", [("nobody", "--source", "x"), ("ana", "--source", "x", "--channel", "smoke")])
def test_what_cannot_be_recorded_is_a_problem(words: tuple[str, ...]) -> None:
    with pytest.raises(Problem):
        run("withdraw", *words)
