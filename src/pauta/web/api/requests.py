"""Campaigns that colleagues ask for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from pauta.campaigns import actions, requests
from pauta.team.queries import names_of
from pauta.team.roles import Right
from pauta.web.api.campaigns import CampaignForm
from pauta.web.door import Door, allowed
from pauta.web.types import BigNumber, Day, Form, Line, Name

router = APIRouter(tags=["requests"])


class RequestForm(Form):
    """What somebody asks for."""

    title: Name = Field(examples=["Launch of the mobile app"])
    what: Line = Field(min_length=1, description="What is to be said.")
    whom: Line = Field(min_length=1, description="For whom it is, in one's own words.")
    goal: Line = Field(min_length=1, description="What it is to bring about.")
    team: Name = Field(description="The team that is asked for it.", examples=["marketing"])
    wished: Day = Field(description="The day on which it should go out.")
    stakeholders: list[Name] = Field(
        default=[], max_length=50, description="Addresses of colleagues who are told at the launch."
    )


class DeadlineView(BaseModel):
    """A step before the launch."""

    model_config = ConfigDict(from_attributes=True)
    step: str = Field(description="draft, submitted, approved or launched: what must be done.")
    day: date = Field(description="By when.")
    done: bool
    late: bool


class RequestView(BaseModel):
    """A request, with the steps to its launch planned backwards from the day that is wished."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    title: str
    what: str
    whom: str
    goal: str
    team: str
    wished: date
    stakeholders: list[str]
    by: str = Field(description="Name of who asks.")
    at: datetime
    state: str = Field(description="open, accepted or declined.")
    why: str = Field(description="Why it was declined.")
    decided_by: str | None
    campaign: str | None = Field(description="The draft that it became.")
    deadlines: list[DeadlineView]


class AcceptForm(CampaignForm):
    """The draft that a request becomes."""

    name: Name


class DeclineForm(Form):
    """Why a request is declined."""

    why: Line = Field(min_length=1)


@router.get("/requests")
def list_requests(
    door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)],
    after: Annotated[BigNumber | None, Query(description="The last request of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[RequestView]:
    """Requests: the open ones by the day they wish for, then the decided ones, the newest first."""
    return _views(door, requests.requests(door.connection, after, limit))


@router.get("/requests/{request_id}")
def get_request(door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)], request_id: BigNumber) -> RequestView:
    """One request."""
    return _view(door, request_id)


@router.post("/requests", status_code=201)
def ask_for_campaign(door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)], form: RequestForm) -> RequestView:
    """Ask a team for a campaign; those of the team who write campaigns are told."""
    number = requests.ask(door.connection, door.now, requests.Wish(**form.model_dump()), door.caller)
    door.audit(Right.CAMPAIGNS_READ, f"request:{number}", asked=form.title)
    return _view(door, number)


@router.post("/requests/{request_id}/accept")
def accept_request(
    door: Annotated[Door, allowed(Right.CAMPAIGNS_WRITE)], request_id: BigNumber, form: AcceptForm
) -> RequestView:
    """Make a request a draft; who asked is told, and its stakeholders at the launch. 409 when it is decided already."""
    draft = actions.read_draft(form.document(door.team))
    requests.accept(door.connection, door.now, request_id, draft, door.caller)
    door.audit(Right.CAMPAIGNS_WRITE, f"request:{request_id}", accepted=form.name)
    return _view(door, request_id)


@router.post("/requests/{request_id}/decline")
def decline_request(
    door: Annotated[Door, allowed(Right.CAMPAIGNS_WRITE)], request_id: BigNumber, form: DeclineForm
) -> RequestView:
    """Decline a request with a reason, which who asked is told. 409 when it is decided already."""
    requests.decline(door.connection, door.now, request_id, form.why, door.caller)
    door.audit(Right.CAMPAIGNS_WRITE, f"request:{request_id}", declined=form.why)
    return _view(door, request_id)


def _view(door: Door, request_id: int) -> RequestView:
    return _views(door, [requests.request(door.connection, request_id)])[0]


def _views(door: Door, listed: Sequence[requests.Request]) -> list[RequestView]:
    actors = {one.actor for one in listed} | {one.decided_by for one in listed if one.decided_by}
    names = names_of(door.connection, actors)
    planned = requests.deadlines(door.connection, door.now, listed)
    return [
        RequestView(
            id=one.id,
            title=one.title,
            what=one.what,
            whom=one.whom,
            goal=one.goal,
            team=one.team,
            wished=one.wished,
            stakeholders=list(one.stakeholders),
            by=names[one.actor],
            at=one.at,
            state=one.state,
            why=one.why,
            decided_by=names[one.decided_by] if one.decided_by else None,
            campaign=one.campaign,
            deadlines=[DeadlineView.model_validate(step) for step in planned[one.id]],
        )
        for one in listed
    ]
