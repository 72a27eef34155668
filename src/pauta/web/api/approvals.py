"""Approval of campaigns: its rules, what waits for whom, and the decisions."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, BackgroundTasks, Request
from pydantic import BaseModel, ConfigDict, Field

from pauta.campaigns import actions, approvals, approving
from pauta.campaigns.queries import campaign_named
from pauta.core.problems import Problem
from pauta.team import approvals as rules
from pauta.team.roles import Right
from pauta.web.api.campaigns import take_back
from pauta.web.door import Door, Known, allowed
from pauta.web.state import state_of
from pauta.web.terms import Channel, MessageType
from pauta.web.types import Form, Line, Name

router = APIRouter(tags=["approvals"])


class _Read(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class RuleForm(Form):
    """Which campaigns need whose approval; empty lists mean any."""

    groups: list[Name] = Field(
        min_length=1, max_length=20, description="Teams, every one of which must approve.", examples=[["marketing"]]
    )
    types: list[MessageType] = Field(default=[], max_length=10)
    topics: list[Line] = Field(default=[], max_length=100)
    teams: list[Line] = Field(default=[], max_length=100, description="Teams that say it.")
    channels: list[Channel] = Field(default=[], max_length=10)
    contacts: int = Field(default=1, ge=1, le=rules.MOST_CONTACTS, description="From this many contacts on.")


class RuleView(BaseModel):
    """A rule of approval. While one cannot be read, no campaign is launched: write it anew or remove it."""

    name: str
    readable: bool
    groups: list[str]
    types: list[str]
    topics: list[str]
    teams: list[str]
    channels: list[str]
    contacts: int


class DecisionView(_Read):
    """What somebody said in the name of a team."""

    email: str
    approved: bool
    comment: str
    at: datetime


class GroupView(_Read):
    """A team whose approval is needed."""

    name: str
    title: str
    approvers: list[str] = Field(description="Who may approve today; when nobody may, nothing is let through.")
    decision: DecisionView | None


class DifferenceView(_Read):
    """Something that differs from what was approved last."""

    field: str = Field(examples=["content.pt-BR.subject"])
    before: Any
    after: Any


class SubmissionView(_Read):
    """A campaign as it was submitted."""

    id: int
    fingerprint: str = Field(description="Of what was submitted; whoever decides sends it back.")
    snapshot: dict[str, Any]
    groups: list[str]
    requester: str
    note: str
    at: datetime
    state: str = Field(description="submitted, approved, rejected, withdrawn or void.")
    approved_at: datetime | None
    ended_at: datetime | None
    ended_by: str | None


class ApprovalView(_Read):
    """Where the approval of a campaign stands."""

    campaign: str
    state: Literal["needless", "needed", "submitted", "approved", "rejected"]
    groups: list[GroupView]
    submission: SubmissionView | None = Field(description="What stands; null when nothing does.")
    differences: list[DifferenceView] | None = Field(
        description="Since the last approval; null when there was none before."
    )
    may_decide: bool = Field(description="Whether the caller may approve or reject it now.")
    earlier: list[SubmissionView]


class WaitingView(_Read):
    """A campaign that waits for approval."""

    campaign: str
    type: str
    topic: str
    team: str
    requester: str
    note: str
    at: datetime
    waits_for: list[str] = Field(description="Teams that have not decided yet.")
    may_decide: bool


class NoteForm(Form):
    """What one says along with it."""

    note: Line = ""


class DecisionForm(Form):
    """A decision about what one has seen."""

    fingerprint: Line = Field(description="Of the submission: another one is refused with 409.")
    comment: Line = Field(default="", description="Needed to reject.")


class CommentForm(Form):
    """What one says about a campaign."""

    text: Line = Field(min_length=1)


class CommentView(_Read):
    """What somebody said about a campaign."""

    id: int
    actor: str
    text: str
    at: datetime


@router.get("/approval-rules")
def list_approval_rules(door: Annotated[Door, allowed(Right.POLICIES_READ)]) -> list[RuleView]:
    """All rules of approval in order of their names."""
    return [_rule(name, document) for name, document in rules.stored_rules(door.connection)]


@router.put("/approval-rules/{name}")
def save_approval_rule(door: Annotated[Door, allowed(Right.POLICIES_WRITE)], name: Name, form: RuleForm) -> RuleView:
    """Make a rule, or write the one of that name anew. It holds for every launch from now on."""
    rules.save_rule(door.connection, rules.Rule(name=name, **form.model_dump()))
    door.audit(Right.POLICIES_WRITE, f"approval-rule:{name}", **form.model_dump())
    return _rule(name, form.model_dump())


@router.delete("/approval-rules/{name}", status_code=204)
def remove_approval_rule(door: Annotated[Door, allowed(Right.POLICIES_WRITE)], name: Name) -> None:
    """Take a rule away."""
    rules.remove_rule(door.connection, name)
    door.audit(Right.POLICIES_WRITE, f"approval-rule:{name}", removed=True)


@router.get("/approvals")
def list_approvals(door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)]) -> list[WaitingView]:
    """What waits for approval, the oldest first; `may_decide` tells whether for the caller's."""
    return [WaitingView.model_validate(one) for one in approvals.inbox(door.connection, door.caller)]


@router.get("/campaigns/{name}/approval")
def get_approval(door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)], name: Name) -> ApprovalView:
    """Where the approval of a campaign stands, and what is different since the last one."""
    return _view(door, name)


@router.post("/campaigns/{name}/submit")
def submit_campaign(
    door: Annotated[Door, allowed(Right.CAMPAIGNS_WRITE)], name: Name, form: NoteForm | None = None
) -> ApprovalView:
    """Ask for the approvals that a campaign needs: approved at once when it needs none; 409 when it was submitted."""
    chosen = campaign_named(door.connection, name)
    approving.submit(door.connection, door.now, chosen.id, door.caller, form.note if form else "")
    door.audit(Right.CAMPAIGNS_WRITE, f"campaign:{name}", step="submit")
    return _view(door, name)


@router.post("/campaigns/{name}/approve")
def approve_campaign(
    door: Annotated[Door, allowed(Right.APPROVALS_DECIDE)], name: Name, form: DecisionForm
) -> ApprovalView:
    """Approve in the name of one's team: 403 for whoever wrote or submitted it, or is not asked."""
    return _decide(door, name, form, approve=True)


@router.post("/campaigns/{name}/reject")
def reject_campaign(
    door: Annotated[Door, allowed(Right.APPROVALS_DECIDE)], name: Name, form: DecisionForm
) -> ApprovalView:
    """Reject in the name of one's team, with a reason: 403 for whoever wrote or submitted it, or is not asked."""
    return _decide(door, name, form, approve=False)


@router.post("/campaigns/{name}/withdraw")
def withdraw_approval(
    request: Request, later: BackgroundTasks, door: Known, name: Name, form: NoteForm | None = None
) -> ApprovalView:
    """Take a submission or an approval back, for whoever writes or approves campaigns.

    A campaign that was launched on it is a draft again when nothing of it has left, and pauses otherwise.
    """
    chosen = campaign_named(door.connection, name)
    if actions.withdraw_approval(door.connection, door.now, chosen.id, door.caller, form.note if form else ""):
        later.add_task(take_back, state_of(request), chosen.id, door.actor)
    door.audit(Right.CAMPAIGNS_WRITE, f"campaign:{name}", step="withdraw")
    return _view(door, name)


@router.get("/campaigns/{name}/comments")
def list_comments(door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)], name: Name) -> list[CommentView]:
    """What colleagues have said about a campaign, the oldest first."""
    found = approvals.comments(door.connection, campaign_named(door.connection, name).id)
    return [CommentView.model_validate(one) for one in found]


@router.post("/campaigns/{name}/comments", status_code=201)
def add_comment(
    door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)], name: Name, form: CommentForm
) -> list[CommentView]:
    """Say something about a campaign; all comments."""
    chosen = campaign_named(door.connection, name)
    approvals.add_comment(door.connection, door.now, chosen.id, door.actor, form.text)
    door.audit(Right.CAMPAIGNS_READ, f"campaign:{name}", commented=True)
    return list_comments(door, name)


def _decide(door: Door, name: str, form: DecisionForm, *, approve: bool) -> ApprovalView:
    chosen = campaign_named(door.connection, name)
    approving.decide(
        door.connection,
        door.now,
        chosen.id,
        door.caller,
        approve=approve,
        comment=form.comment,
        fingerprint=form.fingerprint,
    )
    door.audit(Right.APPROVALS_DECIDE, f"campaign:{name}", approved=approve, comment=form.comment)
    return _view(door, name)


def _view(door: Door, name: str) -> ApprovalView:
    chosen = campaign_named(door.connection, name)
    return ApprovalView.model_validate(approvals.approval(door.connection, door.now, chosen, door.caller))


def _rule(name: str, document: object) -> RuleView:
    try:
        return RuleView(readable=True, **asdict(rules.read_rule(name, document)))
    except Problem:
        return RuleView(name=name, readable=False, groups=[], types=[], topics=[], teams=[], channels=[], contacts=1)
