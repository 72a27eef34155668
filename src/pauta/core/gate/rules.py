"""Policies turned into arrays: for every kind of message and channel one bit per policy, and a few numbers per policy.

The bit of a policy is its place in the order in which the gate asks: by kind as in the table of rules, and within a
kind in the order given. `Rules.position` leads back to the order given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pauta.core import calendar
from pauta.core.gate.facts import Bools, Facts, Floats, Int8, Int16, Int32, Int64
from pauta.core.gate.policies import (
    EVERYTHING,
    KINDS,
    Cap,
    Capacity,
    ChannelRule,
    Concurrency,
    Filter,
    Guard,
    Hold,
    Mix,
    Policy,
    Spacing,
    Time,
    filters_of,
    kind_of,
)
from pauta.core.gate.reasons import (
    REASON_CODE,
    RULE_ADDRESS,
    RULE_CONSENT,
    RULE_PAUSE,
    RULE_PREFERENCE,
    RULE_WINDOW,
    Reason,
)
from pauta.core.gate.vocabulary import BOARD_DAYS, CHANNELS, MAX_POLICIES, NO_MINUTE, TYPES, Channel, MessageType
from pauta.core.gate.world import MONTH, ROLLING, SINGLE_DAY, WEEK
from pauta.core.problems import Problem

_WINDOWS: Final = {"rolling": ROLLING, "week": WEEK, "month": MONTH, "day": SINGLE_DAY}
_KIND_TYPES: Final = tuple(KINDS.values())
_WIDTH: Final = len(CHANNELS)
_FIRST_RULES: Final = (RULE_WINDOW, RULE_ADDRESS, RULE_CONSENT, RULE_PAUSE)
_MONTH_MARGIN: Final = 40  # days around the boards that belong to the same months


class Rules(NamedTuple):
    """P policies in the order of asking; K kinds; a "sign" is kind * 8 + channel; bit p of a number is policy p."""

    kind: Int8  # (P) position in policies.KINDS
    days: Int32  # (P) of caps, spacings, holds after an event, mixes
    limit: Int64  # (P) of caps, concurrencies, capacities
    window: Int8  # (P) ROLLING, WEEK, MONTH, SINGLE_DAY of caps and capacities
    account: Bools  # (P) scope is the account
    event: Int16  # (P) position in names.events, -1 for none
    percent: Floats  # (P) of mixes
    least: Int64  # (P) touches from which a mix is asked
    opens: Int16  # (P) first allowed minute of a time rule, -1 when it says nothing of hours
    closes: Int16  # (P) minute from which the allowed hours are over
    before_preference: int  # policies whose place is before the preferences
    number: Int16  # (P + 5) by rank: the rule's number for the answer
    reason: Int8  # (P + 5) by rank: position in reasons.REASONS

    held: Int64  # (K*8) policies that hold a message of this sign
    across: Int64  # (K*8) spacings on whose other side a message of this sign is
    always: Int64  # (K*8) channel rules that this sign does not satisfy
    other: Int64  # (K*8) touches: counted by a cap or capacity, other side of a spacing, type of a mix
    near: Int64  # (K*8) touches: on the held side of a spacing

    spared: Int64  # (C) policies whose `held` leaves out this contact for its stage or segments
    uncounted: Int64  # (C) policies whose `counts` or `from` leaves out touches of this contact
    barred: Int64  # (C) guards that this contact fails, channel rules whose `only` does not take it
    standing: Int64  # (C) holds whose condition stands for the contact or its account
    asks_contact: bool  # some filter looks at stages or segments

    dates: Int64  # (P, calendars, shifts) days that a time rule closes; bit d is first_base + shift + d
    full: Int64  # (P, shifts) days whose capacity is used up; changed in place
    used: Int64  # (P, days) places used per period, at its first day - period_origin; changed in place
    first_base: int  # the earliest base of all accounts; an account's shift is its base - first_base
    months: Int32  # (days, 2) first and last day of the month, by day - period_origin
    period_origin: int


def compile_rules(facts: Facts, policies: Sequence[Policy], bases: Int32) -> Rules:
    """The arrays that the kernel asks. ``bases`` are the first days of the boards, one per account."""
    if len(policies) > MAX_POLICIES:
        raise Problem("gate_too_many_policies", "policies", limit=MAX_POLICIES)
    order = sorted(range(len(policies)), key=lambda position: _KIND_TYPES.index(type(policies[position])))
    asked = [policies[position] for position in order]
    first_base = int(bases.min(initial=2**31 - 1)) if len(bases) else 0
    shifts = int(bases.max()) - first_base + 1 if len(bases) else 1
    period_origin = first_base - _MONTH_MARGIN
    months = calendar.month_bounds(period_origin, first_base + shifts + BOARD_DAYS + _MONTH_MARGIN)
    audience = _Audience(facts)
    before = sum(isinstance(policy, (ChannelRule, Guard, Hold, Time)) for policy in asked)
    return Rules(
        kind=np.array([_KIND_TYPES.index(type(policy)) for policy in asked], np.int8),
        days=_numbers(asked, "days", 1, np.int32),
        limit=_numbers(asked, "limit", 0, np.int64),
        window=np.array([_window(policy) for policy in asked], np.int8),
        account=np.array([getattr(policy, "account", False) for policy in asked], np.bool_),
        event=np.array([_event(policy, facts) for policy in asked], np.int16),
        percent=np.array([policy.percent if isinstance(policy, Mix) else 0.0 for policy in asked], np.float64),
        least=_numbers(asked, "min_touches", 0, np.int64),
        opens=np.array([_hours(policy)[0] for policy in asked], np.int16),
        closes=np.array([_hours(policy)[1] for policy in asked], np.int16),
        before_preference=before,
        number=np.array([*_FIRST_RULES, *order[:before], RULE_PREFERENCE, *order[before:]], np.int16),
        reason=np.array([REASON_CODE[reason] for reason in _reasons(asked, before)], np.int8),
        held=_bits_by_sign(facts, asked, _is_held),
        across=_bits_by_sign(facts, asked, _is_across),
        always=_bits_by_sign(facts, asked, _breaks_channel_rule),
        other=_bits_by_sign(facts, asked, _is_other_side),
        near=_bits_by_sign(facts, asked, _is_near_side),
        spared=_bits_by_contact(facts, asked, lambda policy: audience.leaves_out(_held_filter(policy))),
        uncounted=_bits_by_contact(facts, asked, lambda policy: audience.leaves_out(_other_filter(policy))),
        barred=_bits_by_contact(facts, asked, audience.bars),
        standing=_bits_by_contact(facts, asked, lambda policy: _stands(facts, policy)),
        asks_contact=any(_names_audience(part) for policy in asked for part in filters_of(policy)),
        dates=_closed_dates(facts, asked, first_base, shifts),
        full=np.zeros((len(asked), shifts), np.int64),
        used=np.array([_held_back(policy, period_origin, len(months[0])) for policy in asked], np.int64).reshape(
            len(asked), len(months[0])
        ),
        first_base=first_base,
        months=np.column_stack(months),
        period_origin=period_origin,
    )


def _held_back(policy: Policy, origin: int, days: int) -> Int64:
    """Places of each period that a capacity does not have while it warms up; they count as used."""
    if isinstance(policy, Capacity) and policy.warm_up:
        return np.array([policy.limit - policy.limit_from(origin + day) for day in range(days)], np.int64)
    return np.zeros(days, np.int64)


def _reasons(asked: Sequence[Policy], before: int) -> list[Reason]:
    kinds = [Reason(kind_of(policy)) for policy in asked]
    first = [Reason.window, Reason.address, Reason.consent, Reason.consent]
    return [*first, *kinds[:before], Reason.preference, *kinds[before:]]


def _held_filter(policy: Policy) -> Filter:
    return EVERYTHING if isinstance(policy, ChannelRule) else policy.held


def _other_filter(policy: Policy) -> Filter:
    match policy:
        case Cap() | Capacity():
            return policy.counts
        case Spacing():
            return policy.apart_from
        case _:
            return EVERYTHING


def _numbers(asked: Sequence[Policy], name: str, default: int, dtype: type) -> npt.NDArray[Any]:
    given = [getattr(policy, name, None) for policy in asked]
    return np.array([default if value is None else value for value in given], dtype)


def _window(policy: Policy) -> int:
    match policy:
        case Cap():
            return _WINDOWS[policy.window]
        case Capacity():
            return _WINDOWS[policy.per]
        case _:
            return ROLLING


def _event(policy: Policy, facts: Facts) -> int:
    if isinstance(policy, Hold) and policy.event in facts.names.events:
        return facts.names.events.index(policy.event)
    return -1


def _hours(policy: Policy) -> tuple[int, int]:
    hours = policy.hours if isinstance(policy, Time) else None
    return hours or (NO_MINUTE, calendar.MINUTES_OF_DAY)


# What a policy says of a kind on a channel: arrays of shape (K, 8).


def _bits_by_sign(facts: Facts, asked: Sequence[Policy], test: Callable[[Facts, Policy], Bools]) -> Int64:
    bits = np.zeros((len(facts.kinds.type), _WIDTH), np.int64)
    for place, policy in enumerate(asked):
        bits |= test(facts, policy).astype(np.int64) << place
    return bits.ravel()


def _is_held(facts: Facts, policy: Policy) -> Bools:
    if isinstance(policy, ChannelRule):
        return _on_channel(facts, policy.channel)
    held = _takes(facts, policy.held) & ~_of_type(facts, "transactional")
    match policy:
        case Mix():
            held &= _of_type(facts, policy.type)
        case Concurrency():
            held &= (facts.kinds.campaign >= 0)[:, None]
        case Capacity():
            held &= _on_channel(facts, policy.channel)
    return held


def _breaks_channel_rule(facts: Facts, policy: Policy) -> Bools:
    if isinstance(policy, ChannelRule):
        return ~_takes(facts, policy.only)
    return _no_sign(facts)


def _is_other_side(facts: Facts, policy: Policy) -> Bools:
    match policy:
        case Cap():
            return _takes(facts, policy.counts)
        case Capacity():
            return _takes(facts, policy.counts) & _on_channel(facts, policy.channel)
        case Spacing():
            return _takes(facts, policy.apart_from)
        case Mix():
            return _of_type(facts, policy.type) & ~_of_type(facts, "transactional")
        case _:
            return _no_sign(facts)


def _is_across(facts: Facts, policy: Policy) -> Bools:
    if isinstance(policy, Spacing):
        return _takes(facts, policy.apart_from) & ~_of_type(facts, "transactional")
    return _no_sign(facts)


def _is_near_side(facts: Facts, policy: Policy) -> Bools:
    return _takes(facts, policy.held) if isinstance(policy, Spacing) else _no_sign(facts)


def _no_sign(facts: Facts) -> Bools:
    return np.zeros((len(facts.kinds.type), _WIDTH), np.bool_)


def _of_type(facts: Facts, name: str) -> Bools:
    signs = _no_sign(facts)
    signs[facts.kinds.type == MessageType[name]] = True
    return signs


def _on_channel(facts: Facts, channel: str) -> Bools:
    signs = _no_sign(facts)
    signs[:, Channel[channel]] = True
    return signs


def _takes(facts: Facts, part: Filter) -> Bools:
    """Whether a filter takes a kind on a channel, stages and segments left aside."""
    kinds, names = facts.kinds, facts.names
    taken = ~_no_sign(facts)
    for column, known, wanted, unwanted in (
        (kinds.type[:, None], TYPES, part.types, part.except_types),
        (kinds.topic[:, None], names.topics, part.topics, part.except_topics),
        (kinds.team[:, None], names.teams, part.teams, part.except_teams),
        (kinds.campaign[:, None], names.campaigns, part.campaigns, part.except_campaigns),
        (np.arange(_WIDTH)[None, :], CHANNELS, part.channels, part.except_channels),
    ):
        if wanted is not None:
            taken &= np.isin(column, _codes(known, wanted))
        if unwanted is not None:
            taken &= ~np.isin(column, _codes(known, unwanted))
    if part.urgent is not None:
        taken &= (kinds.urgent == part.urgent)[:, None]
    if part.except_urgent is not None:
        taken &= (kinds.urgent != part.except_urgent)[:, None]
    return taken


def _codes(known: Sequence[str], wanted: Sequence[str]) -> list[int]:
    return [code for code, name in enumerate(known) if name in wanted]


# What a policy says of a contact: arrays of shape (C), None where it says nothing.


def _bits_by_contact(facts: Facts, asked: Sequence[Policy], test: Callable[[Policy], Bools | None]) -> Int64:
    bits = np.zeros(len(facts.contacts.account), np.int64)
    for place, policy in enumerate(asked):
        found = test(policy)
        if found is not None:
            bits |= found.astype(np.int64) << place
    return bits


def _names_audience(part: Filter) -> bool:
    named = (part.stages, part.segments, part.except_stages, part.except_segments)
    return any(names is not None for names in named)


class _Audience:
    """Stages and segments of the contacts, asked by name."""

    def __init__(self, facts: Facts) -> None:
        self._contacts = facts.contacts
        self._names = facts.names

    def leaves_out(self, part: Filter) -> Bools | None:
        """Contacts that a filter leaves out."""
        if not _names_audience(part):
            return None
        out = ~self._in(part.stages, part.segments)
        if part.except_stages is not None:
            out |= self._in(part.except_stages, None)
        if part.except_segments is not None:
            out |= self._in(None, part.except_segments)
        return out

    def bars(self, policy: Policy) -> Bools | None:
        """Contacts that a guard or a channel rule shuts out."""
        match policy:
            case Guard():
                return ~self._in(policy.stages, policy.segments)
            case ChannelRule():
                return self.leaves_out(policy.only)
            case _:
                return None

    def _in(self, stages: Sequence[str] | None, segments: Sequence[str] | None) -> Bools:
        inside = np.ones(len(self._contacts.stage), np.bool_)
        if stages is not None:
            named = np.zeros(len(self._names.stages) + 1, np.bool_)  # the last is for contacts without a stage
            named[_codes(self._names.stages, stages)] = True
            inside &= named[self._contacts.stage]
        if segments is not None:
            mask = sum(1 << code for code in _codes(self._names.segments, segments))
            inside &= (self._contacts.segments & np.uint64(mask)) != 0
        return inside


def _stands(facts: Facts, policy: Policy) -> Bools | None:
    if not isinstance(policy, Hold) or policy.condition not in facts.names.conditions:
        return None
    bit = np.uint64(facts.names.conditions.index(policy.condition))
    own: Bools = (facts.contacts.conditions >> bit & np.uint64(1)).astype(np.bool_)
    if not policy.account:
        return own
    accounts: Bools = (facts.account_conditions >> bit & np.uint64(1)).astype(np.bool_)
    accounts[facts.contacts.account[own]] = True
    return accounts[facts.contacts.account]


def _closed_dates(facts: Facts, asked: Sequence[Policy], first_base: int, shifts: int) -> Int64:
    """Weekdays, holidays and blackout dates of the time rules, as boards for each of the possible bases."""
    closed = np.zeros((len(asked), len(facts.names.calendars), shifts), np.int64)
    for place, policy in enumerate(asked):
        if isinstance(policy, Time):
            for code, (country, region) in enumerate(facts.names.calendars):
                days = _days_closed(policy, country, region, first_base, first_base + shifts + BOARD_DAYS)
                for shift in range(shifts):
                    closed[place, code, shift] = sum(
                        1 << day - first_base - shift for day in days if 0 <= day - first_base - shift < BOARD_DAYS
                    )
    return closed


def _days_closed(policy: Time, country: str, region: str, first: int, last: int) -> set[int]:
    days = {calendar.day_number(day) for day in policy.dates}
    if policy.holidays:
        days |= calendar.holidays_between(country, region, first, last)
    if policy.weekdays is not None:
        days |= {day for day in range(first, last + 1) if not calendar.is_weekday(day, policy.weekdays)}
    return days
