"""``pauta policy``: reads aloud, loads, writes out, changes one; every change is in the audit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection
from typer.testing import CliRunner, Result

from pauta.commands.policy import app
from pauta.core.problems import Problem

POLICIES = [
    {"kind": "cap", "name": "two a week", "limit": 2, "days": 7},
    {"kind": "channel", "name": "sms when urgent", "channel": "sms", "only": {"urgent": True}},
]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, database: str, data_dir: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("PAUTA_DATA_DIR", str(data_dir))
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "policies.json"
    path.write_text(json.dumps(POLICIES), encoding="utf-8")
    return path


def run(*words: object, given: str = "") -> Result:
    result = CliRunner().invoke(app, [str(word) for word in words], input=given)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_file_is_put_in_force_and_read_aloud(file: Path) -> None:
    assert "no policies yet" in run("list").output
    assert "2 switched on, 0 switched off" in run("load", file).output
    told = run("list").output
    assert "1  two a week" in told
    assert "At most 2 messages a week per person" in told
    assert "Nothing changed" in run("load", file).output


def test_what_is_written_out_can_be_loaded(file: Path) -> None:
    run("load", file)
    run("off", "two a week")
    written = run("dump").output
    assert [rule["active"] for rule in json.loads(written)] == [False, True]
    assert "Nothing changed" in run("load", "-", given=written).output


def test_one_policy_is_changed(file: Path) -> None:
    run("load", file)
    assert "1 switched off" in run("off", "two a week").output
    assert "(switched off)" in run("list").output
    assert "0 switched off" in run("on", "two a week").output
    run("move", "sms when urgent", 1)
    assert [rule["name"] for rule in json.loads(run("dump").output)] == ["sms when urgent", "two a week"]
    run("remove", "sms when urgent")
    assert [rule["name"] for rule in json.loads(run("dump").output)] == ["two a week"]


def test_each_change_is_in_the_audit(file: Path, connection: Connection[Any]) -> None:
    run("load", file)
    run("load", file)
    run("off", "two a week")
    rows = connection.execute("SELECT action, subject, detail ->> 'how' FROM audit ORDER BY id").fetchall()
    expected = ["file:policies.json", "off:two a week"]
    assert rows == [("policies.write", "policies", how) for how in expected]


@pytest.mark.parametrize(("text", "code"), [("{", "policy_file"), ('{"kind": "cap"}', "gate_not_list")])
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Problem) as refused:
        run("load", path)
    assert (refused.value.code, refused.value.field) == (code, str(path))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="policy_file"):
        run("load", tmp_path / "nothing.json")


def test_ready_policies_are_listed_and_put_in_force_once(file: Path, connection: Connection[Any]) -> None:
    run("load", file)
    assert "spain-calls          LGDCU art. 96" in run("ready").output
    for _ in range(2):
        run("ready", "spain-calls", "--segment", "spain")
    (listed,) = connection.execute("SELECT rules FROM policy_version ORDER BY version DESC LIMIT 1").fetchone() or ()
    assert [rule["name"] for rule in listed] == ["two a week", "sms when urgent", "Law of Spain: calls"]
    assert listed[-1]["held"]["segments"] == ["spain"]
    with pytest.raises(Problem, match="policy_not_ready"):
        run("ready", "mars")
