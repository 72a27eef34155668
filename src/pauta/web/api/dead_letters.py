"""Events that nobody could understand: why, and what to do with them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pauta.core.problems import Problem
from pauta.events.intake import actions, queries
from pauta.platform.words import say
from pauta.team.roles import Right
from pauta.web.door import Door, allowed
from pauta.web.types import BigNumber, Form

router = APIRouter(tags=["events"])


class DeadLetterView(BaseModel):
    """An event that could not be understood, or not wholly."""

    id: int
    key: str = Field(description="Name of the key that sent it.", examples=["website"])
    body: str = Field(description="What was sent.", examples=['{"type": "track", "event": "Opened"}'])
    code: str = Field(examples=["intake_nobody"])
    field: str = Field(description="The field that is wrong; empty when it is none.", examples=["userId"])
    reason: str = Field(description="One sentence, in the language of the request.")
    received_at: datetime


class DeadLettersView(BaseModel):
    """What was not understood, and what has yet to be looked at."""

    waiting: int = Field(description="Requests that are kept and not looked at yet.")
    count: int = Field(description="Events that were not understood.")
    letters: list[DeadLetterView] = Field(description="The newest first.")


class ChosenForm(Form):
    """Which ones are meant."""

    ids: list[BigNumber] | None = Field(max_length=1000, description="null for all.", examples=[[1, 2]])


class DeadLetterCountView(BaseModel):
    """How many it were."""

    count: int


@router.get("/events/dead-letters")
def list_dead_letters(
    door: Annotated[Door, allowed(Right.EVENTS_READ)],
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Id under which the page begins.")] = None,
    most: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DeadLettersView:
    """Events that could not be understood, with the reasons."""
    waiting, count = queries.counts(door.connection)
    letters = [_view(one, door.language) for one in queries.dead_letters(door.connection, before, most)]
    return DeadLettersView(waiting=waiting, count=count, letters=letters)


@router.post("/events/dead-letters/replay")
def replay_dead_letters(door: Annotated[Door, allowed(Right.EVENTS_READ)], form: ChosenForm) -> DeadLetterCountView:
    """Try these again, with the times and ids that they had; what still cannot be understood comes back."""
    count = actions.replay(door.connection, form.ids)
    door.audit(Right.EVENTS_READ, "dead-letters", replayed=count)
    return DeadLetterCountView(count=count)


@router.post("/events/dead-letters/discard")
def discard_dead_letters(door: Annotated[Door, allowed(Right.EVENTS_READ)], form: ChosenForm) -> DeadLetterCountView:
    """Throw these away."""
    count = actions.discard(door.connection, form.ids)
    door.audit(Right.EVENTS_READ, "dead-letters", discarded=count)
    return DeadLetterCountView(count=count)


def _view(one: queries.DeadLetter, language: str) -> DeadLetterView:
    return DeadLetterView(
        id=one.id,
        key=one.key,
        body=one.body,
        code=one.code,
        field=one.field,
        reason=say(Problem(one.code, one.field, **one.details), language),
        received_at=one.received_at,
    )
