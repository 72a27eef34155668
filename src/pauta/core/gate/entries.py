"""Entries: touches, and messages that were given a place, each as one number that sorts by day.

day - day_origin (15 bits), sign (20 bits), code (28 bits): the row of the touch, or the number of touches plus
the order of placement.
"""

from __future__ import annotations

from typing import Final

from pauta.core.gate.compiled import part
from pauta.core.gate.world import World, contacts, entries, messages, placed, signs, touch_contact

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
    return int(messages(world)[placed(world)[code - touches]].contact)


@part
def other_bits(world: World, position: int) -> int:
    """Policies that count this touch, that have it on their other side, or whose type it is."""
    bits = signs(world)[sign_of(world, position)].other
    if world.asks_contact:
        bits &= ~contacts(world)[contact_of(world, position)].uncounted
    return int(bits)


@part
def near_bits(world: World, position: int) -> int:
    """Spacings that have this touch on their held side."""
    bits = signs(world)[sign_of(world, position)].near
    if world.asks_contact:
        bits &= ~contacts(world)[contact_of(world, position)].spared
    return int(bits)


@part
def belongs(world: World, position: int, contact: int) -> bool:
    """Whether a touch of the person was the contact's own: contacts of several accounts may be one person."""
    return not world.shared or contact_of(world, position) == contact
