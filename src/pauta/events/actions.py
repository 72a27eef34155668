"""Writes of events and standing conditions, in sets. Nothing here commits.

Every function returns what changed, so that its caller has the messages concerned planned again. Rows name a contact
(``contact_id``) or an account (``account_id``); when it was stands in the columns of ``pauta.people.local_time``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, LiteralString

from psycopg import Connection, sql

from pauta.people.changes import Changes, Move
from pauta.people.local_time import TIMED, WHEN_TYPES
from pauta.people.staging import Columns, stage
from pauta.platform.partitions import PARTITIONS

LATE = timedelta(hours=24)
"""An event that Pauta learns of later than this (``recorded_at`` against ``at``) is kept, and triggers nothing."""

_SUBJECT_TYPES: dict[str, LiteralString] = {
    "contact_id": "bigint",
    "account_id": "bigint",
    "name": "text",
    "external_id": "text",
    **WHEN_TYPES,
}
_EVENT_TYPES: dict[str, LiteralString] = {**_SUBJECT_TYPES, "properties": "jsonb"}
_CONDITION_TYPES: dict[str, LiteralString] = {**_SUBJECT_TYPES, "ended": "timestamptz"}

_RECORD = f"""
INSERT INTO event (part, account_key, contact_id, name, at, recorded_at, day, properties, source, external_id)
SELECT coalesce(contact_part, account_id %% {PARTITIONS}), coalesce(contact_key, account_id), contact_id, name,
  happened_at, %(now)s, happened_on, coalesce(properties, '{{{{}}}}'), %(source)s, external_id
FROM ({{timed}}) AS timed ORDER BY position
ON CONFLICT (external_id) DO NOTHING
RETURNING account_key
"""
_OPEN = f"""
WITH timed AS MATERIALIZED ({{timed}}), merged AS (
  MERGE INTO condition USING (
    SELECT *, coalesce(contact_part, account_id %% {PARTITIONS}) AS part,
      coalesce(contact_key, account_id) AS account_key
    FROM timed
  ) AS timed ON condition.external_id = timed.external_id
  WHEN MATCHED AND timed.ended IS NOT NULL AND condition.ended_at IS DISTINCT FROM timed.ended THEN
    UPDATE SET ended_at = timed.ended
  WHEN NOT MATCHED THEN
    INSERT (part, account_key, contact_id, name, began_at, ended_at, source, external_id)
    VALUES (timed.part, timed.account_key, timed.contact_id, timed.name, timed.happened_at, timed.ended, %(source)s,
      timed.external_id)
  RETURNING merge_action() AS done, condition.account_key
)
SELECT count(*) FILTER (WHERE done = 'INSERT'), count(*) FILTER (WHERE done = 'UPDATE'), array_agg(DISTINCT account_key)
FROM merged
"""
_END = f"""
UPDATE condition SET ended_at = %(at)s
WHERE ended_at IS NULL AND name = %(name)s AND part = abs(%(key)s) %% {PARTITIONS} AND account_key = %(key)s
  AND contact_id IS NOT DISTINCT FROM %(contact_id)s
RETURNING account_key
"""
_FOLLOW = f"""
UPDATE {{table}} SET part = abs(moved.new_key) %% {PARTITIONS}, account_key = moved.new_key
FROM unnest(%(ids)s::bigint[], %(olds)s::bigint[], %(news)s::bigint[]) AS moved (contact_id, old_key, new_key)
WHERE {{table}}.part = abs(moved.old_key) %% {PARTITIONS} AND {{table}}.account_key = moved.old_key
  AND {{table}}.contact_id = moved.contact_id
"""


def lock_events(connection: Connection[Any]) -> None:
    """Wait until no other transaction records events; held until this one ends.

    So events become visible in the order of their ids: whoever has read all up to an id will find whatever comes later
    under a higher one, although sequences are drawn from before a transaction commits.
    """
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('pauta.events', 0))")


def record_events(connection: Connection[Any], columns: Columns, *, source: str, now: datetime) -> Changes:
    """Record what happened; an event whose external id is known has been recorded before.

    Columns: contact_id or account_id, name, external_id, properties (JSON text), and when it was.
    """
    stage(connection, "staged_event", _EVENT_TYPES, columns)
    lock_events(connection)
    rows = connection.execute(
        sql.SQL(_RECORD).format(timed=sql.SQL(TIMED).format(staged=sql.Identifier("staged_event"))),
        {"now": now, "source": source, "contact_ids": _contacts(columns)},
    ).fetchall()
    return Changes(created=len(rows), keys=frozenset(key for (key,) in rows))


def open_conditions(connection: Connection[Any], columns: Columns, *, source: str, now: datetime) -> Changes:
    """Open conditions, or end those that are known by their external id and are given an ``ended`` time.

    Columns: contact_id or account_id, name, external_id, ended (a time with offset), and when it began.
    """
    stage(connection, "staged_condition", _CONDITION_TYPES, columns)
    row = connection.execute(
        sql.SQL(_OPEN).format(timed=sql.SQL(TIMED).format(staged=sql.Identifier("staged_condition"))),
        {"now": now, "source": source, "contact_ids": _contacts(columns)},
    ).fetchone()
    assert row is not None
    created, changed, keys = row
    return Changes(created, changed, frozenset(keys or ()))


def end_condition(
    connection: Connection[Any], name: str, *, account_key: int, contact_id: int | None, at: datetime
) -> Changes:
    """End every standing condition of this name at a contact, or at the account itself (``contact_id`` None)."""
    given = {"name": name, "key": account_key, "contact_id": contact_id, "at": at}
    rows = connection.execute(_END, given).fetchall()
    return Changes(changed=len(rows), keys=frozenset(key for (key,) in rows))


def follow(connection: Connection[Any], moves: Sequence[Move]) -> None:
    """Take events and conditions of contacts along to their new account keys."""
    if not moves:
        return
    ids, olds, news = (list(column) for column in zip(*moves, strict=True))
    for table in ("event", "condition"):
        connection.execute(
            sql.SQL(_FOLLOW).format(table=sql.Identifier(table)), {"ids": ids, "olds": olds, "news": news}
        )


def _contacts(columns: Columns) -> list[int]:
    return [number for number in columns.get("contact_id", ()) if number is not None]
