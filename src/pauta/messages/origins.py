"""Where a message comes from, for those who answer to it: its contact and what it was about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from pauta.messages.states import ProposalState, State
from pauta.platform.partitions import PARTITIONS


@dataclass(frozen=True, slots=True)
class Origin:
    """A message that somebody answers to. ``topic`` is empty for none."""

    part: int
    id: int
    account_key: int
    contact_id: int
    channel: int
    state: State
    type: str
    topic: str
    created_at: datetime


def origin_of(connection: Connection[Any], message_id: int) -> Origin | None:
    """The message of that id; None when it is no more, or its contact was erased.

    The contact is not erased before the transaction ends: what is written of them now would be left behind.
    """
    with connection.cursor(row_factory=class_row(Origin)) as cursor:
        return cursor.execute(
            "SELECT m.part, m.id, m.account_key, m.contact_id, m.channel, m.state, k.type, k.topic, m.created_at"
            " FROM message m JOIN proposal p ON p.id = m.proposal_id JOIN kind k ON k.id = p.kind_id"
            " JOIN contact c ON c.id = m.contact_id"
            " WHERE m.part = ANY(%s) AND m.id = %s FOR KEY SHARE OF c",
            (list(range(PARTITIONS)), message_id),
        ).fetchone()


def topics_of_mail(connection: Connection[Any]) -> list[str]:
    """Every topic, by name, of messages that people can choose to get: single ones, and those of campaigns that were
    launched and not cancelled. Drafts, meetings and imported history give none; nor do transactional messages.
    """
    rows = connection.execute(
        "SELECT DISTINCT topic FROM kind k WHERE type <> 'transactional' AND topic <> ''"
        " AND EXISTS (SELECT FROM proposal p WHERE p.kind_id = k.id AND p.state <> %s) ORDER BY topic",
        (ProposalState.CANCELLED,),
    ).fetchall()
    return [topic for (topic,) in rows]
