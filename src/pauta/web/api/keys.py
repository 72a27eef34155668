"""API keys and write keys: made, listed, revoked. A secret is shown once, when it is made."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from pauta.team import actions, queries
from pauta.team.roles import Right
from pauta.web.door import Door, allowed
from pauta.web.types import Form, Name

router = APIRouter(tags=["keys"])


class KeyForm(Form):
    """A key to be made."""

    name: Name = Field(description="Which program uses it.", examples=["website"])
    role: Name = Field(description="What it may do; `source` for a write key.", examples=["source"])
    team: Name | None = Field(default=None, description="Team for which it speaks.")


class KeyView(BaseModel):
    """A key; its secret is not kept."""

    name: str
    role: str
    team: str
    created_at: datetime
    revoked_at: datetime | None


class NewKeyView(BaseModel):
    """A key that was made."""

    name: str
    secret: str = Field(description="Shown this once.")


@router.get("/keys")
def list_keys(door: Annotated[Door, allowed(Right.TEAM_READ)]) -> list[KeyView]:
    """All keys in order of their names, revoked ones included."""
    return [KeyView.model_validate(one, from_attributes=True) for one in queries.keys(door.connection)]


@router.post("/keys", status_code=201)
def create_key(door: Annotated[Door, allowed(Right.TEAM_WRITE)], form: KeyForm) -> NewKeyView:
    """Make a key. A name is taken once and for all, as the audit names keys."""
    secret = actions.create_key(door.connection, door.now, form.name, form.role, form.team or "")
    door.audit(Right.TEAM_WRITE, f"key:{form.name}", role=form.role, team=form.team)
    return NewKeyView(name=form.name, secret=secret)


@router.post("/keys/{name}/revoke", status_code=204)
def revoke_key(door: Annotated[Door, allowed(Right.TEAM_WRITE)], name: Name) -> None:
    """End a key. The event intake may take it for two seconds more."""
    actions.revoke_key(door.connection, door.now, name)
    door.audit(Right.TEAM_WRITE, f"key:{name}", revoked=True)
