"""Deadlines planned backwards from the launch, over working days."""

from __future__ import annotations

from datetime import date

import pytest

from pauta.campaigns.requests import plan_back
from pauta.core.calendar import day_number


@pytest.mark.parametrize(
    ("launch", "holidays", "days"),
    [
        ("2026-12-04", [], ["2026-11-25", "2026-11-30", "2026-12-02", "2026-12-04"]),
        ("2026-12-06", [], ["2026-11-26", "2026-12-01", "2026-12-03", "2026-12-06"]),
        ("2026-12-28", ["2026-12-25", "2026-12-24"], ["2026-12-15", "2026-12-18", "2026-12-22", "2026-12-28"]),
    ],
    ids=["within weeks", "a Sunday", "past holidays"],
)
def test_each_step_has_its_working_days_before_the_launch(launch: str, holidays: list[str], days: list[str]) -> None:
    free = {day_number(date.fromisoformat(day)) for day in holidays}
    planned = plan_back(date.fromisoformat(launch), free)
    assert planned == [
        (step, date.fromisoformat(day))
        for step, day in zip(("draft", "submitted", "approved", "launched"), days, strict=True)
    ]
