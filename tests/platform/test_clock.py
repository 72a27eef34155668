"""The clock: real, or simulated and shared."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pauta.platform.clock import Clock, advance

PACKAGE = Path(__file__).parents[2] / "src" / "pauta"


def test_real_time_is_utc_and_passes() -> None:
    clock = Clock()
    first = clock.now()
    assert first.tzinfo is UTC
    assert clock.now() >= first
    assert not clock.simulated


def test_simulated_time_stands_still_until_it_is_advanced(clock: Clock, clock_file: Path) -> None:
    before = clock.now()
    assert clock.now() == before
    advance(clock_file, before + timedelta(days=3, microseconds=250_000))
    assert clock.now() - before == timedelta(days=3, microseconds=250_000)
    assert clock.simulated


def test_simulated_time_does_not_go_back(clock: Clock, clock_file: Path) -> None:
    with pytest.raises(ValueError, match="forward"):
        advance(clock_file, clock.now() - timedelta(seconds=1))


def test_another_process_moves_the_clock(clock: Clock, clock_file: Path) -> None:
    program = """
import sys
from datetime import datetime
from pathlib import Path
from pauta.platform.clock import advance
advance(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))
"""
    target = datetime(2027, 1, 1, tzinfo=UTC)
    subprocess.run([sys.executable, "-c", program, str(clock_file), target.isoformat()], check=True)
    assert clock.now() == target


def test_nothing_else_reads_the_clock() -> None:
    forbidden = ("datetime.now(", "time.time(", "date.today(", "utcnow(", "time.monotonic(", "perf_counter(")
    readers = [
        f"{file.relative_to(PACKAGE)}: {call}"
        for file in PACKAGE.rglob("*.py")
        if file != PACKAGE / "platform" / "clock.py"
        for call in forbidden
        if call in file.read_text()
    ]
    assert readers == []
