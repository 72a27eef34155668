"""Room on the disk: when it is short, when it is gone, and what is said about it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from pauta.core.problems import Problem
from pauta.platform.disk import Room, problem_of, require_room, room
from pauta.platform.settings import Settings


@pytest.mark.parametrize(
    ("free", "short", "gone"),
    [(500, False, False), (499, True, False), (250, True, False), (249, True, True), (0, True, True)],
)
def test_below_the_reserve_nothing_comes_in_and_below_half_of_it_nothing_leaves(
    free: int, short: bool, gone: bool
) -> None:
    found = Room(Path("/data"), free, 500)
    assert (found.short, found.gone) == (short, gone)


def test_without_a_reserve_nothing_ever_stops() -> None:
    assert not Room(Path("/data"), 0, 0).short
    assert not Room(Path("/data"), 0, 0).gone


def test_the_folder_of_the_embedded_database_counts_too(tmp_path: Path) -> None:
    proc = tmp_path / "postgres"
    proc.symlink_to("/proc")  # a file system without any room
    assert room(Settings(data_dir=tmp_path)).folder == proc
    assert room(Settings(data_dir=tmp_path, database_url="postgresql://db/pauta")).folder == tmp_path


def test_a_data_folder_that_is_yet_to_be_made_has_the_room_of_its_disk(tmp_path: Path) -> None:
    assert room(Settings(data_dir=tmp_path / "a" / "b")).free_mb > 0


def test_an_error_of_the_database_is_told_by_its_cause(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, disk_reserve_mb=0)
    full = problem_of(psycopg.errors.DiskFull("could not extend file"), settings)
    assert full is not None
    assert full.code == "database_disk_full"
    assert problem_of(psycopg.OperationalError("server closed the connection"), settings) is None
    short = problem_of(psycopg.OperationalError("server closed"), replace(settings, disk_reserve_mb=1_000_000))
    assert short is not None
    assert short.code == "disk_short"
    with pytest.raises(Problem, match="disk_short"):
        require_room(replace(settings, disk_reserve_mb=1_000_000))
