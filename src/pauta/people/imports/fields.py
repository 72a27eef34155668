"""What a kind of import can take: its fields, and the headers under which people have them."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from psycopg import Connection

from pauta.core.problems import Problem
from pauta.people.changes import Changes
from pauta.people.turns import Turn

Values = dict[str, list[Any]]
"""Columns of read values by field, None where a cell is blank. All have the same length."""

Refusals = dict[int, Problem]
"""Why rows are refused, by their position in the batch."""


def slug(text: str) -> str:
    """A header in one spelling: lower case, without accents, words joined by ``_``."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "_".join("".join(char if char.isalnum() else " " for char in plain).split())


@dataclass(frozen=True)
class Field:
    """One thing that a row can say. ``read`` turns a cell (never blank) into its value or raises a Problem.

    ``names`` are the usual headers in slug form, besides the field's own name. ``as_written`` tells quickly of many
    cells (also blank ones) whether each that is not blank is its own value. ``dated``: cells are days or times, which
    ``read`` takes in ISO 8601, and a column may have in another order.
    """

    name: str
    read: Callable[[str], Any] = str
    names: frozenset[str] = frozenset()
    needed: bool = False
    as_written: Callable[[Sequence[str]], bool] | None = None
    dated: bool = False


@dataclass
class Batch:
    """Rows whose cells are read: their numbers in the file, their values by field, their attributes as JSON objects."""

    numbers: list[int]
    values: Values
    attributes: list[str] | None = None

    def column(self, name: str) -> list[Any]:
        """The values of a field, all None when the file does not give it."""
        return self.values.get(name) or [None] * len(self.numbers)

    def without(self, refused: Collection[int]) -> Batch:
        """The batch less the rows at these positions."""
        if not refused:
            return self
        kept = [position for position in range(len(self.numbers)) if position not in refused]
        return Batch(
            [self.numbers[position] for position in kept],
            {name: [column[position] for position in kept] for name, column in self.values.items()},
            None if self.attributes is None else [self.attributes[position] for position in kept],
        )


@dataclass(frozen=True)
class Setting:
    """The circumstances of a run: when it is, where it is, and what it may make on the fly."""

    now: datetime
    country: str | None = None
    """The company's country, to which national phone numbers belong when the row names none."""
    create_accounts: bool = True
    batch: int = 20_000
    """Rows that are stored in one transaction."""
    turn: Turn = field(default_factory=Turn)
    """The place of the batch that is stored among the others."""


@dataclass(frozen=True)
class Applied:
    """What storing a batch did; ``notes`` count what happened besides, by problem code."""

    changes: Changes
    refused: Refusals = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)


class Subject(Protocol):
    """A kind of thing that can be imported."""

    @property
    def kind(self) -> str:
        """The word after ``pauta import``."""

    @property
    def fields(self) -> Sequence[Field]:
        """Every field with a fixed name."""

    @property
    def keeps_attributes(self) -> bool:
        """Whether columns that are no field become attributes."""

    @property
    def equal_rows_count(self) -> bool:
        """Whether rows that say the same are several things (two touches on one day) rather than a mistake."""

    def family_field(self, name: str) -> Field | None:
        """A field of an open-ended family (``consent.email.news``), None when the name belongs to none."""

    def implied(self, given: Collection[str]) -> Mapping[str, str]:
        """Fields that ``prepare`` takes from others when the file does not give them: what from, to tell people."""

    def check(self, given: Collection[str]) -> None:
        """Raise a Problem when these fields together are not enough to import anything."""

    def prepare(self, batch: Batch, setting: Setting) -> Refusals:
        """Complete values from one another, without a database; the rows that cannot be."""

    def apply(self, connection: Connection[Any], batch: Batch, setting: Setting) -> Applied:
        """Store a batch within the caller's transaction; storing it again changes nothing."""


def field_of(subject: Subject, name: str) -> Field | None:
    """The subject's field of this name."""
    fixed = next((known for known in subject.fields if known.name == name), None)
    return fixed or subject.family_field(name)


def field_for_header(subject: Subject, header: str) -> Field | None:
    """The field that a header usually stands for."""
    word, name = slug(header), header.strip().lower()
    fixed = next((known for known in subject.fields if known.name in (word, name) or word in known.names), None)
    return fixed or subject.family_field(name)
