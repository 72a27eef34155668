"""Calendar files at secret addresses: made, listed, revoked, and written. Nothing here commits."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any, LiteralString

from icalendar import Calendar, Event
from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from pauta.calendar.limits import Limits
from pauta.calendar.month import Day, month
from pauta.calendar.wanted import wanted_by
from pauta.campaigns.audience import company_today
from pauta.core.problems import Problem
from pauta.platform.words import tell
from pauta.team.queries import hash_of

Conn = Connection[Any]

BACK, AHEAD = 30, 60
"""Days of the past and of the future that a file holds."""

_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as its owner may see it. ``filters`` are those of the calendar; the account's external id or name."""

    id: int
    name: str
    filters: dict[str, Any]
    language: str
    actor: str
    created_at: datetime


def make_feed(conn: Conn, now: datetime, name: str, filters: Mapping[str, Any], language: str, actor: str) -> str:
    """Make a feed; its secret, which nobody can read again."""
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    conn.execute(
        "INSERT INTO calendar_feed (secret_hash, name, filters, language, actor, created_at)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        (hash_of(secret), name, Jsonb(dict(filters)), language, actor, now),
    )
    return secret


def feeds_of(conn: Conn, actor: str) -> list[Feed]:
    """The feeds of somebody that are not revoked, the oldest first."""
    return _feeds(conn, "actor = %s ORDER BY id", actor)


def feed_at(conn: Conn, secret: str) -> Feed:
    """The feed at a secret address; a Problem when there is none, or it was revoked."""
    found = _feeds(conn, "secret_hash = %s", hash_of(secret))
    if not found:
        raise Problem("web_not_found", path="")
    return found[0]


_FEED: LiteralString = (
    "SELECT id, name, filters, language, actor, created_at FROM calendar_feed WHERE revoked_at IS NULL"
)


def _feeds(conn: Conn, where: LiteralString, value: object) -> list[Feed]:
    with conn.cursor(row_factory=class_row(Feed)) as cursor:
        return cursor.execute(f"{_FEED} AND {where}", (value,)).fetchall()


def revoke_feed(conn: Conn, now: datetime, number: int, actor: str) -> None:
    """Let the address of one's own feed lead nowhere from now on; a Problem when there is none."""
    done = conn.execute(
        "UPDATE calendar_feed SET revoked_at = %s WHERE id = %s AND actor = %s AND revoked_at IS NULL",
        (now, number, actor),
    ).rowcount
    if not done:
        raise Problem("calendar_no_feed", "feed", value=number)


def written(conn: Conn, now: datetime, feed: Feed, host: str) -> bytes:
    """The feed as an iCalendar file (RFC 5545): campaigns by day, meetings, maintenance, renewals, blackouts."""
    today = company_today(conn, now)
    wanted = wanted_by(conn, now, today - timedelta(days=BACK), today + timedelta(days=AHEAD), feed.filters)
    file = Calendar()
    file.add("prodid", "-//Pauta//Pauta//EN")
    file.add("version", "2.0")
    file.add("x-wr-calname", _line(feed.name))
    for day in month(conn, now, wanted, feed.language, Limits()).days:
        for key, event in _events(day, feed.language):
            event.add("dtstamp", now)
            event.add("uid", f"{sha256(key.encode()).hexdigest()[:32]}@{host}")
            file.add_component(event)
    return bytes(file.to_ical())


def _events(day: Day, lang: str) -> Iterator[tuple[str, Event]]:
    """What stands on a day, each under a key that stays the same from one reading to the next."""
    for campaign in day.campaigns:
        count = campaign.counts.planned + campaign.counts.sent
        said = f"{campaign.name} ({count})" if count else campaign.name
        yield f"campaign {day.day} {campaign.name}", _whole_day(said, day.day)
    for renewal in day.renewals:
        yield f"renewal {day.day} {renewal.account}", _whole_day(tell("feed.renewal", lang, name=renewal.name), day.day)
    for blackout in day.blackouts:
        yield f"blackout {day.day} {blackout.rule}", _whole_day(blackout.sentence, day.day)
    for meeting in day.meetings:
        ends = meeting.at + timedelta(minutes=meeting.minutes)
        yield f"meeting {meeting.id}", _timed(meeting.title, meeting.at, ends)
    for window in day.maintenance:
        if window.first == day.day:
            yield f"maintenance {window.id}", _timed(window.title, window.starts_at, window.ends_at)


def _whole_day(said: str, day: date) -> Event:
    event = _named(said)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    return event


def _timed(said: str, begins: datetime, ends: datetime) -> Event:
    event = _named(said)
    event.add("dtstart", begins.astimezone(UTC))
    event.add("dtend", ends.astimezone(UTC))
    return event


def _named(said: str) -> Event:
    event = Event()
    event.add("summary", _line(said))
    return event


def _line(text: str) -> str:
    """A text on one line: a file has no other, and names come from anywhere."""
    return " ".join(text.splitlines())
