"""``pauta status``: where all messages stand."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer

from pauta.commands.output import print_json, print_table
from pauta.commands.session import session
from pauta.platform import disk
from pauta.platform.words import say, tell
from pauta.reports.status import Status, status
from pauta.reports.wording import phrase
from pauta.team.roles import Right

app = typer.Typer(rich_markup_mode=None)


@app.command()
def show_status(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Tell how many messages stand where, what waits, how fast they leave, and who works."""
    with session(Right.STATUS_READ) as run:
        found = status(run.connection, run.now)
    room = disk.room(run.settings)
    if as_json:
        print_json({**asdict(found), "disk": {**asdict(room), "short": room.short}})
    else:
        _print(found, run.language)
        if room.short:
            typer.echo(say(room.problem, run.language))


def _print(found: Status, lang: str) -> None:
    rows: list[tuple[str, int]] = []
    for state, messages in found.messages.items():
        rows.append((tell(f"message_state.{state}", lang), messages))
        if state == "planned":
            rows.append((phrase("status.queued", lang), found.queued))
    print_table([phrase("columns.state", lang), phrase("columns.messages", lang)], rows)
    typer.echo()
    wait = timedelta(seconds=round(found.oldest_wait_seconds))
    typer.echo(phrase("status.oldest", lang, time=wait) if wait else phrase("status.punctual", lang))
    typer.echo(phrase("status.rate", lang, rate=found.rate))
    typer.echo(phrase("status.partitions", lang, owned=found.partitions_owned, free=found.partitions_free))
    _print_workers(found, lang)
    for launch in found.launches:
        done, parts = launch.parts_done, launch.parts
        told = {"campaign": launch.campaign, "done": done, "parts": parts, "messages": launch.messages}
        typer.echo(phrase("status.launching", lang, **told))
    if found.replanning:
        done = found.replanning.accounts - found.replanning.left
        told = {"version": found.replanning.version, "done": done, "accounts": found.replanning.accounts}
        typer.echo(phrase("status.replanning", lang, **told))
    for stop in found.stops:
        channel = stop.channel or phrase("status.everything", lang)
        channel += f" ({phrase(f'stop.{stop.stream}', lang)})" if stop.stream else ""
        since = f"{stop.at:%Y-%m-%d %H:%M}Z"
        typer.echo(phrase("status.stopped", lang, channel=channel, since=since, actor=stop.actor, reason=stop.reason))
    for lack in found.missing:
        typer.echo(phrase("status.missing", lang, count=lack.messages, figure=lack.figure))
    for one in found.set_aside:
        since = f"{one.since:%Y-%m-%d %H:%M}Z"
        told = {"count": one.count, "since": since, "tries": one.tries, "error": one.error}
        typer.echo(phrase(f"status.aside_{one.unit}", lang, **told))


def _print_workers(found: Status, lang: str) -> None:
    if not found.workers:
        typer.echo(phrase("status.no_workers", lang))
        return
    headings = [phrase(f"columns.{name}", lang) for name in ("worker", "partitions", "silent")]
    print_table(headings, [(one.name, one.partitions, one.silent_seconds) for one in found.workers])
