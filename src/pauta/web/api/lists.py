"""Lists of contacts, of which an audience may be one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from pauta.campaigns.lists import lists, save_list
from pauta.team.roles import Right
from pauta.web.door import Door, allowed
from pauta.web.types import Form, Name

router = APIRouter(tags=["campaigns"])


class ListView(BaseModel):
    """A list of contacts."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    contacts: int


class ListForm(Form):
    """Who is on a list."""

    contacts: list[Name] = Field(
        min_length=1, max_length=10_000, description="External ids or e-mail addresses.", examples=[["ana", "beto"]]
    )


class SavedListView(ListView):
    """A list as it is now, and who could not be put on it."""

    unknown: list[str] = Field(description="Names that stand for no contact.")


@router.get("/lists")
def list_lists(door: Annotated[Door, allowed(Right.CAMPAIGNS_READ)]) -> list[ListView]:
    """The lists of contacts, by name, and how many are on each."""
    return [ListView.model_validate(one) for one in lists(door.connection)]


@router.put("/lists/{name}")
def put_list(door: Annotated[Door, allowed(Right.CAMPAIGNS_WRITE)], name: Name, form: ListForm) -> SavedListView:
    """Make a list of these contacts, or give the one of that name these instead of those that it had.

    An address that several contacts share stands for all of them. Approvals of campaigns for the list are void.
    """
    saved = save_list(door.connection, door.now, name, form.contacts)
    door.audit(Right.CAMPAIGNS_WRITE, f"list:{name}", contacts=saved.members, unknown=len(saved.unknown))
    return SavedListView(name=name, contacts=saved.members, unknown=list(saved.unknown))
