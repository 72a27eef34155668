"""Entries: touches, and messages that were given a place, each as one number that sorts by day.

day - day_origin (15 bits), sign (20 bits), code (28 bits): the row of the touch, or the number of touches plus
the order of placement.
"""

from __future__ import annotations

from typing import Final

from pauta.core.gate.compiled import part
from pauta.core.gate.world import (
    World,
    contact_spared,
    contact_uncounted,
    entries,
    message_contact,
    placed,
    signs,
    touch_contact,
)

CODE_BITS: Final = 28
SIGN_BITS: Final = 20
LAST_DAY: Final = (1 << 15) - 1
SIGN_MASK: Final = (1 << SIGN_BITS) - 1
CODE_MASK: Final = (1 << CODE_BITS) - 1


@part
def entry(day: int, sign: int, code: int) -> int:
    """One entry; a day beyond all boards and windows is moved to the edge of what an entry can hold."""
    return min(max(day, 0), LAST_DAY) << CODE_BITS + SIGN_BITS | sign << CODE_BITS | code


@part
def day_of(world: World, position: int) -> int:
    return int((entries(world)[position] >> CODE_BITS + SIGN_BITS) + world.day_origin)


@part
def day_in(world: World, one: int) -> int:
    """The day of an entry."""
    return int((one >> CODE_BITS + SIGN_BITS) + world.day_origin)


@part
def start_of(world: World, day: int) -> int:
    """What is less than each entry of the day, and more than those of all days before."""
    return int((day - world.day_origin) << CODE_BITS + SIGN_BITS)


@part
def sign_of(world: World, position: int) -> int:
    return int(entries(world)[position] >> CODE_BITS & SIGN_MASK)


@part
def code_of(world: World, position: int) -> int:
    """Row of the touch, or touches + order of placement."""
    return int(entries(world)[position] & CODE_MASK)


@part
def contact_of(world: World, position: int) -> int:
    code = code_of(world, position)
    touches = world.touch_count
    if code < touches:
        return int(touch_contact(world)[code])
    return int(message_contact(world)[placed(world)[code - touches]])


@part
def other_bits(world: World, position: int) -> int:
    """Policies that count this touch, that have it on their other side, or whose type it is."""
    bits = signs(world)[sign_of(world, position)].other
    if world.asks_contact:
        bits &= ~contact_uncounted(world)[contact_of(world, position)]
    return int(bits)


@part
def near_bits(world: World, position: int) -> int:
    """Spacings that have this touch on their held side."""
    bits = signs(world)[sign_of(world, position)].near
    if world.asks_contact:
        bits &= ~contact_spared(world)[contact_of(world, position)]
    return int(bits)


@part
def belongs(world: World, position: int, contact: int) -> bool:
    """Whether a touch of the person was the contact's own: contacts of several accounts may be one person."""
    return not world.shared or contact_of(world, position) == contact
