"""Webhooks are told: signed by Standard Webhooks (https://www.standardwebhooks.com), again and again until they answer.

A delivery is taken for a while before it is tried, so that one that a killed process had in hand is tried again by the
next; its id tells the receiver that it is the same.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from pauta.webhooks.actions import give_up
from pauta.webhooks.posting import SECONDS, Answer, post

Conn = Connection[Any]

AT_ONCE = 16
TAKEN_FOR = timedelta(seconds=4 * SECONDS)
PAUSES = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""After each failure, until the next attempt; after the last one it is given up, more than three days later."""
LONGEST_FAILING = timedelta(days=5)
"""A webhook that has answered nothing well for so long is disabled."""
FAILED = "failing"
"""Stands in ``disabled_by`` where no person disabled a webhook."""

_TAKE = """
UPDATE webhook_delivery AS told SET due_at = %(until)s FROM webhook WHERE webhook.id = webhook_id AND told.id IN (
  SELECT due.id FROM webhook_delivery AS due JOIN webhook ON webhook.id = due.webhook_id
  WHERE due.due_at <= %(now)s AND (failing_since IS NOT NULL) = %(failing)s
  ORDER BY due.due_at LIMIT %(most)s FOR UPDATE OF due SKIP LOCKED
) RETURNING told.id, webhook_id, name, url, body, tries, secret,
  CASE WHEN former_until > %(now)s THEN former_secret END AS former, failing_since
"""


@dataclass(frozen=True, slots=True)
class _Due:
    id: int
    webhook_id: int
    name: str
    url: str
    body: dict[str, Any]
    tries: int
    secret: str
    former: str | None
    failing_since: datetime | None


def signature(secret: str, name: str, now: datetime, body: bytes) -> str:
    """The signature of a delivery, version 1 of Standard Webhooks."""
    signed = b".".join((name.encode(), str(int(now.timestamp())).encode(), body))
    digest = hmac.new(b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    return f"v1,{b64encode(digest).decode()}"


def deliver(
    connection: Conn,
    clock: Callable[[], datetime],
    *,
    failing: bool,
    private: bool,
    disabled: Callable[[Conn, str], None],
) -> int:
    """Try what is due, some at once; how many. Commits before the attempts and after them.

    Either for webhooks that are ``failing`` or for the others, who do not wait for them in this way.
    ``disabled`` is called for each webhook that is told nothing any more, in the transaction that says so.
    """
    now = clock()
    with connection.cursor(row_factory=class_row(_Due)) as cursor:
        due = cursor.execute(
            _TAKE, {"now": now, "until": now + TAKEN_FOR, "most": AT_ONCE, "failing": failing}
        ).fetchall()
    connection.commit()
    if not due:
        return 0
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(lambda one: _try(one, now, private=private), due))
    for one, answer in zip(due, answers, strict=True):
        _note(connection, clock(), one, answer, disabled)
    connection.commit()
    return len(due)


def _try(one: _Due, now: datetime, *, private: bool) -> Answer:
    body = json.dumps(one.body, ensure_ascii=False, separators=(",", ":")).encode()
    name = f"msg_{one.id}"
    secrets = [secret for secret in (one.secret, one.former) if secret]
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Pauta",
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signature(secret, name, now, body) for secret in secrets),
    }
    return post(one.url, body, headers, private=private)


def _note(connection: Conn, now: datetime, one: _Due, answer: Answer, disabled: Callable[[Conn, str], None]) -> None:
    connection.execute(
        "INSERT INTO webhook_attempt (delivery_id, at, status, answer, milliseconds)"
        " SELECT id, %s, %s, %s, %s FROM webhook_delivery WHERE id = %s",
        (now, answer.status, answer.text, answer.milliseconds, one.id),
    )
    last = one.tries >= len(PAUSES)
    again = None if answer.good or last else now + PAUSES[one.tries]
    connection.execute(
        "UPDATE webhook_delivery SET tries = tries + 1, due_at = %s, delivered_at = %s WHERE id = %s",
        (again, now if answer.good else None, one.id),
    )
    connection.execute(
        "UPDATE webhook SET failing_since = CASE WHEN %s THEN NULL ELSE coalesce(failing_since, %s) END WHERE id = %s",
        (answer.good, now, one.webhook_id),
    )
    too_long = one.failing_since is not None and now - one.failing_since > LONGEST_FAILING
    if not answer.good and (too_long or answer.status == HTTPStatus.GONE):
        _disable(connection, now, one, disabled)


def _disable(connection: Conn, now: datetime, one: _Due, disabled: Callable[[Conn, str], None]) -> None:
    """Tell it nothing any more: it has failed for days, or said that it is gone."""
    done = connection.execute(
        "UPDATE webhook SET disabled_at = %s, disabled_by = %s WHERE id = %s AND disabled_at IS NULL",
        (now, FAILED, one.webhook_id),
    )
    give_up(connection, one.webhook_id)
    if done.rowcount:
        disabled(connection, one.name)
