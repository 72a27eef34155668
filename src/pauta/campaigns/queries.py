"""Reads of campaigns: what they are, and how far they have come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, LiteralString

from psycopg import Connection

from pauta.core.gate.reasons import REASONS, VERDICTS
from pauta.core.problems import Problem
from pauta.messages.states import State
from pauta.messages.terms import Terms

Conn = Connection[Any]

UNDO_SECONDS = 60
"""How long after its launch a campaign can be undone at least."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign with its terms; ``state`` is draft, launching, launched, paused or cancelled."""

    id: int
    name: str
    terms: Terms
    audience: Mapping[str, Any]
    template_id: int
    template: str
    state: str
    proposal_id: int | None
    actor: str
    created_at: datetime
    launched_at: datetime | None
    approval: str
    authors: Sequence[str]
    sender: str
    leaves_from: datetime | None
    goal_event: str
    goal_days: int

    @property
    def undo_until(self) -> datetime | None:
        """Until when a launch can be undone: for a minute, or as long as nothing of it leaves; None before it."""
        if self.launched_at is None:
            return None
        minute = self.launched_at + timedelta(seconds=UNDO_SECONDS)
        return max(minute, self.leaves_from or minute)

    @property
    def standing(self) -> str:
        """How far a campaign has come: its state, and for a draft what became of its submission."""
        return self.approval or self.state if self.state == "draft" else self.state


@dataclass(frozen=True, slots=True)
class Tally:
    """How many messages of a campaign stand in one state, with one verdict and reason."""

    state: str
    verdict: str
    reason: str
    messages: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a launch has come, in partitions, and where its messages stand."""

    parts: int
    parts_done: int
    proposed: int
    tallies: tuple[Tally, ...]


_CAMPAIGN: LiteralString = """
SELECT c.id, c.name, c.type, c.topic, c.team, c.tier, c.value, c.urgent, c.channels, c.not_before, c.expires, c.minute,
       c.unread_days, c.audience, c.template_id, t.name, c.state, c.proposal_id, c.actor, c.created_at, c.launched_at,
       c.approval, c.authors, c.sender, p.leaves_from, c.goal_event, c.goal_days
FROM campaign c JOIN template t ON t.id = c.template_id LEFT JOIN proposal p ON p.id = c.proposal_id
"""


def campaign(connection: Conn, campaign_id: int) -> Campaign:
    """One campaign by its id; a Problem when there is none."""
    return _only(_campaigns(connection, "WHERE c.id = %s", (campaign_id,)), campaign_id)


def campaign_named(connection: Conn, name: str) -> Campaign:
    """One campaign by its name; a Problem when there is none."""
    return _only(_campaigns(connection, "WHERE c.name = %s", (name,)), name)


def campaigns(connection: Conn) -> list[Campaign]:
    """All campaigns, the newest first."""
    return _campaigns(connection, "ORDER BY c.id DESC", ())


def _only(found: list[Campaign], wanted: object) -> Campaign:
    if not found:
        raise Problem("campaigns.unknown", field="campaign", campaign=wanted)
    return found[0]


def _campaigns(connection: Conn, where: LiteralString, params: tuple[object, ...]) -> list[Campaign]:
    return [_campaign(*row) for row in connection.execute(f"{_CAMPAIGN} {where}", params)]


def _campaign(
    number: int,
    name: str,
    message_type: str,
    topic: str,
    team: str,
    tier: int,
    value: float,
    urgent: bool,
    channels: list[str],
    not_before: date | None,
    expires: date | None,
    minute: int,
    unread_days: int | None,
    *rest: Any,
) -> Campaign:
    terms = Terms(
        type=message_type,
        topic=topic,
        team=team,
        tier=tier,
        value=value,
        urgent=urgent,
        channels=tuple(channels),
        not_before=not_before,
        expires=expires,
        minute=minute,
        unread_days=unread_days,
    )
    return Campaign(number, name, terms, *rest)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a campaign goes: verdicts per second while it is launched, then mails handed over per second.

    ``due`` are its messages that could leave now; ``seconds_left`` is None when nothing moves or nothing is left.
    """

    rate: float
    due: int
    seconds_left: float | None


_LATELY = timedelta(seconds=10)


def pace(connection: Conn, now: datetime, chosen: Campaign, progress: Progress) -> Pace:
    """How fast a launched campaign goes, and how long what can be done now still takes."""
    if chosen.launched_at is None:
        return Pace(0.0, 0, None)
    if chosen.state == "launching":
        elapsed = (now - chosen.launched_at).total_seconds()
        each = elapsed / progress.parts_done if progress.parts_done else None
        left = None if each is None else round(each * (progress.parts - progress.parts_done), 1)
        return Pace(round(progress.proposed / elapsed, 1) if elapsed > 0 else 0.0, 0, left)
    row = connection.execute(
        """
        SELECT (SELECT count(*) FROM message WHERE proposal_id = %(proposal)s
                AND (state = 2 OR (state < 2 AND day IS NOT NULL AND due <= %(now)s))),
               (SELECT count(*) FROM attempt a JOIN message m ON m.part = a.part AND m.id = a.message_id
                WHERE a.started_at > %(since)s AND a.ended_at <= %(now)s AND m.proposal_id = %(proposal)s)
        """,
        {"proposal": chosen.proposal_id, "now": now, "since": now - _LATELY},
    ).fetchone()
    assert row is not None
    due, handed = row
    rate = handed / _LATELY.total_seconds()
    return Pace(round(rate, 1), due, round(due / rate, 1) if due and rate else None)


def progress(connection: Conn, chosen: Campaign) -> Progress:
    """How far a campaign's launch has come and where its messages stand, most frequent first."""
    row = connection.execute(
        "SELECT count(*), count(done_at), coalesce(sum(messages), 0) FROM launch_part WHERE campaign_id = %s",
        (chosen.id,),
    ).fetchone()
    assert row is not None
    rows = connection.execute(
        "SELECT state, verdict, reason, count(*) FROM message WHERE proposal_id = %s"
        " GROUP BY state, verdict, reason ORDER BY count(*) DESC, state, verdict, reason",
        (chosen.proposal_id,),
    )
    tallies = tuple(
        Tally(State(state).name.lower(), VERDICTS[verdict].value, REASONS[reason].value, messages)
        for state, verdict, reason, messages in rows
    )
    return Progress(int(row[0]), int(row[1]), int(row[2]), tallies)
