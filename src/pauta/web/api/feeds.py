"""Feeds of the calendar for other calendar programs: one's own, at secret addresses that can be revoked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from pauta.calendar import feeds
from pauta.calendar.wanted import wanted_by
from pauta.team.roles import Right
from pauta.web.door import Door, allowed
from pauta.web.terms import Channel, MessageType
from pauta.web.types import BigNumber, Form, JsonObject, Name

router = APIRouter(tags=["calendar"])


class FilterForm(Form):
    """What part of the calendar a feed holds."""

    team: Name | None = None
    type: MessageType | None = None
    channel: Channel | None = None
    campaign: Name | None = None
    account: Name | None = Field(default=None, description="External id or name.")
    audience: JsonObject | None = Field(default=None, description="As in a campaign's audience.")


class FeedForm(Form):
    """A feed."""

    name: Name = Field(examples=["Marketing"])
    filters: FilterForm = FilterForm()


class FeedView(BaseModel):
    """A feed of one's own."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    name: str
    filters: dict[str, Any] = Field(description="As it was made; what is not named is not filtered.")
    created_at: datetime


class NewFeedView(FeedView):
    """A feed that was made, with its address: whoever knows it can read it, and it is not shown again."""

    url: str


@router.get("/calendar/feeds")
def list_feeds(door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)]) -> list[FeedView]:
    """One's own feeds."""
    return [FeedView.model_validate(one) for one in feeds.feeds_of(door.connection, door.actor)]


@router.post("/calendar/feeds", status_code=201)
def make_feed(request: Request, door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)], form: FeedForm) -> NewFeedView:
    """Make a feed of the calendar. Its address needs no key; it ends when it is revoked, or its owner's right does."""
    chosen = form.filters.model_dump(exclude_none=True)
    wanted_by(door.connection, door.now, door.now.date(), door.now.date(), chosen)
    secret = feeds.make_feed(door.connection, door.now, form.name, chosen, door.language, door.actor)
    made = feeds.feed_at(door.connection, secret)
    door.audit(Right.CAMPAIGNS_READ, f"feed:{made.id}", name=form.name)
    shown = FeedView.model_validate(made)
    return NewFeedView(**shown.model_dump(), url=str(request.url_for("show_feed", secret=secret)))


@router.delete("/calendar/feeds/{feed_id}", status_code=204)
def revoke_feed(door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)], feed_id: BigNumber) -> None:
    """Let the address of one's own feed lead nowhere from now on."""
    feeds.revoke_feed(door.connection, door.now, feed_id, door.actor)
    door.audit(Right.CAMPAIGNS_READ, f"feed:{feed_id}", revoked=True)
