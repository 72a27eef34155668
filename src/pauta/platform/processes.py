"""Child processes that never outlive the process that started them."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1


def tied_to_this(send: signal.Signals) -> Callable[[], None]:
    """What a new child runs before its program, so that the kernel sends it this signal when its parent dies.

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
