"""The values in a rule, each checked here once; a Problem names the place of what is wrong."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final

from pauta.core.problems import Problem
from pauta.core.rules.tree import FromToday, Kind, Operator, Scalar, When

LONGEST: Final = 500
MOST_VALUES: Final = 1000
MOST_DAYS: Final = 36_500


def text(value: object, path: str) -> str:
    """A text that is not empty and that can be stored."""
    if not isinstance(value, str) or not value or len(value) > LONGEST or not _storable(value):
        raise Problem("rule_value", path, value=_short(value))
    return value


def choice(value: object, allowed: Collection[str], path: str) -> str:
    """One of the allowed words."""
    if not isinstance(value, str) or value not in allowed:
        raise Problem("rule_choice", path, value=_short(value), allowed=", ".join(allowed))
    return value


def whole(value: object, path: str, least: int, most: int) -> int:
    """A whole number within limits."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise Problem("rule_number", path, value=_short(value), least=least, most=most)
    return value


def mapping(value: object, allowed: Collection[str], path: str) -> Mapping[str, object]:
    """An object with no keys but the allowed ones; nothing at all is an empty one."""
    if value is None or value == "":
        return {}
    if not isinstance(value, Mapping) or set(value) - set(allowed):
        raise Problem("rule_object", path, allowed=", ".join(sorted(allowed)))
    return value


def listed(value: object, path: str) -> Sequence[object]:
    """A list; react-querybuilder also writes texts with commas between them."""
    found = [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
    if not isinstance(found, list) or not found or len(found) > MOST_VALUES:
        raise Problem("rule_values", path, most=MOST_VALUES)
    return found


def when(given: Mapping[str, object], path: str) -> When:
    """The stretch of time that a value names, if it does."""
    within, before = (
        None if given.get(name) is None else whole(given[name], f"{path}.{name}", 0, MOST_DAYS)
        for name in ("within_days", "before_days")
    )
    since, until = (
        None if given.get(name) is None else iso_date(given[name], f"{path}.{name}") for name in ("from", "to")
    )
    return When(within, before, since, until)


def iso_date(value: object, path: str) -> date:
    """A date as ISO 8601 writes it, ``2026-11-23``."""
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise Problem("rule_date", path, value=_short(value)) from None


def operands(kind: Kind, operator: Operator, value: object, path: str) -> tuple[Scalar, ...]:
    """What a field is compared with: nothing, one value, the two ends of a range, or a list."""
    match operator:
        case Operator.empty | Operator.filled:
            return ()
        case Operator.in_last | Operator.in_next:
            return (whole(value, path, 0, MOST_DAYS),)
        case Operator.one_of | Operator.none_of:
            return tuple(_scalar(kind, one, f"{path}[{place}]") for place, one in enumerate(listed(value, path)))
        case Operator.between | Operator.outside:
            ends = listed(value, path)
            if len(ends) != 2:
                raise Problem("rule_range", path)
            first, last = (_scalar(kind, one, f"{path}[{place}]") for place, one in enumerate(ends))
            _ordered(first, path)
            _ordered(last, path)
            return first, last
        case Operator.less | Operator.at_most | Operator.more | Operator.at_least:
            found = _scalar(kind, value, path)
            _ordered(found, path)
            return (found,)
        case Operator.contains | Operator.lacks | Operator.begins | Operator.ends:
            return (text(value, path),)
        case _:
            return (_scalar(kind, value, path),)


def _ordered(value: Scalar, path: str) -> None:
    if isinstance(value, bool):
        raise Problem("rule_value", path, value=value)


def _scalar(kind: Kind, value: object, path: str) -> Scalar:
    if kind is Kind.text:
        return text(value, path)
    if isinstance(value, Mapping):
        return _from_today(value, path) if kind is not Kind.number else _number(value, path)
    if kind is Kind.date:
        return iso_date(value, path)
    if kind is Kind.number:
        return _number(value, path)
    return (
        value if isinstance(value, bool) else _number(value, path) if not isinstance(value, str) else text(value, path)
    )


def _from_today(value: Mapping[str, object], path: str) -> FromToday:
    if set(value) != {"days_from_today"}:
        raise Problem("rule_date", path, value=_short(value))
    return FromToday(whole(value["days_from_today"], f"{path}.days_from_today", -MOST_DAYS, MOST_DAYS))


def _number(value: object, path: str) -> int | float:
    if isinstance(value, str):  # as an input of a form writes it
        try:
            value = float(value) if "." in value else int(value)
        except ValueError:
            raise Problem("rule_number_wanted", path, value=_short(value)) from None
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) <= 1e15:
        raise Problem("rule_number_wanted", path, value=_short(value))
    return value


def _storable(value: str) -> bool:
    return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)


def _short(value: object) -> str:
    said = str(value)
    return said if len(said) <= 60 else f"{said[:60]}…"
