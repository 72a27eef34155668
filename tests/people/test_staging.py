"""Rows of text on their way into PostgreSQL."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from pauta.people.staging import append, array_of, stage

Conn = Connection[tuple[Any, ...]]
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))
CELLS = st.one_of(st.none(), TEXTS, st.sampled_from((r"\N", "a\tb", "a\nb\r", 'say "a"', r"\\", "{}", ",", "NULL")))
MANY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=20))
@MANY
def test_what_is_appended_is_what_is_stored(connection: Conn, rows: list[tuple[str | None, str | None]]) -> None:
    columns = {"number": list(range(len(rows))), "said": [row[0] for row in rows], "heard": [row[1] for row in rows]}
    stage(connection, "staged_talk", {"number": "integer", "said": "text", "heard": "text"}, columns)
    stored = connection.execute("SELECT said, heard, position FROM staged_talk ORDER BY number").fetchall()
    assert stored == [(*row, position) for position, row in enumerate(rows, start=1)]


@given(st.lists(CELLS))
@MANY
def test_an_array_holds_what_it_was_made_of(connection: Conn, texts: list[str | None]) -> None:
    assert connection.execute("SELECT %s", (array_of(texts),)).fetchone() == (texts,)


def test_what_is_said_in_every_row_and_what_is_not_said_at_all(connection: Conn) -> None:
    connection.execute("CREATE TEMPORARY TABLE talk (number int, said text, twice boolean, heard text DEFAULT 'no')")
    append(connection, "talk", {"number": [1, 2], "said": ["a\tb", "a\tb"], "twice": [None, None]})
    append(connection, "talk", {"number": [3], "said": [None], "twice": [True]})
    append(connection, "talk", {"number": [], "said": [], "twice": []})
    rows = connection.execute("SELECT * FROM talk ORDER BY number").fetchall()
    assert rows == [(1, "a\tb", None, "no"), (2, "a\tb", None, "no"), (3, None, True, "no")]
