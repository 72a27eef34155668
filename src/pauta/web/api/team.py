"""Teams."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from pauta.team import actions, queries
from pauta.team.roles import Right
from pauta.web.door import Door, allowed
from pauta.web.types import Form, Line, Name

router = APIRouter(tags=["team"])


class TeamForm(Form):
    """What is told of a team."""

    title: Line = Field(description="What people read.", examples=["Customer success"])


class TeamView(TeamForm):
    """A team."""

    name: str = Field(description="What filters and policies write.", examples=["success"])


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
