"""Writes of segments. Each change of a rule is a version; nothing here commits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from pauta.core.problems import Problem
from pauta.core.rules.reading import read_rule
from pauta.core.rules.tree import Belonging, Group, Within
from pauta.segments import queries
from pauta.segments.watching import forget, watch, watched

Conn = Connection[Any]

_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_LOCK = 7_261_011


def create_segment(
    connection: Conn, key: str, name: str, rule: Mapping[str, Any], *, actor: str, now: datetime, description: str = ""
) -> None:
    """Add a segment; its members are found by the worker. A Problem when the key is taken or the rule is wrong."""
    _lock(connection)
    if not _KEY.fullmatch(key):
        raise Problem("segments.key", "key", value=key)
    read = read_rule(rule)
    level = _level(connection, read, key)
    row = connection.execute(
        "INSERT INTO segment (key, name, description, version, level, rolls, created_at)"
        " VALUES (%s, %s, %s, 1, %s, %s, %s) ON CONFLICT (key) DO NOTHING RETURNING id",
        (key, name, description, level, read.rolls, now),
    ).fetchone()
    if row is None:
        raise Problem("segments.taken", "key", key=key)
    _write_version(connection, row[0], 1, rule, read, actor, now)


def change_segment(
    connection: Conn,
    key: str,
    name: str,
    rule: Mapping[str, Any],
    *,
    actor: str,
    now: datetime,
    description: str = "",
    expected: int | None = None,
) -> int:
    """Write a segment anew; the version in force afterwards, another one when the rule is.

    A Problem when the version in force is not the ``expected`` one, or when the rule would come back to itself.
    """
    _lock(connection)
    found = queries.segment(connection, key)
    if expected is not None and expected != found.version:
        raise Problem("segments.changed", "version", expected=expected, found=found.version)
    read = read_rule(rule)
    level = _level(connection, read, key)
    connection.execute("UPDATE segment SET name = %s, description = %s WHERE id = %s", (name, description, found.id))
    if dict(rule) == found.rule:
        return found.version
    version = found.version + 1
    connection.execute(
        "UPDATE segment SET version = %s, level = %s, rolls = %s, refreshed_at = NULL WHERE id = %s",
        (version, level, read.rolls, found.id),
    )
    _write_version(connection, found.id, version, rule, read, actor, now)
    _lift(connection, key, level)
    return version


def remove_segment(connection: Conn, key: str) -> None:
    """Take a segment out, with its history; a Problem while something names it."""
    _lock(connection)
    found = queries.segment(connection, key)
    users = queries.users_of(connection, key)
    if users:
        raise Problem("segments.used", "segment", key=key, by=", ".join(name for _, name in users))
    forget(connection, f"segment:{found.id}")
    for table in ("segment_member", "segment_change", "segment_version"):
        connection.execute(f"DELETE FROM {table} WHERE segment_id = %s", (found.id,))
    connection.execute("DELETE FROM segment WHERE id = %s", (found.id,))


def segments_named(rule: Group) -> set[str]:
    """The keys of the segments that a rule names."""
    return {
        name
        for test in rule.tests()
        if isinstance(test, Within) and test.what is Belonging.segment
        for name in test.names
    }


def _lock(connection: Conn) -> None:
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))


def _write_version(
    connection: Conn, segment_id: int, version: int, rule: Mapping[str, Any], read: Group, actor: str, now: datetime
) -> None:
    connection.execute(
        "INSERT INTO segment_version VALUES (%s, %s, %s, %s, %s)", (segment_id, version, Jsonb(dict(rule)), actor, now)
    )
    watch(connection, f"segment:{segment_id}", watched(read))


def _level(connection: Conn, rule: Group, key: str) -> int:
    """One more than the highest level of the segments that a rule names; a Problem when one of them leads to ``key``.

    Names that are no segment's are those that imports gave to contacts.
    """
    named = segments_named(rule)
    row = connection.execute(
        """
        WITH RECURSIVE below AS (
          SELECT key, id, level FROM segment WHERE key = ANY(%(named)s)
          UNION
          SELECT s.key, s.id, s.level FROM below
            JOIN rule_watch w ON w.watcher = 'segment:' || below.id AND w.kind = 'segment'
            JOIN segment s ON s.key = w.name
        )
        SELECT coalesce(max(level), -1) + 1, coalesce(bool_or(key = %(key)s), false) FROM below
        """,
        {"named": list(named), "key": key},
    ).fetchone()
    assert row is not None
    if row[1] or key in named:
        raise Problem("segments.circle", "rule", key=key)
    return int(row[0])


def _lift(connection: Conn, key: str, level: int) -> None:
    """Put those that name a segment above it again."""
    for watcher, below in connection.execute(
        "SELECT s.key, s.level FROM segment s JOIN rule_watch w ON w.watcher = 'segment:' || s.id"
        " WHERE w.kind = 'segment' AND w.name = %s",
        (key,),
    ).fetchall():
        if below <= level:
            connection.execute("UPDATE segment SET level = %s WHERE key = %s", (level + 1, watcher))
            _lift(connection, watcher, level + 1)
