"""The import command, as a person at a terminal meets it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.people.conftest import Importer


@pytest.fixture
def importer(database: str, tmp_path: Path) -> Importer:
    """Reads what the command has written."""
    return Importer(database, tmp_path)


def run(importer: Importer, *words: str, lang: str = "en") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PAUTA_DATABASE_URL": importer.database}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-c", "from pauta.cli import main; main()", "--lang", lang, "import", *words]
    return subprocess.run(
        command,
        env=environment,
        cwd=importer.folder,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def test_the_plan_is_shown_then_carried_out_and_told(importer: Importer) -> None:
    file = importer.folder / "people.csv"
    file.write_text("e-mail,plan,seats\nana@x.example,pro,3\nbruno,free,1\n", encoding="utf-8")
    result = run(importer, "contacts", str(file), "--set", "country=BR")
    assert result.returncode == 0
    assert "email    e-mail" in result.stderr
    assert "seats    number" in result.stderr
    assert "external_id is taken from email" in result.stderr
    assert "2 of 2 rows (100%)" in result.stderr
    assert "2 rows: 1 created, 0 changed, 0 unchanged, 1 rejected" in result.stdout
    rejected = (importer.folder / "people.rejected.csv").read_text(encoding="utf-8")
    assert "bruno,free,1,2,bruno is not an e-mail address; write it as name@company.example." in rejected
    assert importer.rows("SELECT email FROM contact") == [("ana@x.example",)]
    assert importer.rows("SELECT rejects FROM import_run") == [(str(importer.folder / "people.rejected.csv"),)]


def test_a_dry_run_says_so_in_the_language_asked_for(importer: Importer) -> None:
    (importer.folder / "people.csv").write_text("email\nana@x.example\n", encoding="utf-8")
    result = run(importer, "contacts", "people.csv", "--dry-run", lang="pt-BR")
    assert "Simulação: nada foi gravado" in result.stdout
    assert importer.rows("SELECT count(*) FROM contact") == [(0,)]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("people", "people.csv"), "people cannot be imported; choose one of"),
        (("contacts", "none.csv"), "none.csv cannot be read: No such file or directory."),
        (
            ("contacts", "people.csv", "--map", "mail=email"),
            "--map names the column mail, which the file does not have",
        ),
        (("contacts", "people.csv", "--map", "email=ignore"), "contacts need external_id, and no column gives it"),
        (("contacts", "people.csv", "--set", "zone=Mars"), "Mars is not a time zone"),
        (("contacts", "people.csv", "--resume"), "No interrupted import of people.csv"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(importer: Importer, words: tuple[str, ...], sentence: str) -> None:
    (importer.folder / "people.csv").write_text("email\nana@x.example\n", encoding="utf-8")
    result = run(importer, *words)
    assert result.returncode == 2
    assert result.stderr.splitlines()[-1].startswith(sentence)
    assert importer.rows("SELECT count(*) FROM contact") == [(0,)]


def test_nothing_taken_is_exit_code_1(importer: Importer) -> None:
    (importer.folder / "people.csv").write_text("email\nana\n", encoding="utf-8")
    assert run(importer, "contacts", "people.csv").returncode == 1
