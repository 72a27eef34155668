"""Settling what a worker left behind when it died: by its journal where there is one, else by the message's class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg import Connection

from pauta.channels.base import Outcome, OutcomeKind
from pauta.messages.states import Lane, State
from pauta.pipeline import journal
from pauta.pipeline.delivery import record
from pauta.pipeline.leases import Leases
from pauta.pipeline.rendering import reference


def settle_parts(
    connection: Connection[Any], now: datetime, parts: Sequence[int], leases: Leases, journals: Path
) -> int:
    """Settle the bulk messages of these partitions that are marked `sending`; return how many.

    The caller owns the partitions, and has waited until their former owner can no longer send. An attempt is not always
    of that one: a contact may have come here while its mail was under way. What a living worker has in hand is left to
    it, so settle again from time to time.
    """
    left = connection.execute(
        f"SELECT m.part, m.id, a.number, a.owner FROM message m LEFT JOIN attempt a "
        f"ON a.part = m.part AND a.message_id = m.id AND a.outcome IS NULL "
        f"WHERE m.state = {State.SENDING} AND m.lane <> {Lane.FAST} AND m.part = ANY(%(parts)s) "
        f"AND NOT EXISTS (SELECT FROM worker w WHERE w.name = a.owner "
        f"AND w.seen_at > clock_timestamp() - make_interval(secs => %(silent)s))",
        {"parts": list(parts), "silent": leases.seconds + leases.send_seconds},
    ).fetchall()
    return _settle(connection, now, left, journals)


def settle_fast(connection: Connection[Any], now: datetime, silent_seconds: float, journals: Path) -> int:
    """Settle transactional messages whose worker has not been seen for that long; return how many."""
    left = connection.execute(
        f"SELECT m.part, m.id, a.number, a.owner FROM message m JOIN attempt a "
        f"ON a.part = m.part AND a.message_id = m.id AND a.outcome IS NULL "
        f"LEFT JOIN worker w ON w.name = a.owner AND w.seen_at > clock_timestamp() - make_interval(secs => %s) "
        f"WHERE m.state = {State.SENDING} AND m.lane = {Lane.FAST} AND w.name IS NULL FOR UPDATE OF m SKIP LOCKED",
        (silent_seconds,),
    ).fetchall()
    return _settle(connection, now, left, journals)


def _settle(
    connection: Connection[Any], now: datetime, left: Sequence[tuple[int, int, int | None, str | None]], journals: Path
) -> int:
    unsent = [(part, number) for part, number, attempt, _ in left if attempt is None]
    connection.execute(
        f"UPDATE message SET state = {State.PLANNED}, due = %s, changed_at = %s "
        f"FROM unnest(%s::int2[], %s::int8[]) AS unsent (part, id) "
        f"WHERE message.part = unsent.part AND message.id = unsent.id AND message.state = {State.SENDING}",
        (now, now, [part for part, _ in unsent], [number for _, number in unsent]),
    )
    told = _told(journals, {owner for *_, owner in left if owner})
    tried = [(reference(part, number, attempt), owner) for part, number, attempt, owner in left if attempt and owner]
    record(connection, now, [_outcome(name, told[owner]) for name, owner in tried])
    return len(left)


def _told(journals: Path, owners: Iterable[str]) -> dict[str, Mapping[str, journal.Entry] | None]:
    """Journals by owner and attempt. A contact may have gone to another partition since, so that does not count."""
    read = ((owner, journal.read(journals, owner)) for owner in owners)
    return {owner: said and {_attempt(name): entry for name, entry in said.items()} for owner, said in read}


def _attempt(name: str) -> str:
    return name.split(".", 1)[1]


def _outcome(name: str, told: Mapping[str, journal.Entry] | None) -> Outcome:
    """What became of an attempt: as the journal says; without a journal nobody knows."""
    if told is None:
        return Outcome(name, OutcomeKind.LOST, text="the worker's machine was lost")
    entry = told.get(_attempt(name))
    if entry is None:
        return Outcome(name, OutcomeKind.UNSENT, text="the worker died before the final dot")
    if entry.outcome is None:
        return Outcome(name, OutcomeKind.LOST, text="the worker died after the final dot")
    return replace(entry.outcome, reference=name)


def forget_journals(connection: Connection[Any], journals: Path) -> None:
    """Delete the journals of workers that have ended and have nothing unsettled any more."""
    for path, owner in journal.left_behind(journals):
        needed = connection.execute(
            "SELECT FROM attempt WHERE outcome IS NULL AND owner = %(owner)s "
            "UNION ALL SELECT FROM worker WHERE name = %(owner)s LIMIT 1",
            {"owner": owner},
        ).fetchone()
        if needed is None:
            path.unlink(missing_ok=True)
