"""Columns of read values in the forms in which the database takes them."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from pauta.people.imports.fields import Batch
from pauta.people.places import NOWHERE, Triple, place_ids

PLACE_PARTS = ("zone", "country", "region")


def places(connection: Connection[Any], batch: Batch) -> list[int | None] | None:
    """The place of every row, None where it names none; None when the file has no part of a place."""
    if not any(part in batch.values for part in PLACE_PARTS):
        return None
    triples = list(zip(*(batch.column(part) for part in PLACE_PARTS), strict=True))
    known: dict[Triple, int | None] = {**place_ids(connection, set(triples)), NOWHERE: None}
    return list(map(known.__getitem__, triples))
