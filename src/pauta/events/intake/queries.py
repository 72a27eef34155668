"""Reads of what programs send."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from pauta.events.intake.calls import Request
from pauta.people.queries import find_contacts
from pauta.people.staging import array_of

Conn = Connection[Any]

_WAITING = """
SELECT intake.id, key_id, coalesce('key:' || api_key.name, '') AS source, door, body, received_at
FROM (
  SELECT *, sum(octet_length(body)) OVER (ORDER BY id) - octet_length(body) AS before
  FROM (SELECT * FROM intake ORDER BY id LIMIT %(most)s) AS first
) AS intake LEFT JOIN api_key ON api_key.id = key_id
WHERE before < %(bytes)s ORDER BY intake.id
"""


@dataclass(frozen=True, slots=True)
class Known:
    """A contact as calls need it: its number, its external id, and its account, if any."""

    id: int
    external_id: str
    account_id: int | None


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A call that could not be understood: its key, what it said, and why as a problem. Times are UTC."""

    id: int
    key: str
    door: str
    body: str
    code: str
    field: str
    details: dict[str, Any]
    received_at: datetime


def waiting(connection: Conn, most: int, size: int) -> list[Request]:
    """The oldest requests that wait to be understood: at most so many, and of little more than ``size`` bytes."""
    with connection.cursor(row_factory=class_row(Request)) as cursor:
        return cursor.execute(_WAITING, {"most": most, "bytes": size}).fetchall()


def owners(connection: Conn, visitors: Iterable[str]) -> dict[str, str]:
    """The external ids of the contacts of visitors, where they are known."""
    return dict(
        connection.execute(
            "SELECT anonymous_id, external_id FROM visitor JOIN contact ON contact.id = contact_id"
            " WHERE anonymous_id = ANY(%s::text[])",
            (array_of(visitors),),
        ).fetchall()
    )


def known(connection: Conn, names: Iterable[str]) -> dict[str, Known]:
    """The contacts that these names stand for, as everywhere in Pauta: by external id, or else by address."""
    asked = sorted(set(names))
    found = find_contacts(connection, asked).contacts
    ids = {name: people[0].id for name, people in zip(asked, found, strict=True) if people}
    rows = connection.execute(
        "SELECT id, external_id, account_id FROM contact WHERE id = ANY(%s)", (list(set(ids.values())),)
    ).fetchall()
    contacts = {number: Known(number, name, account) for number, name, account in rows}
    return {name: contacts[number] for name, number in ids.items()}


def dead_letters(connection: Conn, before: int | None, most: int) -> list[DeadLetter]:
    """Calls that could not be understood, the newest first, with a lower number than ``before``."""
    with connection.cursor(row_factory=class_row(DeadLetter)) as cursor:
        return cursor.execute(
            "SELECT dead_letter.id, coalesce(api_key.name, '') AS key, door, body, code, field, details, received_at"
            " FROM dead_letter LEFT JOIN api_key ON api_key.id = key_id"
            " WHERE %(before)s::bigint IS NULL OR dead_letter.id < %(before)s"
            " ORDER BY dead_letter.id DESC LIMIT %(most)s",
            {"before": before, "most": most},
        ).fetchall()


def counts(connection: Conn) -> tuple[int, int]:
    """How many requests wait to be understood, and how many calls nobody could understand."""
    row = connection.execute("SELECT (SELECT count(*) FROM intake), (SELECT count(*) FROM dead_letter)").fetchone()
    assert row is not None
    return row[0], row[1]
