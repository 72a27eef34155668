"""``pauta segment``: list segments, save one from a file, look at one, and tell why a contact is in or out."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from pauta.commands.output import print_json, print_table
from pauta.commands.session import session
from pauta.core.problems import Problem
from pauta.core.rules.reading import read_rule
from pauta.people.queries import find_contact
from pauta.platform.words import tell
from pauta.segments import actions, queries
from pauta.segments.explaining import Answer, explain
from pauta.segments.previewing import preview
from pauta.segments.sentences import told
from pauta.team.actions import audit
from pauta.team.roles import Right

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_Key = Annotated[str, typer.Argument(help="Key of the segment.")]
_File = Annotated[Path, typer.Argument(help="JSON file with a rule as in the reference; - reads standard input.")]


@app.callback()
def segment() -> None:
    """Contacts by rules: who is in a segment, and why."""


@app.command("list")
def list_segments() -> None:
    """All segments with the number of their members."""
    with session(Right.PEOPLE_READ) as run:
        found = queries.segments(run.connection)
        headings = [tell(f"segment.{name}", run.language) for name in ("key", "name", "members", "version")]
    print_table(headings, [(one.key, one.name, one.members, one.version) for one in found])


@app.command()
def show(key: _Key, as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False) -> None:
    """One segment: its rule in words and the number of its members."""
    with session(Right.PEOPLE_READ) as run:
        found = queries.segment(run.connection, key)
        language = run.language
    if as_json:
        print_json(found)
        return
    typer.echo(f"{found.name}\n{told(read_rule(found.rule), language)}")
    state = "waiting" if found.refreshed_at is None else "inside"
    typer.echo(tell(f"segment.{state}", language, members=found.members))


@app.command()
def save(
    key: _Key,
    file: _File,
    name: Annotated[str, typer.Option(help="Name for people; left out, what it has, or the key.")] = "",
    description: Annotated[str, typer.Option(help="What it is for; left out, what it says already.")] = "",
) -> None:
    """Make a segment, or give it another rule."""
    rule = _read(file)
    with session(Right.CAMPAIGNS_WRITE) as run:
        given: dict[str, Any] = {"actor": run.actor, "now": run.now}
        found = next((one for one in queries.segments(run.connection) if one.key == key), None)
        if found:
            given["description"] = description or found.description
            version = actions.change_segment(run.connection, key, name or found.name, rule, **given)
        else:
            given["description"] = description
            actions.create_segment(run.connection, key, name or key, rule, **given)
            version = 1
        audit(run.connection, run.now, run.actor, Right.CAMPAIGNS_WRITE, f"segment:{key}", {"version": version})
        language = run.language
    typer.echo(tell("segment.saved", language, key=key, version=version))


@app.command()
def count(file: _File) -> None:
    """How many contacts a rule holds for now, without saving it."""
    rule = _read(file)
    with session(Right.PEOPLE_READ) as run:
        found = preview(run.connection, rule, run.now)
        language = run.language
    typer.echo(tell("segment.found", language, contacts=found.contacts, everyone=found.everyone))
    print_table(("", "", ""), [(one.contact, one.name, one.account) for one in found.sample])


@app.command()
def remove(key: _Key) -> None:
    """Take a segment out that nothing names."""
    with session(Right.CAMPAIGNS_WRITE) as run:
        actions.remove_segment(run.connection, key)
        audit(run.connection, run.now, run.actor, Right.CAMPAIGNS_WRITE, f"segment:{key}", {"removed": True})


@app.command()
def why(key: _Key, contact: Annotated[str, typer.Argument(help="The contact's id or e-mail address.")]) -> None:
    """Tell why a contact is in a segment or not, test by test."""
    with session(Right.PEOPLE_READ) as run:
        rule = queries.segment(run.connection, key).rule
        number = find_contact(run.connection, contact).id
        answer = explain(run.connection, rule, number, run.now, run.language)
    _print(answer, 0)


def _print(answer: Answer, depth: int) -> None:
    typer.echo(f"{'  ' * depth}{'✓' if answer.holds else '✗'} {answer.text}")
    for part in answer.parts:
        _print(part, depth + 1)


def _read(file: Path) -> dict[str, Any]:
    """The JSON object in a file; Problem when there is none."""
    try:
        rule = json.loads(sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Problem("segments.file", str(file), why=str(error)) from error
    if not isinstance(rule, dict):
        raise Problem("rule_group", str(file))
    return rule
