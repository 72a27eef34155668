"""Copies columns of the facts into the kernel's records, and the kernel's answers into columns: one pass each."""

from __future__ import annotations

from pauta.core.gate.compiled import compiled
from pauta.core.gate.facts import Bools, Bytes, Int8, Int16, Int32, Int64
from pauta.core.gate.reasons import NO_RULE
from pauta.core.gate.vocabulary import NEVER
from pauta.core.gate.world import NOTHING, NOW, Records


@compiled
def fill_contacts(
    records: Records,
    person: Int32,
    today: Int32,
    minute: Int16,
    calendar: Int16,
    reachable: Bytes,
    consent_known: Bools,
    paused_until: Int32,
    best_minute: Int16,
    bits: tuple[Int64, Int64, Int64, Int64],
    entries: tuple[Int32, Int32],
    firsts: tuple[Int32, Int32, Int32, Int32],
) -> None:
    """One record for each contact, and one more that ends the ranges.

    ``bits`` are spared, uncounted, barred and standing; ``entries`` the first and the number of them; ``firsts`` the
    first rows of consents, preferences, enrolments and events.
    """
    for contact in range(len(person)):
        record = records[contact]
        record.spared, record.uncounted = bits[0][contact], bits[1][contact]
        record.barred, record.standing = bits[2][contact], bits[3][contact]
        record.person, record.today = person[contact], today[contact]
        record.minute, record.best_minute = minute[contact], best_minute[contact]
        record.calendar, record.reachable = calendar[contact], reachable[contact]
        record.consent_known, record.paused_until = consent_known[contact], paused_until[contact]
    for contact in range(len(records)):
        record = records[contact]
        record.low, record.touches = entries[0][contact], entries[1][contact]
        record.consents, record.preferences = firsts[0][contact], firsts[1][contact]
        record.enrolments, record.events = firsts[2][contact], firsts[3][contact]


@compiled
def fill_messages(
    records: Records,
    contact: Int32,
    kind: Int32,
    not_before: Int32,
    expires: Int32,
    wished: Int32,
    minute: Int16,
    tier: Int8,
    channels: Int8,
) -> None:
    """One record for each message; ``channels`` has a row for each and a column for each wish."""
    for row in range(len(contact)):
        record = records[row]
        record.contact, record.kind = contact[row], kind[row]
        record.not_before, record.expires, record.wished = not_before[row], expires[row], wished[row]
        record.minute, record.tier = minute[row], tier[row]
        wishes = -1
        for wish in range(channels.shape[1]):
            wishes ^= (15 ^ (channels[row, wish] & 15)) << 4 * wish
        record.channels = wishes


@compiled
def mark_days(answers: Records, messages: Records, zone: Int16, first: int, used: Bools) -> None:
    """Mark the days of each zone, counted from ``first``, on which something has a place."""
    for row in range(len(answers)):
        if answers[row].day != NEVER:
            used[zone[messages[row].contact], answers[row].day - first] = True


@compiled
def instants(
    answers: Records,
    messages: Records,
    zone: Int16,
    first: int,
    before: Int64,
    after: Int64,
    change: Int16,
    now: int,
    at: Int64,
) -> None:
    """UTC microseconds of each place, none before now; the tables are those of `calendar.offsets`."""
    for row in range(len(answers)):
        day, minute = answers[row].day, answers[row].minute
        if day != NEVER:
            at[row] = now
            if minute != NOW:
                where, column = zone[messages[row].contact], day - first
                offset = before[where, column] if minute < change[where, column] else after[where, column]
                at[row] = max(now, (day * 1440 + minute) * 60_000_000 - offset)


@compiled
def columns(
    answers: Records,
    rules: tuple[Int8, Int16],
    ids: tuple[Int64, Int64],
    day: Int32,
    earliest: Int32,
    winner: Int64,
    winner_id: Int64,
    verdict: Int8,
    channel: Int8,
    reason: Int8,
    rule: Int16,
) -> None:
    """The answers, column by column.

    ``rules`` are the reason and the number of each rank, ``ids`` those of touches and messages.
    """
    touches = len(ids[0])
    for row in range(len(answers)):
        answer = answers[row]
        day[row], earliest[row], verdict[row] = answer.day, answer.earliest, answer.verdict
        channel[row], winner[row] = answer.channel, answer.winner
        reason[row] = answer.reason if answer.reason != NOTHING else rules[0][answer.rank]
        rule[row] = rules[1][answer.rank] if answer.rank != NOTHING else NO_RULE
        code = answer.winner
        winner_id[row] = 0 if code < 0 else ids[0][code] if code < touches else ids[1][code - touches]
