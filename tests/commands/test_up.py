"""``pauta up`` as real processes: kept alive, stopped in order, recovered after a kill."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from pauta.commands.programs import programs
from pauta.commands.up import prepared
from pauta.platform import database
from pauta.platform.home import home_of
from pauta.platform.settings import Settings
from pauta.platform.supervisor import Child
from tests.conftest import enterable_folder

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A data folder that the tests of this module use one after the other."""
    with enterable_folder() as folder:
        yield folder / "pauta"


@pytest.fixture
def port() -> int:
    """Two free neighbouring ports, by the number of the first."""
    for candidate in range(20_000, 30_000, 2):
        with socket.socket() as first, socket.socket() as second:
            try:
                first.bind(("127.0.0.1", candidate))
                second.bind(("127.0.0.1", candidate + 1))
            except OSError:
                continue
            return candidate
    raise AssertionError("no free ports")


def _until(condition: Callable[[], object], what: str, seconds: float = 120) -> None:
    for _ in range(int(seconds / 0.05)):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"waited in vain until {what}")


def _arguments(data_dir: Path, port: int) -> list[str]:
    return [sys.executable, "-m", "tests.commands.installation", str(data_dir), str(port)]


@contextmanager
def _up(data_dir: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """A running installation; its story begins anew."""
    (data_dir / "story").unlink(missing_ok=True)
    log = data_dir.parent / "up.log"
    with log.open("w") as output:
        process = subprocess.Popen(_arguments(data_dir, port), cwd=ROOT, stdout=output, stderr=output, text=True)
    try:
        _until(lambda: "Stop it with Ctrl-C." in log.read_text() or process.poll() is not None, "it is up")
        assert process.poll() is None, log.read_text()
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _child(process: subprocess.Popen[str], name: str) -> psutil.Process:
    return next(
        one for one in psutil.Process(process.pid).children() if name in one.cmdline()[0:6] or name == one.name()
    )


def _alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still run; one that the system has yet to bury does not."""
    return [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def _story(data_dir: Path) -> list[str]:
    return (data_dir / "story").read_text().splitlines()


def _answers(data_dir: Path) -> bool:
    try:
        database.connect(home_of(data_dir).url).close()
    except psycopg.OperationalError:
        return False
    return True


def test_everything_starts_and_stops_in_order(made: Path, port: int) -> None:
    with _up(made, port) as process:
        everybody = psutil.Process(process.pid).children(recursive=True)
        _until(lambda: sorted(_story(made)) == ["catcher starts", "web starts", "worker starts"], "all have started")
        with database.connect(home_of(made).url) as connection:
            assert connection.execute("SELECT count(*) FROM contact").fetchone() == (0,)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    assert _story(made)[3:] == ["worker stops", "web stops", "catcher stops"]
    assert _alive(everybody) == []
    assert "database system is shut down" in home_of(made).log.read_text().splitlines()[-1]


def test_sigterm_stops_it_too(made: Path, port: int) -> None:
    with _up(made, port) as process:
        process.terminate()
        assert process.wait(30) == 0


def test_a_second_one_is_refused_in_one_sentence(made: Path, port: int) -> None:
    with _up(made, port) as process:
        second = subprocess.run(_arguments(made, port), cwd=ROOT, capture_output=True, text=True, check=False)
        assert second.returncode == 1
        assert second.stderr == (
            f"Pauta is already running on the data folder {made} (process {process.pid}); "
            "stop it first, or set data_dir to another folder.\n"
        )


def test_a_taken_port_is_refused_by_the_name_of_its_setting(made: Path, port: int) -> None:
    with socket.create_server(("127.0.0.1", port + 1)):
        refused = subprocess.run(_arguments(made, port), cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert f"Port {port + 1} is taken" in refused.stderr
    assert "catcher_smtp_port" in refused.stderr


@pytest.mark.parametrize("name", ["web", "worker", "catcher"])
def test_what_is_killed_starts_again(made: Path, port: int, name: str) -> None:
    with _up(made, port) as process:
        _child(process, name).kill()
        _until(lambda: _story(made).count(f"{name} starts") == 2, f"{name} is back")


def test_the_database_recovers_from_a_kill_with_all_that_was_committed(made: Path, port: int) -> None:
    with _up(made, port) as process:
        url = home_of(made).url
        with database.connect(url) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS kept (number int)")
            connection.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
        _child(process, "postgres").kill()
        _until(lambda: not _answers(made), "it is gone")
        _until(lambda: _answers(made), "it is back")
        with database.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)
        assert len(_story(made)) == 3, "nobody else was started again"


def test_a_killed_parent_takes_everything_along_and_the_next_start_recovers(made: Path, port: int) -> None:
    with _up(made, port) as process:
        everybody = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
        with _up(made, port):
            assert _alive(everybody) == []
            assert _answers(made)


def test_a_database_that_ends_during_the_start_gets_a_moment_to_come_back(settings: Settings) -> None:
    asked = []

    def others(_settings: Settings) -> list[Child]:
        asked.append(1)
        if len(asked) == 1:
            raise psycopg.OperationalError("the server closed the connection unexpectedly")
        return []

    died, comes_back = subprocess.Popen(["true"]), subprocess.Popen(["sleep", "60"])
    died.wait()
    child = Child("database", 0, lambda: comes_back, running=died)
    (again,) = prepared(settings.database_url, [child], settings, others)
    assert again.running is comes_back
    comes_back.kill()
    comes_back.wait()


def test_every_process_of_an_installation_gets_its_settings() -> None:
    names = [child.name for child in programs(Settings(workers=3, catcher_enabled=False), lambda: True)]
    assert names == ["web", "fast lane", "worker 1", "worker 2", "worker 3", "exchange"]
    assert "catcher" in [child.name for child in programs(Settings(), lambda: True)]
