"""What the kernel works on: records of policies, contacts, accounts and messages, made from the facts' columns.

Days without a name of their own are epoch days; a board is a number whose bit d is the day base + d of the account.
"rank" is the place of a rule in the order of asking: window, address, consent, pause, policies up to time, preference,
the other policies. A policy is known by its place in that order, and by the bit with that number.
"""

from __future__ import annotations

from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from pauta.core.gate.views import view

Records = npt.NDArray[Any]
"""A structured array; the comment names its dtype."""

POLICY: Final = np.dtype(
    [
        ("kind", np.int64),  # position in policies.KINDS
        ("account", np.bool_),  # scope is the account
        ("window", np.int64),  # ROLLING, WEEK, MONTH, SINGLE_DAY of caps and capacities
        ("event", np.int64),  # position in names.events, -1 for none
        ("opens", np.int64),  # first allowed minute of a time rule, -1 when it says nothing of hours
        ("closes", np.int64),  # minute from which the allowed hours are over
        ("days", np.int64),  # of caps, spacings, holds after an event, mixes
        ("limit", np.int64),  # of caps, concurrencies, capacities
        ("least", np.int64),  # touches from which a mix is asked
        ("percent", np.float64),  # of mixes
        # What follows belongs to the account that is being decided.
        ("first", np.int64),  # days that are tallied
        ("last", np.int64),
        ("tallied", np.int64),  # touches that the cap counts
        ("closed", np.int64),  # days closed by caps, holds after events, the held side of spacings
        ("across", np.int64),  # days closed for the other side of spacings
    ],
    align=True,
)

SIGN: Final = np.dtype(
    [
        # Policies, one bit each, for one kind on one channel: of a message ...
        ("held", np.int64),  # those that hold it
        ("across", np.int64),  # spacings on whose other side it is
        ("always", np.int64),  # channel rules that it does not satisfy
        # ... and of a touch:
        ("other", np.int64),  # caps and capacities that count it, spacings with it on the other side, mixes of its type
        ("near", np.int64),  # spacings with it on the held side
        ("topic", np.int32),
        ("campaign", np.int32),
        ("bulk", np.bool_),  # not transactional
        ("urgent", np.bool_),
    ],
    align=True,
)

CONTACT: Final = np.dtype(
    [
        # Policies, one bit each:
        ("spared", np.int64),  # whose `held` leaves this contact out for its stage or segments
        ("uncounted", np.int64),  # whose `counts` or `from` leaves out touches of this contact
        ("barred", np.int64),  # guards that it fails, channel rules whose `only` does not take it
        ("standing", np.int64),  # holds whose condition stands for it or its account
        ("low", np.int64),  # first entry of the person with this number
        ("touches", np.int64),  # entries of that person
        ("person", np.int32),
        ("today", np.int32),
        ("paused_until", np.int32),
        ("consents", np.int32),  # first row; the next contact's is the end, here and below
        ("preferences", np.int32),
        ("enrolments", np.int32),
        ("events", np.int32),
        ("minute", np.int16),
        ("best_minute", np.int16),
        ("calendar", np.int16),
        ("reachable", np.uint8),
        ("consent_known", np.bool_),
    ],
    align=True,
)

ACCOUNT: Final = np.dtype(
    [
        ("base", np.int64),  # first day of its boards
        ("contacts", np.int64),  # first row; the next account's is the end, here and below
        ("events", np.int64),
    ],
    align=True,
)

MESSAGE: Final = np.dtype(
    [
        ("contact", np.int32),
        ("kind", np.int32),
        ("not_before", np.int32),
        ("expires", np.int32),
        ("wished", np.int32),
        ("channels", np.int32),  # 4 bits per wish, 15 after the last
        ("minute", np.int16),
        ("tier", np.int8),
    ],
    align=True,
)

ANSWER: Final = np.dtype(
    [
        ("winner", np.int64),
        ("day", np.int32),
        ("earliest", np.int32),
        ("minute", np.int16),  # of the local day; NOW: at once
        ("verdict", np.int8),
        ("channel", np.int8),
        ("rank", np.int8),  # of the rule, NOTHING without one
        ("reason", np.int8),  # position in reasons.REASONS; NOTHING: that of the rule
    ],
    align=True,
)

BOARD: Final = np.dtype(
    [
        ("open", np.int64),  # left open by rules that do not stand; the last allowed day is not yet asked
        ("emptied", np.int16),  # rank after which no day was left
        ("closer", np.int16),  # rank that closed the wished day first, of those that do not stand
        ("standing", np.int16),  # first rank that stands
        ("final", np.bool_),  # closed for good
    ],
    align=True,
)


ALL: Final = (1 << 62) - 1
"""A board with every day."""
LAST: Final = 61
"""Last bit of a board."""
NOTHING: Final = -1
NOW: Final = -1

# Ranks of the rules without a policy; preference is at POLICIES + before_preference.
WINDOW: Final = 0
ADDRESS: Final = 1
CONSENT: Final = 2
PAUSE: Final = 3
POLICIES: Final = 4

# POLICY.kind
CHANNEL_RULE: Final = 0
GUARD: Final = 1
HOLD: Final = 2
TIME: Final = 3
CAP: Final = 4
SPACING: Final = 5
CONCURRENCY: Final = 6
MIX: Final = 7
CAPACITY: Final = 8

# POLICY.window
ROLLING: Final = 0
WEEK: Final = 1
MONTH: Final = 2
SINGLE_DAY: Final = 3


ASKING: Final = np.dtype(
    [
        ("row", np.int64),
        ("contact", np.int64),
        ("account", np.int64),
        ("base", np.int64),
        ("shift", np.int64),  # base - first_base
        ("own", np.int64),  # the contact's own today
        ("start", np.int64),  # first day wished for or allowed
        ("until", np.int64),  # board of the days up to its last
        ("endless", np.int64),  # 1: days beyond the board are allowed
        ("judged", np.int64),  # the wished day
        ("kind", np.int64),
        ("topic", np.int64),
        ("campaign", np.int64),
        ("bulk", np.int64),  # 1: not transactional
        ("low", np.int64),  # entries of the person
        ("high", np.int64),
    ],
    align=True,
)
"""The message that asks, as the rules see it; days are bits of the board."""


class Asking(Protocol):
    """A record of ASKING."""

    row: int
    contact: int
    account: int
    base: int
    shift: int
    own: int
    start: int
    until: int
    endless: int
    judged: int
    kind: int
    topic: int
    campaign: int
    bulk: int
    low: int
    high: int


class World(Protocol):
    """Numbers, and the addresses of arrays, each read through the function with its name.

    P policies, K kinds, C contacts, A accounts, M messages, T touches. One record that is passed by its address costs
    a call nothing; thirty arrays passed by value would cost more than deciding.
    """

    policy_count: int
    account_count: int
    touch_count: int
    calendar_count: int
    shift_count: int  # different bases
    period_days: int  # columns of used
    tally_days: int  # columns of tally
    rank_count: int  # policies and the five rules without a policy
    wish_count: int  # columns of facts.Messages.channels
    traced_count: int  # messages that are traced
    place_count: int  # messages that have a place so far
    before_preference: int  # policies whose place is before the preferences
    asks_contact: int  # 1: some filter looks at stages or segments
    early_bits: int  # policies whose place is before the preferences
    hours_bits: int  # time rules with hours
    nothing_bits: int  # caps and capacities whose limit is zero
    capacity_bits: int
    concurrency_bits: int
    closing_bits: int  # policies that close days by what has happened or will
    account_reach: int  # days before the base that may matter to them
    account_bits: int  # policies whose scope is the account
    account_cap_bits: int  # caps of them that have a limit above zero
    account_spacing_bits: int
    shared: int  # 1: some contacts are one person
    by_tier: int  # 1: accounts share capacities or persons, so tiers go over all of them
    first_base: int  # the earliest base; an account's shift is its base - first_base
    day_origin: int  # what the days of entries count from
    period_origin: int  # the day of the first column of used

    policies: int
    signs: int
    contacts: int
    accounts: int
    messages: int
    answers: int
    boards: int
    asks: int
    queue_first: int
    queue: int
    entries: int
    touch_contact: int
    consents: int
    enrolments: int
    placed: int
    counted: int
    campaigns: int
    won: int
    trace_row: int
    trace_won: int
    preferences: int
    events: int
    account_events: int
    dates: int
    full: int
    periods: int
    used: int
    tally: int
    latest: int
    trace_closed: int
    trace_ranges: int


WORLD: Final = np.dtype([(name, np.int64) for name in World.__annotations__])


policies = view("policies", POLICY)
"""Array of (P) in the order of asking."""
signs = view("signs", SIGN)
"""Array of (K * 8) at kind * 8 + channel."""
contacts = view("contacts", CONTACT)
"""Array of (C + 1), the last one only ends ranges."""
accounts = view("accounts", ACCOUNT)
"""Array of (A + 1), the last one only ends ranges."""
messages = view("messages", MESSAGE)
"""Array of (M)."""
answers = view("answers", ANSWER)
"""Array of (M)."""
boards = view("boards", BOARD)
"""Array of (8) by wish, of the message that asks."""
asks = view("asks", ASKING)
"""Array of (1), the message that asks."""
queue_first = view("queue_first", np.int64)
"""Array of (A * 4 + 1) by account and tier."""
queue = view("queue", np.int32)
"""Array of (M) rows of messages in the order in which they are decided."""
entries = view("entries", np.int64)
"""Array of (T + M) touches and placed messages, see entries.py."""
touch_contact = view("touch_contact", np.int32)
"""Array of (T)."""
consents = view("consents", np.int64)
"""Topic * 16 + channel * 2 + granted, in order of time."""
enrolments = view("enrolments", np.int32)
"""Campaign."""
placed = view("placed", np.int32)
"""Array of (M) rows of messages in order of placement."""
counted = view("counted", np.int64)
"""Scratch: days of counted touches, latest first."""
campaigns = view("campaigns", np.int32)
"""Scratch: distinct campaigns."""
won = view("won", np.int64)
"""Scratch: codes of winners."""
trace_row = view("trace_row", np.int32)
"""Array of (M) row in trace_closed, -1 for messages that are not traced."""
trace_won = view("trace_won", np.int64)
"""Codes of winners, one traced message after the other."""
preferences = view("preferences", np.int64, 3)
"""Topic, limit, days."""
events = view("events", np.int32, 2)
"""Name and day of those of the contact itself."""
account_events = view("account_events", np.int32, 2)
"""Name and day of those of the account and all its contacts."""
dates = view("dates", np.int64, "calendar_count", "shift_count")
"""Days that a time rule closes; bit d is first_base + shift + d."""
full = view("full", np.int64, "shift_count")
"""Days whose capacity is used up."""
periods = view("periods", np.int32, "period_days")
"""The column in used of the period that a day is in, by day - period_origin."""
used = view("used", np.int64, "period_days")
"""Places used per period, at its first day - period_origin."""
latest = view("latest", np.int32, "tally_days")
"""By p, and P + p for the other side of a spacing: 1 + the latest code of those touches per day, as in tally."""
tally = view("tally", np.int32, "tally_days")
"""Touches that account caps count, per day or at the first day of the period."""
trace_closed = view("trace_closed", np.int64, "rank_count", "wish_count")
"""Days that each rule closes."""
trace_ranges = view("trace_ranges", np.int64, 2)
"""First and count in trace_won; the row after the last holds what is taken."""
