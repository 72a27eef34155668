"""Rows in bulk, against a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import numpy as np
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection, sql

from pauta.platform import database
from pauta.platform.copy import array_text, copy_rows, fetch_array
from pauta.platform.home import Home

Open = Connection[tuple[Any, ...]]
TYPES = {
    "flag": "bool",
    "small": "int2",
    "number": "int4",
    "big": "int8",
    "real": "float4",
    "double": "float8",
    "day": "date",
    "moment": "timestamptz",
    "id": "uuid",
    "name": "text",
    "data": "bytea",
    "facts": "jsonb",
}
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "flag": st.booleans(),
    "small": st.integers(-(2**15), 2**15 - 1),
    "number": st.integers(-(2**31), 2**31 - 1),
    "big": st.integers(-(2**63), 2**63 - 1),
    "real": st.floats(width=32, allow_nan=False),
    "double": st.floats(allow_nan=False),
    "day": st.dates(min_value=date(1900, 1, 1)),
    "moment": st.datetimes(min_value=datetime(1900, 1, 1)),  # noqa: DTZ001 - NumPy's times have no zone
    "id": st.uuids(),
    "name": st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    "data": st.binary(),
    "facts": st.sampled_from(['{"a": 1}', "[]", '"é"']),
}
FULL_ROWS = st.lists(st.fixed_dictionaries(VALUES), max_size=30)
ROWS = st.lists(st.fixed_dictionaries({name: st.none() | values for name, values in VALUES.items()}), max_size=30)


@pytest.fixture(scope="module")
def scratch(server: Home) -> Iterator[Open]:
    """A connection to a table with one column of each type, emptied by whoever uses it."""
    columns = ", ".join(f"{name} {kind}" for name, kind in TYPES.items())
    with database.connect(server.url_of("postgres"), autocommit=True) as opened:
        opened.execute(sql.SQL("CREATE TEMPORARY TABLE thing (place serial, {})").format(sql.SQL(columns)))
        yield opened


def _masked(values: list[Any], dtype: str) -> Any:
    filled = [0 if value is None else value for value in values]
    return np.ma.MaskedArray(np.array(filled, dtype=dtype), mask=[value is None for value in values])


def _columns(rows: list[dict[str, Any]]) -> dict[str, Any]:
    given_values = {name: [row[name] for row in rows] for name in TYPES}
    ids = [b"\0" * 16 if value is None else value.bytes for value in given_values["id"]]
    missing = [value is None for value in given_values["id"]]
    return {
        **given_values,
        "flag": _masked(given_values["flag"], "?"),
        "small": _masked(given_values["small"], "i2"),
        "number": _masked(given_values["number"], "i8"),
        "big": _masked(given_values["big"], "i8"),
        "real": _masked(given_values["real"], "f4"),
        "double": _masked(given_values["double"], "f8"),
        "day": np.array(given_values["day"], dtype="M8[D]"),
        "moment": np.array(given_values["moment"], dtype="M8[us]"),
        "id": np.ma.MaskedArray(np.array(ids, dtype="S16").view("V16"), mask=missing) if rows else np.empty(0, "V16"),
    }


@settings(max_examples=80)
@given(rows=ROWS)
def test_what_is_stored_is_what_was_given(scratch: Open, rows: list[dict[str, Any]]) -> None:
    scratch.execute("TRUNCATE thing RESTART IDENTITY")
    assert copy_rows(scratch, "thing", _columns(rows), TYPES) == len(rows)
    cursor = scratch.execute(
        "SELECT flag, small, number, big, real::float8, double, day, moment AT TIME ZONE 'UTC', id, name, data,"
        " facts::text FROM thing ORDER BY place"
    )
    assert [dict(zip(TYPES, row, strict=True)) for row in cursor] == rows


NUMBERS = np.dtype(
    [
        *(("flag", "?"), ("small", "i2"), ("number", "i4"), ("big", "i8"), ("real", "f4"), ("double", "f8")),
        *(("moment", "M8[us]"), ("id", "V16")),
    ]
)


@settings(max_examples=80)
@given(rows=FULL_ROWS)
def test_what_is_fetched_is_what_was_stored(scratch: Open, rows: list[dict[str, Any]]) -> None:
    scratch.execute("TRUNCATE thing RESTART IDENTITY")
    copy_rows(scratch, "thing", _columns(rows), TYPES)
    found = fetch_array(scratch, "SELECT * FROM thing ORDER BY place", None, NUMBERS)
    assert found.dtype == NUMBERS
    for name in ("flag", "small", "number", "big", "double"):
        assert found[name].tolist() == [row[name] for row in rows]
    assert found["real"].tolist() == np.array([row["real"] for row in rows], dtype="f4").tolist()
    assert found["moment"].tolist() == [row["moment"] for row in rows]
    assert [entry.tobytes() for entry in found["id"]] == [row["id"].bytes for row in rows]


def test_more_rows_than_a_batch_keep_their_order(scratch: Open) -> None:
    scratch.execute("TRUNCATE thing RESTART IDENTITY")
    numbers = np.arange(120_001)
    names = [f"name {number}" for number in numbers]
    copy_rows(scratch, "thing", {"number": numbers, "name": names}, {"number": "int4", "name": "text"})
    scratch.execute("SET max_parallel_workers_per_gather = 4; SET min_parallel_table_scan_size = 0; ANALYZE thing")
    dtype = np.dtype([("number", "i8")])
    found = fetch_array(scratch, "SELECT number FROM thing ORDER BY number DESC", None, dtype)
    assert (found["number"] == numbers[::-1]).all()
    mixed = scratch.execute("SELECT count(*) FROM thing WHERE name <> 'name ' || number").fetchone()
    assert mixed == (0,)


def test_a_query_may_have_parameters(scratch: Open) -> None:
    dtype = np.dtype([("n", "i4")])
    found = fetch_array(scratch, "SELECT n FROM generate_series(1, %(to)s) AS n", {"to": 3}, dtype)
    assert found["n"].tolist() == [1, 2, 3]


def test_integers_go_as_the_text_of_an_array(scratch: Open) -> None:
    numbers = np.array([-(2**63), 0, 7, 2**63 - 1])
    found = fetch_array(scratch, "SELECT unnest(%s::int8[]) AS n", (array_text(numbers),), np.dtype([("n", "i8")]))
    assert found["n"].tolist() == numbers.tolist()
    assert len(fetch_array(scratch, "SELECT unnest(%s::int8[]) AS n", (array_text(numbers[:0]),), found.dtype)) == 0


def test_no_rows_are_an_empty_array(scratch: Open) -> None:
    found = fetch_array(scratch, "SELECT 1 AS n WHERE false", None, np.dtype([("n", "i4")]))
    assert found.shape == (0,)


def test_a_null_is_refused_when_fetched(scratch: Open) -> None:
    with pytest.raises(ValueError, match="1 of 2 rows hold a NULL"):
        fetch_array(
            scratch, "SELECT * FROM (VALUES (1, 2), (3, NULL)) AS v (a, b)", None, np.dtype([("a", "i4"), ("b", "i4")])
        )


def test_a_column_wider_than_its_field_is_refused(scratch: Open) -> None:
    with pytest.raises(psycopg.errors.UndefinedFunction):
        fetch_array(scratch, "SELECT 1::int8 AS n", None, np.dtype([("n", "i4")]))


def test_a_number_that_does_not_fit_is_refused(scratch: Open) -> None:
    with pytest.raises(ValueError, match="column small holds a number that does not fit int2"):
        copy_rows(scratch, "thing", {"small": np.array([1, 40_000])}, {"small": "int2"})
    with pytest.raises(ValueError, match="column number holds a number that does not fit int4"):
        copy_rows(scratch, "thing", {"number": np.array([1.5])}, {"number": "int4"})
    assert scratch.execute("SELECT 1").fetchone() == (1,)


def test_columns_of_different_length_are_refused(scratch: Open) -> None:
    with pytest.raises(ValueError, match="differ in length"):
        copy_rows(scratch, "thing", {"small": np.array([1]), "name": ["a", "b"]}, TYPES)


def test_rows_belong_to_the_callers_transaction(database: str) -> None:
    with psycopg.connect(database) as opened:
        opened.execute("CREATE TABLE thing (number int)")
        opened.commit()
        copy_rows(opened, "public.thing", {"number": np.arange(3)}, {"number": "int4"})
        opened.rollback()
        assert opened.execute("SELECT count(*) FROM thing").fetchone() == (0,)
