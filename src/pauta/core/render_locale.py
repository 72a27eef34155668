"""The filters of the template language, among them money, numbers and dates in the reader's own locale (CLDR)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache, partial

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, format_percent, is_currency

from pauta.core.problems import Problem

LONGEST_TEXT = 100_000
_LENGTHS = ("short", "medium", "long", "full")


class MissingFigure(Exception):
    """A figure that the message needs is not there; ``name`` tells which."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def is_missing(value: object) -> bool:
    """Whether a value would leave a hole in a message: nothing, or empty. Zero and false are values."""
    return value is None or (isinstance(value, str | list | tuple | dict) and not value) or callable(value)


def figure(value: object, name: str) -> object:
    """The value, if it is there."""
    if is_missing(value):
        raise MissingFigure(name)
    return value


@lru_cache(maxsize=256)
def reader_locale(tag: str) -> Locale:
    """The CLDR locale of a language tag such as ``pt-BR``; its language alone, or English, when it is unknown."""
    for candidate in (tag.replace("-", "_"), tag.replace("_", "-").split("-")[0]):
        try:
            return Locale.parse(candidate)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse("en")


def filters(tag: str) -> dict[str, Callable[..., object]]:
    """The filters by name, for a reader of the given language tag."""
    locale = reader_locale(tag)
    return {
        "figure": figure,
        "default": _default,
        "d": _default,
        "times": _times,
        "join": _join,
        "replace": _replace,
        "truncate": _truncate,
        "money": partial(_money, locale),
        "number": partial(_number, locale),
        "percent": partial(_percent, locale),
        "date": partial(_date, locale),
    }


def _default(value: object, other: object = "") -> object:
    return other if is_missing(value) else value


def _bounded(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise Problem("template.text_too_long", "template", limit=LONGEST_TEXT)
    return text


def _times(value: object, factor: object) -> int | float:
    product = _decimal(value, "times") * _decimal(factor, "times")
    return int(product) if product == product.to_integral_value() else float(product)


def _join(values: object, separator: object = ", ") -> str:
    items = values if isinstance(values, list | tuple | dict) else [values]
    if len(items) * len(str(separator)) > LONGEST_TEXT:
        raise Problem("template.text_too_long", "template", limit=LONGEST_TEXT)
    return _bounded(str(separator).join(map(str, items)))


def _replace(value: object, old: object, new: object) -> str:
    text, before, after = str(value), str(old), str(new)
    if len(text) + text.count(before) * len(after) > LONGEST_TEXT:
        raise Problem("template.text_too_long", "template", limit=LONGEST_TEXT)
    return text.replace(before, after)


def _truncate(value: object, length: int = 80) -> str:
    """At most ``length`` characters, cut at a space where there is one, with an ellipsis where something is missing."""
    text = str(value)
    if len(text) <= length:
        return text
    cut = text[: max(0, length - 1)]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip() + "…"


def _decimal(value: object, what: str) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise Problem("template.not_a_number", "template", filter=what, value=value) from error
    if isinstance(value, bool) or not number.is_finite() or abs(number) > Decimal("1e24"):
        raise Problem("template.not_a_number", "template", filter=what, value=value)
    return number


def _money(locale: Locale, value: object, currency: str) -> str:
    return _format_money(_decimal(value, "money"), currency, locale)


@lru_cache(maxsize=16_384)
def _format_money(value: Decimal, currency: str, locale: Locale) -> str:
    if not is_currency(currency):
        raise Problem("template.currency", "template", currency=currency)
    return format_currency(value, currency, locale=locale)


def _number(locale: Locale, value: object, digits: int | None = None) -> str:
    return _format_number(_decimal(value, "number"), digits, locale)


@lru_cache(maxsize=16_384)
def _format_number(value: Decimal, digits: int | None, locale: Locale) -> str:
    if digits is None:
        return str(format_decimal(value, locale=locale))
    decimals = "." + "0" * min(digits, 20) if digits > 0 else ""
    return str(format_decimal(value, format="#,##0" + decimals, locale=locale))


def _percent(locale: Locale, value: object, digits: int = 0) -> str:
    """A share such as 0.125 as percent: 13 %, or 12.5 % with one digit."""
    return _format_percent(_decimal(value, "percent"), digits, locale)


@lru_cache(maxsize=4_096)
def _format_percent(value: Decimal, digits: int, locale: Locale) -> str:
    pattern = locale.percent_formats[None].pattern
    if digits > 0:
        pattern = pattern.replace("0", "0." + "0" * min(digits, 20), 1)
    return str(format_percent(value, format=pattern, locale=locale))


def _date(locale: Locale, value: object, length: str = "medium") -> str:
    if length not in _LENGTHS:
        raise Problem("template.date_length", "template", length=length, lengths=", ".join(_LENGTHS))
    return _format_date(_moment(value), length, locale)


def _moment(value: object) -> date:
    """A date or a time, given as itself or as ISO text."""
    if isinstance(value, date):
        return value
    text = str(value)
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError as error:
        raise Problem("template.not_a_date", "template", value=value) from error


@lru_cache(maxsize=4_096)
def _format_date(value: date, length: str, locale: Locale) -> str:
    if isinstance(value, datetime):
        return str(format_datetime(value, length, tzinfo=value.tzinfo, locale=locale))
    return str(format_date(value, length, locale=locale))
