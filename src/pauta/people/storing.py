"""Accounts and contacts stored in sets, by external id: new ones are made, known ones get the values that are given.

A value that is not given (NULL) leaves what is stored as it is; attributes are merged key by key.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from psycopg import Connection

from pauta.people.changes import Changes
from pauta.people.sharing import settle
from pauta.platform.copy import Column, copy_rows

ACCOUNT_COLUMNS = {
    "external_id": "text",
    "name": "text",
    "place_id": "int4",
    "stage": "text",
    "attributes": "jsonb",
}
CONTACT_COLUMNS = {
    "external_id": "text",
    "account_id": "int8",
    "first_name": "text",
    "last_name": "text",
    "email": "text",
    "phone": "text",
    "phone_state": "int2",
    "postal_address": "text",
    "place_id": "int4",
    "language": "text",
    "stage": "text",
    "segments": "text",
    "best_minute": "int2",
    "paused_until": "date",
    "attributes": "jsonb",
}
"""Columns in which contacts are handed over, with their types. ``segments`` is an array literal (``{a,b}``)."""

_INSERT_ACCOUNTS = """
INSERT INTO account (external_id, name, place_id, stage, attributes, created_at, changed_at)
SELECT external_id, coalesce(name, external_id), coalesce(place_id, 0), stage, coalesce(attributes, '{}'), %(now)s, %(now)s
FROM staged_account WHERE id IS NULL ORDER BY position
"""
_UPDATE_ACCOUNTS = """
UPDATE account SET (name, place_id, stage, attributes, changed_at) = ROW(
  coalesce(staged.name, account.name), coalesce(staged.place_id, account.place_id),
  coalesce(staged.stage, account.stage), account.attributes || coalesce(staged.attributes, '{}'), %(now)s)
FROM staged_account AS staged
WHERE account.id = staged.id
  AND (account.name, account.place_id, account.stage, account.attributes) IS DISTINCT FROM (
    coalesce(staged.name, account.name), coalesce(staged.place_id, account.place_id),
    coalesce(staged.stage, account.stage), account.attributes || coalesce(staged.attributes, '{}'))
RETURNING account.id
"""
_KEYS_OF_ACCOUNTS = """
SELECT unnest(%(accounts)s::bigint[])
UNION SELECT account_key FROM contact WHERE account_id = ANY(%(accounts)s) AND account_key <> account_id
"""
_INSERT_CONTACTS = """
INSERT INTO contact (id, external_id, account_id, account_key, part, person_id, first_name, last_name, email, email_state,
  phone, phone_state, postal_address, place_id, language, stage, segments, best_minute, paused_until, attributes,
  created_at, changed_at)
SELECT fresh.id, external_id, account_id, coalesce(account_id, -fresh.id), abs(coalesce(account_id, -fresh.id)) %% 64,
  fresh.id, coalesce(first_name, ''), coalesce(last_name, ''),
  email, CASE WHEN email IS NULL THEN 0 ELSE coalesce(mail.state, 1) END,
  phone, CASE WHEN phone IS NULL THEN 0 ELSE coalesce(tel.state, phone_state, 1) END,
  postal_address, coalesce(place_id, 0), language, stage, coalesce(segments, '{}')::text[], coalesce(best_minute, -1),
  paused_until, coalesce(attributes, '{}'), %(now)s, %(now)s
FROM (
  SELECT nextval('contact_id_seq') AS id, ordered.*
  FROM (SELECT * FROM staged_contact WHERE contact_id IS NULL ORDER BY position) AS ordered
) AS fresh
LEFT JOIN suppression AS mail ON mail.channel = 0 AND lower(mail.address) = lower(email) AND mail.lifted_at IS NULL
LEFT JOIN suppression AS tel ON tel.channel = 1 AND lower(tel.address) = lower(phone) AND tel.lifted_at IS NULL
"""
_UPDATE_CONTACTS = """
WITH wanted AS (
  SELECT contact.id,
    coalesce(staged.account_id, contact.account_id) AS account_id,
    coalesce(staged.first_name, contact.first_name) AS first_name,
    coalesce(staged.last_name, contact.last_name) AS last_name,
    coalesce(staged.email, contact.email) AS email,
    CASE WHEN staged.email IS NULL OR lower(staged.email) = lower(contact.email) THEN contact.email_state
      ELSE coalesce(mail.state, 1) END AS email_state,
    coalesce(staged.phone, contact.phone) AS phone,
    CASE WHEN staged.phone IS NULL OR staged.phone = contact.phone THEN contact.phone_state
      ELSE coalesce(tel.state, staged.phone_state, 1) END AS phone_state,
    coalesce(staged.postal_address, contact.postal_address) AS postal_address,
    coalesce(staged.place_id, contact.place_id) AS place_id,
    coalesce(staged.language, contact.language) AS language,
    coalesce(staged.stage, contact.stage) AS stage,
    coalesce(staged.segments::text[], contact.segments) AS segments,
    coalesce(staged.best_minute, contact.best_minute) AS best_minute,
    coalesce(staged.paused_until, contact.paused_until) AS paused_until,
    contact.attributes || coalesce(staged.attributes, '{}') AS attributes
  FROM staged_contact AS staged
  JOIN contact ON contact.id = staged.contact_id
  LEFT JOIN suppression AS mail ON mail.channel = 0 AND lower(mail.address) = lower(staged.email) AND mail.lifted_at IS NULL
  LEFT JOIN suppression AS tel ON tel.channel = 1 AND lower(tel.address) = lower(staged.phone) AND tel.lifted_at IS NULL
)
UPDATE contact SET (account_id, first_name, last_name, email, email_state, phone, phone_state, postal_address, place_id,
  language, stage, segments, best_minute, paused_until, attributes, changed_at) = ROW(
  wanted.account_id, wanted.first_name, wanted.last_name, wanted.email, wanted.email_state, wanted.phone,
  wanted.phone_state, wanted.postal_address, wanted.place_id, wanted.language, wanted.stage, wanted.segments,
  wanted.best_minute, wanted.paused_until, wanted.attributes, %(now)s)
FROM wanted
WHERE contact.id = wanted.id AND (contact.account_id, contact.first_name, contact.last_name, contact.email,
  contact.email_state, contact.phone, contact.phone_state, contact.postal_address, contact.place_id, contact.language,
  contact.stage, contact.segments, contact.best_minute, contact.paused_until, contact.attributes) IS DISTINCT FROM (
  wanted.account_id, wanted.first_name, wanted.last_name, wanted.email,
  wanted.email_state, wanted.phone, wanted.phone_state, wanted.postal_address, wanted.place_id, wanted.language,
  wanted.stage, wanted.segments, wanted.best_minute, wanted.paused_until, wanted.attributes)
RETURNING contact.id, new.account_key, lower(old.email), lower(new.email), old.account_id IS DISTINCT FROM new.account_id
"""
_NEWLY_SHARED = """
SELECT lower(contact.email) FROM contact
JOIN (SELECT DISTINCT lower(email) AS address FROM staged_contact WHERE contact_id IS NULL) AS fresh
  ON lower(contact.email) = fresh.address
GROUP BY lower(contact.email) HAVING count(*) > 1
"""


def lock_people(connection: Connection[Any]) -> None:
    """Wait until no other transaction stores accounts or contacts; held until this one ends.

    Two transactions that each add a contact with the same address would not see that they share a person.
    """
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('pauta.people', 0))")


def store_accounts(connection: Connection[Any], columns: Mapping[str, Column], now: datetime) -> Changes:
    """Make or change accounts; ``columns`` are among ACCOUNT_COLUMNS, with ``external_id`` unique and never NULL."""
    _stage(connection, "account", "id", columns, ACCOUNT_COLUMNS)
    _merge_places(connection, "account", "id")
    created = connection.execute(_INSERT_ACCOUNTS, {"now": now}).rowcount
    changed = [row[0] for row in connection.execute(_UPDATE_ACCOUNTS, {"now": now})]
    keys = connection.execute(_KEYS_OF_ACCOUNTS, {"accounts": changed}).fetchall() if changed else []
    return Changes(created, len(changed), frozenset(key for (key,) in keys))


def store_contacts(connection: Connection[Any], columns: Mapping[str, Column], now: datetime) -> Changes:
    """Make or change contacts; ``columns`` are among CONTACT_COLUMNS, with ``external_id`` unique and never NULL.

    Address states follow the suppressions; contacts that come to share an address become one person.
    """
    _stage(connection, "contact", "contact_id", columns, CONTACT_COLUMNS)
    _merge_places(connection, "contact", "contact_id")
    created = connection.execute(_INSERT_CONTACTS, {"now": now}).rowcount
    rows = connection.execute(_UPDATE_CONTACTS, {"now": now}).fetchall()
    shared = {address for (address,) in connection.execute(_NEWLY_SHARED)} if created else set()
    moved = {number for number, _, old, new, left in rows if left or old != new}
    for number, _, old, new, _ in rows:
        if number in moved:
            shared |= {old, new} - {None}
    stored = Changes(created, len(rows), frozenset(key for _, key, *_ in rows))
    return stored + settle(connection, shared, moved) if shared or moved else stored


def account_ids(connection: Connection[Any], names: Collection[str]) -> dict[str, int]:
    """Accounts by external id, or else by name (the oldest of that name); names that fit none are left out."""
    wanted = sorted(set(names))
    by_name = connection.execute(
        "SELECT name, min(id) FROM account WHERE name = ANY(%s) GROUP BY name", (wanted,)
    ).fetchall()
    by_external_id = connection.execute(
        "SELECT external_id, id FROM account WHERE external_id = ANY(%s)", (wanted,)
    ).fetchall()
    return dict(by_name) | dict(by_external_id)


def _stage(
    connection: Connection[Any], noun: str, id_column: str, columns: Mapping[str, Column], types: Mapping[str, str]
) -> None:
    """Fill the session's staging table of a noun, and mark the rows that are stored already."""
    declared = ", ".join(f"{name} {kind}" for name, kind in types.items())
    connection.execute(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS staged_{noun} ({declared}, position bigserial, {id_column} bigint)"
    )
    connection.execute(f"TRUNCATE staged_{noun} RESTART IDENTITY")
    copy_rows(connection, f"staged_{noun}", columns, {name: types[name] for name in columns})
    connection.execute(
        f"UPDATE staged_{noun} AS staged SET {id_column} = {noun}.id FROM {noun} "
        f"WHERE {noun}.external_id = staged.external_id"
    )


def _merge_places(connection: Connection[Any], noun: str, id_column: str) -> None:
    """Where a known row gets only part of a place (its zone, say), the place becomes the stored one with that part replaced."""
    merged = f"""
        SELECT staged.{id_column} AS id, coalesce(given.zone, kept.zone) AS zone,
          coalesce(given.country, kept.country) AS country, coalesce(given.region, kept.region) AS region
        FROM staged_{noun} AS staged JOIN {noun} ON {noun}.id = staged.{id_column}
        JOIN place AS given ON given.id = staged.place_id JOIN place AS kept ON kept.id = {noun}.place_id
        WHERE given.id <> kept.id
    """
    connection.execute(
        f"INSERT INTO place (zone, country, region) SELECT zone, country, region FROM ({merged}) AS merged "
        "EXCEPT SELECT zone, country, region FROM place ON CONFLICT DO NOTHING"
    )
    connection.execute(
        f"UPDATE staged_{noun} AS staged SET place_id = place.id FROM ({merged}) AS merged JOIN place "
        "ON (place.zone, place.country, place.region) IS NOT DISTINCT FROM (merged.zone, merged.country, merged.region) "
        f"WHERE staged.{id_column} = merged.id"
    )
