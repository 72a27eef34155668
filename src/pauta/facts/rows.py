"""What the gate needs of the database, read as numbers: one statement per sort of row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from pauta.channels import base
from pauta.core.gate.policies import Asked
from pauta.core.gate.vocabulary import ALWAYS, NEVER, Channel
from pauta.messages.states import Lane, State
from pauta.people.lawful import ENTRY, ENTRY_COLUMNS
from pauta.platform.copy import fetch_array
from pauta.platform.partitions import partition_of
from pauta.segments.source import IN_SEGMENTS

Database = Connection[Any]
Rows = NDArray[Any]

_CONTACT = np.dtype(
    [
        ("id", "i8"),
        ("account_key", "i8"),
        ("part", "i2"),
        ("person_id", "i8"),
        ("place", "i4"),
        ("account_place", "i4"),
        ("reachable", "i2"),
        ("paused_until", "i4"),
        ("best_minute", "i2"),
        ("stage", "i2"),
        ("segments", "i8"),
    ]
)
_MESSAGE = np.dtype(
    [
        ("part", "i2"),
        ("id", "i8"),
        ("account_key", "i8"),
        ("contact_id", "i8"),
        ("proposal_id", "i8"),
        ("state", "i2"),
        ("verdict", "i2"),
        ("reason", "i2"),
        ("rule", "i4"),
        ("winner", "i8"),
        ("channel", "i2"),
        ("wish_from", "i2"),
        ("wished", "i4"),
        ("day", "i4"),
        ("due", "M8[us]"),
    ]
)
_TOUCH = np.dtype(
    [("contact_id", "i8"), ("day", "i4"), ("kind_id", "i4"), ("channel", "i2"), ("id", "i8"), ("sent_key", "i8")]
)
NO_TOUCHES: Rows = np.empty(0, _TOUCH)
_PREFERENCE = np.dtype([("contact_id", "i8"), ("topic", "i4"), ("at_most", "i2"), ("days", "i2")])
_STANDING = np.dtype([("account_key", "i8"), ("contact_id", "i8"), ("name", "i4")])
_HOLD = np.dtype([("account_key", "i8"), ("contact_id", "i8"), ("until", "i4")])
_EVENT = np.dtype([("account_key", "i8"), ("contact_id", "i8"), ("name", "i4"), ("day", "i4")])


@dataclass(frozen=True)
class AccountChoice:
    """Whose facts: every account of some partitions, or only those with the given account keys."""

    parts: tuple[int, ...]
    keys: tuple[int, ...] | None = None
    lane: Lane = Lane.BULK

    @staticmethod
    def of(keys: Iterable[int], lane: Lane = Lane.BULK) -> AccountChoice:
        """The choice of these account keys, and of their open messages in one lane."""
        chosen = tuple(sorted({int(key) for key in keys}))
        return AccountChoice(tuple(sorted({partition_of(key) for key in chosen})), chosen, lane)


@dataclass(frozen=True)
class ProposalFacts:
    """What all messages of a proposal have in common. Days are dates on the contact's own calendar.

    Before ``leaves_from`` nothing of it leaves; the gate, which decides days, does not ask for it.
    """

    id: int
    kind_id: int
    tier: int
    value: float
    channels: tuple[int, ...]
    not_before: date | None
    expires: date | None
    minute: int
    leaves_from: datetime | None = None


@dataclass(frozen=True)
class KindFacts:
    """A signature as the database keeps it; ``campaign`` is empty for none."""

    id: int
    type: str
    topic: str
    team: str
    campaign: str
    urgent: bool


@dataclass(frozen=True)
class Scope:
    """The accounts, and the names that the policies ask about."""

    connection: Database
    accounts: AccountChoice
    names: Asked
    stages: tuple[str, ...]

    def rows(self, query: str, dtype: np.dtype[Any], **params: object) -> Rows:
        """Rows of a query in which ``{chosen}`` or ``{c.chosen}`` stands for the condition that picks the accounts."""
        keys = self.accounts.keys
        condition = "{0}part = ANY(%(parts)s)" + ("" if keys is None else " AND {0}account_key = ANY(%(keys)s)")
        text = query.replace("{chosen}", condition.format("")).replace("{c.chosen}", condition.format("c."))
        values = {"parts": list(self.accounts.parts), **({} if keys is None else {"keys": list(keys)}), **params}
        return fetch_array(self.connection, text, values, dtype)


def contacts(scope: Scope) -> Rows:
    """Contacts of the accounts, grouped by account key."""
    found = _contacts(scope, "{c.chosen}")
    return found[np.lexsort((found["id"], found["account_key"]))]


def contacts_named(scope: Scope, ids: list[int]) -> Rows:
    """The contacts with these ids, of whatever account, by id."""
    found = _contacts(scope, "c.id = ANY(%(ids)s)", ids=ids)
    return found[np.argsort(found["id"])]


def _contacts(scope: Scope, chosen: str, **params: object) -> Rows:
    segments = scope.names.segments
    bits = (
        " | ".join(
            f"({IN_SEGMENTS.format(names=f'ARRAY[%(segment_{n})s]', c='c')}::int4::int8 << {n})"
            for n in range(len(segments))
        )
        or "0::int8"
    )
    return scope.rows(
        f"""
        SELECT c.id, c.account_key, c.part, c.person_id, c.place_id AS place, coalesce(a.place_id, 0) AS account_place,
               (((c.email_state = 1)::int4 * {1 << Channel.email}
                 + (c.phone_state = 1)::int4 * {_PHONE_BITS}
                 + (c.postal_address IS NOT NULL)::int4 * {1 << Channel.print})
                & {sum(1 << channel for channel in base.PROVIDED)})::int2 AS reachable,
               coalesce(c.paused_until - DATE '1970-01-01', {ALWAYS}) AS paused_until, c.best_minute,
               coalesce(array_position(%(stages)s::text[], c.stage) - 1, -1)::int2 AS stage, {bits} AS segments
        FROM contact c LEFT JOIN account a ON a.id = c.account_id
        WHERE {chosen}
        """,
        _CONTACT,
        stages=list(scope.stages),
        **{f"segment_{n}": name for n, name in enumerate(segments)},
        **params,
    )


_PHONE_BITS = sum(1 << channel for channel in (Channel.sms, Channel.whatsapp, Channel.call, Channel.voice))


def open_messages(scope: Scope) -> Rows:
    """Messages that the gate decides: open or planned, in the bulk lane."""
    return scope.rows(
        f"""
        SELECT part, id, account_key, contact_id, proposal_id, state, verdict, reason, rule, winner, channel, wish_from,
               wished - DATE '1970-01-01' AS wished, coalesce(day - DATE '1970-01-01', {NEVER}) AS day,
               coalesce(due, 'epoch') AS due
        FROM message WHERE {{chosen}} AND state IN ({State.OPEN}, {State.PLANNED})
              AND lane = {scope.accounts.lane:d}
        """,
        _MESSAGE,
    )


def touches(scope: Scope, since: date) -> Rows:
    """What reached the contacts since a day: touches (negative ids), messages that left, and those that will leave past
    the policies.

    ``sent_key`` is the account key under which something was sent, where the contact has moved since, else 0.
    """
    return scope.rows(
        f"""
        SELECT contact_id, day - DATE '1970-01-01' AS day, kind_id, channel, -id AS id,
               coalesce(sent_key, 0) AS sent_key
        FROM touch WHERE {{chosen}} AND day >= %(since)s
        UNION ALL
        SELECT m.contact_id, m.day - DATE '1970-01-01', p.kind_id, m.channel, m.id, coalesce(m.sent_key, 0)
        FROM (SELECT * FROM message
              WHERE {{chosen}} AND day >= %(since)s AND (state IN ({State.SENDING}, {State.SENT}, {State.UNKNOWN})
                    OR state = {State.PLANNED} AND lane = {Lane.OVERRIDDEN})) m
        JOIN proposal p ON p.id = m.proposal_id
        """,
        _TOUCH,
        since=since,
    )


def now_of(scope: Scope) -> Rows:
    """Where those are now to whom something was sent while they were in these accounts; by account key."""
    return scope.rows(
        "SELECT DISTINCT p.account_key FROM former_account c JOIN contact p ON p.id = c.contact_id WHERE {c.chosen}",
        np.dtype([("account_key", "i8")]),
    )


def consents(scope: Scope, topics: tuple[str, ...]) -> Rows:
    """Consent entries for these topics and for all topics (topic -1), in order of time."""
    chosen = "part = ANY(%(parts)s)" if scope.accounts.keys is None else _CONTACTS_OF_KEYS
    found = scope.rows(
        f"""
        SELECT {ENTRY_COLUMNS.format(topic="array_position(%(topics)s::text[], topic) - 2")}
        FROM consent WHERE {chosen} AND topic = ANY(%(topics)s)
        """,
        ENTRY,
        topics=["*", *topics],
    )
    return found[np.lexsort((found["id"], found["at"]))]


_CONTACTS_OF_KEYS = (
    "part = ANY(%(parts)s) AND contact_id IN "
    "(SELECT id FROM contact WHERE part = ANY(%(parts)s) AND account_key = ANY(%(keys)s))"
)


def preferences(scope: Scope, topics: tuple[str, ...]) -> Rows:
    """How often the contacts want these topics."""
    chosen = "part = ANY(%(parts)s)" if scope.accounts.keys is None else _CONTACTS_OF_KEYS
    return scope.rows(
        f"""
        SELECT contact_id, array_position(%(topics)s::text[], topic) - 1 AS topic, at_most, days
        FROM preference WHERE {chosen} AND topic = ANY(%(topics)s)
        """,
        _PREFERENCE,
        topics=list(topics),
    )


def conditions(scope: Scope) -> Rows:
    """Conditions that stand, of those that the policies ask about."""
    if not scope.names.conditions:
        return np.empty(0, _STANDING)
    return scope.rows(
        """
        SELECT account_key, coalesce(contact_id, 0) AS contact_id, array_position(%(names)s::text[], name) - 1 AS name
        FROM condition WHERE {chosen} AND ended_at IS NULL AND name = ANY(%(names)s)
        """,
        _STANDING,
        names=list(scope.names.conditions),
    )


def holds(scope: Scope, today: date) -> Rows:
    """What colleagues hold by hand: contacts, or (contact 0) whole accounts, until a day after today."""
    return scope.rows(
        """
        SELECT account_key, coalesce(contact_id, 0) AS contact_id, until - DATE '1970-01-01' AS until
        FROM manual_hold WHERE {chosen} AND lifted_at IS NULL AND until > %(today)s
        """,
        _HOLD,
        today=today,
    )


def events(scope: Scope, since: date) -> Rows:
    """Events since a day, of those that the policies ask about."""
    if not scope.names.events:
        return np.empty(0, _EVENT)
    return scope.rows(
        """
        SELECT account_key, coalesce(contact_id, 0) AS contact_id, array_position(%(names)s::text[], name) - 1 AS name,
               day - DATE '1970-01-01' AS day
        FROM event WHERE {chosen} AND day >= %(since)s AND name = ANY(%(names)s)
        """,
        _EVENT,
        names=list(scope.names.events),
        since=since,
    )


def proposals(connection: Database, ids: list[int]) -> dict[int, ProposalFacts]:
    """What the messages have in common, by proposal id."""
    found = connection.execute(
        "SELECT id, kind_id, tier, value, channels, not_before, expires, minute, leaves_from FROM proposal"
        " WHERE id = ANY(%s)",
        (ids,),
    )
    return {
        number: ProposalFacts(number, kind, tier, value, tuple(channels), *rest)
        for number, kind, tier, value, channels, *rest in found
    }


def kinds(connection: Database, ids: set[int]) -> tuple[KindFacts, ...]:
    """The signatures with these ids, by id."""
    found = connection.execute(
        "SELECT id, type, topic, team, campaign, urgent FROM kind WHERE id = ANY(%s) ORDER BY id", (list(ids),)
    )
    return tuple(KindFacts(*row) for row in found)
