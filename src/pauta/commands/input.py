"""How commands read what people type."""

from __future__ import annotations

from datetime import date

from pauta.core.problems import Problem


def read_day(text: str, field: str) -> date:
    """A day as 2026-12-24; a Problem at the field when it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Problem("messages.not_a_date", field=field, value=text) from None
