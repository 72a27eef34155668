"""Backups: whole or not at all, and restored only where nothing is."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from pauta.commands.backup import backup
from pauta.commands.restore import restore
from pauta.core.problems import Problem
from pauta.platform import database as pauta_database
from pauta.platform.home import Home
from pauta.platform.settings import Settings


@pytest.fixture
def empty(server: Home, settings: Settings) -> Settings:
    """Settings for a database without tables."""
    with pauta_database.connect(server.url_of("postgres"), autocommit=True) as admin:
        admin.execute("DROP DATABASE IF EXISTS test_empty WITH (FORCE)")
        admin.execute("CREATE DATABASE test_empty")
    return Settings(data_dir=settings.data_dir, database_url=server.url_of("test_empty"))


def _tables(url: str) -> list[tuple[str, ...]]:
    with pauta_database.connect(url) as connection:
        return connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        ).fetchall()


def _archive(file: Path, manifest: bytes, dump: bytes) -> None:
    with tarfile.open(file, "w") as archive:
        for name, content in (("manifest.json", manifest), ("database.dump", dump)):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def test_what_is_backed_up_comes_back(settings: Settings, empty: Settings, tmp_path: Path) -> None:
    with pauta_database.connect(settings.database_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number, 'é' AS name")
    backup(settings, tmp_path / "monday.pauta")
    manifest = restore(empty, tmp_path / "monday.pauta")
    assert manifest["made"] == "2026-11-23T12:00:00+00:00"
    assert _tables(empty.database_url) == _tables(settings.database_url)
    with pauta_database.connect(empty.database_url) as connection:
        found = connection.execute("SELECT count(*), sum(number), min(name) FROM kept").fetchone()
    assert found == (1000, 500_500, "é")
    assert [file.name for file in tmp_path.iterdir() if "pauta" in file.name or "backup" in file.name] == [
        "monday.pauta"
    ]


def test_a_file_that_exists_is_kept(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "monday.pauta"
    file.write_text("dear")
    with pytest.raises(Problem, match="backup_exists"):
        backup(settings, file)
    assert file.read_text() == "dear"


def test_a_folder_that_is_missing_is_refused(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="backup_failed"):
        backup(settings, tmp_path / "nowhere" / "monday.pauta")


def test_a_database_with_tables_is_not_restored_into(settings: Settings, tmp_path: Path) -> None:
    backup(settings, tmp_path / "monday.pauta")
    with pytest.raises(Problem, match="restore_not_empty"):
        restore(settings, tmp_path / "monday.pauta")


def test_what_is_no_backup_is_refused(empty: Settings, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    with pytest.raises(Problem, match="backup_unreadable"):
        restore(empty, tmp_path / "text")
    with pytest.raises(Problem, match="backup_unreadable"):
        restore(empty, tmp_path / "missing")


def test_a_torn_backup_restores_nothing(settings: Settings, empty: Settings, tmp_path: Path) -> None:
    backup(settings, tmp_path / "monday.pauta")
    with tarfile.open(tmp_path / "monday.pauta") as archive:
        manifest, dump = (archive.extractfile(name) for name in ("manifest.json", "database.dump"))
        assert manifest is not None
        assert dump is not None
        _archive(tmp_path / "torn.pauta", manifest.read(), dump.read()[:-2000])
    with pytest.raises(Problem, match="restore_failed"):
        restore(empty, tmp_path / "torn.pauta")
    assert _tables(empty.database_url) == []


def test_a_backup_of_a_newer_format_is_refused(empty: Settings, tmp_path: Path) -> None:
    _archive(tmp_path / "new.pauta", b'{"format": 2, "pauta": "9.9"}', b"")
    with pytest.raises(Problem) as refusal:
        restore(empty, tmp_path / "new.pauta")
    assert (refusal.value.code, refusal.value.values["version"]) == ("backup_newer", "9.9")
