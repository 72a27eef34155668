"""How commands print: tables that line up, and JSON for programs."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from typing import Any

import typer


def print_json(value: object) -> None:
    """Print a value, dataclasses included, as JSON with times in ISO form."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def print_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under their headings (all empty: none), columns as wide as their widest cell, numbers right."""
    cells = [[_cell(value) for value in row] for row in rows]
    values = [list(row) for row in zip(*cells, strict=True)] or [[] for _ in headings]
    widths = [max(map(_width, [heading, *column])) for heading, column in zip(headings, values, strict=True)]
    right = [bool(column) and all(_is_number(cell) for cell in column) for column in values]
    for row in [list(headings), *cells] if any(headings) else cells:
        typer.echo(
            "  ".join(_fit(cell, width, to) for cell, width, to in zip(row, widths, right, strict=True)).rstrip()
        )


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}Z"
    return str(value)


def _is_number(cell: str) -> bool:
    return cell.replace(".", "", 1).replace("-", "", 1).isdigit() or not cell


def _fit(cell: str, width: int, right: bool) -> str:
    blanks = " " * (width - _width(cell))
    return blanks + cell if right else cell + blanks


def _width(text: str) -> int:
    """Columns of a terminal that a text takes."""
    return sum(
        2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text if not unicodedata.combining(letter)
    )
