"""Ready journeys, and what a journey would do: simulated by the real gate."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from pauta.core.gate.vocabulary import CHANNELS
from pauta.core.journey.document import read_document
from pauta.journeys import ready
from pauta.journeys.actions import checked
from pauta.journeys.queries import journey_named
from pauta.pipeline.simulating import MOST_CONTACTS, MOST_DAYS, Expected, SimulatedMessage, Simulation, simulate
from pauta.team.roles import Right
from pauta.web.api.journeys import JourneyFiguresView
from pauta.web.door import Door, allowed
from pauta.web.state import state_of
from pauta.web.types import Form, JsonObject, Moment, Name

router = APIRouter(tags=["journeys"])


class ReadyJourneyView(BaseModel):
    """A journey that is ready to be adapted."""

    model_config = ConfigDict(from_attributes=True)
    key: str
    name: str
    about: str
    document: dict[str, Any]
    templates: list[str]


class AdaptForm(Form):
    """What the journey is to be called."""

    name: Name


class ExpectedForm(Form):
    """An event that is taken to happen to a contact."""

    contact: Name = Field(description="External id.")
    event: Name
    at: Moment
    properties: JsonObject = Field(default={})


class SimulateForm(Form):
    """How long, and what is taken to happen meanwhile."""

    days: int = Field(default=30, ge=1, le=MOST_DAYS)
    repeat: bool = Field(default=True, description="The events of as many days before happen again.")
    expected: list[ExpectedForm] = Field(default=[], max_length=1000)
    contacts: int = Field(default=500, ge=1, le=MOST_CONTACTS, description="About how many contacts stand for all.")
    contact: str = Field(default="", description="External id of whose messages are told one by one.")


class SimulatedDayView(BaseModel):
    """Messages of the journey on a day."""

    day: date
    sent: int
    late: int = Field(description="Those of them that the gate had held back until then.")
    not_sent: int


class SimulatedMessageView(BaseModel):
    """A message that one contact would get, or not."""

    journey: str
    node: str
    wished: date
    day: date | None
    at: datetime
    channel: str | None
    state: str
    reason: str


class SimulationView(BaseModel):
    """What a journey would do. Numbers are of the contacts that were sampled."""

    first: date
    days: int
    contacts: int
    sampled: int
    sent: int
    late: int
    not_sent: int
    reasons: dict[str, int] = Field(description="Why messages come late or not at all.")
    by_day: list[SimulatedDayView]
    figures: JourneyFiguresView
    messages: list[SimulatedMessageView] = Field(description="Those of the one contact, of all journeys.")


@router.get("/ready-journeys")
def list_ready_journeys(door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)]) -> list[ReadyJourneyView]:
    """Journeys that are ready to be adapted, in the caller's language."""
    return [ReadyJourneyView.model_validate(one) for one in ready.ready_journeys(door.language)]


@router.post("/ready-journeys/{key}", status_code=201)
def adapt_ready_journey(
    door: Annotated[Door, allowed(Right.CAMPAIGNS_WRITE)], key: Name, form: AdaptForm
) -> ReadyJourneyView:
    """Make a draft of a ready journey, with those of its templates that are not there yet: 409 for a name in use."""
    door.caller.require(Right.TEMPLATES_WRITE)
    ready.adapt(door.connection, door.now, key, form.name, door.language, door.actor)
    door.audit(Right.CAMPAIGNS_WRITE, f"journey:{form.name}", ready=key)
    return ReadyJourneyView.model_validate(ready.ready_journey(key, door.language))


@router.post("/journeys/{name}/simulate")
def simulate_journey(
    request: Request, door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)], name: Name, form: SimulateForm
) -> SimulationView:
    """What the draft would do in the days to come, beside the live journeys, by the real gate; nothing is sent."""
    chosen = journey_named(door.connection, name)
    wrong = checked(door.connection, name, chosen.draft)[1]
    if wrong:
        raise wrong[0].problem
    expected = [Expected(one.contact, one.event, one.at, one.properties) for one in form.expected]
    url = state_of(request).settings.database_url
    drafts = {name: read_document(chosen.draft)}
    found = simulate(url, door.now, form.days, drafts, expected, repeat=form.repeat, most=form.contacts)
    return view(found, name, form.contact)


def view(found: Simulation, name: str, contact: str) -> SimulationView:
    """A simulation in figures: of the journey of that name by day, and message by message for one contact."""
    own = [one for one in found.messages if one.journey == name]
    late, missed = [one for one in own if _is_late(one)], [one for one in own if _is_missed(one)]
    return SimulationView(
        first=found.first,
        days=found.days,
        contacts=found.contacts,
        sampled=found.sampled,
        sent=sum(one.state == "sent" for one in own),
        late=len(late),
        not_sent=len(missed),
        reasons=dict(Counter(one.reason for one in [*late, *missed])),
        by_day=_by_day(own),
        figures=JourneyFiguresView.model_validate(found.figures[name]),
        messages=[_message(one) for one in found.messages if contact and one.contact == contact],
    )


def _by_day(messages: list[SimulatedMessage]) -> list[SimulatedDayView]:
    days: dict[date, list[SimulatedMessage]] = defaultdict(list)
    for one in messages:
        days[one.day or one.wished].append(one)
    return [
        SimulatedDayView(
            day=day,
            sent=sum(one.state == "sent" for one in own),
            late=sum(map(_is_late, own)),
            not_sent=sum(map(_is_missed, own)),
        )
        for day, own in sorted(days.items())
    ]


def _is_late(one: SimulatedMessage) -> bool:
    return one.state == "sent" and one.day is not None and one.day > one.wished


def _is_missed(one: SimulatedMessage) -> bool:
    return one.state in ("suppressed", "held")


def _message(one: SimulatedMessage) -> SimulatedMessageView:
    return SimulatedMessageView(
        journey=one.journey,
        node=one.node,
        wished=one.wished,
        day=one.day,
        at=one.at,
        channel=CHANNELS[one.channel] if one.channel >= 0 else None,
        state=one.state,
        reason=one.reason,
    )
