"""A comparison of a rule as SQL. What is true only when it is told holds; unknown counts as not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final, LiteralString

from psycopg import sql
from psycopg.types.json import Jsonb

from pauta.core.rules.tree import Compare, FromToday, Operator, Scalar

Parameter = Callable[[object], sql.Composable]
"""Takes a value in as a parameter of the statement, and returns its placeholder."""

_NEGATIONS: Final = {
    Operator.unequal: Operator.equal,
    Operator.lacks: Operator.contains,
    Operator.none_of: Operator.one_of,
    Operator.outside: Operator.between,
    Operator.filled: Operator.empty,
}
_ORDER: Final[dict[Operator, LiteralString]] = {
    Operator.less: "<",
    Operator.at_most: "<=",
    Operator.more: ">",
    Operator.at_least: ">=",
}


def negation(condition: sql.Composable) -> sql.Composable:
    """Not so, or not known."""
    return sql.SQL("(({}) IS NOT TRUE)").format(condition)


def compare(
    test: Compare,
    column: sql.Composable,
    today: date,
    parameter: Parameter,
    positive: Callable[[Operator, tuple[Scalar, ...], sql.Composable, Parameter], sql.Composable],
) -> sql.Composable:
    """A comparison with its negation and its relative dates resolved; ``positive`` knows the kind of the column."""
    operator, values = test.operator, tuple(_resolved(value, today) for value in test.values)
    if operator in (Operator.in_last, Operator.in_next):
        days = timedelta(days=int(str(values[0])))
        operator, values = (
            Operator.between,
            (today - days, today) if operator is Operator.in_last else (today, today + days),
        )
    if operator in _NEGATIONS:
        return negation(positive(_NEGATIONS[operator], values, column, parameter))
    return positive(operator, values, column, parameter)


def _resolved(value: Scalar, today: date) -> Scalar:
    return today + timedelta(days=value.days) if isinstance(value, FromToday) else value


def text(
    operator: Operator, values: tuple[Scalar, ...], column: sql.Composable, parameter: Parameter
) -> sql.Composable:
    """A column of texts; parts of texts are found whatever their case."""
    match operator:
        case Operator.empty:
            return sql.SQL("coalesce({}, '') = ''").format(column)
        case Operator.one_of:
            return sql.SQL("{} = ANY({}::text[])").format(column, parameter(list(values)))
        case Operator.equal:
            return sql.SQL("{} = {}::text").format(column, parameter(values[0]))
        case _:
            return _part(operator, str(values[0]), column, parameter)


def _part(operator: Operator, part: str, column: sql.Composable, parameter: Parameter) -> sql.Composable:
    forms: dict[Operator, LiteralString] = {
        Operator.contains: "position({part} IN lower({column})) > 0",
        Operator.begins: "starts_with(lower({column}), {part})",
        Operator.ends: "right(lower({column}), length({part})) = {part}",
    }
    return sql.SQL(forms[operator]).format(column=column, part=sql.SQL("{}::text").format(parameter(part.lower())))


def ordered(cast: LiteralString) -> Callable[..., sql.Composable]:
    """A column of dates or of numbers."""

    def positive(
        operator: Operator, values: tuple[Scalar, ...], column: sql.Composable, parameter: Parameter
    ) -> sql.Composable:
        given = [sql.SQL("{}::{}").format(parameter(value), sql.SQL(cast)) for value in values]
        match operator:
            case Operator.empty:
                return sql.SQL("{} IS NULL").format(column)
            case Operator.between:
                return sql.SQL("{} BETWEEN {} AND {}").format(column, *given)
            case Operator.one_of:
                return sql.SQL("{} IN ({})").format(column, sql.SQL(", ").join(given))
            case Operator.equal:
                return sql.SQL("{} = {}").format(column, given[0])
            case _:
                return sql.SQL("{} {} {}").format(column, sql.SQL(_ORDER[operator]), given[0])

    return positive


def attribute(
    operator: Operator, values: tuple[Scalar, ...], column: sql.Composable, parameter: Parameter
) -> sql.Composable:
    """A JSON value: compared with what is of its own type; dates are ISO texts, lists contain."""
    plain = [value.isoformat() if isinstance(value, date) else value for value in values]
    match operator:
        case Operator.empty:
            return sql.SQL("coalesce({}, 'null') IN ('null', '\"\"', '[]')").format(column)
        case Operator.one_of:
            return sql.SQL("{} = ANY({}::jsonb[])").format(column, parameter([Jsonb(value) for value in plain]))
        case Operator.equal:
            return sql.SQL("{} = {}::jsonb").format(column, parameter(Jsonb(plain[0])))
        case Operator.contains | Operator.begins | Operator.ends:
            return _attribute_part(operator, str(plain[0]), column, parameter)
        case Operator.between:
            ends = (Operator.at_least, plain[0]), (Operator.at_most, plain[1])
            both = [_attribute_ordered(one, value, column, parameter) for one, value in ends]
            return sql.SQL("({} AND {})").format(*both)
        case _:
            return _attribute_ordered(operator, plain[0], column, parameter)


def _attribute_part(operator: Operator, part: str, column: sql.Composable, parameter: Parameter) -> sql.Composable:
    found = _part(operator, part, sql.SQL("({} #>> '{{}}')").format(column), parameter)
    if operator is not Operator.contains:
        return sql.SQL("(jsonb_typeof({}) = 'string' AND {})").format(column, found)
    return sql.SQL(
        "CASE jsonb_typeof({column}) WHEN 'array' THEN {column} @> {element}::jsonb WHEN 'string' THEN {found} END"
    ).format(column=column, element=parameter(Jsonb([part])), found=found)


def _attribute_ordered(
    operator: Operator, value: object, column: sql.Composable, parameter: Parameter
) -> sql.Composable:
    kind, cast = ("string", 'text COLLATE "C"') if isinstance(value, str) else ("number", "numeric")
    return sql.SQL(
        "CASE WHEN jsonb_typeof({column}) = {kind} THEN ({column} #>> '{{}}')::{cast} {order} {value} END"
    ).format(
        column=column,
        kind=sql.Literal(kind),
        cast=sql.SQL(cast),
        order=sql.SQL(_ORDER[operator]),
        value=parameter(value),
    )
