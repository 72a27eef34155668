"""Planning: every open message of some accounts gets a place, a wait or an end, and only what changes is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from pauta import facts
from pauta.core.gate.capacities import places
from pauta.core.gate.plan import Plan, plan
from pauta.core.gate.reasons import NO_RULE, VERDICT_CODE, Verdict
from pauta.core.gate.vocabulary import ALWAYS, NEVER
from pauta.facts import AccountChoice, Loaded, Proposed
from pauta.messages.states import Lane, State
from pauta.pipeline.capacity import lock_counters
from pauta.pipeline.overriding import called_overridden, past
from pauta.policies.queries import PolicySet

SUPPRESS = VERDICT_CODE[Verdict.suppress]
NO_MOMENT = np.datetime64("NaT", "us")
_DAY = 86_400_000_000
_MINUTE = 60_000_000


@dataclass(frozen=True)
class Decided:
    """Facts, what the gate said of them, and the ledger's columns that follow from it (one row per message)."""

    loaded: Loaded
    plan: Plan
    policies: PolicySet
    columns: dict[str, NDArray[Any]]


def decide(
    connection: Connection[Any],
    now: datetime,
    accounts: AccountChoice,
    policies: PolicySet,
    proposed: Proposed | None = None,
) -> Decided:
    """Plan all open messages of the accounts, and those of a proposal, on what the database says now.

    Places of capacities are drawn from counters that are locked until the transaction ends. Those that are sent past
    the policies ask no capacity, but take their places all the same.
    """
    loaded = facts.load(connection, now, accounts, policies, proposed)
    own: Mapping[tuple[int, int], int] = {}
    numbers = lock_counters(connection, now, policies)  # this late, so that others load their facts meanwhile
    if numbers:
        own = _own_places(loaded, policies)
        used = _without(facts.capacity_used(connection, policies), own)
        loaded = replace(loaded, facts=replace(loaded.facts, capacity_used=used))
    overridden = accounts.lane is Lane.OVERRIDDEN
    asked = past(policies) if overridden else policies
    planned = plan(loaded.facts, asked.policies)
    if numbers:
        _draw_places(connection, policies, own, _taken(loaded, policies, planned) if overridden else planned.taken)
    columns = _columns(loaded, planned, asked, proposed)
    return Decided(loaded, planned, asked, called_overridden(columns) if overridden else columns)


def _taken(loaded: Loaded, policies: PolicySet, planned: Plan) -> Mapping[tuple[int, int], int]:
    """Places that a plan takes under policies that it has not asked."""
    rows = np.flatnonzero(planned.day != NEVER)
    return places(loaded.facts, policies.policies, rows, planned.day[rows], planned.channel[rows])


def _own_places(loaded: Loaded, policies: PolicySet) -> Mapping[tuple[int, int], int]:
    """Places that the messages being decided hold until now."""
    rows = np.flatnonzero(loaded.messages["state"] == State.PLANNED)
    return places(
        loaded.facts,
        policies.policies,
        rows,
        loaded.messages["day"][rows],
        loaded.messages["channel"][rows].astype(np.int8),
    )


def _without(used: Mapping[tuple[int, int], int], own: Mapping[tuple[int, int], int]) -> dict[tuple[int, int], int]:
    return {key: max(0, count - own.get(key, 0)) for key, count in used.items()}


def _draw_places(
    connection: Connection[Any],
    policies: PolicySet,
    before: Mapping[tuple[int, int], int],
    after: Mapping[tuple[int, int], int],
) -> None:
    changes = {key: after.get(key, 0) - before.get(key, 0) for key in {*before, *after}}
    rows = [(policies.ids[position], period, count) for (position, period), count in changes.items() if count]
    if rows:
        numbers, periods, counts = (list(part) for part in zip(*rows, strict=True))
        connection.execute(
            """
            WITH drawn AS (
                SELECT number, DATE '1970-01-01' + period AS period, count
                FROM unnest(%s::int4[], %s::int4[], %s::int4[]) AS drawn (number, period, count)
            ), given_back AS (
                UPDATE capacity_use SET used = greatest(0, used + drawn.count) FROM drawn
                WHERE (capacity_use.policy_id, capacity_use.period) = (drawn.number, drawn.period) AND drawn.count < 0)
            INSERT INTO capacity_use (policy_id, period, used)
            SELECT number, period, count FROM drawn WHERE count > 0
            ON CONFLICT (policy_id, period) DO UPDATE SET used = capacity_use.used + excluded.used
            """,
            (numbers, periods, counts),
        )


def _columns(loaded: Loaded, planned: Plan, policies: PolicySet, proposed: Proposed | None) -> dict[str, NDArray[Any]]:
    """The verdicts as the ledger stores them. Moments are UTC microseconds, days epoch days; NEVER and 0 for none."""
    messages, contacts = loaded.facts.messages, loaded.facts.contacts
    placed = planned.day != NEVER
    state = np.where(placed, State.PLANNED, np.where(planned.verdict == SUPPRESS, State.SUPPRESSED, State.OPEN))
    today = contacts.today[messages.contact].astype(np.int64)
    minute = contacts.minute[messages.contact].astype(np.int64)
    midnight = loaded.facts.now - loaded.facts.now % _MINUTE + (1440 - minute) * _MINUTE
    again = np.where(planned.earliest == NEVER, today + 1, planned.earliest)
    look_again = midnight + (again - today - 1) * _DAY
    due = np.where(
        placed, np.maximum(planned.at, _leaves_from(loaded, proposed)), np.where(state == State.OPEN, look_again, 0)
    )
    ids = np.array([*policies.ids, 0], dtype=np.int64)
    rule = np.where(
        planned.rule >= 0, ids[np.maximum(planned.rule, 0)], np.where(planned.rule == NO_RULE, 0, planned.rule)
    )
    first_wish = np.maximum(today, np.where(messages.not_before == ALWAYS, today, messages.not_before))
    return {
        "state": state.astype(np.int16),
        "verdict": planned.verdict.astype(np.int16),
        "reason": planned.reason.astype(np.int16),
        "rule": rule.astype(np.int32),
        "winner": planned.winner_id,
        "channel": planned.channel.astype(np.int16),
        "wished": np.where(messages.wished == ALWAYS, first_wish, messages.wished).astype(np.int32),
        "day": planned.day,
        "due": due,
    }


def _leaves_from(loaded: Loaded, proposed: Proposed | None) -> NDArray[np.int64]:
    """Before when nothing of each message's proposal leaves, in UTC microseconds; 0 where it may at once."""
    stated = {number: one.leaves_from for number, one in loaded.proposals.items() if one.leaves_from}
    at = {number: int(moment.timestamp() * 1_000_000) for number, moment in stated.items()}
    told = np.zeros(len(loaded.facts.messages.id), dtype=np.int64)
    for number, moment in at.items():
        told[: len(loaded.messages)][loaded.messages["proposal_id"] == number] = moment
    if proposed is not None:
        told[len(loaded.messages) :] = at.get(proposed.proposal.id, 0)
    return told


def write_changes(
    connection: Connection[Any], now: datetime, decided: Decided, only: NDArray[np.int64] | None = None
) -> int:
    """Write what is different for messages that are in the ledger already, keeping what they said; return how many.

    ``only`` names the messages that the caller may write, when it has not got all of these accounts to itself.
    """
    before = decided.loaded.messages
    after = {name: column[: len(before)] for name, column in decided.columns.items()}
    moved = after["state"] != before["state"]
    for name in ("day", "channel"):
        moved |= after[name] != before[name]
    kept_place = ~moved & (after["state"] == State.PLANNED)
    for name in ("verdict", "reason", "rule"):
        moved |= ~kept_place & (after[name] != before[name])
    if only is not None:
        moved &= np.isin(before["id"], only)
    clock = int(now.timestamp() * 1_000_000)
    due = before["due"].astype(np.int64)
    shifted = ~moved & (after["due"] != due) & ((after["due"] > clock) | (due > clock))
    if only is not None:
        shifted &= np.isin(before["id"], only)
    _store(connection, now, decided, np.flatnonzero(moved), with_history=True)
    _store(connection, now, decided, np.flatnonzero(shifted), with_history=False)
    return int(moved.sum())


def _store(
    connection: Connection[Any], now: datetime, decided: Decided, rows: NDArray[np.int64], *, with_history: bool
) -> None:
    if not len(rows):
        return
    before = decided.loaded.messages[rows]
    after = {name: column[rows].tolist() for name, column in decided.columns.items()}
    if with_history:
        connection.execute(
            """
            INSERT INTO message_change (part, message_id, at, state, verdict, reason, rule, day)
            SELECT part, id, %(now)s, state, verdict, reason, rule, DATE '1970-01-01' + nullif(day, %(never)s)
            FROM unnest(%(part)s::int2[], %(id)s::int8[], %(state)s::int2[], %(verdict)s::int2[], %(reason)s::int2[],
                        %(rule)s::int4[], %(day)s::int4[])
                 AS said (part, id, state, verdict, reason, rule, day)
            """,
            {"now": now, "never": NEVER, **{name: before[name].tolist() for name in _SAID}},
        )
    connection.execute(
        """
        UPDATE message SET state = new.state, verdict = new.verdict, reason = new.reason, rule = new.rule,
               winner = new.winner, channel = new.channel, day = DATE '1970-01-01' + nullif(new.day, %(never)s),
               due = to_timestamp(nullif(new.due, 0) / 1000000.0), policy_version = %(version)s, changed_at = %(now)s
        FROM unnest(%(part)s::int2[], %(id)s::int8[], %(state)s::int2[], %(verdict)s::int2[], %(reason)s::int2[],
                    %(rule)s::int4[], %(winner)s::int8[], %(channel)s::int2[], %(day)s::int4[], %(due)s::int8[])
             AS new (part, id, state, verdict, reason, rule, winner, channel, day, due)
        WHERE message.part = new.part AND message.id = new.id
        """,
        {
            "never": NEVER,
            "now": now,
            "version": decided.policies.version,
            "part": before["part"].tolist(),
            "id": before["id"].tolist(),
            **{name: after[name] for name in _STORED},
        },
    )


_SAID = ("part", "id", "state", "verdict", "reason", "rule", "day")
_STORED = ("state", "verdict", "reason", "rule", "winner", "channel", "day", "due")
