"""What each rule closed of a decision that was traced, as values: for answers, strips and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pauta.core.gate.facts import Facts
from pauta.core.gate.plan import Plan
from pauta.core.gate.policies import Policy
from pauta.core.gate.reasons import BUILTIN_RULES, RULE_WINDOW
from pauta.core.gate.world import ALL, LAST


@dataclass(frozen=True, slots=True)
class Closed:
    """Days that one rule closes for a message, asked on its own."""

    rule: int  # as in Plan.rule
    channel: int | None  # None: the same on all channels of the message
    days: tuple[int, ...] | None  # epoch days inside the message's own span; None: the whole board


def rule_name(policies: Sequence[Policy], rule: int) -> str:
    """The name of a rule by its number in a plan."""
    return BUILTIN_RULES[rule] if rule < 0 else policies[rule].name


def span(facts: Facts, plan: Plan, row: int) -> range:
    """The epoch days on which a message may go as far as its own window and the board say."""
    contact = facts.messages.contact[row]
    first = max(int(facts.contacts.today[contact]), int(facts.messages.not_before[row]))
    return range(first, min(int(facts.messages.expires[row]), _base(plan, row) + LAST) + 1)


def channels_of(facts: Facts, row: int) -> list[int]:
    """The channels of a message in order of wish."""
    return [channel for channel in facts.messages.channels[row].tolist() if channel >= 0]


def closed_days(facts: Facts, plan: Plan, row: int) -> list[Closed]:
    """What every rule closed of a traced message's own span, in the order of asking."""
    days = span(facts, plan, row)
    if not days:
        return [Closed(RULE_WINDOW, None, None)]
    trace, base = plan.traced, _base(plan, row)
    channels = channels_of(facts, row)
    told: list[Closed] = []
    for rank, rule in enumerate(trace.number.tolist()):
        boards = trace.closed[plan.trace_position(row), rank, : len(channels)].tolist()
        told += _by_channel(rule, channels, [_days_of(board, base, days) for board in boards])
    return told


def _by_channel(rule: int, channels: list[int], closed: list[tuple[int, ...] | None]) -> list[Closed]:
    if all(days == closed[0] for days in closed):
        return [] if closed[0] == () else [Closed(rule, None, closed[0])]
    return [Closed(rule, channel, days) for channel, days in zip(channels, closed, strict=True) if days != ()]


def _days_of(board: int, base: int, days: range) -> tuple[int, ...] | None:
    return None if board == ALL else tuple(day for day in days if board >> (day - base) & 1)


def _base(plan: Plan, row: int) -> int:
    return int(plan.traced.base[plan.trace_position(row)])
