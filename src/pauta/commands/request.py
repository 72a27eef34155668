"""``pauta request``: ask for a campaign, see what is asked for, and accept or decline it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from pauta.campaigns import requests
from pauta.campaigns.actions import read_draft
from pauta.commands.input import read_day
from pauta.commands.output import print_json, print_table
from pauta.commands.session import session
from pauta.core.problems import Problem
from pauta.platform.words import tell
from pauta.team.actions import audit
from pauta.team.roles import Right

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_Number = Annotated[int, typer.Argument(help="Number of the request.")]
_MOST = 200


@app.callback()
def request() -> None:
    """Ask for campaigns, and decide about what is asked for."""


@app.command()
def ask(
    title: Annotated[str, typer.Argument(help="What it is called.")],
    what: Annotated[str, typer.Option(help="What is to be said.")],
    whom: Annotated[str, typer.Option(help="For whom it is, in your own words.")],
    goal: Annotated[str, typer.Option(help="What it is to bring about.")],
    team: Annotated[str, typer.Option(help="The team that is asked for it.")],
    wished: Annotated[str, typer.Option(help="The day on which it should go out, as 2026-12-24.")],
    stakeholder: Annotated[list[str] | None, typer.Option(help="A colleague who is told at the launch.")] = None,
) -> None:
    """Ask a team for a campaign; those of the team who write campaigns are told."""
    wish = requests.Wish(title, what, whom, goal, team, read_day(wished, "wished"), stakeholder or [])
    with session(Right.CAMPAIGNS_READ) as run:
        number = requests.ask(run.connection, run.now, wish, run.caller)
        audit(run.connection, run.now, run.actor, Right.CAMPAIGNS_READ, f"request:{number}", {"asked": title})
        told = tell("request.asked", run.language, number=number)
    typer.echo(told)


@app.command("list")
def list_requests(as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False) -> None:
    """List what is asked for: the open ones by their day, then the decided ones; at most 200."""
    with session(Right.CAMPAIGNS_READ) as run:
        found = requests.requests(run.connection, None, _MOST)
        lang = run.language
    if as_json:
        print_json(found)
        return
    headings = [tell(f"request.{one}", lang) for one in ("number", "wished", "team", "title", "state", "campaign")]
    states = {one: tell(f"request.is_{one}", lang) for one in ("open", "accepted", "declined")}
    rows = [(one.id, one.wished, one.team, one.title, states[one.state], one.campaign) for one in found]
    print_table(headings, rows)


@app.command()
def accept(
    number: _Number,
    file: Annotated[Path, typer.Argument(help="JSON of the draft, with the fields that campaigns have in the API.")],
) -> None:
    """Make a request a draft; who asked is told."""
    with session(Right.CAMPAIGNS_WRITE) as run:
        draft = read_draft(_document(file))
        requests.accept(run.connection, run.now, number, draft, run.caller)
        audit(run.connection, run.now, run.actor, Right.CAMPAIGNS_WRITE, f"request:{number}", {"accepted": draft.name})
        told = tell("request.accepted", run.language, number=number, campaign=draft.name)
    typer.echo(told)


@app.command()
def decline(number: _Number, reason: Annotated[str, typer.Option(help="Why; who asked is told.")]) -> None:
    """Decline a request."""
    with session(Right.CAMPAIGNS_WRITE) as run:
        requests.decline(run.connection, run.now, number, reason, run.caller)
        audit(run.connection, run.now, run.actor, Right.CAMPAIGNS_WRITE, f"request:{number}", {"declined": reason})
        told = tell("request.declined", run.language, number=number)
    typer.echo(told)


def _document(file: Path) -> dict[str, object]:
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise Problem("campaigns.file_unreadable", field=str(file), why=error) from error
