"""What an audience says: everyone, a list, a segment, or a filter, checked and turned into SQL with parameters.

    {"everyone": true}
    {"list": "pilot customers"}
    {"segment": "power-users"}
    {"filter": {"all": [{"field": "account.attributes.plan", "op": "=", "value": "gold"},
                        {"any": [{"field": "contact.language", "op": "in", "value": ["es", "pt-BR"]}, …]}]}}

A value may be ``{"days_from_today": 90}`` where a date is meant. Names and values never become part of the SQL text.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, LiteralString

from psycopg import sql
from psycopg.types.json import Jsonb

from pauta.core.problems import Problem
from pauta.segments.source import ATTRIBUTES, DATES, LISTS, TEXTS

FIELDS: Final = (*TEXTS, *DATES, *LISTS, *(f"{prefix}NAME" for prefix in ATTRIBUTES))

ORDER: Final[dict[str, LiteralString]] = {"<": "<", "<=": "<=", ">": ">", ">=": ">="}
OPERATORS: Final = ("=", "!=", *ORDER, "in", "contains", "is empty")
TEXT_OPERATORS: Final = ("=", "!=", "in", "contains", "is empty")
DATE_OPERATORS: Final = ("=", "!=", *ORDER, "is empty")
LIST_OPERATORS: Final = ("contains", "is empty")

DEEPEST: Final = 8
MOST_CONDITIONS: Final = 200
LONGEST_VALUE: Final = 500
MOST_VALUES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Audience:
    """A condition on ``SOURCE`` with the values of its parameters."""

    where: sql.Composable
    params: dict[str, object]


def read_audience(document: object, today: date, path: str = "audience") -> Audience:
    """The audience that a JSON document describes; ``today`` is the company's date, from which relative days count.

    A Problem names the path of what is wrong. Whether a list or segment of that name exists is not asked here.
    """
    if not isinstance(document, Mapping) or len(document) != 1:
        raise Problem("campaigns.audience_shape", field=path)
    ((form, content),) = document.items()
    match form:
        case "everyone" if content is True:
            return Audience(sql.SQL("true"), {})
        case "list" if isinstance(content, str):
            return Audience(_ON_LIST, {"list": content})
        case "segment" if isinstance(content, str):
            return Audience(_IN_SEGMENT, {"segment": content})
        case "filter":
            reader = _Reader(today)
            return Audience(reader.group(content, f"{path}.filter", 1), reader.params)
        case _:
            raise Problem("campaigns.audience_shape", field=path)


_ON_LIST = sql.SQL(
    "c.id IN (SELECT m.contact_id FROM contact_list_member m JOIN contact_list l ON l.id = m.list_id"
    " WHERE l.name = %(list)s)"
)

_IN_SEGMENT = sql.SQL(
    "c.id IN (SELECT m.contact_id FROM segment_member m JOIN segment s ON s.id = m.segment_id"
    " WHERE s.key = %(segment)s)"
)


class _Reader:
    """Reads the conditions of one filter and collects the values of their parameters."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.params: dict[str, object] = {}
        self.conditions = 0

    def parameter(self, value: object) -> sql.Composable:
        name = f"value_{len(self.params)}"
        self.params[name] = value
        return sql.Placeholder(name)

    def group(self, document: object, path: str, depth: int) -> sql.Composable:
        if not isinstance(document, Mapping) or len(document) != 1 or next(iter(document)) not in ("all", "any"):
            raise Problem("campaigns.audience_group", field=path)
        ((form, parts),) = document.items()
        if not isinstance(parts, Sequence) or isinstance(parts, str) or not parts:
            raise Problem("campaigns.audience_group_empty", field=f"{path}.{form}")
        if depth > DEEPEST:
            raise Problem("campaigns.audience_deep", field=path, most=DEEPEST)
        read = [self.part(part, f"{path}.{form}[{number}]", depth) for number, part in enumerate(parts)]
        glue = sql.SQL(" AND " if form == "all" else " OR ")
        return sql.SQL("({})").format(glue.join(read))

    def part(self, document: object, path: str, depth: int) -> sql.Composable:
        if isinstance(document, Mapping) and "field" not in document:
            return self.group(document, path, depth + 1)
        return self.condition(document, path)

    def condition(self, document: object, path: str) -> sql.Composable:
        if not isinstance(document, Mapping) or set(document) - {"field", "op", "value"}:
            raise Problem("campaigns.audience_condition", field=path)
        self.conditions += 1
        if self.conditions > MOST_CONDITIONS:
            raise Problem("campaigns.audience_long", field=path, most=MOST_CONDITIONS)
        field, operator, value = (
            _text(document.get("field"), f"{path}.field"),
            document.get("op"),
            document.get("value"),
        )
        if field in TEXTS:
            return self.text(field, _operator(operator, TEXT_OPERATORS, path), value, f"{path}.value")
        if field in DATES:
            column = sql.SQL(DATES[field])
            return self.moment(column, _operator(operator, DATE_OPERATORS, path), value, f"{path}.value")
        if field in LISTS:
            column = sql.SQL(LISTS[field])
            return self.listed(column, _operator(operator, LIST_OPERATORS, path), value, f"{path}.value")
        attribute = self.attribute_named(field, path)
        return self.attribute(attribute, _operator(operator, OPERATORS, path), value, f"{path}.value")

    def attribute_named(self, field: str, path: str) -> sql.Composable:
        for prefix, column in ATTRIBUTES.items():
            if field.startswith(prefix) and len(field) > len(prefix):
                name = self.parameter(field[len(prefix) :])
                return sql.SQL("({} -> {})").format(sql.SQL(column), name)
        raise Problem("campaigns.audience_field", field=f"{path}.field", value=field, fields=", ".join(FIELDS))

    def text(self, field: str, operator: str, value: object, path: str) -> sql.Composable:
        column = sql.SQL(TEXTS[field])
        fold = str.lower if field == "contact.email" else str
        match operator:
            case "is empty":
                return _negated(sql.SQL("coalesce({}, '') = ''").format(column), value, path)
            case "in":
                texts = [fold(_text(one, f"{path}[{n}]")) for n, one in enumerate(_values(value, path))]
                return sql.SQL("{} = ANY({})").format(column, self.parameter(texts))
            case "contains":
                part = self.parameter(_text(value, path).lower())
                return sql.SQL("position({}::text IN lower({})) > 0").format(part, column)
            case _:
                equal = sql.SQL("IS NOT DISTINCT FROM" if operator == "=" else "IS DISTINCT FROM")
                return sql.SQL("{} {} {}").format(column, equal, self.parameter(fold(_text(value, path))))

    def moment(self, column: sql.Composable, operator: str, value: object, path: str) -> sql.Composable:
        if operator == "is empty":
            return _negated(sql.SQL("{} IS NULL").format(column), value, path)
        day = self.parameter(self.day(value, path))
        if operator in ORDER:
            return sql.SQL("{} {} {}::date").format(column, sql.SQL(ORDER[operator]), day)
        equal = sql.SQL("IS NOT DISTINCT FROM" if operator == "=" else "IS DISTINCT FROM")
        return sql.SQL("{} {} {}::date").format(column, equal, day)

    def listed(self, column: sql.Composable, operator: str, value: object, path: str) -> sql.Composable:
        if operator == "is empty":
            return _negated(sql.SQL("cardinality({}) = 0").format(column), value, path)
        return sql.SQL("{} = ANY({})").format(self.parameter(_text(value, path)), column)

    def attribute(self, column: sql.Composable, operator: str, value: object, path: str) -> sql.Composable:
        match operator:
            case "is empty":
                empty = sql.SQL("coalesce({}, 'null') IN ('null', '\"\"', '[]')").format(column)
                return _negated(empty, value, path)
            case "in":
                scalars = [Jsonb(self.scalar(one, f"{path}[{n}]")) for n, one in enumerate(_values(value, path))]
                return sql.SQL("{} = ANY({}::jsonb[])").format(column, self.parameter(scalars))
            case "contains":
                return self.attribute_contains(column, self.scalar(value, path))
            case "=" | "!=":
                equal = sql.SQL("IS NOT DISTINCT FROM" if operator == "=" else "IS DISTINCT FROM")
                scalar = self.parameter(Jsonb(self.scalar(value, path)))
                return sql.SQL("{} {} {}::jsonb").format(column, equal, scalar)
            case _:
                return self.attribute_ordered(column, operator, self.scalar(value, path), path)

    def attribute_contains(self, column: sql.Composable, value: object) -> sql.Composable:
        element = self.parameter(Jsonb([value]))
        if not isinstance(value, str):
            return sql.SQL("{} @> {}::jsonb").format(column, element)
        return sql.SQL(
            "CASE jsonb_typeof({column}) WHEN 'array' THEN {column} @> {element}::jsonb"
            " WHEN 'string' THEN position({part}::text IN lower({column} #>> '{{}}')) > 0 END"
        ).format(column=column, element=element, part=self.parameter(value.lower()))

    def attribute_ordered(self, column: sql.Composable, operator: str, value: object, path: str) -> sql.Composable:
        if isinstance(value, bool):
            raise Problem("campaigns.audience_value", field=path, value=value)
        kind, cast = (
            ("string", sql.SQL('text COLLATE "C"')) if isinstance(value, str) else ("number", sql.SQL("numeric"))
        )
        return sql.SQL(
            "CASE WHEN jsonb_typeof({column}) = {kind} THEN ({column} #>> '{{}}')::{cast} {order} {value} END"
        ).format(
            column=column,
            kind=sql.Literal(kind),
            cast=cast,
            order=sql.SQL(ORDER[operator]),
            value=self.parameter(value),
        )

    def scalar(self, value: object, path: str) -> str | int | float | bool:
        """A text, number or flag to compare an attribute with; dates are compared as ISO texts."""
        if isinstance(value, Mapping):
            return self.day(value, path).isoformat()
        if isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
            return value
        return _text(value, path)

    def day(self, value: object, path: str) -> date:
        """An ISO date, or a number of days from today."""
        if isinstance(value, Mapping) and set(value) == {"days_from_today"}:
            days = value["days_from_today"]
            if isinstance(days, int) and not isinstance(days, bool) and abs(days) <= 36_500:
                return self.today + timedelta(days=days)
        try:
            return date.fromisoformat(value if isinstance(value, str) else "")
        except ValueError:
            raise Problem("campaigns.audience_date", field=path, value=value) from None


def _operator(operator: object, allowed: Sequence[str], path: str) -> str:
    if not isinstance(operator, str) or operator not in allowed:
        raise Problem("campaigns.audience_op", field=f"{path}.op", value=operator, operators=", ".join(allowed))
    return operator


def _negated(condition: sql.Composable, value: object, path: str) -> sql.Composable:
    """``is empty`` is asked by ``true`` or nothing, its contrary by ``false``."""
    if value is None or value is True:
        return sql.SQL("({})").format(condition)
    if value is False:
        return sql.SQL("(NOT ({}))").format(condition)
    raise Problem("campaigns.audience_flag", field=path, value=value)


def _text(value: object, path: str) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_VALUE or "\0" in value:
        raise Problem("campaigns.audience_value", field=path, value=value)
    return value


def _values(value: object, path: str) -> Sequence[object]:
    if not isinstance(value, list) or not value or len(value) > MOST_VALUES:
        raise Problem("campaigns.audience_values", field=path, most=MOST_VALUES)
    return value
