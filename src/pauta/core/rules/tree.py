"""A rule as values: groups of tests, and everything that a test may ask. See docs/reference/rules.md."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Operator(StrEnum):
    """How a value is compared, by the names that react-querybuilder gives it."""

    equal = "="
    unequal = "!="
    less = "<"
    at_most = "<="
    more = ">"
    at_least = ">="
    contains = "contains"
    lacks = "doesNotContain"
    begins = "beginsWith"
    ends = "endsWith"
    one_of = "in"
    none_of = "notIn"
    between = "between"
    outside = "notBetween"
    empty = "null"
    filled = "notNull"
    in_last = "inLast"
    in_next = "inNext"


class Kind(StrEnum):
    """What kind of value a field holds; an attribute may hold any."""

    text = "text"
    date = "date"
    number = "number"
    attribute = "attribute"


@dataclass(frozen=True, slots=True)
class FromToday:
    """A date so many days from today, where the company is; negative ones are past."""

    days: int


Scalar = str | int | float | bool | date | FromToday


@dataclass(frozen=True, slots=True)
class Compare:
    """A field's value against another: ``values`` has two for a range, none for emptiness, else one or more."""

    field: str
    kind: Kind
    operator: Operator
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class When:
    """A stretch of time: the last days, longer ago than so many days, or between two dates, both inclusive."""

    within_days: int | None = None
    before_days: int | None = None
    since: date | None = None
    until: date | None = None

    @property
    def rolls(self) -> bool:
        """Whether it moves with the clock."""
        return self.within_days is not None or self.before_days is not None


class Which(StrEnum):
    """Of all that happened: anything, or only the first or the last time."""

    any = "any"
    first = "first"
    last = "last"


@dataclass(frozen=True, slots=True)
class Happened:
    """An event that happened at the contact, or anywhere at its account, so many times."""

    event: str
    anywhere: bool
    wanted: bool
    at_least: int = 1
    at_most: int | None = None
    when: When = field(default_factory=When)
    which: Which = Which.any
    where: Group | None = None


class Sign(StrEnum):
    """What became of a message; only what a person did counts as opened and clicked."""

    sent = "sent"
    opened = "opened"
    clicked = "clicked"
    replied = "replied"
    bounced = "bounced"
    complained = "complained"
    unsubscribed = "unsubscribed"


@dataclass(frozen=True, slots=True)
class Engaged:
    """A sign that messages to the contact gave, so many times; of one campaign, topic or channel when it is named."""

    sign: Sign
    wanted: bool
    at_least: int = 1
    at_most: int | None = None
    when: When = field(default_factory=When)
    campaign: str | None = None
    topic: str | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Consented:
    """What the consent ledger says of a channel and a topic (``*``: every topic)."""

    channel: str
    topic: str
    wanted: bool


class Belonging(StrEnum):
    """What a contact can be in by name."""

    segment = "segment"
    list = "list"
    condition = "condition"
    preference = "preference"


@dataclass(frozen=True, slots=True)
class Within:
    """Whether the contact is in a segment or on a list, a condition stands, or a frequency was chosen for a topic."""

    what: Belonging
    names: tuple[str, ...]
    wanted: bool


Test = Compare | Happened | Engaged | Consented | Within


@dataclass(frozen=True, slots=True)
class Group:
    """Tests and groups of which all (``every``) or any must hold, or, ``negated``, not."""

    every: bool
    negated: bool
    parts: tuple[Group | Test, ...]

    def tests(self) -> Iterator[Test]:
        """Every test in it, in reading order; those on the properties of events are not among them."""
        for part in self.parts:
            if isinstance(part, Group):
                yield from part.tests()
            else:
                yield part

    @property
    def rolls(self) -> bool:
        """Whether time alone can change who it holds for."""
        return any(_rolls(test) for test in self.tests())


def _rolls(test: Test) -> bool:
    match test:
        case Compare():
            relative = any(isinstance(value, FromToday) for value in test.values)
            return relative or test.operator in (Operator.in_last, Operator.in_next)
        case Happened() | Engaged():
            return test.when.rolls
        case Consented():
            return True  # a consent can run out
        case Within():
            return False
