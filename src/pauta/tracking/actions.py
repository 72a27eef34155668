"""Writes of what comes back: hits in batches, who made them, answers. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, LiteralString

from crawleruseragents import is_crawler
from psycopg import Connection, sql

from pauta.channels.base import OutcomeKind
from pauta.core.tracking_signs import CROWD_SECONDS, Hit, Judgement, What, crowds, judge
from pauta.platform.partitions import PARTITIONS

Conn = Connection[Any]

LONGEST_AGENT = 300
AT_ONCE = 2_000
"""Messages that are judged in one transaction."""

_LOCK = 7_261_011
_PARTS = list(range(PARTITIONS))


class Answer(StrEnum):
    """What people and servers send back to a message."""

    bounced = "bounced"
    complained = "complained"
    unsubscribed = "unsubscribed"
    replied = "replied"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A picture or link that was just asked for; ``at`` is UTC."""

    message_id: int
    at: datetime
    what: What
    target: str
    links: int
    ip: str
    agent: str
    head: bool


def record_hits(connection: Conn, arrivals: Sequence[Arrival]) -> int:
    """Write hits down as they came; how many. Those of people who do not want to be measured are not kept.

    Contacts are locked until the transaction ends, so that nobody who is being erased at this moment gets one more.
    """
    return connection.execute(
        """
        INSERT INTO hit (message_id, proposal_id, contact_id, at, what, target, links, ip, agent, head)
        SELECT m.id, m.proposal_id, m.contact_id, given.at, given.what, given.target, given.links, given.ip,
               given.agent, given.head
        FROM unnest(%s::int8[], %s::timestamptz[], %s::int2[], %s::text[], %s::int2[], %s::text[], %s::text[],
                    %s::bool[]) AS given (message_id, at, what, target, links, ip, agent, head)
        JOIN message m ON m.part = ANY(%s) AND m.id = given.message_id
        JOIN contact c ON c.id = m.contact_id
        WHERE NOT EXISTS (SELECT FROM unmeasured u WHERE u.contact_id = c.id)
        ORDER BY c.id FOR KEY SHARE OF c
        """,
        (
            [one.message_id for one in arrivals],
            [one.at for one in arrivals],
            [int(one.what) for one in arrivals],
            [_storable(one.target) for one in arrivals],
            [one.links for one in arrivals],
            [one.ip for one in arrivals],
            [_storable(one.agent[:LONGEST_AGENT]) for one in arrivals],
            [one.head for one in arrivals],
            _PARTS,
        ),
    ).rowcount


def judge_hits(connection: Conn) -> int:
    """Tell people from programs on messages with hits that nobody has judged; how many messages.

    All hits on a message are judged again, for one throws light on another. Does nothing while somebody else is at it.
    """
    if connection.execute("SELECT pg_try_advisory_xact_lock(%s)", (_LOCK,)).fetchone() != (True,):
        return 0
    fresh = [
        number
        for (number,) in connection.execute(
            "SELECT DISTINCT message_id FROM hit WHERE machine IS NULL ORDER BY message_id LIMIT %s", (AT_ONCE,)
        )
    ]
    if not fresh:
        return 0
    crowded = _crowds(connection, fresh)
    messages = sorted({*fresh, *crowded.values()})
    delivered = _delivered(connection, messages)
    judged: list[tuple[int, Judgement]] = []
    for message_id, rows in _hits(connection, messages, set(crowded)).items():
        numbers, hits = zip(*rows, strict=True)
        judged += zip(numbers, judge(hits, delivered.get(message_id)), strict=True)
    connection.execute(
        "UPDATE hit SET machine = judged.machine, signs = judged.signs"
        " FROM unnest(%s::int8[], %s::bool[], %s::text[]) AS judged (id, machine, signs)"
        " WHERE hit.id = judged.id AND (hit.machine, hit.signs) IS DISTINCT FROM (judged.machine, judged.signs)",
        (
            [number for number, _ in judged],
            [one.machine for _, one in judged],
            [" ".join(one.signs) for _, one in judged],
        ),
    )
    connection.execute(_SUM_UP, {"messages": messages, "open": What.OPEN, "click": What.CLICK})
    return len(messages)


def hold_judgement(connection: Conn) -> None:
    """Let nothing be judged until the transaction ends: wait for who is at it."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))


def note_answer(connection: Conn, message_id: int, answer: Answer, now: datetime) -> None:
    """Keep when a message was first answered in this way; nothing where the message is no more."""
    connection.execute(
        sql.SQL(
            "INSERT INTO response AS kept (message_id, proposal_id, contact_id, {0})"
            " SELECT id, proposal_id, contact_id, %(now)s FROM message WHERE part = ANY(%(parts)s) AND id = %(id)s"
            " ON CONFLICT (message_id) DO UPDATE SET {0} = coalesce(kept.{0}, excluded.{0})"
        ).format(sql.Identifier(f"{answer}_at")),
        {"now": now, "parts": _PARTS, "id": message_id},
    )


_SUM_UP: LiteralString = """
INSERT INTO response AS kept (message_id, proposal_id, contact_id, opened_at, machine_opened_at, clicked_at, scanned_at,
                              link)
SELECT message_id, h.proposal_id, h.contact_id,
       coalesce(CASE WHEN old.opened_at < min(h.at) THEN old.opened_at END,
                min(h.at) FILTER (WHERE NOT machine AND what IN (%(open)s, %(click)s))),
       coalesce(CASE WHEN old.machine_opened_at < min(h.at) THEN old.machine_opened_at END,
                min(h.at) FILTER (WHERE machine AND what = %(open)s)),
       coalesce(CASE WHEN old.clicked_at < min(h.at) THEN old.clicked_at END,
                min(h.at) FILTER (WHERE NOT machine AND what = %(click)s)),
       coalesce(CASE WHEN old.scanned_at < min(h.at) THEN old.scanned_at END,
                min(h.at) FILTER (WHERE machine AND what <> %(open)s)),
       coalesce(CASE WHEN old.clicked_at < min(h.at) THEN old.link END,
                (array_agg(target ORDER BY h.at, h.id) FILTER (WHERE NOT machine AND what = %(click)s))[1], '')
FROM hit h LEFT JOIN response old USING (message_id)
WHERE message_id = ANY(%(messages)s) GROUP BY message_id, h.proposal_id, h.contact_id, old.message_id
ON CONFLICT (message_id) DO UPDATE
SET (opened_at, machine_opened_at, clicked_at, scanned_at, link) = ROW (
    excluded.opened_at, excluded.machine_opened_at, excluded.clicked_at, excluded.scanned_at, excluded.link)
"""
"""What came of messages, by their hits. What was earlier than all of them rests on hits that are removed by now."""


def _storable(text: str) -> str:
    return text.replace("\0", "")


def _crowds(connection: Conn, messages: Sequence[int]) -> dict[int, int]:
    """The clicks (with their messages) that came with new ones on these messages from one address for many people."""
    rows = connection.execute(
        """
        WITH asked AS (
            SELECT ip, min(at) - %(span)s AS since, max(at) + %(span)s AS until FROM hit
            WHERE message_id = ANY(%(messages)s) AND what = %(click)s AND machine IS NULL GROUP BY ip)
        SELECT h.id, h.ip, lower(split_part(c.email, '@', 2)), c.id, extract(epoch FROM h.at)::float8, h.message_id
        FROM asked JOIN hit h ON h.ip = asked.ip AND h.at BETWEEN asked.since AND asked.until AND h.what = %(click)s
        JOIN contact c ON c.id = h.contact_id
        """,
        {"messages": list(messages), "click": What.CLICK, "span": timedelta(seconds=CROWD_SECONDS)},
    ).fetchall()
    crowded = crowds([(number, ip, domain or "", contact, at) for number, ip, domain, contact, at, _ in rows])
    return {row[0]: row[5] for row in rows if row[0] in crowded}


def _delivered(connection: Conn, messages: Sequence[int]) -> dict[int, float]:
    """When the server took each message, in seconds; when the hand-over began where that is not recorded yet."""
    rows = connection.execute(
        "SELECT message_id, max(extract(epoch FROM coalesce(ended_at, started_at)))::float8 FROM attempt"
        " WHERE part = ANY(%s) AND message_id = ANY(%s) AND (outcome IS NULL OR outcome = ANY(%s)) GROUP BY message_id",
        (_PARTS, list(messages), [_CODES[OutcomeKind.SENT], _CODES[OutcomeKind.LOST]]),
    )
    return dict(rows.fetchall())


_CODES = {kind: code for code, kind in enumerate(OutcomeKind)}


def _hits(connection: Conn, messages: Sequence[int], crowded: set[int]) -> dict[int, list[tuple[int, Hit]]]:
    """All hits on each message. What was part of a crowd once stays so, though the others may be gone."""
    found: dict[int, list[tuple[int, Hit]]] = {}
    rows = connection.execute(
        "SELECT message_id, id, what, extract(epoch FROM at)::float8, target, links, ip, agent, head,"
        " ' ' || signs || ' ' LIKE '%% crowd %%' FROM hit WHERE message_id = ANY(%s) ORDER BY at, id",
        (list(messages),),
    )
    for message_id, number, what, at, target, links, ip, agent, head, was_crowd in rows:
        hit = Hit(
            *(What(what), at, target, links, ip, agent, head),
            crawler=_is_crawler(agent),
            crowd=was_crowd or number in crowded,
        )
        found.setdefault(message_id, []).append((number, hit))
    return found


@lru_cache(maxsize=4096)
def _is_crawler(agent: str) -> bool:
    return bool(is_crawler(agent))
