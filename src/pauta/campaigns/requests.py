"""Campaigns that colleagues ask for: taken in, accepted as a draft or declined, with deadlines back from the launch.

Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, LiteralString

from psycopg import Connection
from psycopg.rows import class_row

from pauta.campaigns.actions import Draft, create
from pauta.campaigns.audience import company_today
from pauta.campaigns.queries import campaign
from pauta.core import calendar
from pauta.core.problems import Problem
from pauta.messages.queries import check_team
from pauta.team.inbox import Told, put
from pauta.team.queries import person
from pauta.team.roles import ROLES, Caller, Right
from pauta.team.users import named_user, users

Conn = Connection[Any]

STEPS = (("draft", 7), ("submitted", 4), ("approved", 2), ("launched", 0))
"""What must be done before the launch, and how many working days before: the draft with its content, the submission,
the approvals."""

_PASSED = {
    "draft": 1,
    "rejected": 1,
    "submitted": 2,
    "approved": 3,
    "launching": 4,
    "launched": 4,
    "paused": 4,
    "cancelled": 4,
}
"""How many steps a campaign in this state has behind it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for: what is to be said, to whom, with what goal, on which day, and by which team."""

    title: str
    what: str
    whom: str
    goal: str
    team: str
    wished: date
    stakeholders: Sequence[str]


@dataclass(frozen=True, slots=True)
class Request:
    """A request with what has become of it; times are UTC."""

    id: int
    title: str
    what: str
    whom: str
    goal: str
    team: str
    wished: date
    stakeholders: Sequence[str]
    actor: str
    at: datetime
    state: str
    why: str
    decided_by: str | None
    decided_at: datetime | None
    campaign: str | None
    standing: str | None


@dataclass(frozen=True, slots=True)
class Deadline:
    """A step before the launch, by when it must be done, and whether it is done, or late."""

    step: str
    day: date
    done: bool
    late: bool


_REQUEST: LiteralString = """
SELECT r.id, r.title, r.what, r.whom, r.goal, r.team, r.wished, r.stakeholders, r.actor, r.at, r.state, r.why,
       r.decided_by, r.decided_at, c.name AS campaign,
       CASE WHEN c.state = 'draft' THEN coalesce(nullif(c.approval, ''), 'draft') ELSE c.state END AS standing
FROM campaign_request r LEFT JOIN campaign c ON c.id = r.campaign_id
"""


def ask(connection: Conn, now: datetime, wish: Wish, who: Caller) -> int:
    """Take a request in, and tell those of its team who write campaigns; its number.

    Problem: a text that is missing, a day that is over, a team or a stakeholder that does not exist.
    """
    for field in ("title", "what", "whom", "goal", "team"):
        if not getattr(wish, field).strip():
            raise Problem("messages.field_missing", field=field)
    check_team(connection, wish.team)
    today = company_today(connection, now)
    if wish.wished < today:
        raise Problem("requests.past", field="wished", wished=wish.wished, today=today)
    stakeholders = [named_user(connection, one, "stakeholders").email.lower() for one in wish.stakeholders]
    row = connection.execute(
        "INSERT INTO campaign_request (title, what, whom, goal, team, wished, stakeholders, actor, at, state)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, 'open') RETURNING id",
        (wish.title, wish.what, wish.whom, wish.goal, wish.team, wish.wished, stakeholders, who.actor, now),
    ).fetchone()
    assert row is not None
    writing = {name for name, rights in ROLES.items() if Right.CAMPAIGNS_WRITE in rights}
    told = [
        one.id for one in users(connection) if one.team == wish.team and one.role in writing and not one.disabled_at
    ]
    put(connection, now, told, Told.REQUEST, wish.title, today, {"wished": wish.wished.isoformat()}, str(row[0]))
    return int(row[0])


_PLACE: LiteralString = "r.state <> 'open', CASE WHEN r.state = 'open' THEN r.wished ELSE '2200-01-01' END, -r.id"
"""Where a request stands in their list."""


def requests(connection: Conn, after: int | None, most: int) -> list[Request]:
    """Requests: the open ones by the day they wish for, then the decided ones, the newest first.

    ``after`` is the last request of the page before.
    """
    with connection.cursor(row_factory=class_row(Request)) as cursor:
        return cursor.execute(
            f"{_REQUEST} WHERE %(after)s::bigint IS NULL"
            f" OR ({_PLACE}) > (SELECT {_PLACE} FROM campaign_request r WHERE r.id = %(after)s)"
            f" ORDER BY {_PLACE} LIMIT %(most)s",
            {"after": after, "most": most},
        ).fetchall()


def request(connection: Conn, request_id: int) -> Request:
    """One request; a Problem when there is none."""
    with connection.cursor(row_factory=class_row(Request)) as cursor:
        found = cursor.execute(f"{_REQUEST} WHERE r.id = %s", (request_id,)).fetchone()
    if found is None:
        raise Problem("requests.unknown", field="request", request=request_id)
    return found


def accept(connection: Conn, now: datetime, request_id: int, draft: Draft, who: Caller) -> int:
    """Make a request a draft, and tell who asked; the campaign's id. A Problem when the request is decided already."""
    chosen = _open(connection, request_id)
    campaign_id = create(connection, now, draft, who.actor)
    _decide(connection, now, chosen, who, state="accepted", campaign_id=campaign_id)
    name = campaign(connection, campaign_id).name
    _tell(connection, now, chosen, Told.REQUEST_ACCEPTED, {"campaign": name})
    return campaign_id


def decline(connection: Conn, now: datetime, request_id: int, why: str, who: Caller) -> None:
    """Decline a request, and tell who asked why. A Problem without a reason, or when it is decided already."""
    if not why.strip():
        raise Problem("messages.field_missing", field="why")
    chosen = _open(connection, request_id)
    _decide(connection, now, chosen, who, state="declined", why=why.strip())
    _tell(connection, now, chosen, Told.REQUEST_DECLINED, {"why": why.strip()})


def _open(connection: Conn, request_id: int) -> Request:
    connection.execute("SELECT 1 FROM campaign_request WHERE id = %s FOR UPDATE", (request_id,))
    chosen = request(connection, request_id)
    if chosen.state != "open":
        raise Problem("requests.decided", field="request", request=request_id, state=chosen.state)
    return chosen


def _decide(
    connection: Conn,
    now: datetime,
    chosen: Request,
    who: Caller,
    *,
    state: str,
    why: str = "",
    campaign_id: int | None = None,
) -> None:
    connection.execute(
        "UPDATE campaign_request SET (state, why, campaign_id, decided_by, decided_at) = (%s, %s, %s, %s, %s)"
        " WHERE id = %s",
        (state, why, campaign_id, who.actor, now, chosen.id),
    )


def _tell(connection: Conn, now: datetime, chosen: Request, kind: Told, detail: dict[str, str]) -> None:
    rows = connection.execute(
        "SELECT id FROM pauta_user WHERE lower(email) = lower(%s) AND disabled_at IS NULL", (person(chosen.actor),)
    )
    asking = [number for (number,) in rows]
    put(connection, now, asking, kind, chosen.title, company_today(connection, now), detail, str(chosen.id))


def deadlines(connection: Conn, now: datetime, listed: Sequence[Request]) -> dict[int, list[Deadline]]:
    """The steps of each request, planned backwards from its launch over the company's working days."""
    today = company_today(connection, now)
    row = connection.execute("SELECT country, region FROM company").fetchone()
    country, region = (row[0] or "", row[1] or "") if row else ("", "")
    found = {}
    for one in listed:
        first = calendar.day_number(one.wished) - _FARTHEST
        free = calendar.holidays_between(country, region, first, calendar.day_number(one.wished))
        passed = _PASSED[one.standing] if one.standing else 0
        found[one.id] = [
            Deadline(step, day, number < passed, number >= passed and day < today)
            for number, (step, day) in enumerate(plan_back(one.wished, free))
        ]
    return found


_FARTHEST = 40
"""Days before a launch among which its steps are found, whatever the holidays."""


def plan_back(launch: date, holidays: AbstractSet[int]) -> list[tuple[str, date]]:
    """The steps before a launch with their days: so many working days before it, without weekends and holidays."""
    return [(step, _working_days_before(launch, count, holidays)) for step, count in STEPS]


def _working_days_before(launch: date, count: int, holidays: AbstractSet[int]) -> date:
    day = launch
    while count:
        day -= timedelta(days=1)
        count -= day.isoweekday() <= 5 and calendar.day_number(day) not in holidays
    return day
