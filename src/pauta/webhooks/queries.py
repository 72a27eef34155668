"""Reads of webhooks and of what they were told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from pauta.core.problems import Problem

Conn = Connection[Any]


@dataclass(frozen=True, slots=True)
class Subscription:
    """A webhook without its secret; ``waiting`` are deliveries to come. Times are UTC."""

    id: int
    name: str
    url: str
    kinds: list[str]
    created_at: datetime
    failing_since: datetime | None
    disabled_at: datetime | None
    disabled_by: str
    waiting: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something that a webhook is or was to be told, and what it answered last."""

    id: int
    kind: str
    body: dict[str, Any]
    created_at: datetime
    due_at: datetime | None
    delivered_at: datetime | None
    tries: int
    status: int | None
    answer: str | None
    milliseconds: int | None


def webhooks(connection: Conn) -> list[Subscription]:
    """All webhooks in order of their names."""
    with connection.cursor(row_factory=class_row(Subscription)) as cursor:
        return cursor.execute(
            "SELECT id, name, url, kinds, created_at, failing_since, disabled_at, disabled_by, (SELECT count(*)"
            " FROM webhook_delivery WHERE webhook_id = webhook.id AND due_at IS NOT NULL) AS waiting"
            " FROM webhook ORDER BY name"
        ).fetchall()


def webhook(connection: Conn, name: str) -> Subscription:
    """The webhook of that name; a Problem when there is none."""
    found = [one for one in webhooks(connection) if one.name == name]
    if not found:
        raise Problem("webhooks.unknown", "name", value=name)
    return found[0]


def deliveries(connection: Conn, webhook_id: int, before: int | None, most: int) -> list[Delivery]:
    """What a webhook was told, the newest first, with a lower number than ``before``."""
    with connection.cursor(row_factory=class_row(Delivery)) as cursor:
        return cursor.execute(
            "SELECT told.id, kind, body, created_at, due_at, delivered_at, tries, status, answer, milliseconds"
            " FROM webhook_delivery AS told LEFT JOIN LATERAL (SELECT status, answer, milliseconds FROM webhook_attempt"
            " WHERE delivery_id = told.id ORDER BY id DESC LIMIT 1) AS last ON true"
            " WHERE webhook_id = %(webhook)s AND (%(before)s::bigint IS NULL OR told.id < %(before)s)"
            " ORDER BY told.id DESC LIMIT %(most)s",
            {"webhook": webhook_id, "before": before, "most": most},
        ).fetchall()
