"""The words of the gate that also have a number: arrays and tables hold the number, people read the word.

The order is part of stored data: append, never reorder.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class MessageType(IntEnum):
    """What a message is for; transactional ones are held by window, address and channel rules only."""

    transactional = 0
    educational = 1
    relationship = 2
    promotional = 3
    operational = 4


MARKETING: Final = (MessageType.educational, MessageType.promotional)
"""Types that promote, be it by teaching: not every basis of consent carries them."""


class Channel(IntEnum):
    """A way to reach a contact."""

    email = 0
    sms = 1
    whatsapp = 2
    call = 3
    print = 4
    inapp = 5
    voice = 6
    push = 7


class AddressState(IntEnum):
    """What is known of an address; only an `ok` one may be written to."""

    ok = 0
    invalid = 1
    bounced = 2
    complained = 3
    erased = 4


TYPES: Final = tuple(kind.name for kind in MessageType)
CHANNELS: Final = tuple(channel.name for channel in Channel)
ADDRESS_STATES: Final = tuple(state.name for state in AddressState)

TIERS: Final = 4
"""Tiers run from 0 (critical) to 3 (low)."""

BOARD_DAYS: Final = 62
"""Days of a board: bit d is the date of the account's base plus d."""

MAX_POLICIES: Final = 64
"""Policies that may be active at once: one bit each."""

NEVER: Final = 2**31 - 1
"""The epoch day that stands for "no such day" where a later day is less of a limit (expires)."""

ALWAYS: Final = -(2**31)
"""The epoch day that stands for "no such day" where an earlier day is less of a limit (not before, paused until)."""

NO_MINUTE: Final = -1
"""The minute of day that stands for "no hour of its own"."""
