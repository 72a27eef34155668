"""Boards as numbers, and the periods of caps and capacities."""

from __future__ import annotations

from pauta.core.gate.compiled import compiled, part
from pauta.core.gate.world import ALL, LAST, MONTH, WEEK


@part
def between(first: int, last: int) -> int:
    """The days first..last (bits), as far as they are on the board."""
    if last < 0 or first > LAST or first > last:
        return 0
    return (ALL >> (LAST - min(last, LAST))) & (ALL << max(first, 0))


@compiled
def period_first(window: int, day: int) -> int:
    """First day of the week, the month, or the day itself."""
    if window == WEEK:
        return day - (day + 3) % 7
    if window == MONTH:
        return day - day_of_month(day) + 1
    return day


@compiled
def period_last(window: int, day: int) -> int:
    if window == WEEK:
        return day - (day + 3) % 7 + 6
    if window == MONTH:
        after = day - day_of_month(day) + 32
        return after - day_of_month(after)
    return day


@compiled
def day_of_month(day: int) -> int:
    """1 to 31. Years begin in March here, so that the leap day is the last (Hinnant, date algorithms)."""
    of_era = (day + 719468) % 146097
    year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    return of_year - (153 * ((5 * of_year + 2) // 153) + 2) // 5 + 1
