"""Contacts that share an e-mail address are one person: one set of contact caps, under one account key.

The person is named after the contact with the lowest id, and lives under that contact's account key.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from psycopg import Connection

from pauta.people.changes import Changes, Move
from pauta.platform.partitions import PARTITIONS

_SETTLE = f"""
WITH member AS (
  SELECT id, account_id, lower(email) AS address FROM contact WHERE lower(email) = ANY(%(addresses)s)
  UNION
  SELECT id, account_id, lower(email) FROM contact WHERE id = ANY(%(contact_ids)s)
), led AS (
  SELECT id, first_value(id) OVER same AS person_id, first_value(coalesce(account_id, -id)) OVER same AS account_key
  FROM member WINDOW same AS (PARTITION BY coalesce(address, id::text) ORDER BY id)
)
UPDATE contact SET person_id = led.person_id, account_key = led.account_key,
  part = abs(led.account_key) %% {PARTITIONS}
FROM led
WHERE contact.id = led.id AND (contact.person_id, contact.account_key) IS DISTINCT FROM (led.person_id, led.account_key)
RETURNING contact.id, old.account_key, new.account_key
"""

_MOVED = f"""
WITH move AS (
  SELECT contact_id, abs(old_key) %% {PARTITIONS} AS old_part, abs(new_key) %% {PARTITIONS} AS new_part
  FROM unnest(%(ids)s::bigint[], %(olds)s::bigint[], %(news)s::bigint[]) AS move (contact_id, old_key, new_key)
)
"""
_TAKE_ALONG = (
    """
    UPDATE consent SET part = new_part FROM move
    WHERE consent.part = old_part AND consent.contact_id = move.contact_id
    """,
    """
    UPDATE preference SET part = new_part FROM move WHERE preference.contact_id = move.contact_id
    """,
)


def settle(connection: Connection[Any], addresses: Collection[str], contact_ids: Collection[int]) -> Changes:
    """Make the contacts with these addresses (lower case), and these contacts, live as the rule of sharing says.

    ``addresses`` must hold the present address of every contact in ``contact_ids``. Their consents and preferences go
    with them; what other nouns keep by account key is for whoever reads the moves.
    """
    rows = connection.execute(_SETTLE, {"addresses": list(addresses), "contact_ids": list(contact_ids)}).fetchall()
    moves = tuple(Move(*row) for row in rows if row[1] != row[2])
    if moves:
        take_along(connection, moves)
    return Changes(keys=frozenset(key for _, *keys in rows for key in keys), moves=moves)


def take_along(connection: Connection[Any], moves: Collection[Move]) -> None:
    """Move consents and preferences of the contacts to the partitions of their new account keys."""
    ids, olds, news = (list(column) for column in zip(*moves, strict=True))
    for statement in _TAKE_ALONG:
        connection.execute(_MOVED + statement, {"ids": ids, "olds": olds, "news": news})
