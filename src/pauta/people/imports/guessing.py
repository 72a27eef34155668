"""Types of attributes: guessed from every value of a column, and read as such."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from enum import StrEnum

from pauta.core.problems import Problem

Plain = str | int | float | bool


class AttributeType(StrEnum):
    """How a column's values are read. In the order in which they are tried; text fits everything."""

    NUMBER = "number"
    NUMBER_COMMA = "number-comma"
    BOOLEAN = "boolean"
    DATE = "date"
    DATE_DMY = "date-dmy"
    DATE_MDY = "date-mdy"
    TEXT = "text"


DATE_TYPES = (AttributeType.DATE, AttributeType.DATE_DMY, AttributeType.DATE_MDY)
TRUE_WORDS = frozenset(("true", "yes", "sim", "sí", "si", "verdadeiro", "verdadero"))
FALSE_WORDS = frozenset(("false", "no", "não", "nao", "falso"))
_SHORT_TRUE, _SHORT_FALSE = frozenset(("1", "t", "y", "s")), frozenset(("0", "f", "n"))

_DAY, _MONTH, _YEAR = "(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])", "(?:19|20)[0-9]{2}"
_PATTERNS = {
    AttributeType.NUMBER: r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,10})?",
    AttributeType.NUMBER_COMMA: r"-?(?:0|[1-9][0-9]{0,14}|[1-9][0-9]{0,2}(?:\.[0-9]{3}){1,4})(?:,[0-9]{1,10})?",
    AttributeType.BOOLEAN: "|".join(sorted(TRUE_WORDS | FALSE_WORDS)),
    AttributeType.DATE: rf"{_YEAR}[-/]{_MONTH}[-/]{_DAY}",
    AttributeType.DATE_DMY: rf"{_DAY}[-/.]{_MONTH}[-/.]{_YEAR}",
    AttributeType.DATE_MDY: rf"{_MONTH}[-/.]{_DAY}[-/.]{_YEAR}",
}
_WHOLE_COLUMN = {
    kind: re.compile(rf"(?:[ ]*(?:{pattern})?[ ]*\0)*", re.IGNORECASE) for kind, pattern in _PATTERNS.items()
}
_DATE_ORDERS = {AttributeType.DATE: (0, 1, 2), AttributeType.DATE_DMY: (2, 1, 0), AttributeType.DATE_MDY: (2, 0, 1)}


class Guess:
    """What type a column may be, given all values seen so far."""

    def __init__(self) -> None:
        self._left = list(_PATTERNS)
        self._anything = False

    def see(self, values: Iterable[str]) -> None:
        """Take more values of the column into account."""
        if not self._left:
            return
        distinct = set(values)
        self._anything = self._anything or any(value.strip() for value in distinct)
        joined = "\0".join(distinct) + "\0"
        self._left = [kind for kind in self._left if _WHOLE_COLUMN[kind].fullmatch(joined)]

    @property
    def type(self) -> AttributeType:
        """The first type that fits every value; text for a column without values."""
        return self._left[0] if self._left and self._anything else AttributeType.TEXT


_WRITTEN_DAY = re.compile(
    r"(?:(?P<year>[0-9]{4})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})"
    r"|(?P<first>[0-9]{1,2})[-/.](?P<second>[0-9]{1,2})[-/.](?P<last>[0-9]{4}))"
    r"(?:[ T,]+(?P<hour>[0-9]{1,2})(?P<rest>:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)"
    r" ?(?P<offset>Z|[-+][0-9]{2}:?[0-9]{2})?)?"
)
_MOST_MONTHS = 12


class OrderGuess:
    """Whether a column of days or times has the day before the month, given all values seen so far."""

    def __init__(self) -> None:
        self._day_first = self._month_first = self._either = self._year_last = False

    def see(self, values: Iterable[str]) -> None:
        """Take more values of the column into account; those that begin with the year say nothing of the order."""
        for text in set(values):
            written = _WRITTEN_DAY.fullmatch(text)
            if written is None or written["first"] is None:
                continue
            first, second = int(written["first"]), int(written["second"])
            self._year_last = True
            self._day_first |= first > _MOST_MONTHS >= second
            self._month_first |= second > _MOST_MONTHS >= first
            self._either |= first != second and max(first, second) <= _MOST_MONTHS

    @property
    def order(self) -> AttributeType | None:
        """The order that the values have; None when they fit both or contradict one another."""
        if self._day_first != self._month_first:
            return AttributeType.DATE_DMY if self._day_first else AttributeType.DATE_MDY
        if self._day_first or self._either:
            return None
        return AttributeType.DATE_DMY if self._year_last else AttributeType.DATE


def in_iso(text: str, order: AttributeType) -> str:
    """A day or time, written in an order, as ISO 8601 has it; what is neither stays as it is."""
    written = _WRITTEN_DAY.fullmatch(text)
    if written is None or (order is AttributeType.DATE and written["first"]):
        return text
    if written["first"]:
        parts = {"date-dmy": ("last", "second", "first"), "date-mdy": ("last", "first", "second")}[order]
    else:
        parts = ("year", "month", "day")
    year, month, day = (written[part].rjust(2, "0") for part in parts)
    time = f"T{written['hour'].rjust(2, '0')}{written['rest']}{written['offset'] or ''}" if written["hour"] else ""
    return f"{year}-{month}-{day}{time}"


def reader_of(kind: AttributeType) -> Callable[[str], Plain]:
    """The function that reads one value (not blank) of a type, or raises a Problem."""
    return _READERS[kind]


def read_boolean(text: str) -> bool:
    """Yes or no in three languages, also as 1 and 0."""
    word = text.lower()
    if word in TRUE_WORDS or word in _SHORT_TRUE:
        return True
    if word in FALSE_WORDS or word in _SHORT_FALSE:
        return False
    raise Problem("import_not_boolean", value=text)


def read_number(text: str) -> int | float:
    """A number with a decimal point."""
    try:
        number = float(text)
    except ValueError as error:
        raise Problem("import_not_number", value=text) from error
    if not abs(number) < 1e300:
        raise Problem("import_not_number", value=text)
    return int(text) if text.lstrip("-").isdigit() else number


def read_date(text: str, kind: AttributeType = AttributeType.DATE) -> date:
    """A day, written in the order that ``kind`` says."""
    parts = re.split(r"[-/.]", text)
    try:
        year, month, day = (int(parts[place]) for place in _DATE_ORDERS[kind])
        return date(year, month, day)
    except (ValueError, IndexError) as error:
        raise Problem("import_not_date", value=text) from error


def _number_comma(text: str) -> int | float:
    return read_number(text.replace(".", "").replace(",", "."))


_READERS: dict[AttributeType, Callable[[str], Plain]] = {
    AttributeType.NUMBER: read_number,
    AttributeType.NUMBER_COMMA: _number_comma,
    AttributeType.BOOLEAN: read_boolean,
    AttributeType.DATE: lambda text: read_date(text).isoformat(),
    AttributeType.DATE_DMY: lambda text: read_date(text, AttributeType.DATE_DMY).isoformat(),
    AttributeType.DATE_MDY: lambda text: read_date(text, AttributeType.DATE_MDY).isoformat(),
    AttributeType.TEXT: str,
}
