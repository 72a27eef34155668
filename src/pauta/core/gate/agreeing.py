"""Consent: each entry of a contact as one number, and the days on which they allow a message.

From its end on a grant counts as if it had not been said: granted (1 bit), channel (3), the end for marketing and that
for everything else (17 bits each, epoch days), topic.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from pauta.core.gate.boards import between
from pauta.core.gate.compiled import part
from pauta.core.gate.facts import Bools, Int8, Int32, Int64
from pauta.core.gate.world import (
    ALL,
    LAST,
    Asking,
    World,
    consents,
    contact_agreed,
    contact_consents,
    contact_exact,
    signs,
)

_DAY_BITS: Final = 17
ENDLESS: Final = (1 << _DAY_BITS) - 1
"""Stands for a day that never comes."""
_MARKETING: Final = 4
_SERVICE: Final = _MARKETING + _DAY_BITS
TOPIC: Final = _SERVICE + _DAY_BITS


def consent_codes(topic: Int32, channel: Int8, granted: Bools, marketing: Int32, service: Int32) -> Int64:
    """Entries as numbers; columns as in the facts."""
    ends = (np.clip(day.astype(np.int64), 0, ENDLESS) for day in (marketing, service))
    codes = topic.astype(np.int64) << TOPIC | channel.astype(np.int64) << 1 | granted
    for day, place in zip(ends, (_MARKETING, _SERVICE), strict=True):
        codes |= day << place
    return codes


@part
def is_endless(consent: int) -> bool:
    """Whether an entry says the same of all messages for ever."""
    return consent >> _MARKETING & ENDLESS == ENDLESS and consent >> _SERVICE & ENDLESS == ENDLESS


@part
def closed_by_consent(world: World, ask: Asking, channel: int) -> int:
    """The days on which nothing allows to write on the channel about the topic, as far as consents are known."""
    if not contact_exact(world)[ask.contact]:
        return 0 if contact_agreed(world)[ask.contact] >> channel & 1 else ALL
    closed, day = 0, ask.base
    while day <= ask.base + LAST:
        change = next_end(world, ask, channel, day)
        if not may_be_written_to(world, ask, channel, day):
            closed |= between(day - ask.base, change - 1 - ask.base)
        day = change
    return closed


@part
def may_be_written_to(world: World, ask: Asking, channel: int, day: int) -> bool:
    """Fold consents as of a day: an exact one stands until the next; a denial of `*` ends it, a grant of `*` fills
    in."""
    exact = -1
    general = 0
    for row in range(contact_consents(world)[ask.contact], contact_consents(world)[ask.contact + 1]):
        consent = consents(world)[row]
        if consent >> 1 & 7 != channel or end_of(world, ask, consent) <= day:
            continue
        granted = consent & 1
        if consent >> TOPIC == ask.topic:
            exact = granted
        elif consent >> TOPIC == -1:
            general = granted
            if not granted and exact == 1:
                exact = 0
    return bool(general == 1 if exact == -1 else exact == 1)


@part
def next_end(world: World, ask: Asking, channel: int, day: int) -> int:
    """The first day after this one on which an entry for the channel ends."""
    first = ENDLESS
    for row in range(contact_consents(world)[ask.contact], contact_consents(world)[ask.contact + 1]):
        consent = consents(world)[row]
        end = end_of(world, ask, consent)
        if consent >> 1 & 7 == channel and end > day:
            first = min(first, end)
    return int(first)


@part
def end_of(world: World, ask: Asking, consent: int) -> int:
    """The first epoch day on which an entry says nothing any more of messages such as this one."""
    place = _MARKETING if signs(world)[ask.kind * 8].marketing else _SERVICE
    return int(consent >> place & ENDLESS)
