"""The mix of message types."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from pauta.calendar.mix import mix
from pauta.campaigns.audience import company_today
from pauta.team.roles import Right
from pauta.web.door import Door, allowed
from pauta.web.types import Day, Name

router = APIRouter(tags=["calendar"])


class _Read(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class TargetView(_Read):
    """At most so many percent of a contact's messages may be of a type."""

    type: str
    percent: float
    min_touches: int = Field(description="Asked of contacts with at least so many messages.")
    rule: str = Field(description="The policy that says so; empty for the default.")


class GroupMixView(_Read):
    """The messages of a group of contacts in the month, those planned for it too."""

    group: str = Field(description="Stage, language, country or segment; empty for contacts without one.")
    contacts: int = Field(description="Contacts who get any.")
    messages: dict[str, int] = Field(description="By type.", examples=[{"educational": 120, "promotional": 22}])
    share: float = Field(description="Share of the target's type, 0 to 1; transactional messages do not count.")
    contacts_over: int = Field(description="Contacts whose own share is above the target.")


class MixView(_Read):
    """A month's mix against the target."""

    first: date
    last: date
    target: TargetView
    groups: list[GroupMixView]


@router.get("/mix")
def get_mix(
    door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)],
    month: Annotated[Day | None, Query(description="Any day of the month; this month when it is left out.")] = None,
    by: Annotated[
        Literal["everyone", "stage", "language", "country", "segment"], Query(description="How contacts are grouped.")
    ] = "everyone",
    campaign: Annotated[Name | None, Query(description="Only what this campaign sends.")] = None,
) -> MixView:
    """The share of each type of message per group of contacts in a month, against the target."""
    chosen = month or company_today(door.connection, door.now)
    return MixView.model_validate(mix(door.connection, chosen, by, campaign))
