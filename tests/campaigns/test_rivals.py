from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from pauta.campaigns.rivals import Loser, losers, lost
from pauta.core.gate.vocabulary import NEVER
from pauta.facts import KindFacts

TIPS = KindFacts(1, "educational", "tips", "success", "tips", False)
NEWS = KindFacts(2, "promotional", "news", "marketing", "", False)


def test_only_what_goes_later_or_nowhere_has_lost() -> None:
    kinds = np.array([0, 0, 0, 1, 1], dtype=np.int32)
    loaded: Any = SimpleNamespace(
        messages=[None] * 5, kinds=(TIPS, NEWS), facts=SimpleNamespace(messages=SimpleNamespace(kind=kinds))
    )
    without: Any = SimpleNamespace(day=np.array([10, 10, 10, 10, NEVER], dtype=np.int32))
    decided: Any = SimpleNamespace(day=np.array([10, 9, 12, NEVER, NEVER, 10], dtype=np.int32))
    assert losers(lost(loaded, without, decided)) == (
        Loser("", "news", "marketing", later=0, dropped=1),
        Loser("tips", "tips", "success", later=1, dropped=0),
    )
