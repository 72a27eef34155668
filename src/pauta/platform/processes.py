"""Child processes that never outlive the process that started them: programs of their own, and forks of this one."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NoReturn, Protocol

from setproctitle import setproctitle

from pauta.platform.log import logger

_PR_SET_PDEATHSIG = 1
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Process(Protocol):
    """A child, as ``subprocess.Popen`` tells of one."""

    pid: int

    @property
    def returncode(self) -> int | None:
        """Its exit code, negative when a signal ended it; None while it runs or as long as nobody has asked."""

    def poll(self) -> int | None:
        """Ask whether it has ended: its exit code."""

    def send_signal(self, sig: int) -> None:
        """Send it a signal, unless it has ended."""

    def kill(self) -> None:
        """End it at once."""


def tied_to_this(send: signal.Signals) -> Callable[[], None]:
    """What a new child runs first, so that the kernel sends it this signal when its parent dies.

    The parent must start it from its main thread: the kernel watches the thread, not the process. Elsewhere than on
    Linux the child is not tied, and the next start finds and stops what was left over.
    """
    if sys.platform != "linux":
        return lambda: None
    parent = os.getpid()
    library = ctypes.CDLL(None)

    def tie() -> None:
        library.prctl(_PR_SET_PDEATHSIG, int(send), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return tie


class Forked:
    """A child that is a fork of this process."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit code, negative when a signal ended it; None while it runs."""
        if self.returncode is None:
            found, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if found else None
        return self.returncode

    def send_signal(self, sig: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def fork(title: str, run: Callable[[], object], environment: Mapping[str, str]) -> Forked:
    """A child that runs a function, with these variables besides the parent's own, and ends when that returns.

    It shares all memory with this process that neither of them changes: modules, and code that is compiled already. As
    a program would, it begins with nothing open but standard output and error, and with the usual answers to signals.
    This process must have a single thread and no connections. ``title`` is what ``ps`` shows.
    """
    tie = tied_to_this(signal.SIGTERM)
    sys.stdout.flush()
    usual = signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)  # none may meet the parent's handlers in the child
    try:
        pid = os.fork()
    except OSError:
        signal.pthread_sigmask(signal.SIG_SETMASK, usual)
        raise
    if pid == 0:
        try:
            tie()
            _begin_anew(title, environment)
            signal.pthread_sigmask(signal.SIG_SETMASK, usual)
            run()
        finally:
            _end(sys.exc_info()[1])  # never further: what the parent was in the middle of is not the child's to finish
    signal.pthread_sigmask(signal.SIG_SETMASK, usual)
    return Forked(pid)


def _begin_anew(title: str, environment: Mapping[str, str]) -> None:
    """Leave behind what a program would not have inherited either."""
    os.setsid()  # Ctrl-C in a terminal is for the parent, which stops its children in order
    for number in _STOP_SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for inherited in list(Path("/proc/self/fd").iterdir()):
        if int(inherited.name) > 2:
            with suppress(OSError):  # that of the listing
                os.close(int(inherited.name))
    os.environ.update(environment)
    setproctitle(title)


def _end(error: BaseException | None) -> NoReturn:
    """End this process as Python would end a program that comes to its end, or to an error."""
    code = 0
    try:
        if isinstance(error, SystemExit):
            code = error.code if isinstance(error.code, int) else int(error.code is not None)
        elif error is not None:
            code = 1
            logger(__name__).error("process failed", exc_info=error)
        sys.stdout.flush()
    finally:
        os._exit(code)
