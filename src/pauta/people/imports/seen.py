"""Which external ids a file has had already, in 20 bytes for each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class _Run(NamedTuple):
    """Hashes in two halves, in order, and the numbers of the rows that had them first."""

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    row: NDArray[np.int32]

    def chosen(self, places: NDArray[np.intp] | NDArray[np.bool_]) -> _Run:
        """Some of the entries, or all in another order."""
        return _Run(self.low[places], self.high[places], self.row[places])


class SeenIds:
    """The external ids of the rows so far, as hashes of 128 bits: too many for two ids to meet in one.

    They are kept in sorted runs, each at least twice as long as the next, so that adding stays cheap.
    """

    def __init__(self) -> None:
        self._runs: list[_Run] = []

    def add(self, ids: Sequence[str | None], rows: Sequence[int]) -> dict[int, int]:
        """Remember the ids of these rows, where they have one.

        Returns, by place, the row that had the id first, for the ids that were there before.
        """
        given = [place for place, key in enumerate(ids) if key is not None]
        unsorted = _hashed([key for key in ids if key is not None], [rows[place] for place in given])
        order = np.lexsort((unsorted.high, unsorted.low))
        batch = unsorted.chosen(order)
        first = np.where(_repeats(batch), batch.row[_leaders(batch)], 0)
        for run in self._runs:
            at = np.minimum(np.searchsorted(run.low, batch.low), len(run.low) - 1)
            there = (run.low[at] == batch.low) & (run.high[at] == batch.high)
            first[there] = run.row[at[there]]
        self._keep(batch.chosen(first == 0))
        known = np.flatnonzero(first)
        return {given[place]: row for place, row in zip(order[known].tolist(), first[known].tolist(), strict=True)}

    def _keep(self, run: _Run) -> None:
        if not len(run.low):
            return
        while self._runs and len(self._runs[-1].low) < 2 * len(run.low):
            run = _merged(self._runs.pop(), run)
        self._runs.append(run)


def _merged(one: _Run, two: _Run) -> _Run:
    both = _Run(
        np.concatenate((one.low, two.low)), np.concatenate((one.high, two.high)), np.concatenate((one.row, two.row))
    )
    return both.chosen(np.argsort(both.low, kind="stable"))


def _hashed(keys: list[str], rows: list[int]) -> _Run:
    low = np.fromiter(map(hash, keys), np.int64, len(keys))
    high = np.fromiter(map(hash, map(str.__add__, keys, repeat("\0"))), np.int64, len(keys))
    return _Run(low, high, np.array(rows, np.int32))


def _repeats(batch: _Run) -> NDArray[np.bool_]:
    """Which entries equal the one before them."""
    repeated = np.zeros(len(batch.low), np.bool_)
    repeated[1:] = (batch.low[1:] == batch.low[:-1]) & (batch.high[1:] == batch.high[:-1])
    return repeated


def _leaders(batch: _Run) -> NDArray[np.intp]:
    """For each entry, the place of the first that equals it."""
    return np.maximum.accumulate(np.where(_repeats(batch), 0, np.arange(len(batch.low))))
