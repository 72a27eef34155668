"""Lists of contacts, of which an audience may be one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from pauta.campaigns.lists import lists
from pauta.team.roles import Right
from pauta.web.door import Door, allowed

router = APIRouter(tags=["campaigns"])


class ListView(BaseModel):
    """A list of contacts."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    contacts: int


@router.get("/lists")
def list_lists(door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)]) -> list[ListView]:
    """The lists of contacts, by name, and how many are on each."""
    return [ListView.model_validate(one) for one in lists(door.connection)]
