"""How a benchmark is measured: wall clock, CPU time and peak memory of every process taking part, and the machine."""

from __future__ import annotations

import json
import os
import platform
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from psycopg import Connection

from pauta.commands.programs import TITLE

_EVERY_SECONDS = 1.0
_NOT_OURS = "smtp-sink"


@dataclass
class Memory:
    """The largest sum, seen so far, of the memory of all processes taking part, in bytes, and by program.

    Shared pages are divided among those that share them, so PostgreSQL's buffers count once. ``own`` is whether the
    process of the benchmark does the work itself; otherwise it only looks on, and is left out.
    """

    own: bool = True
    peak: int = 0
    parts: Counter[str] = field(default_factory=Counter)
    _over: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        """Look until told to stop."""
        while True:
            now = self._now()
            if now.total() > self.peak:
                self.peak, self.parts = now.total(), now
            if self._over.wait(_EVERY_SECONDS):
                return

    def stop(self) -> None:
        """End ``watch`` after one last look."""
        self._over.set()

    def _now(self) -> Counter[str]:
        sizes: Counter[str] = Counter()
        for process in _taking_part(own=self.own):
            with suppress(psutil.Error):
                sizes[_program(process)] += process.memory_full_info().pss
        return sizes


def _taking_part(*, own: bool) -> Iterator[psutil.Process]:
    me = psutil.Process()
    if own:
        yield me
    for process in me.children(recursive=True):
        with suppress(psutil.Error):
            if _NOT_OURS not in process.name():
                yield process


def _program(process: psutil.Process) -> str:
    """What a process is, in one or two words."""
    words = process.cmdline()
    if process.name().startswith("postgres"):
        return "postgres"
    title = " ".join(words).rstrip()  # it is as long as the command line was
    if title.startswith(TITLE):
        return "workers" if "worker" in title else title.removeprefix(TITLE)
    if any("nuntius" in word or "post_office" in word for word in words):
        return "peer"
    return "parent" if "up" in words else "bench"


@contextmanager
def memory(*, own: bool = True) -> Iterator[Memory]:
    """Watch the memory for the length of the block."""
    seen = Memory(own)
    watcher = threading.Thread(target=seen.watch)
    watcher.start()
    try:
        yield seen
    finally:
        seen.stop()
        watcher.join()


def cpu_seconds() -> Counter[str]:
    """CPU seconds so far, by program, of all processes below this one, those that have ended included.

    On a machine that others use too, it says what the wall clock cannot.
    """
    spent: Counter[str] = Counter()
    for process in _taking_part(own=False):
        with suppress(psutil.Error):
            times = process.cpu_times()
            spent[_program(process)] += times.user + times.system + times.children_user + times.children_system
    return spent


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
        "memory_by_program": {program: round(size / 2**20) for program, size in seen.parts.most_common()},
        "machine": machine(),
        **more,
    }
    print(json.dumps(line), flush=True)


def clock() -> float:
    """Seconds, for differences."""
    return time.perf_counter()


def difference(after: Counter[str], before: Counter[str]) -> dict[str, float]:
    """What was spent in between, by program, most first."""
    return {program: round(seconds - before[program], 2) for program, seconds in after.most_common()}
