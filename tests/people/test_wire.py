"""New rows on their way into PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from pauta.people.wire import append_rows

Conn = Connection[tuple[Any, ...]]
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))
KINDS = {
    "place": "integer",
    "big": "bigint",
    "small": "smallint",
    "said": "text",
    "sure": "boolean",
    "names": "text[]",
    "facts": "jsonb",
    "day": "date",
    "at": "timestamptz",
}
VALUES = st.tuples(
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.integers(-(2**15), 2**15 - 1),
    st.none() | TEXTS | st.sampled_from((r"\N", "a\tb\n", "ação" * 100, "x" * 255, "x" * 256)),
    st.none() | st.booleans(),
    st.none() | st.lists(TEXTS, max_size=3).map(tuple),
    st.none() | st.sampled_from(('{"plan":"pro"}', "{}", '{"ção":1.5}')),
    st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31)),
    st.none() | st.datetimes(timezones=st.just(UTC)),
)
MANY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def stored(connection: Conn, columns: dict[str, Any]) -> list[tuple[Any, ...]]:
    declared = ", ".join(f"{name} {kind}" for name, kind in KINDS.items())
    connection.execute("DROP TABLE IF EXISTS talk")
    connection.execute(f"CREATE TEMPORARY TABLE talk ({declared}, heard text DEFAULT 'no')")  # type: ignore[arg-type]
    append_rows(connection, "talk", KINDS, columns)
    written = "SELECT big, small, said, sure, names, facts::text, day, at FROM talk ORDER BY place"
    return connection.execute(written).fetchall()


@given(st.lists(VALUES, max_size=12))
@MANY
def test_what_is_appended_is_what_is_stored(connection: Conn, rows: list[tuple[Any, ...]]) -> None:
    names = list(KINDS)[1:]
    columns = {"place": list(range(len(rows)))} | {name: [row[n] for row in rows] for n, name in enumerate(names)}
    expected = [
        (*row[:4], None if row[4] is None else list(row[4]), row[5] and row[5].replace(":", ": "), *row[6:])
        for row in rows
    ]
    assert stored(connection, columns) == expected


def test_what_is_said_in_every_row_in_more_rows_than_one_write_takes(connection: Conn) -> None:
    rows = 2_500
    columns = {
        "place": np.arange(rows),
        "big": [7] * rows,
        "small": np.full(rows, -1),
        "said": ["a\tb"] * rows,
        "sure": [None] * rows,
        "at": ["2026-05-01T12:00:00+02:00"] * rows,
    }
    row = (7, -1, "a\tb", None, None, None, None, datetime(2026, 5, 1, 10, tzinfo=UTC))
    assert stored(connection, columns) == [row] * rows
    assert connection.execute("SELECT count(DISTINCT place), min(heard) FROM talk").fetchone() == (rows, "no")


def test_rows_that_are_all_the_same(connection: Conn) -> None:
    assert stored(connection, {"place": [1, 1], "said": ["a", "a"]}) == [(None, None, "a", *[None] * 5)] * 2
