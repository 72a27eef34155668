"""Conditions that journeys ask about few contacts: rules, and what somebody did with a message."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

from psycopg import Connection, sql

from pauta.core.rules.reading import read_rule
from pauta.messages.queries import ALL_PARTS
from pauta.messages.states import State
from pauta.segments.compiling import compile_rule

Conn = Connection[Any]

_DID: dict[str, LiteralString] = {
    "delivered": "m.state IN (%(sent)s, %(unknown)s)",
    "opened": "r.opened_at IS NOT NULL",
    "clicked": "r.clicked_at IS NOT NULL",
    "replied": "r.replied_at IS NOT NULL",
}


def holding(connection: Conn, now: datetime, rule: object, contacts: Collection[int]) -> set[int]:
    """Those among the contacts for whom a rule holds now."""
    if not contacts:
        return set()
    row = connection.execute("SELECT zone FROM company WHERE id = 1").fetchone()
    today = now.astimezone(ZoneInfo(row[0] if row else "UTC")).date()
    condition = compile_rule(read_rule(rule), now, today)
    query = sql.SQL("{} AND c.id = ANY({})").format(condition.contacts, sql.Placeholder("asked"))
    return {number for (number,) in connection.execute(query, {**condition.params, "asked": list(contacts)})}


def engaged(connection: Conn, enrolments: Collection[int], node: str, did: str) -> set[int]:
    """Those among enrolments whose contact did this with the message of a node, the last time that they came to it.

    A message that followed a failed one on another channel counts as that one.
    """
    rows = connection.execute(
        f"""
        WITH last AS (
            SELECT DISTINCT ON (h.enrolment_id) h.enrolment_id, h.message_id
            FROM enrolment_step h JOIN journey_step s ON s.id = h.step_id AND s.node = %(node)s
            WHERE h.enrolment_id = ANY(%(ids)s) ORDER BY h.enrolment_id, h.seq DESC
        )
        SELECT last.enrolment_id FROM last
        JOIN message m ON m.part = ANY(%(parts)s) AND (m.id = last.message_id OR m.follows = last.message_id)
        LEFT JOIN response r ON r.message_id = m.id
        WHERE {_DID[did]}
        """,
        {
            "node": node,
            "ids": list(enrolments),
            "parts": ALL_PARTS,
            "sent": int(State.SENT),
            "unknown": int(State.UNKNOWN),
        },
    )
    return {number for (number,) in rows}
