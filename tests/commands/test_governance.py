"""``pauta hold``, ``task``, ``request`` and ``message override``: as the screens do it, with the rights of who acts."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection
from typer.testing import CliRunner

from pauta.cli import app
from pauta.core.problems import Problem
from pauta.messages.actions import propose_one
from pauta.messages.terms import read_terms
from pauta.platform.clock import start_simulation
from pauta.team.actions import save_team
from pauta.team.roles import caller
from pauta.team.users import Profile, add_user
from tests.messages.cast import NOW, TWO_A_WEEK, settle

DRAFT = {
    "name": "Webinar",
    "type": "educational",
    "topic": "news",
    "team": "marketing",
    "template": "hello",
    "audience": {"everyone": True},
}
WISH = ("--what", "w", "--whom", "all", "--goal", "g", "--team", "marketing", "--wished", "2026-12-08")


@pytest.fixture(autouse=True)
def office(
    monkeypatch: pytest.MonkeyPatch, database: str, data_dir: Path, tmp_path: Path, connection: Connection[Any]
) -> None:
    """The cast, a marketer, a support agent and a command line at the time of the cast."""
    start_simulation(tmp_path / "clock", NOW)
    for name, value in (("DATABASE_URL", database), ("PAUTA_DATA_DIR", str(data_dir)), ("LC_ALL", "en_US.UTF-8")):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PAUTA_CLOCK_FILE", str(tmp_path / "clock"))
    monkeypatch.setenv("PAUTA_AS", "")
    settle(connection, (TWO_A_WEEK,))
    save_team(connection, "marketing", "Marketing")
    for name, role in (("livia", "marketer"), ("igor", "reader")):
        add_user(connection, NOW, f"{name}@sur.example", Profile(name.title(), "marketing", role, "en"))
    connection.commit()


def run(*words: str) -> str:
    os.environ["PAUTA_AS"] = ""  # a run under another name leaves it behind in this process
    result = CliRunner().invoke(app, list(words))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_a_hold_is_put_listed_and_lifted() -> None:
    told = run("hold", "add", "ana", "--until", "2026-12-01", "--reason", "in talks")
    assert told == "Hold 1: nothing but transactional messages goes to ana before 2026-12-01.\n"
    run("hold", "add", "acme", "--account", "--until", "2026-12-24", "--reason", "moving")
    of_ana = json.loads(run("hold", "list", "ana", "--json"))
    assert [(one["id"], one["reason"]) for one in of_ana] == [(2, "moving"), (1, "in talks")]
    assert "whole account" in run("hold", "list", "bruno")
    assert run("hold", "lift", "2") == "Hold 2 is lifted.\n"
    assert json.loads(run("hold", "list", "acme", "--account", "--json")) == of_ana[1:]


def test_a_task_is_given_and_done() -> None:
    run("task", "add", "Call Ana", "--for", "livia@sur.example", "--due", "2026-11-25", "--contact", "ana")
    assert [(one["title"], one["about"]) for one in json.loads(run("task", "list", "--json"))] == [("Call Ana", "Ana")]
    assert json.loads(run("task", "list", "--for", "igor@sur.example", "--json")) == []
    assert run("--as", "livia@sur.example", "task", "done", "1") == "Task 1 is done.\n"
    assert "Call Ana" in run("task", "list", "--done")
    assert run("task", "done", "1", "--undo") == "Task 1 is open again.\n"


def test_a_request_becomes_a_draft_or_is_declined(tmp_path: Path) -> None:
    for title in ("Webinar", "Party"):
        run("--as", "igor@sur.example", "request", "ask", title, *WISH)
    (tmp_path / "draft.json").write_text(json.dumps(DRAFT))
    told = run("request", "accept", "1", str(tmp_path / "draft.json"))
    assert told == "Request 1 is accepted: it is the draft “Webinar”.\n"
    run("request", "decline", "2", "--reason", "not this year")
    found = {one["title"]: (one["state"], one["campaign"]) for one in json.loads(run("request", "list", "--json"))}
    assert found == {"Webinar": ("accepted", "Webinar"), "Party": ("declined", None)}
    assert "Webinar" in run("campaign", "list")


def test_a_message_goes_past_the_policies(connection: Connection[Any]) -> None:
    terms = read_terms({"type": "promotional", "topic": "news", "team": "marketing"})
    who = caller("cli:test", "admin")
    number = propose_one(connection, NOW, terms, contact="ana", template="hello", key="a", who=who).message_id
    connection.execute("UPDATE message SET state = 1, verdict = 1, day = '2026-11-30', policy_version = 1")
    connection.commit()
    assert "goes past the policies" in run("message", "override", str(number), "--reason", "the contract ends")
    (detail,) = connection.execute("SELECT detail FROM audit WHERE action = 'messages.override'").fetchall()
    assert detail == ({"why": "the contract ends"},)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("hold", "add", "ana", "--until", "soon", "--reason", "x"), "messages.not_a_date"),
        (("hold", "add", "nobody", "--account", "--until", "2026-12-01", "--reason", "x"), "web_no_account"),
        (("--as", "igor@sur.example", "hold", "lift", "1"), "right_missing"),
        (("--as", "igor@sur.example", "message", "override", "1", "--reason", "x"), "right_missing"),
        (("task", "done", "7"), "tasks.unknown"),
        (("request", "accept", "1", "/nowhere.json"), "campaigns.file_unreadable"),
        (("request", "decline", "7", "--reason", "x"), "requests.unknown"),
    ],
)
def test_what_is_wrong_is_a_problem(words: tuple[str, ...], code: str) -> None:
    with pytest.raises(Problem) as caught:
        run(*words)
    assert caught.value.code == code
