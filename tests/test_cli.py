"""The command line as people meet it: a process, its exit code, and one sentence."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pauta.cli import COMMANDS
from pauta.platform.settings import LANGUAGES, Settings
from pauta.platform.words import catalogue

MOST_MODULES = ("numba", "numpy", "fastapi", "sqlalchemy", "pydantic")


def pauta(*words: str, given: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, without the caller's settings."""
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("PAUTA_", "DATABASE_", "LC_", "LANG"))
    }
    command = [sys.executable, "-c", "from pauta.cli import main; main()", *words]
    return subprocess.run(
        command, env={**clean, **environment}, input=given, capture_output=True, text=True, timeout=120, check=False
    )


def test_help_names_every_command_and_loads_none_of_them() -> None:
    script = "import sys; from pauta.cli import main\ntry: main()\nfinally: print(*sys.modules, file=sys.stderr)"
    shown = subprocess.run([sys.executable, "-c", script, "--help"], capture_output=True, text=True, check=True)
    assert all(f"\n  {name} " in shown.stdout for name in COMMANDS)
    assert not set(MOST_MODULES) & set(shown.stderr.split())


@pytest.mark.parametrize("module", ["pauta.commands.imports", "pauta.worker", "pauta.web.app"])
def test_the_models_of_tables_are_for_migrations_alone(module: str) -> None:
    script = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "sqlalchemy" not in loaded.stdout.split()


def test_the_version_is_told() -> None:
    assert pauta("--version").stdout.startswith("pauta ")


@pytest.mark.parametrize("words", [("nothing",), ("gate", "explain"), ("key", "create", "shop")])
def test_a_wrong_call_ends_with_2(words: tuple[str, ...]) -> None:
    ended = pauta(*words)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "There is no role chief"), ("es", "No existe el rol chief"), ("pt-BR", "Não existe a função chief")],
)
def test_a_problem_is_one_sentence_in_the_language_asked_for(settings: Settings, language: str, sentence: str) -> None:
    ended = pauta("--lang", language, "key", "create", "shop", "--role", "chief", DATABASE_URL=settings.database_url)
    assert ended.returncode == 2
    assert ended.stderr.startswith(sentence)
    assert ended.stderr.count("\n") == 1


def test_an_unknown_language_is_refused() -> None:
    assert pauta("--lang", "xx", "key", "list").returncode == 2


def test_a_database_that_does_not_answer_ends_with_3() -> None:
    ended = pauta("key", "list", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert ended.returncode == 3
    assert "database_url" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_wrong_setting_is_refused_by_name() -> None:
    ended = pauta("key", "list", PAUTA_WEB_PORT="many")
    assert (ended.returncode, "web_port" in ended.stderr) == (2, True)


def test_a_key_is_made_listed_and_revoked(settings: Settings) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return pauta("key", *words, DATABASE_URL=settings.database_url)

    secret = run("create", "shop", "--role", "sender").stdout.strip()
    assert secret.startswith("pauta_")
    assert len(secret) > 40
    listed = run("list").stdout
    assert "shop" in listed
    assert secret not in listed
    assert run("revoke", "shop").returncode == 0
    assert run("revoke", "shop").returncode == 2


CASE = {
    "today": "2026-11-23",
    "accounts": [{"id": "acme", "contacts": [{"id": "ana"}]}],
    "open": [{"id": "m1", "contact": "ana"}],
}


def test_a_case_is_explained_from_a_file_and_from_standard_input(tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text(json.dumps(CASE))
    from_file = pauta("gate", "explain", str(file), "--lang", "es")
    piped = pauta("gate", "explain", "-", given=json.dumps(CASE), LANG="es_MX.UTF-8")
    assert from_file.returncode == 0, from_file.stderr
    assert json.loads(from_file.stdout)[0]["verdict"] == "send"
    assert piped.stdout == from_file.stdout


def test_a_wrong_case_is_named_by_its_path(tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text(json.dumps({**CASE, "policies": [{"kind": "cap", "name": "two a week", "days": 7}]}))
    ended = pauta("gate", "explain", str(file))
    assert ended.returncode == 2
    assert "policies[0].limit" in ended.stderr
    assert pauta("gate", "explain", str(tmp_path / "none.json")).returncode == 2


def test_everything_that_commands_tell_stands_in_the_catalogues() -> None:
    sources = (Path(__file__).parents[1] / "src" / "pauta").rglob("*.py")
    told = {key for source in sources for key in re.findall(r'\btell\("([\w.]+)"', source.read_text(encoding="utf-8"))}
    assert told
    for language in LANGUAGES:
        assert told <= set(catalogue(language))
