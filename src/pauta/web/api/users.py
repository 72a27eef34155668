"""The colleagues who sign in: made, changed, disabled."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from pauta.team import users
from pauta.team.roles import Right
from pauta.web.door import Door, allowed
from pauta.web.types import Form, Line, Name

router = APIRouter(tags=["users"])

Manager = Annotated[Door, allowed(Right.TEAM_WRITE)]


class UserForm(Form):
    """What is told of a user."""

    name: Line = Field(examples=["Bruno Lima"])
    team: Line = Field(default="", description="Name of the team; empty for none.", examples=["success"])
    role: Name = Field(description="What the user may do.", examples=["csm"])
    rights: list[Name] = Field(
        default=[],
        max_length=20,
        description="Rights besides those of the role: approvals.decide, policies.write, messages.override, stop.use "
        "or team.write.",
    )
    language: Literal["en", "es", "pt-BR"] = "en"


class NewUserForm(UserForm):
    """A user to be made."""

    email: Name = Field(examples=["bruno@pauta.example"])


class UserView(BaseModel):
    """A user."""

    email: str
    name: str
    team: str
    role: str
    rights: list[str] = Field(description="Those given besides the role's.")
    language: str
    has_password: bool = Field(description="False until the user has chosen one: nobody can sign in yet.")
    created_at: datetime
    disabled_at: datetime | None


@router.get("/users")
def list_users(door: Annotated[Door, allowed(Right.TEAM_READ)]) -> list[UserView]:
    """All users in order of team and name, disabled ones included."""
    return [_view(one) for one in users.users(door.connection)]


@router.get("/users/{email}")
def get_user(door: Annotated[Door, allowed(Right.TEAM_READ)], email: Name) -> UserView:
    """One user."""
    return _view(users.user_by_email(door.connection, email))


@router.post("/users", status_code=201)
def create_user(door: Manager, form: NewUserForm) -> UserView:
    """Make a user, who is invited by mail to choose a password: 409 when the address is taken."""
    made = users.add_user(door.connection, door.now, form.email, _profile(form))
    users.invite(door.connection, door.now, made, door.caller)
    door.audit(Right.TEAM_WRITE, f"user:{made.email}", created=True, **_told(form))
    return _view(made)


@router.put("/users/{email}")
def change_user(door: Manager, email: Name, form: UserForm) -> UserView:
    """Change what is told of a user, role and rights included: 409 when nobody could manage people then."""
    changed = users.change_user(door.connection, email, _profile(form))
    door.audit(Right.TEAM_WRITE, f"user:{changed.email}", **_told(form))
    return _view(changed)


@router.post("/users/{email}/invite")
def invite_user(door: Manager, email: Name) -> UserView:
    """Send the mail again by which a user chooses a password; earlier links end: 409 when the user is disabled."""
    user = users.user_by_email(door.connection, email)
    users.invite(door.connection, door.now, user, door.caller)
    door.audit(Right.TEAM_WRITE, f"user:{user.email}", invited=True)
    return _view(user)


@router.post("/users/{email}/disable")
def disable_user(door: Manager, email: Name) -> UserView:
    """Let a user in no more, at once: 409 when nobody could manage people then."""
    disabled = users.disable_user(door.connection, door.now, email)
    door.audit(Right.TEAM_WRITE, f"user:{disabled.email}", disabled=True)
    return _view(disabled)


@router.post("/users/{email}/enable")
def enable_user(door: Manager, email: Name) -> UserView:
    """Let a disabled user sign in again."""
    enabled = users.enable_user(door.connection, email)
    door.audit(Right.TEAM_WRITE, f"user:{enabled.email}", disabled=False)
    return _view(enabled)


def _profile(form: UserForm) -> users.Profile:
    return users.Profile(form.name, form.team, form.role, form.language, form.rights)


def _told(form: UserForm) -> dict[str, object]:
    return {"team": form.team, "role": form.role, "rights": form.rights}


def _view(user: users.User) -> UserView:
    return UserView.model_validate(asdict(user), from_attributes=False, extra="ignore")
