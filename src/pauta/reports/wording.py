"""The words of reports, from one catalogue for each language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files

from babel.dates import format_date

from pauta.core.filling import fill
from pauta.core.gate.reasons import BUILTIN_RULES


def phrase(key: str, lang: str, **values: object) -> str:
    """The text of a key such as ``reasons.cap`` with its placeholders filled."""
    return fill(catalogue(lang)[key], values)


@cache
def catalogue(lang: str) -> Mapping[str, str]:
    """Every text of a language by its key, ``section.name``."""
    source = files("pauta.reports").joinpath("words", f"{lang}.json").read_text(encoding="utf-8")
    return {f"{section}.{name}": text for section, texts in json.loads(source).items() for name, text in texts.items()}


def day_in_words(day: date, lang: str) -> str:
    """A date with its weekday, as people write it."""
    return format_date(day, phrase("day.short", lang), locale=lang.replace("-", "_"))


def rule_in_words(rule: str, lang: str) -> str:
    """A policy's own name, or what people call a built-in rule."""
    return phrase(f"rules.{rule}", lang) if rule in _BUILTIN else rule


_BUILTIN = frozenset({*BUILTIN_RULES.values(), "provider", "held"})
