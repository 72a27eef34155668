"""The processes of an installation besides its database: forks of their parent, which has loaded what they share."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module

import psutil

from pauta.channels.email.providers import return_domains
from pauta.platform.clock import Clock
from pauta.platform.memory import give_back_soon, keep_for_forks
from pauta.platform.processes import Process, fork
from pauta.platform.settings import Settings
from pauta.platform.supervisor import Child, program

WORK, WEB, CATCHER, DATABASE = range(4)
"""Stages: the order in which things stop."""

TITLE = "pauta: "
"""What the titles of processes begin with, as ``ps`` shows them."""

_SHARED = (
    "pauta.worker",
    "pauta.web.app",
    "uvicorn",
    "pauta.channels.email.catcher",
    "pauta.mailroom",
    "pauta.exchange",
)
_LOADING_SECONDS = 5.0  # of CPU time: a compiled gate is loaded within one


def forked_programs(settings: Settings) -> list[Child]:
    """The processes, after this one has loaded the modules and the compiled gate that they share.

    Where the gate has yet to be compiled, which takes half a minute, only workers wait for it. On systems whose
    libraries do not bear a fork, each process loads everything for itself.
    """
    if sys.platform != "linux":
        return programs(settings, lambda: True)
    give_back_soon()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a process with threads cannot be forked
    for module in _SHARED:
        import_module(module)
    gate = _Gate(settings)
    while not gate.is_there() and not gate.is_being_compiled:
        time.sleep(0.02)
    return programs(settings, gate.is_there)


def programs(settings: Settings, gate_is_there: Callable[[], bool]) -> list[Child]:
    """A child for each process; those that decide start only when the gate is there."""
    where = ["--host", settings.web_host, "--port", str(settings.web_port)]
    web = ["uvicorn", "--factory", "pauta.web.app:create_app", *where, "--log-level", "warning"]
    web += ["--timeout-graceful-shutdown", "5"]
    deciding = [("fast lane", ["pauta.worker", "--lane", "transactional"])]
    deciding += [(f"worker {number}", ["pauta.worker"]) for number in range(1, settings.workers + 1)]
    children = [Child("web", WEB, _start("web", web, settings))]
    children += [
        Child(name, WORK, _start(name, command, settings), may_start=gate_is_there) for name, command in deciding
    ]
    children.append(Child("exchange", WORK, _start("exchange", ["pauta.exchange"], settings)))
    if return_domains(settings):
        children.append(Child("mail room", WORK, _start("mail room", ["pauta.mailroom"], settings)))
    if settings.catcher_enabled:
        children.append(Child("catcher", CATCHER, _start("catcher", ["pauta.channels.email.catcher"], settings)))
    return children


def _start(name: str, command: list[str], settings: Settings) -> Callable[[], Process]:
    """A start of ``python -m command``, by a fork of this process where that is possible."""
    if sys.platform != "linux":
        return program([sys.executable, "-m", *command], settings.environment())
    return partial(fork, TITLE + name, partial(_run, command), settings.environment())


def _run(command: list[str]) -> None:
    sys.argv = command
    import_module(command[0]).main()


class _Gate:
    """The compiled gate, on its way into this process: whatever is forked after that has it."""

    def __init__(self, settings: Settings) -> None:
        warming = import_module("pauta.facts.warming")
        nobody = warming.facts_of_nobody(settings.database_url, Clock(settings.clock_file).now())
        self._load = partial(warming.load_gate, nobody)
        keep_for_forks()
        self._trial: Process | None = fork(f"{TITLE}gate", partial(warming.compile_gate, nobody, settings.data_dir), {})

    @property
    def is_being_compiled(self) -> bool:
        """Whether this takes longer than loading would."""
        if self._trial is None:
            return False
        spent = psutil.Process(self._trial.pid).cpu_times()
        return spent.user + spent.system > _LOADING_SECONDS

    def is_there(self) -> bool:
        """Whether the gate is loaded; not while another process, whose memory goes away with it, compiles it first."""
        if self._trial is None:
            return True
        if self._trial.poll() is None:
            return False
        if self._trial.returncode == 0:
            self._load()
            keep_for_forks()
        self._trial = None
        return True
