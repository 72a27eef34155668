"""Room on the disk where Pauta keeps its data, and what stops before there is none.

A full disk loses nothing, but PostgreSQL stops on it for everybody. So two lines are drawn before: with less than the
reserve nothing new is taken in, launched or planned, while what is planned goes on leaving; with less than half of it
nothing leaves either. Work goes on by itself as soon as there is room.
"""

from __future__ import annotations

import errno
import shutil
from dataclasses import dataclass
from pathlib import Path

import psycopg

from pauta.core.problems import Problem
from pauta.platform.settings import Settings

_MEGABYTE = 1_000_000
_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True)
class Room:
    """The folder with the least room of those that hold Pauta's data, and how much that is, in megabytes."""

    folder: Path
    free_mb: int
    reserve_mb: int

    @property
    def short(self) -> bool:
        """Whether nothing new may be taken in."""
        return self.free_mb < self.reserve_mb

    @property
    def gone(self) -> bool:
        """Whether nothing may leave either: each mail is kept as well."""
        return 2 * self.free_mb < self.reserve_mb

    @property
    def problem(self) -> Problem:
        """What to tell whoever wants something taken in."""
        return Problem("disk_short", folder=str(self.folder), free=self.free_mb, reserve=self.reserve_mb)


def room(settings: Settings) -> Room:
    """How much is left for the data folder, and for the database where Pauta runs it itself."""
    folders = [settings.data_dir] if settings.database_url else [settings.data_dir, settings.data_dir / "postgres"]
    free, folder = min((_free(folder), folder) for folder in folders)
    return Room(folder, free // _MEGABYTE, settings.disk_reserve_mb)


def _free(folder: Path) -> int:
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    return shutil.disk_usage(there).free


def require_room(settings: Settings) -> None:
    """A Problem while nothing new may be taken in."""
    found = room(settings)
    if found.short:
        raise found.problem


def is_full(error: OSError) -> bool:
    """Whether a file could not be written because its disk is full."""
    return error.errno in _FULL


def problem_of(error: Exception, settings: Settings) -> Problem | None:
    """What to tell about an error of the database when a full disk explains it: its own, or this machine's."""
    found = room(settings)
    if found.short:
        return found.problem
    return Problem("database_disk_full") if isinstance(error, psycopg.errors.DiskFull) else None
