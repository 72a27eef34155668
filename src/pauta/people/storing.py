"""Accounts and contacts stored in sets, by external id: new ones are made, known ones get the values that are given.

A value that is not given (NULL) leaves what is stored as it is; attributes are merged key by key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import compress
from typing import Any, LiteralString

import numpy as np
from psycopg import Connection, sql

from pauta.core.gate.vocabulary import Channel
from pauta.people.addresses import AddressState
from pauta.people.changes import Changes
from pauta.people.erased import erased_among
from pauta.people.sharing import settle
from pauta.people.staging import Columns, array_of, stage
from pauta.people.turns import Turn
from pauta.people.wire import append_rows
from pauta.platform.copy import array_text, fetch_array
from pauta.platform.partitions import PARTITIONS

_STORED: dict[str, LiteralString] = {"id": "bigint", "kept_place": "integer"}
_ACCOUNT_TYPES: dict[str, LiteralString] = {
    **_STORED,
    "external_id": "text",
    "name": "text",
    "place_id": "integer",
    "stage": "text",
    "owner": "text",
    "attributes": "jsonb",
}
_CONTACT_TYPES: dict[str, LiteralString] = {
    **_STORED,
    "external_id": "text",
    "account_id": "bigint",
    "first_name": "text",
    "last_name": "text",
    "email": "text",
    "phone": "text",
    "phone_state": "smallint",
    "postal_address": "text",
    "place_id": "integer",
    "language": "text",
    "stage": "text",
    "segments": "text[]",
    "best_minute": "smallint",
    "paused_until": "date",
    "attributes": "jsonb",
}
_NEW: dict[str, str] = {"created_at": "timestamptz", "changed_at": "timestamptz"}
_NEW_ACCOUNT: dict[str, str] = {**_ACCOUNT_TYPES, **_NEW}
_NEW_CONTACT: dict[str, str] = {
    **_CONTACT_TYPES,
    **_NEW,
    "account_key": "bigint",
    "part": "smallint",
    "person_id": "bigint",
    "email_state": "smallint",
}
_UNLESS_GIVEN: dict[str, Any] = {
    "first_name": "",
    "last_name": "",
    "place_id": 0,
    "segments": (),
    "best_minute": -1,
    "attributes": "{}",
}
"""What a new row holds in columns that are never NULL, when nothing is said."""

_UPDATE_ACCOUNTS = """
WITH wanted AS (
  SELECT kept.id, coalesce(staged.name, kept.name) AS name, coalesce(staged.place_id, kept.place_id) AS place_id,
    coalesce(staged.stage, kept.stage) AS stage, coalesce(staged.owner, kept.owner) AS owner,
    kept.attributes || coalesce(staged.attributes, '{}') AS attributes
  FROM staged_account AS staged JOIN account AS kept ON kept.id = staged.id
  WHERE kept.id = ANY(%(ids)s::bigint[])
)
UPDATE account SET (name, place_id, stage, owner, attributes, changed_at)
  = ROW(wanted.name, wanted.place_id, wanted.stage, wanted.owner, wanted.attributes, %(now)s)
FROM wanted
WHERE account.id = ANY(%(ids)s::bigint[]) AND account.id = wanted.id
  AND (account.name, account.place_id, account.stage, account.owner, account.attributes)
    IS DISTINCT FROM (wanted.name, wanted.place_id, wanted.stage, wanted.owner, wanted.attributes)
RETURNING account.id
"""
_KEYS_OF_ACCOUNTS = """
SELECT unnest(%(accounts)s::bigint[])
UNION SELECT account_key FROM contact WHERE account_id = ANY(%(accounts)s) AND account_key <> account_id
"""
_SUPPRESSIONS = """
LEFT JOIN suppression AS mail
  ON mail.channel = 0 AND lower(mail.address) = lower(staged.email) AND mail.lifted_at IS NULL
LEFT JOIN suppression AS tel
  ON tel.channel = 1 AND lower(tel.address) = lower(staged.phone) AND tel.lifted_at IS NULL
"""
_CHANGEABLE: tuple[LiteralString, ...] = (
    *("account_id", "first_name", "last_name", "email", "email_state", "phone", "phone_state", "postal_address"),
    *("place_id", "language", "stage", "segments", "best_minute", "paused_until", "attributes"),
)
_KEPT_UNLESS_GIVEN = tuple(name for name in _CHANGEABLE if name not in ("email_state", "phone_state", "attributes"))
_UPDATE_CONTACTS = f"""
WITH wanted AS (
  SELECT kept.id, {", ".join(f"coalesce(staged.{name}, kept.{name}) AS {name}" for name in _KEPT_UNLESS_GIVEN)},
    CASE WHEN staged.email IS NULL OR lower(staged.email) = lower(kept.email) THEN kept.email_state
      ELSE coalesce(mail.state, 1) END AS email_state,
    CASE WHEN staged.phone IS NULL OR staged.phone = kept.phone THEN kept.phone_state
      ELSE coalesce(tel.state, staged.phone_state, 1) END AS phone_state,
    kept.attributes || coalesce(staged.attributes, '{{}}') AS attributes
  FROM staged_contact AS staged JOIN contact AS kept ON kept.id = staged.id {_SUPPRESSIONS}
  WHERE kept.id = ANY(%(ids)s::bigint[])
)
UPDATE contact SET ({", ".join(_CHANGEABLE)}, changed_at)
  = ROW({", ".join(f"wanted.{name}" for name in _CHANGEABLE)}, %(now)s)
FROM wanted
WHERE contact.id = ANY(%(ids)s::bigint[]) AND contact.id = wanted.id
  AND ({", ".join(f"contact.{name}" for name in _CHANGEABLE)})
    IS DISTINCT FROM ({", ".join(f"wanted.{name}" for name in _CHANGEABLE)})
RETURNING contact.id, new.account_key, lower(old.email), lower(new.email),
  old.account_id IS DISTINCT FROM new.account_id
"""
_LOWERED = (
    "SELECT array_agg(lower(address) ORDER BY position) FROM unnest(%s) WITH ORDINALITY AS given (address, position)"
)
# The arrays are hidden in a SELECT: by their length the planner would read whole tables, and it looks at each element.
_TAKEN = "SELECT lower(email) FROM contact WHERE lower(email) = ANY(ARRAY(SELECT unnest(%s)))"
_KNOWN: dict[str, LiteralString] = {
    "account": "SELECT external_id, id, place_id, false FROM account WHERE external_id = ANY(ARRAY(SELECT unnest(%s)))",
    "contact": """
    WITH given AS (SELECT unnest(%s) AS external_id)
    SELECT external_id, id, place_id, false FROM contact WHERE external_id = ANY(ARRAY(SELECT external_id FROM given))
    UNION ALL SELECT alias.external_id, id, place_id, true
    FROM contact_alias AS alias JOIN contact ON contact.id = alias.contact_id
    WHERE alias.external_id = ANY(ARRAY(SELECT external_id FROM given))
    """,
}
"""Id and place of each that is stored, and whether it is called by the id of one that was merged into it."""
_ANY_SUPPRESSED = "SELECT FROM suppression WHERE channel = %s AND lifted_at IS NULL LIMIT 1"
_SUPPRESSED = """
SELECT lower(address), state FROM suppression
WHERE channel = %s AND lower(address) = ANY(ARRAY(SELECT unnest(%s))) AND lifted_at IS NULL
"""
_CLOSE_ERASED: dict[Channel, LiteralString] = {
    Channel.email: "UPDATE contact SET email_state = %(state)s WHERE id = ANY(%(ids)s::bigint[])"
    " AND lower(email) = ANY(%(erased)s::text[]) AND email_state <> %(state)s",
    Channel.sms: "UPDATE contact SET phone_state = %(state)s WHERE id = ANY(%(ids)s::bigint[])"
    " AND phone = ANY(%(erased)s::text[]) AND phone_state <> %(state)s",
}
_MERGED_PLACES = """
WITH merged AS (
  SELECT staged.id, coalesce(given.zone, kept.zone) AS zone, coalesce(given.country, kept.country) AS country,
    coalesce(given.region, kept.region) AS region
  FROM {} AS staged
  JOIN place AS given ON given.id = staged.place_id JOIN place AS kept ON kept.id = staged.kept_place
  WHERE given.id <> kept.id
)
"""
_MAKE_PLACES = """
INSERT INTO place (zone, country, region)
SELECT zone, country, region FROM merged EXCEPT SELECT zone, country, region FROM place
ON CONFLICT DO NOTHING
"""
_TAKE_PLACES = """
UPDATE {} AS staged SET place_id = place.id
FROM merged JOIN place
  ON (place.zone, place.country, place.region) IS NOT DISTINCT FROM (merged.zone, merged.country, merged.region)
WHERE staged.id = merged.id
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """The ids of the rows in the order in which they were given, and what changed.

    ``parts`` are the partitions of those that are new, None for the others.
    """

    ids: list[int]
    parts: list[int | None]
    changes: Changes

    @property
    def fresh(self) -> list[bool]:
        """Which rows are new."""
        return [part is not None for part in self.parts]


def store_accounts(connection: Connection[Any], columns: Columns, now: datetime) -> Stored:
    """Make or change accounts.

    Columns: external_id (unique, never None), name, place_id, stage, attributes (JSON text).
    """
    rows = _identify(connection, "account", columns)
    changes = Changes()
    if rows.new_ids:
        changes = _make_accounts(connection, rows.new_ids, rows.new(columns), now)
    if rows.known:
        changes += _change_accounts(connection, rows.staged(columns), now)
    return rows.stored(rows.new_ids, changes)


def store_contacts(connection: Connection[Any], columns: Columns, now: datetime, turn: Turn | None = None) -> Stored:
    """Make or change contacts. Address states follow the suppressions; who shares an address becomes one person.

    Columns: external_id (unique, never None), account_id, first_name, last_name, email, phone, phone_state (of a phone
    that is not suppressed), postal_address, place_id, language, stage, segments (a tuple), best_minute, paused_until,
    attributes (JSON text). ``turn`` is that of a batch of an import, with external ids that the one before has not.
    """
    turn = turn or Turn()
    mails = _lowered(connection, columns.get("email") or [None] * len(columns["external_id"]))
    turn.claim(set(filter(None, mails)))
    rows = _identify(connection, "contact", columns)
    changes, addresses, moved = Changes(), set[str](), set[int]()
    keys: list[int] = []
    if rows.new_ids:
        new, new_mails = rows.new(columns), rows.new({"email": mails})["email"]
        addresses = _shared(connection, new_mails)
        states = _address_states(connection, new, new_mails)
        if not (rows.known or addresses):
            turn.let_on()
        keys = _make_contacts(connection, rows.new_ids, {**new, **states}, now)
        changes = Changes(created=len(keys))
    if rows.known:
        changed = _change_contacts(connection, rows.staged(columns), now)
        changes += Changes(0, len(changed), frozenset(key for _, key, *_ in changed))
        moving = [row for row in changed if row[4] or row[2] != row[3]]
        moved = {number for number, *_ in moving}
        addresses |= {address for _, _, *both, _ in moving for address in both if address}
    if addresses or moved:
        settled = settle(connection, addresses, moved)
        moves = {move.contact_id: move.new_key for move in settled.moves}
        keys = [moves.get(number, key) for number, key in zip(rows.new_ids, keys, strict=True)]
        changes += settled
    return rows.stored(keys, changes)


def _make_accounts(connection: Connection[Any], ids: list[int], columns: Columns, now: datetime) -> Changes:
    names = columns.get("name") or [None] * len(ids)
    external_ids = columns["external_id"]
    given = [external_id if name is None else name for name, external_id in zip(names, external_ids, strict=True)]
    append_rows(connection, "account", _NEW_ACCOUNT, _row_of_its_own(ids, {**columns, "name": given}, now))
    return Changes(created=len(ids))


def _change_accounts(connection: Connection[Any], staged: Columns, now: datetime) -> Changes:
    stage(connection, "staged_account", _ACCOUNT_TYPES, staged)
    _merge_places(connection, "staged_account", staged)
    rows = connection.execute(_UPDATE_ACCOUNTS, {"now": now, "ids": array_text(np.array(staged["id"]))}).fetchall()
    changed = [number for (number,) in rows]
    keys = connection.execute(_KEYS_OF_ACCOUNTS, {"accounts": changed}).fetchall()
    return Changes(changed=len(changed), keys=frozenset(key for (key,) in keys))


def _make_contacts(connection: Connection[Any], ids: list[int], columns: Columns, now: datetime) -> list[int]:
    """Add contacts, each a person of its own; the account key of each."""
    accounts = columns.get("account_id") or [None] * len(ids)
    keys = [-number if account is None else account for number, account in zip(ids, accounts, strict=True)]
    parts = [abs(key) % PARTITIONS for key in keys]
    given = {**columns, "account_key": keys, "part": parts, "person_id": ids}
    append_rows(connection, "contact", _NEW_CONTACT, _row_of_its_own(ids, given, now))
    return keys


def _address_states(connection: Connection[Any], columns: Columns, mails: Sequence[str | None]) -> Columns:
    phones = _lowered(connection, columns.get("phone") or [None] * len(mails))
    return {
        "email_state": _states(connection, Channel.email, mails, None),
        "phone_state": _states(connection, Channel.sms, phones, columns.get("phone_state")),
    }


def _change_contacts(connection: Connection[Any], staged: Columns, now: datetime) -> list[tuple[Any, ...]]:
    if "segments" in staged:
        segments = [None if names is None else array_of(names) for names in staged["segments"]]
        staged = {**staged, "segments": segments}
    stage(connection, "staged_contact", _CONTACT_TYPES, staged)
    _merge_places(connection, "staged_contact", staged)
    ids = array_text(np.array(staged["id"]))
    changed = connection.execute(_UPDATE_CONTACTS, {"now": now, "ids": ids}).fetchall()
    for channel, column in ((Channel.email, "email"), (Channel.sms, "phone")):
        erased = erased_among(connection, channel, staged.get(column, ()))
        if erased:
            given = {"ids": ids, "erased": array_of(erased), "state": AddressState.ERASED.value}
            connection.execute(_CLOSE_ERASED[channel], given)
    return changed


def _row_of_its_own(ids: list[int], columns: Columns, now: datetime) -> Columns:
    """Columns of new rows: what is not said, and may not be NULL, gets its default."""
    complete = {
        name: [_UNLESS_GIVEN[name] if value is None else value for value in values]
        if name in _UNLESS_GIVEN and None in values
        else values
        for name, values in columns.items()
    }
    moments = [now] * len(ids)
    return {"id": ids, **complete, "created_at": moments, "changed_at": moments}


def _lowered(connection: Connection[Any], addresses: Sequence[str | None]) -> Sequence[str | None]:
    """Addresses in lower case, as the index of contacts has them."""
    whole = "\n".join(filter(None, addresses))
    if not whole.isascii():
        rows = connection.execute(_LOWERED, (array_of(addresses),)).fetchall()
        lowered: list[str | None] = rows[0][0]
        return lowered
    return addresses if whole.islower() else [address and address.lower() for address in addresses]


def _shared(connection: Connection[Any], addresses: Sequence[str | None]) -> set[str]:
    """Those of the addresses (in lower case) of rows to come that another of them or a contact has too."""
    given = Counter(filter(None, addresses))
    taken = connection.execute(_TAKEN, (array_of(sorted(given)),)).fetchall()
    repeated = {address for address, times in given.items() if times > 1} if len(given) < given.total() else set()
    return repeated | {address for (address,) in taken}


def _states(
    connection: Connection[Any],
    channel: Channel,
    addresses: Sequence[str | None],
    given: Sequence[int | None] | None,
) -> list[int]:
    """What is known of addresses in lower case: suppressed as, else what is given, else that they may be written to."""
    none, ok = AddressState.NONE.value, AddressState.OK.value
    without = addresses.count(None)
    if without == len(addresses):
        return [none] * without
    states = [none if address is None else ok for address in addresses] if without else [ok] * len(addresses)
    if given is not None:
        states = [state if own is None else own for state, own in zip(states, given, strict=True)]
    closed: dict[str, int] = {}
    if connection.execute(_ANY_SUPPRESSED, (channel.value,)).fetchone() is not None:
        asked = array_of(sorted(set(filter(None, addresses))))
        closed = dict(connection.execute(_SUPPRESSED, (channel.value, asked)).fetchall())
    closed |= dict.fromkeys(erased_among(connection, channel, addresses), AddressState.ERASED.value)
    if not closed:
        return states
    return [
        state if address is None else closed.get(address, state)
        for address, state in zip(addresses, states, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Identified:
    """Which of the given rows are stored already, by external id, and the ids of those that are to be made."""

    external_ids: Sequence[str]
    known: dict[str, tuple[int, int]]
    """Id and place of each that is stored."""
    unheard: frozenset[str]
    """Those that stand for a contact which is given by its own id as well, or by another one: its word counts."""
    new_ids: list[int]

    def new(self, columns: Columns) -> Columns:
        """The columns of the rows that are to be made."""
        return self._chosen(columns, [name not in self.known for name in self.external_ids])

    def staged(self, columns: Columns) -> Columns:
        """The columns of the rows that are stored, with their ids and the places that they have."""
        heard = [name in self.known and name not in self.unheard for name in self.external_ids]
        chosen = self._chosen(columns, heard)
        kept = [self.known[name] for name in chosen["external_id"]]
        return {"id": [number for number, _ in kept], "kept_place": [place for _, place in kept], **chosen}

    def stored(self, keys: Sequence[int], changes: Changes) -> Stored:
        """The answer, given the account keys of the rows that were made."""
        parts: list[int | None] = [abs(key) % PARTITIONS for key in keys]
        if not self.known:
            return Stored(self.new_ids, parts, changes)
        made = iter(zip(self.new_ids, parts, strict=True))
        rows = [(self.known[name][0], None) if name in self.known else next(made) for name in self.external_ids]
        return Stored([number for number, _ in rows], [part for _, part in rows], changes)

    def _chosen(self, columns: Columns, chosen: Sequence[bool]) -> Columns:
        if all(chosen):
            return columns
        return {name: list(compress(values, chosen)) for name, values in columns.items()}


def _identify(connection: Connection[Any], table: LiteralString, columns: Columns) -> _Identified:
    external_ids = columns["external_id"]
    given = array_of(sorted(external_ids))  # in order, they are not sorted again by the server
    rows = connection.execute(_KNOWN[table], (given,)).fetchall()
    known = {external_id: (number, place) for external_id, number, place, _ in rows}
    heard: dict[int, str] = {}
    for external_id, number, _, _ in sorted(rows, key=lambda row: (row[3], row[0])):
        heard.setdefault(number, external_id)
    unheard = frozenset(known.keys() - heard.values())
    return _Identified(external_ids, known, unheard, _unused_ids(connection, table, len(external_ids) - len(known)))


def _unused_ids(connection: Connection[Any], table: LiteralString, count: int) -> list[int]:
    if not count:
        return []
    drawn = sql.SQL("SELECT nextval({}) AS id FROM generate_series(1, {})").format(f"{table}_id_seq", count)
    ids: list[int] = fetch_array(connection, drawn, None, np.dtype([("id", np.int64)]))["id"].tolist()
    return ids


def _merge_places(connection: Connection[Any], staged_table: LiteralString, rows: Columns) -> None:
    """Where a known row gets only part of a place (its zone, say), that part replaces the same part of the stored."""
    both = zip(rows["kept_place"], rows.get("place_id", ()), strict=False)
    if all(given is None or given == kept for kept, given in both):
        return
    staged = sql.Identifier(staged_table)
    connection.execute(sql.SQL(_MERGED_PLACES + _MAKE_PLACES).format(staged))
    connection.execute(sql.SQL(_MERGED_PLACES + _TAKE_PLACES).format(staged, staged))
