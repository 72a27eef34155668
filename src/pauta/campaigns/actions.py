"""What is done with campaigns: they are drafted, launched, paused, resumed, cancelled. Nothing here commits.

Rows are locked in one order, also by the workers: leases, then ``launch_part``, then the campaign. Nothing waits in a
circle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection, sql
from psycopg.types.json import Jsonb

from pauta.campaigns import approving
from pauta.campaigns.approving import require_approved, void
from pauta.campaigns.audience import audience_of, company_today, count, is_empty
from pauta.campaigns.goals import NO_GOAL, Goal, read_goal
from pauta.campaigns.queries import UNDO_SECONDS, Campaign, campaign
from pauta.campaigns.stakeholders import tell_stakeholders, untell_stakeholders
from pauta.channels.email.address import read_sender
from pauta.core.gate.reasons import Reason
from pauta.core.problems import Problem
from pauta.messages.actions import add_proposal, request_plan
from pauta.messages.ledger import lock_parts, move, wake
from pauta.messages.queries import check_team, template_named
from pauta.messages.states import RECALLABLE, TOUCH_STATES, ProposalState, State
from pauta.messages.terms import NAME_LENGTH, TERMS_FIELDS, Terms, read_terms
from pauta.platform.partitions import PARTITIONS
from pauta.team import inbox
from pauta.team.roles import Caller, Right
from pauta.team.sending import require_bulk

Conn = Connection[Any]

FIELDS = ("name", "audience", "template", "sender", *TERMS_FIELDS, "goal_event", "goal_days")
"""The fields of a campaign's JSON document."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A campaign as its author writes it."""

    name: str
    terms: Terms
    audience: Mapping[str, Any]
    template: str
    goal: Goal = NO_GOAL
    sender: str = ""


def read_draft(document: Mapping[str, Any]) -> Draft:
    """A draft from a JSON document; a Problem names the field that is wrong, missing or unknown."""
    for field in document:
        if field not in FIELDS:
            raise Problem("campaigns.field_unknown", field=field, fields=", ".join(FIELDS))
    return Draft(
        name=_name(document, "name"),
        terms=read_terms(document),
        audience=document.get("audience", {}),
        template=_name(document, "template"),
        goal=read_goal(document),
        sender=read_sender(document.get("sender") or ""),
    )


def _name(document: Mapping[str, Any], field: str) -> str:
    value = document.get(field)
    if value is None:
        raise Problem("messages.field_missing", field=field)
    if not isinstance(value, str) or not value.strip() or len(value) > NAME_LENGTH or "\0" in value:
        raise Problem("campaigns.not_a_name", field=field, length=NAME_LENGTH)
    return value


def create(connection: Conn, now: datetime, draft: Draft, actor: str) -> int:
    """Write a campaign down as a draft; its id. Problem when the name is taken, or template, team or audience wrong."""
    template_id = _checked(connection, now, draft)
    row = connection.execute(
        """
        INSERT INTO campaign (name, type, topic, team, tier, value, urgent, channels, audience, not_before, expires,
                              minute, unread_days, template_id, goal_event, goal_days, sender, state, actor,
                              authors, created_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'draft', %s, %s, %s)
        ON CONFLICT (name) DO NOTHING RETURNING id
        """,
        (*_columns(draft, template_id), actor, [actor], now),
    ).fetchone()
    if row is None:
        raise Problem("campaigns.name_taken", field="name", name=draft.name)
    return int(row[0])


def update(connection: Conn, now: datetime, campaign_id: int, draft: Draft, actor: str) -> None:
    """Write a draft anew, which ends its approval; a Problem when it is no draft any more, or the new name is taken."""
    _locked(connection, campaign_id, ("draft",), "update")
    template_id = _checked(connection, now, draft)
    taken = connection.execute("SELECT 1 FROM campaign WHERE name = %s AND id <> %s", (draft.name, campaign_id))
    if taken.fetchone():
        raise Problem("campaigns.name_taken", field="name", name=draft.name)
    connection.execute(
        """
        UPDATE campaign SET (name, type, topic, team, tier, value, urgent, channels, audience, not_before, expires,
                             minute, unread_days, template_id, goal_event, goal_days, sender)
            = (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s),
            authors = array_append(array_remove(authors, %s), %s)
        WHERE id = %s
        """,
        (*_columns(draft, template_id), actor, actor, campaign_id),
    )
    void(connection, now, [campaign_id], actor)


def _checked(connection: Conn, now: datetime, draft: Draft) -> int:
    audience_of(connection, draft.audience, now)
    check_team(connection, draft.terms.team)
    return template_named(connection, draft.template)


def _columns(draft: Draft, template_id: int) -> tuple[object, ...]:
    terms = draft.terms
    return (
        *(draft.name, terms.type, terms.topic, terms.team, terms.tier, terms.value, terms.urgent, list(terms.channels)),
        *(Jsonb(draft.audience), terms.not_before, terms.expires, terms.minute, terms.unread_days),
        *(template_id, draft.goal.event, draft.goal.days, draft.sender),
    )


def launch(connection: Conn, now: datetime, campaign_id: int, who: Caller, grace: timedelta = timedelta()) -> None:
    """Let the workers write a draft's messages, each with its verdict, partition by partition.

    Nothing leaves before the grace is over, in which the launch can be undone; what is urgent or transactional does.

    A Problem when the caller may not send this to so many, it is no draft, its audience is empty, or its window has
    passed where the company is, or the approval is missing.
    """
    who.require(Right.CAMPAIGNS_LAUNCH)
    chosen = _locked(connection, campaign_id, ("draft",), "launch")
    today = company_today(connection, now)
    if chosen.terms.expires and chosen.terms.expires < today:
        raise Problem("campaigns.expired", field="expires", expires=chosen.terms.expires, today=today)
    audience, terms = audience_of(connection, chosen.audience, now), chosen.terms
    require_bulk(connection, who, terms.type, terms.topic, terms.channels, lambda: count(connection, audience))
    if is_empty(connection, audience):
        raise Problem("campaigns.audience_empty", field="audience", campaign=chosen.name)
    require_approved(connection, now, chosen)
    leaves_from = now + grace if grace and not (terms.urgent or terms.type == "transactional") else None
    proposal_id = add_proposal(
        connection,
        now,
        chosen.terms,
        source="campaign",
        occurrence=chosen.name,
        template_id=chosen.template_id,
        actor=who.actor,
        campaign=chosen.name,
        sender=chosen.sender,
        leaves_from=leaves_from,
    )
    connection.execute(
        "UPDATE campaign SET state = 'launching', launched_at = %s, proposal_id = %s WHERE id = %s",
        (now, proposal_id, campaign_id),
    )
    connection.execute(
        "INSERT INTO launch_part (campaign_id, part) SELECT %s, generate_series(0, %s)", (campaign_id, PARTITIONS - 1)
    )
    undo_until = now + timedelta(seconds=UNDO_SECONDS)
    tell_stakeholders(connection, now, chosen, who, max(leaves_from or now, undo_until))
    wake(connection)


def reopen_parts(connection: Conn, moved: Sequence[tuple[int, int]]) -> None:
    """Let launches write partitions again that were done when somebody came there from one that was not.

    ``moved`` are old and new partitions of contacts who moved; the caller holds the locks of both leases. Who has a
    message already gets no other.
    """
    olds, news = zip(*moved, strict=True)
    connection.execute(
        "UPDATE launch_part AS done SET done_at = NULL"
        " FROM unnest(%s::int2[], %s::int2[]) AS moved (old_part, new_part)"
        " JOIN launch_part AS to_do ON to_do.part = moved.old_part AND to_do.done_at IS NULL"
        " WHERE done.campaign_id = to_do.campaign_id AND done.part = moved.new_part AND done.done_at IS NOT NULL",
        (list(olds), list(news)),
    )


def finish_parts(connection: Conn, campaign_id: int, written: Mapping[int, int], now: datetime) -> None:
    """Record how many messages were written in each of these partitions; with the last one the campaign is launched.

    The worker holds the locks of the ``launch_part`` rows; the campaign's lock is taken here, so that of two workers
    that finish at once the second sees the first.
    """
    connection.execute(
        "UPDATE launch_part SET done_at = %s, messages = launch_part.messages + written.messages"
        " FROM unnest(%s::int2[], %s::int4[]) AS written (part, messages)"
        " WHERE campaign_id = %s AND launch_part.part = written.part",
        (now, list(written), list(written.values()), campaign_id),
    )
    connection.execute("SELECT 1 FROM campaign WHERE id = %s FOR NO KEY UPDATE", (campaign_id,))
    connection.execute(
        "UPDATE campaign SET state = 'launched' WHERE id = %(id)s AND state = 'launching'"
        " AND NOT EXISTS (SELECT 1 FROM launch_part WHERE campaign_id = %(id)s AND done_at IS NULL)",
        {"id": campaign_id},
    )


def pause(connection: Conn, campaign_id: int) -> None:
    """Let nothing more of a campaign leave until it is resumed; its places stay reserved."""
    chosen = _locked(connection, campaign_id, ("launching", "launched"), "pause")
    _set(connection, chosen, "paused", ProposalState.PAUSED)


def resume(connection: Conn, now: datetime, campaign_id: int) -> None:
    """Let a paused campaign go on; what has become due meanwhile leaves if the gate still lets it.

    A Problem when the campaign lacks an approval that it needs by now.
    """
    chosen = _locked(connection, campaign_id, ("paused",), "resume")
    require_approved(connection, now, chosen)
    unfinished = connection.execute(
        "SELECT 1 FROM launch_part WHERE campaign_id = %s AND done_at IS NULL LIMIT 1", (campaign_id,)
    ).fetchone()
    _set(connection, chosen, "launching" if unfinished else "launched", ProposalState.LIVE)
    wake(connection)


def cancel(connection: Conn, now: datetime, campaign_id: int) -> None:
    """End a campaign: from the commit on nothing of it leaves. Doing it again does nothing.

    Its messages are then taken back by ``withdraw``, partition by partition, each in a transaction of its own: workers
    wait for one partition at a time, however many messages there are.
    """
    connection.execute(
        "UPDATE launch_part SET done_at = %s WHERE campaign_id = %s AND done_at IS NULL", (now, campaign_id)
    )
    states = ("draft", "launching", "launched", "paused", "cancelled")
    chosen = _locked(connection, campaign_id, states, "cancel")
    _set(connection, chosen, "cancelled", ProposalState.CANCELLED)
    inbox.take_back(connection, inbox.Told.OUTCOMES, chosen.name)


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo did: how many messages had left before it, and the state that the campaign has now."""

    left: int
    state: str


def undo(connection: Conn, now: datetime, campaign_id: int) -> Undone:
    """Take a launch back within a minute, or while its grace lasts: nothing more of it leaves.

    ``withdraw`` takes its messages back. When nothing has left yet the campaign is a draft again, under its name; the
    cancelled launch keeps the old row, so that a worker that is still writing it can touch nothing of a new one. A
    Problem when it is too late.
    """
    lock_parts(connection, range(PARTITIONS))  # what is just being claimed has left
    chosen = _locked(connection, campaign_id, ("launching", "launched", "paused"), "undo")
    if chosen.undo_until is None or now > chosen.undo_until:
        raise Problem("campaigns.undo_late", field="campaign", campaign=chosen.name, seconds=UNDO_SECONDS)
    cancel(connection, now, campaign_id)
    untell_stakeholders(connection, chosen)
    left = _left(connection, chosen)
    if not left:
        _draft_again(connection, now, chosen)
    return Undone(left, "cancelled" if left else "draft")


def withdraw_approval(connection: Conn, now: datetime, campaign_id: int, who: Caller, why: str) -> bool:
    """Take a submission or an approval back; a campaign that was launched on it pauses.

    True when nothing of it had left: then it is a draft again, and ``withdraw`` takes the old one's messages back.
    """
    if campaign(connection, campaign_id).proposal_id is not None:
        lock_parts(connection, range(PARTITIONS))
    approving.withdraw_approval(connection, now, campaign_id, who, why)
    chosen = campaign(connection, campaign_id)
    if chosen.state != "paused" or _left(connection, chosen):
        return False
    cancel(connection, now, campaign_id)
    _draft_again(connection, now, chosen)
    return True


def _left(connection: Conn, chosen: Campaign) -> int:
    """How many messages of a campaign have left, or may have."""
    row = connection.execute(
        "SELECT count(*) FROM message WHERE proposal_id = %s AND state = ANY(%s)",
        (chosen.proposal_id, [*TOUCH_STATES, State.FAILED]),
    ).fetchone()
    return int(row[0]) if row else 0


def _draft_again(connection: Conn, now: datetime, chosen: Campaign) -> None:
    """Write a cancelled campaign down as a draft under its name; what was said and decided about it moves along."""
    mark = f" (undone {chosen.id})"
    connection.execute("UPDATE campaign SET name = name || %s WHERE id = %s", (mark, chosen.id))
    connection.execute("UPDATE proposal SET occurrence = occurrence || %s WHERE id = %s", (mark, chosen.proposal_id))
    goal = Goal(chosen.goal_event, chosen.goal_days)
    draft = Draft(chosen.name, chosen.terms, chosen.audience, chosen.template, goal, chosen.sender)
    again = create(connection, now, draft, chosen.actor)
    connection.execute(
        "UPDATE campaign SET authors = %s, approval = %s WHERE id = %s", (list(chosen.authors), chosen.approval, again)
    )
    connection.execute("UPDATE submission SET campaign_id = %s WHERE campaign_id = %s", (again, chosen.id))
    connection.execute("UPDATE campaign_request SET campaign_id = %s WHERE campaign_id = %s", (again, chosen.id))
    connection.execute("UPDATE campaign_comment SET campaign_id = %s WHERE campaign_id = %s", (again, chosen.id))


def withdraw(connection: Conn, now: datetime, campaign_id: int, part: int, actor: str) -> int:
    """Take back what a cancelled campaign has open, planned or held in one partition; how many messages that were."""
    lock_parts(connection, [part])
    keys = move(
        connection,
        sql.SQL(
            f"part = %(part)s AND {RECALLABLE}"
            " AND proposal_id = (SELECT proposal_id FROM campaign WHERE id = %(campaign)s AND state = 'cancelled')"
        ),
        {"part": part, "campaign": campaign_id},
        to=State.CANCELLED,
        reason=Reason.cancelled,
        now=now,
        detail=actor,
    )
    request_plan(connection, keys, now)
    return len(keys)


def withdraw_cancelled(connection: Conn, now: datetime, parts: Sequence[int]) -> int:
    """Finish in these partitions what whoever cancelled a campaign did not; how many messages that were."""
    left = connection.execute(
        "SELECT DISTINCT c.id, m.part FROM campaign c JOIN message m ON m.proposal_id = c.proposal_id"
        f" WHERE c.state = 'cancelled' AND m.part = ANY(%s) AND m.{RECALLABLE}",
        (list(parts),),
    ).fetchall()
    return sum(withdraw(connection, now, campaign_id, part, "pauta") for campaign_id, part in left)


def _locked(connection: Conn, campaign_id: int, states: Sequence[str], action: str) -> Campaign:
    connection.execute("SELECT 1 FROM campaign WHERE id = %s FOR NO KEY UPDATE", (campaign_id,))
    chosen = campaign(connection, campaign_id)
    if chosen.state not in states:
        raise Problem(f"campaigns.no_{action}", field="campaign", campaign=chosen.name, state=chosen.state)
    return chosen


def _set(connection: Conn, chosen: Campaign, state: str, proposal: ProposalState) -> None:
    connection.execute("UPDATE campaign SET state = %s WHERE id = %s", (state, chosen.id))
    connection.execute("UPDATE proposal SET state = %s WHERE id = %s", (proposal, chosen.proposal_id))
