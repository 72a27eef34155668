"""What passes over whole columns, before and after the kernel."""

from __future__ import annotations

from pauta.core.gate.agreeing import TOPIC, is_endless
from pauta.core.gate.compiled import compiled
from pauta.core.gate.facts import Bools, Bytes, Int16, Int32, Int64
from pauta.core.gate.vocabulary import NEVER
from pauta.core.gate.world import NOW


@compiled
def fold_consents(first: Int32, consents: Int64, known: Bools, agreed: Bytes, exact: Bools) -> None:
    """Channels (bits) that the last entry of each contact for all topics grants; whether it has some that are not for
    all topics and all messages, or that end.

    ``consents`` are as in the index; a contact whose consents are not known is taken to agree.
    """
    for contact in range(len(known)):
        granted, own = 0, False
        for row in range(first[contact], first[contact + 1]):
            channel = consents[row] >> 1 & 7
            if consents[row] >> TOPIC == -1 and is_endless(consents[row]):
                granted = granted & ~(1 << channel) | (consents[row] & 1) << channel
            else:
                own = True
        agreed[contact] = granted if known[contact] else 255
        exact[contact] = own and known[contact]


@compiled
def mark_days(day: Int32, contact: Int32, zone: Int16, first: int, used: Bools) -> None:
    """Mark the days of each zone, counted from ``first``, on which something has a place."""
    for row in range(len(day)):
        if day[row] != NEVER:
            used[zone[contact[row]], day[row] - first] = True


@compiled
def instants(
    day: Int32,
    minute: Int16,
    contact: Int32,
    zone: Int16,
    first: int,
    before: Int64,
    after: Int64,
    change: Int16,
    now: int,
    at: Int64,
) -> None:
    """UTC microseconds of each place, none before now; the tables are those of `calendar.offsets`."""
    for row in range(len(day)):
        at[row] = 0
        if day[row] != NEVER:
            at[row] = now
            if minute[row] != NOW:
                where, column = zone[contact[row]], day[row] - first
                offset = before[where, column] if minute[row] < change[where, column] else after[where, column]
                at[row] = max(now, (day[row] * 1440 + minute[row]) * 60_000_000 - offset)
