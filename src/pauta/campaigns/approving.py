"""Approval of campaigns: submitted, approved or rejected by every team that the rules name, void after any change.

What is approved is a snapshot: terms, audience and content by their versions. A campaign leaves only while its snapshot
is the one that was approved. Nothing here commits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from pauta.campaigns.audience import audience_of, count
from pauta.campaigns.queries import Campaign, campaign
from pauta.core.problems import Problem
from pauta.messages import terms
from pauta.messages.states import ProposalState
from pauta.team.approvals import Asked, approvers, groups_needed, rules
from pauta.team.notices import Kind, notify
from pauta.team.queries import person
from pauta.team.roles import Caller, Right
from pauta.team.sending import require_bulk

Conn = Connection[Any]


@dataclass(frozen=True, slots=True)
class Submission:
    """A snapshot of a campaign that was submitted. ``state``: submitted, approved, rejected, withdrawn or void. UTC."""

    id: int
    campaign_id: int
    fingerprint: str
    snapshot: Mapping[str, Any]
    groups: Sequence[str]
    requester: str
    note: str
    at: datetime
    state: str
    approved_at: datetime | None
    ended_at: datetime | None
    ended_by: str | None


def snapshot_of(connection: Conn, chosen: Campaign) -> dict[str, Any]:
    """What an approval is about: terms, audience (lists by their members) and content (each language's version)."""
    content = connection.execute(
        "SELECT language, max(version) FROM template_version WHERE template_id = %s GROUP BY language",
        (chosen.template_id,),
    ).fetchall()
    return {
        **terms.written(chosen.terms),
        "audience": dict(chosen.audience),
        "list_members": _list_members(connection, chosen.audience.get("list")),
        "template": chosen.template,
        "sender": chosen.sender,
        "content": dict(content),
    }


def _list_members(connection: Conn, name: str | None) -> str | None:
    """A mark of who is on a list: another one whenever somebody comes or goes."""
    row = connection.execute(
        "SELECT md5(string_agg(member.contact_id::text, ' ' ORDER BY member.contact_id))"
        " FROM contact_list_member member JOIN contact_list ON contact_list.id = member.list_id"
        " WHERE contact_list.name = %s",
        (name,),
    ).fetchone()
    return row[0] if row else None


def fingerprint_of(snapshot: Mapping[str, Any]) -> str:
    """A snapshot as a short text that differs when anything in it does."""
    return hashlib.sha256(json.dumps(snapshot, sort_keys=True).encode()).hexdigest()


def groups_of(connection: Conn, now: datetime, chosen: Campaign) -> tuple[str, ...]:
    """The teams whose approval a campaign needs as it is now; a Problem when a rule cannot be read."""
    standing = rules(connection)
    if not standing:
        return ()
    contacts = count(connection, audience_of(connection, chosen.audience, now))
    one = chosen.terms
    return groups_needed(standing, Asked(one.type, one.topic, one.team, one.channels, contacts))


def require_approved(connection: Conn, now: datetime, chosen: Campaign) -> None:
    """Refuse to let a campaign leave that lacks an approval of exactly what it is now."""
    needed = groups_of(connection, now, chosen)
    if not needed:
        return
    standing = standing_submission(connection, chosen.id)
    approved = standing is not None and standing.state == "approved"
    if (
        standing is None
        or not approved
        or not set(needed) <= set(standing.groups)
        or standing.fingerprint != fingerprint_of(snapshot_of(connection, chosen))
    ):
        raise Problem("approvals.missing", "campaign", campaign=chosen.name, groups=", ".join(needed))


def submit(connection: Conn, now: datetime, campaign_id: int, who: Caller, note: str = "") -> None:
    """Ask the teams that the rules name to approve a campaign as it is now; approved at once when none is named.

    A Problem when the caller may not send it, it is over, or the same has been submitted already.
    """
    who.require(Right.CAMPAIGNS_WRITE)
    chosen = _locked(connection, campaign_id)
    if chosen.state not in ("draft", "paused"):
        raise Problem("approvals.no_submit", "campaign", campaign=chosen.name, state=chosen.state)
    audience, one = audience_of(connection, chosen.audience, now), chosen.terms
    require_bulk(connection, who, one.type, one.topic, one.channels, lambda: count(connection, audience))
    snapshot = snapshot_of(connection, chosen)
    standing = standing_submission(connection, campaign_id)
    if standing and standing.fingerprint == fingerprint_of(snapshot):
        raise Problem("approvals.no_submit", "campaign", campaign=chosen.name, state=standing.state)
    void(connection, now, [campaign_id], who.actor)
    groups = groups_of(connection, now, chosen)
    state = "submitted" if groups else "approved"
    connection.execute(
        "INSERT INTO submission (campaign_id, fingerprint, snapshot, groups, requester, note, at, state, approved_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            *(campaign_id, fingerprint_of(snapshot), Jsonb(snapshot), list(groups), who.actor, note, now, state),
            None if groups else now,
        ),
    )
    connection.execute("UPDATE campaign SET approval = %s WHERE id = %s", (state, campaign_id))
    own = authors(connection, chosen) | {person(who.actor)}
    asked = [one.id for one in approvers(connection, groups) if one.email not in own]
    notify(connection, now, asked, Kind.APPROVAL_WANTED, campaign=chosen.name, who=person(who.actor))


def decide(
    connection: Conn, now: datetime, campaign_id: int, who: Caller, *, approve: bool, comment: str, fingerprint: str
) -> None:
    """Approve or reject in the name of the caller's team what was submitted under this fingerprint.

    A Problem when the caller is nobody in person, is not asked, has written or submitted the campaign or published
    its content (four eyes), the team has decided already, or the campaign is not what it was.
    """
    if not who.email:
        raise Problem("session_needed")
    who.require(Right.APPROVALS_DECIDE)
    chosen = _locked(connection, campaign_id)
    standing = standing_submission(connection, campaign_id)
    if standing is None or standing.state != "submitted":
        raise Problem("approvals.not_submitted", "campaign", campaign=chosen.name)
    if not standing.fingerprint == fingerprint == fingerprint_of(snapshot_of(connection, chosen)):
        raise Problem("approvals.changed", "fingerprint", campaign=chosen.name)
    if who.team not in standing.groups:
        raise Problem("approvals.not_asked", "campaign", campaign=chosen.name, groups=", ".join(standing.groups))
    if who.email in authors(connection, chosen) | {person(standing.requester)}:
        raise Problem("approvals.own", "campaign", campaign=chosen.name)
    if not approve and not comment.strip():
        raise Problem("approvals.why_empty", "comment")
    decided = connection.execute(
        "INSERT INTO approval_decision (submission_id, team, email, approved, comment, at)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (standing.id, who.team, who.email, approve, comment, now),
    )
    if not decided.rowcount:
        raise Problem("approvals.decided", "campaign", campaign=chosen.name, group=who.team)
    told = {"campaign": chosen.name, "who": who.email, "comment": comment}
    if not approve:
        connection.execute(
            "UPDATE submission SET state = 'rejected', ended_at = %s, ended_by = %s WHERE id = %s",
            (now, who.actor, standing.id),
        )
        connection.execute("UPDATE campaign SET approval = 'rejected' WHERE id = %s", (campaign_id,))
        _tell(connection, now, standing.requester, Kind.APPROVAL_REFUSED, **told)
    elif _all_approved(connection, standing):
        connection.execute(
            "UPDATE submission SET state = 'approved', approved_at = %s WHERE id = %s", (now, standing.id)
        )
        connection.execute("UPDATE campaign SET approval = 'approved' WHERE id = %s", (campaign_id,))
        _tell(connection, now, standing.requester, Kind.APPROVAL_GIVEN, **told)


def _all_approved(connection: Conn, standing: Submission) -> bool:
    rows = connection.execute(
        "SELECT team FROM approval_decision WHERE submission_id = %s AND approved", (standing.id,)
    ).fetchall()
    return {team for (team,) in rows} >= set(standing.groups)


def withdraw_approval(connection: Conn, now: datetime, campaign_id: int, who: Caller, why: str) -> None:
    """Take a submission or an approval back: a draft cannot be launched on it any more, a running campaign pauses.

    A Problem when the caller neither writes nor approves campaigns, or nothing stands.
    """
    if Right.APPROVALS_DECIDE not in who.rights:
        who.require(Right.CAMPAIGNS_WRITE)
    chosen = _locked(connection, campaign_id)
    standing = standing_submission(connection, campaign_id)
    if standing is None:
        raise Problem("approvals.not_submitted", "campaign", campaign=chosen.name)
    _end_standing(connection, now, [campaign_id], "withdrawn", who.actor)
    told = {"campaign": chosen.name, "who": person(who.actor), "comment": why}
    if person(who.actor) != person(standing.requester):
        _tell(connection, now, standing.requester, Kind.APPROVAL_WITHDRAWN, **told)


def void(connection: Conn, now: datetime, campaign_ids: Sequence[int], actor: str) -> None:
    """End whatever stands for these campaigns, as they have changed: drafts are drafts again, running ones pause."""
    for name, requester in _end_standing(connection, now, campaign_ids, "void", actor):
        if person(actor) != person(requester):
            _tell(connection, now, requester, Kind.APPROVAL_VOID, campaign=name, who=person(actor))


def void_changed(connection: Conn, now: datetime, campaign_ids: Sequence[int], actor: str) -> None:
    """End what stands for those of these campaigns that are not what was submitted any more."""
    changed = [
        number
        for number in campaign_ids
        if (standing := standing_submission(connection, number))
        and standing.fingerprint != fingerprint_of(snapshot_of(connection, campaign(connection, number)))
    ]
    void(connection, now, changed, actor)


def template_changed(connection: Conn, now: datetime, template_id: int, actor: str) -> None:
    """End the approvals of campaigns with this template, after a new version of it."""
    void_changed(connection, now, _standing_ids(connection, "template_id = %s", template_id), actor)


def list_changed(connection: Conn, now: datetime, name: str) -> None:
    """End the approvals of campaigns for this list, after its members may have changed."""
    void_changed(connection, now, _standing_ids(connection, "audience ->> 'list' = %s", name), f"list:{name}")


def _standing_ids(connection: Conn, where: LiteralString, value: object) -> list[int]:
    rows = connection.execute(f"SELECT id FROM campaign WHERE approval <> '' AND {where} ORDER BY id", (value,))
    return [number for (number,) in rows]


def _end_standing(
    connection: Conn, now: datetime, campaign_ids: Sequence[int], state: str, actor: str
) -> list[tuple[str, str]]:
    """End the standing submissions of these campaigns; the campaigns' names and who had asked. Nothing leaves on them:
    what was approved by somebody and is on its way pauses."""
    ids = list(campaign_ids)
    connection.execute("SELECT 1 FROM campaign WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", (ids,))
    ended = connection.execute(
        "UPDATE submission SET state = %s, ended_at = %s, ended_by = %s FROM campaign"
        " WHERE campaign.id = submission.campaign_id AND campaign.id = ANY(%s)"
        " AND submission.state IN ('submitted', 'approved')"
        " RETURNING campaign.id, campaign.name, submission.requester, submission.groups",
        (state, now, actor, ids),
    ).fetchall()
    connection.execute("UPDATE campaign SET approval = '' WHERE id = ANY(%s)", (ids,))
    connection.execute(
        "WITH paused AS (UPDATE campaign SET state = 'paused' WHERE id = ANY(%s) AND state IN ('launching', 'launched')"
        " RETURNING proposal_id) UPDATE proposal SET state = %s FROM paused WHERE proposal.id = paused.proposal_id",
        ([number for number, _, _, groups in ended if groups], ProposalState.PAUSED),
    )
    return [(name, requester) for _, name, requester, _ in ended]


def _tell(connection: Conn, now: datetime, actor: str, kind: Kind, **detail: str) -> None:
    rows = connection.execute(
        "SELECT id FROM pauta_user WHERE lower(email) = lower(%s) AND disabled_at IS NULL", (person(actor),)
    ).fetchall()
    notify(connection, now, [number for (number,) in rows], kind, **detail)


def _locked(connection: Conn, campaign_id: int) -> Campaign:
    connection.execute("SELECT 1 FROM campaign WHERE id = %s FOR NO KEY UPDATE", (campaign_id,))
    return campaign(connection, campaign_id)


def standing_submission(connection: Conn, campaign_id: int) -> Submission | None:
    """What is submitted or approved for a campaign; None when nothing is."""
    found = submissions(connection, campaign_id)
    return found[0] if found and found[0].state in ("submitted", "approved") else None


def submissions(connection: Conn, campaign_id: int) -> list[Submission]:
    """Everything that was ever submitted for a campaign, the newest first."""
    with connection.cursor(row_factory=class_row(Submission)) as cursor:
        return cursor.execute(
            "SELECT id, campaign_id, fingerprint, snapshot, groups, requester, note, at, state, approved_at,"
            " ended_at, ended_by FROM submission WHERE campaign_id = %s ORDER BY id DESC",
            (campaign_id,),
        ).fetchall()


_PUBLISHERS: LiteralString = """
SELECT DISTINCT ON (language) actor FROM template_version WHERE template_id = %s ORDER BY language, version DESC
"""


def authors(connection: Conn, chosen: Campaign) -> set[str]:
    """Who has written at a campaign, or published the content that it uses, by address where they have one."""
    publishers = [actor for (actor,) in connection.execute(_PUBLISHERS, (chosen.template_id,))]
    return {person(actor) for actor in (*chosen.authors, *publishers)}
