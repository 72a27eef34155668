"""The master calendar: for each day, all that every team sends, plans and meets for, and what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString

from psycopg import Connection

from pauta.calendar import around
from pauta.calendar.around import Blackout, Holiday, MaintenanceWindow, MeetingOnDay, Renewal
from pauta.calendar.limits import Limits
from pauta.calendar.load import Counts, DayLoad, Load, load
from pauta.calendar.wanted import Wanted
from pauta.campaigns.audience import company_today

Conn = Connection[Any]

MOST_DAYS = 93
"""Days that one view may have: a quarter."""


@dataclass(frozen=True, slots=True)
class CampaignOnDay:
    """A campaign's messages of one day; a draft, which has none yet, stands on the first day that it may go."""

    name: str
    team: str
    type: str
    topic: str
    state: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class SortOnDay:
    """Messages of one day of one team, type and channel (empty: they have no place)."""

    team: str
    type: str
    channel: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the calendar. ``at_limit`` is a share of the contacts, None where it is not known."""

    day: date
    campaigns: list[CampaignOnDay]
    messages: list[SortOnDay]
    waiting: int
    calls: int
    meetings: list[MeetingOnDay]
    renewals: list[Renewal]
    maintenance: list[MaintenanceWindow]
    holidays: list[Holiday]
    blackouts: list[Blackout]
    at_limit: float | None


@dataclass(frozen=True, slots=True)
class Month:
    """The days asked for, and which of them is today where the company is."""

    today: date
    days: list[Day]


_DRAFTS: LiteralString = """
SELECT name, team, type, topic, state, greatest(coalesce(not_before, %(today)s), %(today)s) AS day FROM campaign
WHERE state = 'draft' AND greatest(coalesce(not_before, %(today)s), %(today)s) BETWEEN %(first)s AND %(last)s
  AND (%(team)s::text IS NULL OR team = %(team)s) AND (%(type)s::text IS NULL OR type = %(type)s)
  AND (%(channel_name)s::text IS NULL OR %(channel_name)s = ANY(channels))
  AND (%(campaign)s::text IS NULL OR name = %(campaign)s)
ORDER BY tier, name
"""


def month(conn: Conn, now: datetime, wanted: Wanted, lang: str, limits: Limits) -> Month:
    """The days that are wanted, names and sentences in ``lang``."""
    today = company_today(conn, now)
    found = load(conn, wanted, today)
    states = dict(
        conn.execute("SELECT name, state FROM campaign WHERE name = ANY(%s)", (list(found.kinds),)).fetchall()
    )
    drafts = {} if wanted.is_of_some else _drafts(conn, wanted, today)
    meetings = around.meetings(conn, wanted)
    renewals = around.renewals(conn, wanted)
    windows = around.maintenance(conn, wanted)
    holidays = around.holidays(conn, wanted, lang)
    blackouts = around.blackouts(conn, lang)
    full = limits(conn, now, wanted) if wanted.last >= today else {}
    return Month(
        today,
        [
            Day(
                day=day,
                campaigns=_campaigns(found, found.days[day], states) + drafts.get(day, []),
                messages=_sorts(found.days[day]),
                waiting=found.days[day].waiting,
                calls=found.days[day].calls,
                meetings=[one for one in meetings if one.day == day],
                renewals=[one for one in renewals if one.day == day],
                maintenance=[one for one in windows if one.first <= day <= one.last],
                holidays=holidays.get(day, []),
                blackouts=blackouts.get(day, []),
                at_limit=full.get(day) if day >= today else None,
            )
            for day in wanted.days
        ],
    )


def _campaigns(found: Load, on_day: DayLoad, states: dict[str, str]) -> list[CampaignOnDay]:
    """The campaigns of a day, those with the most messages first; touches of old campaigns have no state."""
    listed = [
        CampaignOnDay(name, *found.kinds[name], states.get(name, "past"), counts)
        for name, counts in on_day.campaigns.items()
    ]
    return sorted(listed, key=lambda one: (-one.counts.planned - one.counts.sent, one.name))


def _sorts(on_day: DayLoad) -> list[SortOnDay]:
    return [SortOnDay(*sort, counts) for sort, counts in sorted(on_day.sorts.items())]


def _drafts(conn: Conn, wanted: Wanted, today: date) -> dict[date, list[CampaignOnDay]]:
    found: dict[date, list[CampaignOnDay]] = {}
    given = wanted.params | {"today": today, "channel_name": wanted.channel}
    for name, team, kind, topic, state, day in conn.execute(_DRAFTS, given):
        found.setdefault(day, []).append(CampaignOnDay(name, team, kind, topic, state, Counts()))
    return found
