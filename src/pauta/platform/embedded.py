"""PostgreSQL run by Pauta itself, as a child process on a Unix socket in the data folder."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

import psutil
import psycopg

from pauta.core.problems import Problem
from pauta.platform import clock, database
from pauta.platform.binaries import Programs, locate, server_owner
from pauta.platform.disk import require_room
from pauta.platform.home import NAME, SOCKET, Home, home_of
from pauta.platform.processes import tied_to_this
from pauta.platform.settings import Settings

_START_SECONDS = 300  # recovery after a crash replays up to max_wal_size
_STOP_SECONDS = 30
_PAUSE_SECONDS = 0.05
_LARGEST_LOG = 10_000_000

_SERVER_SETTINGS = (
    "listen_addresses=",  # only the socket: nothing else on the machine or the network can connect
    "timezone=UTC",
    "log_timezone=UTC",
    # Memory for a machine that the workers share; what does not fit into the buffers is in the system's page cache.
    "shared_buffers=112MB",
    "work_mem=64MB",  # sorts and hashes of a planning batch without temporary files
    "maintenance_work_mem=256MB",  # indexes after an import
    "effective_cache_size=2GB",  # what the system's page cache is likely to hold
    # A launch writes gigabytes of WAL: few, spread checkpoints instead of one every few seconds.
    "wal_buffers=8MB",  # twice the usual: a launch fills those before they are written
    "max_wal_size=4GB",
    "checkpoint_timeout=15min",
    "random_page_cost=1.1",  # solid state disks
    "jit=off",  # it costs more than it saves in statements of milliseconds
)


class Server:
    """The embedded server as a child of this process. Only who holds the home's lock may have one."""

    def __init__(self, home: Home, extra_settings: Sequence[str] = ()) -> None:
        self.home = home
        self._extra = extra_settings
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server, after making its files or stopping what a killed parent left over, and wait for it."""
        programs = locate(self.home.folder)
        _stop_leftovers(self.home)
        _make_sockets_folder(self.home.sockets)
        if not self.home.data.exists():
            _initialise(self.home, programs)
        _check_version(self.home, programs)
        arguments = [programs.path("postgres"), "-D", str(self.home.data), "-k", str(self.home.sockets)]
        for setting in (*_SERVER_SETTINGS, *self._extra):
            arguments += ["-c", setting]
        owner = server_owner()
        with _opened_log(self.home.log) as log:
            self.process = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.home.folder,
                env=_environment(),
                start_new_session=True,  # Ctrl-C in a terminal is for the parent, which stops its children in order
                user=owner.user if os.geteuid() == 0 else None,
                group=owner.group if os.geteuid() == 0 else None,
                extra_groups=[] if os.geteuid() == 0 else None,
                preexec_fn=tied_to_this(signal.SIGINT),
            )
        self._wait_until_ready(self.process)
        return self.process

    def stop(self) -> None:
        """Disconnect everybody, write everything to disk, and wait until the server is gone."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None
        with suppress(OSError):
            self.home.sockets.rmdir()

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        until = clock.monotonic() + _START_SECONDS
        while process.poll() is None and clock.monotonic() < until:
            try:
                _make_database(self.home)
            except psycopg.OperationalError:
                time.sleep(_PAUSE_SECONDS)
            else:
                return
        self.stop()
        raise Problem(
            "database_did_not_start", field="data_dir", log=str(self.home.log), why=_last_words(self.home.log)
        )


def _make_sockets_folder(folder: Path) -> None:
    """The socket's folder, to which only the server's user has access: whoever can enter it may connect."""
    owner = server_owner()
    owner.own(folder)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner.user or stat.S_IMODE(found.st_mode) & 0o077:
        raise Problem("socket_folder_not_ours", field="data_dir", folder=str(folder))


def _initialise(home: Home, programs: Programs) -> None:
    """Make the data folder: whole or not at all."""
    owner = server_owner()
    unfinished = home.folder / "data.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    owner.own(unfinished)
    # The built-in locale sorts and folds case the same on every machine and in every version; it came with 17.
    locale = ["--locale-provider=builtin", "--locale=C.UTF-8"] if programs.major >= 17 else ["--locale=C.UTF-8"]
    made = subprocess.run(
        [programs.path("initdb"), "-D", str(unfinished), "-U", NAME, "-E", "UTF8", "--auth=trust", *locale],
        capture_output=True,
        text=True,
        check=False,
        cwd=home.folder,
        env=_environment(),
        user=owner.user if os.geteuid() == 0 else None,
        group=owner.group if os.geteuid() == 0 else None,
        extra_groups=[] if os.geteuid() == 0 else None,
    )
    if made.returncode != 0:
        home.log.write_text(made.stdout + made.stderr)
        raise Problem("database_did_not_start", field="data_dir", log=str(home.log), why=_last_words(home.log))
    unfinished.rename(home.data)


def _check_version(home: Home, programs: Programs) -> None:
    written_by = int((home.data / "PG_VERSION").read_text().split(".")[0])
    if written_by != programs.major:
        raise Problem("database_of_other_version", field="data_dir", data=written_by, programs=programs.major)


def _make_database(home: Home) -> None:
    with database.connect(home.url_of("postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (NAME,)).fetchone():
            connection.execute(f'CREATE DATABASE "{NAME}"')


def _stop_leftovers(home: Home) -> None:
    """Stop server processes of this home that lost their parent, and take away what a killed one left behind.

    The files name a process id that may by now belong to another program, so PostgreSQL could refuse to start.
    """
    leftovers = [process for process in psutil.process_iter(["name"]) if _serves(process, home.data)]
    for process in leftovers:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGINT)
    _, stubborn = psutil.wait_procs(leftovers, timeout=_STOP_SECONDS)
    for process in stubborn:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn)
    for left in (home.data / "postmaster.pid", home.sockets / SOCKET, home.sockets / f"{SOCKET}.lock"):
        left.unlink(missing_ok=True)


def _serves(process: psutil.Process, data: Path) -> bool:
    try:
        return process.info["name"] == "postgres" and process.cwd() == str(data)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def _environment() -> dict[str, str]:
    """An environment without the PG* variables of whoever started us."""
    return {"PATH": os.defpath, "LANG": "C.UTF-8"}


def _opened_log(log: Path) -> IO[bytes]:
    if log.exists() and log.stat().st_size > _LARGEST_LOG:
        log.replace(log.with_suffix(".log.1"))
    return log.open("ab")


def _last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").split("\n")
    told = [line for line in lines if "FATAL" in line or "PANIC" in line or "error:" in line]
    return (told or lines)[-1].strip()


@contextmanager
def owned_server(home: Home, extra_settings: Sequence[str] = (), *, wait: bool = True) -> Iterator[Server]:
    """A started server that this process owns, stopped at the end of the block.

    When another process owns it: wait until that has let go, or raise BlockingIOError.
    """
    with _locked(home.folder / "server.lock", fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB)):
        server = Server(home, extra_settings)
        try:
            server.start()
            yield server
        finally:
            server.stop()


@contextmanager
def running_database(settings: Settings) -> Iterator[str]:
    """URL of a database that answers for as long as the block lasts.

    It is the one that the settings name, else the embedded one: that of a running ``pauta up`` or of another command,
    else one that is started here and stopped when the last command that uses it is done.
    """
    if settings.database_url:
        yield settings.database_url
        return
    home = home_of(settings.data_dir)
    with ExitStack() as held:
        users = held.enter_context(_locked(home.folder / "users.lock", fcntl.LOCK_SH))
        if _owned_unless_running(settings, home, held):
            held.callback(fcntl.flock, users, fcntl.LOCK_EX)  # the server stops after the last of those who joined
        yield home.url


def _owned_unless_running(settings: Settings, home: Home, held: ExitStack) -> bool:
    """Whether a server was started here, to stop with ``held``; False when another process has one that answers.

    A Problem when it does not answer for long, or the disk is too full for it.
    """
    until = clock.monotonic() + _START_SECONDS
    while clock.monotonic() < until:
        try:
            held.enter_context(owned_server(home, wait=False))
        except BlockingIOError:
            with suppress(psycopg.OperationalError):
                database.connect(home.url).close()
                return False
            require_room(settings)
            time.sleep(_PAUSE_SECONDS)
        else:
            return True
    raise Problem("database_does_not_answer", field="data_dir", log=str(home.log))


@contextmanager
def _locked(file: Path, how: int) -> Iterator[int]:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, how)
        yield descriptor
    finally:
        os.close(descriptor)
