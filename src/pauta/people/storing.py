"""Accounts and contacts stored in sets, by external id: new ones are made, known ones get the values that are given.

A value that is not given (NULL) leaves what is stored as it is; attributes are merged key by key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from psycopg import Connection, sql

from pauta.people.changes import Changes
from pauta.people.sharing import settle
from pauta.people.staging import Columns, stage

_STORED: dict[str, LiteralString] = {"id": "bigint", "known": "boolean", "kept_place": "integer"}
_ACCOUNT_TYPES: dict[str, LiteralString] = {
    **_STORED,
    "external_id": "text",
    "name": "text",
    "place_id": "integer",
    "stage": "text",
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

_INSERT_ACCOUNTS = """
INSERT INTO account (id, external_id, name, place_id, stage, attributes, created_at, changed_at)
SELECT id, external_id, coalesce(name, external_id), coalesce(place_id, 0), stage, coalesce(attributes, '{}'),
  %(now)s, %(now)s
FROM staged_account WHERE NOT known
"""
_UPDATE_ACCOUNTS = """
WITH wanted AS (
  SELECT kept.id, coalesce(staged.name, kept.name) AS name, coalesce(staged.place_id, kept.place_id) AS place_id,
    coalesce(staged.stage, kept.stage) AS stage, kept.attributes || coalesce(staged.attributes, '{}') AS attributes
  FROM staged_account AS staged JOIN account AS kept ON kept.id = staged.id AND staged.known
  WHERE kept.id = ANY(%(ids)s)
)
UPDATE account SET (name, place_id, stage, attributes, changed_at)
  = ROW(wanted.name, wanted.place_id, wanted.stage, wanted.attributes, %(now)s)
FROM wanted
WHERE account.id = ANY(%(ids)s) AND account.id = wanted.id
  AND (account.name, account.place_id, account.stage, account.attributes)
    IS DISTINCT FROM (wanted.name, wanted.place_id, wanted.stage, wanted.attributes)
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
_INSERT_CONTACTS = f"""
INSERT INTO contact (id, external_id, account_id, account_key, part, person_id, first_name, last_name,
  email, email_state, phone, phone_state, postal_address, place_id, language, stage, segments, best_minute,
  paused_until, attributes, created_at, changed_at)
SELECT staged.id, external_id, account_id, coalesce(account_id, -staged.id),
  abs(coalesce(account_id, -staged.id)) %% 64, staged.id, coalesce(first_name, ''), coalesce(last_name, ''),
  email, CASE WHEN email IS NULL THEN 0 ELSE coalesce(mail.state, 1) END,
  phone, CASE WHEN phone IS NULL THEN 0 ELSE coalesce(tel.state, phone_state, 1) END,
  postal_address, coalesce(place_id, 0), language, stage, coalesce(segments, '{{}}'), coalesce(best_minute, -1),
  paused_until, coalesce(attributes, '{{}}'), %(now)s, %(now)s
FROM staged_contact AS staged {_SUPPRESSIONS}
WHERE NOT known
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
  FROM staged_contact AS staged JOIN contact AS kept ON kept.id = staged.id AND staged.known {_SUPPRESSIONS}
  WHERE kept.id = ANY(%(ids)s)
)
UPDATE contact SET ({", ".join(_CHANGEABLE)}, changed_at)
  = ROW({", ".join(f"wanted.{name}" for name in _CHANGEABLE)}, %(now)s)
FROM wanted
WHERE contact.id = ANY(%(ids)s) AND contact.id = wanted.id
  AND ({", ".join(f"contact.{name}" for name in _CHANGEABLE)})
    IS DISTINCT FROM ({", ".join(f"wanted.{name}" for name in _CHANGEABLE)})
RETURNING contact.id, new.account_key, lower(old.email), lower(new.email),
  old.account_id IS DISTINCT FROM new.account_id
"""
_NEWLY_SHARED = """
SELECT lower(email) FROM contact
WHERE lower(email) = ANY(ARRAY(SELECT lower(email) FROM staged_contact WHERE NOT known AND email IS NOT NULL))
GROUP BY lower(email) HAVING count(*) > 1
"""
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


def lock_people(connection: Connection[Any]) -> None:
    """Wait until no other transaction stores accounts or contacts; held until this one ends.

    Two transactions that each add a contact with the same address would not see that they share a person.
    """
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('pauta.people', 0))")


@dataclass(frozen=True, slots=True)
class Stored:
    """The ids of the rows in the order in which they were given, which of them are new, and what changed."""

    ids: list[int]
    fresh: list[bool]
    changes: Changes


def store_accounts(connection: Connection[Any], columns: Columns, now: datetime) -> Stored:
    """Make or change accounts.

    Columns: external_id (unique, never None), name, place_id, stage, attributes (JSON text).
    """
    rows = _identify(connection, "account", columns)
    stage(connection, "staged_account", _ACCOUNT_TYPES, rows.staged(columns))
    created = connection.execute(_INSERT_ACCOUNTS, {"now": now}).rowcount if rows.new else 0
    if not rows.any_known:
        return Stored(rows.ids, rows.fresh, Changes(created))
    _merge_places(connection, "staged_account", rows, columns)
    changed = [number for (number,) in connection.execute(_UPDATE_ACCOUNTS, {"now": now, "ids": rows.ids})]
    keys = connection.execute(_KEYS_OF_ACCOUNTS, {"accounts": changed}).fetchall()
    return Stored(rows.ids, rows.fresh, Changes(created, len(changed), frozenset(key for (key,) in keys)))


def store_contacts(connection: Connection[Any], columns: Columns, now: datetime) -> Stored:
    """Make or change contacts. Address states follow the suppressions; who shares an address becomes one person.

    Columns: external_id (unique, never None), account_id, first_name, last_name, email, phone, phone_state (of a phone
    that is not suppressed), postal_address, place_id, language, stage, segments (array literal), best_minute,
    paused_until, attributes (JSON text).
    """
    rows = _identify(connection, "contact", columns)
    stage(connection, "staged_contact", _CONTACT_TYPES, rows.staged(columns))
    changes, addresses, moved = Changes(), set[str](), set[int]()
    if rows.new:
        changes = Changes(connection.execute(_INSERT_CONTACTS, {"now": now}).rowcount)
        addresses = {address for (address,) in connection.execute(_NEWLY_SHARED)}
    if rows.any_known:
        _merge_places(connection, "staged_contact", rows, columns)
        changed = connection.execute(_UPDATE_CONTACTS, {"now": now, "ids": rows.ids}).fetchall()
        changes += Changes(0, len(changed), frozenset(key for _, key, *_ in changed))
        moving = [row for row in changed if row[4] or row[2] != row[3]]
        moved = {number for number, *_ in moving}
        addresses |= {address for _, _, old, new, _ in moving for address in (old, new) if address}
    if addresses or moved:
        changes += settle(connection, addresses, moved)
    return Stored(rows.ids, rows.fresh, changes)


@dataclass(frozen=True, slots=True)
class _Identified:
    """Which rows are stored already, and the ids that all of them have or get."""

    ids: list[int]
    known: list[bool]
    kept_places: list[int | None]
    new: int

    @property
    def any_known(self) -> bool:
        return self.new < len(self.ids)

    @property
    def fresh(self) -> list[bool]:
        return [not known for known in self.known]

    def staged(self, columns: Columns) -> dict[str, Sequence[Any]]:
        return {"id": self.ids, "known": self.known, "kept_place": self.kept_places, **columns}


def _identify(connection: Connection[Any], table: LiteralString, columns: Columns) -> _Identified:
    external_ids = columns["external_id"]
    rows = connection.execute(
        sql.SQL("SELECT external_id, id, place_id FROM {} WHERE external_id = ANY(%s)").format(sql.Identifier(table)),
        (list(external_ids),),
    )
    stored = {external_id: (number, place) for external_id, number, place in rows}
    new = len(external_ids) - len(stored)
    fresh = connection.execute(
        "SELECT nextval(%s::regclass) FROM generate_series(1, %s)", (f"{table}_id_seq", new)
    ).fetchall()
    unused = (number for (number,) in fresh)
    return _Identified(
        ids=[stored[name][0] if name in stored else next(unused) for name in external_ids],
        known=[name in stored for name in external_ids],
        kept_places=[stored[name][1] if name in stored else None for name in external_ids],
        new=new,
    )


def _merge_places(
    connection: Connection[Any], staged_table: LiteralString, rows: _Identified, columns: Columns
) -> None:
    """Where a known row gets only part of a place (its zone, say), that part replaces the same part of the stored."""
    places = columns.get("place_id", ())
    if not any(
        kept is not None and given is not None and kept != given
        for kept, given in zip(rows.kept_places, places, strict=False)
    ):
        return
    staged = sql.Identifier(staged_table)
    connection.execute(sql.SQL(_MERGED_PLACES + _MAKE_PLACES).format(staged))
    connection.execute(sql.SQL(_MERGED_PLACES + _TAKE_PLACES).format(staged, staged))
