"""One parent that starts Pauta's processes, starts again what dies, and stops everything in order."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

from pauta.core.problems import Problem
from pauta.platform import clock
from pauta.platform.log import logger
from pauta.platform.processes import Process, tied_to_this

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_ROUND_SECONDS = 0.1
_SHORTEST_PAUSE = 0.2
_LONGEST_PAUSE = 5.0
_STEADY_SECONDS = 3.0  # who lived this long has recovered from whatever it died of

_log = logger(__name__)


def _at_once() -> bool:
    return True


@dataclass(frozen=True)
class Child:
    """A process to keep alive. Children of a lower stage are stopped first."""

    name: str
    stage: int
    start: Callable[[], Process]
    stop_signal: signal.Signals = signal.SIGTERM
    running: Process | None = None
    """Its process, when it was started before the supervisor."""
    may_start: Callable[[], bool] = _at_once
    """Whether what it needs is there; asked before each start."""


def program(command: Sequence[str], environment: Mapping[str, str]) -> Callable[[], subprocess.Popen[bytes]]:
    """A start of this command, tied to the parent, with these variables besides the parent's own."""

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **environment},
            start_new_session=True,  # Ctrl-C in a terminal is for the parent, which stops its children in order
            preexec_fn=tied_to_this(signal.SIGTERM),
        )

    return start


@dataclass
class _Watched:
    child: Child
    process: Process | None
    started: float = field(default_factory=clock.monotonic)
    due: float = field(default_factory=clock.monotonic)
    pause: float = 0.0

    def look_after(self) -> None:
        """Start the child when it is due; when it has died, say so and let it be due again after a pause."""
        now = clock.monotonic()
        if self.process is None:
            if now >= self.due and self.child.may_start():
                self._start(now)
        elif self.process.poll() is not None:
            _log.warning("process died", name=self.child.name, pid=self.process.pid, code=self.process.returncode)
            self._rest(now)

    def _start(self, now: float) -> None:
        self.started = now
        try:
            self.process = self.child.start()
        except (Problem, OSError) as problem:  # no memory, or no more processes: perhaps later
            _log.error("process did not start", name=self.child.name, problem=str(problem))
            self._rest(now)
        else:
            _log.info("process started", name=self.child.name, pid=self.process.pid)

    def _rest(self, now: float) -> None:
        steady = self.process is not None and now - self.started > _STEADY_SECONDS
        self.pause = _SHORTEST_PAUSE if steady or not self.pause else min(2 * self.pause, _LONGEST_PAUSE)
        self.due = now + self.pause
        self.process = None


class Supervisor:
    """Keeps children alive until the process is told to stop by Ctrl-C, SIGTERM or SIGHUP."""

    def __init__(self, children: Sequence[Child], stop_seconds: float) -> None:
        self._watched = [_Watched(child, child.running) for child in children]
        self._stop_seconds = stop_seconds
        self._stops_asked = 0

    def run(self, each_round: Callable[[], None], stopping: Callable[[], None]) -> None:
        """Start everything and return when everything has stopped.

        ``each_round`` is called ten times a second, ``stopping`` once before the first child is stopped.
        """
        for number in _STOP_SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN or number is not signal.SIGHUP:  # nohup is respected
                signal.signal(number, self._ask_to_stop)
        while not self._stops_asked:
            for watched in self._watched:
                watched.look_after()
            each_round()
            time.sleep(_ROUND_SECONDS)
        stopping()
        for stage in sorted({watched.child.stage for watched in self._watched}):
            self._stop(stage)

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stops_asked += 1

    def _stop(self, stage: int) -> None:
        """Ask the children of a stage to finish; kill those that take too long, or all when asked a second time."""
        running = [
            (one.child, one.process) for one in self._watched if one.child.stage == stage and one.process is not None
        ]
        for child, process in running:
            process.send_signal(child.stop_signal)
        until = clock.monotonic() + self._stop_seconds
        while any(process.poll() is None for _, process in running):
            if clock.monotonic() > until or self._stops_asked > 1:
                for _, process in running:
                    process.kill()
            time.sleep(_ROUND_SECONDS / 5)
