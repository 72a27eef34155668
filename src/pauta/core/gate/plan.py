"""The gate's one entry point: facts and policies in, a verdict for every message out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pauta.core import calendar
from pauta.core.gate.building import Built, build_world
from pauta.core.gate.facts import Facts, Int8, Int16, Int32, Int64
from pauta.core.gate.index import bases, build_index
from pauta.core.gate.kernel import decide_all
from pauta.core.gate.policies import Policy
from pauta.core.gate.records import instants, mark_days
from pauta.core.gate.rules import Rules, compile_rules
from pauta.core.gate.vocabulary import BOARD_DAYS
from pauta.core.gate.world import CAPACITY, LAST, MONTH, POLICIES, WEEK

_ANSWERS: Final = ("day", "earliest", "winner", "winner_id", "verdict", "channel", "reason", "rule")


@dataclass(frozen=True, slots=True)
class Trace:
    """What every rule closed, for the messages that were asked to be traced."""

    rows: Int32  # (N) rows of the traced messages
    base: Int32  # (N) epoch day of bit 0
    closed: Int64  # (N, rules, w) days that the rule alone closes on the channel of that wish; bit d is base + d
    number: Int16  # (rules) number of each rule, as in Plan.rule, in the order of asking
    winners: tuple[Int64, ...]  # (N) codes as in Plan.winner: touches in the order of rows, then messages as placed


@dataclass(frozen=True, slots=True)
class Plan:
    """One row per message of the facts, in their order."""

    verdict: Int8  # position in reasons.VERDICTS
    day: Int32  # epoch day of the place on the contact's calendar, vocabulary.NEVER without one
    at: Int64  # UTC microseconds of the place, 0 without one
    channel: Int8  # channel code of the place, -1 without one
    reason: Int8  # position in reasons.REASONS
    rule: Int16  # position in the policies given, a negative builtin rule, or reasons.NO_RULE
    earliest: Int32  # queue without a day: epoch day to look again; expired: first day too late; else NEVER
    winner: Int64  # the last that won: row of the touch, or T + row of the message; -1 for none
    winner_id: Int64  # id of that touch or message, 0 for none
    taken: dict[tuple[int, int], int]  # new places per (position of the capacity policy, first epoch day of the period)
    trace: Trace | None

    @property
    def traced(self) -> Trace:
        """The trace of a plan that was made with one."""
        if self.trace is None:
            raise ValueError("this plan was made without a trace")
        return self.trace

    def trace_position(self, row: int) -> int:
        """Where a traced message stands in the trace."""
        return int(np.flatnonzero(self.traced.rows == row)[0])

    def winners_of(self, row: int) -> Int64:
        """Codes of all that won over a traced message, as in ``winner``."""
        return self.traced.winners[self.trace_position(row)]


def plan(facts: Facts, policies: Sequence[Policy], trace: Sequence[int] = ()) -> Plan:
    """Decide every message of the facts.

    ``trace`` names the rows of messages whose every rule is to be kept for explaining; it never changes a decision.
    Raises Problem when there are more policies or rows than one plan can hold.
    """
    base = bases(facts)
    rules = compile_rules(facts, policies, base)
    _use_capacities(facts, rules)
    used_before = rules.used.copy()
    built = build_world(facts, rules, build_index(facts, base), base, trace)
    decide_all(built.world)
    return Plan(
        **{name: built.arrays[f"given_{name}"] for name in _ANSWERS},
        at=_instants(facts, rules, built),
        taken=_taken(rules, built.arrays["used"] - used_before),
        trace=_trace(facts, rules, built, trace) if len(trace) else None,
    )


def _use_capacities(facts: Facts, rules: Rules) -> None:
    """Fill in the places that were used before this plan, and the days that they close."""
    for p in np.flatnonzero(rules.kind == CAPACITY).tolist():
        if facts.capacity_used is None:
            _count_used(facts, rules, p)
        else:
            for (position, first), used in facts.capacity_used.items():
                column = first - rules.period_origin
                if position == rules.number[_rank(rules, p)] and 0 <= column < rules.used.shape[1]:
                    rules.used[p, column] += used
        for column in np.flatnonzero(rules.used[p] >= rules.limit[p]).tolist():
            _close_full_period(rules, p, rules.period_origin + column)


def _count_used(facts: Facts, rules: Rules, p: int) -> None:
    touches = facts.touches
    counts = rules.other[touches.kind * 8 + touches.channel] & ~rules.uncounted[touches.contact]
    column = touches.day - rules.period_origin
    counted = (counts >> p & 1 != 0) & (column >= 0) & (column < len(rules.months))
    first = _period(rules, p, touches.day[counted])[0]
    inside = first >= rules.period_origin
    np.add.at(rules.used[p], first[inside] - rules.period_origin, 1)


def _period(rules: Rules, p: int, day: Int32) -> tuple[Int32, Int32]:
    """First and last days of the periods of a capacity that the days are in."""
    if rules.window[p] == WEEK:
        monday = day - (day + 3) % 7
        return monday, monday + np.int32(6)
    if rules.window[p] == MONTH:
        bounds = rules.months[day - rules.period_origin]
        return bounds[:, 0], bounds[:, 1]
    return day, day


def _close_full_period(rules: Rules, p: int, first: int) -> None:
    last = int(_period(rules, p, np.array([first], np.int32))[1][0])
    for shift in range(rules.full.shape[1]):
        days = range(max(first - rules.first_base - shift, 0), min(last - rules.first_base - shift, LAST) + 1)
        rules.full[p, shift] |= sum(1 << day for day in days)


def _rank(rules: Rules, p: int) -> int:
    return p + POLICIES + (p >= rules.before_preference)


def _taken(rules: Rules, more: Int64) -> dict[tuple[int, int], int]:
    return {
        (int(rules.number[_rank(rules, p)]), rules.period_origin + column): int(more[p, column])
        for p, column in np.argwhere(more).tolist()
    }


def _instants(facts: Facts, rules: Rules, built: Built) -> Int64:
    """UTC instants of the places; one of today is never before now."""
    at = np.empty(len(facts.messages.id), np.int64)
    if len(at):
        day, minute, contact = (built.arrays[name] for name in ("given_day", "given_minute", "message_contact"))
        zone, first = facts.contacts.zone, rules.first_base
        used = np.zeros((len(facts.names.zones), rules.full.shape[1] + BOARD_DAYS), np.bool_)
        mark_days(day, contact, zone, first, used)
        offsets = calendar.offsets(facts.names.zones, used, first)
        instants(day, minute, contact, zone, first, *offsets, facts.now, at)
    return at


def _trace(facts: Facts, rules: Rules, built: Built, rows: Sequence[int]) -> Trace:
    touches = len(facts.touches.id)
    contact = facts.messages.contact[list(rows)]
    winners = []
    for first, count in built.arrays["trace_ranges"][:-1].tolist():
        codes = np.sort(built.arrays["trace_won"][first : first + count])
        placed = codes >= touches
        codes[placed] = touches + built.arrays["placed"][codes[placed] - touches]
        winners.append(codes)
    return Trace(
        rows=np.array(rows, np.int32),
        base=built.arrays["accounts"]["base"][facts.contacts.account[contact]],
        closed=built.arrays["trace_closed"],
        number=rules.number,
        winners=tuple(winners),
    )
