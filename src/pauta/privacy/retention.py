"""How long kinds of data are kept, and the job that removes what is older. Nothing here commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, LiteralString

from psycopg import Connection
from psycopg.rows import class_row

from pauta.campaigns.audience import company_today
from pauta.core.problems import Problem
from pauta.messages.states import FINAL_STATES

Conn = Connection[Any]

BATCH = 10_000
"""How many rows of a kind one call removes at most, so that a worker that does it is not kept from its work."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of data: for how many days it is kept if nobody says otherwise (None: for ever), the fewest that rules
    and reports need, and what removes a batch of what is older than ``before``."""

    days: int | None
    least: int
    removal: LiteralString


KINDS: dict[str, Kind] = {
    "mails": Kind(
        730,
        30,
        """
        DELETE FROM archive WHERE (part, message_id, number) IN (
            SELECT part, message_id, number FROM attempt JOIN archive USING (part, message_id, number)
            WHERE started_at >= %(after)s AND started_at < %(before)s LIMIT %(most)s)
        """,
    ),
    "history": Kind(
        1095,
        90,
        f"""
        DELETE FROM message_change WHERE (part, id) IN (
            SELECT c.part, c.id FROM message_change c JOIN message m ON m.part = c.part AND m.id = c.message_id
            WHERE c.at < %(before)s AND m.state IN ({", ".join(str(int(one)) for one in FINAL_STATES)})
            LIMIT %(most)s)
        """,
    ),
    "events": Kind(
        1095,
        366,
        "DELETE FROM event WHERE id IN (SELECT id FROM event WHERE at < %(before)s LIMIT %(most)s)",
    ),
    "visitors": Kind(
        90,
        1,
        "DELETE FROM visitor_event WHERE id IN (SELECT id FROM visitor_event WHERE at < %(before)s LIMIT %(most)s)",
    ),
    "dead_letters": Kind(
        90,
        7,
        "DELETE FROM dead_letter WHERE id IN ("
        "SELECT id FROM dead_letter WHERE received_at < %(before)s LIMIT %(most)s)",
    ),
    "webhooks": Kind(
        30,
        1,
        "DELETE FROM webhook_delivery WHERE id IN ("
        "SELECT id FROM webhook_delivery WHERE created_at < %(before)s AND due_at IS NULL LIMIT %(most)s)",
    ),
    "segments": Kind(
        730,
        30,
        "DELETE FROM segment_change WHERE id IN (SELECT id FROM segment_change WHERE at < %(before)s LIMIT %(most)s)",
    ),
    "readings": Kind(
        365,
        30,
        "DELETE FROM hit WHERE id IN (SELECT id FROM hit WHERE at < %(before)s LIMIT %(most)s)",
    ),
    "touches": Kind(
        1095,
        400,
        """
        DELETE FROM touch WHERE (part, id) IN (
            SELECT part, id FROM touch WHERE day < %(before)s::date LIMIT %(most)s)
        """,
    ),
    "sign_ups": Kind(
        30,
        8,
        """
        WITH old AS (
            DELETE FROM sign_up WHERE id IN (SELECT id FROM sign_up WHERE at < %(before)s LIMIT %(most)s)
            RETURNING id, contact_id, made, confirmed_at
        ), unknown AS (
            SELECT c.id, c.part, c.account_key FROM old JOIN contact c ON c.id = old.contact_id
            WHERE made AND confirmed_at IS NULL AND c.changed_at = c.created_at
              AND NOT EXISTS (SELECT FROM consent e WHERE e.part = c.part AND e.contact_id = c.id)
              AND NOT EXISTS (SELECT FROM sign_up s WHERE s.contact_id = c.id AND s.id NOT IN (SELECT id FROM old))
              AND NOT EXISTS (SELECT FROM contact_list_member l WHERE l.contact_id = c.id)
              AND NOT EXISTS (SELECT FROM preference w WHERE w.contact_id = c.id)
              AND NOT EXISTS (SELECT FROM relation r WHERE r.contact_id = c.id)
              AND NOT EXISTS (SELECT FROM contact_alias a WHERE a.contact_id = c.id)
              AND NOT EXISTS (SELECT FROM visitor v WHERE v.contact_id = c.id)
        ), theirs AS (
            SELECT m.part, m.id FROM unknown JOIN message m
                ON m.part = unknown.part AND m.account_key = unknown.account_key AND m.contact_id = unknown.id
        ), mails AS (
            DELETE FROM archive WHERE (part, message_id) IN (SELECT part, id FROM theirs)
        ), answers AS (
            UPDATE attempt SET answer = '' WHERE answer <> '' AND (part, message_id) IN (SELECT part, id FROM theirs)
        ), changes AS (
            UPDATE message_change SET detail = ''
            WHERE detail <> '' AND (part, message_id) IN (SELECT part, id FROM theirs)
        ), readings AS (
            DELETE FROM hit WHERE message_id IN (SELECT id FROM theirs)
        ), events AS (
            DELETE FROM event USING unknown WHERE event.part = unknown.part
                AND event.account_key = unknown.account_key AND event.contact_id = unknown.id
        ), refusals AS (
            DELETE FROM unmeasured WHERE contact_id IN (SELECT id FROM unknown)
        ), segments AS (
            DELETE FROM segment_member WHERE contact_id IN (SELECT id FROM unknown)
        ), moves AS (
            DELETE FROM segment_change WHERE contact_id IN (SELECT id FROM unknown)
        ), entered AS (
            DELETE FROM enrolment WHERE contact_id IN (SELECT id FROM unknown) RETURNING id
        ), steps AS (
            DELETE FROM enrolment_step WHERE enrolment_id IN (SELECT id FROM entered)
        ), nobody AS (
            DELETE FROM contact WHERE id IN (SELECT id FROM unknown)
        ) SELECT FROM old
        """,
    ),
    "inbox": Kind(
        365,
        7,
        "DELETE FROM inbox_entry WHERE id IN (SELECT id FROM inbox_entry WHERE changed_at < %(before)s LIMIT %(most)s)",
    ),
    "reports": Kind(
        90,
        30,
        "DELETE FROM provider_report WHERE id IN ("
        "SELECT id FROM provider_report WHERE received_at < %(before)s LIMIT %(most)s)",
    ),
    "audit": Kind(
        None, 365, "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < %(before)s LIMIT %(most)s)"
    ),
}


@dataclass(frozen=True, slots=True)
class Kept:
    """A kind of data with the days that it is kept (None: for ever), and when something was last removed of it."""

    kind: str
    days: int | None
    least: int
    last_day: date | None
    last_removed: int | None


@dataclass(frozen=True, slots=True)
class Removed:
    """What was removed of a kind on a day: rows from before a moment (UTC); ``done_at`` is None while more is to go."""

    kind: str
    day: date
    before: datetime
    removed: int
    done_at: datetime | None


def kept(connection: Conn) -> list[Kept]:
    """Every kind of data that has a time to be kept."""
    chosen = _chosen(connection)
    last = {
        kind: (day, removed)
        for kind, day, removed in connection.execute(
            "SELECT DISTINCT ON (kind) kind, day, removed FROM retention_run ORDER BY kind, day DESC"
        )
    }
    return [Kept(name, chosen[name], kind.least, *last.get(name, (None, None))) for name, kind in KINDS.items()]


def keep(connection: Conn, kind: str, days: int | None, now: datetime, actor: str) -> None:
    """Keep a kind of data for so many days from now on, None for ever; a Problem for fewer than others need."""
    if kind not in KINDS:
        raise Problem("privacy.kind_unknown", "kind", value=kind, kinds=", ".join(KINDS))
    least = KINDS[kind].least
    if days is not None and days < least:
        raise Problem("privacy.days_too_few", "days", value=days, kind=kind, least=least)
    connection.execute(
        "INSERT INTO retention (kind, days, actor, changed_at) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (kind) DO UPDATE SET days = excluded.days, actor = excluded.actor,"
        " changed_at = excluded.changed_at",
        (kind, days, actor, now),
    )
    connection.execute(
        "UPDATE retention_run SET done_at = NULL WHERE kind = %s AND day = %s", (kind, company_today(connection, now))
    )


def runs(connection: Conn, since: date) -> list[Removed]:
    """What was removed since a day, the newest first: the proof that times are kept."""
    with connection.cursor(row_factory=class_row(Removed)) as cursor:
        query = "SELECT kind, day, before, removed, done_at FROM retention_run WHERE day >= %s ORDER BY day DESC, kind"
        return cursor.execute(query, (since,)).fetchall()


def remove_old(connection: Conn, now: datetime) -> int:
    """Remove a batch of each kind of what is older than its time, until nothing is left for today; how many rows.

    Does nothing while another worker is at it.
    """
    alone = connection.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('pauta.retention', 0))").fetchone()
    if not alone or not alone[0]:
        return 0
    today = company_today(connection, now)
    done = {
        kind
        for (kind,) in connection.execute(
            "SELECT kind FROM retention_run WHERE day = %s AND done_at IS NOT NULL", (today,)
        )
    }
    removed = 0
    for name, days in _chosen(connection).items():
        if days is not None and name not in done:
            removed += _remove(connection, name, today, now - timedelta(days=days), now)
    return removed


def _remove(connection: Conn, name: str, today: date, before: datetime, now: datetime) -> int:
    given = {"before": before, "after": _done_before(connection, name, today), "most": BATCH}
    removed = connection.execute(KINDS[name].removal, given).rowcount
    done_at = now if removed < BATCH else None
    connection.execute(
        "INSERT INTO retention_run AS run (kind, day, before, removed, done_at) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (kind, day) DO UPDATE SET before = excluded.before, removed = run.removed + excluded.removed,"
        " done_at = excluded.done_at",
        (name, today, before, removed, done_at),
    )
    return removed


def _done_before(connection: Conn, name: str, today: date) -> datetime:
    """Until when everything of a kind was removed on an earlier day, less a day: nothing older need be looked at."""
    row = connection.execute(
        "SELECT coalesce(max(before) - interval '1 day', '1970-01-01') FROM retention_run"
        " WHERE kind = %s AND day < %s AND done_at IS NOT NULL",
        (name, today),
    ).fetchone()
    assert row is not None
    return datetime.fromisoformat(str(row[0]))


def _chosen(connection: Conn) -> dict[str, int | None]:
    """The days of every kind: as somebody chose, or else as usual."""
    chosen: dict[str, int | None] = dict(connection.execute("SELECT kind, days FROM retention").fetchall())
    return {name: chosen.get(name, kind.days) for name, kind in KINDS.items()}
