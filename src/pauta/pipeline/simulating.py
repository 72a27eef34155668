"""Journeys over days to come, by the real engine and the real gate, on a copy of the tables that they write.

Every table that journeys and the gate write stands as a temporary one of the same name before the real one, filled with
the rows of some partitions; then the session becomes read-only, in which PostgreSQL refuses every write but those to
temporary tables. So what is simulated cannot reach anything real, and locks nothing for longer than a step.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

from psycopg import Connection, sql
from psycopg.types.json import Jsonb

from pauta.core.gate.reasons import REASONS
from pauta.core.journey.document import DateEntry, Document, written_document
from pauta.core.journey.timing import wall
from pauta.facts import AccountChoice
from pauta.journeys.leaving import SOURCE
from pauta.journeys.queries import Figures, figures
from pauta.journeys.versions import standing
from pauta.messages.states import Lane, ProposalState, State
from pauta.pipeline.journeys import hear, move_on
from pauta.pipeline.planning import decide, write_changes
from pauta.platform import database
from pauta.policies import queries as policies

Conn = Connection[Any]

MOST_DAYS = 366
MOST_CONTACTS = 5000
"""About how many contacts are simulated; where there are more, some partitions stand for all."""
_STEP = timedelta(minutes=15)
_HISTORY = "interval '100 days'"

_COPIED: Mapping[str, LiteralString] = {
    "contact": "SELECT * FROM public.contact WHERE part = ANY(%(parts)s)",
    "account": "SELECT * FROM public.account WHERE id IN (SELECT account_id FROM pg_temp.contact)",
    "message": "SELECT * FROM public.message WHERE part = ANY(%(parts)s)"
    f" AND (state < {State.SENDING} OR changed_at > %(now)s - {_HISTORY})",
    "message_key": "SELECT k.* FROM public.message_key k JOIN pg_temp.message m"
    " ON m.proposal_id = k.proposal_id AND m.contact_id = k.contact_id",
    "message_change": "SELECT * FROM public.message_change WHERE false",
    "proposal": "SELECT * FROM public.proposal WHERE id IN (SELECT proposal_id FROM pg_temp.message)",
    "kind": "SELECT * FROM public.kind",
    "plan_request": "SELECT * FROM public.plan_request WHERE false",
    "capacity_use": "SELECT * FROM public.capacity_use",
    "capacity_count": "SELECT * FROM public.capacity_count",
    "lease": "SELECT * FROM public.lease",
    "journey": "SELECT * FROM public.journey",
    "journey_version": "SELECT * FROM public.journey_version",
    "journey_step": "SELECT * FROM public.journey_step",
    "journey_cursor": "SELECT * FROM public.journey_cursor",
    "enrolment": "SELECT * FROM public.enrolment WHERE contact_id IN (SELECT id FROM pg_temp.contact)",
    "enrolment_step": "SELECT h.* FROM public.enrolment_step h JOIN pg_temp.enrolment e ON e.id = h.enrolment_id",
    "task": "SELECT * FROM public.task WHERE id IN (SELECT task_id FROM pg_temp.enrolment)",
    "quarantine": "SELECT * FROM public.quarantine WHERE false",
    "inbox_entry": "SELECT * FROM public.inbox_entry WHERE false",
    "event": f"SELECT * FROM public.event WHERE part = ANY(%(parts)s) AND at > %(now)s - {_HISTORY}",
}
_NUMBERED = ("kind", "proposal", "journey", "journey_version", "journey_step", "enrolment", "task", "inbox_entry")
_FIRST_NUMBER = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Expected:
    """An event that is taken to happen to a contact (external id) on a day to come."""

    contact: str
    event: str
    at: datetime
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SimulatedMessage:
    """A message that a journey would send, or not: ``state`` is sent, suppressed, cancelled, or open at the end.

    ``wished`` is the day for which it was meant, ``day`` the one on which it goes, both where the contact is.
    """

    contact: str
    name: str
    journey: str
    node: str
    wished: date
    day: date | None
    at: datetime
    channel: int
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class Simulation:
    """What would happen. All numbers are of the ``sampled`` contacts, of ``contacts`` that there are."""

    first: date
    days: int
    contacts: int
    sampled: int
    messages: list[SimulatedMessage]
    figures: dict[str, Figures]


def simulate(
    url: str,
    now: datetime,
    days: int,
    drafts: Mapping[str, Document],
    expected: Sequence[Expected] = (),
    *,
    repeat: bool = False,
    most: int = MOST_CONTACTS,
) -> Simulation:
    """Let drafts (by name) run beside the live journeys for some days on the database at ``url``, without a trace.

    A draft stands in for a live journey of its name, whose contacts finish on their version. With ``repeat`` the events
    of as many days before happen again, those of each day as long after today as they were before the first.
    """
    with database.connect(url) as connection:
        sampled, contacts = _copy(connection, now, most, [one.contact for one in expected])
        for name, document in drafts.items():
            _put_live(connection, now, name, document)
        _foresee(connection, now, days, expected, repeat)
        connection.commit()
        connection.read_only = True
        for moment in _moments(connection, now, now + timedelta(days=days)):
            _live_through(connection, moment)
        found = _found(connection, now)
        named = {one.name: figures(connection, one.id) for one in standing(connection)}
        zone = connection.execute("SELECT zone FROM company WHERE id = 1").fetchone()
    first = now.astimezone(ZoneInfo(zone[0] if zone else "UTC")).date()
    return Simulation(first, days, contacts, sampled, found, named)


def _copy(connection: Conn, now: datetime, most: int, named: Sequence[str]) -> tuple[int, int]:
    """Put temporary tables before the real ones; how many contacts are in them, and how many there are. Partitions of
    the contacts that are named come first."""
    counted = connection.execute(
        "SELECT part, count(*) FROM contact GROUP BY part ORDER BY bool_or(external_id = ANY(%s)) DESC, part",
        (list(named),),
    ).fetchall()
    parts: list[int] = []
    sampled = 0
    for part, count in counted:
        if not parts or sampled + count <= most:
            parts, sampled = [*parts, part], sampled + count
    for table, rows in _COPIED.items():
        name = sql.Identifier(table)
        connection.execute(
            sql.SQL("CREATE TEMP TABLE {0} (LIKE public.{0} INCLUDING DEFAULTS INCLUDING INDEXES)").format(name)
        )
        given = {"parts": parts, "now": now}
        connection.execute(sql.SQL("INSERT INTO pg_temp.{} {}").format(name, sql.SQL(rows)), given)
    for table in (*_NUMBERED, "message_change", "event"):
        _number(connection, table)
    row = connection.execute("SELECT last_value + 1 FROM public.message_ids").fetchone()
    assert row is not None
    connection.execute(sql.SQL("CREATE TEMP SEQUENCE message_ids START {}").format(sql.Literal(row[0])))
    connection.execute("UPDATE journey_cursor SET event_id = (SELECT coalesce(max(id), 0) FROM public.event)")
    connection.execute("ANALYZE")
    return sampled, sum(count for _, count in counted)


def _number(connection: Conn, table: str) -> None:
    """Let a temporary table count on its own, above what is there."""
    own = f"{table}_numbers"
    row = connection.execute(sql.SQL("SELECT coalesce(max(id), 0) FROM public.{}").format(sql.Identifier(table)))
    last = row.fetchone()
    start = _FIRST_NUMBER if table in _NUMBERED else (last[0] if last else 0) + 1
    connection.execute(sql.SQL("CREATE TEMP SEQUENCE {} START {}").format(sql.Identifier(own), sql.Literal(start)))
    connection.execute(
        sql.SQL("ALTER TABLE pg_temp.{} ALTER COLUMN id SET DEFAULT nextval({})").format(
            sql.Identifier(table), sql.Literal(f"pg_temp.{own}")
        )
    )


def _put_live(connection: Conn, now: datetime, name: str, document: Document) -> None:
    """A draft as if it were published now."""
    row = connection.execute(
        "INSERT INTO journey (name, state, draft, draft_version, version, actor, created_at, changed_at, published_at)"
        " VALUES (%s, 'live', %s, 1, 1, '', %s, %s, %s) ON CONFLICT (name) DO UPDATE"
        " SET state = 'live', version = journey.version + 1, published_at = excluded.published_at, paused_at = NULL"
        " RETURNING id, version",
        (name, Jsonb({}), now, now, now),
    ).fetchone()
    assert row is not None
    made = connection.execute(
        "INSERT INTO journey_version (journey_id, number, document, actor, published_at)"
        " VALUES (%s, %s, %s, '', %s) RETURNING id",
        (*row, Jsonb(written_document(document)), now),
    ).fetchone()
    assert made is not None
    connection.execute(
        "INSERT INTO journey_step (version_id, node) SELECT %s, unnest(%s::text[])",
        (made[0], [node.id for node in document.nodes]),
    )


def _foresee(connection: Conn, now: datetime, days: int, expected: Sequence[Expected], repeat: bool) -> None:
    """Keep what is to happen apart, until its time comes."""
    connection.execute("CREATE TEMP TABLE foreseen (LIKE public.event)")
    connection.execute("ALTER TABLE foreseen DROP COLUMN id")
    connection.execute(
        "INSERT INTO foreseen (part, account_key, contact_id, name, at, recorded_at, day, properties, source)"
        " SELECT c.part, c.account_key, c.id, given.name, given.at, given.at, given.at::date,"
        " given.properties::jsonb, ''"
        " FROM unnest(%s::text[], %s::text[], %s::timestamptz[], %s::text[]) AS given (contact, name, at, properties)"
        " JOIN contact c ON c.external_id = given.contact",
        (
            [one.contact for one in expected],
            [one.event for one in expected],
            [one.at for one in expected],
            [json.dumps(dict(one.properties)) for one in expected],
        ),
    )
    if repeat:
        connection.execute(
            "INSERT INTO foreseen (part, account_key, contact_id, name, at, recorded_at, day, properties, source)"
            " SELECT part, account_key, contact_id, name, at + %(days)s, at + %(days)s, day + %(whole)s, properties, ''"
            " FROM event WHERE at > %(now)s - %(days)s AND at <= %(now)s",
            {"days": timedelta(days=days), "whole": days, "now": now},
        )


def _moments(connection: Conn, now: datetime, end: datetime) -> Iterator[datetime]:
    """Every moment at which something is to be done, a quarter of an hour apart or more."""
    dated = _hours_of_entries(connection)
    moment = now
    while moment <= end:
        yield moment
        row = connection.execute(
            "SELECT least((SELECT min(e.wake_at) FROM enrolment e JOIN journey j ON j.id = e.journey_id"
            "              AND j.state = 'live' WHERE e.wake_at > %(now)s),"
            f"            (SELECT min(m.due) FROM message m WHERE m.state < {State.SENDING} AND m.due > %(now)s),"
            "             (SELECT min(at) FROM foreseen WHERE at > %(now)s))",
            {"now": moment},
        ).fetchone()
        next_one = row[0] if row and row[0] is not None else end + _STEP
        entering = [at for at in (_next_hour(moment, zone, clock) for zone, clock in dated) if at is not None]
        moment = max(moment + _STEP, min([next_one, *entering]))


def _hours_of_entries(connection: Conn) -> list[tuple[str, str]]:
    """Zones of contacts, and the hours at which dates let them in."""
    entries = [one.version.document.entry for one in standing(connection) if one.state == "live"]
    clocks = {entry.at for entry in entries if isinstance(entry, DateEntry)}
    zones = connection.execute(
        "SELECT DISTINCT coalesce(cp.zone, ap.zone, co.zone, 'UTC') FROM contact c LEFT JOIN account a"
        " ON a.id = c.account_id LEFT JOIN place cp ON cp.id = c.place_id LEFT JOIN place ap ON ap.id = a.place_id"
        " LEFT JOIN company co ON co.id = 1"
    ).fetchall()
    return [(zone, clock) for (zone,) in zones for clock in sorted(clocks)]


def _next_hour(now: datetime, zone: str, clock: str) -> datetime | None:
    today = now.astimezone(ZoneInfo(zone)).date()
    return next((at for at in (wall(zone, today + timedelta(days=n), clock) for n in (0, 1, 2)) if at > now), None)


def _live_through(connection: Conn, now: datetime) -> None:
    """Everything that workers would do at one moment."""
    connection.execute(
        "INSERT INTO event (part, account_key, contact_id, name, at, recorded_at, day, properties, source)"
        " SELECT f.part, f.account_key, f.contact_id, f.name, f.at, f.at, f.day, f.properties, 'simulation'"
        " FROM foreseen f WHERE f.at <= %s ORDER BY f.at",
        (now,),
    )
    connection.execute("DELETE FROM foreseen WHERE at <= %s", (now,))
    while hear(connection, now, 1) + move_on(connection, now, 1):
        pass
    _plan(connection, now)
    connection.commit()


def _plan(connection: Conn, now: datetime) -> None:
    """Plan what is asked for or due, and let leave what may."""
    asked = connection.execute(
        "WITH done AS (DELETE FROM plan_request RETURNING account_key) SELECT account_key FROM done UNION"
        " SELECT m.account_key FROM message m JOIN proposal p ON p.id = m.proposal_id AND p.state = %s"
        f" WHERE m.state < {State.SENDING} AND m.lane = {Lane.BULK} AND m.due <= %s",
        (ProposalState.LIVE, now),
    ).fetchall()
    if asked:
        chosen = AccountChoice.of(key for (key,) in asked)
        write_changes(connection, now, decide(connection, now, chosen, policies.current(connection)))
    connection.execute(
        "UPDATE message SET state = %(sent)s, due = NULL, changed_at = %(now)s FROM proposal p"
        " WHERE p.id = message.proposal_id AND p.state = %(live)s AND message.state = %(planned)s"
        " AND message.due <= %(now)s",
        {"sent": State.SENT, "planned": State.PLANNED, "live": ProposalState.LIVE, "now": now},
    )


def _found(connection: Conn, now: datetime) -> list[SimulatedMessage]:
    names = {int(state): state.name.lower() for state in State}
    rows = connection.execute(
        "SELECT c.external_id, trim(c.first_name || ' ' || c.last_name), k.campaign, split_part(p.occurrence, ':', 3),"
        " m.wished, m.day, m.changed_at, m.channel, m.state, m.reason"
        " FROM message m JOIN proposal p ON p.id = m.proposal_id AND p.source = %s JOIN kind k ON k.id = p.kind_id"
        " JOIN contact c ON c.id = m.contact_id WHERE m.changed_at >= %s ORDER BY m.changed_at, m.id",
        (SOURCE, now),
    )
    return [
        SimulatedMessage(contact, name, journey, node, wished, day, at, channel, names[state], REASONS[reason].value)
        for contact, name, journey, node, wished, day, at, channel, state, reason in rows.fetchall()
    ]
