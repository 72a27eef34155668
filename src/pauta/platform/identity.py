"""Names for processes that tell whether the process still lives, when asked on the same machine."""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection
from functools import cache
from hashlib import sha256
from pathlib import Path


@cache
def _machine() -> str:
    """This boot of this machine and set of process numbers; a new name each time where that is unknown."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        numbers = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        return secrets.token_hex(6)
    return sha256(f"{boot} {numbers}".encode()).hexdigest()[:12]


def new_name() -> str:
    """A name that no process had before."""
    return f"{_machine()}-{os.getpid()}-{secrets.token_hex(4)}"


def surely_dead(name: str, *, living: Collection[str]) -> bool:
    """Whether the process of that name is known to have ended: on this machine, and its number is free or is ours.

    ``living`` are the names that this process goes by. A number that somebody else has got since counts as alive: that
    only costs time.
    """
    machine, number, _ = name.split("-")
    if machine != _machine() or name in living:
        return False
    if int(number) == os.getpid():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
