"""``pauta task``: give colleagues something to do, list it, and note that it is done."""

from __future__ import annotations

from typing import Annotated

import typer

from pauta.campaigns.audience import company_today
from pauta.commands.input import read_day
from pauta.commands.output import print_json, print_table
from pauta.commands.session import session
from pauta.platform.words import tell
from pauta.team import tasks
from pauta.team.actions import audit
from pauta.team.roles import Right

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_MOST = 200


@app.callback()
def task() -> None:
    """Give colleagues tasks, and see what is open."""


@app.command()
def add(
    title: Annotated[str, typer.Argument(help="What is to be done.")],
    assignee: Annotated[str, typer.Option("--for", help="E-mail address of the user who is to do it.")],
    due: Annotated[str, typer.Option(help="By which day, as 2026-12-24.")],
    contact: Annotated[str, typer.Option(help="External id of the contact that it is about.")] = "",
    account: Annotated[str, typer.Option(help="External id of the account that it is about.")] = "",
    note: Annotated[str, typer.Option(help="More about it.")] = "",
) -> None:
    """Give somebody a task, which they are told."""
    wanted = tasks.NewTask(title, note, contact, account, assignee, read_day(due, "due"))
    with session(Right.TASKS_WRITE) as run:
        today = company_today(run.connection, run.now)
        number = tasks.add_task(run.connection, run.now, today, wanted, run.caller)
        detail = {"title": title, "assignee": assignee}
        audit(run.connection, run.now, run.actor, Right.TASKS_WRITE, f"task:{number}", detail)
        told = tell("task.added", run.language, number=number)
    typer.echo(told)


@app.command("list")
def list_tasks(
    assignee: Annotated[str, typer.Option("--for", help="Only those of this user.")] = "",
    done: Annotated[bool, typer.Option("--done", help="Those that are done, instead of the open ones.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """List the open tasks by their day, or those that are done, the newest first; at most 200."""
    with session(Right.PEOPLE_READ) as run:
        found = tasks.tasks(run.connection, assignee or None, done, None, _MOST)
        headings = [tell(f"task.{one}", run.language) for one in ("number", "due", "title", "about", "assignee")]
    if as_json:
        print_json(found)
    else:
        print_table(headings, [(one.id, one.due, one.title, one.about, one.assignee) for one in found])


@app.command()
def done(
    number: Annotated[int, typer.Argument(help="Number of the task.")],
    undo: Annotated[bool, typer.Option("--undo", help="It is not done after all.")] = False,
) -> None:
    """Note that a task is done: by its assignee, or by who may give tasks."""
    with session(Right.PEOPLE_READ) as run:
        tasks.finish_task(run.connection, run.now, number, run.caller, done=not undo)
        audit(run.connection, run.now, run.actor, Right.TASKS_WRITE, f"task:{number}", {"done": not undo})
        told = tell("task.open" if undo else "task.done", run.language, number=number)
    typer.echo(told)
