"""Lists of contacts: named, and filled from a file."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from pauta.campaigns.approving import list_changed
from pauta.core.problems import Problem
from pauta.people.queries import find_contacts

Conn = Connection[Any]

COLUMNS = ("external_id", "email")
"""Columns of a file that name contacts; the first of them that a file has counts."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a list: how many contacts it holds now, and the names that stand for nobody."""

    members: int
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContactList:
    """A list by its name, and how many contacts are on it."""

    name: str
    contacts: int


def lists(conn: Conn) -> list[ContactList]:
    """Every list, by name."""
    with conn.cursor(row_factory=class_row(ContactList)) as cursor:
        return cursor.execute(
            "SELECT name, (SELECT count(*) FROM contact_list_member WHERE list_id = contact_list.id) AS contacts"
            " FROM contact_list ORDER BY name"
        ).fetchall()


def read_names(file: Path) -> list[str]:
    """The contacts that a CSV file names, by external id or address; a Problem when it cannot be read as one."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = csv.DictReader(opened)
            column = next((name for name in COLUMNS if name in (rows.fieldnames or ())), None)
            if column is None:
                raise Problem("campaigns.list_column", field=str(file))
            return [row[column].strip() for row in rows if row[column] and row[column].strip()]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Problem("campaigns.file_unreadable", field=str(file), why=error) from error


def save_list(connection: Conn, now: datetime, name: str, contacts: Sequence[str]) -> Saved:
    """Make a list of these contacts, or give the one of that name these contacts instead.

    Everyone with an address that several share is taken. A Problem when nobody of them is known.
    """
    found = find_contacts(connection, contacts)
    unknown = tuple(contacts[place] for place in found.missing)
    people = [person.id for named in found.contacts for person in named]
    if not people:
        raise Problem("campaigns.list_empty", "contacts", name=name, unknown=len(unknown))
    row = connection.execute(
        "INSERT INTO contact_list (name, created_at) VALUES (%s, %s)"
        " ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id",
        (name, now),
    ).fetchone()
    assert row is not None
    connection.execute("DELETE FROM contact_list_member WHERE list_id = %s", row)
    members = connection.execute(
        "INSERT INTO contact_list_member (list_id, contact_id) SELECT DISTINCT %s::bigint, unnest(%s::bigint[])",
        (row[0], people),
    ).rowcount
    list_changed(connection, now, name)
    return Saved(members, unknown)
