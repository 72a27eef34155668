"""How a benchmark is measured: wall clock, peak memory of every process taking part, and the machine."""

from __future__ import annotations

import json
import os
import platform
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from psycopg import Connection

_EVERY_SECONDS = 0.1


@dataclass
class Memory:
    """The largest sum, seen so far, of the memory of this process and all below it, in bytes.

    Shared pages are divided among those that share them, so PostgreSQL's buffers count once.
    """

    peak: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        """Look until told to stop."""
        while True:
            self.peak = max(self.peak, _now())
            if self._over.wait(_EVERY_SECONDS):
                return

    def stop(self) -> None:
        """End ``watch`` after one last look."""
        self._over.set()


def _now() -> int:
    me = psutil.Process()
    total = 0
    for process in (me, *me.children(recursive=True)):
        with suppress(psutil.Error):
            if "smtp-sink" not in process.name():
                total += process.memory_full_info().pss
    return total


@contextmanager
def memory() -> Iterator[Memory]:
    """Watch the memory for the length of the block."""
    seen = Memory()
    watcher = threading.Thread(target=seen.watch)
    watcher.start()
    try:
        yield seen
    finally:
        seen.stop()
        watcher.join()


def machine() -> str:
    """What this machine is, in a few words."""
    model = platform.machine()
    with suppress(OSError):
        names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
        model = names[0].split(":", 1)[1].strip() if names else model
    gigabytes = round(psutil.virtual_memory().total / 2**30)
    return f"{os.cpu_count()} x {model}, {gigabytes} GiB, Python {platform.python_version()}"


def durability(connection: Connection[Any]) -> dict[str, str]:
    """The settings of PostgreSQL on which the safety of data rests."""
    names = ("fsync", "full_page_writes", "synchronous_commit")
    return {name: str((connection.execute(f"SHOW {name}").fetchone() or ("?",))[0]) for name in names}


def report(name: str, n: int, seconds: float, seen: Memory, **more: object) -> None:
    """Print one JSON line."""
    line = {
        "name": name,
        "n": n,
        "seconds": round(seconds, 4),
        "rate": round(n / seconds, 1),
        "memory_mb": round(seen.peak / 2**20),
        "machine": machine(),
        **more,
    }
    print(json.dumps(line), flush=True)


def clock() -> float:
    """Seconds, for differences."""
    return time.perf_counter()
