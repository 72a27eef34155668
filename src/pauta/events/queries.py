"""Reads of events and conditions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from pauta.platform.partitions import PARTITIONS


@dataclass(frozen=True, slots=True)
class StandingCondition:
    """A condition that has begun and not ended; at the account itself when ``contact_id`` is None."""

    name: str
    contact_id: int | None
    began_at: datetime
    source: str


def standing_conditions(connection: Connection[Any], account_key: int) -> list[StandingCondition]:
    """What stands at an account key and its contacts, the oldest first."""
    with connection.cursor(row_factory=class_row(StandingCondition)) as cursor:
        return cursor.execute(
            "SELECT name, contact_id, began_at, source FROM condition "
            f"WHERE ended_at IS NULL AND part = abs(%(key)s) %% {PARTITIONS} AND account_key = %(key)s "
            "ORDER BY began_at, id",
            {"key": account_key},
        ).fetchall()
