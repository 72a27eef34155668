"""Moments of journeys."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pauta.core.journey.timing import comes_somewhere


@pytest.mark.parametrize(
    ("clock", "after", "now", "comes"),
    [
        ("09:00", "12:00", "12:14", False),
        ("09:00", "12:00", "12:15", True),
        ("09:00", "11:59", "12:00", True),
        ("09:00", "12:01", "12:02", False),
        ("09:07", "12:01", "12:07", True),
        ("09:07", "12:07", "12:21", False),
        ("09:00", "12:01", "13:01", True),
    ],
)
def test_whether_it_becomes_a_time_somewhere(clock: str, after: str, now: str, comes: bool) -> None:
    first, last = (datetime.fromisoformat(f"2026-11-23T{one}:00").replace(tzinfo=UTC) for one in (after, now))
    assert comes_somewhere(clock, first, last) is comes
