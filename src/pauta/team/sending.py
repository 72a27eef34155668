"""Who may send what: a table of permissions by role, team, type, topic, channel and size. Nothing here commits.

What no row permits is refused. Every door asks here before a campaign is launched or a message is taken in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from math import inf
from typing import Any, LiteralString

from psycopg import Connection
from psycopg.rows import class_row

from pauta.core.gate.vocabulary import CHANNELS, TYPES
from pauta.core.problems import Problem
from pauta.team.actions import team_id
from pauta.team.roles import Caller, rights_of

Conn = Connection[Any]

DAY = timedelta(days=1)

_COLUMNS: LiteralString = "role, team, types, topics, channels, most, per_day"


@dataclass(frozen=True)
class Permission:
    """One row: who (role, team) may send what (types, topics, channels); None and empty lists mean any.

    ``most`` is the largest number of contacts at once (1: single messages only), ``per_day`` the most single messages
    in 24 hours; None is no limit.
    """

    role: str | None = None
    team: str | None = None
    types: Sequence[str] = ()
    topics: Sequence[str] = ()
    channels: Sequence[str] = ()
    most: int | None = None
    per_day: int | None = None

    def is_for(self, who: Caller, what: Kind) -> bool:
        """Whether the row speaks of this caller and this kind of message, whatever its size."""
        return (
            self.role in (None, who.role)
            and self.team in (None, who.team)
            and (not self.types or what.type in self.types)
            and (not self.topics or what.topic in self.topics)
            and (not self.channels or what.channel in self.channels)
        )


@dataclass(frozen=True)
class StoredPermission(Permission):
    """A row with its number."""

    id: int = 0


@dataclass(frozen=True)
class Kind:
    """What somebody wants to send on one channel."""

    type: str
    topic: str
    channel: str


@dataclass(frozen=True)
class Limits:
    """How many contacts at once, and how many single messages in 24 hours; infinite without a limit."""

    most: float
    per_day: float


def limits(permissions: Sequence[Permission], who: Caller, what: Kind) -> Limits:
    """How much of this the caller may send, by the most generous rows; a Problem when no row permits any."""
    speaking = [one for one in permissions if one.is_for(who, what)]
    if not speaking:
        given = {"type": what.type, "topic": what.topic or "–", "channel": what.channel}
        raise Problem("sending_not_permitted", "type", role=who.role, team=who.team or "–", **given)
    return Limits(max(one.most or inf for one in speaking), max(one.per_day or inf for one in speaking))


def require_bulk(
    connection: Conn, who: Caller, kind: str, topic: str, channels: Sequence[str], count: Callable[[], int]
) -> None:
    """Refuse what the caller may not send on every one of these channels; ``count`` counts the contacts if need be."""
    rows = permissions(connection)
    most = min(limits(rows, who, Kind(kind, topic, channel)).most for channel in channels)
    if most < inf:
        contacts = count()
        if contacts > most:
            raise Problem("sending_too_many", "audience", role=who.role, contacts=contacts, most=int(most))


def require_single(
    connection: Conn, now: datetime, who: Caller, kind: str, topic: str, channels: Sequence[str]
) -> None:
    """Refuse a single message that the caller may not send, or not today any more; its proposal is written already."""
    rows = permissions(connection)
    per_day = min(limits(rows, who, Kind(kind, topic, channel)).per_day for channel in channels)
    if per_day < inf and _sent_today(connection, now, who.actor) > per_day:
        raise Problem("sending_day_full", "contact", role=who.role, most=int(per_day))


def _sent_today(connection: Conn, now: datetime, actor: str) -> int:
    row = connection.execute(
        "SELECT count(*) FROM proposal WHERE source = 'api' AND actor = %s AND created_at > %s", (actor, now - DAY)
    ).fetchone()
    assert row is not None
    return int(row[0])


def permissions(connection: Conn) -> list[StoredPermission]:
    """All rows, in the order in which they were made."""
    with connection.cursor(row_factory=class_row(StoredPermission)) as cursor:
        return cursor.execute(f"SELECT id, {_COLUMNS} FROM sending_permission ORDER BY id").fetchall()


def add_permission(connection: Conn, permission: Permission) -> int:
    """Add a row; its number. A Problem names what is unknown in it."""
    row = connection.execute(
        f"INSERT INTO sending_permission ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id",
        _checked(connection, permission),
    ).fetchone()
    assert row is not None
    return int(row[0])


def change_permission(connection: Conn, number: int, permission: Permission) -> None:
    """Write a row anew; a Problem when there is none of that number, or something in it is unknown."""
    changed = connection.execute(
        f"UPDATE sending_permission SET ({_COLUMNS}) = (%s, %s, %s, %s, %s, %s, %s) WHERE id = %s",
        (*_checked(connection, permission), number),
    )
    _require_found(changed.rowcount, number)


def remove_permission(connection: Conn, number: int) -> None:
    """Take a row away; a Problem when there is none of that number."""
    removed = connection.execute("DELETE FROM sending_permission WHERE id = %s", (number,))
    _require_found(removed.rowcount, number)


def _require_found(rows: int, number: int) -> None:
    if not rows:
        raise Problem("permission_unknown", "id", value=number)


def _checked(connection: Conn, permission: Permission) -> tuple[object, ...]:
    if permission.role is not None:
        rights_of(permission.role)
    if permission.team is not None:
        team_id(connection, permission.team)
    known: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
        "types": (permission.types, TYPES),
        "channels": (permission.channels, CHANNELS),
    }
    for field, (words, possible) in known.items():
        for word in words:
            if word not in possible:
                raise Problem("permission_word_unknown", field, value=word, words=", ".join(possible))
    return tuple(list(value) if isinstance(value, list | tuple) else value for value in astuple(permission)[:7])
