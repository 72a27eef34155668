"""Who may store accounts and contacts when."""

from __future__ import annotations

from typing import Any

from psycopg import Connection


def lock_people(connection: Connection[Any]) -> None:
    """Wait until no other transaction stores accounts or contacts; held until this one ends.

    Two transactions that each add a contact with the same address would not see that they share a person.
    """
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('pauta.people', 0))")


def lock_people_in_turns(connection: Connection[Any]) -> None:
    """The same, but the other sessions of an import that ``may_take_turns`` go on."""
    connection.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended('pauta.people', 0))")


def may_take_turns(connection: Connection[Any]) -> bool:
    """Whether no other import takes turns now; none will while this session lasts."""
    row = connection.execute("SELECT pg_try_advisory_lock(hashtextextended('pauta.people.import', 0))").fetchone()
    if row != (True,):
        return False
    with connection.transaction():
        lock_people(connection)  # what was sent by an import that was killed may still be at work
    return True
