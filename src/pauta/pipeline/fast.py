"""The fast lane: transactional messages, which never wait behind a plan, a lease or a million others.

They are held by window, address and channel rules only, so nothing that others do at the same time can change their
verdict; a row lock is enough.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
from psycopg import Connection

from pauta.channels.base import Stream
from pauta.core.gate.policies import Capacity
from pauta.facts import AccountChoice
from pauta.messages.queries import stopped_channels
from pauta.messages.states import WAITING, Lane, ProposalState, Unit
from pauta.pipeline.planning import decide, write_changes
from pauta.pipeline.quarantine import FREE, blamed, let_go
from pauta.pipeline.release import Claimed, claim
from pauta.policies import queries as policies
from pauta.policies.queries import PolicySet


def release_fast(connection: Connection[Any], now: datetime, limit: int) -> list[Claimed] | None:
    """Claim up to ``limit`` due transactional messages, in the caller's transaction; None when nothing was due."""
    stopped = stopped_channels(connection, Stream.TRANSACTIONAL)
    due = connection.execute(
        f"""
        SELECT m.part, m.account_key, m.id FROM message m JOIN proposal p ON p.id = m.proposal_id
        WHERE m.lane = %(lane)s AND m.{WAITING} AND m.due <= %(now)s AND p.state = %(live)s
              AND m.channel <> ALL(%(stopped)s)
              AND {FREE.format(unit=Unit.ACCOUNT, part="m.part", id="m.account_key")}
        ORDER BY m.due LIMIT %(limit)s FOR UPDATE OF m SKIP LOCKED
        """,
        {"lane": Lane.FAST, "now": now, "live": ProposalState.LIVE, "stopped": sorted(stopped), "limit": limit},
    ).fetchall()
    if not due:
        return None
    accounts = sorted({(part, key) for part, key, _ in due})
    with blamed(Unit.ACCOUNT, accounts):
        chosen = AccountChoice.of((key for _, key in accounts), Lane.FAST)
        decided = decide(connection, now, chosen, _without_capacities(policies.current(connection)))
        ids = np.array([number for _, _, number in due])
        write_changes(connection, now, decided, only=ids)
        claimed = claim(connection, now, decided, ids, Stream.TRANSACTIONAL)
        let_go(connection, Unit.ACCOUNT, accounts)
    return claimed


def _without_capacities(current: PolicySet) -> PolicySet:
    """Leave out the policies whose places are drawn under a lock: they hold no transactional message."""
    kept = [pair for pair in zip(current.ids, current.policies, strict=True) if not isinstance(pair[1], Capacity)]
    return PolicySet(current.version, tuple(number for number, _ in kept), tuple(policy for _, policy in kept))
