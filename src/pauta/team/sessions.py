"""Sessions of browsers, and the links by which users choose their password. Nothing here commits.

A token has 256 random bits and only its hash is kept, as with API keys.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection

from pauta.core.problems import Problem
from pauta.team.queries import hash_of
from pauta.team.users import User, user_by_email

Conn = Connection[Any]

LONGEST_SESSION = timedelta(days=30)
"""After this time one signs in again, however often the session was used."""

INVITATION_TIME = timedelta(days=7)
"""How long a link of an invitation can be used."""

RESET_TIME = timedelta(hours=1)
"""How long a link to choose a new password can be used."""

_SEEN_EVERY = timedelta(minutes=5)
_TOKEN_BYTES = 32


def begin(connection: Conn, now: datetime, user_id: int) -> str:
    """Begin a session; its token, which nobody can read again. Sessions that ended long ago are cleared away."""
    connection.execute("DELETE FROM user_session WHERE created_at < %s", (now - LONGEST_SESSION,))
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    connection.execute(
        "INSERT INTO user_session (user_id, token_hash, created_at, seen_at) VALUES (%s, %s, %s, %s)",
        (user_id, hash_of(token), now, now),
    )
    return token


def user_of(connection: Conn, now: datetime, token: str, unused: timedelta) -> User | None:
    """The user of a session; None when it is unknown, too old, or was not used for longer than ``unused``."""
    row = connection.execute(
        "SELECT u.email, s.id, s.seen_at FROM user_session s JOIN pauta_user u ON u.id = s.user_id"
        " WHERE s.token_hash = %s AND s.created_at > %s AND s.seen_at > %s AND u.disabled_at IS NULL",
        (hash_of(token), now - LONGEST_SESSION, now - unused),
    ).fetchone()
    if row is None:
        return None
    email, session_id, seen_at = row
    if seen_at < now - _SEEN_EVERY:
        connection.execute("UPDATE user_session SET seen_at = %s WHERE id = %s", (now, session_id))
    return user_by_email(connection, email)


def end(connection: Conn, token: str) -> None:
    """End a session."""
    connection.execute("DELETE FROM user_session WHERE token_hash = %s", (hash_of(token),))


def end_all(connection: Conn, user_id: int) -> None:
    """End every session of a user."""
    connection.execute("DELETE FROM user_session WHERE user_id = %s", (user_id,))


def issue_link(connection: Conn, now: datetime, user_id: int, valid: timedelta) -> str:
    """A token by which the user can choose a password once; the one before it is void from now on."""
    connection.execute("DELETE FROM user_token WHERE user_id = %s OR expires_at < %s", (user_id, now))
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    connection.execute(
        "INSERT INTO user_token (user_id, token_hash, expires_at) VALUES (%s, %s, %s)",
        (user_id, hash_of(token), now + valid),
    )
    return token


def user_of_link(connection: Conn, now: datetime, token: str) -> User:
    """Whose link this is; a Problem when it is unknown, expired or used. Choosing a password uses it up."""
    row = connection.execute(
        "SELECT u.email FROM user_token t JOIN pauta_user u ON u.id = t.user_id"
        " WHERE t.token_hash = %s AND t.expires_at > %s AND u.disabled_at IS NULL FOR UPDATE OF t",
        (hash_of(token), now),
    ).fetchone()
    if row is None:
        raise Problem("link_over", "token")
    return user_by_email(connection, row[0])
