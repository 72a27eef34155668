"""CSV files as people have them: encoding and delimiter found out, rows with the numbers that people count."""

from __future__ import annotations

import codecs
import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pauta.core.problems import Problem

DELIMITERS = (",", ";", "\t", "|")
LARGEST_CELL = 1_000_000
"""Characters of one cell; more than that is an unclosed quote, not a value."""

_BLOCK = 1 << 20
_SAMPLE_LINES = 30
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True)
class Sheet:
    """A CSV file that was looked through: how it is written, its header, and the SHA-256 of its bytes."""

    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    digest: str


@dataclass(frozen=True)
class Chunk:
    """Consecutive data rows; ``first`` is the number of the first one, counted from 1 below the header."""

    first: int
    rows: list[list[str]]

    @property
    def last(self) -> int:
        """Number of the last row."""
        return self.first + len(self.rows) - 1

    def row(self, number: int) -> list[str]:
        """The cells of the row with this number."""
        return self.rows[number - self.first]


def look_through(path: Path, encoding: str | None = None, delimiter: str | None = None) -> Sheet:
    """Read a file once to find out how it is written; a Problem says why it cannot be taken as CSV."""
    digest, guessed = _scan(path)
    encoding = _checked_encoding(encoding) if encoding else guessed
    delimiter = {"tab": "\t", "\\t": "\t"}.get(delimiter or "", delimiter) or _guess_delimiter(path, encoding)
    if len(delimiter) != 1:
        raise Problem("import_delimiter_invalid", "--delimiter", delimiter=delimiter)
    try:
        return Sheet(path, encoding, delimiter, _header(path, encoding, delimiter), digest)
    except UnicodeDecodeError as error:
        raise Problem("import_not_in_encoding", "--encoding", file=path.name, encoding=encoding) from error


def chunks(sheet: Sheet, size: int) -> Iterator[Chunk]:
    """The data rows of a sheet, ``size`` at a time; blank lines are not rows."""
    first = 1
    with sheet.path.open(encoding=sheet.encoding, newline="") as file:
        rows = _rows(sheet, file)
        next(rows)
        try:
            while block := list(islice(rows, size)):
                yield Chunk(first, block)
                first += len(block)
        except csv.Error as error:
            raise Problem("import_cell_too_long", "file", file=sheet.path.name, row=first) from error
        except UnicodeDecodeError as error:
            raise Problem(
                "import_not_in_encoding", "--encoding", file=sheet.path.name, encoding=sheet.encoding
            ) from error


def _rows(sheet: Sheet, lines: Iterator[str]) -> Iterator[list[str]]:
    csv.field_size_limit(LARGEST_CELL)
    return filter(None, csv.reader(lines, delimiter=sheet.delimiter))


def _scan(path: Path) -> tuple[str, str]:
    """Hash of the bytes, and the encoding that they are in."""
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            block = file.read(_BLOCK)
            encoding = _encoding_by_start(path, block)
            while block:
                digest.update(block)
                if not encoding:
                    encoding = _unless_utf8(decoder, block)
                block = file.read(_BLOCK)
    except OSError as error:
        raise Problem("import_file_unreadable", "file", file=str(path), why=error.strerror) from error
    return digest.hexdigest(), encoding or "utf-8"


def _encoding_by_start(path: Path, start: bytes) -> str:
    """The encoding of a byte order mark, "" when there is none; a Problem when this is no text."""
    if not start.strip():
        raise Problem("import_file_empty", "file", file=path.name)
    if start.startswith(_WORKBOOKS):
        raise Problem("import_file_workbook", "file", file=path.name)
    for mark, encoding in _BYTE_ORDER_MARKS:
        if start.startswith(mark):
            return encoding
    if b"\0" in start:
        raise Problem("import_file_binary", "file", file=path.name)
    return ""


def _unless_utf8(decoder: codecs.IncrementalDecoder, block: bytes) -> str:
    try:
        decoder.decode(block)
    except UnicodeDecodeError:
        return "cp1252"
    return ""


def _checked_encoding(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        raise Problem("import_encoding_unknown", "--encoding", encoding=name) from error


def _guess_delimiter(path: Path, encoding: str) -> str:
    """The delimiter that cuts the first lines into the same number of cells most often; the most cells on a tie."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        lines = list(islice(file, _SAMPLE_LINES))

    def fitness(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        return (widths.count(widths[0]) if widths[0] > 1 else 0, widths[0])

    return max(DELIMITERS, key=fitness)


def _header(path: Path, encoding: str, delimiter: str) -> tuple[str, ...]:
    with path.open(encoding=encoding, newline="") as file:
        names = next(filter(None, csv.reader(file, delimiter=delimiter)))
    header = tuple(name.strip() or f"column_{number}" for number, name in enumerate(names, start=1))
    twice = [name for name in header if header.count(name) > 1]
    if twice:
        raise Problem("import_column_twice", "file", file=path.name, column=twice[0])
    return header
