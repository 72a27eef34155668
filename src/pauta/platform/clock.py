"""The only place where the clock is read: real time, or a simulated time that all processes share."""

from __future__ import annotations

import os
import struct
import time
from datetime import UTC, datetime
from pathlib import Path

_SECONDS = struct.Struct("<d")


class Clock:
    """Tells the time in UTC, from the machine or from a file that holds a simulated time.

    The file holds one little-endian double, seconds since 1970. Every process that opens it sees an advance at once.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._descriptor = os.open(file, os.O_RDONLY) if file else None

    @property
    def simulated(self) -> bool:
        """Whether time stands still until somebody advances it."""
        return self._descriptor is not None

    def seconds(self) -> float:
        """Seconds since 1970-01-01 UTC."""
        if self._descriptor is None:
            return time.time()
        (seconds,) = _SECONDS.unpack(os.pread(self._descriptor, _SECONDS.size, 0))
        return float(seconds)

    def now(self) -> datetime:
        """The time as an aware datetime in UTC."""
        return datetime.fromtimestamp(self.seconds(), UTC)


def start_simulation(file: Path, at: datetime) -> None:
    """Make the file that holds a simulated time, beginning at an aware time."""
    file.write_bytes(_SECONDS.pack(at.timestamp()))


def advance(file: Path, to: datetime) -> None:
    """Move a simulated time forward for all processes that share the file; ValueError when it would go back."""
    descriptor = os.open(file, os.O_RDWR)
    try:
        if to.timestamp() < _SECONDS.unpack(os.pread(descriptor, _SECONDS.size, 0))[0]:
            raise ValueError("a simulated clock only moves forward")
        os.pwrite(descriptor, _SECONDS.pack(to.timestamp()), 0)
    finally:
        os.close(descriptor)


def monotonic() -> float:
    """Seconds from an arbitrary start, for measuring how long something took on the machine's own clock."""
    return time.monotonic()
