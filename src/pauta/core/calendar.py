"""Local days: zones, wall clock to UTC and back, holidays.

A day is a number, days since 1970-01-01 on somebody's local calendar; an instant is microseconds since 1970 in UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

import holidays
import numpy as np
import numpy.typing as npt

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
DAY: Final = 24 * 60 * MINUTE
MINUTES_OF_DAY: Final = 24 * 60
_EPOCH: Final = date(1970, 1, 1)
_EPOCH_INSTANT: Final = datetime(1970, 1, 1, tzinfo=UTC)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - _EPOCH).days


def date_of(day: int) -> date:
    """The date of a day number."""
    return _EPOCH + timedelta(days=int(day))


def instant_of(moment: datetime) -> int:
    """Microseconds since 1970 of an aware datetime."""
    return (moment - _EPOCH_INSTANT) // timedelta(microseconds=1)


def moment_of(instant: int) -> datetime:
    """The UTC datetime of an instant."""
    return _EPOCH_INSTANT + timedelta(microseconds=int(instant))


@cache
def zone_named(name: str) -> ZoneInfo:
    """An IANA zone, by a name that `is_zone`."""
    return ZoneInfo(name)


def is_zone(name: str) -> bool:
    """Whether there is an IANA zone of this name."""
    return name in _zone_names()


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


def local_day_and_minute(instant: int, zone: str) -> tuple[int, int]:
    """The local day and the minute of that day at an instant, in an IANA zone."""
    local = moment_of(instant).astimezone(zone_named(zone))
    return day_number(local.date()), local.hour * 60 + local.minute


def wall_to_instant(zone: str, day: int, minute: int) -> int:
    """The instant of a local wall time. A time that a gap skips moves forward; of a doubled one the first is taken."""
    midnight = datetime.combine(date_of(day), datetime.min.time(), zone_named(zone))
    return instant_of((midnight + timedelta(minutes=minute)).astimezone(UTC))


def offsets(
    zones: Sequence[str], used: npt.NDArray[np.bool_], first: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int16]]:
    """How far wall times are from UTC, for each zone and day that is used; the first column is the day ``first``.

    Uses that a zone changes its offset at most once in a day: the offset (microseconds) before and after the change,
    and the minute of the day from which the second one holds. The instant of a wall time is its microseconds since
    1970-01-01 as if it were UTC, less the offset.
    """
    before, after = np.zeros(used.shape, np.int64), np.zeros(used.shape, np.int64)
    change = np.full(used.shape, MINUTES_OF_DAY + 1, np.int16)
    for zone, column in np.argwhere(used).tolist():
        place = zone, column
        before[place], after[place], change[place] = _offsets(zones[zone], first + column)
    return before, after, change


@cache
def _offsets(zone: str, day: int) -> tuple[int, int, int]:
    """UTC offsets (microseconds) at the start and the end of a local day, and the first minute of the second one."""
    before, after = _offset(zone, day, 0), _offset(zone, day, MINUTES_OF_DAY)
    low, high = 0, MINUTES_OF_DAY
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if _offset(zone, day, middle) == before else (low, middle)
    return before, after, low if before != after else MINUTES_OF_DAY + 1


def _offset(zone: str, day: int, minute: int) -> int:
    return day * DAY + minute * MINUTE - wall_to_instant(zone, day, minute)


def is_weekday(day: int, weekdays: Sequence[int]) -> bool:
    """Whether a day is one of the ISO weekdays (1 Monday ... 7 Sunday)."""
    return (day + 3) % 7 + 1 in weekdays


def month_bounds(first: int, last: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """First and last day of the calendar month of every day from ``first`` to ``last``."""
    months = np.arange(first, last + 1).astype("datetime64[D]").astype("datetime64[M]")
    starts = months.astype("datetime64[D]").astype(np.int32)
    ends = (months + 1).astype("datetime64[D]").astype(np.int32) - 1
    return starts, ends.astype(np.int32)


def knows_holidays(country: str) -> bool:
    """Whether the holiday calendar has the country (ISO 3166 alpha-2)."""
    return country in _countries()


def holidays_between(country: str, region: str, first: int, last: int) -> frozenset[int]:
    """Public holidays from ``first`` to ``last``, both included.

    A region that the calendar does not know has the holidays of its country, a country that it does not know has none.
    """
    years = range(date_of(first).year, date_of(last).year + 1)
    return frozenset(day for year in years for day in _holidays_of_year(country, region, year) if first <= day <= last)


def named_holidays(country: str, region: str, first: date, last: date, lang: str) -> dict[date, str]:
    """Public holidays from ``first`` to ``last`` with their names in the language that is nearest to ``lang``.

    Portuguese falls back to Spanish, and both to the country's own language, never to English.
    """
    named: dict[date, str] = {}
    for year in range(first.year, last.year + 1):
        named |= _names_of_year(country, region, year, lang)
    return {day: name for day, name in sorted(named.items()) if first <= day <= last}


@cache
def _names_of_year(country: str, region: str, year: int, lang: str) -> dict[date, str]:
    if country not in _countries():
        return {}
    subdivision = region if region in _countries()[country] else None
    named = holidays.country_holidays(country, subdiv=subdivision, years=year, language=_names_in(country, lang))
    return dict(named.items())


def _names_in(country: str, lang: str) -> str | None:
    """The language in which to name a country's holidays; None where they are known in one only."""
    known = holidays.list_localized_countries().get(country, [])
    for wished in (lang, *_FALLBACKS.get(lang, ())):
        exact = wished.replace("-", "_")
        near = [one for one in known if one == exact or one.split("_")[0] == exact.split("_")[0]]
        if near:
            return exact if exact in near else near[0]
    return holidays.country_holidays(country).default_language


_FALLBACKS = {"pt-BR": ("es",)}


@cache
def _countries() -> dict[str, list[str]]:
    return {country: list(regions) for country, regions in holidays.list_supported_countries().items()}


@cache
def _holidays_of_year(country: str, region: str, year: int) -> frozenset[int]:
    if country not in _countries():
        return frozenset()
    subdivision = region if region in _countries()[country] else None
    return frozenset(day_number(day) for day in holidays.country_holidays(country, subdiv=subdivision, years=year))
