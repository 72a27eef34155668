"""How columns become fields: by their usual names, by the user's word, by constants and by computation."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pauta.core.problems import Problem
from pauta.people.imports.fields import Field, Subject, field_for_header, field_of, slug
from pauta.people.imports.guessing import DATE_TYPES, AttributeType, in_iso

ATTRIBUTE = "attribute"
"""``--map column=attribute`` keeps a column as an attribute in spite of its header; ``attribute:name`` names it."""

IGNORE = "ignore"
"""``--map column=ignore`` leaves a column out."""

REJECT_COLUMNS = ("row", "reason")
"""The columns that a file of rejected rows has at its end; an import of such a file leaves them out."""

_HOLE = re.compile(r"\{([^{}]*)\}")
_CONDITION = re.compile(r"(.+?)(!=|>=|<=|=|>|<)(.*)", re.DOTALL)


@dataclass(frozen=True)
class Wishes:
    """What the user said about a file, still as text: ``column=field``, ``field=value``, ``field=template``."""

    maps: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    computes: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    where: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recipe:
    """Where a field's text comes from: a template over columns, in which ``-1`` stands for the row's number."""

    field: Field
    pattern: str
    columns: tuple[int, ...]
    origin: str
    """What to tell people: the header, ``= constant``, or the template."""
    order: AttributeType | None = None
    """In which order days and times are written, None until it is known, and for all other fields."""

    def texts(self, columns: Sequence[Sequence[str]], numbers: Sequence[int]) -> list[str]:
        """The stripped text of every row."""
        if not self.columns:
            return [self.pattern.format().strip()] * len(numbers)
        chosen: list[Iterable[Any]] = [numbers if column < 0 else columns[column] for column in self.columns]
        if self.pattern == "{}" and self.columns[0] >= 0:
            return list(map(str.strip, columns[self.columns[0]]))
        return [text.strip() for text in map(self.pattern.format, *chosen)]

    def in_order(self, order: AttributeType) -> Recipe:
        """The same, reading days and times that are written in this order."""

        def read(text: str) -> Any:
            try:
                return self.field.read(in_iso(text, order))
            except Problem as problem:
                raise Problem(problem.code, problem.field, **{**problem.values, "value": text}) from problem

        return replace(self, order=order, field=replace(self.field, read=read))


@dataclass(frozen=True)
class AttributeColumn:
    """A column that becomes an attribute; ``type`` is None until it is guessed."""

    name: str
    column: int
    header: str
    type: AttributeType | None


@dataclass(frozen=True)
class Condition:
    """A test that a row must pass to be taken: a column against a value, as numbers when both are."""

    column: int
    comparison: str
    value: str

    def holds(self, text: str) -> bool:
        """Whether a cell passes."""
        return _COMPARE[self.comparison](*_comparable(text.strip(), self.value))


@dataclass(frozen=True)
class Assignment:
    """Everything that is made of a file's columns."""

    recipes: tuple[Recipe, ...]
    attributes: tuple[AttributeColumn, ...]
    conditions: tuple[Condition, ...]
    ignored: tuple[str, ...]
    row_column: int | None
    """The column with the original row numbers, in a file of rejected rows."""

    @property
    def given(self) -> frozenset[str]:
        """Names of the fields that get a value."""
        return frozenset(recipe.field.name for recipe in self.recipes)

    @property
    def unordered(self) -> tuple[Recipe, ...]:
        """Recipes of days and times, made of columns, whose order nobody has told."""
        return tuple(
            recipe for recipe in self.recipes if recipe.field.dated and recipe.columns and recipe.order is None
        )

    def with_types(self, types: Mapping[str, AttributeType], orders: Mapping[str, AttributeType]) -> Assignment:
        """The same, with guessed types for attributes, and orders for days and times by field, that had none."""
        typed = tuple(replace(column, type=column.type or types[column.header]) for column in self.attributes)
        recipes = tuple(
            recipe.in_order(orders[recipe.field.name]) if recipe.field.name in orders else recipe
            for recipe in self.recipes
        )
        return replace(self, attributes=typed, recipes=recipes)

    def describe(self) -> dict[str, Any]:
        """As JSON, for the record of the run and for recognising the same import again."""
        return {
            "fields": {recipe.field.name: recipe.origin for recipe in self.recipes},
            "attributes": {column.name: [column.header, column.type] for column in self.attributes},
            "orders": {recipe.field.name: recipe.order for recipe in self.recipes if recipe.order},
            "where": [[test.column, test.comparison, test.value] for test in self.conditions],
        }


def assign(subject: Subject, header: Sequence[str], wishes: Wishes) -> Assignment:
    """Decide what each column is; a Problem names the option, column or field that does not fit."""
    maps = _pairs("--map", wishes.maps, header)
    constants = [(name, value) for name, value in _split("--set", wishes.sets)]
    computed = [(name, value) for name, value in _split("--compute", wishes.computes)]
    types = {column: _type(word) for column, word in _pairs("--type", wishes.types, header).items()}
    recipes = [_constant(subject, name, value) for name, value in constants]
    recipes += [_computed(subject, name, template, header) for name, template in computed]
    recipes += [_mapped(subject, header, column, name) for column, name in maps.items() if not _is_special(name)]
    _refuse_doubles(recipes)
    told = {header.index(column): kind for column, kind in types.items() if kind in DATE_TYPES}
    rejects = tuple(header[-2:]) == REJECT_COLUMNS
    free = [column for column in header if column not in maps and not (rejects and column in REJECT_COLUMNS)]
    recipes += _by_usual_names(subject, header, free, {recipe.field.name for recipe in recipes}, types)
    recipes = [_told_order(recipe, told) for recipe in recipes]
    used = {recipe.origin for recipe in recipes if recipe.pattern == "{}"}
    left = [column for column in free if column not in used]
    named = {column: _attribute_name(column, name) for column, name in maps.items() if name.startswith(ATTRIBUTE)}
    named |= {column: slug(column) for column in left if subject.keeps_attributes}
    ignored = [column for column in header if column not in used and column not in named]
    _refuse_equal_names(named.values())
    _check(subject, recipes)
    return Assignment(
        recipes=tuple(recipes),
        attributes=tuple(
            AttributeColumn(name, header.index(column), column, types.get(column)) for column, name in named.items()
        ),
        conditions=tuple(_condition(text, header) for text in wishes.where),
        ignored=tuple(ignored),
        row_column=len(header) - 2 if rejects else None,
    )


def _split(option: str, texts: Iterable[str]) -> list[tuple[str, str]]:
    pairs = []
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise Problem("import_option_form", option, option=option, text=text)
        pairs.append((name.strip(), value))
    return pairs


def _pairs(option: str, texts: Iterable[str], header: Sequence[str]) -> dict[str, str]:
    """Options of the form ``column=word``; the column may itself hold an equals sign."""
    pairs = {}
    for text in texts:
        column, equals, word = text.rpartition("=")
        if not equals or not column.strip():
            raise Problem("import_option_form", option, option=option, text=text)
        pairs[header[_place(option, column.strip(), header)]] = word.strip()
    return pairs


def _place(option: str, column: str, header: Sequence[str]) -> int:
    """Where a column is, by its header as written or else in slug form."""
    if column in header:
        return header.index(column)
    slugs = [slug(name) for name in header]
    if slugs.count(slug(column)) != 1:
        raise Problem("import_column_unknown", option, option=option, column=column, columns=", ".join(header))
    return slugs.index(slug(column))


def _field(option: str, subject: Subject, name: str) -> Field:
    known = field_of(subject, name)
    if known is None:
        names = ", ".join(field.name for field in subject.fields)
        raise Problem("import_field_unknown", option, option=option, name=name, kind=subject.kind, fields=names)
    return known


def _constant(subject: Subject, name: str, value: str) -> Recipe:
    known = _field("--set", subject, name)
    known.read(value.strip())
    return Recipe(known, value.replace("{", "{{").replace("}", "}}"), (), f"= {value}")


def _computed(subject: Subject, name: str, template: str, header: Sequence[str]) -> Recipe:
    pieces = _HOLE.split(template)
    columns = tuple(
        -1 if hole == "row" and "row" not in header else _place("--compute", hole, header) for hole in pieces[1::2]
    )
    literals = [piece.replace("{", "{{").replace("}", "}}") for piece in pieces[::2]]
    return Recipe(_field("--compute", subject, name), "{}".join(literals), columns, template)


def _mapped(subject: Subject, header: Sequence[str], column: str, name: str) -> Recipe:
    return Recipe(_field("--map", subject, name), "{}", (header.index(column),), column)


def _by_usual_names(
    subject: Subject, header: Sequence[str], free: Sequence[str], taken: set[str], types: Mapping[str, AttributeType]
) -> list[Recipe]:
    """Columns whose header is a field's usual name: the first one wins.

    One with a declared type is an attribute, unless the type is that of a date and so is the field.
    """
    recipes = []
    for column in free:
        known = field_for_header(subject, column)
        if known is not None and column in types and not (known.dated and types[column] in DATE_TYPES):
            continue
        if known is not None and known.name not in taken:
            taken.add(known.name)
            recipes.append(Recipe(known, "{}", (header.index(column),), column))
    return recipes


def _told_order(recipe: Recipe, told: Mapping[int, AttributeType]) -> Recipe:
    """The recipe with the order of days and months that was told of a column that it is made of."""
    order = next((told[column] for column in recipe.columns if column in told), None)
    return recipe.in_order(order) if recipe.field.dated and order else recipe


def _refuse_doubles(recipes: Sequence[Recipe]) -> None:
    names = [recipe.field.name for recipe in recipes]
    for name in names:
        if names.count(name) > 1:
            raise Problem("import_field_twice", name, name=name)


def _refuse_equal_names(names: Collection[str]) -> None:
    twice = sorted(name for name in set(names) if list(names).count(name) > 1)
    if twice:
        raise Problem("import_attribute_twice", "--map", name=twice[0])


def _check(subject: Subject, recipes: Sequence[Recipe]) -> None:
    given = {recipe.field.name for recipe in recipes}
    subject.check(given)
    implied = subject.implied(given)
    for known in subject.fields:
        if known.needed and known.name not in given and known.name not in implied:
            raise Problem("import_field_unmapped", known.name, kind=subject.kind, name=known.name)


def _is_special(name: str) -> bool:
    return name in (IGNORE, ATTRIBUTE) or name.startswith(f"{ATTRIBUTE}:")


def _attribute_name(column: str, name: str) -> str:
    return slug(name.partition(":")[2] or column)


def _type(word: str) -> AttributeType:
    try:
        return AttributeType(word)
    except ValueError as error:
        raise Problem("import_type_unknown", "--type", type=word, types=", ".join(AttributeType)) from error


def _condition(text: str, header: Sequence[str]) -> Condition:
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise Problem("import_where_form", "--where", text=text)
    column, comparison, value = match.groups()
    return Condition(_place("--where", column.strip(), header), comparison, value.strip())


def _comparable(left: str, right: str) -> tuple[Any, Any]:
    try:
        return float(left), float(right)
    except ValueError:
        return left, right


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
