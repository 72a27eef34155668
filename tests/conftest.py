"""A real PostgreSQL for the tests, and a clock that they move."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis
from psycopg import Connection

from pauta import migrations
from pauta.platform import database as pauta_database
from pauta.platform.clock import Clock, start_simulation
from pauta.platform.embedded import owned_server
from pauta.platform.home import Home, home_of
from pauta.platform.settings import Settings
from pauta.team.roles import caller

MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""When the simulated clock of the tests begins."""

ADMIN = caller("cli:ana", "admin")
"""Who asks where the test is not about that."""

hypothesis.register_profile("pauta", deadline=None)  # how long an example takes is the machine's affair
hypothesis.load_profile("pauta")

_SPEED = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "shared_buffers=128MB")
_MEMORY = Path("/dev/shm")
_ROOM = 4 * 2**30
_numbers = itertools.count(1)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A new data folder that the embedded server's user can enter, also when the tests run as root."""
    with enterable_folder() as folder:
        yield folder / "pauta"


@pytest.fixture(scope="session")
def server() -> Iterator[Home]:
    """An embedded PostgreSQL for the whole run (for each process of a parallel run), migrated once.

    It lives in memory where there is room: a new database is a thousand files, which a disk takes several times as long
    to copy.
    """
    with enterable_folder(_folder_in_memory()) as folder, owned_server(home_of(folder / "pauta"), _SPEED) as started:
        migrations.upgrade(started.home.url)
        yield started.home


@pytest.fixture
def database(server: Home) -> Iterator[str]:
    """URL of a fresh migrated database, gone after the test."""
    name = f"test_{next(_numbers)}"
    with pauta_database.connect(server.url_of("postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE pauta STRATEGY FILE_COPY")
        yield server.url_of(name)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def connection(database: str) -> Iterator[Connection[tuple[Any, ...]]]:
    """A connection to the test's database; commits at the end of the test."""
    with pauta_database.connect(database) as opened:
        yield opened


@pytest.fixture
def clock_file(tmp_path: Path) -> Path:
    """The file of the test's simulated clock, for other processes and for ``advance``."""
    file = tmp_path / "clock"
    start_simulation(file, MONDAY)
    return file


@pytest.fixture
def clock(clock_file: Path) -> Clock:
    """A clock that stands at a Monday noon UTC until the test advances its file."""
    return Clock(clock_file)


@pytest.fixture
def settings(database: str, data_dir: Path, clock_file: Path) -> Settings:
    """Settings for the test's database and clock."""
    return Settings(data_dir=data_dir, database_url=database, clock_file=clock_file)


def _folder_in_memory() -> Path | None:
    usable = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM
    return _MEMORY if usable else None


@contextmanager
def enterable_folder(parent: Path | None = None) -> Iterator[Path]:
    """A temporary folder through which every user may pass; pytest's own are closed to the server's user."""
    with tempfile.TemporaryDirectory(prefix="pauta-test-", dir=parent) as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)
