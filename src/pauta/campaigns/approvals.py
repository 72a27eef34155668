"""Approvals as people read them: what waits for whom, who said what, and what is different since the last approval."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from psycopg import Connection
from psycopg.rows import class_row

from pauta.campaigns.approving import Submission, authors, groups_of, submissions
from pauta.campaigns.queries import Campaign
from pauta.team.approvals import Decision, approvers
from pauta.team.queries import person, teams
from pauta.team.roles import Caller, Right

Conn = Connection[Any]

PARTS = ("subject", "body", "text")


@dataclass(frozen=True, slots=True)
class Group:
    """A team whose approval a campaign needs; without ``approvers`` nobody can give it."""

    name: str
    title: str
    approvers: tuple[str, ...]
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that differs from what was approved last; None where it was not, or is not."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Approval:
    """Where the approval of a campaign stands. ``state`` is needless, needed, submitted, approved or rejected.

    ``differences`` is None when nothing was ever approved. ``may_decide`` is about the caller.
    """

    campaign: str
    state: str
    groups: tuple[Group, ...]
    submission: Submission | None
    differences: tuple[Difference, ...] | None
    may_decide: bool
    earlier: tuple[Submission, ...]


def approval(connection: Conn, now: datetime, chosen: Campaign, who: Caller) -> Approval:
    """The approval of one campaign, as the caller sees it."""
    made = submissions(connection, chosen.id)
    latest = made[0] if made and made[0].state in ("submitted", "approved", "rejected") else None
    needed = tuple(latest.groups) if latest else groups_of(connection, now, chosen)
    decisions = _decisions(connection, latest.id) if latest else {}
    approved = next((one for one in made[1:] if one.approved_at), None)
    return Approval(
        campaign=chosen.name,
        state=latest.state if latest else "needed" if needed else "needless",
        groups=_groups(connection, needed, decisions),
        submission=latest,
        differences=_differences(connection, approved, latest) if latest and approved else None,
        may_decide=latest is not None
        and latest.state == "submitted"
        and _may_decide(who, latest.groups, decisions, {*authors(connection, chosen), person(latest.requester)}),
        earlier=tuple(made[1:] if latest else made),
    )


def _may_decide(who: Caller, groups: Collection[str], decided: Collection[str], involved: Collection[str]) -> bool:
    return (
        Right.APPROVALS_DECIDE in who.rights
        and bool(who.email)
        and who.team in groups
        and who.team not in decided
        and who.email not in involved
    )


def _groups(connection: Conn, names: tuple[str, ...], decisions: Mapping[str, Decision]) -> tuple[Group, ...]:
    titles = {team.name: team.title for team in teams(connection)}
    able = approvers(connection, names)
    return tuple(
        Group(name, titles.get(name, name), tuple(one.name for one in able if one.group == name), decisions.get(name))
        for name in names
    )


def _decisions(connection: Conn, submission_id: int) -> dict[str, Decision]:
    with connection.cursor(row_factory=class_row(Decision)) as cursor:
        cursor.execute(
            'SELECT team AS "group", email, approved, comment, at FROM approval_decision WHERE submission_id = %s',
            (submission_id,),
        )
        return {one.group: one for one in cursor}


def _differences(connection: Conn, before: Submission, after: Submission) -> tuple[Difference, ...]:
    old, new = dict(before.snapshot), dict(after.snapshot)
    written = (_content(connection, old), _content(connection, new))
    for snapshot, content in zip((old, new), written, strict=True):
        del snapshot["content"]
        snapshot |= content
    return tuple(
        Difference(field, old.get(field), new.get(field))
        for field in dict.fromkeys((*old, *new))
        if old.get(field) != new.get(field)
    )


def _content(connection: Conn, snapshot: Mapping[str, Any]) -> dict[str, str]:
    """What a snapshot's content said, by ``content.LANGUAGE.PART``."""
    versions: Mapping[str, int] = snapshot["content"]
    rows = connection.execute(
        """
        SELECT v.language, v.subject, v.body, v.text
        FROM template_version v JOIN template ON template.id = v.template_id
        JOIN unnest(%s::text[], %s::int[]) AS wanted (language, version)
             ON wanted.language = v.language AND wanted.version = v.version
        WHERE template.name = %s ORDER BY v.language
        """,
        (list(versions), list(versions.values()), snapshot["template"]),
    )
    return {
        f"content.{language}.{part}": text for language, *texts in rows for part, text in zip(PARTS, texts, strict=True)
    }


@dataclass(frozen=True, slots=True)
class Waiting:
    """A campaign that waits for approval; ``waits_for`` are the teams that have not decided yet."""

    campaign: str
    type: str
    topic: str
    team: str
    requester: str
    note: str
    at: datetime
    waits_for: tuple[str, ...]
    may_decide: bool


_WAITING: LiteralString = """
SELECT c.name, c.type, c.topic, c.team, s.requester, s.note, s.at, s.groups,
       c.authors || ARRAY(SELECT DISTINCT ON (v.language) v.actor FROM template_version v
                          WHERE v.template_id = c.template_id ORDER BY v.language, v.version DESC),
       ARRAY(SELECT d.team FROM approval_decision d WHERE d.submission_id = s.id)
FROM submission s JOIN campaign c ON c.id = s.campaign_id WHERE s.state = 'submitted' ORDER BY s.id
"""


def inbox(connection: Conn, who: Caller) -> list[Waiting]:
    """What is submitted and not decided, the oldest first."""
    return [
        Waiting(
            *(name, kind, topic, team, person(requester), note, at),
            tuple(group for group in groups if group not in decided),
            _may_decide(who, groups, decided, {person(actor) for actor in (*involved, requester)}),
        )
        for name, kind, topic, team, requester, note, at, groups, involved, decided in connection.execute(_WAITING)
    ]


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody said about a campaign (UTC)."""

    id: int
    actor: str
    text: str
    at: datetime


def comments(connection: Conn, campaign_id: int) -> list[Comment]:
    """What was said about a campaign, the oldest first."""
    with connection.cursor(row_factory=class_row(Comment)) as cursor:
        return cursor.execute(
            "SELECT id, actor, text, at FROM campaign_comment WHERE campaign_id = %s ORDER BY id", (campaign_id,)
        ).fetchall()


def add_comment(connection: Conn, now: datetime, campaign_id: int, actor: str, text: str) -> None:
    """Say something about a campaign."""
    connection.execute(
        "INSERT INTO campaign_comment (campaign_id, actor, text, at) VALUES (%s, %s, %s, %s)",
        (campaign_id, actor, text, now),
    )
