"""Local days, wall clock and holidays."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime
from itertools import product

import numpy as np
import pytest

from pauta.core import calendar

ZONES = ("America/Sao_Paulo", "America/New_York", "Europe/Lisbon", "Australia/Lord_Howe", "America/Santiago", "UTC")


def utc(zone: str, day: str, minute: int) -> str:
    number = calendar.day_number(date.fromisoformat(day))
    return calendar.moment_of(calendar.wall_to_instant(zone, number, minute)).isoformat()


@pytest.mark.parametrize(
    ("zone", "day", "minute", "expected"),
    [
        ("America/Sao_Paulo", "2026-11-23", 8 * 60, "2026-11-23T11:00:00+00:00"),
        ("America/New_York", "2026-03-08", 2 * 60 + 30, "2026-03-08T07:30:00+00:00"),  # skipped: 03:30 by the new clock
        ("America/New_York", "2026-11-01", 1 * 60 + 30, "2026-11-01T05:30:00+00:00"),  # doubled: the first one
        ("America/Santiago", "2026-09-06", 0, "2026-09-06T04:00:00+00:00"),  # midnight itself is skipped
    ],
)
def test_wall_clock_becomes_an_instant(zone: str, day: str, minute: int, expected: str) -> None:
    assert utc(zone, day, minute) == expected


def test_offsets_of_every_day_of_a_year_lead_to_the_same_instants() -> None:
    first = calendar.day_number(date(2026, 1, 1))
    used = np.ones((len(ZONES), 365), np.bool_)
    before, after, change = calendar.offsets(ZONES, used, first)
    for zone, column, minute in product(range(len(ZONES)), range(365), range(0, 24 * 60, 45)):
        offset = before[zone, column] if minute < change[zone, column] else after[zone, column]
        found = (first + column) * calendar.DAY + minute * calendar.MINUTE - offset
        assert found == calendar.wall_to_instant(ZONES[zone], first + column, minute)


def test_local_day_begins_at_local_midnight() -> None:
    instant = calendar.instant_of(datetime(2026, 11, 24, 2, 59, tzinfo=UTC))
    assert calendar.local_day_and_minute(instant, "America/Sao_Paulo") == (
        calendar.day_number(date(2026, 11, 23)),
        23 * 60 + 59,
    )


def test_zones_are_known_by_name() -> None:
    assert calendar.is_zone("America/Bogota")
    assert not calendar.is_zone("Mars/Olympus")


def test_holidays_of_country_and_region() -> None:
    first, last = (calendar.day_number(date(2026, month, day)) for month, day in ((1, 1), (12, 31)))
    country = calendar.holidays_between("BR", "", first, last)
    assert calendar.day_number(date(2026, 9, 7)) in country
    assert calendar.holidays_between("BR", "SP", first, last) > country
    assert calendar.holidays_between("BR", "nowhere", first, last) == country
    assert calendar.holidays_between("XX", "", first, last) == frozenset()
    assert calendar.knows_holidays("PT")
    assert not calendar.knows_holidays("XX")


@pytest.mark.parametrize(
    ("country", "lang", "expected"),
    [
        ("BR", "pt-BR", "Natal"),
        ("PT", "pt-BR", "Dia de Natal"),
        ("CL", "pt-BR", "Navidad"),
        ("AR", "pt-BR", "Navidad"),
        ("AR", "en", "Christmas Day"),
        ("BR", "es", "Natal"),
        ("DE", "pt-BR", "Erster Weihnachtstag"),
        ("US", "es", "Christmas Day"),
    ],
)
def test_holidays_are_named_in_the_nearest_language(country: str, lang: str, expected: str) -> None:
    day = date(2026, 12, 25)
    assert calendar.named_holidays(country, "", day, day, lang) == {day: expected}


def test_months_and_weekdays_of_every_day_of_a_century() -> None:
    first, last = calendar.day_number(date(1999, 12, 1)), calendar.day_number(date(2100, 3, 31))
    starts, ends = calendar.month_bounds(first, last)
    for row, number in enumerate(range(first, last + 1)):
        day = calendar.date_of(number)
        assert calendar.date_of(int(starts[row])) == day.replace(day=1)
        assert calendar.date_of(int(ends[row])) == day.replace(day=monthrange(day.year, day.month)[1])
        assert calendar.is_weekday(number, (day.isoweekday(),))
