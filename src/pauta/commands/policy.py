"""``pauta policy``: read the policies aloud, load them from a file, write them to one, change one."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from pauta.commands.session import Session, session
from pauta.core.problems import Problem
from pauta.messages.actions import request_plan_everywhere
from pauta.platform.words import tell
from pauta.policies import actions, queries
from pauta.policies.ready import ready_policy, ready_sources
from pauta.policies.sentences import sentence
from pauta.team.actions import audit
from pauta.team.roles import Right

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_Name = Annotated[str, typer.Argument(help="Name of the policy.")]


@app.callback()
def policy() -> None:
    """Read and change the policies: what the company promises its customers."""


@app.command("list")
def list_policies() -> None:
    """Read the policies aloud, in their order."""
    with session(Right.POLICIES_READ) as run:
        listed = queries.rules(run.connection)
        language = run.language
    if not listed:
        typer.echo(tell("policy.none", language))
    for place, rule in enumerate(listed, start=1):
        typer.echo(f"{place:>3}  {rule['name']}\n     {sentence(rule, language)}")


@app.command()
def load(
    file: Annotated[Path, typer.Argument(help="JSON list of policies as in the reference; - reads standard input.")],
) -> None:
    """Put the policies of a file in force, in place of all others."""
    rules = _read(file)
    with session(Right.POLICIES_WRITE) as run:
        before = queries.current(run.connection).version
        version = actions.replace_all(run.connection, rules, run.actor, run.now)
        told = _saved(run, before, version, f"file:{file.name}")
    typer.echo(told)


@app.command()
def ready(
    name: Annotated[str, typer.Argument(help="Which one; without a name, all are listed.")] = "",
    segment: Annotated[list[str] | None, typer.Option(help="Only for contacts in this segment; repeatable.")] = None,
) -> None:
    """Put a ready policy in force as the last one: hours of calls and texts that laws allow."""
    if not name:
        typer.echo("\n".join(f"{one:<20} {source}" for one, source in ready_sources().items()))
        return
    with session(Right.POLICIES_WRITE) as run:
        policy = ready_policy(name, run.language, segment or ())
        before = queries.current(run.connection).version
        others = [rule for rule in queries.rules(run.connection) if rule["name"] != policy["name"]]
        version = actions.replace_all(run.connection, [*others, policy], run.actor, run.now)
        told = _saved(run, before, version, f"ready:{name}")
    typer.echo(told)


@app.command()
def dump() -> None:
    """Write the policies in force as a JSON list, as load takes it."""
    with session(Right.POLICIES_READ) as run:
        listed = queries.rules(run.connection)
    plain = [{field: value for field, value in rule.items() if field != "id"} for rule in listed]
    typer.echo(json.dumps(plain, ensure_ascii=False, indent=2))


@app.command()
def on(name: _Name) -> None:
    """Switch a policy on."""
    _switch(name, True)


@app.command()
def off(name: _Name) -> None:
    """Switch a policy off; it keeps its place."""
    _switch(name, False)


@app.command()
def remove(name: _Name) -> None:
    """Take a policy out."""
    with session(Right.POLICIES_WRITE) as run:
        before = queries.current(run.connection).version
        version = actions.remove(run.connection, name, run.actor, run.now)
        told = _saved(run, before, version, f"remove:{name}")
    typer.echo(told)


@app.command()
def move(name: _Name, place: Annotated[int, typer.Argument(help="New place in the list, 1 for the first.")]) -> None:
    """Move a policy to another place of the list."""
    with session(Right.POLICIES_WRITE) as run:
        before = queries.current(run.connection).version
        version = actions.move(run.connection, name, place, run.actor, run.now)
        told = _saved(run, before, version, f"move:{name}")
    typer.echo(told)


def _switch(name: str, active: bool) -> None:
    with session(Right.POLICIES_WRITE) as run:
        before = queries.current(run.connection).version
        version = actions.set_active(run.connection, name, active, run.actor, run.now)
        told = _saved(run, before, version, f"{'on' if active else 'off'}:{name}")
    typer.echo(told)


def _saved(run: Session, before: int, version: int, how: str) -> str:
    """Record a change in the audit; what to tell the person."""
    if version == before:
        return tell("policy.unchanged", run.language, version=version)
    audit(run.connection, run.now, run.actor, Right.POLICIES_WRITE, "policies", {"version": version, "how": how})
    request_plan_everywhere(run.connection, run.now, version)
    listed = queries.rules(run.connection)
    active = sum(rule["active"] for rule in listed)
    return tell("policy.saved", run.language, version=version, active=active, off=len(listed) - active)


def _read(file: Path) -> list[object]:
    """The JSON list in a file; Problem when there is none."""
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        rules = json.loads(text)
    except (OSError, ValueError) as error:
        raise Problem("policy_file", str(file), why=str(error)) from error
    if not isinstance(rules, list):
        raise Problem("gate_not_list", str(file))
    return rules
