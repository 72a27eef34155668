"""Reads of segments: what they ask, how many are in them, who, and who came and went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from pauta.core.problems import Problem

Conn = Connection[Any]

_SEGMENT = """
SELECT s.id, s.key, s.name, s.description, s.version, s.rolls, s.members, s.created_at, s.refreshed_at, s.took_ms,
       v.rule, v.actor, v.at AS changed_at
FROM segment s JOIN segment_version v ON v.segment_id = s.id AND v.version = s.version
"""


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """A segment with its rule in force. ``refreshed_at`` is None while its members are still to be found."""

    id: int
    key: str
    name: str
    description: str
    version: int
    rolls: bool
    members: int
    created_at: datetime
    refreshed_at: datetime | None
    took_ms: int
    rule: dict[str, Any]
    actor: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A segment's rule as somebody saved it."""

    version: int
    rule: dict[str, Any]
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A contact with the name of its account, and since when it has been in the segment (None: not asked)."""

    id: int
    contact: str
    name: str
    email: str | None
    account: str | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A contact that came into a segment or left it; ``by_rule`` when the rule changed and not the contact."""

    id: int
    contact: str
    entered: bool
    by_rule: bool
    at: datetime


def segments(connection: Conn) -> list[SegmentRow]:
    """All segments by name."""
    with connection.cursor(row_factory=class_row(SegmentRow)) as cursor:
        return cursor.execute(f"{_SEGMENT} ORDER BY lower(s.name), s.id").fetchall()


def segment(connection: Conn, key: str, field: str = "segment") -> SegmentRow:
    """The segment of a key; a Problem when there is none."""
    with connection.cursor(row_factory=class_row(SegmentRow)) as cursor:
        found = cursor.execute(f"{_SEGMENT} WHERE s.key = %s", (key,)).fetchone()
    if found is None:
        raise Problem("segments.unknown", field, key=key)
    return found


def versions(connection: Conn, segment_id: int) -> list[VersionRow]:
    """What a segment asked, the newest version first."""
    with connection.cursor(row_factory=class_row(VersionRow)) as cursor:
        return cursor.execute(
            "SELECT version, rule, actor, at FROM segment_version WHERE segment_id = %s ORDER BY version DESC",
            (segment_id,),
        ).fetchall()


_PEOPLE = """
SELECT c.id, c.external_id AS contact, btrim(c.first_name || ' ' || c.last_name) AS name, c.email, a.name AS account,
       {since} AS since
FROM contact c LEFT JOIN account a ON a.id = c.account_id
"""


def members(connection: Conn, segment_id: int, after: int, limit: int) -> list[MemberRow]:
    """Contacts of a segment in order of their numbers, those after a number."""
    with connection.cursor(row_factory=class_row(MemberRow)) as cursor:
        return cursor.execute(
            _PEOPLE.format(since="m.since") + "JOIN segment_member m ON m.contact_id = c.id"
            " WHERE m.segment_id = %s AND m.contact_id > %s ORDER BY m.contact_id LIMIT %s",
            (segment_id, after, limit),
        ).fetchall()


def people(connection: Conn, ids: list[int]) -> list[MemberRow]:
    """These contacts, by name."""
    with connection.cursor(row_factory=class_row(MemberRow)) as cursor:
        return cursor.execute(
            _PEOPLE.format(since="NULL::timestamptz") + "WHERE c.id = ANY(%s) ORDER BY 3, 1", (ids,)
        ).fetchall()


def changes(connection: Conn, segment_id: int, after: int, limit: int) -> list[ChangeRow]:
    """Who came and went after a position (0: from the beginning), in the order in which it was found."""
    with connection.cursor(row_factory=class_row(ChangeRow)) as cursor:
        return cursor.execute(
            "SELECT g.id, c.external_id AS contact, g.entered, g.by_rule, g.at FROM segment_change g"
            " JOIN contact c ON c.id = g.contact_id WHERE g.segment_id = %s AND g.id > %s ORDER BY g.id LIMIT %s",
            (segment_id, after, limit),
        ).fetchall()


def segments_of(connection: Conn, contact_id: int) -> list[tuple[str, str, datetime]]:
    """The segments that a contact is in: key, name and since when, by name."""
    return connection.execute(
        "SELECT s.key, s.name, m.since FROM segment_member m JOIN segment s ON s.id = m.segment_id"
        " WHERE m.contact_id = %s ORDER BY lower(s.name)",
        (contact_id,),
    ).fetchall()


_USERS = """
SELECT 'segment', s.name FROM rule_watch w JOIN segment s ON w.watcher = 'segment:' || s.id
WHERE w.kind = 'segment' AND w.name = %(key)s
UNION
SELECT 'campaign', name FROM campaign WHERE audience ->> 'segment' = %(key)s
UNION
SELECT 'policy', rule ->> 'name'
FROM policy_version CROSS JOIN jsonb_array_elements(rules) AS rule
WHERE version = (SELECT max(version) FROM policy_version) AND jsonb_path_exists(rule,
  '$.** ? (@.segments[*] == $key || @.except_segments[*] == $key)', jsonb_build_object('key', %(key)s::text))
UNION
SELECT 'journey', j.name
FROM journey j LEFT JOIN journey_version v ON v.journey_id = j.id AND v.number = j.version
WHERE j.state <> 'stopped' AND jsonb_path_exists(jsonb_build_array(j.draft, v.document),
  '$.** ? (@.kind == "segment" && @.segment == $key || @.field == "segment" && @.value[*] == $key)',
  jsonb_build_object('key', %(key)s::text))
ORDER BY 1, 2
"""


def users_of(connection: Conn, key: str) -> list[tuple[str, str]]:
    """What names a segment, as kind and name: other segments, campaigns, policies in force, and journeys that are not
    stopped."""
    return connection.execute(_USERS, {"key": key}).fetchall()


def company_day(connection: Conn, now: datetime) -> date:
    """The date where the company is; in UTC when there is no company yet."""
    row = connection.execute(
        "SELECT (%s::timestamptz AT TIME ZONE coalesce((SELECT zone FROM company WHERE id = 1), 'UTC'))::date", (now,)
    ).fetchone()
    assert row is not None
    return date.fromisoformat(str(row[0]))
