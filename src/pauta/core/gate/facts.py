"""What the gate needs to know, as columns: filled in bulk from the database, or from a JSON case.

Days are epoch days (days since 1970-01-01) on the contact's own local calendar, minutes are minutes of the local day.
Rows of consents, preferences, enrolments, events, touches and messages may come in any order, except that the consents
of one contact must be in order of time. Contacts must be grouped by account (``contact_account`` ascending).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
Int8 = npt.NDArray[np.int8]
Int16 = npt.NDArray[np.int16]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.uint8]
Bits = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Names:
    """The names behind the codes: the code of a name is its position. Policies are matched by these names.

    ``segments`` and ``conditions`` hold at most 64 names each: only those that a policy asks for are needed
    (``policies.names_asked``). ``zones`` are IANA names; ``calendars`` are (country, region) of the holiday calendar,
    empty strings where unknown.
    """

    topics: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    zones: tuple[str, ...] = ("UTC",)
    calendars: tuple[tuple[str, str], ...] = (("", ""),)


@dataclass(frozen=True, slots=True)
class Kinds:
    """Every combination of type, topic, team, campaign and urgency that occurs, K rows.

    Touches and messages carry the row's number: a filter is then evaluated once per kind and channel.
    """

    type: Int8  # vocabulary.MessageType
    topic: Int32  # position in names.topics
    team: Int32  # position in names.teams
    campaign: Int32  # position in names.campaigns, -1 for none
    urgent: Bools


@dataclass(frozen=True, slots=True)
class Contacts:
    """C rows, grouped by account key: a contact without an account has an account row of its own."""

    account: Int32  # row of the account, 0..A-1, ascending
    person: Int32  # contacts with the same number share touches under contact rules (one address); 0..C-1
    today: Int32  # epoch day of `now` in the contact's zone
    minute: Int16  # minute of day of `now` in the contact's zone, 0..1439
    zone: Int16  # position in names.zones
    calendar: Int16  # position in names.calendars
    stage: Int16  # position in names.stages, -1 for none
    segments: Bits  # bit n: is in names.segments[n]
    conditions: Bits  # bit n: names.conditions[n] stands for the contact itself
    reachable: Bytes  # bit per channel code: there is an address, and it may be written to
    consent_known: Bools  # False: no consent section, consent is assumed (cases only; always True in production)
    paused_until: Int32  # epoch day on which the pause ends (itself open), vocabulary.ALWAYS for none
    best_minute: Int16  # minute of day, -1 for none


@dataclass(frozen=True, slots=True)
class Consents:
    """Consent entries; those of one contact in order of time, oldest first."""

    contact: Int32  # row of the contact
    channel: Int8
    topic: Int32  # position in names.topics, -1 for `*`
    granted: Bools
    marketing: Int32  # the first epoch day on which a grant no longer carries marketing, vocabulary.NEVER for none
    service: Int32  # and the first on which it carries no relationship and operational messages either


@dataclass(frozen=True, slots=True)
class Preferences:
    """What contacts chose: at most ``limit`` messages of the topic in any run of ``days`` days."""

    contact: Int32
    topic: Int32
    limit: Int32
    days: Int32


@dataclass(frozen=True, slots=True)
class Enrolments:
    """Campaigns and journeys that a contact is in, whether or not a message of them is open."""

    contact: Int32
    campaign: Int32


@dataclass(frozen=True, slots=True)
class Events:
    """Events that a hold policy may ask for (``after``); others are not needed."""

    account: Int32  # row of the account, always given
    contact: Int32  # row of the contact, -1 for an event of the account itself
    name: Int16  # position in names.events
    day: Int32  # epoch day


@dataclass(frozen=True, slots=True)
class Touches:
    """T rows: what was sent, called, met, and days that are reserved and fixed. Not the messages being decided."""

    contact: Int32
    day: Int32
    kind: Int32  # row of Kinds
    channel: Int8
    id: Int64


@dataclass(frozen=True, slots=True)
class Messages:
    """M rows: everything open, planned ones included."""

    contact: Int32
    kind: Int32  # row of Kinds
    tier: Int8  # 0..3
    value: Floats  # within tier and account the higher value goes first
    not_before: Int32  # epoch day, vocabulary.ALWAYS for none
    expires: Int32  # epoch day, last allowed, vocabulary.NEVER for none
    minute: Int16  # its own minute of day, -1 for none
    wished: Int32  # the wished day stored with the first plan, vocabulary.ALWAYS when not planned before
    channels: Int8  # shape (M, w), w <= 8: channel codes in order of wish, padded with -1; each channel once
    id: Int64  # on equal values the lower id goes first (the older message)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the gate reads, for a set of accounts, at the instant ``now`` (UTC, microseconds since 1970).

    ``account_conditions`` (A) holds the conditions of the account itself, bits as in ``Contacts.conditions``; its
    length is the number of accounts. ``capacity_used`` gives the places already used per (position of the capacity
    policy, first epoch day of the period); None means: count them from ``touches`` (cases).
    """

    now: int
    names: Names
    kinds: Kinds
    account_conditions: Bits
    contacts: Contacts
    consents: Consents
    preferences: Preferences
    enrolments: Enrolments
    events: Events
    touches: Touches
    messages: Messages
    capacity_used: Mapping[tuple[int, int], int] | None = field(default=None)
