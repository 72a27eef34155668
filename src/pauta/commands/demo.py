"""``pauta demo``: the sample company in an empty database, a few campaigns launched, and everything started."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from pauta.campaigns import actions as campaigns
from pauta.campaigns.queries import campaign_named
from pauta.commands.session import Session, session
from pauta.platform.words import tell
from pauta.sample import approvals, company
from pauta.sample.campaigns import LAUNCHED
from pauta.sample.loading import SEED, is_empty, load
from pauta.team.actions import audit
from pauta.team.roles import Right

app = typer.Typer(rich_markup_mode=None)


@app.command()
def demo(
    seed: Annotated[int, typer.Option(help="Another number makes another company.")] = SEED,
    start: Annotated[
        bool, typer.Option("--start/--no-start", help="Start everything afterwards, or only load.")
    ] = True,
) -> None:
    """Load the sample company if the database is empty, launch some of its campaigns, and start everything."""
    with session(Right.TEAM_WRITE) as run:
        _prepare(run, seed)
    if start:
        os.execv(sys.executable, [sys.executable, sys.argv[0], "up"])  # without the memory that loading took


def _prepare(run: Session, seed: int) -> None:
    if not is_empty(run.connection):
        typer.echo(tell("demo.there", run.language))
        return
    typer.echo(tell("demo.loading", run.language))
    load(run.connection, run.now, seed)
    audit(run.connection, run.now, run.actor, Right.PEOPLE_WRITE, "sample", {"seed": seed})
    typer.echo(tell("demo.loaded", run.language, company=company.NAME, **_counts(run)))
    for name in LAUNCHED:
        approvals.approve(run.connection, run.now, name)
        campaigns.launch(run.connection, run.now, campaign_named(run.connection, name).id, run.caller)
        audit(run.connection, run.now, run.actor, Right.CAMPAIGNS_LAUNCH, f"campaign:{name}", {})
    approvals.submit(run.connection, run.now, approvals.WAITING)
    typer.echo(tell("demo.launched", run.language, campaigns=", ".join(LAUNCHED)))


def _counts(run: Session) -> dict[str, int]:
    row = run.connection.execute(
        "SELECT (SELECT count(*) FROM contact), (SELECT count(*) FROM touch), (SELECT count(*) FROM campaign)"
    ).fetchone()
    contacts, touches, planned = row or (0, 0, 0)
    return {"contacts": contacts, "touches": touches, "campaigns": planned}
