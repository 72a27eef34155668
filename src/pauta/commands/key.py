"""``pauta key``: make, list and revoke API keys."""

from __future__ import annotations

from typing import Annotated

import typer

from pauta.commands.session import session
from pauta.platform.words import tell
from pauta.team import actions, queries
from pauta.team.roles import ROLES, Right

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_Name = Annotated[str, typer.Argument(help="Name of the key: which program uses it.")]


@app.callback()
def key() -> None:
    """Create, list and revoke API keys."""


@app.command()
def create(
    name: _Name,
    role: Annotated[str, typer.Option(help=f"What it may do: {', '.join(ROLES)}.")],
    team: Annotated[str, typer.Option(help="Team for which it speaks.")] = "",
) -> None:
    """Make a key and show its secret, this once."""
    with session(Right.TEAM_WRITE) as run:
        secret = actions.create_key(run.connection, run.now, name, role, team)
        actions.audit(run.connection, run.now, run.actor, Right.TEAM_WRITE, f"key:{name}", {"role": role, "team": team})
        told = tell("key.created", run.language)
    typer.echo(secret)
    typer.echo(told, err=True)


@app.command("list")
def list_keys() -> None:
    """List all keys, revoked ones too."""
    with session(Right.TEAM_READ) as run:
        found = queries.keys(run.connection)
        revoked = tell("key.revoked", run.language)
    for one in found:
        state = f"{revoked} {one.revoked_at:%Y-%m-%d %H:%M}" if one.revoked_at else ""
        typer.echo(f"{one.name:<24} {one.role:<10} {one.team:<16} {one.created_at:%Y-%m-%d %H:%M}  {state}".rstrip())


@app.command()
def revoke(name: _Name) -> None:
    """End a key at once."""
    with session(Right.TEAM_WRITE) as run:
        actions.revoke_key(run.connection, run.now, name)
        actions.audit(run.connection, run.now, run.actor, Right.TEAM_WRITE, f"key:{name}", {"revoked": True})
        told = tell("key.gone", run.language, name=name)
    typer.echo(told)
