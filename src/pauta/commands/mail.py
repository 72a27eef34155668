"""``pauta mail``: the keys that sign mails and links."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import dns.exception
import typer

from pauta.channels.email import signing
from pauta.channels.email.domain import Domain
from pauta.channels.email.links import renew_link_key
from pauta.commands.session import session
from pauta.core.problems import Problem
from pauta.pipeline.reported import unread
from pauta.pipeline.unmatched import unmatched
from pauta.platform.words import tell
from pauta.team.actions import audit
from pauta.team.roles import Right

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_Domain = Annotated[str, typer.Argument(help="Domain of the senders, such as acme.example; its subdomains too.")]


@app.callback()
def mail() -> None:
    """Keys that sign mails and links."""


@app.command()
def keys() -> None:
    """List the keys that sign mails, with the records that DNS must have."""
    told: list[str] = []
    with session(Right.TEAM_READ) as run:
        for key in signing.keys(run.connection):
            told += [f"{key.domain}  {key.selector}  {_stands(key, run.language)}"]
            told += [] if key.retired_at else [key.zone_line]
        if not told:
            told.append(tell("mail.no_keys", run.language))
    typer.echo("\n".join(told))


@app.command("new-key")
def new_key(
    domain: _Domain,
    selector: Annotated[str, typer.Option(help="Name of the key in DNS; the day's if none.")] = "",
) -> None:
    """Make a key that signs mails (DKIM), and tell the record to publish; nothing is signed with it yet."""
    with session(Right.TEAM_WRITE) as run:
        key = signing.make_key(run.connection, domain, selector, run.now)
        audit(run.connection, run.now, run.actor, Right.TEAM_WRITE, f"dkim:{key.domain}", {"made": key.selector})
        told = tell("mail.publish", run.language, domain=key.domain, selector=key.selector)
    typer.echo(f"{told}\n{key.zone_line}")


@app.command("use-key")
def use_key(
    domain: _Domain,
    selector: Annotated[str, typer.Argument(help="Name of the key in DNS.")],
    unchecked: Annotated[bool, typer.Option("--unchecked", help="Without looking whether DNS has the record.")] = False,
) -> None:
    """Sign mails with a key from now on, in place of the one before."""
    with session(Right.TEAM_WRITE) as run:
        key = signing.find_key(run.connection, domain, selector)
        if not unchecked and not _published(key):
            raise Problem("email.key_unpublished", "selector", name=key.name)
        signing.use_key(run.connection, key, run.now)
        audit(run.connection, run.now, run.actor, Right.TEAM_WRITE, f"dkim:{key.domain}", {"used": key.selector})
        told = tell("mail.using", run.language, domain=key.domain, selector=key.selector)
    typer.echo(told)


@app.command("renew-link-key")
def renew_links() -> None:
    """Make links in mails with a new key; links that are out work for 400 days more."""
    with session(Right.TEAM_WRITE) as run:
        number = renew_link_key(run.connection, run.now)
        audit(run.connection, run.now, run.actor, Right.TEAM_WRITE, "links", {"key": number})
        told = tell("mail.links", run.language, number=number)
    typer.echo(told)


@app.command()
def reports(most: Annotated[int, typer.Option(help="How many of the newest.", min=1, max=1000)] = 20) -> None:
    """List reports of providers that nobody understood, or that belong to no message of ours, as they came."""
    with session(Right.PEOPLE_READ) as run:
        found = unread(run.connection, most)
        told = [f"{one.at:%Y-%m-%d %H:%M} UTC  {one.provider}  {one.said}\n{one.raw}" for one in found]
        told = told or [tell("mail.no_reports", run.language)]
    typer.echo("\n".join(told))


@app.command("unmatched")
def list_unmatched(most: Annotated[int, typer.Option(help="How many of the newest.", min=1, max=1000)] = 20) -> None:
    """List mails that came in and answer to no message of ours."""
    with session(Right.PEOPLE_READ) as run:
        found = unmatched(run.connection, most)
        told = [f"{one.at:%Y-%m-%d %H:%M} UTC  {one.kind}  {one.status}\n{one.text}" for one in found]
        told = told or [tell("mail.no_unmatched", run.language)]
    typer.echo("\n".join(told))


def _published(key: signing.Key) -> bool:
    try:
        return Domain(key.domain).publishes(key)
    except dns.exception.DNSException:
        return False


def _stands(key: signing.Key, language: str) -> str:
    def day(at: datetime) -> str:
        return f"{at:%Y-%m-%d %H:%M} UTC"

    if key.retired_at:
        return tell("mail.retired", language, at=day(key.retired_at))
    return tell("mail.used", language, at=day(key.used_from)) if key.used_from else tell("mail.waiting", language)
