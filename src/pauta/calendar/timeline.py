"""Everything in and out of a contact or an account, newest first, page by page."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString

from psycopg import Connection

from pauta.core.gate.reasons import REASONS
from pauta.core.gate.vocabulary import CHANNELS, Channel
from pauta.core.problems import Problem
from pauta.messages.queries import rule_name
from pauta.messages.states import State
from pauta.team.queries import names_of

Conn = Connection[Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose timeline: an account key, and one contact under it or (None) all of them."""

    account_key: int
    contact_id: int | None


@dataclass(frozen=True, slots=True)
class Moment:
    """Something at a moment (UTC) and on a day (there).

    ``what``: message, touch, event, condition, condition_ended, consent, meeting, hold, hold_lifted; opened, clicked,
    machine_opened, scanned; fallback. ``name`` says which; ``state`` is a message's state, granted or denied, or why a
    message follows another (failed, unread); ``id`` the message's, 0 for others. ``by`` and ``why`` are empty, or tell
    who sent a message past the policies, held or lifted, and why; ``why`` is also the link that was followed.
    """

    at: datetime
    day: date
    what: str
    direction: str
    id: int
    contact: str | None
    name: str
    type: str
    team: str
    channel: str | None
    state: str
    reason: str
    rule: str
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Page:
    """Moments, and where the next page begins; None on the last."""

    moments: list[Moment]
    cursor: str | None


_SCOPE: LiteralString = """
part = abs(%(key)s::bigint) %% 64 AND account_key = %(key)s
AND (%(contact)s::bigint IS NULL OR contact_id = %(contact)s)
"""
_QUERY: LiteralString = f"""
SELECT found.at, coalesce(found.day, (found.at AT TIME ZONE coalesce(own.zone, home.zone, company.zone, 'UTC'))::date),
       found.what, found.sort, found.key, c.external_id, found.name, found.type, found.team, found.channel, found.state,
       found.reason, found.rule, policy.name, found.by, found.why
FROM (
    SELECT m.changed_at AS at, CASE WHEN m.state IN (2, 3, 4, 5) THEN m.day END AS day, 'message' AS what, 1 AS sort,
           m.id AS key, m.contact_id, coalesce(nullif(k.campaign, ''), nullif(k.topic, ''), t.name) AS name, k.type,
           k.team, m.channel::int AS channel, m.state::int AS state, m.reason::int AS reason, m.rule,
           coalesce(o.actor, '') AS by, coalesce(o.reason, '') AS why
    FROM (SELECT * FROM message WHERE {_SCOPE} AND state IN (2, 3, 4, 5, 6, 7)) m
    JOIN proposal p ON p.id = m.proposal_id JOIN kind k ON k.id = p.kind_id JOIN template t ON t.id = p.template_id
    LEFT JOIN override o ON o.message_id = m.id
    UNION ALL
    SELECT t.at, t.day, CASE WHEN t.external_id LIKE 'meeting:%%' THEN 'meeting' ELSE 'touch' END, 2, t.id,
           t.contact_id, coalesce(nullif(k.campaign, ''), nullif(k.topic, ''), k.type), k.type, k.team, t.channel,
           3, 0, 0, '', ''
    FROM (SELECT * FROM touch WHERE {_SCOPE}) t JOIN kind k ON k.id = t.kind_id
    UNION ALL
    SELECT at, day, 'event', 3, id, contact_id, name, '', '', -1, 0, 0, 0, '', '' FROM event WHERE {_SCOPE}
    UNION ALL
    SELECT began_at, NULL, 'condition', 4, id, contact_id, name, '', '', -1, 0, 0, 0, '', '' FROM condition
    WHERE {_SCOPE}
    UNION ALL
    SELECT ended_at, NULL, 'condition_ended', 5, id, contact_id, name, '', '', -1, 0, 0, 0, '', '' FROM condition
    WHERE {_SCOPE} AND ended_at IS NOT NULL
    UNION ALL
    SELECT at, NULL, 'hold', 7, id, contact_id, until::text, '', '', -1, 0, 0, 0, actor, reason FROM manual_hold
    WHERE {_SCOPE}
    UNION ALL
    SELECT lifted_at, NULL, 'hold_lifted', 8, id, contact_id, until::text, '', '', -1, 0, 0, 0, lifted_by, reason
    FROM manual_hold WHERE {_SCOPE} AND lifted_at IS NOT NULL
    UNION ALL
    SELECT seen.at, NULL, seen.what, seen.sort, m.id, m.contact_id,
           coalesce(nullif(k.campaign, ''), nullif(k.topic, ''), k.type), k.type, k.team, m.channel, 0, 0, 0, '',
           seen.link
    FROM (SELECT * FROM message WHERE {_SCOPE} AND state IN (3, 4, 5)) m
    JOIN proposal p ON p.id = m.proposal_id JOIN kind k ON k.id = p.kind_id JOIN response r ON r.message_id = m.id
    CROSS JOIN LATERAL (VALUES (r.opened_at, 'opened', 10, ''), (r.clicked_at, 'clicked', 11, r.link),
        (r.machine_opened_at, 'machine_opened', 12, ''), (r.scanned_at, 'scanned', 13, '')) seen (at, what, sort, link)
    WHERE seen.at IS NOT NULL
    UNION ALL
    SELECT m.created_at, NULL, 'fallback', 9, m.id, m.contact_id,
           coalesce(nullif(k.campaign, ''), nullif(k.topic, ''), k.type), k.type, k.team, before.channel, before.state,
           0, 0, '', ''
    FROM (SELECT * FROM message WHERE {_SCOPE} AND follows IS NOT NULL) m
    JOIN message before ON before.part = m.part AND before.id = m.follows
    JOIN proposal p ON p.id = m.proposal_id JOIN kind k ON k.id = p.kind_id
    UNION ALL
    SELECT s.at, NULL, 'consent', 6, s.id, s.contact_id, s.topic, '', '', s.channel, s.granted::int, 0, 0, '', ''
    FROM consent s JOIN contact who ON who.id = s.contact_id AND who.part = s.part
    WHERE who.part = abs(%(key)s::bigint) %% 64 AND who.account_key = %(key)s
          AND (%(contact)s::bigint IS NULL OR who.id = %(contact)s)
) found
LEFT JOIN contact c ON c.id = found.contact_id
LEFT JOIN account a ON a.id = c.account_id
LEFT JOIN place own ON own.id = c.place_id LEFT JOIN place home ON home.id = a.place_id
LEFT JOIN company ON company.id = 1 LEFT JOIN policy ON policy.id = found.rule
WHERE (%(channel)s::int IS NULL OR found.channel = %(channel)s)
      AND (%(at)s::timestamptz IS NULL OR (found.at, found.sort, found.key) < (%(at)s, %(sort)s, %(last)s))
ORDER BY found.at DESC, found.sort DESC, found.key DESC LIMIT %(most)s + 1
"""


_OF_MESSAGES = ("opened", "clicked", "machine_opened", "scanned", "fallback")


def timeline(conn: Conn, subject: Subject, cursor: str | None, most: int, channel: str | None = None) -> Page:
    """What has been in and out, newest first; a Problem when ``cursor`` is none that an earlier page gave."""
    at, sort, last = _read(cursor) if cursor else (None, 0, 0)
    given = {
        "key": subject.account_key,
        "contact": subject.contact_id,
        "channel": None if channel is None else Channel[channel].value,
        "at": at,
        "sort": sort,
        "last": last,
        "most": most,
    }
    rows = conn.execute(_QUERY, given).fetchall()
    more = len(rows) > most
    names = names_of(conn, {row[-2] for row in rows} - {""})
    return Page(
        [_moment(names, *row) for row in rows[:most]],
        _written(*rows[most - 1][:1], *rows[most - 1][3:5]) if more else None,
    )


def _moment(
    names: Mapping[str, str],
    at: datetime,
    day: date,
    what: str,
    _sort: int,
    key: int,
    contact: str | None,
    name: str,
    kind: str,
    team: str,
    channel: int,
    state: int,
    reason: int,
    rule: int,
    policy: str | None,
    by: str,
    why: str,
) -> Moment:
    ours = what == "message"
    out = ("message", "touch", "meeting", "fallback")
    said = State(state).name.lower() if what in ("message", "touch", "meeting") else ""
    if what == "fallback":
        said = "failed" if state == State.FAILED else "unread"
    if what == "consent":
        said = "granted" if state else "denied"
    return Moment(
        at=at,
        day=day,
        what=what,
        direction="out" if what in out else "in",
        id=key if ours or what in _OF_MESSAGES else 0,
        contact=contact,
        name=name,
        type=kind,
        team=team,
        channel=CHANNELS[channel] if channel >= 0 else None,
        state=said,
        reason=REASONS[reason].value if ours else "",
        rule=rule_name(rule, policy) if ours else "",
        by=names.get(by, ""),
        why=why,
    )


def _written(at: datetime, sort: int, key: int) -> str:
    return urlsafe_b64encode(f"{at.isoformat()} {sort} {key}".encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[datetime, int, int]:
    try:
        at, sort, key = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split(" ")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None or not 0 <= int(key) < 2**63 or not 0 <= int(sort) < 20:
            raise ValueError(cursor)
        return moment, int(sort), int(key)
    except ValueError as error:
        raise Problem("calendar_cursor", "cursor") from error
