"""Journeys: written down, checked, published, paused and stopped, with their figures."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from pauta.core.journey.checks import NodeProblem
from pauta.core.journey.document import read_document
from pauta.journeys import actions, queries
from pauta.journeys.endings import End
from pauta.journeys.entering import enter_named
from pauta.journeys.proposing import require_permitted
from pauta.platform.words import say
from pauta.team.roles import Right
from pauta.web.door import Door, allowed, taking_in
from pauta.web.types import BigNumber, Form, JsonObject, Name

router = APIRouter(tags=["journeys"])

_WELCOME = {
    "entry": {"kind": "event", "event": "signed_up"},
    "start": "hello",
    "nodes": [
        {"id": "hello", "kind": "message", "template": "welcome", "next": "end"},
        {"id": "end", "kind": "exit"},
    ],
}


class _Read(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class DocumentForm(Form):
    """A journey."""

    document: JsonObject = Field(description="As in the reference of journeys.", examples=[_WELCOME])


class DraftForm(DocumentForm):
    """A journey, and the draft on which the author worked."""

    draft_version: int = Field(ge=1, lt=2**31, description="As it was read; nobody may have saved since.")


class NodeProblemView(BaseModel):
    """What keeps a journey from being published."""

    node: str = Field(description="Id of the node; empty for the journey itself.")
    field: str
    code: str
    detail: str = Field(description="One sentence: what is wrong and what to do about it.")


class JourneySummaryView(_Read):
    """A journey in the list."""

    name: str
    state: str = Field(description="draft, live, paused or stopped.")
    version: int = Field(description="The version in force; 0 before the first.")
    changed: bool = Field(description="Whether the draft differs from the version in force.")
    entered: int
    inside: int
    converted: int
    stuck: int = Field(description="Contacts that moved too often within an hour and rest until somebody looks.")
    actor: str
    created_at: datetime
    changed_at: datetime
    published_at: datetime | None
    paused_at: datetime | None


class JourneyDetailView(JourneySummaryView):
    """A journey with its draft, and what is wrong with it."""

    draft: dict[str, Any]
    draft_version: int
    problems: list[NodeProblemView]


class JourneyVersionView(_Read):
    """A version as it was published."""

    number: int
    document: dict[str, Any]
    actor: str
    published_at: datetime
    inside: int = Field(description="Contacts that are on it.")


class PublishForm(Form):
    """What becomes of the contacts inside."""

    inside: Literal["finish", "move", "exit"] = Field(
        default="finish",
        description="finish on their version, move to the node of the same id, or exit.",
    )
    to: dict[Name, str] = Field(
        default={}, description="With move: for nodes of the old version, those of the new one; empty: they leave."
    )
    try_only: bool = Field(default=False, description="Only tell what would happen.")


class NodeMoveView(_Read):
    """Contacts at a node, and where they go."""

    node: str
    contacts: int
    to: str


class PublicationView(_Read):
    """What publishing does, or did."""

    version: int
    stay: int
    moves: list[NodeMoveView]
    exits: int


class ResumeForm(Form):
    """What becomes of waits that fell into the pause."""

    waits: Literal["shift", "now", "skip"] = Field(
        default="shift",
        description="shift: they end later by the length of the pause; now: they end as they would have; skip: the "
        "same, and messages that fell into the pause are left out.",
    )


class NodeFiguresView(_Read):
    """What went through a node."""

    node: str
    came: int
    waiting: int
    passed: int
    converted: int


class JourneyFiguresView(_Read):
    """A journey in figures."""

    entered: int
    inside: int
    converted: int
    seconds: float | None = Field(description="How long it took to convert, in the middle.")
    nodes: list[NodeFiguresView]


class EnterForm(Form):
    """Contacts to put into a journey."""

    contacts: list[Name] = Field(min_length=1, max_length=1000, description="External ids or addresses.")


class EnteredView(BaseModel):
    """How many a journey let in."""

    entered: int


class TravellerView(BaseModel):
    """A contact behind a figure."""

    enrolment_id: int
    contact: str = Field(description="External id.")
    name: str
    account: str
    at: datetime = Field(description="When the contact came to the node.")
    node: str = Field(description="Where the contact is now, or ended.")
    ended: str = Field(description="How it ended; inside while it has not.")
    converted_at: datetime | None


@router.get("/journeys")
def list_journeys(door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)]) -> list[JourneySummaryView]:
    """All journeys, the last changed first."""
    return [JourneySummaryView.model_validate(one) for one in queries.journeys(door.connection)]


@router.post("/journeys/check")
def check_journey(door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)], form: DocumentForm) -> list[NodeProblemView]:
    """Everything that is wrong with a journey while it is being drawn. Nothing is saved."""
    return _problems(door, actions.checked(door.connection, "", form.document)[1])


@router.get("/journeys/{name}")
def get_journey(door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)], name: Name) -> JourneyDetailView:
    """One journey with its draft, and what is wrong with it."""
    return _detail(door, name)


@router.post("/journeys/{name}", status_code=201)
def create_journey(
    door: Annotated[Door, allowed(Right.CAMPAIGNS_WRITE)], name: Name, form: DocumentForm
) -> JourneyDetailView:
    """Write a journey down as a draft, finished or not: 409 when the name is taken."""
    actions.create(door.connection, door.now, name, form.document, door.actor)
    door.audit(Right.CAMPAIGNS_WRITE, f"journey:{name}")
    return _detail(door, name)


@router.put("/journeys/{name}")
def save_journey(
    door: Annotated[Door, allowed(Right.CAMPAIGNS_WRITE)], name: Name, form: DraftForm
) -> JourneyDetailView:
    """Write a draft anew, finished or not: 409 when somebody else saved it meanwhile. What is in force stays so."""
    actions.save_draft(door.connection, door.now, name, form.document, form.draft_version)
    door.audit(Right.CAMPAIGNS_WRITE, f"journey:{name}", changed=True)
    return _detail(door, name)


@router.get("/journeys/{name}/versions")
def list_journey_versions(door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)], name: Name) -> list[JourneyVersionView]:
    """Every version that was published, the newest first."""
    chosen = queries.journey_named(door.connection, name)
    return [JourneyVersionView.model_validate(one) for one in queries.versions(door.connection, chosen.id)]


@router.post("/journeys/{name}/publish")
def publish_journey(
    door: Annotated[Door, taking_in(Right.CAMPAIGNS_LAUNCH)], name: Name, form: PublishForm
) -> PublicationView:
    """Put the draft in force for those who come from now on: 409 when it was stopped, 422 while something is wrong, 403
    when the caller may not send such messages to as many as there are contacts."""
    told = actions.publish(door.connection, door.now, name, door.actor, form.inside, form.to, try_only=form.try_only)
    draft = queries.journey_named(door.connection, name).draft
    require_permitted(door.connection, door.caller, read_document(draft))
    if not form.try_only:
        _note(door, name, "publish", version=told.version, inside=form.inside)
    return PublicationView.model_validate(told)


@router.post("/journeys/{name}/pause")
def pause_journey(door: Annotated[Door, allowed(Right.CAMPAIGNS_LAUNCH)], name: Name) -> JourneyDetailView:
    """Let nobody move or come in, and nothing leave, until it is resumed: 409 unless it is live."""
    actions.pause(door.connection, door.now, name)
    _note(door, name, "pause")
    return _detail(door, name)


@router.post("/journeys/{name}/resume")
def resume_journey(
    door: Annotated[Door, allowed(Right.CAMPAIGNS_LAUNCH)], name: Name, form: ResumeForm
) -> JourneyDetailView:
    """Let a paused journey go on: 409 unless it is paused."""
    actions.resume(door.connection, door.now, name, form.waits)
    _note(door, name, "resume", waits=form.waits)
    return _detail(door, name)


class StoppedView(BaseModel):
    """How many left a journey when it was stopped."""

    left: int


@router.post("/journeys/{name}/stop")
def stop_journey(door: Annotated[Door, allowed(Right.CAMPAIGNS_LAUNCH)], name: Name) -> StoppedView:
    """End a journey for good: everybody leaves, and what has not left yet is taken back."""
    left = actions.stop(door.connection, door.now, name)
    _note(door, name, "stop", left=left)
    return StoppedView(left=left)


@router.post("/journeys/{name}/contacts")
def enter_journey(door: Annotated[Door, allowed(Right.CAMPAIGNS_LAUNCH)], name: Name, form: EnterForm) -> EnteredView:
    """Put contacts into a live journey, as far as it lets them in again: 409 when it is not live."""
    entered = enter_named(door.connection, door.now, name, form.contacts)
    _note(door, name, "enter", entered=entered)
    return EnteredView(entered=entered)


@router.get("/journeys/{name}/figures")
def get_journey_figures(door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)], name: Name) -> JourneyFiguresView:
    """How many came to each node, wait there, went on, and reached the goal."""
    chosen = queries.journey_named(door.connection, name)
    return JourneyFiguresView.model_validate(queries.figures(door.connection, chosen.id))


@router.get("/journeys/{name}/nodes/{node}/contacts")
def list_journey_contacts(
    door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)],
    name: Name,
    node: Name,
    figure: Annotated[Literal["in", "waiting", "passed", "converted"], Query()] = "in",
    before: Annotated[BigNumber | None, Query(description="The last enrolment of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[TravellerView]:
    """The contacts behind a figure of a node, the newest first."""
    chosen = queries.journey_named(door.connection, name)
    found = queries.travellers(door.connection, chosen.id, node, figure, before, limit)
    return [
        TravellerView(
            enrolment_id=one.enrolment_id,
            contact=one.contact,
            name=one.name,
            account=one.account,
            at=one.at,
            node=one.node,
            ended=End(one.ended).name.lower(),
            converted_at=one.converted_at,
        )
        for one in found
    ]


def _detail(door: Door, name: str) -> JourneyDetailView:
    found = queries.journey_named(door.connection, name)
    summary = JourneySummaryView.model_validate(found).model_dump()
    wrong = _problems(door, actions.checked(door.connection, name, found.draft)[1])
    return JourneyDetailView(**summary, draft=found.draft, draft_version=found.draft_version, problems=wrong)


def _problems(door: Door, wrong: list[NodeProblem]) -> list[NodeProblemView]:
    return [
        NodeProblemView(
            node=one.node, field=one.problem.field, code=one.problem.code, detail=say(one.problem, door.language)
        )
        for one in wrong
    ]


def _note(door: Door, name: str, step: str, **detail: object) -> None:
    door.audit(Right.CAMPAIGNS_LAUNCH, f"journey:{name}", step=step, **detail)
