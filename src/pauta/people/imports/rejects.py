"""The file of rejected rows: the original columns, the row's number, and the reason in words."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from pauta.core.problems import Problem
from pauta.people.imports.mapping import REJECT_COLUMNS
from pauta.people.imports.reading import Chunk, Sheet

Say = Callable[[Problem], str]
"""Turns a problem into a sentence for people."""


class RejectsFile:
    """Written as rows are refused; the file is made with the first one. UTF-8, with the delimiter of the original."""

    def __init__(self, path: Path, sheet: Sheet, say: Say) -> None:
        self.path = path
        self._sheet = sheet
        self._say = say
        self._header = [name for name in sheet.header if name not in REJECT_COLUMNS]
        self._places = [sheet.header.index(name) for name in self._header]

    def begin(self, after_row: int = 0) -> None:
        """Start anew, or keep what an interrupted run wrote of the rows up to ``after_row``."""
        kept = self._written(after_row) if after_row and self.path.exists() else []
        self.path.unlink(missing_ok=True)
        if kept:
            self._append(kept)

    def add(self, chunk: Chunk, refused: Mapping[int, Problem]) -> None:
        """Add refused rows, by row number; they are on disk when this returns."""
        if refused:
            self._append(
                [*self._cells(chunk.row(number)), str(number), self._say(refused[number])] for number in sorted(refused)
            )

    def _cells(self, row: Sequence[str]) -> list[str]:
        return [row[place] if place < len(row) else "" for place in self._places]

    def _written(self, last_row: int) -> list[list[str]]:
        with self.path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, delimiter=self._sheet.delimiter))[1:]
        return [
            row for row in rows if len(row) == len(self._header) + 2 and row[-2].isdigit() and int(row[-2]) <= last_row
        ]

    def _append(self, rows: Iterable[Sequence[str]]) -> None:
        new = not self.path.exists()
        with self.path.open("a", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=self._sheet.delimiter)
            if new:
                writer.writerow([*self._header, *REJECT_COLUMNS])
            writer.writerows(rows)
            file.flush()
            os.fsync(file.fileno())


def forget(path: Path, tells: Callable[[str], bool]) -> int:
    """Take the rows in which some cell tells of somebody out of a file of rejected rows; how many. OSError when it
    cannot be read or written; nothing of a file that is no more."""
    if not path.is_file():
        return 0
    with path.open(encoding="utf-8", newline="") as file:
        before_reason = file.readline().rstrip("\r\n").removesuffix(REJECT_COLUMNS[-1])
        file.seek(0)
        delimiter = before_reason[-1:] or ","
        rows = list(csv.reader(file, delimiter=delimiter))
    kept = [row for number, row in enumerate(rows) if number == 0 or not any(map(tells, row))]
    if len(kept) < len(rows):
        beside = path.with_name(f"{path.name}.new")
        with beside.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=delimiter).writerows(kept)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    return len(rows) - len(kept)
