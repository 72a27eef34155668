"""``pauta company``: what mails say of the company that writes them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from pauta.commands.session import session
from pauta.content.footer import ADDRESS_FIGURE
from pauta.messages.actions import request_plan_everywhere, unhold_figures
from pauta.people.company import CompanyValues, company, save_company
from pauta.platform.words import tell
from pauta.policies.queries import current
from pauta.team.actions import audit
from pauta.team.roles import Right

app = typer.Typer(rich_markup_mode=None)


@app.command()
def tell_company(
    name: Annotated[str, typer.Option(help="Name of the company, as mails tell it.")] = "",
    postal_address: Annotated[
        str, typer.Option(help="Postal address; no mail but transactional ones without it.")
    ] = "",
    sender: Annotated[str, typer.Option(help="Who mails are from, such as Sur <hello@sur.example>.")] = "",
    language: Annotated[str, typer.Option("--language", help="Language of contacts whose own is unknown.")] = "",
    zone: Annotated[str, typer.Option(help="Time zone of contacts whose own is unknown.")] = "",
) -> None:
    """Tell what mails say of the company, or set it."""
    given = CompanyValues(name, postal_address, sender, language, zone)
    told: list[str] = []
    with session(Right.TEAM_READ if given == CompanyValues() else Right.TEAM_WRITE) as run:
        if given == CompanyValues():
            told += [
                f"{key:<16}{value}" for key, value in asdict(company(run.connection)).items() if key in asdict(given)
            ]
        else:
            usual = run.settings
            if save_company(run.connection, given, zone=usual.company_zone, language=usual.company_lang):
                request_plan_everywhere(run.connection, run.now, current(run.connection).version)
            said = {key: value for key, value in asdict(given).items() if value}
            audit(run.connection, run.now, run.actor, Right.TEAM_WRITE, "company", said)
            told.append(tell("company.saved", run.language))
            released = unhold_figures(run.connection, [ADDRESS_FIGURE], run.now) if postal_address else 0
            if released:
                told.append(tell("company.released", run.language, count=released))
    typer.echo("\n".join(told))
