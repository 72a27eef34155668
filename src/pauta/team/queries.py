"""Reads of teams, API keys and the audit."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

_KEY = "SELECT id, name, role, team, created_at, revoked_at FROM api_key"


@dataclass(frozen=True)
class Key:
    """An API key as its owner may see it; the secret itself is not kept. Times are UTC."""

    id: int
    name: str
    role: str
    team: str
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True)
class Team:
    """A team: ``name`` is what filters and policies write, ``title`` what people read."""

    name: str
    title: str


@dataclass(frozen=True)
class AuditEntry:
    """Who did what to what, and when (UTC)."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]


def hash_of(secret: str) -> bytes:
    """What is kept of an API key, and of the token of a session or of a link.

    The secret has 256 random bits, so nobody can try them all: one round of SHA-256 is enough, where a password would
    need a slow hash. It also makes the look-up one index probe, at every request.
    """
    return hashlib.sha256(secret.encode()).digest()


def person(actor: str) -> str:
    """Who stands behind an actor: the address of ``user:ana@…`` and of ``cli:root as ana@…``, else the actor itself."""
    return actor.rsplit(" ", 1)[-1].removeprefix("user:")


def names_of(connection: Connection[Any], actors: Iterable[str]) -> dict[str, str]:
    """What people call these actors: a user's name, else the address, key or command that stands behind it."""
    people = {actor: person(actor) for actor in actors}
    rows = connection.execute(
        "SELECT lower(email), name FROM pauta_user WHERE lower(email) = ANY(%s)",
        ([one.lower() for one in people.values()],),
    )
    names = dict(rows.fetchall())
    return {actor: names.get(one.lower(), one) for actor, one in people.items()}


def key_by_secret(connection: Connection[Any], secret: str) -> Key | None:
    """The key with this secret, unless it is unknown or revoked."""
    with connection.cursor(row_factory=class_row(Key)) as cursor:
        cursor.execute(f"{_KEY} WHERE secret_hash = %s AND revoked_at IS NULL", (hash_of(secret),))
        return cursor.fetchone()


def keys(connection: Connection[Any]) -> list[Key]:
    """All API keys, revoked ones included, in order of their names."""
    with connection.cursor(row_factory=class_row(Key)) as cursor:
        return cursor.execute(f"{_KEY} ORDER BY name").fetchall()


def teams(connection: Connection[Any]) -> list[Team]:
    """All teams in order of their names."""
    with connection.cursor(row_factory=class_row(Team)) as cursor:
        return cursor.execute("SELECT name, title FROM team ORDER BY name").fetchall()


@dataclass(frozen=True)
class AuditFilter:
    """Which entries of the audit are wanted: texts are beginnings, empty for any; times are aware."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


def audit_entries(connection: Connection[Any], wanted: AuditFilter, before: int | None, limit: int) -> list[AuditEntry]:
    """The newest entries first; ``before`` is the id under which the next page begins."""
    query = """
        SELECT id, at, actor, action, subject, detail FROM audit
        WHERE (%(actor)s = '' OR starts_with(actor, %(actor)s)) AND (%(action)s = '' OR starts_with(action, %(action)s))
          AND (%(subject)s = '' OR starts_with(subject, %(subject)s))
          AND (%(since)s::timestamptz IS NULL OR at >= %(since)s) AND (%(until)s::timestamptz IS NULL OR at < %(until)s)
          AND (%(before)s::bigint IS NULL OR id < %(before)s)
        ORDER BY id DESC LIMIT %(limit)s
    """
    with connection.cursor(row_factory=class_row(AuditEntry)) as cursor:
        return cursor.execute(query, {**asdict(wanted), "before": before, "limit": limit}).fetchall()
