"""The stop switch: while it stands, nothing leaves on a channel, or on any."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pauta.channels.base import Stream
from pauta.messages import actions, queries
from pauta.team.roles import Right
from pauta.web.door import Door, allowed
from pauta.web.terms import Channel
from pauta.web.types import Form, Line

router = APIRouter(tags=["stop"])


class StopForm(Form):
    """What is stopped, and why."""

    channel: Channel | None = Field(default=None, description="Left out: everything.")
    stream: Stream | None = Field(default=None, description="Only bulk, or only transactional messages; else both.")
    reason: Line = Field(
        min_length=1, description="Why; shown to everybody.", examples=["Wrong prices in the spring offer"]
    )


class StopView(BaseModel):
    """A stop that stands."""

    channel: str | None = Field(description="null for everything.")
    stream: Stream | None = Field(description="null for bulk and transactional messages.")
    reason: str
    actor: str
    at: datetime


@router.get("/stops")
def list_stops(door: Annotated[Door, allowed(Right.STATUS_READ)]) -> list[StopView]:
    """The stops that stand; an empty list means that everything may leave."""
    return [StopView(**asdict(one)) for one in queries.stops(door.connection)]


@router.post("/stops")
def stop(door: Annotated[Door, allowed(Right.STOP_USE)], form: StopForm) -> list[StopView]:
    """Stop everything that leaves, on one channel or on all, in force within a second. Repeating it changes nothing."""
    if actions.stop(door.connection, form.channel, form.reason, door.actor, door.now, form.stream):
        door.audit(Right.STOP_USE, f"stop:{form.channel or '*'}", reason=form.reason, stream=form.stream)
    return list_stops(door)


@router.delete("/stops")
def lift(
    door: Annotated[Door, allowed(Right.STOP_USE)],
    channel: Annotated[
        Channel | None, Query(description="Channel whose stop is lifted; left out: that of everything.")
    ] = None,
    stream: Annotated[Stream | None, Query(description="Stream whose stop is lifted.")] = None,
) -> list[StopView]:
    """Let messages leave again: 409 when no such stop stands."""
    actions.lift(door.connection, channel, door.actor, door.now, stream)
    door.audit(Right.STOP_USE, f"stop:{channel or '*'}", lifted=True, stream=stream)
    return list_stops(door)
