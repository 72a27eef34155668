"""Teams, and what everybody did."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pauta.team import actions, queries
from pauta.team.roles import Right
from pauta.web.door import Door, allowed
from pauta.web.types import BigNumber, Form, Line, Name

router = APIRouter(tags=["team"])


class TeamForm(Form):
    """What is told of a team."""

    title: Line = Field(description="What people read.", examples=["Customer success"])


class TeamView(TeamForm):
    """A team."""

    name: str = Field(description="What filters and policies write.", examples=["success"])


class AuditView(BaseModel):
    """Who did what to what, and when (UTC)."""

    id: int
    at: datetime
    actor: str = Field(examples=["key:website"])
    action: str = Field(examples=["campaigns.launch"])
    subject: str = Field(examples=["campaign:spring"])
    detail: dict[str, Any]


@router.get("/teams")
def list_teams(door: Annotated[Door, allowed(Right.TEAM_READ)]) -> list[TeamView]:
    """All teams in order of their names."""
    return [TeamView(**asdict(team)) for team in queries.teams(door.connection)]


@router.put("/teams/{name}")
def save_team(door: Annotated[Door, allowed(Right.TEAM_WRITE)], name: Name, form: TeamForm) -> TeamView:
    """Make a team, or change its title."""
    actions.save_team(door.connection, name, form.title)
    door.audit(Right.TEAM_WRITE, f"team:{name}", title=form.title)
    return TeamView(name=name, title=form.title)


@router.get("/audit")
def list_audit(
    door: Annotated[Door, allowed(Right.AUDIT_READ)],
    subject: Annotated[Name | None, Query(description="Only entries of this subject.")] = None,
    before: Annotated[BigNumber | None, Query(description="Only entries with a lower id: the next page.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[AuditView]:
    """Who did what to what, the newest first."""
    return [AuditView(**asdict(entry)) for entry in queries.audit_entries(door.connection, subject, before, limit)]
