"""Search from every page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from pauta.calendar.search import SHORTEST, search
from pauta.team.roles import Right
from pauta.web.door import Door, allowed
from pauta.web.types import Line

router = APIRouter(tags=["search"])


class HitView(BaseModel):
    """Something that is called so."""

    model_config = ConfigDict(from_attributes=True)
    what: str = Field(description="contact, account or campaign.")
    id: str = Field(description="External id of a contact or an account, name of a campaign.")
    title: str
    detail: str = Field(description="What tells it from others: address and account, stage, team and state.")


@router.get("/search")
def search_everything(
    door: Annotated[Door, allowed(Right.PEOPLE_READ)],
    q: Annotated[Line, Query(description=f"At least {SHORTEST} letters; accents and case do not matter.")],
    limit: Annotated[int, Query(ge=1, le=50, description="Of each sort.")] = 8,
) -> list[HitView]:
    """Contacts, accounts and campaigns by the beginning of their name, e-mail address or external id."""
    return [HitView.model_validate(hit) for hit in search(door.connection, q, limit)]
