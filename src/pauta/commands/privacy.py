"""``pauta privacy``: what is held about a contact, its erasure, and how long data is kept."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from pauta.campaigns.audience import company_today
from pauta.commands.output import print_json, print_table
from pauta.commands.session import session
from pauta.platform.words import tell
from pauta.privacy import erasing, held, retention
from pauta.team.actions import audit
from pauta.team.roles import Right

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_Contact = Annotated[str, typer.Argument(help="External id or e-mail address of the contact.")]


@app.callback()
def privacy() -> None:
    """Tell what is held about a contact, erase it, keep data only so long."""


@app.command("held")
def show_held(
    contact: _Contact,
    html: Annotated[Path | None, typer.Option(help="Write a page to read into this file, rather than JSON.")] = None,
) -> None:
    """Everything held about a contact, and about all who share the address."""
    with session(Right.PRIVACY_MANAGE) as run:
        sections = held.held(run.connection, contact)
        audit(run.connection, run.now, run.actor, Right.PRIVACY_MANAGE, f"contact:{contact}", {"exported": True})
        answer = {"at": run.now, "purposes": held.purposes(run.language), "sections": sections}
        if html:
            html.write_text(held.page(sections, run.now, run.language), encoding="utf-8")
    if not html:
        print_json(answer)


@app.command()
def erase(
    contact: _Contact,
    reason: Annotated[str, typer.Option(help="Why: the request and its date.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether you are sure.")] = False,
) -> None:
    """Erase a contact, and all who share the address, for ever."""
    with session(Right.PRIVACY_MANAGE) as run:
        subject = erasing.find_subject(run.connection, contact)
        concerned = ", ".join(subject.names)
        if not yes:
            typer.confirm(tell("privacy.sure", run.language, contacts=concerned), abort=True)
        erased = erasing.erase(run.connection, contact, run.now, actor=run.actor, reason=reason)
        detail = {"removed": erased.removed}
        audit(run.connection, run.now, run.actor, Right.PRIVACY_MANAGE, f"erasure:{erased.id}", detail)
        told = tell("privacy.erased", run.language, number=erased.id, contacts=concerned)
    typer.echo(told)


@app.command("keep")
def keep(
    kind: Annotated[str, typer.Argument(help=f"One of {', '.join(retention.KINDS)}.")],
    days: Annotated[int, typer.Argument(help="For so many days; 0 for ever.", min=0)],
) -> None:
    """Keep a kind of data for so many days from now on; what is older goes within the day."""
    with session(Right.PRIVACY_MANAGE) as run:
        retention.keep(run.connection, kind, days or None, run.now, run.actor)
        audit(run.connection, run.now, run.actor, Right.PRIVACY_MANAGE, f"retention:{kind}", {"days": days})
        told = tell("privacy.kept" if days else "privacy.kept_for_ever", run.language, kind=kind, days=days)
    typer.echo(told)


@app.command()
def times() -> None:
    """For how long each kind of data is kept, and what was removed in the last 30 days."""
    with session(Right.PRIVACY_MANAGE) as run:
        kept = retention.kept(run.connection)
        since = company_today(run.connection, run.now) - timedelta(days=30)
        removed = dict[str, int]()
        for one in retention.runs(run.connection, since):
            removed[one.kind] = removed.get(one.kind, 0) + one.removed
        headings = [tell(f"privacy.{name}", run.language) for name in ("kind", "days", "least", "removed")]
        for_ever = tell("privacy.for_ever", run.language)
    print_table(headings, [(one.kind, one.days or for_ever, one.least, removed.get(one.kind, 0)) for one in kept])
