"""Places of capacities that messages hold already, so that a new plan can draw them anew."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pauta.core import calendar
from pauta.core.gate.facts import Facts, Int8, Int32, Int64
from pauta.core.gate.index import bases
from pauta.core.gate.policies import Capacity, Policy
from pauta.core.gate.rules import compile_rules


def places(
    facts: Facts, policies: Sequence[Policy], rows: Int64, days: Int32, channels: Int8
) -> dict[tuple[int, int], int]:
    """Places per (position of the capacity policy, first epoch day of the period), as in ``Plan.taken``.

    ``rows`` are messages of the facts, which have places on these epoch days and channels.
    """
    positions = [position for position, policy in enumerate(policies) if isinstance(policy, Capacity)]
    capacities = [policy for policy in policies if isinstance(policy, Capacity)]
    rules = compile_rules(facts, capacities, bases(facts))
    signs = facts.messages.kind[rows] * 8 + channels
    counted = rules.other[signs] & ~rules.uncounted[facts.messages.contact[rows]]
    taken: dict[tuple[int, int], int] = {}
    for p, (position, policy) in enumerate(zip(positions, capacities, strict=True)):
        firsts, counts = np.unique(_firsts(policy.per, days[counted >> p & 1 != 0]), return_counts=True)
        taken |= {(position, first): count for first, count in zip(firsts.tolist(), counts.tolist(), strict=True)}
    return taken


def _firsts(per: str, days: Int32) -> Int32:
    """First day of the period that each day is in."""
    if per == "week":
        return (days - (days + 3) % 7).astype(np.int32)
    if per == "month" and len(days):
        origin = int(days.min())
        return calendar.month_bounds(origin, int(days.max()) + 1)[0][days - origin]
    return days
