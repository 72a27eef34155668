"""Starting, finding and killing Pauta's real processes, and reading what their journals say at that moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

SINK = Path(__file__).with_name("sink.py")


def start(command: list[str], environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start a process whose words go to a file."""
    with log.open("ab") as words:
        return subprocess.Popen(command, env={**os.environ, **environment}, stdout=words, stderr=words)


def start_sink(port: int, folder: Path, *more: str) -> subprocess.Popen[bytes]:
    """Start the mail server that keeps mails on disk; returns when it listens."""
    command = [sys.executable, str(SINK), "--port", str(port), "--folder", str(folder), *more]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout as words:
        assert words.readline() == b"ready\n"
    return process


@contextmanager
def ended(process: subprocess.Popen[bytes], patience: float = 60) -> Iterator[subprocess.Popen[bytes]]:
    """End a process with the block: kindly, then by force."""
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def children(parent: int, word: str) -> list[psutil.Process]:
    """The direct children of a process whose command line has the word."""
    found = []
    with suppress(psutil.NoSuchProcess):
        for child in psutil.Process(parent).children():
            with suppress(psutil.NoSuchProcess):
                if child.status() != psutil.STATUS_ZOMBIE and any(word in part for part in child.cmdline()):
                    found.append(child)
    return found


def wait_until(condition: Callable[[], bool], seconds: float, pause: float = 0.05) -> bool:
    """Whether the condition came true in time. Only time in which this process was let run counts."""
    patience = Patience(seconds)
    while patience.left:
        if condition():
            return True
        time.sleep(pause)
    return condition()


class Patience:
    """So many seconds from now on, of which moments in which all programs of the machine stand still do not count."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._at = time.monotonic()

    @property
    def left(self) -> bool:
        """Whether there is any left; to be asked again and again."""
        now = time.monotonic()
        self._seconds -= min(now - self._at, 2.0)
        self._at = now
        return self._seconds > 0
