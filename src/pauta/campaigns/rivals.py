"""Which other messages give way to a campaign, and which ones it gives way to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pauta.core.gate.plan import Plan
from pauta.core.gate.vocabulary import NEVER
from pauta.facts import KindFacts, Loaded


@dataclass(frozen=True, slots=True)
class Loser:
    """Messages of another origin that would go later, or find no day any more, because of the campaign."""

    campaign: str
    topic: str
    team: str
    later: int
    dropped: int


@dataclass(frozen=True, slots=True)
class Winner:
    """Messages and touches of one origin to which messages of the campaign give way."""

    campaign: str
    topic: str
    team: str
    messages: int


Lost = Counter[tuple[KindFacts, bool]]
"""Messages by kind, and whether they find no day any more."""


def lost(loaded: Loaded, without: Plan, decided: Plan, others: NDArray[np.bool_] | None = None) -> Lost:
    """The messages of the ledger that go later, or nowhere, when the proposed ones are decided with them.

    ``others`` names those that are asked about, when not all messages of the ledger are.
    """
    count = len(loaded.messages)
    before, after = without.day[:count], decided.day[:count]
    later = np.flatnonzero((after > before) & (True if others is None else others))
    kinds = loaded.facts.messages.kind[later]
    dropped = after[later] == NEVER
    found: Lost = Counter()
    for gone in (False, True):
        found.update({(kind, gone): n for kind, n in _by_kind(loaded, kinds[dropped == gone]).items()})
    return found


def won(loaded: Loaded, decided: Plan, rows: NDArray[np.int64] | None = None) -> Counter[KindFacts]:
    """The kinds of the messages and touches that came first where a proposed message did not get its wish.

    ``rows`` are the messages that are asked about, when those are not the proposed ones.
    """
    codes = decided.winner[len(loaded.messages) :] if rows is None else decided.winner[rows]
    codes = codes[codes >= 0]
    touches = len(loaded.facts.touches.id)
    by_touch = loaded.facts.touches.kind[codes[codes < touches]]
    by_message = loaded.facts.messages.kind[codes[codes >= touches] - touches]
    return Counter(_by_kind(loaded, np.concatenate([by_touch, by_message])))


def _by_kind(loaded: Loaded, rows: NDArray[np.int32]) -> Mapping[KindFacts, int]:
    counts = np.bincount(rows, minlength=len(loaded.kinds)).tolist()
    return {kind: count for kind, count in zip(loaded.kinds, counts, strict=True) if count}


def losers(found: Lost) -> tuple[Loser, ...]:
    """Who gives way, those with the most messages first."""
    named: Counter[tuple[str, str, str, bool]] = Counter()
    for (kind, gone), count in found.items():
        named[(kind.campaign, kind.topic, kind.team, gone)] += count
    origins = {name[:3] for name in named}
    rows = [Loser(*origin, later=named[(*origin, False)], dropped=named[(*origin, True)]) for origin in origins]
    return tuple(sorted(rows, key=lambda row: (-row.later - row.dropped, row.campaign, row.topic, row.team)))


def winners(found: Counter[KindFacts]) -> tuple[Winner, ...]:
    """Who comes first, those with the most messages first."""
    named: Counter[tuple[str, str, str]] = Counter()
    for kind, count in found.items():
        named[(kind.campaign, kind.topic, kind.team)] += count
    rows = [Winner(*origin, messages=count) for origin, count in named.items()]
    return tuple(sorted(rows, key=lambda row: (-row.messages, row.campaign, row.topic, row.team)))
