"""Where everything stands."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from pauta.platform.disk import room
from pauta.reports.status import status
from pauta.team.roles import Right
from pauta.web.api.policies import ReplanningView
from pauta.web.api.stop import StopView
from pauta.web.door import Door, allowed
from pauta.web.state import state_of

router = APIRouter(tags=["status"])


class WorkerView(BaseModel):
    """A worker: the partitions it owns, and the seconds since it said that it lives."""

    name: str
    partitions: int
    silent_seconds: float


class LaunchView(BaseModel):
    """A launch under way."""

    campaign: str
    parts: int
    parts_done: int
    messages: int


class AsideView(BaseModel):
    """What is set aside since it met a defect; it is tried again by itself."""

    unit: Literal["account", "launch", "message", "report", "enrolment", "route"] = Field(
        description="What `count` counts."
    )
    count: int
    error: str
    since: datetime
    tries: int


class MissingView(BaseModel):
    """A figure that templates need and contacts lack."""

    figure: str = Field(examples=["account.attributes.hours_saved"])
    messages: int = Field(description="Held back until it is there.")


class DiskView(BaseModel):
    """Room where the data is kept, in the folder that has the least."""

    folder: str
    free_mb: int
    reserve_mb: int = Field(description="What is to stay free.")
    short: bool = Field(description="Nothing new is taken in until there is room again.")


class StatusView(BaseModel):
    """The installation at one moment."""

    at: datetime
    messages: dict[str, int] = Field(description="By state.", examples=[{"open": 0, "planned": 812, "sent": 4190}])
    queued: int = Field(description="Open and planned ones that go later than they wished.")
    oldest_wait_seconds: float = Field(description="How long the longest has been due without leaving.")
    rate: float = Field(description="Handed over per second in the last minute.")
    partitions_owned: int
    partitions_free: int
    workers: list[WorkerView]
    stops: list[StopView]
    launches: list[LaunchView]
    replanning: ReplanningView | None = Field(description="Null when everything is planned.")
    set_aside: list[AsideView]
    missing: list[MissingView] = Field(description="The figures that most messages lack first.")
    disk: DiskView


@router.get("/status")
def get_status(request: Request, door: Annotated[Door, allowed(Right.STATUS_READ)]) -> StatusView:
    """Messages by state, what waits, what is stopped, who works, and whether there is room on the disk."""
    disk = _disk(request)
    return StatusView.model_validate({**asdict(status(door.connection, door.now)), "disk": disk})


@router.get("/status/disk")
def get_disk(request: Request, _door: Annotated[Door, allowed(Right.STATUS_READ)]) -> DiskView:
    """Whether there is room on the disk; little to ask, for those who ask often."""
    return _disk(request)


def _disk(request: Request) -> DiskView:
    found = room(state_of(request).settings)
    return DiskView(folder=str(found.folder), free_mb=found.free_mb, reserve_mb=found.reserve_mb, short=found.short)
