"""Makes the kernel's world from facts, rules and indexes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pauta.core.gate.facts import Bools, Facts, Int32
from pauta.core.gate.index import Index
from pauta.core.gate.records import fill_contacts, fill_messages
from pauta.core.gate.rules import Rules
from pauta.core.gate.vocabulary import BOARD_DAYS, CHANNELS, MessageType
from pauta.core.gate.world import (
    ACCOUNT,
    ANSWER,
    ASKING,
    BOARD,
    CAP,
    CAPACITY,
    CONCURRENCY,
    CONTACT,
    HOLD,
    MESSAGE,
    MONTH,
    POLICY,
    ROLLING,
    SIGN,
    SINGLE_DAY,
    SPACING,
    TIME,
    WEEK,
    WORLD,
    Records,
    World,
)

_WIDTH: Final = len(CHANNELS)


@dataclass(frozen=True, slots=True)
class Built:
    """The kernel's record, and the arrays that it points to, by their names in World."""

    world: World
    arrays: dict[str, npt.NDArray[Any]]


def build_world(facts: Facts, rules: Rules, index: Index, base: Int32, trace: Sequence[int]) -> Built:
    """The kernel's world before the first decision. ``trace`` names the rows of messages to be traced."""
    shared = bool((facts.contacts.person != np.arange(len(facts.contacts.person))).any())
    message_count, policy_count = len(facts.messages.id), len(rules.kind)
    nothing = ((rules.kind == CAP) | (rules.kind == CAPACITY)) & (rules.limit == 0)
    most = _most_entries(facts, index)
    tally_days = 2 * int(rules.days.max(initial=1)) + BOARD_DAYS + 2 * 31
    trace_row = np.full(message_count if len(trace) else 0, -1, np.int32)
    trace_row[list(trace)] = np.arange(len(trace), dtype=np.int32)
    arrays = {
        "policies": _policies(rules),
        "signs": _signs(facts, rules),
        "contacts": _contacts(facts, rules, index),
        "accounts": _accounts(base, index),
        "messages": _messages(facts),
        "answers": np.empty(message_count, ANSWER),
        "boards": np.zeros(_WIDTH, BOARD),
        "asks": np.zeros(1, ASKING),
        "queue_first": index.queue_first,
        "queue": index.queue,
        "entries": index.entries,
        "touch_contact": np.ascontiguousarray(facts.touches.contact, np.int32),
        "consents": index.consents,
        "preferences": index.preferences.astype(np.int64),
        "enrolments": np.ascontiguousarray(index.enrolments, np.int32),
        "events": index.events,
        "account_events": index.account_events,
        "dates": rules.dates,
        "full": rules.full,
        "periods": _periods(rules),
        "used": rules.used,
        "placed": np.zeros(message_count, np.int32),
        "tally": np.zeros((policy_count, tally_days), np.int32),
        "latest": np.zeros((2 * policy_count, tally_days), np.int32),
        "counted": np.zeros(most + 1, np.int64),
        "campaigns": np.zeros(most + int(np.diff(index.enrolment_first).max(initial=0)) + 1, np.int32),
        "won": np.zeros(most + 1, np.int64),
        "trace_row": trace_row,
        "trace_closed": np.zeros((len(trace), len(rules.number), facts.messages.channels.shape[1]), np.int64),
        "trace_won": np.zeros(len(trace) * most, np.int64),
        "trace_ranges": np.zeros((len(trace) + 1, 2), np.int64),
    }
    numbers = {
        "policy_count": policy_count,
        "account_count": len(base),
        "touch_count": len(facts.touches.id),
        "calendar_count": rules.dates.shape[1],
        "shift_count": rules.dates.shape[2],
        "period_days": rules.used.shape[1],
        "tally_days": tally_days,
        "rank_count": len(rules.number),
        "wish_count": facts.messages.channels.shape[1],
        "traced_count": len(trace),
        "place_count": 0,
        "before_preference": rules.before_preference,
        "asks_contact": rules.asks_contact,
        "early_bits": _bits(np.arange(policy_count) < rules.before_preference),
        "hours_bits": _bits(rules.opens >= 0),
        "nothing_bits": _bits(nothing),
        "capacity_bits": _bits(rules.kind == CAPACITY),
        "concurrency_bits": _bits(rules.kind == CONCURRENCY),
        "closing_bits": _bits((rules.kind >= TIME) | (rules.kind == HOLD) & (rules.event >= 0)),
        "account_reach": int(np.where(rules.account, np.maximum(rules.days, 31), 0).max(initial=0)),
        "account_bits": _bits(rules.account),
        "account_cap_bits": _bits(rules.account & (rules.kind == CAP) & ~nothing),
        "account_spacing_bits": _bits(rules.account & (rules.kind == SPACING)),
        "shared": shared,
        "by_tier": shared or CAPACITY in rules.kind,
        "first_base": rules.first_base,
        "day_origin": index.day_origin,
        "period_origin": rules.period_origin,
    }
    world = np.zeros(1, WORLD)
    for name, number in (numbers | {name: array.ctypes.data for name, array in arrays.items()}).items():
        world[name] = number
    return Built(world[0], arrays)


def _bits(chosen: Bools) -> int:
    """The bits of the chosen policies, as the kernel's signed number."""
    return int(np.bitwise_or.reduce(np.where(chosen, np.int64(1) << np.arange(len(chosen), dtype=np.int64), 0)))


def _most_entries(facts: Facts, index: Index) -> int:
    """The largest number of touches that one account or one person can have in this plan."""
    if len(index.contact_first) == 1:
        return 0
    by_person = np.diff(index.entry_first)
    by_account = np.add.reduceat(by_person[facts.contacts.person], index.contact_first[:-1])
    return int(max(by_person.max(), by_account.max()))


def _periods(rules: Rules) -> Int32:
    """The column of the first day of the period that each day is in, for each policy."""
    day = np.arange(rules.used.shape[1], dtype=np.int32) + np.int32(rules.period_origin)
    first = {
        SINGLE_DAY: day,
        ROLLING: day,
        WEEK: np.maximum(day - (day + 3) % 7, rules.period_origin),
        MONTH: np.maximum(rules.months[:, 0], rules.period_origin),
    }
    columns = [first[window] - rules.period_origin for window in rules.window.tolist()]
    return np.array(columns, np.int32).reshape(len(columns), len(day))


def _policies(rules: Rules) -> Records:
    policies = np.zeros(len(rules.kind), POLICY)
    for name in ("kind", "account", "window", "event", "opens", "closes", "days", "limit", "least", "percent"):
        policies[name] = getattr(rules, name)
    return policies


def _signs(facts: Facts, rules: Rules) -> Records:
    signs = np.zeros(len(rules.held), SIGN)
    for name in ("held", "across", "always", "other", "near"):
        signs[name] = getattr(rules, name)
    kinds = facts.kinds
    signs["topic"] = np.repeat(kinds.topic, _WIDTH)
    signs["campaign"] = np.repeat(kinds.campaign, _WIDTH)
    signs["bulk"] = np.repeat(kinds.type != MessageType.transactional, _WIDTH)
    signs["urgent"] = np.repeat(kinds.urgent, _WIDTH)
    return signs


def _contacts(facts: Facts, rules: Rules, index: Index) -> Records:
    contacts = facts.contacts
    records = np.empty(len(contacts.account) + 1, CONTACT)
    fill_contacts(
        records,
        contacts.person,
        contacts.today,
        contacts.minute,
        contacts.calendar,
        contacts.reachable,
        contacts.consent_known,
        contacts.paused_until,
        contacts.best_minute,
        (rules.spared, rules.uncounted, rules.barred, rules.standing),
        (index.entry_first, index.entry_count),
        (index.consent_first, index.preference_first, index.enrolment_first, index.event_first),
    )
    return records


def _accounts(base: Int32, index: Index) -> Records:
    records = np.zeros(len(base) + 1, ACCOUNT)
    records["base"][:-1] = base
    records["contacts"] = index.contact_first
    records["events"] = index.account_event_first
    return records


def _messages(facts: Facts) -> Records:
    messages = facts.messages
    records = np.empty(len(messages.id), MESSAGE)
    fill_messages(
        records,
        messages.contact,
        messages.kind,
        messages.not_before,
        messages.expires,
        messages.wished,
        messages.minute,
        messages.tier,
        messages.channels,
    )
    return records
