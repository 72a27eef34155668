"""Reads of people: who a name or an address stands for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from pauta.core.problems import Problem
from pauta.people.staging import array_of


@dataclass(frozen=True, slots=True)
class Person:
    """A contact by its numbers."""

    id: int
    account_key: int


@dataclass(frozen=True, slots=True)
class Found:
    """For each name that was asked for, in order, the contacts that it stands for, the oldest first."""

    contacts: list[tuple[Person, ...]]

    @property
    def missing(self) -> list[int]:
        """Places of the names that stand for nobody."""
        return [place for place, people in enumerate(self.contacts) if not people]


def find_contacts(connection: Connection[Any], names: Sequence[str | None]) -> Found:
    """Who these names stand for: the contact with that external id (also of one that was merged into it), or else
    everyone with that e-mail address."""
    wanted = {name for name in names if name is not None}
    found = _by_external_id(connection, wanted)
    addresses = {name for name in wanted - found.keys() if "@" in name}
    by_address = _by_address(connection, {address.lower() for address in addresses}) if addresses else {}
    found |= {address: by_address[address.lower()] for address in addresses if address.lower() in by_address}
    return Found([found.get(name, ()) if name is not None else () for name in names])


def find_contact(connection: Connection[Any], name: str) -> Person:
    """The contact with this external id, or the oldest with this e-mail address; a Problem when there is none."""
    people = find_contacts(connection, [name]).contacts[0]
    if not people:
        raise Problem("people_contact_unknown", "contact", value=name)
    return people[0]


def account_ids(connection: Connection[Any], names: Collection[str]) -> dict[str, int]:
    """Accounts by external id, or else by name (the oldest of that name); names that fit none are left out."""
    wanted = set(names)
    if not wanted:
        return {}
    by_id = "SELECT external_id, id FROM account WHERE external_id = ANY(%s)"
    found: dict[str, int] = dict(connection.execute(by_id, (array_of(wanted),)).fetchall())
    if others := wanted - found.keys():
        by_name = "SELECT name, min(id) FROM account WHERE name = ANY(%s) GROUP BY name"
        found |= dict(connection.execute(by_name, (array_of(others),)).fetchall())
    return found


def _by_external_id(connection: Connection[Any], names: Iterable[str]) -> dict[str, tuple[Person, ...]]:
    rows = connection.execute(
        "SELECT external_id, id, account_key FROM contact WHERE external_id = ANY(%(names)s) UNION ALL "
        "SELECT alias.external_id, id, account_key FROM contact_alias AS alias JOIN contact ON contact.id = contact_id "
        "WHERE alias.external_id = ANY(%(names)s)",
        {"names": array_of(names)},
    ).fetchall()
    return {external_id: (Person(number, key),) for external_id, number, key in rows}


def _by_address(connection: Connection[Any], addresses: Iterable[str]) -> dict[str, tuple[Person, ...]]:
    found: dict[str, tuple[Person, ...]] = {}
    for address, number, key in connection.execute(
        "SELECT lower(email), id, account_key FROM contact WHERE lower(email) = ANY(%s) ORDER BY id",
        (array_of(addresses),),
    ).fetchall():
        found[address] = (*found.get(address, ()), Person(number, key))
    return found


def is_sample(connection: Connection[Any]) -> bool:
    """Whether this installation speaks for the fictional company of the demonstration."""
    row = connection.execute("SELECT sample FROM company").fetchone()
    return bool(row and row[0])
