"""Boards as numbers, and the periods of caps and capacities."""

from __future__ import annotations

from pauta.core.gate.compiled import compiled
from pauta.core.gate.world import ALL, LAST, MONTH, WEEK, World, months


@compiled
def between(first: int, last: int) -> int:
    """The days first..last (bits), as far as they are on the board."""
    if last < 0 or first > LAST or first > last:
        return 0
    return (ALL >> (LAST - min(last, LAST))) & (ALL << max(first, 0))


@compiled
def period_first(world: World, window: int, day: int) -> int:
    """First day of the week, the month, or the day itself."""
    if window == WEEK:
        return day - (day + 3) % 7
    if window == MONTH:
        return int(months(world)[day - world.month_origin, 0])
    return day


@compiled
def period_last(world: World, window: int, day: int) -> int:
    if window == WEEK:
        return day - (day + 3) % 7 + 6
    if window == MONTH:
        return int(months(world)[day - world.month_origin, 1])
    return day
