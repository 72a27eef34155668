"""Reads one JSON object field by field and refuses what is wrong by the field's full path."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar

from pauta.core.problems import Problem

Value = TypeVar("Value")
Other = TypeVar("Other")
Reader = Callable[[object, str], Value]
"""Turns a raw JSON value at a path into what is meant, or raises the Problem that names the path."""

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")


class Document:
    """A JSON object at a path. Each field is read once; `finish` refuses those that nobody asked for."""

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, Mapping):
            raise Problem("gate_not_object", path or "document")
        self._fields = dict(value)
        self.path = path

    def at(self, name: str) -> str:
        """The full path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def has(self, name: str) -> bool:
        """Whether the field is given; null is not."""
        return self._fields.get(name) is not None

    def read(self, name: str, reader: Reader[Value]) -> Value:
        """A field that must be there."""
        if not self.has(name):
            raise Problem("gate_missing", self.at(name))
        return reader(self._fields.pop(name), self.at(name))

    def read_or(self, name: str, reader: Reader[Value], default: Other) -> Value | Other:
        """A field that may be left out or null."""
        value = self._fields.pop(name, None)
        return default if value is None else reader(value, self.at(name))

    def names(self) -> list[str]:
        """Fields not read yet."""
        return list(self._fields)

    def finish(self) -> None:
        """Refuse fields that mean nothing here."""
        for name in self._fields:
            raise Problem("gate_unknown_field", self.at(str(name)))


def text(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise Problem("gate_not_text", path)
    return value


def filled_text(value: object, path: str) -> str:
    if not text(value, path).strip():
        raise Problem("gate_empty", path)
    return text(value, path)


def flag(value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise Problem("gate_not_flag", path)
    return value


def number(value: object, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value or abs(value) == float("inf"):
        raise Problem("gate_not_number", path)
    return float(value)


def integer(low: int, high: int) -> Reader[int]:
    """A whole number from low to high, both allowed."""

    def read(value: object, path: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise Problem("gate_not_integer", path)
        if not low <= value <= high:
            raise Problem("gate_out_of_range", path, low=low, high=high)
        return value

    return read


def choice(words: Sequence[str]) -> Reader[str]:
    """One word of a closed list."""

    def read(value: object, path: str) -> str:
        if not isinstance(value, str) or value not in words:
            raise Problem("gate_not_one_of", path, choices=", ".join(words))
        return value

    return read


def list_of(reader: Reader[Value]) -> Reader[tuple[Value, ...]]:
    """A list whose every item the reader understands."""

    def read(value: object, path: str) -> tuple[Value, ...]:
        if not isinstance(value, (list, tuple)):
            raise Problem("gate_not_list", path)
        return tuple(reader(item, f"{path}[{position}]") for position, item in enumerate(value))

    return read


def clock_minute(value: object, path: str) -> int:
    """`HH:MM` as a minute of the day; `24:00` is the end of the day."""
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        raise Problem("gate_not_clock", path)
    return int(value[:2]) * 60 + int(value[3:])


def minute_of_day(value: object, path: str) -> int:
    """`HH:MM` as a minute of the day, up to `23:59`."""
    minute = clock_minute(value, path)
    if minute == 24 * 60:
        raise Problem("gate_not_clock", path)
    return minute


def iso_date(value: object, path: str) -> date:
    try:
        return date.fromisoformat(text(value, path))
    except ValueError as error:
        raise Problem("gate_not_date", path) from error


def iso_instant(value: object, path: str) -> datetime:
    """An ISO instant with its offset or `Z`."""
    try:
        instant = datetime.fromisoformat(text(value, path))
    except ValueError as error:
        raise Problem("gate_not_instant", path) from error
    if instant.tzinfo is None:
        raise Problem("gate_not_instant", path)
    return instant
