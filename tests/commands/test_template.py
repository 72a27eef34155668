"""``pauta template``: publishes folders and single files, lists, shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection
from typer.testing import CliRunner, Result

from pauta.commands.template import app
from pauta.core.problems import Problem

MJML = "<mjml><mj-body><mj-section><mj-column><mj-text>{words}</mj-text></mj-column></mj-section></mj-body></mjml>"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, database: str, data_dir: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("PAUTA_DATA_DIR", str(data_dir))
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "greeting"
    path.mkdir()
    for language, words in (("pt-BR", "Olá"), ("es", "Hola")):
        (path / f"subject.{language}.txt").write_text(f"{words} {{{{ contact.first_name }}}}\n", encoding="utf-8")
        (path / f"body.{language}.mjml").write_text(MJML.replace("{words}", words), encoding="utf-8")
    (path / "text.es.txt").write_text("¡Hola!", encoding="utf-8")
    return path


def run(*words: object) -> Result:
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_folder_is_published_listed_and_shown(folder: Path, connection: Connection[Any]) -> None:
    assert "no templates yet" in run("list").output
    told = run("publish", folder).output
    assert "version 1 of greeting in es, pt-BR" in told
    assert "contact.first_name" in told
    assert "greeting" in run("list").output
    shown = run("show", "greeting", "--language", "es").output
    assert "¡Hola!" in shown
    assert "Olá" not in shown
    rows = connection.execute("SELECT action, subject FROM audit").fetchall()
    assert rows == [("templates.write", "template:greeting")]


def test_a_single_file_is_published_with_its_subject(tmp_path: Path) -> None:
    body = tmp_path / "welcome.mjml"
    body.write_text(MJML.replace("{words}", "Welcome"), encoding="utf-8")
    told = run("publish", body, "--subject", "Welcome", "--language", "en").output
    assert "version 1 of welcome in en" in told
    assert "version 2 of hello in en" not in run("publish", body, "--name", "hello", "--subject", "Hi").output


def test_a_folder_without_a_body_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"content\.folder_empty"):
        run("publish", tmp_path)


def test_a_language_without_a_subject_is_refused(folder: Path) -> None:
    (folder / "subject.es.txt").unlink()
    with pytest.raises(Problem) as refused:
        run("publish", folder)
    assert refused.value.field.endswith("subject.es.txt")


def test_a_single_file_without_a_subject_is_refused(tmp_path: Path) -> None:
    body = tmp_path / "welcome.mjml"
    body.write_text(MJML, encoding="utf-8")
    with pytest.raises(Problem, match=r"content\.subject_missing"):
        run("publish", body)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    body = tmp_path / "welcome.mjml"
    body.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(Problem, match=r"content\.file_unreadable"):
        run("publish", body, "--subject", "Welcome")
