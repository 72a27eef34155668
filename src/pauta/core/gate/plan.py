"""The gate's one entry point: facts and policies in, a verdict for every message out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pauta.core.gate.facts import Bits, Facts, Int8, Int16, Int32, Int64
from pauta.core.gate.policies import Policy


@dataclass(frozen=True, slots=True)
class Trace:
    """What every rule closed, for the messages that were asked to be traced."""

    rows: Int32  # (N) rows of the traced messages
    closed: Bits  # (N, rules, channel wish) days that the rule alone closes; bit d is base + d
    winners: tuple[Int64, ...]  # per traced message: codes as in Plan.winner, touches in input order, then placements


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


def plan(facts: Facts, policies: Sequence[Policy], trace: Sequence[int] | None = None) -> Plan:
    """Decide every message of the facts.

    ``trace`` names the rows of messages whose every rule is to be kept for explaining; it never changes a decision.
    """
    raise NotImplementedError
