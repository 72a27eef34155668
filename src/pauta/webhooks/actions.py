"""Writes of webhooks: who is told of what. Nothing here commits."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from psycopg import Connection
from psycopg.types.json import Jsonb

from pauta.core.problems import Problem
from pauta.webhooks.kinds import Kind

Conn = Connection[Any]

BOTH_SIGN = timedelta(hours=24)
"""How long the former secret signs as well, after a new one was made."""


def save_webhook(connection: Conn, now: datetime, name: str, url: str, kinds: Sequence[str]) -> str | None:
    """Make a webhook, and return its secret; or change the one of that name, and return None.

    A Problem for an address that is none, and for a kind that there is not.
    """
    _check(url, kinds)
    secret = _secret()
    row = connection.execute(
        "INSERT INTO webhook (name, url, kinds, secret, created_at) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (name) DO UPDATE SET url = excluded.url, kinds = excluded.kinds RETURNING old.id IS NULL",
        (name, url, sorted(set(kinds)), secret, now),
    ).fetchone()
    return secret if row == (True,) else None


def renew_secret(connection: Conn, now: datetime, name: str) -> str:
    """Make a new secret; for a day the former one signs as well."""
    secret = _secret()
    done = connection.execute(
        "UPDATE webhook SET former_secret = secret, former_until = %s, secret = %s WHERE name = %s",
        (now + BOTH_SIGN, secret, name),
    )
    _found(done.rowcount, name)
    return secret


def enable(connection: Conn, name: str) -> None:
    """Let a webhook be told again; what happened meanwhile is not told."""
    done = connection.execute(
        "UPDATE webhook SET disabled_at = NULL, disabled_by = '', failing_since = NULL WHERE name = %s", (name,)
    )
    _found(done.rowcount, name)


def disable(connection: Conn, now: datetime, name: str, by: str) -> None:
    """Tell a webhook nothing any more, until somebody enables it; what waits is given up."""
    row = connection.execute(
        "UPDATE webhook SET disabled_at = coalesce(disabled_at, %s), disabled_by = %s WHERE name = %s RETURNING id",
        (now, by, name),
    ).fetchone()
    _found(1 if row else 0, name)
    assert row is not None
    give_up(connection, row[0])


def give_up(connection: Conn, webhook_id: int) -> None:
    """Try nothing more of what waits for a webhook."""
    connection.execute(
        "UPDATE webhook_delivery SET due_at = NULL WHERE webhook_id = %s AND due_at IS NOT NULL", (webhook_id,)
    )


def remove(connection: Conn, name: str) -> None:
    """Remove a webhook with its log."""
    connection.execute("SELECT FROM webhook WHERE name = %s FOR UPDATE", (name,))
    connection.execute(
        "DELETE FROM webhook_delivery USING webhook WHERE webhook.id = webhook_id AND name = %s", (name,)
    )
    _found(connection.execute("DELETE FROM webhook WHERE name = %s", (name,)).rowcount, name)


def send_test(connection: Conn, now: datetime, name: str) -> None:
    """Tell a webhook that this is a test, disabled or not."""
    body = {"type": Kind.TEST.value, "timestamp": now.isoformat(), "data": {"webhook": name}}
    done = connection.execute(
        "INSERT INTO webhook_delivery (webhook_id, kind, body, created_at, due_at)"
        " SELECT id, %s, %s, %s, %s FROM webhook WHERE name = %s",
        (Kind.TEST, Jsonb(body), now, now, name),
    )
    _found(done.rowcount, name)


def deliver_again(connection: Conn, now: datetime, name: str, number: int) -> None:
    """Try a delivery again, now, under the id that it had."""
    done = connection.execute(
        "UPDATE webhook_delivery AS told SET due_at = %s, delivered_at = NULL FROM webhook"
        " WHERE webhook.id = webhook_id AND name = %s AND told.id = %s",
        (now, name, number),
    )
    if not done.rowcount:
        raise Problem("webhooks.no_delivery", "delivery", value=number)


def _check(url: str, kinds: Sequence[str]) -> None:
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("https", "http") and parts.hostname and parts.username is None and parts.port != 0
    except ValueError:
        fits = False
    if not fits:
        raise Problem("webhooks.url", "url", value=url)
    for kind in kinds:
        if kind not in set(Kind):
            raise Problem("webhooks.kind_unknown", "kinds", value=kind, kinds=", ".join(Kind))


def _secret() -> str:
    return f"whsec_{b64encode(secrets.token_bytes(32)).decode()}"


def _found(rows: int, name: str) -> None:
    if not rows:
        raise Problem("webhooks.unknown", "name", value=name)
