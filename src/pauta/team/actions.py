"""Writes of teams, API keys and the audit."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from pauta.core.problems import Problem
from pauta.team.queries import hash_of
from pauta.team.roles import rights_of

KEY_PREFIX = "pauta_"
"""Begins every API key, so that a leaked one is recognised for what it is."""

_SECRET_BYTES = 32


def create_key(connection: Connection[Any], now: datetime, name: str, role: str, team: str = "") -> str:
    """Make an API key and return its secret, which nobody can read again.

    Problem when the role or the team is unknown or the name is taken, also by a revoked key: the audit names keys.
    """
    rights_of(role)
    if not name.strip():
        raise Problem("name_empty", "name")
    if team:
        team_id(connection, team)
    secret = KEY_PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    made = connection.execute(
        """
        INSERT INTO api_key (name, role, team, secret_hash, created_at) VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT (name) DO NOTHING
        """,
        (name, role, team, hash_of(secret), now),
    )
    if made.rowcount == 0:
        raise Problem("key_name_taken", "name", value=name)
    return secret


def revoke_key(connection: Connection[Any], now: datetime, name: str) -> None:
    """End a key at once; Problem when there is none of that name that still works."""
    ended = connection.execute("UPDATE api_key SET revoked_at = %s WHERE name = %s AND revoked_at IS NULL", (now, name))
    if ended.rowcount == 0:
        raise Problem("key_not_found", "name", value=name)


def save_team(connection: Connection[Any], name: str, title: str) -> None:
    """Make a team, or give the one of that name a new title."""
    connection.execute(
        "INSERT INTO team (name, title) VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET title = EXCLUDED.title",
        (name, title),
    )


def audit(
    connection: Connection[Any], now: datetime, actor: str, action: str, subject: str, detail: Mapping[str, object]
) -> None:
    """Record who did what to what, in the transaction that does it. The doors call it for every write.

    ``actor`` is ``user:EMAIL``, ``key:NAME`` or ``cli:USER``, ``action`` a right's name or the like, ``subject`` a noun
    and its id (``contact:ana``), ``detail`` plain JSON without secrets.
    """
    connection.execute(
        "INSERT INTO audit (at, actor, action, subject, detail) VALUES (%s, %s, %s, %s, %s)",
        (now, actor, action, subject, Jsonb(dict(detail))),
    )


def team_id(connection: Connection[Any], name: str) -> int:
    """The number of a team; a Problem when there is none of that name."""
    row = connection.execute("SELECT id FROM team WHERE name = %s", (name,)).fetchone()
    if row is None:
        raise Problem("team_unknown", "team", value=name)
    return int(row[0])
