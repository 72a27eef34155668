"""``pauta user``: make, list and disable users, and give them passwords."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

import typer

from pauta.commands.output import print_table
from pauta.commands.session import Session, session
from pauta.platform.settings import LANGUAGES
from pauta.platform.words import tell
from pauta.team import users
from pauta.team.actions import audit
from pauta.team.passwords import hash_password
from pauta.team.roles import GRANTABLE, ROLES, Right

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_Email = Annotated[str, typer.Argument(help="E-mail address of the user.")]


@app.callback()
def user() -> None:
    """Make, list and disable users, and give them passwords."""


@app.command()
def add(
    email: _Email,
    name: Annotated[str, typer.Option(help="What the user is called.")],
    role: Annotated[str, typer.Option(help=f"What the user may do: {', '.join(ROLES)}.")],
    team: Annotated[str, typer.Option(help="Team of the user.")] = "",
    right: Annotated[list[str] | None, typer.Option(help=f"A right besides: {', '.join(GRANTABLE)}.")] = None,
    language: Annotated[str, typer.Option(help=f"One of {', '.join(LANGUAGES)}; else the company's.")] = "",
    invite: Annotated[
        bool, typer.Option("--invite", help="Let the user choose the password by mail, rather than ask for one.")
    ] = False,
) -> None:
    """Make a user; the password is asked for, or read as a line from the input."""
    with session(Right.TEAM_WRITE) as run:
        profile = users.Profile(name, team, role, language or run.settings.company_lang, right or ())
        made = users.add_user(run.connection, run.now, email, profile)
        if invite:
            users.invite(run.connection, run.now, made, run.caller)
        else:
            _set_password(run, made)
        _audit(run, made, created=True, role=role, team=team, rights=list(right or ()))
        told = tell("user.invited" if invite else "user.added", run.language, email=made.email)
    typer.echo(told)


@app.command("list")
def list_users() -> None:
    """List all users, disabled ones too."""
    with session(Right.TEAM_READ) as run:
        found = users.users(run.connection)
        headings = [tell(f"user.{key}", run.language) for key in ("email", "name", "team", "role", "rights", "state")]
        rows = [
            (one.email, one.name, one.team, one.role, " ".join(one.rights), tell(_state(one), run.language))
            for one in found
        ]
    print_table(headings, rows)


def _state(one: users.User) -> str:
    if one.disabled_at:
        return "user.is_disabled"
    return "user.is_active" if one.has_password else "user.is_invited"


@app.command()
def disable(email: _Email) -> None:
    """Let a user in no more, at once."""
    with session(Right.TEAM_WRITE) as run:
        disabled = users.disable_user(run.connection, run.now, email)
        _audit(run, disabled, disabled=True)
        told = tell("user.gone", run.language, email=disabled.email)
    typer.echo(told)


@app.command()
def password(email: _Email) -> None:
    """Give a user another password, which is asked for or read as a line from the input; all sessions end."""
    with session(Right.TEAM_WRITE) as run:
        chosen = users.user_by_email(run.connection, email)
        _set_password(run, chosen)
        _audit(run, chosen, password=True)
        told = tell("user.password_set", run.language, email=chosen.email)
    typer.echo(told)


def _set_password(run: Session, one: users.User) -> None:
    question = tell("user.password", run.language, email=one.email)
    given = getpass.getpass(question) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    users.set_password(run.connection, one.id, hash_password(given, one.email))


def _audit(run: Session, one: users.User, **detail: object) -> None:
    audit(run.connection, run.now, run.actor, Right.TEAM_WRITE, f"user:{one.email}", detail)
