"""Rows of cells become batches of read values, column by column; what cannot be read is refused with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import compress
from typing import Any

import msgspec

from pauta.core.problems import Problem
from pauta.people.imports.fields import Batch, Field, Refusals, Setting, Subject
from pauta.people.imports.guessing import AttributeType, reader_of
from pauta.people.imports.mapping import Assignment, AttributeColumn
from pauta.people.imports.reading import Chunk
from pauta.people.imports.seen import SeenIds

_ENCODE = msgspec.json.Encoder().encode
_FEW = 4
"""A column is read once per distinct value when it has at least this many rows per distinct value."""
_GLANCE = 2_000
"""When so many values at the beginning of a column are nearly all different, the others are not compared."""


@dataclass
class Prepared:
    """What a chunk came to before the database is asked."""

    chunk: Chunk
    batch: Batch
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
    seen: SeenIds = field(default_factory=SeenIds)
    counts: dict[str, int] = field(default_factory=dict)

    def prepare(self, chunk: Chunk) -> Prepared:
        """Read a chunk's cells; rows of the wrong width, with unreadable cells or a repeated id are refused."""
        prepared = Prepared(chunk, Batch([], {}))
        numbers, rows = self._of_right_width(chunk, prepared.refused)
        for test in self.assignment.conditions:
            passed = [test.holds(row[test.column]) for row in rows]
            numbers, rows = list(compress(numbers, passed)), list(compress(rows, passed))
        prepared.left_out = len(chunk.rows) - len(prepared.refused) - len(rows)
        prepared.batch = self._read(numbers, rows, prepared.refused)
        return prepared

    def _of_right_width(self, chunk: Chunk, refused: dict[int, Problem]) -> tuple[list[int], list[list[str]]]:
        numbers = list(range(chunk.first, chunk.last + 1))
        widths = list(map(len, chunk.rows))
        if widths.count(self.width) == len(widths):
            return numbers, chunk.rows
        for number, width in zip(numbers, widths, strict=True):
            if width != self.width:
                refused[number] = Problem("import_row_width", cells=width, columns=self.width)
        fits = [width == self.width for width in widths]
        return list(compress(numbers, fits)), list(compress(chunk.rows, fits))

    def _read(self, numbers: list[int], rows: Sequence[Sequence[str]], refused: dict[int, Problem]) -> Batch:
        columns = list(zip(*rows, strict=True)) or [()] * self.width
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
        written = []
        for column in self.assignment.attributes:
            values, problems = read_column(_as_json(column), list(map(str.strip, columns[column.column])))
            written.append(values)
            bad.update({place: problem for place, problem in problems.items() if place not in bad})
        rows_said = list(zip(*written, strict=True))
        if _varied(rows_said):
            return [_object(members) for members in rows_said]
        once = {members: _object(members) for members in set(rows_said)}
        return list(map(once.__getitem__, rows_said))

    def _missing(self, batch: Batch) -> Refusals:
        needed = [known.name for known in self.subject.fields if known.needed]
        return {
            place: Problem("import_value_missing", name)
            for name in needed
            if None in (values := batch.column(name))
            for place, value in enumerate(values)
            if value is None
        }

    def _repeated(self, batch: Batch) -> Refusals:
        """Rows with the external id of an earlier one; where ids are made of what rows say, equal rows are counted."""
        keys = batch.column("external_id")
        if "external_id" not in self.assignment.given and self.subject.equal_rows_count:
            batch.values["external_id"] = [self._counted(key) for key in keys]
            return {}
        earlier = self.seen.add(keys, batch.numbers)
        return {
            place: Problem("import_id_repeated", "external_id", value=keys[place], first=first)
            for place, first in earlier.items()
        }

    def _counted(self, key: str) -> str:
        times = self.counts[key] = self.counts.get(key, 0) + 1
        return key if times == 1 else f"{key}/{times}"


def read_column(known: Field, texts: Sequence[str]) -> tuple[list[Any], Refusals]:
    """Read a column's cells; blank ones are None, and unreadable ones are None and refused."""
    if _varied(texts):
        return _read_all(known, texts)
    distinct = set(texts)
    words = list(distinct)
    values, problems = _read_all(known, words)
    found = dict(zip(words, values, strict=True))
    wrong = {words[place]: problem for place, problem in problems.items()}
    refused = {place: wrong[text] for place, text in enumerate(texts) if text in wrong} if wrong else {}
    return list(map(found.__getitem__, texts)), refused


def _varied(values: Sequence[object]) -> bool:
    """Whether there are too many distinct values to look at each of them only once."""
    glance = values[:_GLANCE]
    return len(set(glance)) > 0.9 * len(glance) or len(set(values)) * _FEW > len(values)


def _object(members: Sequence[str | None]) -> str:
    return "{" + ",".join(filter(None, members)) + "}"


def _read_all(known: Field, texts: Sequence[str]) -> tuple[list[Any], Refusals]:
    read = known.read
    if "\0" not in "".join(texts):
        if read is str:
            return [text or None for text in texts] if "" in texts else list(texts), {}
        if known.as_written and known.as_written(texts):
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


def _as_json(column: AttributeColumn) -> Field:
    """The column as a field whose values are members of a JSON object."""
    name = _ENCODE(column.name).decode()
    read = reader_of(column.type or AttributeType.TEXT)
    return Field(column.header, lambda text: f"{name}:{_ENCODE(read(text)).decode()}")


def _drop(batch: Batch, bad: Refusals, refused: dict[int, Problem]) -> Batch:
    """The batch less its bad rows, which are added to the refused ones by row number."""
    refused.update({batch.numbers[place]: problem for place, problem in bad.items()})
    return batch.without(bad)
