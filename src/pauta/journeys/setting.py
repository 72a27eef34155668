"""Setting a value of contacts or of their accounts. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from pauta.messages.actions import request_plan

Conn = Connection[Any]

_OF = {
    "account": "id IN (SELECT account_id FROM contact WHERE id = ANY(%(contacts)s))",
    "contact": "id = ANY(%(contacts)s)",
}


def set_values(
    connection: Conn, now: datetime, attribute: str, value: str | float | bool | None, contacts: Sequence[int]
) -> None:
    """Set an attribute, or the stage, of contacts, or with ``account.`` in front of their accounts; None removes it.

    Their open messages are planned again.
    """
    table = "account" if attribute.startswith("account.") else "contact"
    name = attribute.removeprefix("account.")
    change = "stage = %(text)s" if name == "stage" else "attributes = attributes - %(name)s"
    if name != "stage" and value is not None:
        change = "attributes = attributes || %(value)s"
    connection.execute(
        f"UPDATE {table} SET {change}, changed_at = %(now)s WHERE id IN"
        f" (SELECT id FROM {table} WHERE {_OF[table]} ORDER BY id FOR NO KEY UPDATE)",
        {
            "name": name,
            "text": None if value is None else str(value),
            "value": Jsonb({name: value}),
            "now": now,
            "contacts": list(contacts),
        },
    )
    keys = connection.execute("SELECT DISTINCT account_key FROM contact WHERE id = ANY(%s)", (list(contacts),))
    request_plan(connection, [key for (key,) in keys], now)
