"""Rows handed to the session's staging tables, from which set statements store them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, LiteralString

from psycopg import Connection, sql

Columns = Mapping[str, Sequence[Any]]
"""Values by column, all of one length, None for NULL: text, or anything whose ``str`` PostgreSQL reads."""

_ROWS_A_WRITE = 5_000
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def stage(connection: Connection[Any], table: str, types: Mapping[str, LiteralString], columns: Columns) -> None:
    """Fill a temporary table, made with the session's first use, with these columns; the others are NULL.

    A column ``position`` counts the rows from 1. Text is copied in the text format, which for rows of text is faster to
    write than the binary one.
    """
    name = sql.Identifier(table)
    declared = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind)) for column, kind in types.items()
    )
    connection.execute(
        sql.SQL("CREATE TEMPORARY TABLE IF NOT EXISTS {} ({}, position bigserial)").format(name, declared)
    )
    connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY").format(name))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(name, sql.SQL(", ").join(map(sql.Identifier, columns)))
    lines = map("\t".join, zip(*map(_written, columns.values()), strict=True))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        while block := list(islice(lines, _ROWS_A_WRITE)):
            copy.write("\n".join(block) + "\n")


def _written(values: Sequence[Any]) -> list[str]:
    """A column's values in COPY's text format."""
    texts = [r"\N" if value is None else value if type(value) is str else str(value) for value in values]
    whole = "".join(texts)
    if whole.isascii() and whole.isprintable() and "\\" not in whole:
        return texts
    return [r"\N" if value is None else text.translate(_ESCAPES) for value, text in zip(values, texts, strict=True)]
