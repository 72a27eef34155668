"""When a campaign should go and how it reads: its coming days, moving it, its audience, its rendered content."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, BackgroundTasks, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from pauta.campaigns import audience as audiences
from pauta.campaigns import moves, queries
from pauta.campaigns.preview import MOST_DAYS, impact, outlook
from pauta.campaigns.queries import Campaign
from pauta.pipeline.review import review
from pauta.platform.partitions import PARTITIONS
from pauta.team.roles import Right
from pauta.web.api.campaigns import CountView, LoserView, WinnerView
from pauta.web.door import Door, allowed
from pauta.web.state import WebState, state_of
from pauta.web.types import Day, Form, JsonObject, Name

router = APIRouter(tags=["campaigns"])


class _Read(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class AudienceForm(Form):
    """Whom a campaign is for."""

    audience: JsonObject = Field(
        default={"everyone": True}, description="Everyone, a list, or a filter; as in the reference of campaigns."
    )


class AudienceView(BaseModel):
    """How many contacts an audience has now."""

    contacts: int


class DayImpactView(_Read):
    """What one day would bring, reckoned for everyone from the sample."""

    day: date
    send: int
    queue: int
    suppress: int
    error: float = Field(description="One standard error of `send`; 0 when everyone was counted.")
    counts: list[CountView]
    losers: list[LoserView] = Field(description="Messages of others that would go later, or find no day any more.")
    winners: list[WinnerView] = Field(description="To whom messages of the campaign give way.")


class StripView(_Read):
    """The coming days of a campaign that is not launched yet."""

    campaign: str
    contacts: int
    sampled: int = Field(description="Contacts from which the days were reckoned.")
    today: date
    best: date = Field(description="The day on which most are sent at once.")
    days: list[DayImpactView]


class ImpactView(_Read):
    """What one day would bring, counted over everyone."""

    campaign: str
    contacts: int
    day: date
    counts: list[CountView]
    losers: list[LoserView]
    winners: list[WinnerView]


class MoveForm(Form):
    """The day to which a campaign is moved."""

    day: Day


class MoveView(_Read):
    """What a move would do: the day it is for now and the new one, each in full."""

    campaign: str
    contacts: int = Field(description="Those that have not left yet.")
    sampled: int
    before: DayImpactView
    after: DayImpactView
    expires: date | None = Field(description="The last day after the move; it moves along.")


class MovedView(BaseModel):
    """A campaign that was moved. Its messages are planned again right after the answer."""

    campaign: str
    not_before: date | None
    expires: date | None


class ReviewForm(Form):
    """For whom and in which languages the content is rendered."""

    contacts: list[Name] = Field(
        default=[], max_length=20, description="External ids or addresses; one of the audience when there are none."
    )
    languages: list[Literal["en", "es", "pt-BR"]] = Field(
        default=[], max_length=3, description="Each reader's own when there are none."
    )


class RenderedView(_Read):
    """A mail as one reader would get it."""

    contact: str
    name: str
    language: str = Field(description="Language of the version that was taken.")
    version: int
    subject: str
    html: str
    text: str
    missing: str = Field(description="The figure without which it would be held back; empty when none is missing.")


class CheckView(_Read):
    """One thing looked at in the content."""

    code: str = Field(
        description="unsubscribe_link, postal_address, missing_figures, broken_links, left_over_placeholders, size, "
        "languages or subject."
    )
    level: str = Field(description="ok, warning or error.")
    value: float = Field(
        description="Bytes for size, the share of contacts for missing_figures, else the number found."
    )
    found: list[str] = Field(description="Languages, figures or links concerned.")


class ReviewView(_Read):
    """A campaign's content for chosen readers, and what was found in it."""

    mails: list[RenderedView]
    checks: list[CheckView]
    tried: int = Field(description="Contacts of the audience for whom the content was tried out too.")
    languages: list[str] = Field(description="Languages in which the template is published.")


Chosen = Annotated[Day | None, Query(description="The campaign's first day when it is left out.")]
Length = Annotated[int, Query(ge=1, le=MOST_DAYS, description="Length of the strip.")]


@router.post("/audiences/count")
def count_audience(door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)], form: AudienceForm) -> AudienceView:
    """How many contacts an audience has now."""
    found = audiences.audience_of(door.connection, form.audience, door.now)
    return AudienceView(contacts=audiences.count(door.connection, found))


@router.get("/campaigns/{name}/strip")
def get_campaign_strip(
    door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)],
    name: Name,
    days: Length = 30,
    exact: Annotated[bool, Query(description="Count everyone, which takes its time: for the background.")] = False,
) -> StripView:
    """What each coming day would bring to a draft, with reasons and rivals, from a sample; the best day is named."""
    return StripView.model_validate(outlook(door.connection, door.now, _campaign(door, name), days=days, exact=exact))


@router.get("/campaigns/{name}/impact")
def get_campaign_impact(
    door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)], name: Name, day: Chosen = None
) -> ImpactView:
    """What one day would bring to a draft, counted over everyone."""
    return ImpactView.model_validate(impact(door.connection, door.now, _campaign(door, name), day))


@router.get("/campaigns/{name}/move")
def preview_campaign_move(
    door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)],
    name: Name,
    day: Annotated[Day, Query(description="The new first day.")],
) -> MoveView:
    """What moving a campaign to another day would do, launched or not, from a sample. Nothing is changed."""
    return MoveView.model_validate(moves.preview_move(door.connection, door.now, _campaign(door, name), day))


@router.post("/campaigns/{name}/move")
def move_campaign(
    request: Request,
    later: BackgroundTasks,
    door: Annotated[Door, allowed(Right.CAMPAIGNS_WRITE)],
    name: Name,
    form: MoveForm,
) -> MovedView:
    """Let a campaign begin on another day, its last day moves along. That ends its approval; 409 when cancelled."""
    if _campaign(door, name).proposal_id is not None:
        door.caller.require(Right.CAMPAIGNS_LAUNCH)
    moved = moves.move(door.connection, door.now, _campaign(door, name).id, form.day, door.actor)
    if moved.proposal_id is not None:
        later.add_task(_replan, state_of(request), moved)
    door.audit(Right.CAMPAIGNS_WRITE, f"campaign:{name}", moved=form.day.isoformat())
    return MovedView(campaign=name, not_before=moved.terms.not_before, expires=moved.terms.expires)


@router.post("/campaigns/{name}/review")
def review_campaign(
    request: Request,
    door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)],
    name: Name,
    form: ReviewForm | None = None,
) -> ReviewView:
    """The content of a campaign as readers would get it, and whether anything is wrong with it. Nothing is sent."""
    asked = form or ReviewForm()
    chosen = _campaign(door, name)
    link_url = state_of(request).settings.link_url
    found = review(door.connection, door.now, chosen, asked.contacts, asked.languages, link_url)
    return ReviewView.model_validate(found)


def _replan(state: WebState, moved: Campaign) -> None:
    for part in range(PARTITIONS):
        with state.pool.connection() as connection:
            moves.replan(connection, state.clock.now(), moved, part)


def _campaign(door: Door, name: str) -> Campaign:
    return queries.campaign_named(door.connection, name)
