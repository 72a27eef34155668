"""What a rule would find, while it is being written: how many contacts, and a few of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection, errors, sql

from pauta.core.problems import Problem
from pauta.core.rules.reading import read_rule
from pauta.segments.compiling import about_everybody, compile_rule
from pauta.segments.queries import MemberRow, company_day, people

SAMPLE = 10
SECONDS = 10
"""Longer than this nobody waits for a number while writing."""


@dataclass(frozen=True, slots=True)
class Preview:
    """How many contacts a rule holds for now, of how many, and some of them."""

    contacts: int
    everyone: int
    sample: Sequence[MemberRow]


def preview(connection: Connection[Any], document: object, now: datetime) -> Preview:
    """What a rule would find; a Problem when it is wrong, or when counting takes too long."""
    condition = compile_rule(read_rule(document), now, company_day(connection, now), whole=True)
    statement = sql.SQL(
        "SELECT count(*), (array_agg(id))[:%(sample)s], (SELECT count(*) FROM contact) FROM ({}) AS found"
    ).format(condition.contacts)
    try:
        with connection.transaction():
            connection.execute("SELECT set_config('statement_timeout', %s, true)", (f"{SECONDS}s",))
            with about_everybody(connection):
                row = connection.execute(statement, {**condition.params, "sample": SAMPLE}).fetchone()
            connection.execute("SELECT set_config('statement_timeout', '0', true)")
    except errors.QueryCanceled:
        raise Problem("segments.slow", "rule", seconds=SECONDS) from None
    assert row is not None
    contacts, ids, everyone = row
    return Preview(contacts, everyone, people(connection, ids or []))
