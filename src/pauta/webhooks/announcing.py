"""Telling webhooks what happens, in the transaction in which it happens: they hear of what was committed, and of all of
it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection

from pauta.webhooks.kinds import Kind

Conn = Connection[Any]

NEWS = "pauta_webhooks"
"""The channel on which PostgreSQL tells that there is something to tell."""

_ANNOUNCE = """
INSERT INTO webhook_delivery (webhook_id, contact_id, kind, body, created_at, due_at)
SELECT webhook.id, contact_id, %(kind)s, jsonb_build_object('type', %(kind)s::text, 'timestamp', %(stamp)s::text,
  'data', data), %(now)s, %(now)s
FROM unnest(%(contacts)s::bigint[], %(data)s::jsonb[]) WITH ORDINALITY AS told (contact_id, data, position)
CROSS JOIN webhook WHERE %(kind)s = ANY(kinds) AND disabled_at IS NULL ORDER BY webhook.id, position
FOR KEY SHARE OF webhook
"""


def wanted(connection: Conn, kind: Kind) -> bool:
    """Whether any webhook wants to be told of this kind: worth asking before much is gathered for it."""
    asked = "SELECT EXISTS (SELECT FROM webhook WHERE %s = ANY(kinds) AND disabled_at IS NULL)"
    return connection.execute(asked, (kind,)).fetchone() == (True,)


def announce(connection: Conn, now: datetime, kind: Kind, told: Sequence[tuple[int | None, Mapping[str, Any]]]) -> None:
    """Have every webhook that wants this kind told, once this transaction is committed.

    ``told`` is a contact's number (None for nobody), whose erasure or merge the delivery follows, and plain JSON in
    which people and things are named by their external ids.
    """
    if not told or not wanted(connection, kind):
        return
    given = {
        "kind": kind,
        "stamp": now.isoformat(),
        "now": now,
        "contacts": [contact for contact, _ in told],
        "data": [json.dumps(data) for _, data in told],
    }
    connection.execute(_ANNOUNCE, given)
    connection.execute("SELECT pg_notify(%s, '')", (NEWS,))
