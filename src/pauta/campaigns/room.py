"""Places of capacities while a campaign is tried out in pieces, or on a sample, without drawing them for good."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date, timedelta

import numpy as np

from pauta.core.gate.capacities import places
from pauta.core.gate.facts import Facts, Messages
from pauta.core.gate.plan import Plan, plan
from pauta.core.gate.policies import Capacity
from pauta.core.gate.vocabulary import BOARD_DAYS
from pauta.facts import Loaded
from pauta.messages.states import State
from pauta.policies.queries import PolicySet

Places = dict[tuple[int, int], int]
"""Places per (position of the capacity policy, first epoch day of the period)."""

_EPOCH = date(1970, 1, 1)


class Room:
    """Decides piece after piece as a launch does: each finds the places that the pieces before it have left.

    A sample that is a ``share`` of everyone finds that share of the places that are left.
    """

    def __init__(self, policies: PolicySet, share: float = 1.0) -> None:
        self._policies = policies.policies
        self._capacities = {n: one for n, one in enumerate(policies.policies) if isinstance(one, Capacity)}
        self._share = share
        self._drawn: Counter[tuple[int, int]] = Counter()

    def fitted(self, loaded: Loaded) -> Facts:
        """The facts with the places that these messages would find, those that they hold already among them."""
        if not self._capacities:
            return loaded.facts
        used, own = loaded.facts.capacity_used or {}, self._own(loaded)
        fitted: Places = {}
        for key in self._periods(loaded.facts):
            limit = self._capacities[key[0]].limit_from(key[1])
            left = round((limit - used.get(key, 0) - self._drawn[key]) * self._share) + own.get(key, 0)
            fitted[key] = max(0, limit - left)
        return replace(loaded.facts, capacity_used=fitted)

    def draw(self, loaded: Loaded, decided: Plan) -> None:
        """Leave what was decided to the pieces that come after it."""
        if self._capacities:
            self._drawn.update(decided.taken)
            self._drawn.subtract(self._own(loaded))

    def decide(self, facts: Facts) -> Plan:
        """What the gate says of these facts."""
        return plan(facts, self._policies)

    def _own(self, loaded: Loaded) -> Places:
        rows = np.flatnonzero(loaded.messages["state"] == State.PLANNED)
        days, channels = loaded.messages["day"][rows], loaded.messages["channel"][rows].astype(np.int8)
        return places(loaded.facts, self._policies, rows, days, channels)

    def _periods(self, facts: Facts) -> Iterator[tuple[int, int]]:
        """Every period of a capacity that a board of these contacts touches."""
        today = facts.contacts.today
        if len(today):
            for position, policy in self._capacities.items():
                days = range(int(today.min()), int(today.max()) + BOARD_DAYS)
                yield from {(position, _first(policy.per, day)) for day in days}


def _first(per: str, day: int) -> int:
    if per == "week":
        return day - (day + 3) % 7
    if per == "month":
        return ((_EPOCH + timedelta(days=day)).replace(day=1) - _EPOCH).days
    return day


def first_messages(facts: Facts, count: int) -> Facts:
    """The facts with only the first ``count`` messages: those of the ledger, without the proposed ones."""
    kept = {field.name: getattr(facts.messages, field.name)[:count] for field in fields(Messages)}
    return replace(facts, messages=Messages(**kept))


def wished_from(facts: Facts, count: int, day: int) -> Facts:
    """The facts with the messages after the first ``count`` ones not before an epoch day."""
    not_before = facts.messages.not_before.copy()
    not_before[count:] = day
    return replace(facts, messages=replace(facts.messages, not_before=not_before))
