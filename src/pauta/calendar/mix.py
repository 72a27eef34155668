"""The mix of message types per group of contacts in a month, against the target that a policy sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, LiteralString

from psycopg import Connection

from pauta.core.gate.policies import Mix
from pauta.policies.queries import current

Conn = Connection[Any]

GROUPS: Final[Mapping[str, LiteralString]] = {
    "everyone": "''",
    "stage": "coalesce(c.stage, '')",
    "language": "coalesce(c.language, '')",
    "country": "coalesce(own.country, home.country, '')",
    "segment": "segment",
}
"""By what contacts can be grouped; one in several segments is in each of their groups."""


@dataclass(frozen=True, slots=True)
class Target:
    """At most ``percent`` of the messages may be of the type; ``rule`` is the policy that says so, "" for none."""

    type: str
    percent: float
    min_touches: int
    rule: str


DEFAULT: Final = Target("promotional", 20.0, 5, "")


@dataclass(frozen=True, slots=True)
class GroupMix:
    """Messages of a group by type, the share (0 to 1) of the target's type, and how many contacts are above it."""

    group: str
    contacts: int
    messages: dict[str, int]
    share: float
    contacts_over: int


@dataclass(frozen=True, slots=True)
class MonthMix:
    """A month's mix; transactional messages are told, and count in no share."""

    first: date
    last: date
    target: Target
    groups: list[GroupMix]


_QUERY: LiteralString = """
WITH reached AS (
    SELECT m.contact_id, k.type, m.messages FROM (
        SELECT contact_id, proposal_id, count(*) AS messages FROM message
        WHERE day BETWEEN %(first)s AND %(last)s AND state IN (1, 2, 3, 5)
          AND (%(campaign)s::text IS NULL OR proposal_id = (SELECT proposal_id FROM campaign WHERE name = %(campaign)s))
        GROUP BY contact_id, proposal_id
    ) m JOIN proposal p ON p.id = m.proposal_id JOIN kind k ON k.id = p.kind_id
    UNION ALL
    SELECT t.contact_id, k.type, t.messages FROM (
        SELECT contact_id, kind_id, count(*) AS messages FROM touch
        WHERE day BETWEEN %(first)s AND %(last)s AND %(campaign)s::text IS NULL GROUP BY contact_id, kind_id
    ) t JOIN kind k ON k.id = t.kind_id
), per_contact AS (
    SELECT contact_id,
           sum(messages) FILTER (WHERE type = 'educational') AS educational,
           sum(messages) FILTER (WHERE type = 'relationship') AS relationship,
           sum(messages) FILTER (WHERE type = 'promotional') AS promotional,
           sum(messages) FILTER (WHERE type = 'operational') AS operational,
           sum(messages) FILTER (WHERE type = 'transactional') AS transactional,
           coalesce(sum(messages) FILTER (WHERE type = %(type)s), 0) AS of_type,
           coalesce(sum(messages) FILTER (WHERE type <> 'transactional'), 0) AS counted
    FROM reached GROUP BY contact_id
)
SELECT {group}, count(*), sum(educational)::int, sum(relationship)::int, sum(promotional)::int, sum(operational)::int,
       sum(transactional)::int, sum(of_type)::int, sum(counted)::int,
       count(*) FILTER (WHERE counted >= %(min_touches)s AND of_type * 100.0 > %(percent)s * counted)
FROM per_contact r JOIN contact c ON c.id = r.contact_id {joins}
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 500
"""
_JOINS: Final[Mapping[str, LiteralString]] = {
    "country": "LEFT JOIN account a ON a.id = c.account_id LEFT JOIN place own ON own.id = c.place_id"
    " LEFT JOIN place home ON home.id = a.place_id",
    "segment": "CROSS JOIN LATERAL unnest(c.segments) AS segment",
}
_TYPES = ("educational", "relationship", "promotional", "operational", "transactional")


def mix(conn: Conn, month: date, group: str, campaign: str | None = None) -> MonthMix:
    """The mix of the month that ``month`` lies in, by one of GROUPS; what is planned for it counts too."""
    first = month.replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    target = _target(conn)
    given = {
        "first": first,
        "last": last,
        "type": target.type,
        "percent": target.percent,
        "min_touches": target.min_touches,
        "campaign": campaign,
    }
    rows = conn.execute(_QUERY.format(group=GROUPS[group], joins=_JOINS.get(group, "")), given)
    return MonthMix(first, last, target, [_group(*row) for row in rows])


def _group(group: str, contacts: int, *counts: int | None) -> GroupMix:
    *by_type, of_type, counted, over = (count or 0 for count in counts)
    messages = dict(zip(_TYPES, by_type, strict=True))
    return GroupMix(group, contacts, messages, round(of_type / counted, 4) if counted else 0.0, over)


def _target(conn: Conn) -> Target:
    """That of the first mix policy in force."""
    for policy in current(conn).policies:
        if isinstance(policy, Mix):
            return Target(policy.type, policy.percent, policy.min_touches, policy.name)
    return DEFAULT
