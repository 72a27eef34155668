"""Forks of a process: what they share with it, what they leave behind, how they end, and that they end with it."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

PARENT = """
import fcntl, mmap, os, signal, sys, time
from pathlib import Path
from pauta.platform import log
from pauta.platform.clock import Clock
from pauta.platform.memory import give_back_soon, keep_for_forks
from pauta.platform.processes import fork

log.set_up("warning", "text", Clock(), "parent")
folder = Path(sys.argv[1])
held = (folder / "lock").open("w")
fcntl.flock(held, fcntl.LOCK_EX)
signal.signal(signal.SIGTERM, lambda *_: (folder / "parents-handler").touch())

def ended(run, environment={}):
    child = fork("pauta: test", run, environment)
    while child.poll() is None:
        time.sleep(0.01)
    return child.returncode
"""


def parent(body: str, folder: Path) -> subprocess.Popen[str]:
    """A process that forks; it holds a lock in the folder."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-c", PARENT + body, str(folder)], text=True, **pipes)


def said(body: str, folder: Path) -> list[str]:
    """What such a process and its forks write, each line once."""
    process = parent(body, folder)
    written, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    return written.splitlines()


def until(condition: Callable[[], bool]) -> None:
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("waited in vain")


def test_it_ends_as_a_program_would(tmp_path: Path) -> None:
    body = """
def fails():
    raise ValueError("a defect")
def is_killed():
    os.kill(os.getpid(), signal.SIGKILL)
print("said once")
print([ended(one) for one in (lambda: None, lambda: sys.exit(3), lambda: sys.exit(), fails, is_killed)])
"""
    process = parent(body, tmp_path)
    written, errors = process.communicate(timeout=60)
    assert written.splitlines() == ["said once", "[0, 3, 0, 1, -9]"]
    assert "ValueError: a defect" in errors


def test_it_never_finishes_what_its_parent_was_in_the_middle_of(tmp_path: Path) -> None:
    body = """
try:
    ended(lambda: 1 / 0)
    ended(lambda: None)
finally:
    print("finished")
"""
    assert said(body, tmp_path) == ["finished"]


def test_it_holds_nothing_that_its_parent_has_open(tmp_path: Path) -> None:
    body = """
def tell():
    print([one for one in range(20) if Path(f"/proc/self/fd/{one}").exists()])
    print(os.readlink("/proc/self/fd/0"), os.environ["TOLD"])
ended(tell, {"TOLD": "variable"})
print("TOLD" in os.environ)
"""
    assert said(body, tmp_path) == ["[0, 1, 2]", "/dev/null variable", "False"]


def test_a_stop_signal_meets_the_usual_answer_and_not_the_parents(tmp_path: Path) -> None:
    body = """
def waits():
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(60)
print(ended(waits))
"""
    assert said(body, tmp_path) == ["-15"]
    assert not (tmp_path / "parents-handler").exists()


def test_it_dies_with_its_parent_whose_locks_are_free_even_if_it_does_not(tmp_path: Path) -> None:
    body = """
def waits():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.write(1, b"ready\\n")
    time.sleep(60)
fork("pauta: stubborn", waits, {})
child = fork("pauta: waiting", lambda: time.sleep(60), {})
os.write(1, f"{child.pid}\\n".encode())
time.sleep(60)
"""
    with parent(body, tmp_path) as process:
        assert process.stdout is not None
        lines = {process.stdout.readline().strip() for _ in range(2)}
        children = psutil.Process(process.pid).children()
        (waiting,) = [one for one in children if str(one.pid) in lines]
        until(lambda: " ".join(waiting.cmdline()).rstrip() == "pauta: waiting")
        assert os.getsid(waiting.pid) == waiting.pid, "a terminal's Ctrl-C is for the parent alone"
        process.kill()
        until(lambda: not waiting.is_running() or waiting.status() == psutil.STATUS_ZOMBIE)
        (stubborn,) = [one for one in children if one is not waiting]
        assert stubborn.is_running()
        with (tmp_path / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        stubborn.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what is shared")
def test_what_the_parent_has_loaded_is_shared(tmp_path: Path) -> None:
    body = """
give_back_soon()
import pauta.facts.warming
keep_for_forks()
def own():
    import gc
    gc.collect()
    sizes = dict(line.split(":") for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:])
    print(*(int(sizes[name].split()[0]) // 1024 for name in ("Rss", "Private_Dirty")))
ended(own)
"""
    ((resident, own),) = [map(int, line.split()) for line in said(body, tmp_path)]
    assert resident > 50
    assert own < 10


def test_what_was_read_of_libraries_is_unmapped_and_still_runs(tmp_path: Path) -> None:
    body = """
import numpy as np, pauta.facts.warming
def files():
    rows = dict(line.split(":") for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:])
    return int(rows["Pss_File"].split()[0])
before = files()
keep_for_forks()
print(files() < before / 2, np.linalg.inv(np.eye(3)).sum())
"""
    assert said(body, tmp_path) == ["True 3.0"]
