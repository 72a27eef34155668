"""``pauta consent``: the consent ledger of a contact, and what somebody said in another way."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from pauta.commands.output import print_json, print_table
from pauta.commands.session import session
from pauta.messages.actions import request_plan
from pauta.people import views
from pauta.people.actions import ConsentEntry, append_consent
from pauta.people.imports.stated_consent import read_channel, read_moment, read_proof
from pauta.people.lawful import counting
from pauta.people.queries import find_contact, find_contacts
from pauta.platform.words import tell
from pauta.team.actions import audit
from pauta.team.roles import Right

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_Contact = Annotated[str, typer.Argument(help="External id, or e-mail address: of all who share it.")]
_Channel = Annotated[str, typer.Option(help="Channel, such as email.")]
_Topic = Annotated[str, typer.Option(help="Topic; * is every topic.")]
_Source = Annotated[str, typer.Option(help="Where it was said.")]
_At = Annotated[str, typer.Option(help="When it was said, or what it rests on happened, in ISO 8601; now if none.")]


@app.callback()
def consent() -> None:
    """Show the consent ledger of a contact, and record what they granted or took back."""


@app.command()
def show(
    contact: _Contact, as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False
) -> None:
    """Show all entries of a contact in the order in which they count, and what each carries today."""
    with session(Right.PEOPLE_READ) as run:
        person = find_contact(run.connection, contact)
        service = {one.id: one.service for one in counting(run.connection, [person.id], run.now)}
        entries = views.consents(run.connection, person.id)
        lang = run.language
    carries = {one.id: {None: "nothing", True: "service", False: "all"}[service.get(one.id)] for one in entries}
    if as_json:
        print_json([{**asdict(one), "ground": one.ground.name, "carries": carries[one.id]} for one in entries])
        return
    headings = [tell(f"consent.{name}", lang) for name in ("at", "what", "basis", "source", "carries")]
    rows = [
        (
            *(one.at, f"{'+' if one.granted else '-'} {one.channel} {one.topic}", one.basis, one.source),
            tell(f"consent.{carries[one.id] if one.granted else 'denied'}", lang),
        )
        for one in entries
    ]
    print_table(headings, rows)


@app.command()
def record(
    contact: _Contact,
    basis: Annotated[str, typer.Option(help="Why it may be relied on.")],
    source: _Source,
    channel: _Channel = "email",
    topic: _Topic = "*",
    at: _At = "",
    wording: Annotated[str, typer.Option(help="What they agreed to, or its version.")] = "",
    proof: Annotated[str, typer.Option(help="What proves it: a JSON object of texts, or any text.")] = "{}",
) -> None:
    """Record what a contact has granted."""
    _append(contact, channel, topic, at, granted=True, basis=basis, source=source, wording=wording, proof=proof)


@app.command()
def withdraw(
    contact: _Contact, source: _Source, channel: _Channel = "email", topic: _Topic = "*", at: _At = ""
) -> None:
    """Record that a contact wants no more messages, of a topic or of all; in force at once."""
    _append(contact, channel, topic, at, granted=False, basis="withdrawal", source=source)


def _append(
    contact: str,
    channel: str,
    topic: str,
    at: str,
    *,
    granted: bool,
    basis: str,
    source: str,
    wording: str = "",
    proof: str = "{}",
) -> None:
    with session(Right.CONSENTS_WRITE) as run:
        find_contact(run.connection, contact)
        entry = ConsentEntry(
            channel=read_channel(channel),
            topic=topic,
            granted=granted,
            basis=basis,
            source=source,
            wording=wording,
            proof=json.loads(read_proof(proof)),
            actor=run.actor,
            at=datetime.fromisoformat(read_moment(at)) if at else run.now,
        )
        people = find_contacts(run.connection, [contact]).contacts[0]
        added = append_consent(run.connection, [person.id for person in people], entry, run.now)
        request_plan(run.connection, added.keys, run.now)
        detail = {"channel": channel, "topic": topic, "granted": granted, "basis": basis, "source": source}
        audit(run.connection, run.now, run.actor, Right.CONSENTS_WRITE, f"contact:{contact}", detail)
        told = tell("consent.recorded", run.language, count=added.added)
    typer.echo(told)
