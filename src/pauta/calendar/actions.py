"""What people put on the calendar: calls and meetings, which are touches, and maintenance windows.

Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection

from pauta.core.gate.vocabulary import Channel
from pauta.core.problems import Problem
from pauta.messages.actions import kind_id, request_plan
from pauta.messages.queries import ALL_PARTS, check_team
from pauta.messages.touches import add_touches
from pauta.people.queries import find_contacts

Conn = Connection[Any]


@dataclass(frozen=True, slots=True)
class MeetingDraft:
    """A call or a meeting as somebody enters it: ``what`` is call or meeting, ``at`` aware."""

    what: str
    title: str
    team: str
    at: datetime
    minutes: int
    contacts: Sequence[str]


def enter_meeting(conn: Conn, now: datetime, draft: MeetingDraft, actor: str) -> int:
    """Write a call or a meeting down, and that it reaches each of its contacts; its number.

    Contacts are named by external id or address. A Problem names the first who is nobody, or an unknown team.
    """
    check_team(conn, draft.team)
    found = find_contacts(conn, draft.contacts)
    for place in found.missing:
        raise Problem("web_contact_unknown", f"contacts[{place}]", value=draft.contacts[place])
    ids = sorted({people[0].id for people in found.contacts})
    row = conn.execute(
        "INSERT INTO meeting (what, title, team, at, minutes, contact_ids, actor, created_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING id",
        (draft.what, draft.title, draft.team, draft.at, draft.minutes, ids, actor, now),
    ).fetchone()
    assert row is not None
    number = int(row[0])
    kind = kind_id(conn, "relationship", draft.what, draft.team)
    columns: dict[str, list[Any]] = {
        "contact_id": ids,
        "kind_id": [kind] * len(ids),
        "channel": [int(Channel.call)] * len(ids),
        "external_id": [_touch_of(number, contact) for contact in ids],
        "at": [draft.at.isoformat()] * len(ids),
    }
    request_plan(conn, add_touches(conn, columns, now).keys, now)
    return number


def cancel_meeting(conn: Conn, now: datetime, number: int) -> None:
    """Take a call or a meeting back: its contacts have their day again. A Problem when there is none."""
    row = conn.execute(
        "UPDATE meeting SET cancelled_at = %s WHERE id = %s AND cancelled_at IS NULL RETURNING contact_ids",
        (now, number),
    ).fetchone()
    if row is None:
        raise Problem("calendar_no_meeting", "meeting", value=number)
    gone = conn.execute(
        "DELETE FROM touch WHERE part = ANY(%s) AND external_id = ANY(%s) RETURNING account_key",
        (ALL_PARTS, [_touch_of(number, contact) for contact in row[0]]),
    ).fetchall()
    request_plan(conn, [key for (key,) in gone], now)


def _touch_of(number: int, contact: int) -> str:
    return f"meeting:{number}:{contact}"


def enter_maintenance(conn: Conn, now: datetime, title: str, starts_at: datetime, ends_at: datetime, actor: str) -> int:
    """Write a maintenance window down; its number. A Problem when it ends before it starts, or lasts over a month."""
    if not starts_at < ends_at <= starts_at + timedelta(days=31):
        raise Problem("calendar_window", "ends_at")
    row = conn.execute(
        "INSERT INTO maintenance (title, starts_at, ends_at, actor, created_at)"
        " VALUES (%s, %s, %s, %s, %s) RETURNING id",
        (title, starts_at, ends_at, actor, now),
    ).fetchone()
    assert row is not None
    return int(row[0])


def cancel_maintenance(conn: Conn, now: datetime, number: int) -> None:
    """Take a maintenance window back; a Problem when there is none."""
    done = conn.execute(
        "UPDATE maintenance SET cancelled_at = %s WHERE id = %s AND cancelled_at IS NULL", (now, number)
    ).rowcount
    if not done:
        raise Problem("calendar_no_maintenance", "maintenance", value=number)
