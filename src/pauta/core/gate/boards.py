"""Boards as numbers."""

from __future__ import annotations

from pauta.core.gate.compiled import part
from pauta.core.gate.world import LAST, World, periods


@part
def between(first: int, last: int) -> int:
    """The days first..last (bits), as far as they are on the board."""
    low = min(max(first, 0), LAST + 1)
    days = max(min(last, LAST) - low + 1, 0)
    return ((1 << days) - 1) << low


@part
def around(day: int, days: int) -> int:
    """The days fewer than `days` away from a day."""
    return between(day - days + 1, day + days - 1)


@part
def period_first(world: World, p: int, day: int) -> int:
    """First day of the week or the month of a policy that the day is in."""
    return int(world.period_origin + periods(world)[p, day - world.period_origin, 0])


@part
def period_last(world: World, p: int, day: int) -> int:
    return int(world.period_origin + periods(world)[p, day - world.period_origin, 1])
