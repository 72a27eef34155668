"""Indexes over the facts: rows grouped by what they belong to, by counting, never by sorting whole columns."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from pauta.core.gate.agreeing import consent_codes
from pauta.core.gate.compiled import compiled, part
from pauta.core.gate.entries import CODE_BITS, LAST_DAY, SIGN_BITS, entry
from pauta.core.gate.facts import Facts, Floats, Int8, Int16, Int32, Int64
from pauta.core.gate.vocabulary import TIERS
from pauta.core.problems import Problem

_RUN: Final = 12  # a queue up to this long is sorted by insertion
_VALUES: Final = 16  # so many different values of a queue are sorted by counting
_FEW: Final = 20  # so many entries of a person are sorted by comparing each with each


class Index(NamedTuple):
    """Rows grouped by what they belong to: the rows of group g are first[g] to first[g + 1] - 1."""

    contact_first: Int32  # (A + 1)
    queue_first: Int64  # (A * 4 + 1) by account and tier
    queue: Int32  # (M) rows of messages in the order in which they are decided
    entry_first: Int32  # (C + 1) by person; room for the touches and the open messages
    entry_count: Int32  # (C + 1) by person
    entries: Int64  # (T + M) sorted by day within a person, see entries.py
    day_origin: int  # what the days of entries count from
    consent_first: Int32  # (C + 1)
    consents: Int64  # in order of time, each as in ``agreeing.consent_codes``
    preference_first: Int32  # (C + 1)
    preferences: Int32  # (n, 3) topic, limit, days
    enrolment_first: Int32  # (C + 1)
    enrolments: Int32  # campaign
    event_first: Int32  # (C + 1)
    events: Int32  # (n, 2) name and day of those of the contact itself
    account_event_first: Int32  # (A + 1)
    account_events: Int32  # (n, 2) name and day of those of the account and of all its contacts


def bases(facts: Facts) -> Int32:
    """The first day of each account's boards: the earliest local today of its contacts."""
    accounts = len(facts.account_conditions)
    first, _ = _grouped(facts.contacts.account, accounts)
    return np.minimum.reduceat(facts.contacts.today, first[:-1]) if accounts else np.zeros(0, np.int32)


def build_index(facts: Facts, base: Int32) -> Index:
    """Group all rows of the facts. Raises Problem when they are more than one plan can hold."""
    people, accounts = len(facts.contacts.account), len(base)
    rows = len(facts.touches.id) + len(facts.messages.id)
    if rows >= 1 << CODE_BITS or len(facts.kinds.type) >= 1 << SIGN_BITS - 3:
        raise Problem("gate_too_large", "facts")
    day_origin = int(base.min()) - LAST_DAY // 2 if accounts else 0
    entry_first, entry_count, entries = _entries(facts, day_origin)
    queue_first, queue = _queue(facts, accounts)
    contact_first, _ = _grouped(facts.contacts.account, accounts)
    said = facts.consents
    consents = consent_codes(said.topic, said.channel, said.granted, said.marketing, said.service)
    consent_first, consent_order = _grouped(facts.consents.contact, people)
    preferences = _columns(facts.preferences.topic, facts.preferences.limit, facts.preferences.days)
    preference_first, preference_order = _grouped(facts.preferences.contact, people)
    enrolment_first, enrolment_order = _grouped(facts.enrolments.contact, people)
    events = _columns(facts.events.name, facts.events.day)
    own = np.flatnonzero(facts.events.contact >= 0)
    event_first, event_order = _grouped(facts.events.contact[own], people)
    account_event_first, account_event_order = _grouped(facts.events.account, accounts)
    return Index(
        contact_first,
        queue_first,
        queue,
        entry_first,
        entry_count,
        entries,
        day_origin,
        consent_first,
        consents[consent_order],
        preference_first,
        preferences[preference_order],
        enrolment_first,
        facts.enrolments.campaign[enrolment_order],
        event_first,
        events[own][event_order],
        account_event_first,
        account_events=events[account_event_order],
    )


def _columns(*columns: Int16 | Int32) -> Int32:
    return np.column_stack([column.astype(np.int32) for column in columns])


def _grouped(groups: Int32, count: int) -> tuple[Int32, Int64 | slice]:
    """First position of each group, and the order of rows that puts the groups one after the other."""
    first = np.zeros(count + 1, np.int32)
    if _count_into(groups, first):
        return first, slice(None)
    order = np.empty(len(groups), np.int64)
    _order_by_group(groups, first[:-1].copy(), order)
    return first, order


@compiled
def _count_into(groups: Int32, first: Int32) -> bool:
    """Turn zeros into the first position of each group; True when the rows stand grouped already."""
    ascending = True
    before = 0
    for group in groups:
        first[group + 1] += 1
        ascending &= group >= before
        before = group
    for group in range(1, first.shape[0]):
        first[group] += first[group - 1]
    return ascending


@compiled
def _order_by_group(groups: Int32, free: Int32, order: Int64) -> None:
    for row in range(groups.shape[0]):
        group = groups[row]
        order[free[group]] = row
        free[group] += 1


def _queue(facts: Facts, accounts: int) -> tuple[Int64, Int32]:
    messages = facts.messages
    first = np.zeros(accounts * TIERS + 1, np.int64)
    queue = np.empty(len(messages.id), np.int32)
    spare = np.empty(len(messages.id), np.int32)
    _count_queues(messages.contact, messages.tier, facts.contacts.account, first)
    _fill_queues(messages.contact, messages.tier, facts.contacts.account, first[:-1].copy(), queue)
    values, places = np.empty(_VALUES, np.float64), np.empty(_VALUES, np.int64)
    _sort_queues(first, queue, messages.value, messages.id, spare, values, places)
    return first, queue


@compiled
def _count_queues(contact: Int32, tier: Int8, account: Int32, first: Int64) -> None:
    for row in range(contact.shape[0]):
        first[account[contact[row]] * TIERS + tier[row] + 1] += 1
    for group in range(1, first.shape[0]):
        first[group] += first[group - 1]


@compiled
def _fill_queues(contact: Int32, tier: Int8, account: Int32, free: Int64, queue: Int32) -> None:
    for row in range(contact.shape[0]):
        group = account[contact[row]] * TIERS + tier[row]
        queue[free[group]] = row
        free[group] += 1


@part
def _goes_before(one: int, other: int, value: Floats, id_: Int64) -> bool:
    """Higher value first, then the older message."""
    if value[one] != value[other]:
        return bool(value[one] > value[other])
    return bool(id_[one] < id_[other])


@compiled
def _sort_queues(
    first: Int64, queue: Int32, value: Floats, id_: Int64, spare: Int32, values: Floats, places: Int64
) -> None:
    for group in range(first.shape[0] - 1):
        low, high = first[group], first[group + 1]
        if high - low > _RUN and _sort_by_counting(queue, low, high, value, id_, spare, values, places):
            continue
        for start in range(low, high, _RUN):
            _insertion_sort(queue, start, min(start + _RUN, high), value, id_)
        width = _RUN
        while width < high - low:
            for start in range(low, high, 2 * width):
                _merge(queue, start, min(start + width, high), min(start + 2 * width, high), value, id_, spare)
            width *= 2


@part
def _sort_by_counting(
    queue: Int32, low: int, high: int, value: Floats, id_: Int64, spare: Int32, values: Floats, places: Int64
) -> bool:
    """Sort rows of few different values that stand in the order of ids; False for others, left as they were.

    ``values`` and ``places`` are scratch: the different values, highest first, and where the next row of each goes.
    """
    known = 0
    for position in range(low, high):
        row = queue[position]
        if value[row] != value[row] or (position > low and id_[row] < id_[queue[position - 1]]):
            return False
        spare[position] = row
        place = 0
        while place < known and values[place] > value[row]:
            place += 1
        if place == known or values[place] != value[row]:
            if known == values.shape[0]:
                return False
            for later in range(known, place, -1):
                values[later], places[later] = values[later - 1], places[later - 1]
            values[place], places[place] = value[row], 0
            known += 1
        places[place] += 1
    free = low
    for place in range(known):
        free, places[place] = free + places[place], free
    for position in range(low, high):
        row = spare[position]
        place = 0
        while values[place] != value[row]:
            place += 1
        queue[places[place]] = row
        places[place] += 1
    return True


@part
def _insertion_sort(queue: Int32, low: int, high: int, value: Floats, id_: Int64) -> None:
    for position in range(low + 1, high):
        row = queue[position]
        hole = position
        while hole > low and _goes_before(row, queue[hole - 1], value, id_):
            queue[hole] = queue[hole - 1]
            hole -= 1
        queue[hole] = row


@part
def _merge(queue: Int32, low: int, middle: int, high: int, value: Floats, id_: Int64, spare: Int32) -> None:
    if middle >= high or not _goes_before(queue[middle], queue[middle - 1], value, id_):
        return
    for position in range(low, middle):
        spare[position] = queue[position]
    left, right, free = low, middle, low
    while left < middle:
        if right < high and _goes_before(queue[right], spare[left], value, id_):
            queue[free] = queue[right]
            right += 1
        else:
            queue[free] = spare[left]
            left += 1
        free += 1


def _entries(facts: Facts, day_origin: int) -> tuple[Int32, Int32, Int64]:
    touches = facts.touches
    people = len(facts.contacts.account)
    first = np.zeros(people + 1, np.int32)
    count = np.zeros(people + 1, np.int32)
    entries = np.empty(len(touches.id) + len(facts.messages.id), np.int64)
    _make_room(touches.contact, facts.messages.contact, facts.contacts.person, first)
    _enter_touches(
        touches.contact,
        touches.day,
        touches.kind,
        touches.channel,
        facts.contacts.person,
        first,
        count,
        entries,
        day_origin,
    )
    _sort_entries(first, count, entries, np.empty(_FEW, np.int64))
    return first, count, entries


@compiled
def _make_room(touched: Int32, open_: Int32, person: Int32, first: Int32) -> None:
    for contact in touched:
        first[person[contact] + 1] += 1
    for contact in open_:
        first[person[contact] + 1] += 1
    for group in range(1, first.shape[0]):
        first[group] += first[group - 1]


@compiled
def _enter_touches(
    contact: Int32,
    day: Int32,
    kind: Int32,
    channel: Int8,
    person: Int32,
    first: Int32,
    count: Int32,
    entries: Int64,
    day_origin: int,
) -> None:
    for row in range(contact.shape[0]):
        group = person[contact[row]]
        entries[first[group] + count[group]] = entry(day[row] - day_origin, kind[row] * 8 + channel[row], row)
        count[group] += 1


@compiled
def _sort_entries(first: Int32, count: Int32, entries: Int64, spare: Int64) -> None:
    for person in range(count.shape[0] - 1):
        low = first[person]
        if count[person] > spare.shape[0]:
            _heap_sort(entries, low, low + count[person])
        else:
            _sort_few(entries, low, count[person], spare)


@part
def _sort_few(entries: Int64, low: int, count: int, spare: Int64) -> None:
    """Each goes to the place that the number of smaller ones tells: no branch whose way could not be foreseen."""
    for position in range(count):
        spare[position] = entries[low + position]
    for position in range(count):
        smaller = 0
        for other in range(count):
            smaller += spare[other] < spare[position]
        entries[low + smaller] = spare[position]


@part
def _heap_sort(entries: Int64, low: int, high: int) -> None:
    count = high - low
    for root in range(count // 2 - 1, -1, -1):
        _sift_down(entries, low, root, count)
    for last in range(count - 1, 0, -1):
        entries[low], entries[low + last] = entries[low + last], entries[low]
        _sift_down(entries, low, 0, last)


@part
def _sift_down(entries: Int64, low: int, root: int, count: int) -> None:
    while 2 * root + 1 < count:
        child = 2 * root + 1
        if child + 1 < count and entries[low + child] < entries[low + child + 1]:
            child += 1
        if entries[low + root] >= entries[low + child]:
            return
        entries[low + root], entries[low + child] = entries[low + child], entries[low + root]
        root = child
