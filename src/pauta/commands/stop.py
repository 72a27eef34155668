"""``pauta stop``: stop everything that leaves, or one channel, and let it go again."""

from __future__ import annotations

from typing import Annotated

import typer

from pauta.commands.output import print_json
from pauta.commands.session import session
from pauta.core.gate.vocabulary import CHANNELS
from pauta.messages import actions
from pauta.reports.status import status
from pauta.reports.wording import phrase
from pauta.team.actions import audit
from pauta.team.roles import Right

app = typer.Typer(rich_markup_mode=None)


@app.command()
def stop(
    channel: Annotated[str, typer.Option(help=f"Only this channel: {', '.join(CHANNELS)}.")] = "",
    lift: Annotated[bool, typer.Option("--lift", help="Let it go again.")] = False,
    reason: Annotated[str, typer.Option(help="Why; shown to everyone.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Stop everything that leaves within a second; messages wait and nothing is lost. --lift lets them go again."""
    with session(Right.STOP_USE) as run:
        if lift:
            actions.lift(run.connection, channel or None, run.actor, run.now)
            changed = True
        else:
            changed = actions.stop(run.connection, channel or None, reason, run.actor, run.now)
        detail = {"lift": lift, "reason": reason}
        audit(run.connection, run.now, run.actor, Right.STOP_USE, f"stop:{channel or '*'}", detail)
        standing = status(run.connection, run.now).stops
    if as_json:
        print_json({"changed": changed, "stops": standing})
        return
    everything = phrase("stop.everything", run.language)
    key = "stop.lifted" if lift else "stop.stopped" if changed else "stop.already"
    flag = f" --channel {channel}" if channel else ""
    typer.echo(phrase(key, run.language, channel=channel or everything, flag=flag))
    if lift and standing:
        still = ", ".join(one.channel or everything for one in standing)
        typer.echo(phrase("stop.still", run.language, channels=still))
