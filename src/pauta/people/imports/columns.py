"""Columns of read values in the forms in which the database takes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from pauta.people.imports.fields import Batch
from pauta.people.places import NOWHERE, place_ids

PLACE_PARTS = ("zone", "country", "region")


def numbers(values: Sequence[int | None]) -> NDArray[Any]:
    """Whole numbers, masked where there is none."""
    missing = [value is None for value in values]
    return np.ma.masked_array([value or 0 for value in values], mask=missing, dtype=np.int64)


def dates(values: Sequence[date | None]) -> NDArray[Any]:
    """Days, NaT where there is none."""
    return np.array(values, dtype="datetime64[D]")


def places(connection: Connection[Any], batch: Batch) -> NDArray[Any] | None:
    """The place of every row, masked where it names none; None when the file has no part of a place."""
    if not any(part in batch.values for part in PLACE_PARTS):
        return None
    triples = list(zip(*(batch.column(part) for part in PLACE_PARTS), strict=True))
    known = place_ids(connection, set(triples))
    return numbers([None if triple == NOWHERE else known[triple] for triple in triples])
