"""Worker processes and a mail sink for the benchmarks."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from psycopg import Connection

from pauta.core.problems import Problem
from pauta.platform.database import connect

WORKERS = 2
WEB_PORT = 21_026


@contextmanager
def workers(url: str, data_dir: Path, **settings: object) -> Iterator[None]:
    """Everything that ``pauta up`` runs on that database but the mail catcher, warm and idle when the block begins."""
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "PAUTA_DATA_DIR": str(data_dir),
        "PAUTA_WEB_PORT": str(WEB_PORT),
        "PAUTA_CATCHER_ENABLED": "false",
        "PAUTA_LOG_LEVEL": "error",
        "PAUTA_WORKERS": str(WORKERS),
        **{f"PAUTA_{name.upper()}": str(value) for name, value in settings.items()},
    }
    command = [str(Path(sys.executable).with_name("pauta")), "up"]
    started = subprocess.Popen(command, env=environment, stdout=sys.stderr)
    try:
        with connect(url, autocommit=True) as connection:
            wait(connection, f"SELECT count(*) = 64 AND count(DISTINCT owner) = {WORKERS} FROM lease WHERE owner <> ''")
            wait(connection, "SELECT count(*) = 1 FROM worker WHERE lane = 1")
        yield
    finally:
        started.terminate()
        started.wait()


def wait(connection: Connection[Any], question: str, seconds: float = 600, pause: float = 0.01) -> None:
    """Ask again and again until the answer is true."""
    until = time.monotonic() + seconds
    while connection.execute(question).fetchone() != (True,):
        if time.monotonic() > until:
            raise TimeoutError(question)
        time.sleep(pause)


class Sink:
    """postfix's ``smtp-sink``, which counts the mails that it has received."""

    def __init__(self, port: int) -> None:
        program = shutil.which("smtp-sink") or shutil.which("smtp-sink", path="/usr/sbin:/usr/libexec/postfix")
        if program is None:
            raise Problem("bench.sink_missing", field="smtp-sink")
        as_user = ["-u", "nobody"] if os.geteuid() == 0 else []
        self._read, written = pty.openpty()
        self._process = subprocess.Popen([program, *as_user, "-c", f"127.0.0.1:{port}", "128"], stdout=written)
        os.close(written)
        self.mails = 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        """Follow the running counters, which overwrite one another on one line."""
        rest = ""
        while True:
            try:
                rest += os.read(self._read, 65536).decode("ascii", "replace")
            except OSError:
                return
            *lines, rest = rest.split("\r")
            for line in lines:
                for word in line.split():
                    if word.startswith("mesg="):
                        self.mails = max(self.mails, int(word[5:]))

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait()


def ready() -> None:
    """Wait for the moment to measure: on a machine that others use, until the file that ``BENCH_GO`` names is
    there. Everything has been set up by then."""
    go = os.environ.get("BENCH_GO")
    if go:
        print("ready", file=sys.stderr, flush=True)
        while not Path(go).exists():
            time.sleep(0.05)
