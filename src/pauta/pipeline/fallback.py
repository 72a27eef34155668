"""Fallback: what failed for good on one channel, or was not read there, goes on by the next channel of its wish."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg import Connection, sql

from pauta.channels import base
from pauta.channels.base import OutcomeKind
from pauta.content.topics import MOST_UNREAD_DAYS
from pauta.core.gate.reasons import REASON_CODE, VERDICT_CODE, Reason, Verdict
from pauta.messages.actions import request_plan
from pauta.messages.ledger import lock_parts, move, wake
from pauta.messages.states import RECALLABLE, Lane, ProposalState, State

Conn = Connection[Any]

AT_ONCE: Final = 2_000
"""Unread messages that are followed in one transaction."""

LONGEST: Final = timedelta(days=MOST_UNREAD_DAYS + 30)
"""What was sent longer ago is not looked at any more."""

_SENT = tuple(OutcomeKind).index(OutcomeKind.SENT)
_FOLLOW = f"""
WITH before AS (
    SELECT m.*, p.channels, array_position(p.channels, m.channel) AS tried,
           CASE WHEN m.state = {State.FAILED} THEN coalesce(m.day, m.wished)
                ELSE (%(now)s AT TIME ZONE coalesce(own.zone, home.zone, company.zone, 'UTC'))::date END AS on_day
    FROM unnest(%(parts)s::int2[], %(ids)s::int8[]) AS given (part, id)
    JOIN message m ON m.part = given.part AND m.id = given.id AND m.state = %(state)s
    JOIN proposal p ON p.id = m.proposal_id AND p.state <> {ProposalState.CANCELLED}
    JOIN contact c ON c.id = m.contact_id LEFT JOIN account a ON a.id = c.account_id
    LEFT JOIN place own ON own.id = c.place_id LEFT JOIN place home ON home.id = a.place_id
    LEFT JOIN company ON company.id = 1
    WHERE NOT EXISTS (SELECT FROM message f WHERE f.part = m.part AND f.follows = m.id)
), remaining AS (
    SELECT before.*, (SELECT wish FROM unnest(channels[tried + 1:]) WITH ORDINALITY AS later (wish, place)
                      WHERE wish = ANY(%(provided)s) ORDER BY place LIMIT 1) AS next
    FROM before)
INSERT INTO message (part, id, account_key, contact_id, proposal_id, lane, state, verdict, reason, rule, winner,
                     channel, wished, day, due, policy_version, created_at, changed_at, follows, wish_from)
SELECT part, nextval('message_ids'), account_key, contact_id, proposal_id,
       CASE WHEN lane = {Lane.FAST} THEN {Lane.FAST} ELSE {Lane.BULK} END,
       CASE WHEN lane = {Lane.FAST} THEN {State.PLANNED} ELSE {State.OPEN} END,
       CASE WHEN lane = {Lane.FAST} THEN {VERDICT_CODE[Verdict.send]} ELSE {VERDICT_CODE[Verdict.queue]} END,
       {REASON_CODE[Reason.clear]}, 0, 0, CASE WHEN lane = {Lane.FAST} THEN next ELSE -1 END, on_day,
       CASE WHEN lane = {Lane.FAST} THEN on_day END, %(now)s, 0, %(now)s, %(now)s, id, tried
FROM remaining WHERE next IS NOT NULL
RETURNING account_key
"""

_READ = "coalesce(r.opened_at, r.clicked_at, r.replied_at, r.unsubscribed_at, r.complained_at) IS NOT NULL"
"""Whether a person answered to a message in any way, as a condition on its response; a program's opens are none."""

_UNREAD = f"""
SELECT m.part, m.id FROM proposal p
JOIN message m ON m.proposal_id = p.id AND m.part = ANY(%(parts)s) AND m.state = {State.SENT}
JOIN attempt a ON a.part = m.part AND a.message_id = m.id AND a.measured AND a.outcome = {_SENT}
LEFT JOIN response r ON r.message_id = m.id
WHERE p.unread_days > 0 AND p.state = {ProposalState.LIVE} AND cardinality(p.channels) > 1
  AND m.day >= (%(now)s - %(longest)s)::date AND a.ended_at <= %(now)s - make_interval(days => p.unread_days)
  AND array_position(p.channels, m.channel) < (
      SELECT max(place) FROM unnest(p.channels) WITH ORDINALITY AS wish (channel, place)
      WHERE wish.channel = ANY(%(provided)s))
  AND NOT {_READ}
  AND NOT EXISTS (SELECT FROM unmeasured u WHERE u.contact_id = m.contact_id)
  AND NOT EXISTS (SELECT FROM message f WHERE f.part = m.part AND f.follows = m.id)
LIMIT %(most)s
"""


def follow_up(connection: Conn, now: datetime, failed: Sequence[tuple[int, int]]) -> int:
    """Write a message after each of these failed ones (partition, id) that has a channel left; return how many.

    A channel is left when it comes later in the order of wish and has a provider; nothing is followed twice. The caller
    asks for new plans of the accounts; in the fast lane the new message is due at once.
    """
    return len(_follow(connection, now, failed, State.FAILED))


def follow_unread(connection: Conn, now: datetime, parts: Sequence[int]) -> int:
    """Let what nobody has read in time, in these partitions, go on by its next channel, through the gate; how many.

    Only mails that tell whether they are read count, and only people's opens, clicks and answers.
    """
    unread = connection.execute(
        _UNREAD, {"parts": list(parts), "now": now, "provided": _provided(), "most": AT_ONCE, "longest": LONGEST}
    ).fetchall()
    if not unread:
        return 0
    lock_parts(connection, sorted({part for part, _ in unread}))
    keys = _follow(connection, now, unread, State.SENT)
    request_plan(connection, keys, now)
    return len(keys)


def recall_read(connection: Conn, now: datetime, parts: Sequence[int]) -> int:
    """Take back what was to follow, in these partitions, since somebody has read the first one after all; how many."""
    found = connection.execute(
        f"SELECT f.part, f.id FROM message f JOIN message m ON m.part = f.part AND m.id = f.follows"
        f" JOIN response r ON r.message_id = m.id"
        f" WHERE f.follows IS NOT NULL AND f.part = ANY(%s) AND f.{RECALLABLE} AND m.state = {State.SENT} AND {_READ}",
        (list(parts),),
    ).fetchall()
    if not found:
        return 0
    lock_parts(connection, sorted({part for part, _ in found}))
    keys = move(
        connection,
        sql.SQL(f"part = ANY(%(parts)s) AND id = ANY(%(ids)s) AND {RECALLABLE}"),
        {"parts": sorted({part for part, _ in found}), "ids": [number for _, number in found]},
        to=State.CANCELLED,
        reason=Reason.read,
        now=now,
        detail="",
    )
    request_plan(connection, keys, now)
    return len(keys)


def _follow(connection: Conn, now: datetime, before: Sequence[tuple[int, int]], state: State) -> list[int]:
    """Write the followers of messages in a state; their account keys."""
    given = {
        "parts": [part for part, _ in before],
        "ids": [number for _, number in before],
        "provided": _provided(),
        "state": state,
        "now": now,
    }
    keys = [key for (key,) in connection.execute(_FOLLOW, given)]
    if keys:
        wake(connection)
    return keys


def _provided() -> list[int]:
    return [int(channel) for channel in base.PROVIDED]
