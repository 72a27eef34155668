"""Signing in and out, and who one is."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from psycopg import Connection
from pydantic import BaseModel, Field

from pauta.core.problems import Problem
from pauta.people.company import company
from pauta.people.queries import is_sample
from pauta.sample.company import DEMO_PASSWORD, TEAMS, demo_accounts
from pauta.team import pauses, sessions, users
from pauta.team.actions import audit
from pauta.team.passwords import LONGEST, hash_password, matches
from pauta.team.roles import Caller, Right, rights_of
from pauta.team.users import password_hash_of, set_language, set_password, user_by_email
from pauta.web.browsers import COOKIE, clear_cookie, require_own_page, set_cookie
from pauta.web.door import Door, Known, Transaction
from pauta.web.state import state_of
from pauta.web.types import Form, Line

router = APIRouter(tags=["session"])

HASHES_AT_ONCE = 3
"""Passwords that one web process checks at the same time: each takes 64 MB."""

Language = Literal["en", "es", "pt-BR"]


class SignInForm(Form):
    """Who signs in."""

    email: Line = Field(examples=["ana@pauta.example"])
    password: Line = Field(max_length=LONGEST)


class ChangeForm(Form):
    """What a user changes of their own; what is left out stays."""

    language: Language | None = None
    password: Line | None = Field(default=None, max_length=LONGEST, description="The new password.")
    current_password: Line = Field(
        default="", max_length=LONGEST, description="Needed when the password changes, which ends all other sessions."
    )


class ResetForm(Form):
    """Who forgot the password."""

    email: Line = Field(examples=["ana@pauta.example"])


class LinkForm(Form):
    """A link of an invitation or of a new password."""

    token: Line = Field(description="What stands behind the # of the link.")


class PasswordForm(LinkForm):
    """The password that is chosen by a link."""

    password: Line = Field(max_length=LONGEST)


class LinkView(BaseModel):
    """Whose link it is."""

    email: str
    name: str
    language: str


class SessionView(BaseModel):
    """Who one is, and what one may do."""

    kind: Literal["user", "key"]
    name: str
    email: str | None = Field(description="null for a key.")
    team: str = Field(description="Name of the team; empty for none.")
    role: str
    rights: list[str]
    language: str
    country: str | None = Field(description="The company's, by which its people write dates and numbers.")
    demo: bool = Field(description="Whether this is the demonstration with its fictional company.")


class DemoAccountView(BaseModel):
    """A user of the demonstration, as whom everybody may sign in."""

    email: str
    password: str
    name: str
    team: str
    team_title: str = Field(description="What people call the team.")
    role: str
    approves: bool = Field(description="Whether they may approve campaigns.")
    language: str


def _turn() -> None:
    """Nothing; no more than a few requests at a time hold it."""


Turn = Depends(_turn, scope="function", max_concurrency=HASHES_AT_ONCE)


@router.get("/session")
def get_session(door: Known) -> SessionView:
    """Who one is: 401 for whoever has not signed in."""
    return _view(door.connection, door.caller, door.language)


@router.post("/session", dependencies=[Turn])
def sign_in(request: Request, response: Response, form: SignInForm) -> SessionView:
    """Sign in with e-mail and password; the answer sets the cookie of the session.

    401 when they do not belong together, 429 after too many failures: the pause grows.
    """
    require_own_page(request)
    state = state_of(request)
    now = state.clock.now()
    address = request.client.host if request.client else ""
    with state.pool.connection() as connection:
        wait = pauses.take(connection, now, form.email, address)
        known = password_hash_of(connection, form.email)
    if wait > timedelta():
        raise Problem("sign_in_paused", seconds=math.ceil(wait.total_seconds()))
    if not matches(known[1] if known else None, form.password) or known is None:
        raise Problem("sign_in_wrong")
    with state.pool.connection() as connection:
        pauses.forgive(connection, now, form.email, address)
        user = user_by_email(connection, form.email)
        set_cookie(request, response, sessions.begin(connection, now, user.id))
        audit(connection, now, user.caller.actor, "session.begin", f"user:{user.email}", {"address": address})
        return _view(connection, user.caller, user.language)


@router.patch("/session", dependencies=[Turn])
def change_session(request: Request, response: Response, door: Known, form: ChangeForm) -> SessionView:
    """Change one's own language or password. A new password ends all other sessions."""
    user = user_by_email(door.connection, _person(door))
    if form.language:
        set_language(door.connection, user.id, form.language)
    if form.password is not None:
        known = password_hash_of(door.connection, user.email)
        if known is None or not matches(known[1], form.current_password):
            raise Problem("password_wrong", "current_password")
        set_password(door.connection, user.id, hash_password(form.password, user.email))
        set_cookie(request, response, sessions.begin(door.connection, door.now, user.id))
    changed = [name for name in ("language", "password") if getattr(form, name) is not None]
    audit(door.connection, door.now, door.actor, "session.change", f"user:{user.email}", {"changed": changed})
    return _view(door.connection, door.caller, form.language or user.language)


@router.delete("/session", status_code=204)
def sign_out(
    request: Request,
    response: Response,
    door: Known,
    everywhere: Annotated[bool, Query(description="Whether the sessions of all other browsers end too.")] = False,
) -> None:
    """Sign out, here or everywhere."""
    user = user_by_email(door.connection, _person(door))
    if everywhere:
        sessions.end_all(door.connection, user.id)
    else:
        sessions.end(door.connection, request.cookies[COOKIE])
    audit(door.connection, door.now, door.actor, "session.end", f"user:{user.email}", {"everywhere": everywhere})
    clear_cookie(response)


@router.post("/session/reset", status_code=202, response_class=Response)
def ask_reset(request: Request, connection: Transaction, form: ResetForm) -> None:
    """Ask for a mail with a link to a new password. The answer is the same whether the address is known or not."""
    require_own_page(request)
    state = state_of(request)
    wait = state.resets.wait_for(request.client.host if request.client else "")
    if wait:
        raise Problem("web_too_fast", seconds=math.ceil(wait))
    users.ask_reset(connection, state.clock.now(), form.email)


@router.post("/session/link")
def get_link(request: Request, connection: Transaction, form: LinkForm) -> LinkView:
    """Whose link of an invitation or new password this is: 422 when it is used, expired or unknown."""
    require_own_page(request)
    user = sessions.user_of_link(connection, state_of(request).clock.now(), form.token)
    return LinkView(email=user.email, name=user.name, language=user.language)


@router.post("/session/password", dependencies=[Turn])
def choose_password(request: Request, response: Response, connection: Transaction, form: PasswordForm) -> SessionView:
    """Choose a password by a link, which is used up by that, and sign in. All other sessions end."""
    require_own_page(request)
    now = state_of(request).clock.now()
    user = sessions.user_of_link(connection, now, form.token)
    set_password(connection, user.id, hash_password(form.password, user.email))
    set_cookie(request, response, sessions.begin(connection, now, user.id))
    audit(connection, now, user.caller.actor, "session.password", f"user:{user.email}", {})
    return _view(connection, user.caller, user.language)


@router.get("/session/demo")
def list_demo_accounts(connection: Transaction) -> list[DemoAccountView]:
    """The users of the demonstration, one for each role, with the password; an empty list anywhere else."""
    if not is_sample(connection):
        return []
    return [
        DemoAccountView(
            email=one.email,
            password=DEMO_PASSWORD,
            name=one.name,
            team=one.team,
            team_title=TEAMS[one.team],
            role=one.role,
            approves=Right.APPROVALS_DECIDE in rights_of(one.role) | set(one.rights),
            language=one.language,
        )
        for one in demo_accounts()
    ]


def _person(door: Door) -> str:
    """The address of who signed in; a Problem for a key, which is nobody in person."""
    if not door.caller.email:
        raise Problem("session_needed")
    return door.caller.email


def _view(connection: Connection[tuple[object, ...]], who: Caller, language: str) -> SessionView:
    home = company(connection)
    name = user_by_email(connection, who.email).name if who.email else who.actor.removeprefix("key:")
    return SessionView(
        kind="user" if who.email else "key",
        name=name,
        email=who.email or None,
        team=who.team,
        role=who.role,
        rights=sorted(who.rights),
        language=language,
        country=home.country,
        demo=home.sample,
    )
