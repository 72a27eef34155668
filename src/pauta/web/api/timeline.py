"""What has been in and out of a contact or an account, and the strips of days of what is to come."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from pauta.calendar.timeline import Page, Subject, timeline
from pauta.core.problems import Problem
from pauta.people import views
from pauta.people.queries import Person, find_contacts
from pauta.reports.strip import DAYS, strips
from pauta.team.roles import Right
from pauta.web.api.holds import HoldView, hold_views
from pauta.web.api.messages import MessageView, message_view
from pauta.web.door import Door, allowed
from pauta.web.terms import Channel
from pauta.web.types import Line, Name

router = APIRouter(tags=["timeline"])

LONGEST = 60
"""Days that a strip may have."""


class _Read(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class MomentView(_Read):
    """Something that went out or came in."""

    at: datetime = Field(description="UTC.")
    day: date = Field(description="The date where the contact is.")
    what: str = Field(
        description="message, touch, meeting, event, condition, condition_ended, consent, hold or hold_lifted; opened, "
        "clicked, machine_opened, scanned; fallback: a message goes on by the next channel."
    )
    direction: str = Field(description="out or in.")
    id: int = Field(description="The message's; 0 for what is none.")
    contact: str | None = Field(description="External id; null for what concerns the account as a whole.")
    name: str = Field(
        description="Campaign or topic, name of the event or condition, topic of the consent, end of the hold."
    )
    type: str = Field(description="Message type; empty for what is no message.")
    team: str
    channel: str | None
    state: str = Field(description="State of a message; granted or denied; of a fallback failed or unread; else empty.")
    reason: str
    rule: str
    by: str = Field(description="Who sent it past the policies, or held or lifted; empty when nobody did.")
    why: str = Field(description="The reason that they gave; the link that was followed.")


class TimelineView(_Read):
    """Moments, newest first; `cursor` asks for the next page and is null on the last."""

    moments: list[MomentView]
    cursor: str | None


class RuleToldView(_Read):
    """A rule that closes days."""

    rule: str
    kind: str = Field(
        description="Kind of the policy; window, address, consent, pause or preference for built-in ones."
    )
    sentence: str


class StripDayView(_Read):
    """One day of a row."""

    day: date
    state: str = Field(description="open, closed, or place: the message stands here.")
    rules: list[str] = Field(description="Rules that close the day, in the order in which they are asked.")


class ChannelRowView(_Read):
    """The days of a message on one of its channels, in the order of its wishes."""

    channel: str
    days: list[StripDayView]


class WinnerToldView(_Read):
    """A message or touch that came first."""

    id: int = Field(description="Negative for a touch.")
    what: str
    team: str
    contact: str = Field(description="Name of the contact who gets it.")
    contact_id: str = Field(description="Their external id: of the account, or somebody with the same address.")
    day: date


class StripMessageView(_Read):
    """One message that has not left."""

    message: Annotated[MessageView, BeforeValidator(message_view)]
    name: str = Field(description="Name of the contact.")
    text: str | None = Field(description="Why it goes, waits or is held back; null while a new plan is due.")
    rows: list[ChannelRowView]
    winners: list[WinnerToldView]


class StandingView(_Read):
    """A condition that stands."""

    name: str
    began_at: datetime
    source: str


class StripsView(_Read):
    """The strips of a contact or an account."""

    today: date
    rules: list[RuleToldView]
    messages: list[StripMessageView]
    conditions: list[StandingView]
    holds: list[HoldView] = Field(description="What colleagues hold by hand, those of the account included.")


Cursor = Annotated[Line | None, Query(description="From the page before; the first page when it is left out.")]
Limit = Annotated[int, Query(ge=1, le=200)]
OfChannel = Annotated[Channel | None, Query(description="Only what went or came by this channel.")]
Days = Annotated[int, Query(ge=1, le=LONGEST, description="Length of the rows.")]


@router.get("/contacts/{external_id}/timeline")
def list_contact_timeline(
    door: Annotated[Door, allowed(Right.MESSAGES_READ)],
    external_id: Name,
    cursor: Cursor = None,
    limit: Limit = 50,
    channel: OfChannel = None,
) -> TimelineView:
    """Everything in and out of a contact, every team and every channel, newest first."""
    person = _person(door, external_id)
    return _page(timeline(door.connection, Subject(person.account_key, person.id), cursor, limit, channel))


@router.get("/accounts/{external_id}/timeline")
def list_account_timeline(
    door: Annotated[Door, allowed(Right.MESSAGES_READ)],
    external_id: Name,
    cursor: Cursor = None,
    limit: Limit = 50,
    channel: OfChannel = None,
) -> TimelineView:
    """Everything in and out of an account and its contacts, newest first."""
    return _page(timeline(door.connection, Subject(_account(door, external_id), None), cursor, limit, channel))


@router.get("/contacts/{external_id}/strip")
def get_contact_strip(
    door: Annotated[Door, allowed(Right.MESSAGES_READ)], external_id: Name, days: Days = DAYS
) -> StripsView:
    """For each message to a contact that has not left: its coming days, which rules close them, and what came first."""
    person = _person(door, external_id)
    return _strips(door, person.account_key, person.id, days)


@router.get("/accounts/{external_id}/strip")
def get_account_strip(
    door: Annotated[Door, allowed(Right.MESSAGES_READ)], external_id: Name, days: Days = DAYS
) -> StripsView:
    """The strips of everybody at an account, and the conditions that stand there."""
    return _strips(door, _account(door, external_id), None, days)


def _strips(door: Door, account_key: int, contact_id: int | None, days: int) -> StripsView:
    found = strips(door.connection, door.now, account_key, contact_id, door.language, days)
    told = {field.name: getattr(found, field.name) for field in fields(found)}
    return StripsView.model_validate({**told, "holds": hold_views(door, found.holds)})


def _page(found: Page) -> TimelineView:
    return TimelineView.model_validate(found)


def _person(door: Door, name: str) -> Person:
    people = find_contacts(door.connection, [name.strip()]).contacts[0]
    if not people:
        raise Problem("web_no_contact", "external_id", value=name)
    return people[0]


def _account(door: Door, name: str) -> int:
    found = views.account(door.connection, name.strip())
    if found is None:
        raise Problem("web_no_account", "external_id", value=name)
    return found.id
