"""The numbers of a preview: what days bring, counted over everyone or reckoned from a sample of whole accounts."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pauta.campaigns.rivals import Loser, Lost, Winner, losers, winners
from pauta.core.gate.plan import Plan
from pauta.core.gate.reasons import VERDICT_CODE, Verdict
from pauta.facts import KindFacts


@dataclass(frozen=True, slots=True)
class Count:
    """How many contacts get one verdict for one reason; ``rule`` names the policy or built-in rule, "" for none."""

    verdict: str
    reason: str
    rule: str
    contacts: int


@dataclass(frozen=True, slots=True)
class DayForecast:
    """What would become of the contacts if the campaign were for this day; ``error``: standard error of ``send``."""

    day: date
    send: int
    queue: int
    suppress: int
    error: float


@dataclass(frozen=True, slots=True)
class Preview:
    """The impact of a campaign. ``sampled`` is how many contacts the strip was reckoned from (all: it is exact)."""

    campaign: str
    contacts: int
    day: date
    counts: tuple[Count, ...]
    losers: tuple[Loser, ...]
    winners: tuple[Winner, ...]
    strip: tuple[DayForecast, ...]
    best: date
    sampled: int


@dataclass(frozen=True, slots=True)
class DayImpact:
    """A day of the strip in full: its forecast, the verdicts with their reasons, and who gives way to whom.

    All numbers are for everyone: counted, or reckoned from the contacts of the sample.
    """

    day: date
    send: int
    queue: int
    suppress: int
    error: float
    counts: tuple[Count, ...]
    losers: tuple[Loser, ...]
    winners: tuple[Winner, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """The coming days of a campaign, the best one among them, and from how many contacts they were reckoned."""

    campaign: str
    contacts: int
    sampled: int
    today: date
    best: date
    days: tuple[DayImpact, ...]


@dataclass(frozen=True, slots=True)
class Impact:
    """What one day would bring, counted over everyone."""

    campaign: str
    contacts: int
    day: date
    counts: tuple[Count, ...]
    losers: tuple[Loser, ...]
    winners: tuple[Winner, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """What a day brings to everyone: verdicts with reasons, messages that give way, and those that come first."""

    counts: tuple[Count, ...]
    given_way: Lost
    come_first: Counter[KindFacts]


def counted_day(day: date, found: Counted) -> DayImpact:
    """The day in full, as it was counted over everyone."""
    send, queue, suppress = (
        sum(one.contacts for one in found.counts if one.verdict == verdict.value) for verdict in Verdict
    )
    told = losers(found.given_way), winners(found.come_first)
    return DayImpact(day, send, queue, suppress, 0.0, found.counts, *told)


def tally(decided: Plan, rows: NDArray[np.int64]) -> Counter[tuple[int, int, int]]:
    """How many of these messages have each verdict, reason and rule."""
    verdict, reason, rule = (getattr(decided, name)[rows].astype(np.int64) for name in ("verdict", "reason", "rule"))
    found, counts = np.unique(verdict << 32 | reason << 16 | rule + _BELOW, return_counts=True)
    keys = zip(
        (found >> 32).tolist(), (found >> 16 & 0xFFFF).tolist(), ((found & 0xFFFF) - _BELOW).tolist(), strict=True
    )
    return Counter(dict(zip(keys, counts.tolist(), strict=True)))


_BELOW = 1 << 15
"""More than the number of any built-in rule, which is negative."""

_Key = TypeVar("_Key")


def scaled(counts: Counter[_Key], scale: float) -> Counter[_Key]:
    """Counts of a sample for everyone; what rounds to nothing is one all the same, as it was seen."""
    return Counter({key: max(1, round(count * scale)) for key, count in counts.items()})


def day_forecast(day: date, verdicts: NDArray[np.int8], accounts: NDArray[np.int32], everyone: int) -> DayForecast:
    """Numbers for everyone from the verdicts of a sample of accounts."""
    of_sample = [int((verdicts == VERDICT_CODE[verdict]).sum()) for verdict in Verdict]
    scale = everyone / max(1, len(verdicts))
    send, queue, suppress = (round(count * scale) for count in of_sample)
    return DayForecast(day, send, queue, suppress, _error(verdicts == VERDICT_CODE[Verdict.send], accounts, everyone))


def _error(sent: NDArray[np.bool_], accounts: NDArray[np.int32], everyone: int) -> float:
    """Standard error of the number sent among everyone, from a sample of whole accounts; 0 when all are in it."""
    if len(sent) >= everyone:
        return 0.0
    _, cluster, sizes = np.unique(accounts, return_inverse=True, return_counts=True)
    if len(sizes) < 2:
        return float(everyone)
    rest = np.bincount(cluster, weights=sent) - sent.mean() * sizes
    variance = float((rest**2).sum()) / (len(sizes) - 1) * len(sizes) * (1 - len(sent) / everyone)
    return round(everyone / len(sent) * math.sqrt(variance), 1)
