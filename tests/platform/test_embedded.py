"""The embedded database, with real processes that die and folders that are in the way."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from pauta.core.problems import Problem
from pauta.platform import database
from pauta.platform.binaries import server_owner
from pauta.platform.embedded import owned_server, running_database
from pauta.platform.home import SOCKET, home_of
from pauta.platform.settings import Settings
from tests.conftest import enterable_folder

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")

PIPES: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
COMMAND = """
import sys, time
from pathlib import Path
from pauta.platform.embedded import running_database
from pauta.platform.settings import Settings
with running_database(Settings(data_dir=Path(sys.argv[1]))) as url:
    print("ready", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A data folder whose database is made and holds rows; no server runs on it."""
    with enterable_folder() as folder:
        with running_database(Settings(data_dir=folder / "pauta")) as url:
            _fill(url)
        yield folder / "pauta"


@contextmanager
def _command(data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that uses the database until it is told to finish."""
    with subprocess.Popen([sys.executable, "-c", COMMAND, str(data_dir)], **PIPES) as process:
        assert _line(process) == "ready\n"
        yield process
        _finish(process)


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def _finish(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    with suppress(BrokenPipeError):
        process.stdin.close()


def _fill(url: str) -> None:
    with database.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT * FROM generate_series(1, 100000) AS number")


def _count(url: str) -> int:
    with database.connect(url) as connection:
        ((count,),) = connection.execute("SELECT count(*) FROM kept").fetchall()
    return int(count)


def _started_at(url: str) -> object:
    with database.connect(url) as connection:
        return connection.execute("SELECT pg_postmaster_start_time()").fetchone()


def _servers(data_dir: Path) -> list[psutil.Process]:
    mark = str(home_of(data_dir).data)
    return [one for one in psutil.process_iter(["cmdline"]) if mark in (one.info["cmdline"] or [])]


def test_a_second_start_finds_the_data(made: Path) -> None:
    assert _servers(made) == []
    with running_database(Settings(data_dir=made)) as url:
        assert _count(url) == 100_000
    assert _servers(made) == []


def test_nothing_is_left_to_chance_with_committed_rows(made: Path) -> None:
    with owned_server(home_of(made)) as server, database.connect(server.home.url) as connection:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            assert connection.execute(f"SHOW {name}").fetchone() == ("on",)


def test_committed_rows_survive_the_death_of_the_server(made: Path) -> None:
    with owned_server(home_of(made)) as server:
        _fill(server.home.url)
        assert server.process is not None
        server.process.kill()
        server.process.wait()
        with pytest.raises(psycopg.OperationalError):
            database.connect(server.home.url)
        server.start()
        assert _count(server.home.url) == 100_000


def test_the_server_dies_with_its_parent_and_the_next_command_recovers(made: Path) -> None:
    with _command(made) as process:
        _fill(home_of(made).url)
        process.kill()
        process.wait()
        with running_database(Settings(data_dir=made)) as url:
            assert _count(url) == 100_000


def test_two_commands_share_one_server_and_the_last_one_turns_off_the_light(made: Path) -> None:
    url = home_of(made).url
    with _command(made) as first, _command(made) as second:
        began = _started_at(url)
        _finish(first)
        time.sleep(0.5)
        assert first.poll() is None, "the first owns the server and waits for the second"
        assert _started_at(url) == began
        _finish(second)
        assert (first.wait(30), second.wait(30)) == (0, 0)
    assert _servers(made) == []


def test_commands_that_start_together_start_one_server(made: Path) -> None:
    with ExitStack() as stack:
        starts = [subprocess.Popen([sys.executable, "-c", COMMAND, str(made)], **PIPES) for _ in range(5)]
        commands = [stack.enter_context(one) for one in starts]
        for one in commands:
            assert _line(one) == "ready\n"
        assert len(_servers(made)) == 1
        for one in commands:
            _finish(one)
        assert [one.wait(30) for one in commands] == [0] * 5


def test_an_orphaned_server_is_stopped_and_replaced(made: Path) -> None:
    home = home_of(made)
    with owned_server(home) as server:
        assert server.process is not None
        orphan, server.process = server.process, None  # as if whoever started it were gone
    assert orphan.poll() is None
    with owned_server(home):
        assert _count(home.url) == 100_000
    assert orphan.wait(5) == 0


def test_a_stale_pid_file_does_not_keep_the_server_from_starting(made: Path) -> None:
    home = home_of(made)
    user = server_owner().user if os.geteuid() == 0 else None
    with subprocess.Popen(["sleep", "60"], user=user) as stranger:
        (home.data / "postmaster.pid").write_text(f"{stranger.pid}\n{home.data}\n")
        with owned_server(home):
            assert _count(home.url) == 100_000
        assert stranger.poll() is None
        stranger.kill()


def test_a_long_path_gets_a_short_socket(data_dir: Path) -> None:
    home = home_of(data_dir / ("x" * 100))
    with owned_server(home):
        assert len(os.fsencode(home.sockets / SOCKET)) <= 107
        _fill(home.url)
    assert not home.sockets.exists()


def test_nobody_else_can_connect(made: Path) -> None:
    home = home_of(made)
    with owned_server(home):
        assert stat.S_IMODE(home.sockets.stat().st_mode) == 0o700
        assert stat.S_IMODE(home.data.stat().st_mode) == 0o700
        with database.connect(home.url) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_a_socket_folder_that_others_may_enter_is_refused(made: Path) -> None:
    home = home_of(made)
    home.sockets.mkdir(mode=0o755)
    try:
        with pytest.raises(Problem, match="socket_folder_not_ours"), owned_server(home):
            pass
    finally:
        home.sockets.rmdir()


@contextmanager
def _rewritten(file: Path, text: str) -> Iterator[None]:
    before = file.read_text()
    file.write_text(text)
    yield
    file.write_text(before)


def test_data_of_another_version_is_refused(made: Path) -> None:
    home = home_of(made)
    with (
        _rewritten(home.data / "PG_VERSION", "14\n"),
        pytest.raises(Problem, match="database_of_other_version"),
        owned_server(home),
    ):
        pass


def test_a_server_that_cannot_start_says_why(made: Path) -> None:
    home = home_of(made)
    with (
        _rewritten(home.data / "postgresql.conf", "shared_bufers = 1\n"),
        pytest.raises(Problem, match=r"database_did_not_start .*FATAL.*configuration file"),
        owned_server(home),
    ):
        pass


def test_half_made_data_is_made_again(data_dir: Path) -> None:
    home = home_of(data_dir)
    (home.folder / "data.new").mkdir()
    (home.folder / "data.new" / "PG_VERSION").write_text("18\n")
    with owned_server(home):
        _fill(home.url)


def test_a_file_in_place_of_the_data_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(Problem, match="data_dir_unusable"):
        home_of(tmp_path / "data")


@as_root
def test_roots_server_lives_elsewhere_when_the_data_folder_is_closed_to_others(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o700)
    settings = Settings(data_dir=tmp_path / "closed" / "pauta")
    try:
        with running_database(settings) as url:
            _fill(url)
        assert home_of(settings.data_dir).folder.parent == Path("/var/lib/pauta")
        with running_database(settings) as url:
            assert _count(url) == 100_000
    finally:
        shutil.rmtree(home_of(settings.data_dir).folder)


@as_root
def test_data_of_another_user_is_refused(data_dir: Path) -> None:
    os.chown(home_of(data_dir).folder, 12345, 12345)
    with pytest.raises(Problem) as refusal:
        home_of(data_dir)
    assert (refusal.value.code, refusal.value.values["user"]) == ("data_of_other_user", "12345")


def test_a_server_by_url_is_left_alone(database: str, data_dir: Path) -> None:
    with running_database(Settings(data_dir=data_dir, database_url=database)) as url:
        assert url == database
    assert not data_dir.exists()


def test_the_parents_ctrl_c_does_not_reach_the_server(made: Path) -> None:
    with owned_server(home_of(made)) as server:
        assert server.process is not None
        assert os.getpgid(server.process.pid) != os.getpgid(0)
        assert os.getsid(server.process.pid) != os.getsid(0)
