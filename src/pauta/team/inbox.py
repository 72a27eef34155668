"""What users are told in the app, until they have read it. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

Conn = Connection[Any]


class Told(StrEnum):
    """What an entry tells. Each has its words in the catalogue of reports."""

    OUTCOMES = "outcomes"
    LAUNCHED = "launched"
    REQUEST = "request"
    REQUEST_ACCEPTED = "request_accepted"
    REQUEST_DECLINED = "request_declined"
    TASK = "task"
    COMPLAINTS = "complaints"
    STREAM_STOPPED = "stream_stopped"
    BOUNCES = "bounces"
    UNSUBSCRIBED = "unsubscribed"
    OPENS_DECLINED = "opens_declined"
    REPLY = "reply"
    WEBHOOK_DISABLED = "webhook_disabled"


@dataclass(frozen=True)
class Entry:
    """Something that a user is told; ``day`` is the company's, times are UTC."""

    id: int
    user_id: int
    kind: str
    about: str
    day: date
    detail: Mapping[str, Any]
    changed_at: datetime
    read_at: datetime | None


_ENTRY = "SELECT id, user_id, kind, about, day, detail, changed_at, read_at FROM inbox_entry"


def put(
    connection: Conn,
    now: datetime,
    user_ids: Collection[int],
    kind: Told,
    about: str,
    day: date,
    detail: Mapping[str, Any],
    subject: str = "",
) -> None:
    """Tell users something; what was told of the same on that day gives way, and is unread again.

    ``subject`` tells apart what people call alike, such as two tasks of one title.
    """
    connection.execute(
        """
        INSERT INTO inbox_entry AS old (user_id, kind, about, subject, day, detail, changed_at)
        SELECT user_id, %s, %s, %s, %s, %s, %s FROM unnest(%s::bigint[]) AS user_id
        ON CONFLICT (user_id, kind, about, subject, day) DO UPDATE
        SET detail = excluded.detail, changed_at = excluded.changed_at, read_at = NULL
        WHERE old.detail <> excluded.detail
        """,
        (kind, about, subject, day, Jsonb(dict(detail)), now, sorted(user_ids)),
    )


def entries(connection: Conn, user_id: int, most: int) -> list[Entry]:
    """What a user is told, what changed last first."""
    with connection.cursor(row_factory=class_row(Entry)) as cursor:
        query = f"{_ENTRY} WHERE user_id = %s ORDER BY changed_at DESC, id DESC LIMIT %s"
        return cursor.execute(query, (user_id, most)).fetchall()


def unread(connection: Conn, user_id: int) -> int:
    """How much a user has not read yet."""
    row = connection.execute("SELECT count(*) FROM inbox_entry WHERE user_id = %s AND read_at IS NULL", (user_id,))
    return int((row.fetchone() or (0,))[0])


def mark_read(connection: Conn, now: datetime, user_id: int, until: datetime) -> None:
    """Note that a user has read everything that changed until then."""
    connection.execute(
        "UPDATE inbox_entry SET read_at = %s WHERE user_id = %s AND read_at IS NULL AND changed_at <= %s",
        (now, user_id, until),
    )


def take_back(connection: Conn, kind: Told, about: str) -> None:
    """Let nobody be told something that is not so any more."""
    connection.execute("DELETE FROM inbox_entry WHERE kind = %s AND about = %s", (kind, about))


def take_unmailed(connection: Conn, now: datetime, kind: Told, before: date) -> Sequence[Entry]:
    """What no mail has told yet of the days before one, in order of user and day; a mail is to tell it now."""
    with connection.cursor(row_factory=class_row(Entry)) as cursor:
        taken = cursor.execute(
            "UPDATE inbox_entry SET mailed_at = %s WHERE mailed_at IS NULL AND kind = %s AND day < %s"
            " RETURNING id, user_id, kind, about, day, detail, changed_at, read_at",
            (now, kind, before),
        ).fetchall()
    return sorted(taken, key=lambda one: (one.user_id, one.day, one.about))
