"""What enrolments wait for: a time, a date, an event, a colleague."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.types.json import Jsonb

from pauta.core.journey.document import TaskNode, WaitDateNode, WaitDayNode, WaitEventNode, WaitNode
from pauta.core.journey.timing import end_of_date, end_of_days, end_of_wait
from pauta.journeys.endings import End
from pauta.journeys.enrolled import Enrolled, Tick
from pauta.team.inbox import Told, put

Conn = Connection[Any]

_DAILY = timedelta(days=1)
"""How often a date of the contact is looked at again."""
_HEARD = timedelta(minutes=1)
"""After this long whoever came to a wait is seen by those who act on events."""


def wait(tick: Tick, node: WaitNode, rows: Sequence[Enrolled]) -> None:
    """A length of time."""
    for row in rows:
        _until(tick, node, row, end_of_wait(node, row.since) + row.shift)


def wait_day(tick: Tick, node: WaitDayNode, rows: Sequence[Enrolled]) -> None:
    """An hour on the contact's clock, some days later."""
    for row in rows:
        _until(tick, node, row, end_of_days(node, row.since + row.shift, row.zone), local=True)


def wait_date(tick: Tick, node: WaitDateNode, rows: Sequence[Enrolled]) -> None:
    """A date; who has none, or for whom it has passed when they come, takes the way that the node says for them."""
    stated = _stated(tick.connection, node.attribute, [row.contact_id for row in rows]) if node.attribute else {}
    for row in rows:
        end = end_of_date(node, stated.get(row.contact_id), row.zone)
        if end is not None and end >= row.since and end <= tick.now:
            tick.go(row, node.next, "next", end)
        elif end is not None and end > tick.now:
            row.rest(min(end, tick.now + _DAILY), local=True)
        elif node.past == "go_on":
            tick.go(row, node.next, "next", row.since)
        elif node.past == "otherwise":
            tick.go(row, node.otherwise, "otherwise", row.since)
        else:
            row.end(End.PAST, row.since)


def _until(tick: Tick, node: WaitNode | WaitDayNode, row: Enrolled, end: datetime, *, local: bool = False) -> None:
    if end <= tick.now:
        tick.go(row, node.next, "next", end)
    else:
        row.rest(end, local=local)


def _stated(connection: Conn, attribute: str, contacts: Sequence[int]) -> dict[int, str | None]:
    """What an attribute says, by contact."""
    of_account = attribute.startswith("account.")
    rows = connection.execute(
        f"SELECT c.id, {'a' if of_account else 'c'}.attributes ->> %s FROM contact c"
        " LEFT JOIN account a ON a.id = c.account_id WHERE c.id = ANY(%s)",
        (attribute.removeprefix("account."), list(contacts)),
    )
    return dict(rows.fetchall())


_HAPPENED = """
SELECT asked.id, found.at, found.id
FROM unnest(%(ids)s::int8[], %(contacts)s::int8[], %(since)s::timestamptz[], %(until)s::timestamptz[],
            %(after)s::int8[]) AS asked (id, contact_id, since, until, after)
JOIN contact c ON c.id = asked.contact_id
CROSS JOIN LATERAL (
    SELECT e.at, e.id FROM event e
    WHERE e.part = c.part AND e.account_key = c.account_key AND e.day >= (asked.since - interval '1 day')::date
      AND coalesce(e.contact_id, c.id) = c.id AND e.name = %(name)s AND e.properties @> %(where)s
      AND (e.at, e.id) > (asked.since, asked.after) AND e.at < asked.until
    ORDER BY e.at, e.id LIMIT 1) found
"""


def wait_event(tick: Tick, node: WaitEventNode, rows: Sequence[Enrolled]) -> None:
    """An event: the first one that fits and happened between the beginning and the end of the wait.

    An event that is acted on while somebody comes here is seen by neither side; so newcomers look a second time.
    """
    ends = [row.since + timedelta(seconds=node.within.seconds) + row.shift for row in rows]
    found = tick.connection.execute(
        _HAPPENED,
        {
            "ids": [row.id for row in rows],
            "contacts": [row.contact_id for row in rows],
            "since": [row.since for row in rows],
            "until": [min(end, tick.now + timedelta(microseconds=1)) for end in ends],
            "after": [row.event_id for row in rows],
            "name": node.event,
            "where": Jsonb(node.where),
        },
    ).fetchall()
    happened = {number: (at, event) for number, at, event in found}
    for row, end in zip(rows, ends, strict=True):
        if row.id in happened:
            at, event = happened[row.id]
            tick.go(row, node.next, "next", at, event)
        elif end <= tick.now:
            tick.go(row, node.otherwise, "otherwise", end)
        else:
            row.rest(min(end, tick.now + _HEARD) if row.arrived else end)


_GIVE = """
INSERT INTO task (title, note, contact, account, assignee_id, due, actor, created_at)
SELECT %(title)s, %(note)s, c.external_id, '', who.id,
       (%(now)s::timestamptz AT TIME ZONE coalesce(co.zone, 'UTC'))::date + %(days)s, %(actor)s, %(now)s
FROM unnest(%(contacts)s::int8[]) WITH ORDINALITY AS asked (contact_id, place)
JOIN contact c ON c.id = asked.contact_id LEFT JOIN account a ON a.id = c.account_id LEFT JOIN company co ON co.id = 1
CROSS JOIN LATERAL (
    SELECT u.id FROM pauta_user u WHERE u.disabled_at IS NULL
    ORDER BY lower(u.email) = lower(coalesce(nullif(%(assignee)s, ''), a.owner)) DESC NULLS LAST,
             lower(u.email) = lower(%(actor)s) DESC, u.role = 'admin' DESC, u.id LIMIT 1) who
ORDER BY asked.place RETURNING id, contact, assignee_id, due
"""


def give_task(tick: Tick, node: TaskNode, rows: Sequence[Enrolled]) -> None:
    """Give colleagues a task about each contact, and tell them; nobody gets one where there are no colleagues."""
    given = tick.connection.execute(
        _GIVE,
        {
            "title": node.title.strip(),
            "note": node.note,
            "assignee": node.assignee,
            "days": node.due_days,
            "actor": tick.version.publisher,
            "now": tick.now,
            "contacts": [row.contact_id for row in rows],
        },
    ).fetchall()
    names = dict(
        tick.connection.execute(
            "SELECT id, external_id FROM contact WHERE id = ANY(%s)", ([row.contact_id for row in rows],)
        ).fetchall()
    )
    tasks = {contact: (task, assignee, due) for task, contact, assignee, due in given}
    for row in rows:
        if names[row.contact_id] in tasks:
            row.task_id, assignee, due = tasks[names[row.contact_id]]
            today = tick.now.astimezone(ZoneInfo(row.zone)).date()
            told = {"due": due.isoformat()}
            put(tick.connection, tick.now, [assignee], Told.TASK, node.title.strip(), today, told, str(row.task_id))
        row.rest(row.since + timedelta(seconds=node.within.seconds))


def await_task(tick: Tick, node: TaskNode, rows: Sequence[Enrolled]) -> None:
    """Let those go on whose task is done, or was not in time."""
    done = dict(
        tick.connection.execute(
            "SELECT id, done_at FROM task WHERE id = ANY(%s)", ([row.task_id for row in rows if row.task_id],)
        ).fetchall()
    )
    for row in rows:
        end = row.since + timedelta(seconds=node.within.seconds) + row.shift
        done_at = done.get(row.task_id)
        if done_at is not None and done_at < end:
            tick.go(row, node.next, "next", max(row.since, done_at))
        elif end <= tick.now:
            tick.go(row, node.otherwise, "otherwise", end)
        else:
            row.rest(end)
