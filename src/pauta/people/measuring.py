"""Whether it is told from mails that somebody reads them: what the company does, and what each person wants."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any

from psycopg import Connection


class Measures(StrEnum):
    """In which mails opens and clicks are measured."""

    nothing = "nothing"
    bulk = "bulk"
    everything = "everything"

    def covers(self, message_type: str) -> bool:
        """Whether messages of a type are measured."""
        return self is Measures.everything or (self is Measures.bulk and message_type != "transactional")


def measures(connection: Connection[Any]) -> Measures:
    """In which mails the company measures."""
    row = connection.execute("SELECT measures FROM company WHERE id = 1").fetchone()
    return Measures(row[0]) if row else Measures.bulk


def is_measured(connection: Connection[Any], contact_id: int) -> bool:
    """Whether opens and clicks of a contact may be measured."""
    found = connection.execute("SELECT 1 FROM unmeasured WHERE contact_id = %s", (contact_id,))
    return found.fetchone() is None


def choose_measured(
    connection: Connection[Any], contact_ids: Collection[int], measured: bool, source: str, now: datetime
) -> bool:
    """Keep whether these contacts may be measured, as they chose by ``source``; whether that is new.

    It concerns every mail from now on, and those that are out: what they tell is not kept any more.
    """
    if measured:
        done = connection.execute("DELETE FROM unmeasured WHERE contact_id = ANY(%s)", (list(contact_ids),))
    else:
        done = connection.execute(
            "INSERT INTO unmeasured (contact_id, source, at) SELECT unnest(%s::int8[]), %s, %s ON CONFLICT DO NOTHING",
            (list(contact_ids), source, now),
        )
    return done.rowcount > 0
