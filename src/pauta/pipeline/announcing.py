"""What webhooks are told of messages, and what colleagues are told of webhooks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection

from pauta.core.gate.vocabulary import Channel
from pauta.team.inbox import Told, put
from pauta.webhooks.announcing import announce, wanted
from pauta.webhooks.kinds import Kind

Conn = Connection[Any]

_NO_CHANNEL = -1
_MESSAGES = """
SELECT m.contact_id, m.id, c.external_id, a.external_id, k.type, k.topic, k.team, k.campaign, m.channel
FROM message m JOIN proposal p ON p.id = m.proposal_id JOIN kind k ON k.id = p.kind_id
  JOIN contact c ON c.id = m.contact_id LEFT JOIN account a ON a.id = c.account_id
WHERE m.part = ANY(%s) AND m.id = ANY(%s) ORDER BY m.id
"""


def announce_messages(connection: Conn, now: datetime, kind: Kind, messages: Sequence[tuple[int, int]]) -> None:
    """Have webhooks told what became of these messages, named by partition and number."""
    if not messages or not wanted(connection, kind):
        return
    parts, numbers = sorted({part for part, _ in messages}), [number for _, number in messages]
    told = []
    for contact_id, number, contact, account, *about, channel in connection.execute(_MESSAGES, (parts, numbers)):
        data = {
            "message": number,
            "contact": contact,
            "account": account,
            **dict(zip(("type", "topic", "team", "campaign"), about, strict=True)),
            "channel": None if channel == _NO_CHANNEL else Channel(channel).name,
        }
        told.append((contact_id, data))
    announce(connection, now, kind, told)


def tell_disabled(connection: Conn, now: datetime, name: str) -> None:
    """Tell administrators that a webhook is told nothing any more."""
    rows = connection.execute("SELECT id FROM pauta_user WHERE role = 'admin' AND disabled_at IS NULL").fetchall()
    put(connection, now, [number for (number,) in rows], Told.WEBHOOK_DISABLED, name, now.date(), {})
