"""Release: what is due is decided again on fresh facts; only what may leave today is marked `sending`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection, sql

from pauta.channels.base import Stream
from pauta.core.gate.reasons import Reason
from pauta.facts import AccountChoice
from pauta.journeys.leaving import overtaken
from pauta.messages.actions import request_plan
from pauta.messages.ledger import move
from pauta.messages.queries import stopped_channels
from pauta.messages.states import WAITING, Lane, ProposalState, State, Unit
from pauta.pipeline.leases import Leases
from pauta.pipeline.planning import Decided, decide, write_changes
from pauta.pipeline.quarantine import FREE, blamed, let_go
from pauta.policies import queries as policies


@dataclass(frozen=True)
class Claimed:
    """A message that this worker may send now: nobody else will touch it while the worker holds its partition."""

    part: int
    id: int
    contact_id: int
    proposal_id: int
    channel: int


def plan_requested(connection: Connection[Any], now: datetime, leases: Leases, contacts: int) -> int:
    """Plan the accounts anew for which that was asked, about ``contacts`` contacts together; how many accounts."""
    asked = _requests(connection, leases, contacts)
    if not asked:
        return 0
    leases.lock(connection, {part for part, _ in asked})
    with blamed(Unit.ACCOUNT, asked):
        connection.execute(
            "DELETE FROM plan_request USING unnest(%s::int2[], %s::int8[]) AS done (part, account_key) "
            "WHERE plan_request.part = done.part AND plan_request.account_key = done.account_key",
            ([part for part, _ in asked], [key for _, key in asked]),
        )
        decided = decide(connection, now, AccountChoice.of(key for _, key in asked), policies.current(connection))
        write_changes(connection, now, decided)
        let_go(connection, Unit.ACCOUNT, asked)
    return len(asked)


def _requests(connection: Connection[Any], leases: Leases, contacts: int) -> list[tuple[int, int]]:
    """The next accounts that are to be planned: at least one, and no more contacts than asked for otherwise."""
    return connection.execute(
        f"""
        SELECT part, account_key FROM (
            SELECT part, account_key, sum(people) OVER (ORDER BY part, account_key) - people AS before
            FROM (SELECT r.part, r.account_key, (SELECT count(*) FROM contact c
                                                 WHERE c.part = r.part AND c.account_key = r.account_key) AS people
                  FROM plan_request r
                  WHERE r.part = ANY(%s) AND {FREE.format(unit=Unit.ACCOUNT, part="r.part", id="r.account_key")}
                  ORDER BY r.part, r.account_key LIMIT %s) next
        ) counted WHERE before < %s
        """,
        (list(leases.parts), contacts, contacts),
    ).fetchall()


def release(connection: Connection[Any], now: datetime, leases: Leases, limit: int) -> list[Claimed] | None:
    """Claim up to ``limit`` due messages, in the caller's transaction; None when nothing was due.

    Messages that may not leave after all are moved, queued or suppressed in the same transaction.
    """
    stopped = stopped_channels(connection, Stream.BULK)
    for lane in (Lane.OVERRIDDEN, Lane.BULK):
        due = _due(connection, now, leases, limit, stopped, lane)
        if due:
            return _release(connection, now, leases, due, lane)
    return None


def _release(
    connection: Connection[Any], now: datetime, leases: Leases, due: Sequence[tuple[int, int, int]], lane: Lane
) -> list[Claimed]:
    leases.lock(connection, {part for part, _, _ in due})
    accounts = sorted({(part, key) for part, key, _ in due})
    chosen = AccountChoice.of((key for _, key in accounts), lane)
    with blamed(Unit.ACCOUNT, accounts):
        decided = decide(connection, now, chosen, policies.current(connection))
        write_changes(connection, now, decided)
        claimed = claim(connection, now, decided, np.array([number for _, _, number in due]), Stream.BULK)
        if lane is Lane.OVERRIDDEN:
            request_plan(connection, [key for _, key in accounts], now)
        let_go(connection, Unit.ACCOUNT, accounts)
    return claimed


def _due(
    connection: Connection[Any], now: datetime, leases: Leases, limit: int, stopped: frozenset[int], lane: Lane
) -> list[tuple[int, int, int]]:
    """Part, account key and id of messages that want attention: partition by partition, as far as the limit needs, so
    that a million that are due are not read again for each claim; account by account within it."""
    return connection.execute(
        f"""
        SELECT due.part, due.account_key, due.id
        FROM unnest(%(parts)s::int2[]) AS own (part) CROSS JOIN LATERAL (
            SELECT m.part, m.account_key, m.id FROM (
                SELECT part, account_key, id, proposal_id FROM message
                WHERE {WAITING} AND lane = {lane:d} AND part = own.part AND due <= %(now)s
                      AND channel <> ALL(%(stopped)s)
                OFFSET 0) m  -- a fence: the index of what is due, never a walk over all accounts to spare the sorting
            JOIN proposal p ON p.id = m.proposal_id
            WHERE p.state = %(live)s AND {FREE.format(unit=Unit.ACCOUNT, part="m.part", id="m.account_key")}
            ORDER BY m.account_key, m.id LIMIT %(limit)s) due
        LIMIT %(limit)s
        """,
        {
            "parts": list(leases.parts),
            "now": now,
            "live": ProposalState.LIVE,
            "stopped": sorted(stopped),
            "limit": limit,
        },
    ).fetchall()


def claim(
    connection: Connection[Any],
    now: datetime,
    decided: Decided,
    due: NDArray[np.int64],
    stream: Stream,
) -> list[Claimed]:
    """Mark those of the due messages `sending` that may leave now: today, at this hour, on a channel that is open.

    Whether something was stopped, paused or cancelled is asked once more, as deciding takes its time.
    """
    stopped = stopped_channels(connection, stream)
    rows = decided.loaded.messages
    after = {name: column[: len(rows)] for name, column in decided.columns.items()}
    today = decided.loaded.facts.contacts.today[decided.loaded.facts.messages.contact[: len(rows)]]
    may_leave = (
        np.isin(rows["id"], due)
        & (after["state"] == State.PLANNED)
        & (after["day"] == today)
        & (after["due"] <= decided.loaded.facts.now)
        & ~np.isin(after["channel"], np.array(sorted(stopped), dtype=np.int16))
    )
    chosen = rows[may_leave]
    if not len(chosen):
        return []
    claimed = connection.execute(
        """
        UPDATE message SET state = %(sending)s, due = NULL, sent_key = NULL, changed_at = %(now)s
        FROM unnest(%(parts)s::int2[], %(ids)s::int8[], %(proposals)s::int8[]) AS chosen (part, id, proposal_id)
             JOIN proposal ON proposal.id = chosen.proposal_id AND proposal.state = %(live)s
        WHERE message.part = chosen.part AND message.id = chosen.id
        RETURNING message.part, message.id, message.contact_id, message.proposal_id, message.channel
        """,
        {
            "sending": State.SENDING,
            "now": now,
            "live": ProposalState.LIVE,
            "parts": chosen["part"].tolist(),
            "ids": chosen["id"].tolist(),
            "proposals": chosen["proposal_id"].tolist(),
        },
    )
    return _not_overtaken(connection, now, [Claimed(*row) for row in claimed.fetchall()])


def _not_overtaken(connection: Connection[Any], now: datetime, claimed: list[Claimed]) -> list[Claimed]:
    """Without those of journeys that their contact has left by what happened a moment ago: these are taken back."""
    late = overtaken(connection, [one.proposal_id for one in claimed], [one.id for one in claimed])
    if not late:
        return claimed
    keys = move(
        connection,
        sql.SQL("part = ANY(%(parts)s) AND id = ANY(%(ids)s)"),
        {"parts": sorted({one.part for one in claimed}), "ids": late},
        to=State.CANCELLED,
        reason=Reason.cancelled,
        now=now,
        detail="journey: left",
    )
    request_plan(connection, keys, now)
    return [one for one in claimed if one.id not in set(late)]
