"""Users: the colleagues who sign in. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from psycopg import Connection
from psycopg.rows import class_row

from pauta.channels.email.address import smtp_address
from pauta.core.problems import Problem
from pauta.team.actions import team_id
from pauta.team.notices import Kind, notify, waits
from pauta.team.roles import GRANTABLE, ROLES, Caller, Right, caller, rights_of

Conn = Connection[Any]

_USER: LiteralString = """
SELECT u.id, u.email, u.name, coalesce(team.name, '') AS team, u.role, u.rights, u.language,
       u.password_hash IS NOT NULL AS has_password, u.created_at, u.disabled_at
FROM pauta_user u LEFT JOIN team ON team.id = u.team_id
"""


@dataclass(frozen=True)
class User:
    """A colleague. ``rights`` are those given besides the role's; without a password nobody signs in yet. UTC."""

    id: int
    email: str
    name: str
    team: str
    role: str
    rights: list[str]
    language: str
    has_password: bool
    created_at: datetime
    disabled_at: datetime | None

    @property
    def caller(self) -> Caller:
        """The user as one who asks for something."""
        return caller(f"user:{self.email}", self.role, self.team, self.rights, self.email)


@dataclass(frozen=True)
class Profile:
    """What is told of a user; ``team`` may be empty."""

    name: str
    team: str
    role: str
    language: str
    rights: Sequence[str] = ()


def users(connection: Conn) -> list[User]:
    """All users, disabled ones included, in order of team and name."""
    return _users(connection, "ORDER BY team, u.name, u.email", ())


def user_by_email(connection: Conn, email: str) -> User:
    """One user by address, whatever the case of its letters; a Problem when there is none."""
    found = _users(connection, "WHERE lower(u.email) = lower(%s)", (email,))
    if not found:
        raise Problem("user_unknown", "email", value=email)
    return found[0]


def named_user(connection: Conn, email: str, field: str) -> User:
    """The user whose address stands in a field; a Problem about that field when there is none."""
    found = _users(connection, "WHERE lower(u.email) = lower(%s)", (email,))
    if not found:
        raise Problem("user_named_unknown", field, value=email)
    return found[0]


def _users(connection: Conn, where: LiteralString, params: tuple[object, ...]) -> list[User]:
    with connection.cursor(row_factory=class_row(User)) as cursor:
        return cursor.execute(f"{_USER} {where}", params).fetchall()


def add_user(connection: Conn, now: datetime, email: str, profile: Profile) -> User:
    """Make a user without a password; a Problem when the address is taken, or address, team, role or right is wrong."""
    smtp_address(email)
    made = connection.execute(
        """
        INSERT INTO pauta_user (email, name, team_id, role, rights, language, created_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (lower(email)) DO NOTHING
        """,
        (email, *_columns(connection, profile), now),
    )
    if made.rowcount == 0:
        raise Problem("user_email_taken", "email", value=email)
    return user_by_email(connection, email)


def change_user(connection: Conn, email: str, profile: Profile) -> User:
    """Write down anew what is told of a user; Problems as in ``add_user``, or when nobody could manage people then."""
    connection.execute(
        "UPDATE pauta_user SET (name, team_id, role, rights, language) = (%s, %s, %s, %s, %s) WHERE id = %s",
        (*_columns(connection, profile), user_by_email(connection, email).id),
    )
    _require_manager(connection)
    return user_by_email(connection, email)


def _columns(connection: Conn, profile: Profile) -> tuple[object, ...]:
    if not profile.name.strip():
        raise Problem("name_empty", "name")
    rights_of(profile.role)
    for right in profile.rights:
        if right not in GRANTABLE:
            raise Problem("right_not_given", "rights", value=right, rights=", ".join(GRANTABLE))
    team = team_id(connection, profile.team) if profile.team else None
    return profile.name, team, profile.role, sorted(set(profile.rights)), profile.language


def invite(connection: Conn, now: datetime, user: User, inviting: Caller) -> None:
    """Send a user the mail with the link by which a password is chosen; a Problem when the user is disabled."""
    if user.disabled_at:
        raise Problem("user_disabled", "email", value=user.email)
    inviter = user_by_email(connection, inviting.email).name if inviting.email else "Pauta"
    notify(connection, now, [user.id], Kind.INVITATION, inviter=inviter)


def ask_reset(connection: Conn, now: datetime, email: str) -> None:
    """Send whoever has this address the link to a new password; nothing when nobody has, or such a mail waits."""
    found = _users(connection, "WHERE lower(u.email) = lower(%s) AND u.disabled_at IS NULL", (email,))
    for user in found:
        if not waits(connection, user.id, Kind.RESET):
            notify(connection, now, [user.id], Kind.RESET)


def disable_user(connection: Conn, now: datetime, email: str) -> User:
    """Let a user in no more, from this transaction on; a Problem when nobody could manage people then."""
    user = user_by_email(connection, email)
    connection.execute("UPDATE pauta_user SET disabled_at = coalesce(disabled_at, %s) WHERE id = %s", (now, user.id))
    connection.execute("DELETE FROM user_session WHERE user_id = %s", (user.id,))
    connection.execute("DELETE FROM user_token WHERE user_id = %s", (user.id,))
    connection.execute("DELETE FROM notice WHERE user_id = %s", (user.id,))
    _require_manager(connection)
    return user_by_email(connection, email)


def enable_user(connection: Conn, email: str) -> User:
    """Let a disabled user sign in again."""
    connection.execute("UPDATE pauta_user SET disabled_at = NULL WHERE id = %s", (user_by_email(connection, email).id,))
    return user_by_email(connection, email)


def _require_manager(connection: Conn) -> None:
    """Refuse a change after which no enabled user may manage people: nobody could undo it.

    The rows of those who may are locked, so that of two who take it from each other at once only one succeeds.
    """
    managing = [name for name, rights in ROLES.items() if Right.TEAM_WRITE in rights]
    left = connection.execute(
        "SELECT id FROM pauta_user WHERE disabled_at IS NULL AND (role = ANY(%s) OR %s = ANY(rights)) FOR UPDATE",
        (managing, Right.TEAM_WRITE.value),
    ).fetchall()
    if not left:
        raise Problem("user_last_manager", "email")


def set_language(connection: Conn, user_id: int, language: str) -> None:
    """Remember in which language Pauta speaks to a user."""
    connection.execute("UPDATE pauta_user SET language = %s WHERE id = %s", (language, user_id))


def set_password(connection: Conn, user_id: int, password_hash: str) -> None:
    """Give a user a password (``hash_password`` of it), and end every session and link that stood before."""
    connection.execute("UPDATE pauta_user SET password_hash = %s WHERE id = %s", (password_hash, user_id))
    connection.execute("DELETE FROM user_session WHERE user_id = %s", (user_id,))
    connection.execute("DELETE FROM user_token WHERE user_id = %s", (user_id,))


def password_hash_of(connection: Conn, email: str) -> tuple[int, str] | None:
    """Number and password hash of an enabled user who has a password; None for everybody else."""
    row = connection.execute(
        "SELECT id, password_hash FROM pauta_user"
        " WHERE lower(email) = lower(%s) AND disabled_at IS NULL AND password_hash IS NOT NULL",
        (email,),
    ).fetchone()
    return (row[0], row[1]) if row else None
