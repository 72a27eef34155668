"""Launching a campaign: its messages are written once, with their verdicts, partition by partition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from pauta.campaigns.actions import finish_parts
from pauta.campaigns.audience import audience_of, contact_ids
from pauta.campaigns.queries import campaign
from pauta.core.gate.vocabulary import NEVER
from pauta.facts import NEWEST_ID, AccountChoice, Proposed
from pauta.facts.rows import proposals
from pauta.messages.ledger import message_ids
from pauta.messages.states import Lane, Unit
from pauta.messages.tally import COUNTED, count_new
from pauta.pipeline.leases import Leases
from pauta.pipeline.planning import Decided, decide, write_changes
from pauta.pipeline.quarantine import FREE, blamed, let_go
from pauta.platform.copy import array_text, copy_rows, fetch_array
from pauta.platform.partitions import PARTITIONS, PARTITIONS_PER_TABLE
from pauta.policies import queries as policies

_TYPES = {
    "part": "int2",
    "id": "int8",
    "account_key": "int8",
    "contact_id": "int8",
    "proposal_id": "int8",
    "lane": "int2",
    "state": "int2",
    "verdict": "int2",
    "reason": "int2",
    "rule": "int4",
    "winner": "int8",
    "channel": "int2",
    "wished": "date",
    "day": "date",
    "due": "timestamptz",
    "policy_version": "int4",
    "created_at": "timestamptz",
    "changed_at": "timestamptz",
}


_COUNTED = 4
"""Partitions whose contacts are counted to know how many partitions make a step."""


@dataclass(frozen=True)
class LaunchStep:
    """Partitions of one launch that are to be written together."""

    campaign_id: int
    proposal_id: int
    parts: tuple[int, ...]


def next_step(connection: Connection[Any], owned: tuple[int, ...], contacts: int) -> LaunchStep | None:
    """The next partitions of the oldest launch that this worker owns, about ``contacts`` contacts in all.

    A lower tier waits until the higher ones are written in all partitions, whoever owns them: places of a capacity go
    by tier.
    """
    row = connection.execute(
        f"""
        WITH undone AS MATERIALIZED (
            SELECT c.id, c.proposal_id, c.launched_at, p.tier, l.part
            FROM launch_part l JOIN campaign c ON c.id = l.campaign_id JOIN proposal p ON p.id = c.proposal_id
            WHERE l.done_at IS NULL AND c.state = 'launching'
                  AND {FREE.format(unit=Unit.LAUNCH, part="l.part", id="c.id")}
        )
        SELECT id, proposal_id, array_agg(part ORDER BY part),
               (SELECT count(*) FROM contact
                WHERE part = ANY((array_agg(undone.part ORDER BY undone.part))[:{_COUNTED}]))
        FROM undone WHERE part = ANY(%s) AND tier = (SELECT min(tier) FROM undone)
        GROUP BY id, proposal_id, launched_at ORDER BY launched_at, id LIMIT 1
        """,
        (list(owned),),
    ).fetchone()
    if row is None:
        return None
    campaign_id, proposal_id, parts, some = row
    counted = min(_COUNTED, len(parts))
    together = max(1, min(contacts, contacts * counted // some)) if some else counted
    return LaunchStep(campaign_id, proposal_id, tuple(parts[:together]))


def launch_parts(connection: Connection[Any], now: datetime, leases: Leases, step: LaunchStep) -> int:
    """Write the messages of a launch in these partitions, with their verdicts, in the caller's transaction.

    Returns how many were written. A partition is done at once or not at all; contacts who have a message of this
    proposal already (they moved here) are left out.
    """
    leases.lock(connection, step.parts)
    parts = _still_open(connection, step)
    if not parts:
        return 0
    named = [(part, step.campaign_id) for part in parts]
    with blamed(Unit.LAUNCH, named):
        ids = _without_message(connection, step, _audience(connection, now, step, parts))
        written = np.empty(0, dtype=np.int16)
        if len(ids):
            proposal = proposals(connection, [step.proposal_id])[step.proposal_id]
            proposed = Proposed(proposal, ids)
            decided = decide(connection, now, AccountChoice(parts), policies.current(connection), proposed)
            numbers = _numbers(connection, decided)
            winners = _real_ids(decided.columns["winner"], numbers)
            decided = replace(decided, columns={**decided.columns, "winner": winners})
            write_changes(connection, now, decided)
            written = _write_new(connection, now, decided, step.proposal_id, numbers)
        counts = np.bincount(written, minlength=PARTITIONS).tolist()
        finish_parts(connection, step.campaign_id, {part: counts[part] for part in parts}, now)
        let_go(connection, Unit.LAUNCH, named)
    return len(ids)


def _still_open(connection: Connection[Any], step: LaunchStep) -> tuple[int, ...]:
    """The partitions of the step that nobody has finished or cancelled meanwhile, locked."""
    rows = connection.execute(
        "SELECT part FROM launch_part WHERE campaign_id = %s AND part = ANY(%s) AND done_at IS NULL "
        "ORDER BY part FOR UPDATE",
        (step.campaign_id, list(step.parts)),
    )
    return tuple(part for (part,) in rows)


def _audience(
    connection: Connection[Any], now: datetime, step: LaunchStep, parts: tuple[int, ...]
) -> NDArray[np.int64]:
    chosen = campaign(connection, step.campaign_id)
    return contact_ids(connection, audience_of(connection, chosen.audience, now), parts)


def _without_message(connection: Connection[Any], step: LaunchStep, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    taken = fetch_array(
        connection,
        "SELECT contact_id FROM message_key WHERE proposal_id = %s AND contact_id = ANY(%s::int8[])",
        (step.proposal_id, array_text(ids)),
        np.dtype([("contact_id", "i8")]),
    )
    return np.setdiff1d(ids, taken["contact_id"], assume_unique=True)


def _numbers(connection: Connection[Any], decided: Decided) -> NDArray[np.int64]:
    """The ids that the proposed messages get, in their order in the facts; ascending by partition."""
    first = len(decided.loaded.messages)
    order = np.argsort(_parts(decided, first), kind="stable")
    numbers = np.empty(len(order), dtype=np.int64)
    numbers[order] = message_ids(connection, len(order))
    return numbers


def _parts(decided: Decided, first: int) -> NDArray[np.int16]:
    """The partition of each proposed message; they begin at the row ``first`` of the facts."""
    parts: NDArray[np.int16] = decided.loaded.contacts["part"][decided.loaded.facts.messages.contact[first:]]
    return parts


def _write_new(
    connection: Connection[Any], now: datetime, decided: Decided, proposal_id: int, numbers: NDArray[np.int64]
) -> NDArray[np.int16]:
    """Write the messages that the plan proposed, under their numbers, by COPY, partition by partition with ascending
    ids, so that the pages of every index are written in order; the partition of each."""
    loaded = decided.loaded
    first = len(loaded.messages)
    parts = _parts(decided, first)
    order = np.argsort(parts, kind="stable")
    rows, ids = first + order, numbers[order]
    count = len(rows)
    contacts = loaded.contacts[loaded.facts.messages.contact[rows]]
    after = {name: column[rows] for name, column in decided.columns.items()}
    moment = np.full(count, np.datetime64(now.replace(tzinfo=None), "us"))
    columns: dict[str, NDArray[Any]] = {
        **after,
        "part": contacts["part"],
        "id": ids,
        "account_key": contacts["account_key"],
        "contact_id": contacts["id"],
        "proposal_id": np.full(count, proposal_id),
        "lane": np.full(count, Lane.BULK, dtype=np.int16),
        "wished": after["wished"].astype("M8[D]"),
        "day": _dates(after["day"]),
        "due": np.where(after["due"] == 0, np.datetime64("NaT", "us"), after["due"].astype("M8[us]")),
        "policy_version": np.full(count, decided.policies.version, dtype=np.int32),
        "created_at": moment,
        "changed_at": moment,
    }
    _copy_messages(connection, columns)
    count_new(connection, proposal_id, {name: after[name] for name in COUNTED})
    copy_rows(
        connection,
        "message_key",
        {"proposal_id": columns["proposal_id"], "contact_id": contacts["id"], "message_id": ids},
        {"proposal_id": "int8", "contact_id": "int8", "message_id": "int8"},
    )
    return parts


def _copy_messages(connection: Connection[Any], columns: Mapping[str, NDArray[Any]]) -> None:
    """Write messages, in order of partitions, to the physical tables themselves: through the partitioned table, whose
    trigger keeps the tally, PostgreSQL would insert row by row."""
    tables = columns["part"] // PARTITIONS_PER_TABLE
    starts = [0, *(np.flatnonzero(np.diff(tables)) + 1).tolist(), len(tables)]
    for start, end in pairwise(starts):
        rows = {name: columns[name][start:end] for name in _TYPES}
        copy_rows(connection, f"message_{tables[start]}", rows, _TYPES)


def _real_ids(winners: NDArray[np.int64], ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Winners among the new messages by the ids that these have got now."""
    new = winners >= NEWEST_ID
    return np.where(new, ids[np.where(new, winners - NEWEST_ID, 0)], winners)


def _dates(days: NDArray[np.int32]) -> NDArray[Any]:
    return np.where(days == NEVER, np.datetime64("NaT", "D"), days.astype("M8[D]"))
