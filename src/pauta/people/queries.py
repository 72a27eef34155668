"""Reads of people: who a name or an address stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from pauta.platform.copy import fetch_array

_FOUND = np.dtype([("position", "i8"), ("id", "i8"), ("account_key", "i8")])
_FIND = """
WITH wanted AS MATERIALIZED (
  SELECT name, position - 1 AS position FROM unnest(%s::text[]) WITH ORDINALITY AS wanted (name, position)
)
SELECT position, contact.id, contact.account_key FROM wanted JOIN contact ON contact.external_id = wanted.name
UNION ALL
SELECT position, contact.id, contact.account_key FROM wanted JOIN contact ON lower(contact.email) = lower(wanted.name)
WHERE strpos(wanted.name, '@') > 0
  AND NOT EXISTS (SELECT FROM contact AS exact WHERE exact.external_id = wanted.name)
ORDER BY position, id
"""


@dataclass(frozen=True)
class Found:
    """Contacts found for a list of names, ordered by the place of the name, then by contact id."""

    position: NDArray[np.int64]
    id: NDArray[np.int64]
    account_key: NDArray[np.int64]
    asked: int

    @property
    def ids(self) -> list[int]:
        """One contact for each name, the oldest where several share the address; 0 where there is none."""
        first = np.zeros(self.asked, dtype=np.int64)
        first[self.position[::-1]] = self.id[::-1]
        return [int(number) for number in first]

    @property
    def missing(self) -> list[int]:
        """Places of the names that stand for nobody."""
        return [place for place, number in enumerate(self.ids) if number == 0]


def find_contacts(connection: Connection[Any], names: Sequence[str | None]) -> Found:
    """Who these names stand for: the contact with that external id, or else everyone with that e-mail address."""
    rows = fetch_array(connection, _FIND, (list(names),), _FOUND)
    return Found(rows["position"], rows["id"], rows["account_key"], len(names))
