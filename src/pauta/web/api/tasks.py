"""Tasks: something for a colleague to do by a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pauta.campaigns.audience import company_today
from pauta.team import tasks
from pauta.team.queries import names_of
from pauta.team.roles import Right
from pauta.web.door import Door, Known, allowed
from pauta.web.types import BigNumber, Day, Form, Line, Name

router = APIRouter(tags=["tasks"])


class TaskForm(Form):
    """What is to be done, by whom and when."""

    title: Name = Field(examples=["Call Ana"])
    note: Line = ""
    contact: Line = Field(default="", description="External id of the contact that it is about.")
    account: Line = Field(default="", description="External id of the account that it is about.")
    assignee: Name = Field(description="Address of the user who is to do it.", examples=["bruno@pauta.example"])
    due: Day


class TaskView(BaseModel):
    """A task."""

    id: int
    title: str
    note: str
    contact: str
    account: str
    about: str = Field(description="What people call the contact or the account; empty for neither.")
    assignee: str
    assignee_name: str
    due: date
    by: str = Field(description="Name of who made it.")
    created_at: datetime
    done_at: datetime | None
    done_by: str | None


class DoneForm(Form):
    """Whether a task is done."""

    done: bool


@router.get("/tasks")
def list_tasks(
    door: Annotated[Door, allowed(Right.PEOPLE_READ)],
    mine: Annotated[bool, Query(description="Only those of the caller.")] = False,
    done: Annotated[bool, Query(description="Those that are done, instead of the open ones.")] = False,
    after: Annotated[BigNumber | None, Query(description="The last task of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[TaskView]:
    """The open tasks by their day, or those that are done, the newest first."""
    assignee = door.caller.email if mine else None
    return _views(door, tasks.tasks(door.connection, assignee, done, after, limit))


@router.post("/tasks", status_code=201)
def add_task(door: Annotated[Door, allowed(Right.TASKS_WRITE)], form: TaskForm) -> TaskView:
    """Give somebody a task, which they are told."""
    today = company_today(door.connection, door.now)
    number = tasks.add_task(door.connection, door.now, today, tasks.NewTask(**form.model_dump()), door.caller)
    door.audit(Right.TASKS_WRITE, f"task:{number}", title=form.title, assignee=form.assignee)
    return _view(door, number)


@router.post("/tasks/{task_id}/done")
def finish_task(door: Known, task_id: BigNumber, form: DoneForm) -> TaskView:
    """Note that a task is done, or is not after all: for its assignee, and for those with the right `tasks.write`."""
    tasks.finish_task(door.connection, door.now, task_id, door.caller, done=form.done)
    door.audit(Right.TASKS_WRITE, f"task:{task_id}", done=form.done)
    return _view(door, task_id)


def _view(door: Door, task_id: int) -> TaskView:
    return _views(door, [tasks.task(door.connection, task_id)])[0]


def _views(door: Door, listed: Sequence[tasks.TaskView]) -> list[TaskView]:
    names = names_of(door.connection, {one.actor for one in listed} | {one.done_by for one in listed if one.done_by})
    return [
        TaskView(**asdict(one) | {"by": names[one.actor], "done_by": names[one.done_by] if one.done_by else None})
        for one in listed
    ]
