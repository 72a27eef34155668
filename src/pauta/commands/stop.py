"""``pauta stop``: stop everything that leaves, or one channel, and let it go again."""

from __future__ import annotations

from typing import Annotated

import typer

from pauta.channels.base import Stream
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
    stream: Annotated[
        Stream | None, typer.Option(help="Only bulk, or only transactional messages.", show_choices=False)
    ] = None,
    lift: Annotated[bool, typer.Option("--lift", help="Let it go again.")] = False,
    reason: Annotated[str, typer.Option(help="Why; shown to everyone.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Stop everything that leaves within a second; messages wait and nothing is lost. --lift lets them go again."""
    with session(Right.STOP_USE) as run:
        if lift:
            actions.lift(run.connection, channel or None, run.actor, run.now, stream)
            changed = True
        else:
            changed = actions.stop(run.connection, channel or None, reason, run.actor, run.now, stream)
        detail = {"lift": lift, "reason": reason, "stream": stream}
        audit(run.connection, run.now, run.actor, Right.STOP_USE, f"stop:{channel or '*'}", detail)
        standing = status(run.connection, run.now).stops
    if as_json:
        print_json({"changed": changed, "stops": standing})
        return
    key = "stop.lifted" if lift else "stop.stopped" if changed else "stop.already"
    flag = (f" --channel {channel}" if channel else "") + (f" --stream {stream}" if stream else "")
    typer.echo(phrase(key, run.language, channel=_what(channel, stream, run.language), flag=flag))
    if lift and standing:
        still = ", ".join(_what(one.channel, one.stream, run.language) for one in standing)
        typer.echo(phrase("stop.still", run.language, channels=still))


def _what(channel: str | None, stream: str | None, lang: str) -> str:
    """What is stopped, in words."""
    named = channel or phrase("stop.everything", lang)
    return f"{named} ({phrase(f'stop.{stream}', lang)})" if stream else named
