"""Makes the kernel's world from facts, rules and indexes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pauta.core.gate.facts import Bools, Contacts, Facts, Int32, Int64, Messages
from pauta.core.gate.index import Index
from pauta.core.gate.records import fold_consents
from pauta.core.gate.rules import Rules
from pauta.core.gate.vocabulary import BOARD_DAYS, CHANNELS, MARKETING, MessageType
from pauta.core.gate.world import (
    ACCOUNT,
    ANSWER,
    ASKING,
    BOARD,
    CAP,
    CAPACITY,
    CONCURRENCY,
    HOLD,
    MIX,
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

_TAKEN_OF_CONTACTS: Final = {
    "person": np.int32,
    "today": np.int32,
    "paused_until": np.int32,
    "minute": np.int16,
    "best_minute": np.int16,
    "calendar": np.int16,
    "reachable": np.uint8,
}
_TAKEN_OF_MESSAGES: Final = {
    "contact": np.int32,
    "kind": np.int32,
    "tier": np.int8,
    "not_before": np.int32,
    "expires": np.int32,
    "wished": np.int32,
    "minute": np.int16,
    "channels": np.int8,
    "id": np.int64,
}
"""Columns that the kernel reads as they are."""
GIVEN: Final = {
    "day": np.int32,
    "earliest": np.int32,
    "minute": np.int16,
    "winner": np.int64,
    "winner_id": np.int64,
    "verdict": np.int8,
    "channel": np.int8,
    "reason": np.int8,
    "rule": np.int16,
}
"""Columns that the kernel answers in."""


@dataclass(frozen=True, slots=True)
class Built:
    """The kernel's record, and the arrays that it points to, by their names in World."""

    world: World
    arrays: dict[str, npt.NDArray[Any]]


def build_world(facts: Facts, rules: Rules, index: Index, base: Int32, trace: Sequence[int]) -> Built:
    """The kernel's world before the first decision. ``trace`` names the rows of messages to be traced."""
    shared = bool((facts.contacts.person != np.arange(len(facts.contacts.person))).any())
    message_count, policy_count = len(facts.messages.id), len(rules.kind)
    most = _most_entries(facts, index)
    tally_days = 2 * int(rules.days.max(initial=1)) + BOARD_DAYS + 2 * 31
    kept = (len(facts.contacts.account), max(int(_widths(rules).sum()), 1))
    arrays = {
        "policies": _policies(rules),
        "signs": _signs(facts, rules),
        **_contacts(facts, rules, index),
        "accounts": _accounts(base, index),
        **_messages(facts),
        **{f"given_{name}": np.empty(message_count, dtype) for name, dtype in GIVEN.items()},
        "touch_id": np.ascontiguousarray(facts.touches.id, np.int64),
        "rank_reason": rules.reason,
        "rank_number": rules.number,
        "answering": np.zeros(1, ANSWER),
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
        "kept": np.empty(kept, np.int64),
        "kept_winner": np.empty(kept, np.int32),
        "placed": np.empty(message_count, np.int32),
        "tally": np.zeros((policy_count, tally_days), np.int32),
        "latest": np.zeros((2 * policy_count, tally_days), np.int32),
        "counted": np.zeros(most + 1, np.int64),
        "campaigns": np.zeros(most + int(np.diff(index.enrolment_first).max(initial=0)) + 1, np.int32),
        "won": np.zeros(most + 1, np.int64),
        **_traces(facts, rules, trace, most),
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
        "keeping": 0 if shared else -1,
        "kept_count": kept[1],
        "shared": shared,
        "by_tier": shared or CAPACITY in rules.kind,
        "first_base": rules.first_base,
        "day_origin": index.day_origin,
        "period_origin": rules.period_origin,
    }
    numbers |= _sets_of_policies(rules)
    world = np.zeros(1, WORLD)
    for name, number in (numbers | {name: array.ctypes.data for name, array in arrays.items()}).items():
        world[name] = number
    return Built(world[0], arrays)


def _traces(facts: Facts, rules: Rules, trace: Sequence[int], most: int) -> dict[str, npt.NDArray[Any]]:
    """Where the kernel notes what it is to trace. ``most`` touches can win over one message."""
    row = np.full(len(facts.messages.id) if len(trace) else 0, -1, np.int32)
    row[list(trace)] = np.arange(len(trace), dtype=np.int32)
    return {
        "trace_row": row,
        "trace_closed": np.zeros((len(trace), len(rules.number), facts.messages.channels.shape[1]), np.int64),
        "trace_won": np.zeros(len(trace) * most, np.int64),
        "trace_ranges": np.zeros((len(trace) + 1, 2), np.int64),
    }


def _sets_of_policies(rules: Rules) -> dict[str, int]:
    nothing = ((rules.kind == CAP) | (rules.kind == CAPACITY)) & (rules.limit == 0)
    single = (rules.kind == CAP) & (rules.window == ROLLING) & (rules.limit == 1)
    own = _own(rules)
    sets = {
        "early": np.arange(len(rules.kind)) < rules.before_preference,
        "hours": rules.opens >= 0,
        "nothing": nothing,
        "capacity": rules.kind == CAPACITY,
        "concurrency": rules.kind == CONCURRENCY,
        "closing": (rules.kind >= TIME) | (rules.kind == HOLD) & (rules.event >= 0),
        "own": own,
        "own_touch": own & (rules.kind >= CAP),
        "own_cap": own & (rules.kind == CAP) & ~single,
        "apart": own & (single | (rules.kind == SPACING)),
        "mix": rules.kind == MIX,
        "account": rules.account,
        "account_cap": rules.account & (rules.kind == CAP) & ~nothing,
        "account_spacing": rules.account & (rules.kind == SPACING),
    }
    return {f"{name}_bits": _bits(chosen) for name, chosen in sets.items()} | {
        "account_reach": int(np.where(rules.account, _reach(rules), 0).max(initial=0))
    }


def _own(rules: Rules) -> Bools:
    """Policies that close days by where a contact is and what it had, the same for all messages that they hold."""
    caps = (rules.kind == CAP) & (rules.limit > 0)
    after = (rules.kind == HOLD) & (rules.event >= 0)
    own: Bools = ~rules.account & (caps | after | np.isin(rules.kind, (TIME, MIX, SPACING)))
    return own


def _widths(rules: Rules) -> Int64:
    """Boards that are kept for a contact: a spacing has two."""
    return np.where(_own(rules), 1 + (rules.kind == SPACING), 0).astype(np.int64)


def _columns(rules: Rules) -> Int64:
    """Where the boards that are kept for a contact stand."""
    widths = _widths(rules)
    return (np.cumsum(widths) - widths).astype(np.int64)


def _reach(rules: Rules) -> Int32:
    """Days before the base whose touches may matter."""
    return np.where((rules.kind == CAP) & (rules.window != ROLLING), 31, rules.days).astype(np.int32)


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
    """First and last day of the period that each day is in, for each policy; days are counted from the origin."""
    day = np.arange(rules.used.shape[1], dtype=np.int32)
    monday = day - (day + rules.period_origin + 3) % 7
    bounds = {
        SINGLE_DAY: (day, day),
        ROLLING: (day, day),
        WEEK: (monday, monday + 6),
        MONTH: (rules.months[:, 0] - rules.period_origin, rules.months[:, 1] - rules.period_origin),
    }
    of_policy = [np.column_stack(bounds[window]) for window in rules.window.tolist()]
    return np.maximum(np.array(of_policy, np.int32).reshape(len(of_policy), len(day), 2), 0)


def _policies(rules: Rules) -> Records:
    policies = np.zeros(len(rules.kind), POLICY)
    for name in ("kind", "account", "window", "event", "opens", "closes", "days", "limit", "least", "percent"):
        policies[name] = getattr(rules, name)
    policies["column"] = _columns(rules)
    return policies


def _signs(facts: Facts, rules: Rules) -> Records:
    signs = np.zeros(len(rules.held), SIGN)
    for name in ("held", "across", "always", "other", "near"):
        signs[name] = getattr(rules, name)
    kinds = facts.kinds
    signs["topic"] = np.repeat(kinds.topic, _WIDTH)
    signs["campaign"] = np.repeat(kinds.campaign, _WIDTH)
    signs["bulk"] = np.repeat(kinds.type != MessageType.transactional, _WIDTH)
    signs["marketing"] = np.repeat(np.isin(kinds.type, MARKETING), _WIDTH)
    signs["urgent"] = np.repeat(kinds.urgent, _WIDTH)
    return signs


def _contacts(facts: Facts, rules: Rules, index: Index) -> dict[str, npt.NDArray[Any]]:
    contacts, count = facts.contacts, len(facts.contacts.account)
    agreed, exact = np.empty(count, np.uint8), np.empty(count, np.bool_)
    fold_consents(index.consent_first, index.consents, contacts.consent_known, agreed, exact)
    columns = {
        **_taken(contacts, _TAKEN_OF_CONTACTS),
        "spared": rules.spared,
        "uncounted": rules.uncounted,
        "barred": rules.barred,
        "standing": rules.standing,
        "kept": np.zeros(count, np.int64),
        "kept_across": np.zeros(count, np.int64),
        "low": index.entry_first,
        "touches": index.entry_count,
        "consents": index.consent_first,
        "preferences": index.preference_first,
        "enrolments": index.enrolment_first,
        "events": index.event_first,
        "agreed": agreed,
        "exact": exact,
    }
    return {f"contact_{name}": column for name, column in columns.items()}


def _accounts(base: Int32, index: Index) -> Records:
    records = np.zeros(len(base) + 1, ACCOUNT)
    records["base"][:-1] = base
    records["contacts"] = index.contact_first
    records["events"] = index.account_event_first
    return records


def _messages(facts: Facts) -> dict[str, npt.NDArray[Any]]:
    return {f"message_{name}": column for name, column in _taken(facts.messages, _TAKEN_OF_MESSAGES).items()}


def _taken(given: Contacts | Messages, names: Mapping[str, type]) -> dict[str, npt.NDArray[Any]]:
    return {name: np.ascontiguousarray(getattr(given, name), dtype) for name, dtype in names.items()}
