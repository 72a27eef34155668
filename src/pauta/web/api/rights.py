"""Who may send what: permissions by role, team, type, topic, channel and size."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from pauta.team import sending
from pauta.team.roles import Right
from pauta.web.door import Door, allowed
from pauta.web.terms import Channel, MessageType
from pauta.web.types import BigNumber, Form, Line, Name

router = APIRouter(tags=["rights"])

Manager = Annotated[Door, allowed(Right.TEAM_WRITE)]


class PermissionForm(Form):
    """Who may send what. What no row permits is refused, by every door."""

    role: Name | None = Field(default=None, description="null for any.", examples=["csm"])
    team: Name | None = Field(default=None, description="Team of the one who sends; null for any.")
    types: list[MessageType] = Field(
        default=[], max_length=10, description="Empty for any.", examples=[["relationship"]]
    )
    topics: list[Line] = Field(default=[], max_length=100, description="Empty for any.")
    channels: list[Channel] = Field(default=[], max_length=10, description="Empty for any.")
    most: int | None = Field(
        default=None, ge=1, le=2**31 - 1, description="Contacts at once: 1 for single messages only, null for no limit."
    )
    per_day: int | None = Field(
        default=None, ge=1, le=2**31 - 1, description="Single messages in 24 hours; null for no limit."
    )


class PermissionView(PermissionForm):
    """A permission."""

    id: int


@router.get("/rights")
def list_permissions(door: Annotated[Door, allowed(Right.TEAM_READ)]) -> list[PermissionView]:
    """Who may send what, in the order in which it was written down."""
    return [PermissionView.model_validate(asdict(one)) for one in sending.permissions(door.connection)]


@router.post("/rights", status_code=201)
def add_permission(door: Manager, form: PermissionForm) -> PermissionView:
    """Permit something."""
    number = sending.add_permission(door.connection, sending.Permission(**form.model_dump()))
    door.audit(Right.TEAM_WRITE, f"right:{number}", permitted=form.model_dump())
    return PermissionView(id=number, **form.model_dump())


@router.put("/rights/{number}")
def change_permission(door: Manager, number: BigNumber, form: PermissionForm) -> PermissionView:
    """Write a permission anew."""
    sending.change_permission(door.connection, number, sending.Permission(**form.model_dump()))
    door.audit(Right.TEAM_WRITE, f"right:{number}", permitted=form.model_dump())
    return PermissionView(id=number, **form.model_dump())


@router.delete("/rights/{number}", status_code=204)
def remove_permission(door: Manager, number: BigNumber) -> None:
    """Take a permission away, from now on."""
    sending.remove_permission(door.connection, number)
    door.audit(Right.TEAM_WRITE, f"right:{number}", removed=True)
