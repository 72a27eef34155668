"""Rows of cells become batches of read values, column by column; what cannot be read is refused with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import msgspec

from pauta.core.problems import Problem
from pauta.people.imports.fields import Batch, Field, Refusals, Setting, Subject
from pauta.people.imports.guessing import AttributeType, reader_of
from pauta.people.imports.mapping import Assignment, AttributeColumn
from pauta.people.imports.reading import Chunk

_ENCODE = msgspec.json.Encoder().encode
_FEW = 4
"""A column is read once per distinct value when it has at least this many rows per distinct value."""


@dataclass
class Prepared:
    """What a chunk came to before the database is asked."""

    last: int
    batch: Batch
    rows: dict[int, list[str]]
    """The cells of every row, by row number."""
    refused: dict[int, Problem] = field(default_factory=dict)
    """Why rows are refused, by row number."""
    left_out: int = 0
    """Rows that did not pass the conditions."""


@dataclass
class Reader:
    """Prepares the chunks of one file in order; remembers the external ids that it has seen."""

    subject: Subject
    assignment: Assignment
    width: int
    setting: Setting
    seen: dict[str, int] = field(default_factory=dict)

    def prepare(self, chunk: Chunk) -> Prepared:
        """Read a chunk's cells; rows of the wrong width, with unreadable cells or a repeated id are refused."""
        rows = dict(enumerate(chunk.rows, start=chunk.first))
        prepared = Prepared(chunk.last, Batch([], {}), rows)
        kept = {number: row for number, row in rows.items() if len(row) == self.width}
        for number in sorted(rows.keys() - kept.keys()):
            prepared.refused[number] = Problem("import_row_width", cells=len(rows[number]), columns=self.width)
        for test in self.assignment.conditions:
            kept = {number: row for number, row in kept.items() if test.holds(row[test.column])}
        prepared.left_out = len(rows) - len(prepared.refused) - len(kept)
        prepared.batch = self._read(kept, prepared.refused)
        return prepared

    def _read(self, rows: dict[int, list[str]], refused: dict[int, Problem]) -> Batch:
        numbers = list(rows)
        columns = list(zip(*rows.values(), strict=True)) or [()] * self.width
        shown = self._shown_numbers(columns, numbers)
        batch = Batch(numbers, {})
        bad: Refusals = {}
        for recipe in self.assignment.recipes:
            values, problems = read_column(recipe.field, recipe.texts(columns, shown))
            batch.values[recipe.field.name] = values
            bad = problems | bad
        if self.subject.keeps_attributes:
            batch.attributes = self._attributes(columns, len(numbers), bad)
        batch = _drop(batch, bad, refused)
        batch = _drop(batch, self.subject.prepare(batch, self.setting), refused)
        batch = _drop(batch, self._missing(batch), refused)
        return _drop(batch, self._repeated(batch), refused)

    def _shown_numbers(self, columns: Sequence[Sequence[str]], numbers: list[int]) -> list[int]:
        """The numbers that ``{row}`` stands for: in a file of rejected rows, those that the rows had at first."""
        if self.assignment.row_column is None:
            return numbers
        original = columns[self.assignment.row_column]
        return [int(text) if text.isdigit() else number for text, number in zip(original, numbers, strict=True)]

    def _attributes(self, columns: Sequence[Sequence[str]], rows: int, bad: Refusals) -> list[str]:
        if not self.assignment.attributes:
            return ["{}"] * rows
        read = []
        for column in self.assignment.attributes:
            texts = list(map(str.strip, columns[column.column]))
            values, problems = read_column(_as_field(column), texts)
            read.append(values)
            bad.update({place: problem for place, problem in problems.items() if place not in bad})
        names = [column.name for column in self.assignment.attributes]
        return [
            _ENCODE({name: value for name, value in zip(names, row, strict=True) if value is not None}).decode()
            for row in zip(*read, strict=True)
        ]

    def _missing(self, batch: Batch) -> Refusals:
        needed = [known.name for known in self.subject.fields if known.needed]
        return {
            place: Problem("import_value_missing", name)
            for name in needed
            for place, value in enumerate(batch.column(name))
            if value is None
        }

    def _repeated(self, batch: Batch) -> Refusals:
        """Rows with the external id of an earlier one; where ids are made of what rows say, equal rows are counted."""
        keys = batch.column("external_id")
        if "external_id" not in self.assignment.given and self.subject.equal_rows_count:
            batch.values["external_id"] = [self._counted(key) for key in keys]
            return {}
        bad = {}
        for place, (number, key) in enumerate(zip(batch.numbers, keys, strict=True)):
            first = number if key is None else self.seen.setdefault(key, number)
            if first != number:
                bad[place] = Problem("import_id_repeated", "external_id", value=key, first=first)
        return bad

    def _counted(self, key: str) -> str:
        times = self.seen[key] = self.seen.get(key, 0) + 1
        return key if times == 1 else f"{key}/{times}"


def read_column(known: Field, texts: Sequence[str]) -> tuple[list[Any], Refusals]:
    """Read a column's cells; blank ones are None, and unreadable ones are None and refused."""
    distinct = set(texts)
    if len(distinct) * _FEW > len(texts):
        return _read_all(known, texts)
    words = list(distinct)
    values, problems = _read_all(known, words)
    found = dict(zip(words, values, strict=True))
    wrong = {words[place]: problem for place, problem in problems.items()}
    refused = {place: wrong[text] for place, text in enumerate(texts) if text in wrong} if wrong else {}
    return [found[text] for text in texts], refused


def _read_all(known: Field, texts: Sequence[str]) -> tuple[list[Any], Refusals]:
    read = known.read
    if "\0" not in "".join(texts):
        if read is str:
            return [text or None for text in texts], {}
        with suppress(Problem):
            return [read(text) if text else None for text in texts], {}
    return _read_each(known, texts)


def _read_each(known: Field, texts: Sequence[str]) -> tuple[list[Any], Refusals]:
    values: list[Any] = []
    refused: Refusals = {}
    for place, text in enumerate(texts):
        try:
            if "\0" in text:
                raise Problem("import_cell_binary", known.name)
            values.append(known.read(text) if text else None)
        except Problem as problem:
            values.append(None)
            refused[place] = Problem(problem.code, known.name, **problem.values)
    return values, refused


def _as_field(column: AttributeColumn) -> Field:
    return Field(column.header, reader_of(column.type or AttributeType.TEXT))


def _drop(batch: Batch, bad: Refusals, refused: dict[int, Problem]) -> Batch:
    """The batch less its bad rows, which are added to the refused ones by row number."""
    refused.update({batch.numbers[place]: problem for place, problem in bad.items()})
    return batch.without(bad)
