"""Names as people search for them, in SQL."""

from __future__ import annotations

CONTACT_NAME = "(first_name || ' '::text) || last_name"


def plain(expression: str) -> str:
    """SQL for a text in lower case without accents, as people type it when they search, and as the indexes have it.

    The function is made with the tables. It is ``immutable`` and one expression, which PostgreSQL puts in its place.
    """
    return f"plain({expression})"
