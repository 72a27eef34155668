"""Many new rows straight into a table, in PostgreSQL's binary form of COPY: it takes numbers and times as they are.

A row is put together as text of which each character stands for one byte (Latin-1): to join texts is the fastest that
Python does with many rows of a few columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection, adapters, sql

from pauta.people.staging import Columns

_ROWS_A_WRITE = 1000
_BEGINNING = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_END = b"\xff\xff"
_NULL = "\xff\xff\xff\xff"
_WIDTHS = {"smallint": 2, "integer": 4, "bigint": 8}
_PARTS = ("length", "value")


def append_rows(connection: Connection[Any], table: str, kinds: Mapping[str, str], columns: Columns) -> None:
    """Add rows to a table; columns that are not given get their defaults.

    ``kinds`` are the types of the columns, as PostgreSQL names them: smallint, integer, bigint, boolean, text, text[]
    (a tuple of texts), jsonb (JSON text), date, timestamptz (a datetime, or ISO 8601 with offset). The server stores
    one write while the next is put together; what is the same in every row is put together once.
    """
    rows = len(next(iter(columns.values())))
    same = [name for name in columns if _says_one_thing(columns[name])]
    numbers = [name for name in columns if name not in same and kinds[name] in _WIDTHS and _whole(columns[name])]
    texts = [name for name in columns if name not in (*same, *numbers)]
    order = sql.SQL(", ").join(map(sql.Identifier, [*same, *numbers, *texts]))
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(sql.Identifier(table), order)
    begin = _bytes(len(columns), 2) + "".join(_written(kinds[name], columns[name][:1])[0] for name in same)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(_BEGINNING)
        for start in range(0, rows, _ROWS_A_WRITE):
            block = {name: columns[name][start : start + _ROWS_A_WRITE] for name in (*numbers, *texts)}
            pieces = [piece for name in texts for piece in _pieces(kinds[name], block[name])]
            if numbers:
                pieces.insert(0, _numbers({name: _WIDTHS[kinds[name]] for name in numbers}, block))
            written = map("".join, zip(*pieces, strict=True)) if pieces else [""] * min(_ROWS_A_WRITE, rows - start)
            copy.write((begin + begin.join(written)).encode("latin-1"))
        copy.write(_END)


def _says_one_thing(values: Sequence[Any]) -> bool:
    if isinstance(values, np.ndarray):
        return len(values) > 0 and bool((values == values[0]).all())
    return len(values) > 0 and bool(values[0] == values[-1]) and list(values).count(values[0]) == len(values)


def _whole(values: Sequence[Any]) -> bool:
    return isinstance(values, np.ndarray) or None not in values


def _numbers(widths: Mapping[str, int], columns: Columns) -> list[str]:
    """Several columns of whole numbers as one piece of each row."""
    fields = [
        (f"{part} of {name}", f">i{4 if part == 'length' else widths[name]}") for name in widths for part in _PARTS
    ]
    rows = np.empty(len(next(iter(columns.values()))), np.dtype(fields))
    for name, width in widths.items():
        rows[f"length of {name}"] = width
        rows[f"value of {name}"] = np.asarray(columns[name], np.int64)
    return _cut(rows)


def _cut(rows: NDArray[Any]) -> list[str]:
    whole, size = rows.tobytes().decode("latin-1"), rows.itemsize
    return [whole[at : at + size] for at in range(0, len(whole), size)]


def _pieces(kind: str, values: Sequence[Any]) -> list[Iterable[str]]:
    """A column as one piece of each row or several; short texts are not joined with their lengths one by one."""
    if kind in _SHORT and _whole(values) and "".join(values).isascii():
        lengths = list(map(len, values))
        if max(lengths) < _LENGTHS_KNOWN:
            return [map(_SHORT[kind].__getitem__, lengths), values]
    return [_written(kind, values)]


def _written(kind: str, values: Sequence[Any]) -> list[str]:
    """A column's values with their lengths before them."""
    if not _whole(values):
        present = iter(_written(kind, [value for value in values if value is not None]))
        return [_NULL if value is None else next(present) for value in values]
    if kind in _WIDTHS:
        return _numbers({"": _WIDTHS[kind]}, {"": values})
    if kind in ("text", "jsonb"):
        texts = [_VERSION + value for value in values] if kind == "jsonb" else values
        return _texts(texts)
    write = _WRITERS[kind]
    once: dict[Any, str] = {value: write(value) for value in set(values)}
    return list(map(once.__getitem__, values))


def _texts(values: Sequence[str]) -> list[str]:
    if not "".join(values).isascii():
        values = [value if value.isascii() else value.encode().decode("latin-1") for value in values]
    return [_bytes(len(value), 4) + value for value in values]


def _bytes(number: int, width: int) -> str:
    return number.to_bytes(width, "big", signed=True).decode("latin-1")


_LENGTHS_KNOWN = 256
_VERSION = "\x01"
_SHORT = {
    "text": [_bytes(length, 4) for length in range(_LENGTHS_KNOWN)],
    "jsonb": [_bytes(length + 1, 4) + _VERSION for length in range(_LENGTHS_KNOWN)],
}
_TEXT_OID = adapters.types["text"].oid
_EPOCH = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


def _array(values: tuple[str, ...]) -> str:
    shape = _bytes(1 if values else 0, 4) + _bytes(0, 4) + _bytes(_TEXT_OID, 4)
    if values:
        shape += _bytes(len(values), 4) + _bytes(1, 4)
    return _with_length(shape + "".join(_texts(values)))


def _moment(value: datetime | str) -> str:
    since = (datetime.fromisoformat(value) if isinstance(value, str) else value) - _EPOCH
    microseconds = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return _with_length(_bytes(microseconds, 8))


def _with_length(value: str) -> str:
    return _bytes(len(value), 4) + value


_WRITERS: dict[str, Callable[[Any], str]] = {
    "boolean": lambda value: _with_length(chr(value)),
    "text[]": _array,
    "date": lambda value: _with_length(_bytes((value - date(2000, 1, 1)).days, 4)),
    "timestamptz": _moment,
}
