"""``pauta contact``: what is done to one contact at a time."""

from __future__ import annotations

from typing import Annotated

import typer

from pauta.commands.session import session
from pauta.people.queries import find_contact
from pauta.people.views import contact as view
from pauta.pipeline.merging import merge_contacts
from pauta.platform.words import tell
from pauta.team.actions import audit
from pauta.team.roles import Right

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def contact() -> None:
    """Merge duplicates of a contact."""


@app.command()
def merge(
    kept: Annotated[str, typer.Argument(help="External id or e-mail address of the contact that goes on for both.")],
    other: Annotated[str, typer.Argument(help="The same of the duplicate, which goes.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether you are sure.")] = False,
) -> None:
    """Merge a duplicate into a contact, for ever."""
    with session(Right.PEOPLE_WRITE) as run:
        names = {
            "kept": view(run.connection, find_contact(run.connection, kept).id).external_id,
            "other": view(run.connection, find_contact(run.connection, other).id).external_id,
        }
        if not yes:
            typer.confirm(tell("contact.sure", run.language, **names), abort=True)
        merge_contacts(run.connection, kept, other, run.now, run.actor)
        detail = {"merged": names["other"]}
        audit(run.connection, run.now, run.actor, Right.PEOPLE_WRITE, f"contact:{names['kept']}", detail)
        told = tell("contact.merged", run.language, **names)
    typer.echo(told)
