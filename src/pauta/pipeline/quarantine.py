"""Quarantine: what meets a defect of ours is set aside with the error, and everything else goes on.

One account, partition of a launch or message that raises something nobody expected would otherwise end every worker
that takes it up, one after the other. It is tried again by itself, with growing pauses, so that a mended version finds
it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
from psycopg import Connection

from pauta.messages.states import Unit
from pauta.pipeline.leases import LeaseLostError

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
ERROR_LENGTH = 500
"""Longest text of an error that is kept; the log has all of it."""

Named = tuple[int, int]
"""A unit by its partition and id: account key, campaign or message."""

DROPPED = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.IdleInTransactionSessionTimeout)
"""What a connection says that is no more: the database restarted, or ended what slept in mid-transaction."""


class DefectError(Exception):
    """Work on some units of one sort ended in an error that nobody expected; the cause is that error."""

    def __init__(self, unit: Unit, named: Sequence[Named]) -> None:
        super().__init__(unit, named)
        self.unit = unit
        self.named = tuple(named)

    @property
    def told(self) -> str:
        """The error in one line."""
        text = f"{type(self.__cause__).__name__}: {self.__cause__}"
        return " ".join(text.replace("\0", "").split())[:ERROR_LENGTH]


@contextmanager
def blamed(unit: Unit, named: Sequence[Named], *expected: type[Exception]) -> Iterator[None]:
    """Turn what nobody expected into a DefectError that names the units at work; a lost connection or lease passes."""
    passing: tuple[type[Exception], ...] = (*DROPPED, LeaseLostError, *expected)
    try:
        yield
    except passing:
        raise
    except Exception as error:
        raise DefectError(unit, named) from error


FREE = """NOT EXISTS (SELECT FROM quarantine q WHERE q.unit = {unit:d} AND q.part = {part} AND q.id = {id}
                            AND q.again_at > clock_timestamp())"""
"""A condition: the unit is not set aside now. Pauses run on the database's clock, as leases do."""


def set_aside(connection: Connection[Any], unit: Unit, named: Sequence[Named], error: str) -> dict[Named, timedelta]:
    """Keep these units from being taken up for a while, longer each time; for how long, by unit."""
    rows = connection.execute(
        """
        INSERT INTO quarantine (unit, part, id, error, since, tries, again_at)
        SELECT %(unit)s, part, id, %(error)s, clock_timestamp(), 1, clock_timestamp() + %(first)s
        FROM unnest(%(parts)s::int2[], %(ids)s::int8[]) AS named (part, id)
        ON CONFLICT (unit, part, id) DO UPDATE
        SET error = excluded.error, tries = quarantine.tries + 1,
            again_at = clock_timestamp() + least(%(longest)s, %(first)s * power(2, least(quarantine.tries, 20)))
        RETURNING part, id, least(%(longest)s, %(first)s * power(2, least(quarantine.tries, 20) - 1))
        """,
        {
            "unit": unit,
            "parts": [part for part, _ in named],
            "ids": [number for _, number in named],
            "error": error,
            "first": FIRST_PAUSE,
            "longest": LONGEST_PAUSE,
        },
    )
    return {(part, number): pause for part, number, pause in rows}


def forget_old(connection: Connection[Any]) -> None:
    """Forget what nobody has tried for a day: it was cancelled, has moved, or wants nothing any more."""
    connection.execute("DELETE FROM quarantine WHERE again_at < clock_timestamp() - interval '1 day'")


def let_go(connection: Connection[Any], unit: Unit, named: Sequence[Named]) -> None:
    """Forget that these units were set aside: what was done with them went well."""
    connection.execute(
        "DELETE FROM quarantine USING unnest(%s::int2[], %s::int8[]) AS done (part, id)"
        " WHERE quarantine.unit = %s AND quarantine.part = done.part AND quarantine.id = done.id",
        ([part for part, _ in named], [number for _, number in named], unit),
    )
