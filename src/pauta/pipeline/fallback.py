"""Fallback: what failed for good on one channel is followed by a new message on the next of its wishes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection

from pauta.channels import base
from pauta.core.gate.reasons import REASON_CODE, VERDICT_CODE, Reason, Verdict
from pauta.messages.ledger import wake
from pauta.messages.states import Lane, ProposalState, State


def follow_up(connection: Connection[Any], now: datetime, failed: Sequence[tuple[int, int]]) -> int:
    """Write a message after each of these failed ones (partition, id) that has a channel left; return how many.

    A channel is left when it comes later in the order of wish and has a provider. The caller asks for new plans of the
    accounts; in the fast lane the new message is due at once.
    """
    written = connection.execute(
        f"""
        WITH failed AS (
            SELECT m.*, p.channels, array_position(p.channels, m.channel) AS tried, coalesce(m.day, m.wished) AS on_day
            FROM unnest(%(parts)s::int2[], %(ids)s::int8[]) AS given (part, id)
            JOIN message m ON m.part = given.part AND m.id = given.id AND m.state = {State.FAILED}
            JOIN proposal p ON p.id = m.proposal_id AND p.state <> {ProposalState.CANCELLED}
        ), remaining AS (
            SELECT failed.*, (SELECT wish FROM unnest(channels[tried + 1:]) WITH ORDINALITY AS later (wish, place)
                              WHERE wish = ANY(%(provided)s) ORDER BY place LIMIT 1) AS next
            FROM failed)
        INSERT INTO message (part, id, account_key, contact_id, proposal_id, lane, state, verdict, reason, rule, winner,
                             channel, wished, day, due, policy_version, created_at, changed_at, follows, wish_from)
        SELECT part, nextval('message_ids'), account_key, contact_id, proposal_id,
               CASE WHEN lane = {Lane.FAST} THEN {Lane.FAST} ELSE {Lane.BULK} END,
               CASE WHEN lane = {Lane.FAST} THEN {State.PLANNED} ELSE {State.OPEN} END,
               CASE WHEN lane = {Lane.FAST} THEN {VERDICT_CODE[Verdict.send]} ELSE {VERDICT_CODE[Verdict.queue]} END,
               {REASON_CODE[Reason.clear]}, 0, 0, CASE WHEN lane = {Lane.FAST} THEN next ELSE -1 END, on_day,
               CASE WHEN lane = {Lane.FAST} THEN on_day END, %(now)s, 0, %(now)s, %(now)s, id, tried
        FROM remaining WHERE next IS NOT NULL
        """,
        {
            "parts": [part for part, _ in failed],
            "ids": [number for _, number in failed],
            "provided": [int(channel) for channel in base.PROVIDED],
            "now": now,
        },
    ).rowcount
    if written:
        wake(connection)
    return written
