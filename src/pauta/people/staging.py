"""Rows handed to PostgreSQL as text, into the session's staging tables, for statements on sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, LiteralString

from psycopg import Connection, adapters, sql
from psycopg.adapt import Dumper

Columns = Mapping[str, Sequence[Any]]
"""Values by column, all of one length, None for NULL: text, or anything whose ``str`` PostgreSQL reads."""

_ROWS_A_WRITE = 500
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def stage(connection: Connection[Any], table: str, types: Mapping[str, LiteralString], columns: Columns) -> None:
    """Fill a temporary table, made with the session's first use, with these columns; the others are NULL.

    A column ``position`` counts the rows from 1.
    """
    name = sql.Identifier(table)
    declared = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind)) for column, kind in types.items()
    )
    connection.execute(
        sql.SQL("CREATE TEMPORARY TABLE IF NOT EXISTS {} ({}, position bigserial)").format(name, declared)
    )
    connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY").format(name))
    append(connection, table, columns)


def append(connection: Connection[Any], table: str, columns: Columns) -> None:
    """Add rows to a table; columns that are not given get their defaults.

    COPY in its text format, which for rows of text is faster to write than the binary one. The server stores one write
    while the next is put together; what is the same in every row is put together once.
    """
    names = list(columns)
    same = [name for name in names[1:] if _says_one_thing(columns[name])]
    varying = [name for name in names if name not in same]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, varying + same))
    )
    ending = "\t".join(["", *(_written(columns[name][:1])[0] for name in same)]) + "\n"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for start in range(0, len(columns[names[0]]), _ROWS_A_WRITE):
            block = [_written(columns[name][start : start + _ROWS_A_WRITE]) for name in varying]
            copy.write(ending.join([*map("\t".join, zip(*block, strict=True)), ""]))


class TextArray(str):
    """Texts as PostgreSQL writes an array; as a parameter it is one."""


class _TextArrayDumper(Dumper):
    oid = adapters.types["text"].array_oid

    def dump(self, obj: TextArray) -> bytes:
        return obj.encode()


adapters.register_dumper(TextArray, _TextArrayDumper)


def array_of(texts: Iterable[str | None]) -> TextArray:
    """Texts as an array, None for NULL; many are written several times faster than a list as a parameter."""
    values = list(texts)
    said = [text for text in values if text is not None]
    whole = "".join(said)
    if len(said) < len(values) or '"' in whole or "\\" in whole:
        return TextArray("{" + ",".join(["NULL" if text is None else _quoted(text) for text in values]) + "}")
    return TextArray('{"' + '","'.join(said) + '"}' if said else "{}")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _says_one_thing(values: Sequence[Any]) -> bool:
    return len(values) > 0 and bool(values[0] == values[-1]) and list(values).count(values[0]) == len(values)


def _written(values: Sequence[Any]) -> Sequence[str]:
    """A column's values in COPY's text format."""
    kinds = set(map(type, values))
    if type(None) in kinds:
        present = iter(_written([value for value in values if value is not None]))
        return [r"\N" if value is None else next(present) for value in values]
    texts = values if kinds <= {str} else list(map(str, values))
    whole = "".join(texts)
    if any(special in whole for special in "\\\t\n\r"):
        return [text.translate(_ESCAPES) for text in texts]
    return texts
