"""Texts with places for values, and words that follow their number."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Any


class _Forms(Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        if not format_spec.startswith("|"):
            return str(super().format_field(value, format_spec))
        one, more = format_spec[1:].split("|")
        return one if str(value) == "1" else more


_FORMS = _Forms()


def fill(text: str, values: Mapping[str, object]) -> str:
    """A text with its places filled: ``{rows} {rows:|row|rows}`` becomes ``1 row`` or ``2 rows``.

    English, Portuguese and Spanish have these two forms for whole numbers, millions aside; none says the first for 0.
    """
    return _FORMS.vformat(text, (), values)
