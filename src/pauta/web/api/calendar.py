"""The master calendar, and what people put on it themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from pauta.calendar import actions
from pauta.calendar.month import MOST_DAYS, Month, month
from pauta.calendar.wanted import wanted_by
from pauta.core.problems import Problem
from pauta.team.roles import Right
from pauta.web.door import Door, allowed
from pauta.web.state import state_of
from pauta.web.terms import Channel, MessageType
from pauta.web.types import BigNumber, Day, Form, JsonObject, Line, Moment, Name, Text

router = APIRouter(tags=["calendar"])


MONTH = TypeAdapter(Month)
"""Writes a month as JSON without checking each of its thousands of parts first."""

AUDIENCE: TypeAdapter[dict[str, Any]] = TypeAdapter(JsonObject)


class _Read(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class CountsView(_Read):
    """Messages by where they stand."""

    planned: int = Field(description="Have their place on this day.")
    queued: int = Field(description="Those among the planned that go later than they wished.")
    sent: int = Field(description="Have left, or are leaving; imported touches too.")
    failed: int
    suppressed: int = Field(description="Wished for this day, and will not be sent.")
    held: int = Field(description="Wished for this day, and held back for a missing figure or approval.")
    cancelled: int


class CalendarCampaignView(_Read):
    """A campaign's messages of one day; a draft stands on the first day that it may go."""

    name: str
    team: str
    type: str
    topic: str
    state: str = Field(description="draft, launching, launched, paused, cancelled; past for imported touches.")
    counts: CountsView


class CalendarMessagesView(_Read):
    """Messages of one day of one team, type and channel."""

    team: str
    type: str
    channel: str = Field(description="Empty for those without a place.")
    counts: CountsView


class MeetingView(_Read):
    """A call or a meeting that somebody entered."""

    id: int
    day: date = Field(description="Where the company is.")
    what: str = Field(description="call or meeting.")
    title: str
    team: str
    at: datetime
    minutes: int
    contacts: list[str] = Field(description="External ids.")
    accounts: list[str] | None = Field(description="External ids; null for contacts without an account.")
    actor: str


class RenewalView(_Read):
    """A contract that ends."""

    day: date
    account: str = Field(description="External id.")
    name: str
    stage: str | None


class MaintenanceView(_Read):
    """A maintenance window; its days are dates where the company is, both included."""

    id: int
    title: str
    first: date
    last: date
    starts_at: datetime
    ends_at: datetime
    actor: str


class HolidayView(_Read):
    """A public holiday among the contacts."""

    country: str = Field(examples=["BR"])
    name: str
    share: float = Field(description="Share of the contacts for whom it is one, 0 to 1.")


class BlackoutView(_Read):
    """A policy that closes the day by its date."""

    rule: str
    sentence: str


class CalendarDayView(_Read):
    """One day of the calendar."""

    day: date
    campaigns: list[CalendarCampaignView]
    messages: list[CalendarMessagesView]
    waiting: int = Field(description="Messages that wished to go by this day and have no place up to then.")
    calls: int = Field(description="Calls and meetings, each contact counted, those of other systems too.")
    meetings: list[MeetingView] = Field(description="Those that were entered here.")
    renewals: list[RenewalView]
    maintenance: list[MaintenanceView]
    holidays: list[HolidayView]
    blackouts: list[BlackoutView]
    at_limit: float | None = Field(
        description="Share of contacts (0 to 1) to whom a cap of their own lets no further message of the type asked "
        "for (promotional when none is); from a sample; null for days of the past and for days that no cap closes."
    )


class CalendarView(_Read):
    """The days asked for. Days of messages are the contacts' own; all others are where the company is."""

    today: date
    days: list[CalendarDayView]


class MeetingForm(Form):
    """A call or a meeting. It is a touch: caps count it."""

    what: Literal["call", "meeting"] = "meeting"
    title: Line = Field(min_length=1, examples=["Quarterly review"])
    team: Line = Field(default="", description="The key's own when it is left out.")
    at: Moment
    minutes: int = Field(default=30, ge=1, le=1440)
    contacts: list[Name] = Field(min_length=1, max_length=200, description="External ids or e-mail addresses.")


class MaintenanceForm(Form):
    """A maintenance window."""

    title: Line = Field(min_length=1, examples=["Database upgrade"])
    starts_at: Moment
    ends_at: Moment


class EnteredView(BaseModel):
    """The number of what was entered."""

    id: int


@router.get("/calendar", response_model=CalendarView)
def get_calendar(
    request: Request,
    door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)],
    first: Annotated[Day, Query(alias="from", description="First day.")],
    last: Annotated[Day, Query(alias="to", description=f"Last day, at most {MOST_DAYS} days in all.")],
    team: Annotated[Name | None, Query(description="Only messages of this team.")] = None,
    type: Annotated[MessageType | None, Query(description="Only messages of this type.")] = None,  # noqa: A002
    channel: Annotated[Channel | None, Query(description="Only messages on this channel.")] = None,
    account: Annotated[Name | None, Query(description="Only this account: external id or name.")] = None,
    campaign: Annotated[Name | None, Query(description="Only this campaign.")] = None,
    audience: Annotated[
        Text | None,
        Query(description="Only these contacts: JSON as in a campaign's audience.", examples=['{"list": "pilot"}']),
    ] = None,
) -> Response:
    """All that every team sends, plans and meets for, day by day, and what stands in the way.

    With an account or an audience everything is about those contacts; drafts, which have no messages yet, are left out.
    """
    if not first <= last < first + timedelta(days=MOST_DAYS):
        raise Problem("calendar_days", "to", most=MOST_DAYS)
    filters = {
        "team": team,
        "type": type,
        "channel": channel,
        "campaign": campaign,
        "account": account,
        "audience": None if audience is None else _read(audience),
    }
    wanted = wanted_by(door.connection, door.now, first, last, filters)
    found = month(door.connection, door.now, wanted, door.language, state_of(request).limits)
    return Response(MONTH.dump_json(found), media_type="application/json")


@router.post("/calendar/meetings", status_code=201)
def enter_meeting(door: Annotated[Door, allowed(Right.EVENTS_WRITE)], form: MeetingForm) -> EnteredView:
    """Enter a call or a meeting; messages that its touch displaces are planned again."""
    draft = actions.MeetingDraft(
        form.what, form.title, form.team or door.team, form.at.astimezone(UTC), form.minutes, form.contacts
    )
    number = actions.enter_meeting(door.connection, door.now, draft, door.actor)
    door.audit(Right.EVENTS_WRITE, f"meeting:{number}", title=form.title, contacts=len(form.contacts))
    return EnteredView(id=number)


@router.delete("/calendar/meetings/{meeting_id}", status_code=204)
def cancel_meeting(door: Annotated[Door, allowed(Right.EVENTS_WRITE)], meeting_id: BigNumber) -> None:
    """Take a call or a meeting back: its contacts have their day again."""
    actions.cancel_meeting(door.connection, door.now, meeting_id)
    door.audit(Right.EVENTS_WRITE, f"meeting:{meeting_id}", cancelled=True)


@router.post("/calendar/maintenance", status_code=201)
def enter_maintenance(door: Annotated[Door, allowed(Right.CAMPAIGNS_WRITE)], form: MaintenanceForm) -> EnteredView:
    """Enter a maintenance window, so that everybody who plans sees it."""
    number = actions.enter_maintenance(door.connection, door.now, form.title, form.starts_at, form.ends_at, door.actor)
    door.audit(Right.CAMPAIGNS_WRITE, f"maintenance:{number}", title=form.title)
    return EnteredView(id=number)


@router.delete("/calendar/maintenance/{maintenance_id}", status_code=204)
def cancel_maintenance(door: Annotated[Door, allowed(Right.CAMPAIGNS_WRITE)], maintenance_id: BigNumber) -> None:
    """Take a maintenance window back."""
    actions.cancel_maintenance(door.connection, door.now, maintenance_id)
    door.audit(Right.CAMPAIGNS_WRITE, f"maintenance:{maintenance_id}", cancelled=True)


def _read(audience: str) -> dict[str, Any]:
    try:
        return AUDIENCE.validate_json(audience)
    except ValidationError as error:
        raise Problem("campaigns.audience_shape", "audience") from error
