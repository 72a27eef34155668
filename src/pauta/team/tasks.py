"""Tasks: something for a colleague to do by a day. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString

from psycopg import Connection
from psycopg.rows import class_row

from pauta.core.problems import Problem
from pauta.team.inbox import Told, put
from pauta.team.roles import Caller, Right
from pauta.team.users import named_user

Conn = Connection[Any]


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task as somebody writes it; ``contact`` and ``account`` are external ids, or empty."""

    title: str
    note: str
    contact: str
    account: str
    assignee: str
    due: date


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task; ``assignee`` is an address, ``about`` what people call the contact or account. Times are UTC."""

    id: int
    title: str
    note: str
    contact: str
    account: str
    about: str
    assignee: str
    assignee_name: str
    due: date
    actor: str
    created_at: datetime
    done_at: datetime | None
    done_by: str | None


_TASK: LiteralString = """
SELECT t.id, t.title, t.note, t.contact, t.account,
       coalesce(nullif(trim(c.first_name || ' ' || c.last_name), ''), c.email, nullif(a.name, ''),
                nullif(t.contact, ''), t.account) AS about,
       u.email AS assignee, u.name AS assignee_name, t.due, t.actor, t.created_at, t.done_at, t.done_by
FROM task t JOIN pauta_user u ON u.id = t.assignee_id
LEFT JOIN contact c ON c.external_id = nullif(t.contact, '')
LEFT JOIN account a ON a.external_id = nullif(t.account, '') AND t.contact = ''
"""


def add_task(connection: Conn, now: datetime, today: date, task: NewTask, who: Caller) -> int:
    """Give somebody a task, and tell them unless it is for oneself; its number.

    Problem: no title, or an assignee that does not exist or is disabled.
    """
    who.require(Right.TASKS_WRITE)
    if not task.title.strip():
        raise Problem("messages.field_missing", field="title")
    assignee = named_user(connection, task.assignee, "assignee")
    if assignee.disabled_at:
        raise Problem("user_disabled", "assignee", value=assignee.email)
    row = connection.execute(
        "INSERT INTO task (title, note, contact, account, assignee_id, due, actor, created_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING id",
        (task.title.strip(), task.note, task.contact, task.account, assignee.id, task.due, who.actor, now),
    ).fetchone()
    assert row is not None
    if assignee.email.lower() != who.email.lower():
        detail = {"due": task.due.isoformat()}
        put(connection, now, [assignee.id], Told.TASK, task.title.strip(), today, detail, str(row[0]))
    return int(row[0])


def finish_task(connection: Conn, now: datetime, task_id: int, who: Caller, *, done: bool) -> None:
    """Note that a task is done, or is not after all; for who may write tasks, and for its assignee."""
    found = connection.execute(
        "SELECT u.email FROM task t JOIN pauta_user u ON u.id = t.assignee_id WHERE t.id = %s", (task_id,)
    ).fetchone()
    if found is None:
        raise Problem("tasks.unknown", field="task", task=task_id)
    if found[0].lower() != who.email.lower():
        who.require(Right.TASKS_WRITE)
    connection.execute(
        "UPDATE task SET done_at = %s, done_by = %s WHERE id = %s AND (done_at IS NULL) = %s",
        (*((now, who.actor) if done else (None, None)), task_id, done),
    )


def tasks(connection: Conn, assignee: str | None, done: bool, after: int | None, most: int) -> list[TaskView]:
    """Tasks of somebody (None: of all), the open ones by their day, or those that are done, the newest first.

    ``after`` is the last task of the page before.
    """
    order = "t.done_at DESC, t.id DESC" if done else "t.due, t.id"
    rest = (
        "(t.done_at, t.id) < (SELECT done_at, id FROM task WHERE id = %(after)s)"
        if done
        else "(t.due, t.id) > (SELECT due, id FROM task WHERE id = %(after)s)"
    )
    with connection.cursor(row_factory=class_row(TaskView)) as cursor:
        return cursor.execute(
            f"{_TASK} WHERE (t.done_at IS NOT NULL) = %(done)s"
            " AND (%(assignee)s::text IS NULL OR lower(u.email) = lower(%(assignee)s))"
            f" AND (%(after)s::bigint IS NULL OR {rest}) ORDER BY {order} LIMIT %(most)s",
            {"done": done, "assignee": assignee, "after": after, "most": most},
        ).fetchall()


def task(connection: Conn, task_id: int) -> TaskView:
    """One task; a Problem when there is none."""
    with connection.cursor(row_factory=class_row(TaskView)) as cursor:
        found = cursor.execute(f"{_TASK} WHERE t.id = %s", (task_id,)).fetchone()
    if found is None:
        raise Problem("tasks.unknown", field="task", task=task_id)
    return found


def with_open_task(connection: Conn, contacts: Collection[str], accounts: Collection[str]) -> set[str]:
    """Those among contacts, or among accounts (external ids), about whom there is an open task."""
    rows = connection.execute(
        "SELECT contact FROM task WHERE done_at IS NULL AND contact = ANY(%s)"
        " UNION SELECT account FROM task WHERE done_at IS NULL AND contact = '' AND account = ANY(%s)",
        (list(contacts), list(accounts)),
    )
    return {name for (name,) in rows}
