"""Who is in which segment, kept current: for contacts that something happened to, and for all when time passes.

One writer at a time, so that the numbers of changes come in the order in which they are seen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import class_row

from pauta.core.rules.reading import read_rule
from pauta.core.rules.tree import Group
from pauta.platform.clock import monotonic
from pauta.platform.partitions import partition_of
from pauta.segments.compiling import about_everybody, compile_rule
from pauta.segments.queries import company_day
from pauta.segments.watching import Watched

Conn = Connection[Any]

_LOCK = 7_261_010
BATCH = 20_000
"""Changes that are taken up at a time."""
BACKLOG = 10 * BATCH
"""From so many changes on it is quicker to ask about everybody."""
EVERY = timedelta(minutes=10)
"""How often rules are asked anew that time alone changes."""
EVERY_OTHER = timedelta(days=1)
"""How often all others are: what no trigger tells of, such as events that were removed for their age, shows then."""
SHARE = 20
"""Asking anew may take one part in so many of the time."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a round did: pieces of work, and by segment key the contacts that came or left."""

    done: int
    changed: dict[str, list[int]]


@dataclass(frozen=True, slots=True)
class _Segment:
    id: int
    key: str
    version: int
    rule: dict[str, Any]
    by_rule: bool

    @property
    def tree(self) -> Group:
        return read_rule(self.rule)


def keep_current(connection: Conn, now: datetime) -> Kept | None:
    """Take up what has happened, and ask one segment anew that is due; None while another worker does it."""
    if connection.execute("SELECT pg_try_advisory_xact_lock(%s)", (_LOCK,)).fetchone() != (True,):
        return None
    kept = hear(connection, now)
    due = _due(connection, now)
    return kept if due is None else Kept(kept.done + 1, {**kept.changed, **refresh(connection, due, now)})


def hear(connection: Conn, now: datetime) -> Kept:
    """Ask every rule about the contacts that something happened to which it asks about."""
    told = connection.execute(
        "DELETE FROM rule_news WHERE id IN (SELECT id FROM rule_news ORDER BY id LIMIT %s)"
        " RETURNING kind, name, contact_id, account_key",
        (BATCH,),
    ).fetchall()
    if len(told) == BATCH and _give_up_on_backlog(connection):
        return Kept(len(told), {})
    heard = _contacts_of(connection, told)
    if not heard:
        return Kept(len(told), {})
    changed: dict[str, list[int]] = {}
    for one, asked in _watching(connection):
        ids = set().union(*(heard.get(pair, ()) for pair in asked))
        if ids:
            found = _ask(connection, one, sorted(ids), now)
            if found:
                changed[one.key] = found
                heard["segment", one.key] |= set(found)
    return Kept(len(told), changed)


def _contacts_of(connection: Conn, told: list[tuple[str, str, int | None, int | None]]) -> dict[Watched, set[int]]:
    """The contacts concerned by each kind of news; news of an account are those of its contacts."""
    heard: dict[Watched, set[int]] = defaultdict(set)
    keys = sorted({key for *_, key in told if key is not None})
    homes: dict[int, list[int]] = defaultdict(list)
    for number, key in connection.execute(
        "SELECT id, account_key FROM contact WHERE account_key = ANY(%s) AND part = ANY(%s)",
        (keys, sorted({partition_of(key) for key in keys})),
    ):
        homes[key].append(number)
    for kind, name, contact, key in told:
        heard[kind, name].update(homes[key] if contact is None and key is not None else [contact] if contact else [])
    return heard


def _watching(connection: Conn) -> list[tuple[_Segment, set[Watched]]]:
    """Segments whose members were found once, each with what it asks about, those that others name first."""
    with connection.cursor(row_factory=class_row(_Segment)) as cursor:
        found = cursor.execute(
            "SELECT s.id, s.key, v.version, v.rule, false AS by_rule FROM segment s JOIN segment_version v"
            " ON v.segment_id = s.id AND v.version = s.version WHERE s.refreshed_at IS NOT NULL ORDER BY s.level, s.id"
        ).fetchall()
    asked: dict[str, set[Watched]] = defaultdict(set)
    for kind, name, watcher in connection.execute("SELECT kind, name, watcher FROM rule_watch"):
        asked[watcher].add((kind, name))
    return [(one, asked[f"segment:{one.id}"]) for one in found]


def _give_up_on_backlog(connection: Conn) -> bool:
    """Where very much has happened, forget what it was and have all segments asked anew."""
    row = connection.execute("SELECT count(*) FROM (SELECT FROM rule_news LIMIT %s) AS waiting", (BACKLOG,)).fetchone()
    if row is None or row[0] < BACKLOG:
        return False
    connection.execute("DELETE FROM rule_news")
    connection.execute("UPDATE segment SET refreshed_at = NULL")
    return True


_CHANGE = """
gone AS (
  DELETE FROM segment_member m WHERE m.segment_id = %(segment)s {among}
    AND NOT EXISTS (SELECT FROM {holds} AS holds WHERE holds.id = m.contact_id) RETURNING m.contact_id
), come AS (
  INSERT INTO segment_member (segment_id, contact_id, since) SELECT %(segment)s, id, %(now)s FROM {holds} AS holds
  ON CONFLICT DO NOTHING RETURNING contact_id
), told AS (
  INSERT INTO segment_change (segment_id, contact_id, entered, by_rule, at)
  SELECT %(segment)s, contact_id, entered, %(by_rule)s, %(now)s
  FROM (SELECT contact_id, true AS entered FROM come UNION ALL SELECT contact_id, false FROM gone) AS moved
  RETURNING contact_id, entered
), counted AS (
  UPDATE segment SET members = members
    + (SELECT count(*) FROM come) - (SELECT count(*) FROM gone) WHERE id = %(segment)s
)
SELECT contact_id FROM told
"""


def _ask(connection: Conn, one: _Segment, ids: list[int], now: datetime) -> list[int]:
    """Ask a rule about few contacts; those that came or left."""
    condition = compile_rule(one.tree, now, company_day(connection, now))
    statement = sql.SQL(
        "WITH holds AS MATERIALIZED ({} AND c.id = ANY(%(ids)s::bigint[])), " + _CHANGE.replace("{holds}", "holds")
    ).format(condition.contacts, among=sql.SQL("AND m.contact_id = ANY(%(ids)s::bigint[])"))
    return _changed(connection, statement, {**condition.params, "ids": ids}, one, now)


def refresh(connection: Conn, one: _Segment, now: datetime) -> dict[str, list[int]]:
    """Ask a rule about everybody; by segment key, those that came or left, and so in segments that name this one.

    Where somebody changed the rule meanwhile, it is to be asked again.
    """
    began = monotonic()
    condition = compile_rule(one.tree, now, company_day(connection, now), whole=True)
    connection.execute("DROP TABLE IF EXISTS segment_holds")
    with about_everybody(connection):
        connection.execute(
            sql.SQL("CREATE TEMPORARY TABLE segment_holds ON COMMIT DROP AS {}").format(condition.contacts),
            condition.params,
        )
    connection.execute("ANALYZE segment_holds")
    statement = sql.SQL("WITH " + _CHANGE.replace("{holds}", "segment_holds")).format(among=sql.SQL(""))
    found = _changed(connection, statement, {}, one, now)
    connection.execute(
        "UPDATE segment SET members = (SELECT count(*) FROM segment_holds), refreshed_version = %(version)s,"
        " refreshed_at = CASE WHEN version = %(version)s THEN %(now)s::timestamptz END, took_ms = %(took)s"
        " WHERE id = %(id)s",
        {"id": one.id, "version": one.version, "now": now, "took": round((monotonic() - began) * 1000)},
    )
    if found:
        _tell_watchers(connection, one.key, found)
    return {one.key: found} if found else {}


def _changed(
    connection: Conn, statement: sql.Composed, params: dict[str, object], one: _Segment, now: datetime
) -> list[int]:
    given = {**params, "segment": one.id, "now": now, "by_rule": one.by_rule}
    return [number for (number,) in connection.execute(statement, given)]


def _tell_watchers(connection: Conn, key: str, ids: Collection[int]) -> None:
    connection.execute(
        "INSERT INTO rule_news (kind, name, contact_id) SELECT 'segment', %(key)s, unnest(%(ids)s::bigint[])"
        " WHERE EXISTS (SELECT FROM rule_watch WHERE kind = 'segment' AND name = %(key)s)",
        {"key": key, "ids": list(ids)},
    )


def _due(connection: Conn, now: datetime) -> _Segment | None:
    """The segment that has waited longest for being asked anew: those that have to be come first."""
    with connection.cursor(row_factory=class_row(_Segment)) as cursor:
        return cursor.execute(
            "SELECT s.id, s.key, v.version, v.rule, s.refreshed_version <> s.version AS by_rule FROM segment s"
            " JOIN segment_version v ON v.segment_id = s.id AND v.version = s.version"
            " WHERE s.refreshed_at IS NULL OR s.refreshed_at <= %s::timestamptz"
            "   - greatest(CASE WHEN s.rolls THEN %s ELSE %s END, s.took_ms * %s * interval '1 millisecond')"
            " ORDER BY s.refreshed_at NULLS FIRST, s.level, s.id LIMIT 1",
            (now, EVERY, EVERY_OTHER, SHARE),
        ).fetchone()


def account_keys(connection: Conn, ids: Iterable[int]) -> set[int]:
    """The account keys of contacts."""
    return {
        key for (key,) in connection.execute("SELECT account_key FROM contact WHERE id = ANY(%s)", (sorted(set(ids)),))
    }
