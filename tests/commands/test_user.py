"""``pauta user``: the first user of an empty installation, and what becomes of users."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection
from typer.testing import CliRunner, Result

from pauta.commands.user import app
from pauta.core.problems import Problem
from pauta.team.passwords import matches
from pauta.team.users import password_hash_of

PASSWORD = "a long walk at sea"
ANA = "ana@pauta.example"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, database: str, data_dir: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("PAUTA_DATA_DIR", str(data_dir))
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


def run(*words: str, given: str = "") -> Result:
    result = CliRunner().invoke(app, list(words), input=given)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_the_first_user_is_made_listed_and_gets_another_password(connection: Connection[tuple[Any, ...]]) -> None:
    assert "can sign in" in run("add", ANA, "--name", "Ana", "--role", "admin", given=PASSWORD + "\n").output
    assert "Ana" in run("list").output
    assert "active" in run("list").output
    run("password", ANA, given="another long walk\n")
    known = password_hash_of(connection, ANA)
    assert known is not None
    assert matches(known[1], "another long walk")
    assert not matches(known[1], PASSWORD)
    kept = connection.execute("SELECT actor, action, subject FROM audit").fetchall()
    assert [(actor.split(":")[0], *rest) for actor, *rest in kept] == [("cli", "team.write", f"user:{ANA}")] * 2


def test_who_is_invited_gets_a_mail_instead(connection: Connection[tuple[Any, ...]]) -> None:
    run("add", ANA, "--name", "Ana", "--role", "marketer", "--right", "approvals.decide", "--invite")
    assert "invited" in run("list").output
    assert connection.execute("SELECT kind, detail FROM notice").fetchall() == [("invitation", {"inviter": "Pauta"})]


def test_who_is_disabled_stays_on_the_list() -> None:
    run("add", "eva@pauta.example", "--name", "Eva", "--role", "admin", given=PASSWORD + "\n")
    run("add", ANA, "--name", "Ana", "--role", "marketer", given=PASSWORD + "\n")
    assert "no longer" in run("disable", ANA).output
    assert "disabled" in run("list").output
    with pytest.raises(Problem, match="user_last_manager"):
        run("disable", "eva@pauta.example")


def test_a_bad_password_makes_no_user() -> None:
    with pytest.raises(Problem, match="password_length"):
        run("add", ANA, "--name", "Ana", "--role", "admin", given="short\n")
    assert ANA not in run("list").output
