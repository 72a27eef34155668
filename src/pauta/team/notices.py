"""Mails to users: invitations, new passwords, approvals. They are written down here and leave by the pipeline."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

Conn = Connection[Any]


class Kind(StrEnum):
    """What a mail to a user is about. Each has its words in the catalogue."""

    INVITATION = "invitation"
    RESET = "reset"
    APPROVAL_WANTED = "approval_wanted"
    APPROVAL_GIVEN = "approval_given"
    APPROVAL_REFUSED = "approval_refused"
    APPROVAL_WITHDRAWN = "approval_withdrawn"
    APPROVAL_VOID = "approval_void"
    OUTCOMES = "outcomes"
    LAUNCHED = "launched"
    REPLY = "reply"
    STREAM_STOPPED = "stream_stopped"


def notify(connection: Conn, now: datetime, user_ids: Collection[int], kind: Kind, **detail: str) -> None:
    """Write a mail down for each of these users; it leaves once this transaction is committed, in their language."""
    connection.execute(
        "INSERT INTO notice (user_id, kind, detail, due_at) SELECT user_id, %s, %s, %s"
        " FROM unnest(%s::bigint[]) AS user_id",
        (kind, Jsonb(detail), now, sorted(user_ids)),
    )


def take_back(connection: Conn, kind: Kind, campaign: str) -> None:
    """Let mails about a campaign not leave that have not left yet."""
    connection.execute("DELETE FROM notice WHERE kind = %s AND detail ->> 'campaign' = %s", (kind, campaign))


def waits(connection: Conn, user_id: int, kind: Kind) -> bool:
    """Whether a mail of this kind to the user has not left yet."""
    found = connection.execute("SELECT 1 FROM notice WHERE user_id = %s AND kind = %s LIMIT 1", (user_id, kind))
    return found.fetchone() is not None
