"""Which share of the contacts is at its limit on each day, as the gate says of a sample of accounts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, LiteralString

import numpy as np
from psycopg import Connection, sql

from pauta import facts
from pauta.calendar.around import sampled_percent
from pauta.calendar.wanted import Wanted
from pauta.core.gate.plan import plan
from pauta.core.gate.policies import Cap, Policy
from pauta.core.gate.vocabulary import BOARD_DAYS, NO_MINUTE, Channel
from pauta.facts import AccountChoice, ProposalFacts, Proposed
from pauta.messages.actions import kind_id
from pauta.platform.copy import fetch_array
from pauta.policies.queries import PolicySet, current
from pauta.segments.source import SOURCE

Conn = Connection[Any]

SAMPLE = 1_500
"""Contacts that are asked, about; the share then has a standard error of some 1.3 points."""

KEPT = timedelta(seconds=30)
"""How long the shares are remembered."""

_EPOCH = date(1970, 1, 1)
_MEMBER = np.dtype([("id", "i8"), ("account_key", "i8")])
_LOWEST_TIER = 3


def at_limit(conn: Conn, now: datetime, wanted: Wanted) -> dict[date, float]:
    """For each coming day the share of the contacts asked for (0 to 1) to whom a cap of their own lets no more.

    What they would get is a message of the type and team asked for, a promotional one of nobody's when none is.

    Nothing for days that no cap can close, and nothing at all without caps or contacts.
    """
    policies = current(conn)
    members = _sample(conn, wanted)
    if not len(members) or not any(_is_own_cap(policy) for policy in policies.policies):
        return {}
    loaded = facts.load(
        conn,
        now,
        AccountChoice.of(np.unique(members["account_key"]).tolist()),
        policies,
        Proposed(_wish(conn, wanted), members["id"]),
    )
    asked = list(range(len(loaded.messages), len(loaded.messages) + len(members)))
    traced = plan(loaded.facts, policies.policies, asked).traced
    closed = np.bitwise_or.reduce(traced.closed[:, _caps(policies, traced.number.tolist()), 0], axis=1)
    shares: dict[date, float] = {}
    first = int(traced.base.min())
    for day in range(first, first + BOARD_DAYS):
        bit = day - traced.base
        inside = (bit >= 0) & (bit < BOARD_DAYS)
        full = closed[inside] >> bit[inside] & 1
        shares[_EPOCH + timedelta(days=day)] = round(float(full.mean()), 4)
    return shares


class Limits:
    """``at_limit`` as it was within the last half minute: it moves slowly, and many people look at one calendar."""

    def __init__(self) -> None:
        self._kept: dict[tuple[object, ...], tuple[datetime, dict[date, float]]] = {}

    def __call__(self, conn: Conn, now: datetime, wanted: Wanted) -> dict[date, float]:
        """As ``at_limit``."""
        key = (current(conn).version, wanted.type, wanted.team, wanted.account, repr(wanted.audience))
        at, found = self._kept.get(key, (None, {}))
        if at is None or not now - KEPT < at <= now:
            found = at_limit(conn, now, wanted)
            self._kept = {one: kept for one, kept in self._kept.items() if kept[0] > now - KEPT} | {key: (now, found)}
        return found


def _is_own_cap(policy: Policy) -> bool:
    return isinstance(policy, Cap) and not policy.account


def _caps(policies: PolicySet, numbers: list[int]) -> list[int]:
    """Where the contacts' own caps stand among the rules that were traced."""
    return [rank for rank, number in enumerate(numbers) if number >= 0 and _is_own_cap(policies.policies[number])]


def _wish(conn: Conn, wanted: Wanted) -> ProposalFacts:
    return ProposalFacts(
        id=0,
        kind_id=kind_id(conn, wanted.type or "promotional", "", wanted.team or ""),
        tier=_LOWEST_TIER,
        value=0.0,
        channels=(int(Channel.email),),
        not_before=None,
        expires=None,
        minute=NO_MINUTE,
    )


_DRAWN: LiteralString = """
(SELECT DISTINCT account_key, abs(account_key) %% 64 AS part
 FROM contact TABLESAMPLE SYSTEM (%(percent)s) REPEATABLE (1)) drawn
JOIN contact c ON c.part = drawn.part AND c.account_key = drawn.account_key
"""
_WHOLE_ACCOUNTS: LiteralString = """
SELECT id, account_key FROM (
    SELECT c.id, c.account_key, dense_rank() OVER by_key AS place, count(*) OVER by_key AS up_to
    FROM {source} WHERE {about}
    WINDOW by_key AS (ORDER BY hashint8extended(c.account_key, 1))
) ordered WHERE up_to <= %(sample)s OR place = 1
"""


def _sample(conn: Conn, wanted: Wanted) -> Any:
    """Contacts of whole accounts: of everybody, from some blocks of the table; of those asked for, from all of them."""
    source = SOURCE if wanted.is_of_some else sql.SQL(_DRAWN)
    query = sql.SQL(_WHOLE_ACCOUNTS).format(source=source, about=wanted.about("c", "c.id"))
    given = wanted.params | {"percent": sampled_percent(conn, 2 * SAMPLE), "sample": SAMPLE}
    found = fetch_array(conn, query, given, _MEMBER)
    return found[np.argsort(found["id"])]
