"""``pauta up``: the database, the web server, the workers and the mail catcher under one parent."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import typer

from pauta import migrations
from pauta.channels.email.providers import return_domains
from pauta.commands.programs import DATABASE, forked_programs
from pauta.commands.session import language
from pauta.core.problems import Problem
from pauta.platform import clock, database, log
from pauta.platform.clock import Clock
from pauta.platform.embedded import owned_server
from pauta.platform.home import home_of, usable
from pauta.platform.settings import Settings, load
from pauta.platform.supervisor import Child, Supervisor
from pauta.platform.words import tell

app = typer.Typer(rich_markup_mode=None)

_PATIENCE_SECONDS = 6.0  # children of a killed parent need a moment to finish
_COMEBACK_SECONDS = 60.0  # PostgreSQL recovers from a crash within that


@app.command()
def start_everything() -> None:
    """Start everything and stay until Ctrl-C."""
    up(load())


def up(settings: Settings, children: Callable[[Settings], Sequence[Child]] | None = None) -> None:
    """Run everything until Ctrl-C or SIGTERM, then stop everything in order.

    A Problem when Pauta already runs on the data folder, when a port is taken, or when the database cannot be had.
    """
    lang = language(settings)
    log.set_up(settings.log_level, settings.log_format, Clock(settings.clock_file), "up")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with _only_one(settings.data_dir):
        _tell("up.starting", lang, folder=settings.data_dir)
        _wait_for_port("web_port", settings.web_host, settings.web_port)
        if return_domains(settings):
            _wait_for_port("incoming_port", settings.incoming_host, settings.incoming_port)
        if settings.catcher_enabled:
            _wait_for_port("catcher_smtp_port", "127.0.0.1", settings.catcher_smtp_port)
        with _database(settings) as (url, own):
            _supervise(settings, lang, prepared(url, own, settings, children or forked_programs))
    _tell("up.stopped", lang)


@contextmanager
def _only_one(data_dir: Path) -> Iterator[None]:
    """Refuse to run twice on a data folder; the lock goes away with this process, however it ends."""
    folder = usable(data_dir)
    with (folder / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise Problem("already_running", field="data_dir", folder=folder, pid=lock.read().strip()) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _wait_for_port(setting: str, host: str, port: int) -> None:
    """Return when the port is free; a Problem when it is still taken after a moment."""
    until = clock.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            socket.create_server((host, port)).close()
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise Problem("address_unusable", field=setting, host=host, why=error.strerror) from None
            if clock.monotonic() > until:
                raise Problem("port_taken", field=setting, port=port) from None
            time.sleep(0.1)
        else:
            return


@contextmanager
def _database(settings: Settings) -> Iterator[tuple[str, list[Child]]]:
    """URL of the database, and the child that it is when Pauta runs it itself."""
    if settings.database_url:
        try:
            database.wait_for(settings.database_url, _PATIENCE_SECONDS)
        except psycopg.OperationalError as error:
            raise Problem("database_unreachable", field="database_url", why=str(error).strip()) from None
        yield settings.database_url, []
        return
    with owned_server(home_of(settings.data_dir)) as server:
        child = Child("database", DATABASE, server.start, stop_signal=signal.SIGINT, running=server.process)
        yield server.home.url, [child]


def prepared(
    url: str, own: Sequence[Child], settings: Settings, others: Callable[[Settings], Sequence[Child]]
) -> list[Child]:
    """All children, once the database has the newest schema; one that ends meanwhile gets a moment to come back."""
    until = clock.monotonic() + _COMEBACK_SECONDS
    while True:
        try:
            migrations.upgrade(url)
            return [*own, *others(replace(settings, database_url=url))]
        except psycopg.OperationalError:
            if clock.monotonic() > until:
                raise
            time.sleep(0.1)
            own = [_running(child) for child in own]


def _running(child: Child) -> Child:
    """The child, started again if it has ended."""
    ended = child.running is not None and child.running.poll() is not None
    return replace(child, running=child.start()) if ended else child


def _supervise(settings: Settings, lang: str, children: Sequence[Child]) -> None:
    def stopping() -> None:
        _tell("up.stopping", lang)

    Supervisor(children, stop_seconds=settings.send_seconds + 5).run(_Greeting(settings, lang), stopping)


class _Greeting:
    """Says once where to look, as soon as the web server answers."""

    def __init__(self, settings: Settings, lang: str) -> None:
        self._settings = settings
        self._lang = lang
        self._said = False

    def __call__(self) -> None:
        if self._said or not _answers(self._settings.web_host, self._settings.web_port):
            return
        self._said = True
        for key in ("up.ready", "up.web", "up.docs"):
            _tell(key, self._lang, url=self._settings.public_url)
        if self._settings.catcher_enabled:
            _tell("up.catcher", self._lang, port=self._settings.catcher_smtp_port)
        _tell("up.stop", self._lang)


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def _tell(key: str, lang: str, **values: object) -> None:
    print(tell(key, lang, **values), flush=True)
