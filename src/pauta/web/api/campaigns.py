"""Campaigns: drafted, previewed, launched, paused, resumed, cancelled."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from pauta.campaigns import actions, queries
from pauta.campaigns.figures import Figure, figures
from pauta.campaigns.preview import MOST_DAYS, preview
from pauta.messages.terms import written
from pauta.platform.partitions import PARTITIONS
from pauta.team.roles import Right
from pauta.web.door import Door, allowed, taking_in
from pauta.web.state import WebState, state_of
from pauta.web.terms import TermsForm
from pauta.web.types import Day, JsonObject, Line, Name

router = APIRouter(tags=["campaigns"])


class _Read(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class CampaignForm(TermsForm):
    """A campaign as its author writes it."""

    template: Name = Field(examples=["spring news"])
    goal_event: Line = Field(
        default="", description="The event that it is meant to bring about.", examples=["demo_booked"]
    )
    goal_days: int | None = Field(default=None, ge=1, le=366, description="Within so many days after it; usually 14.")
    sender: Line = Field(
        default="",
        description="Whom mails are from: an address such as `News <news@sur.example>`, or `owner` for the colleague "
        "who looks after the account of each contact, who also gets the answers. The company's when it is left out.",
        examples=["owner"],
    )
    audience: JsonObject = Field(
        default={"everyone": True},
        description="Everyone, a list, or a filter; as in the reference of campaigns.",
        examples=[{"filter": {"all": [{"field": "account.attributes.plan", "op": "=", "value": "gold"}]}}],
    )


class CampaignView(TermsForm):
    """A campaign."""

    id: int
    name: str
    template: str
    sender: str
    audience: dict[str, Any]
    state: str = Field(description="draft, submitted, approved, rejected, launching, launched, paused or cancelled.")
    actor: str
    created_at: datetime
    launched_at: datetime | None
    leaves_from: datetime | None = Field(description="Nothing of it leaves before; null for at once, and for drafts.")
    undo_until: datetime | None = Field(description="Until when its launch can be undone.")
    goal_event: str
    goal_days: int


class FigureView(BaseModel):
    """One figure of a campaign."""

    model_config = ConfigDict(from_attributes=True)

    figure: Figure
    messages: int = Field(description="Contacts for `converted`.")
    of: int = Field(description="Of how many: sent, delivered, or delivered and measured ones.")
    rate: float | None
    low: float | None = Field(description="Between which shares it usually lies; null where nobody knows.")
    high: float | None


class FiguresView(BaseModel):
    """What came of a campaign."""

    measured: int = Field(description="Delivered mails that tell whether they are opened.")
    figures: list[FigureView]


class TallyView(BaseModel):
    """How many messages stand in one state, with one verdict and reason."""

    state: str
    verdict: str
    reason: str
    messages: int


class ProgressView(BaseModel):
    """How far a launch has come, in partitions, and where its messages stand."""

    state: str = Field(description="State of the campaign.")
    parts: int
    parts_done: int
    proposed: int
    tallies: list[TallyView]
    rate: float = Field(description="Verdicts per second while launching, then mails handed over per second.")
    due: int = Field(description="Messages that could leave now, and those that are leaving.")
    seconds_left: float | None = Field(description="For what can be done now; null when nothing moves.")


class CountView(_Read):
    """How many contacts get one verdict for one reason."""

    verdict: str
    reason: str
    rule: str = Field(description="Policy or built-in rule; empty for none.")
    contacts: int


class LoserView(_Read):
    """Messages of another origin that would go later, or find no day any more."""

    campaign: str
    topic: str
    team: str
    later: int
    dropped: int


class WinnerView(_Read):
    """Messages and touches of one origin to which messages of the campaign give way."""

    campaign: str
    topic: str
    team: str
    messages: int


class ForecastView(BaseModel):
    """What would become of the contacts if the campaign were for this day."""

    day: date
    send: int
    queue: int
    suppress: int
    error: float = Field(description="One standard error of `send`; 0 when everyone was counted.")


class PreviewView(BaseModel):
    """The impact of a campaign before it is launched."""

    campaign: str
    contacts: int
    day: date
    counts: list[CountView]
    losers: list[LoserView]
    winners: list[WinnerView]
    strip: list[ForecastView]
    best: date = Field(description="The day of the strip on which most are sent at once.")
    sampled: int = Field(description="Contacts from which the strip was reckoned.")


@router.get("/campaigns")
def list_campaigns(door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)]) -> list[CampaignView]:
    """All campaigns, the newest first."""
    return [_view(one) for one in queries.campaigns(door.connection)]


@router.get("/campaigns/{name}")
def get_campaign(door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)], name: Name) -> CampaignView:
    """One campaign."""
    return _view(queries.campaign_named(door.connection, name))


@router.post("/campaigns/{name}", status_code=201)
def create_campaign(
    door: Annotated[Door, allowed(Right.CAMPAIGNS_WRITE)], name: Name, form: CampaignForm
) -> CampaignView:
    """Write a campaign down as a draft: 409 when the name is taken."""
    actions.create(door.connection, door.now, _draft(door, name, form), door.actor)
    door.audit(Right.CAMPAIGNS_WRITE, f"campaign:{name}")
    return _view(queries.campaign_named(door.connection, name))


@router.put("/campaigns/{name}")
def change_campaign(
    door: Annotated[Door, allowed(Right.CAMPAIGNS_WRITE)], name: Name, form: CampaignForm
) -> CampaignView:
    """Write a draft anew, which ends its approval: 409 when it has been launched."""
    chosen = queries.campaign_named(door.connection, name)
    actions.update(door.connection, door.now, chosen.id, _draft(door, name, form), door.actor)
    door.audit(Right.CAMPAIGNS_WRITE, f"campaign:{name}", changed=True)
    return _view(queries.campaign_named(door.connection, name))


@router.get("/campaigns/{name}/progress")
def get_progress(door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)], name: Name) -> ProgressView:
    """How far a launch has come, and where the campaign's messages stand."""
    chosen = queries.campaign_named(door.connection, name)
    found = queries.progress(door.connection, chosen)
    pace = queries.pace(door.connection, door.now, chosen, found)
    return ProgressView.model_validate({"state": chosen.state, **asdict(found), **asdict(pace)})


@router.get("/campaigns/{name}/figures")
def get_figures(door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)], name: Name) -> FiguresView:
    """What came of a campaign: mails that arrived, were opened, followed and answered, people and programs apart."""
    found = figures(door.connection, queries.campaign_named(door.connection, name))
    return FiguresView(
        measured=found.measured,
        figures=[
            FigureView(
                figure=one.figure,
                messages=one.messages,
                of=one.of,
                rate=one.rate,
                low=one.usual.low if one.usual else None,
                high=one.usual.high if one.usual else None,
            )
            for one in found.counted
        ],
    )


@router.get("/campaigns/{name}/preview")
def preview_campaign(
    door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)],
    name: Name,
    day: Annotated[
        Day | None, Query(description="Day that is counted; the campaign's first when it is left out.")
    ] = None,
    days: Annotated[int, Query(ge=1, le=MOST_DAYS, description="Length of the strip of days.")] = 30,
) -> PreviewView:
    """What a campaign would do: verdicts and reasons on one day, who gives way, and a strip of days to choose from."""
    chosen = queries.campaign_named(door.connection, name)
    return PreviewView.model_validate(asdict(preview(door.connection, door.now, chosen, day, days)))


@router.post("/campaigns/{name}/launch")
def launch_campaign(
    request: Request, door: Annotated[Door, taking_in(Right.CAMPAIGNS_LAUNCH)], name: Name
) -> CampaignView:
    """Let the gate decide every message of a draft, and send those that may go once the grace is over.

    409 when it is no draft, or an approval is missing.
    """
    chosen = queries.campaign_named(door.connection, name)
    actions.launch(door.connection, door.now, chosen.id, door.caller, state_of(request).settings.grace)
    return _done(door, name, "launch")


@router.post("/campaigns/{name}/pause")
def pause_campaign(door: Annotated[Door, allowed(Right.CAMPAIGNS_LAUNCH)], name: Name) -> CampaignView:
    """Let nothing more of a campaign leave until it is resumed; its places stay reserved."""
    actions.pause(door.connection, queries.campaign_named(door.connection, name).id)
    return _done(door, name, "pause")


@router.post("/campaigns/{name}/resume")
def resume_campaign(door: Annotated[Door, allowed(Right.CAMPAIGNS_LAUNCH)], name: Name) -> CampaignView:
    """Let a paused campaign go on: 409 when an approval is missing by now."""
    actions.resume(door.connection, door.now, queries.campaign_named(door.connection, name).id)
    return _done(door, name, "resume")


@router.post("/campaigns/{name}/cancel")
def cancel_campaign(
    request: Request, later: BackgroundTasks, door: Annotated[Door, allowed(Right.CAMPAIGNS_LAUNCH)], name: Name
) -> CampaignView:
    """End a campaign for good: nothing of it leaves any more. Its messages are taken back right after the answer."""
    chosen = queries.campaign_named(door.connection, name)
    actions.cancel(door.connection, door.now, chosen.id)
    later.add_task(take_back, state_of(request), chosen.id, door.actor)
    return _done(door, name, "cancel")


class UndoneView(BaseModel):
    """What an undo did."""

    campaign: str
    left: int = Field(description="Messages that had left before.")
    state: str = Field(description="draft when nothing had left, else cancelled.")


@router.post("/campaigns/{name}/undo")
def undo_campaign(
    request: Request, later: BackgroundTasks, door: Annotated[Door, allowed(Right.CAMPAIGNS_LAUNCH)], name: Name
) -> UndoneView:
    """Take a launch back within a minute, or while its grace lasts: 409 later.

    Messages that have not left are taken back after the answer.
    """
    chosen = queries.campaign_named(door.connection, name)
    undone = actions.undo(door.connection, door.now, chosen.id)
    later.add_task(take_back, state_of(request), chosen.id, door.actor)
    door.audit(Right.CAMPAIGNS_LAUNCH, f"campaign:{name}", step="undo", left=undone.left)
    return UndoneView(campaign=name, left=undone.left, state=undone.state)


def take_back(state: WebState, campaign_id: int, actor: str) -> None:
    """Take back the messages of a cancelled campaign, partition by partition, each in a transaction of its own."""
    for part in range(PARTITIONS):
        with state.pool.connection() as connection:
            actions.withdraw(connection, state.clock.now(), campaign_id, part, actor)


def _draft(door: Door, name: str, form: CampaignForm) -> actions.Draft:
    return actions.read_draft({"name": name, **form.document(door.team)})


def _done(door: Door, name: str, step: str) -> CampaignView:
    door.audit(Right.CAMPAIGNS_LAUNCH, f"campaign:{name}", step=step)
    return _view(queries.campaign_named(door.connection, name))


def _view(one: queries.Campaign) -> CampaignView:
    hidden = ("terms", "template_id", "proposal_id", "approval", "authors")
    row = {field: value for field, value in asdict(one).items() if field not in hidden}
    return CampaignView.model_validate(
        {**row, **written(one.terms), "state": one.standing, "undo_until": one.undo_until}
    )
