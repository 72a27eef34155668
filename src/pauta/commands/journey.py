"""``pauta journey``: list journeys, start from a ready one, and simulate what one would do."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from pauta.commands.output import print_json, print_table
from pauta.commands.session import session
from pauta.core.journey.document import read_document
from pauta.core.problems import Problem
from pauta.journeys import queries, ready
from pauta.journeys.actions import checked
from pauta.pipeline.simulating import MOST_CONTACTS, MOST_DAYS, Expected, simulate
from pauta.platform.words import tell
from pauta.team.actions import audit
from pauta.team.roles import Right

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@app.callback()
def journey() -> None:
    """List journeys, start from a ready one, and simulate what one would do."""


@app.command("list")
def list_(as_json: _Json = False) -> None:
    """All journeys, the last changed first."""
    with session(Right.CAMPAIGNS_READ) as here:
        found = queries.journeys(here.connection)
    if as_json:
        print_json(found)
        return
    headings = [tell(f"journeys.{name}", here.language) for name in ("name", "state", "entered", "inside", "converted")]
    state = {one: tell(f"journey_state.{one}", here.language) for one in ("draft", "live", "paused", "stopped")}
    print_table(headings, [(one.name, state[one.state], one.entered, one.inside, one.converted) for one in found])


@app.command("ready")
def ready_(
    key: Annotated[str, typer.Argument(help="Which one; leave it out to list them.")] = "",
    name: Annotated[str, typer.Option(help="What the draft is called; else as the ready journey is.")] = "",
) -> None:
    """List the ready journeys, or make a draft of one, with its templates."""
    with session(Right.CAMPAIGNS_WRITE if key else Right.CAMPAIGNS_READ) as here:
        if not key:
            print_table(("", "", ""), [(one.key, one.name, one.about) for one in ready.ready_journeys(here.language)])
            return
        called = name or ready.ready_journey(key, here.language).name
        here.caller.require(Right.TEMPLATES_WRITE)
        ready.adapt(here.connection, here.now, key, called, here.language, here.actor)
        audit(here.connection, here.now, here.actor, Right.CAMPAIGNS_WRITE.value, f"journey:{called}", {"ready": key})
    typer.echo(tell("journeys.drafted", here.language, name=called))


@app.command("simulate")
def simulate_(
    name: Annotated[str, typer.Argument(help="Name of the journey; its draft is simulated.")],
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="For how many days.")] = 30,
    contact: Annotated[str, typer.Option(help="External id of whose messages are told one by one.")] = "",
    expected: Annotated[
        list[str] | None,
        typer.Option("--event", help="CONTACT:EVENT:DAY that is taken to happen, at noon of that day."),
    ] = None,
    repeat: Annotated[bool, typer.Option(help="Let the events of as many days before happen again.")] = True,
    contacts: Annotated[
        int, typer.Option(min=1, max=MOST_CONTACTS, help="About how many contacts stand for all.")
    ] = 500,
    as_json: _Json = False,
) -> None:
    """Tell what a journey would send in the days to come, by the real gate; nothing is sent or kept."""
    with session(Right.CAMPAIGNS_READ) as here:
        chosen = queries.journey_named(here.connection, name)
        wrong = checked(here.connection, name, chosen.draft)[1]
        row = here.connection.execute("SELECT zone FROM company WHERE id = 1").fetchone()
        happening = [_expected(one, row[0] if row else "UTC") for one in expected or []]
        if wrong:
            raise wrong[0].problem
        drafts = {name: read_document(chosen.draft)}
        url = here.settings.database_url or here.connection.info.dsn
        found = simulate(url, here.now, days, drafts, happening, repeat=repeat, most=contacts)
    own = [one for one in found.messages if (one.contact == contact if contact else one.journey == name)]
    if as_json:
        print_json(own if contact else found)
        return
    headings = [tell(f"journeys.{one}", here.language) for one in ("day", "wished", "contact", "name", "step", "what")]
    words = {state: tell(f"journeys.{state}", here.language) for state in ("sent", "not_sent", "open")}
    print_table(
        headings,
        [
            (one.day, one.wished, one.contact, one.journey, one.node, words.get(one.state, words["not_sent"]))
            for one in own
        ],
    )


def _expected(text: str, zone: str) -> Expected:
    contact, _, rest = text.partition(":")
    event, _, day = rest.rpartition(":")
    try:
        at = datetime.combine(date.fromisoformat(day), time(12), ZoneInfo(zone))
    except ValueError:
        raise Problem("journeys.simulated_event", "--event", value=text) from None
    return Expected(contact, event, at, {})
