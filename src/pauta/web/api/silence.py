"""Whom nobody has touched for a while."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from pauta.calendar.silence import Silent, nobody, silent_accounts, silent_contacts
from pauta.team.roles import Right
from pauta.team.tasks import with_open_task
from pauta.web.door import Door, allowed
from pauta.web.types import Name

router = APIRouter(tags=["calendar"])


class SilentView(BaseModel):
    """A contact or an account that nothing has reached."""

    model_config = ConfigDict(from_attributes=True)
    id: str = Field(description="External id.")
    name: str
    account: str | None = Field(description="External id of a contact's account.")
    account_name: str | None = Field(description="What people call that account; empty when it has no name.")
    stage: str | None
    last: date | None = Field(description="The day on which something reached it last; null for never.")
    next: date | None = Field(description="The day of what is planned next.")
    task: bool = Field(default=False, description="Whether there is an open task about them.")


class SilenceView(BaseModel):
    """Those in silence; `cursor` asks for the next page and is null on the last."""

    silent: list[SilentView]
    cursor: int | None
    nobody: bool = Field(description="Whether there is no contact, or no account, at all.")


Days = Annotated[int, Query(ge=1, le=3650, description="Nothing has reached them for so many days.")]
Stage = Annotated[Name | None, Query(description="Only those in this stage.")]
Cursor = Annotated[int, Query(ge=0, lt=2**63, description="From the page before.")]
Limit = Annotated[int, Query(ge=1, le=500)]


@router.get("/silence/contacts")
def list_silent_contacts(
    door: Annotated[Door, allowed(Right.PEOPLE_READ)],
    days: Days = 60,
    stage: Stage = None,
    cursor: Cursor = 0,
    limit: Limit = 50,
) -> SilenceView:
    """Contacts whom nothing has reached for a while: no message, no call, no meeting."""
    found = silent_contacts(door.connection, door.now, days, stage, cursor, limit + 1)
    return _page(door, found, limit, with_open_task(door.connection, [one.id for one in found], []), accounts=False)


@router.get("/silence/accounts")
def list_silent_accounts(
    door: Annotated[Door, allowed(Right.PEOPLE_READ)],
    days: Days = 60,
    stage: Stage = None,
    cursor: Cursor = 0,
    limit: Limit = 50,
) -> SilenceView:
    """Accounts none of whose contacts anything has reached for a while."""
    found = silent_accounts(door.connection, door.now, days, stage, cursor, limit + 1)
    return _page(door, found, limit, with_open_task(door.connection, [], [one.id for one in found]), accounts=True)


def _page(door: Door, found: list[Silent], limit: int, tasks: set[str], *, accounts: bool) -> SilenceView:
    shown = found[:limit]
    more = len(found) > limit
    return SilenceView(
        silent=[SilentView.model_validate(one).model_copy(update={"task": one.id in tasks}) for one in shown],
        cursor=shown[-1].number if more else None,
        nobody=not found and nobody(door.connection, accounts=accounts),
    )
