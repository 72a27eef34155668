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
        ("column", np.int64),  # in kept; that of the other side of a spacing is the next
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
        ("marketing", np.bool_),
        ("urgent", np.bool_),
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

ANSWER: Final = np.dtype(
    [
        ("winner", np.int64),
        ("day", np.int64),
        ("earliest", np.int64),
        ("minute", np.int64),  # of the local day; NOW: at once
        ("verdict", np.int64),
        ("channel", np.int64),
        ("rank", np.int64),  # of the rule, NOTHING without one
        ("reason", np.int64),  # position in reasons.REASONS; NOTHING: that of the rule
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
UNKNOWN: Final = -2

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
    own_bits: int  # of them, those that close the same days for all messages of a contact that they hold
    own_touch_bits: int  # of them, those that look at touches
    own_cap_bits: int  # caps of them for which one touch alone closes nothing
    apart_bits: int  # those that close the days around each touch
    mix_bits: int
    keeping: int  # policies whose boards may be kept
    kept_count: int  # columns of kept
    account_reach: int  # days before the base that may matter to policies whose scope is the account
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
    contact_spared: int
    contact_uncounted: int
    contact_barred: int
    contact_standing: int
    contact_kept: int
    contact_kept_across: int
    contact_low: int
    contact_touches: int
    contact_person: int
    contact_today: int
    contact_paused_until: int
    contact_consents: int
    contact_preferences: int
    contact_enrolments: int
    contact_events: int
    contact_minute: int
    contact_best_minute: int
    contact_calendar: int
    contact_reachable: int
    contact_agreed: int
    contact_exact: int
    accounts: int
    message_contact: int
    message_kind: int
    message_tier: int
    message_not_before: int
    message_expires: int
    message_wished: int
    message_minute: int
    message_channels: int
    message_id: int
    touch_id: int
    rank_reason: int
    rank_number: int
    given_day: int
    given_earliest: int
    given_minute: int
    given_winner: int
    given_winner_id: int
    given_verdict: int
    given_channel: int
    given_reason: int
    given_rule: int
    answering: int
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
    kept: int
    kept_winner: int
    tally: int
    latest: int
    trace_closed: int
    trace_ranges: int


WORLD: Final = np.dtype([(name, np.int64) for name in World.__annotations__])


policies = view("policies", POLICY)
"""Array of (P) in the order of asking."""
signs = view("signs", SIGN)
"""Array of (K * 8) at kind * 8 + channel."""
# As in facts.Contacts.
contact_person = view("contact_person", np.int32)
contact_today = view("contact_today", np.int32)
contact_paused_until = view("contact_paused_until", np.int32)
contact_minute = view("contact_minute", np.int16)
contact_best_minute = view("contact_best_minute", np.int16)
contact_calendar = view("contact_calendar", np.int16)
contact_reachable = view("contact_reachable", np.uint8)
# First row in the array with this name; the next contact's is the end.
contact_consents = view("contact_consents", np.int32)
contact_preferences = view("contact_preferences", np.int32)
contact_enrolments = view("contact_enrolments", np.int32)
contact_events = view("contact_events", np.int32)
contact_low = view("contact_low", np.int32)
"""First entry of the person with this number."""
contact_touches = view("contact_touches", np.int32)
"""Number of entries of that person."""
contact_agreed = view("contact_agreed", np.uint8)
"""Channels with consent for topics without an entry of their own, one bit each."""
contact_exact = view("contact_exact", np.bool_)
"""Whether some of its consents are for one topic, or carry no marketing."""
# Of each contact, policies, one bit each:
contact_spared = view("contact_spared", np.int64)
"""Those whose `held` leaves it out for its stage or segments."""
contact_uncounted = view("contact_uncounted", np.int64)
"""Those whose `counts` or `from` leaves out its touches."""
contact_barred = view("contact_barred", np.int64)
"""Guards that it fails, channel rules whose `only` does not take it."""
contact_standing = view("contact_standing", np.int64)
"""Holds whose condition stands for it or its account."""
contact_kept = view("contact_kept", np.int64)
"""Those whose board in `kept` is up to date; none at the beginning."""
contact_kept_across = view("contact_kept_across", np.int64)
"""The same for the other side of spacings."""
accounts = view("accounts", ACCOUNT)
"""Array of (A + 1), the last one only ends ranges."""
# Columns of facts.Messages and facts.Touches, as there.
message_contact = view("message_contact", np.int32)
message_kind = view("message_kind", np.int32)
message_tier = view("message_tier", np.int8)
message_not_before = view("message_not_before", np.int32)
message_expires = view("message_expires", np.int32)
message_wished = view("message_wished", np.int32)
message_minute = view("message_minute", np.int16)
message_channels = view("message_channels", np.int8, "wish_count")
message_id = view("message_id", np.int64)
touch_id = view("touch_id", np.int64)
rank_reason = view("rank_reason", np.int8)
"""By rank: position in reasons.REASONS."""
rank_number = view("rank_number", np.int16)
"""By rank: the rule's number for the answer."""
# Columns of the answers, one row per message, as in plan.Plan; the minute is as in ANSWER.
given_day = view("given_day", np.int32)
given_earliest = view("given_earliest", np.int32)
given_minute = view("given_minute", np.int16)
given_winner = view("given_winner", np.int64)
given_winner_id = view("given_winner_id", np.int64)
given_verdict = view("given_verdict", np.int8)
given_channel = view("given_channel", np.int8)
given_reason = view("given_reason", np.int8)
given_rule = view("given_rule", np.int16)
answering = view("answering", ANSWER)
"""Array of (1), the answer to the message that asks, before it is given."""
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
"""Topic * 32 + service * 16 + channel * 2 + granted, in order of time."""
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
periods = view("periods", np.int32, "period_days", 2)
"""First and last day of the period that a day is in; all days are counted from period_origin."""
used = view("used", np.int64, "period_days")
"""Places used per period, at its first day - period_origin."""
kept = view("kept", np.int64, "kept_count")
"""Days that the policy with the column closes for what each contact had, as far as contacts say that it is kept."""
kept_winner = view("kept_winner", np.int32, "kept_count")
"""Code of the last touch for which the contact's today is closed, -1 for none, UNKNOWN before it was looked for."""
latest = view("latest", np.int32, "tally_days")
"""By p, and P + p for the other side of a spacing: 1 + the latest code of those touches per day, as in tally."""
tally = view("tally", np.int32, "tally_days")
"""Touches that account caps count, per day or at the first day of the period."""
trace_closed = view("trace_closed", np.int64, "rank_count", "wish_count")
"""Days that each rule closes."""
trace_ranges = view("trace_ranges", np.int64, 2)
"""First and count in trace_won; the row after the last holds what is taken."""
