"""Settings: read from file and environment, refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from pauta.core.problems import Problem
from pauta.platform.settings import Settings, declared, load

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"


def _load(folder: Path, toml: str = "", **environment: str) -> Settings:
    file = folder / "pauta.toml"
    file.write_text(toml)
    return load({"PAUTA_CONFIG": str(file), **environment})


def test_defaults_need_neither_file_nor_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load({})
    assert settings.data_dir == tmp_path / ".pauta"
    assert settings.web_port == 8025


def test_the_environment_overrules_the_file(tmp_path: Path) -> None:
    settings = _load(tmp_path, "web_port = 8000\nworkers = 5\ncatcher_enabled = false", PAUTA_WORKERS="7")
    assert (settings.web_port, settings.workers, settings.catcher_enabled) == (8000, 7, False)


def test_relative_paths_count_from_the_file(tmp_path: Path) -> None:
    settings = _load(tmp_path, 'data_dir = "things"\nclock_file = "/run/clock"')
    assert settings.data_dir == tmp_path / "things"
    assert settings.clock_file == Path("/run/clock")


def test_database_url_has_two_names(tmp_path: Path) -> None:
    usual = "postgresql://ana@db/pauta"
    assert _load(tmp_path, DATABASE_URL=usual).database_url == usual
    ours = _load(tmp_path, DATABASE_URL=usual, PAUTA_DATABASE_URL="postgresql:///own?host=/run")
    assert ours.database_url == "postgresql:///own?host=/run"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("web_port", "40000", "setting_not_a_number"),
        ("web_port", "eighty", "setting_not_a_number"),
        ("workers", "0", "setting_not_a_number"),
        ("catcher_enabled", "perhaps", "setting_not_a_flag"),
        ("company_zone", "America/Atlantis", "setting_not_a_zone"),
        ("company_zone", "../../etc/passwd", "setting_not_a_zone"),
        ("company_lang", "fr", "setting_not_a_choice"),
        ("database_url", "mysql://db/pauta", "setting_not_a_url"),
        ("smtp_url", "mail.example", "setting_not_a_url"),
        ("smtp_url", "smtp://mail.example:no", "setting_not_a_url"),
        ("sender", "Pauta", "setting_not_an_address"),
        ("sender", "Pauta <pauta@acme.example", "setting_not_an_address"),
        ("sender", "pauta@acme,example", "setting_not_an_address"),
        ("sender", "a@b.example\nBcc: all@b.example", "setting_not_an_address"),
        ("send_seconds", "30", "setting_send_not_below_lease"),
        ("web_prot", "1", "setting_unknown"),
    ],
)
def test_what_is_wrong_is_refused_by_name(tmp_path: Path, name: str, value: str, code: str) -> None:
    with pytest.raises(Problem) as refusal:
        _load(tmp_path, **{f"PAUTA_{name.upper()}": value})
    assert (refusal.value.code, refusal.value.field) == (code, name)


def test_a_typing_error_is_told_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(Problem) as refusal:
        _load(tmp_path, "web_prot = 8000")
    assert refusal.value.values == {"nearest": "web_port"}


def test_a_text_in_place_of_a_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="setting_not_text at sender"):
        _load(tmp_path, 'sender = ["ana@acme.example"]')


def test_files_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="settings_not_toml"):
        _load(tmp_path, "web_port = = 1")
    with pytest.raises(Problem, match="settings_unreadable"):
        load({"PAUTA_CONFIG": str(tmp_path / "missing.toml")})


def test_secrets_do_not_show(tmp_path: Path) -> None:
    settings = _load(tmp_path, PAUTA_SMTP_URL="smtp://ana:hush@mail.example", DATABASE_URL="postgresql://a:hush@db/p")
    assert "hush" not in repr(settings)


def test_another_process_reads_the_same(tmp_path: Path) -> None:
    settings = _load(tmp_path, 'clock_file = "clock"\ncatcher_enabled = false\ndatabase_url = "postgresql://db/x"')
    assert load(settings.environment()) == settings


def test_every_setting_has_its_heading_default_and_meaning_in_the_reference() -> None:
    sections = dict(part.split("\n", 1) for part in REFERENCE.read_text().split("\n## ")[1:])
    assert list(sections) == [f"`{name}`" for name, _, _ in declared()]
    for name, default, meaning in declared():
        text = sections[f"`{name}`"]
        assert meaning in text.replace("\n", " ")
        shown = (
            "empty" if default in ("", None) else f"`{str(default).lower() if isinstance(default, bool) else default}`"
        )
        assert f"Default: {shown}" in text, name
