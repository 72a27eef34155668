"""Chance that falls the same way on every machine: only ``random()`` of the Mersenne Twister."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import TypeVar

Item = TypeVar("Item")


class Dice:
    """A sequence of throws that depends on the seed and on what it is thrown for, and on nothing else."""

    def __init__(self, seed: int, purpose: str) -> None:
        self._throw = random.Random(f"{seed} {purpose}").random

    def chance(self, share: float) -> bool:
        """True in this share of throws."""
        return self._throw() < share

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both possible."""
        return low + int(self._throw() * (high - low + 1))

    def pick(self, items: Sequence[Item]) -> Item:
        """One of the items, each as likely as the others."""
        return items[int(self._throw() * len(items))]

    def weighed(self, items: Sequence[Item], weights: Sequence[float]) -> Item:
        """One of the items, as likely as its weight."""
        heights = list(accumulate(weights))
        return items[bisect_right(heights, self._throw() * heights[-1])]

    def some(self, items: Sequence[Item], count: int) -> list[Item]:
        """That many different items (all of them when there are fewer), in the order in which they were drawn."""
        left = list(items)
        return [left.pop(int(self._throw() * len(left))) for _ in range(min(count, len(left)))]
