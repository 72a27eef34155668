"""Reads of campaigns: what they are, who they are for, how far they have come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection, sql

from pauta.campaigns.audience import SOURCE, Audience, read_audience
from pauta.core.gate.reasons import REASONS, VERDICTS
from pauta.core.problems import Problem
from pauta.messages.models import State
from pauta.messages.terms import Terms
from pauta.platform.copy import fetch_array

Conn = Connection[Any]


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign with its terms; ``state`` is draft, launching, launched, paused or cancelled."""

    id: int
    name: str
    terms: Terms
    audience: Mapping[str, Any]
    template_id: int
    template: str
    state: str
    proposal_id: int | None
    actor: str
    created_at: datetime
    launched_at: datetime | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many messages of a campaign stand in one state, with one verdict and reason."""

    state: str
    verdict: str
    reason: str
    messages: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a launch has come, in partitions, and where its messages stand."""

    parts: int
    parts_done: int
    proposed: int
    tallies: tuple[Tally, ...]


_CAMPAIGN: LiteralString = """
SELECT c.id, c.name, c.type, c.topic, c.team, c.tier, c.value, c.urgent, c.channels, c.not_before, c.expires, c.minute,
       c.audience, c.template_id, t.name, c.state, c.proposal_id, c.actor, c.created_at, c.launched_at
FROM campaign c JOIN template t ON t.id = c.template_id
"""


def campaign(connection: Conn, campaign_id: int) -> Campaign:
    """One campaign by its id; a Problem when there is none."""
    return _only(_campaigns(connection, "WHERE c.id = %s", (campaign_id,)), campaign_id)


def campaign_named(connection: Conn, name: str) -> Campaign:
    """One campaign by its name; a Problem when there is none."""
    return _only(_campaigns(connection, "WHERE c.name = %s", (name,)), name)


def campaigns(connection: Conn) -> list[Campaign]:
    """All campaigns, the newest first."""
    return _campaigns(connection, "ORDER BY c.id DESC", ())


def _only(found: list[Campaign], wanted: object) -> Campaign:
    if not found:
        raise Problem("campaigns.unknown", field="campaign", campaign=wanted)
    return found[0]


def _campaigns(connection: Conn, where: LiteralString, params: tuple[object, ...]) -> list[Campaign]:
    return [_campaign(*row) for row in connection.execute(f"{_CAMPAIGN} {where}", params)]


def _campaign(
    number: int,
    name: str,
    message_type: str,
    topic: str,
    team: str,
    tier: int,
    value: float,
    urgent: bool,
    channels: list[str],
    not_before: date | None,
    expires: date | None,
    minute: int,
    *rest: Any,
) -> Campaign:
    terms = Terms(
        type=message_type,
        topic=topic,
        team=team,
        tier=tier,
        value=value,
        urgent=urgent,
        channels=tuple(channels),
        not_before=not_before,
        expires=expires,
        minute=minute,
    )
    return Campaign(number, name, terms, *rest)


def company_today(connection: Conn, now: datetime) -> date:
    """The date where the company is; in UTC when there is no company yet."""
    row = connection.execute(
        "SELECT (%s::timestamptz AT TIME ZONE coalesce((SELECT zone FROM company WHERE id = 1), 'UTC'))::date", (now,)
    ).fetchone()
    assert row is not None
    return date.fromisoformat(str(row[0]))


def audience_of(connection: Conn, document: object, now: datetime) -> Audience:
    """The audience that a document describes; a Problem when it is malformed or names a list that does not exist."""
    audience = read_audience(document, company_today(connection, now))
    name = audience.params.get("list")
    if (
        name is not None
        and connection.execute("SELECT 1 FROM contact_list WHERE name = %s", (name,)).fetchone() is None
    ):
        raise Problem("campaigns.list_unknown", field="audience.list", list=name)
    return audience


def count(connection: Conn, audience: Audience) -> int:
    """How many contacts an audience has now."""
    query = sql.SQL("SELECT count(*) FROM {} WHERE {}").format(SOURCE, audience.where)
    row = connection.execute(query, audience.params).fetchone()
    assert row is not None
    return int(row[0])


def is_empty(connection: Conn, audience: Audience) -> bool:
    """Whether an audience has no contact at all."""
    query = sql.SQL("SELECT 1 FROM {} WHERE {} LIMIT 1").format(SOURCE, audience.where)
    return connection.execute(query, audience.params).fetchone() is None


def contact_ids(connection: Conn, audience: Audience, parts: Iterable[int]) -> NDArray[np.int64]:
    """The contacts of an audience in these partitions, ascending."""
    query = sql.SQL("SELECT c.id AS id FROM {} WHERE c.part = ANY(%(parts)s) AND ({})").format(SOURCE, audience.where)
    params = audience.params | {"parts": list(parts)}
    return np.sort(fetch_array(connection, query, params, np.dtype([("id", "i8")]))["id"])


def progress(connection: Conn, chosen: Campaign) -> Progress:
    """How far a campaign's launch has come and where its messages stand, most frequent first."""
    row = connection.execute(
        "SELECT count(*), count(done_at), coalesce(sum(messages), 0) FROM launch_part WHERE campaign_id = %s",
        (chosen.id,),
    ).fetchone()
    assert row is not None
    rows = connection.execute(
        "SELECT state, verdict, reason, count(*) FROM message WHERE proposal_id = %s"
        " GROUP BY state, verdict, reason ORDER BY count(*) DESC, state, verdict, reason",
        (chosen.proposal_id,),
    )
    tallies = tuple(
        Tally(State(state).name.lower(), VERDICTS[verdict].value, REASONS[reason].value, messages)
        for state, verdict, reason, messages in rows
    )
    return Progress(int(row[0]), int(row[1]), int(row[2]), tallies)
