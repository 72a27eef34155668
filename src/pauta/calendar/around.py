"""What else stands on the days: renewals, meetings, maintenance, public holidays of the contacts, blackouts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString

from psycopg import Connection, sql
from psycopg.rows import class_row

from pauta.calendar.wanted import Wanted, members
from pauta.core.calendar import named_holidays
from pauta.core.gate.policies import Time
from pauta.policies.queries import current, rules, without_bookkeeping
from pauta.policies.sentences import sentence

Conn = Connection[Any]

SAMPLED = 5_000
"""Contacts from whose places the share of a holiday is reckoned, about."""

MOST_RENEWALS = 2_000


@dataclass(frozen=True, slots=True)
class Renewal:
    """An account whose contract ends on a day (its attribute ``renewal_date``)."""

    day: date
    account: str
    name: str
    stage: str | None


@dataclass(frozen=True, slots=True)
class MeetingOnDay:
    """A call or a meeting that somebody entered; ``day`` is the date where the company is. ``at`` is UTC."""

    id: int
    day: date
    what: str
    title: str
    team: str
    at: datetime
    minutes: int
    contacts: list[str]
    accounts: list[str]
    actor: str


@dataclass(frozen=True, slots=True)
class MaintenanceWindow:
    """A maintenance window; its days are dates where the company is, both included. Times are UTC."""

    id: int
    title: str
    first: date
    last: date
    starts_at: datetime
    ends_at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class Holiday:
    """A public holiday in a country, and for which share of the contacts (0 to 1) the day is one."""

    country: str
    name: str
    share: float


@dataclass(frozen=True, slots=True)
class Blackout:
    """A policy that closes a day by its date, and what the policy says."""

    rule: str
    sentence: str


_ZONE: LiteralString = "coalesce((SELECT zone FROM company WHERE id = 1), 'UTC')"
_RENEWALS: LiteralString = """
SELECT (attributes ->> 'renewal_date')::date AS day, external_id AS account, name, stage FROM account
WHERE attributes ->> 'renewal_date' BETWEEN %(first)s::date::text AND %(last)s::date::text
  AND attributes ->> 'renewal_date' ~ '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}$'
  AND (%(account)s::bigint IS NULL OR id = %(account)s) AND {of_audience}
ORDER BY 1, 3 LIMIT %(most)s
"""
_MEETINGS: LiteralString = f"""
SELECT m.id, (m.at AT TIME ZONE {_ZONE})::date AS day, m.what, m.title, m.team, m.at, m.minutes,
       array_agg(c.external_id ORDER BY c.id) AS contacts,
       array_agg(DISTINCT a.external_id) FILTER (WHERE a.id IS NOT NULL) AS accounts, m.actor
FROM meeting m JOIN contact c ON c.id = ANY(m.contact_ids) LEFT JOIN account a ON a.id = c.account_id
WHERE m.cancelled_at IS NULL AND m.at >= (%(first)s::date - 1) AND m.at < (%(last)s::date + 2)
  AND (m.at AT TIME ZONE {_ZONE})::date BETWEEN %(first)s AND %(last)s AND (%(team)s::text IS NULL OR m.team = %(team)s)
GROUP BY m.id HAVING bool_or({{about}})
ORDER BY m.at, m.id
"""
_MAINTENANCE: LiteralString = f"""
SELECT id, title, (starts_at AT TIME ZONE {_ZONE})::date AS first, (ends_at AT TIME ZONE {_ZONE})::date AS last,
       starts_at, ends_at, actor
FROM maintenance WHERE cancelled_at IS NULL AND (starts_at AT TIME ZONE {_ZONE})::date <= %(last)s
  AND (ends_at AT TIME ZONE {_ZONE})::date >= %(first)s ORDER BY starts_at, id
"""
_PLACES: LiteralString = """
SELECT coalesce(own.country, home.country, company.country),
       coalesce(CASE WHEN own.country IS NOT NULL THEN own.region WHEN home.country IS NOT NULL THEN home.region
                     ELSE company.region END, ''), count(*)
FROM contact c {sampled} JOIN place own ON own.id = c.place_id
LEFT JOIN account a ON a.id = c.account_id AND own.country IS NULL
LEFT JOIN place home ON home.id = a.place_id LEFT JOIN company ON company.id = 1
WHERE {about} GROUP BY 1, 2
"""


def renewals(conn: Conn, wanted: Wanted) -> list[Renewal]:
    """The contracts that end on these days, the first ones when they are very many."""
    with conn.cursor(row_factory=class_row(Renewal)) as cursor:
        of_audience = (
            sql.SQL("id IN ({})").format(members(wanted.audience, "c.account_id"))
            if wanted.audience
            else sql.SQL("true")
        )
        query = sql.SQL(_RENEWALS).format(of_audience=of_audience)
        return cursor.execute(query, wanted.params | {"most": MOST_RENEWALS}).fetchall()


def meetings(conn: Conn, wanted: Wanted) -> list[MeetingOnDay]:
    """The calls and meetings of these days that people entered, by time."""
    with conn.cursor(row_factory=class_row(MeetingOnDay)) as cursor:
        query = sql.SQL(_MEETINGS).format(about=wanted.about("c", "c.id"))
        return cursor.execute(query, wanted.params).fetchall()


def maintenance(conn: Conn, wanted: Wanted) -> list[MaintenanceWindow]:
    """The maintenance windows that touch these days, by time."""
    with conn.cursor(row_factory=class_row(MaintenanceWindow)) as cursor:
        return cursor.execute(_MAINTENANCE, wanted.params).fetchall()


def holidays(conn: Conn, wanted: Wanted, lang: str) -> dict[date, list[Holiday]]:
    """The public holidays of the contacts' countries and regions, those of most contacts first."""
    places = _places(conn, wanted)
    everyone = max(1, sum(places.values()))
    found: dict[date, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    for (country, region), contacts in places.items():
        for day, name in named_holidays(country, region, wanted.first, wanted.last, lang).items():
            found[day][country, name] += contacts
    return {
        day: [Holiday(*which, round(n / everyone, 4)) for which, n in sorted(named.items(), key=lambda one: -one[1])]
        for day, named in found.items()
    }


def _places(conn: Conn, wanted: Wanted) -> dict[tuple[str, str], int]:
    """Contacts by country and region: all that are asked for, or a sample of everybody."""
    sampled = sql.SQL("" if wanted.is_of_some else "TABLESAMPLE SYSTEM (%(percent)s) REPEATABLE (1)")
    query = sql.SQL(_PLACES).format(sampled=sampled, about=wanted.about("c", "c.id"))
    found = conn.execute(query, wanted.params | {"percent": sampled_percent(conn, SAMPLED)})
    return {(country, region): n for country, region, n in found if country}


def sampled_percent(conn: Conn, contacts: int) -> float:
    """The percentage of the blocks of contacts that holds about so many of them; 100 when there are fewer."""
    row = conn.execute("SELECT reltuples FROM pg_class WHERE oid = 'contact'::regclass").fetchone()
    assert row is not None
    return min(100.0, 100.0 * contacts / max(1.0, float(row[0])))


def blackouts(conn: Conn, lang: str) -> dict[date, list[Blackout]]:
    """The days that time policies close by their dates."""
    said = {rule["name"]: sentence(without_bookkeeping(rule), lang) for rule in rules(conn) if rule["active"]}
    found: dict[date, list[Blackout]] = defaultdict(list)
    for policy in current(conn).policies:
        for day in policy.dates if isinstance(policy, Time) else ():
            found[day].append(Blackout(policy.name, said[policy.name]))
    return dict(found)
