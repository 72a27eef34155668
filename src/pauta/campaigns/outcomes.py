"""What became of messages against their owners' wish, told to the owners: once for each campaign and day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, LiteralString

from psycopg import Connection

from pauta.campaigns.audience import company_today
from pauta.core.gate.reasons import REASON_CODE, REASONS, VERDICT_CODE, Reason, Verdict
from pauta.messages.queries import rule_name
from pauta.messages.states import ProposalState, State
from pauta.team.inbox import Told, put
from pauta.team.queries import person

Conn = Connection[Any]

_LOCK = 7_261_005
PAUSE = timedelta(minutes=15)
"""How long after owners were told they are told again."""

MOST_DAYS = 7
"""How many days are made up for when nobody was told for long."""

MOST_LINES = 12
"""Lines of one entry: those with the most messages."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many messages were moved, suppressed or expired for one reason, by which rule, and after which campaign."""

    what: str
    reason: str
    rule: str
    winner: str
    messages: int


def tell_owners(connection: Conn, now: datetime) -> bool:
    """Tell owners what became of their messages since the last time; False when that is less than a pause ago.

    Of several that come at once one does it, and the others do not wait for it. A day is told anew until it is over.
    """
    if connection.execute("SELECT pg_try_advisory_xact_lock(%s)", (_LOCK,)).fetchone() != (True,):
        return False
    row = connection.execute(
        "INSERT INTO outcomes_told AS told (id, at) VALUES (1, %s) ON CONFLICT (id) DO UPDATE SET at = excluded.at"
        " WHERE told.at <= excluded.at - %s::interval RETURNING old.at",
        (now, PAUSE),
    ).fetchone()
    if row is None:
        return False
    today = company_today(connection, now)
    since = today if row[0] is None else company_today(connection, row[0])
    first = max(since, today - timedelta(days=MOST_DAYS))
    for number in range((today - first).days + 1):
        _tell(connection, now, first + timedelta(days=number))
    return True


def _tell(connection: Conn, now: datetime, day: date) -> None:
    found = outcomes(connection, day)
    if not found:
        return
    told_to = owners(connection, found)
    merged: dict[tuple[int, str], list[Outcome]] = defaultdict(list)
    for (actor, team, campaign), told in found.items():
        for user_id in told_to[actor, team]:
            merged[user_id, campaign] += told
    for (user_id, campaign), told in merged.items():
        lines = sorted(told, key=lambda one: -one.messages)
        detail = {"messages": sum(one.messages for one in told), "lines": [asdict(one) for one in lines[:MOST_LINES]]}
        put(connection, now, [user_id], Told.OUTCOMES, campaign, day, detail)


Origin = tuple[str, str, str]
"""Who made it, for which team, and its campaign: empty for messages that a person sent one by one."""


def outcomes(connection: Conn, day: date) -> dict[Origin, list[Outcome]]:
    """What happened on a day of the company to messages, by where they come from."""
    rows = connection.execute(_OUTCOMES, {"day": day, "reasons": [REASON_CODE[one] for one in _TOLD], **_CODES})
    found: dict[Origin, list[Outcome]] = defaultdict(list)
    for actor, team, campaign, what, reason, rule, policy, winner, messages in rows:
        told = Outcome(what, REASONS[reason].value, rule_name(rule, policy), winner, messages)
        found[actor, team, campaign].append(told)
    return found


_TOLD = tuple(reason for reason in Reason if REASON_CODE[reason] <= REASON_CODE[Reason.expired])
"""The reasons that the gate gives for what an owner did not wish."""

_CODES = {
    "suppressed": State.SUPPRESSED,
    "planned": State.PLANNED,
    "open": State.OPEN,
    "expired": REASON_CODE[Reason.expired],
    "queue": VERDICT_CODE[Verdict.queue],
    "cancelled": ProposalState.CANCELLED,
}

_OUTCOMES: LiteralString = """
WITH span AS (
    SELECT %(day)s::date AT TIME ZONE zone AS first, (%(day)s::date + 1) AT TIME ZONE zone AS last
    FROM (SELECT coalesce((SELECT zone FROM company WHERE id = 1), 'UTC') AS zone) company
), before AS (
    SELECT DISTINCT ON (h.part, h.message_id) h.part, h.message_id AS id, h.state, h.day
    FROM message_change h
    WHERE h.at >= (SELECT first FROM span) AND h.at < (SELECT last FROM span)
    ORDER BY h.part, h.message_id, h.id
), changed AS (
    SELECT m.* FROM before b JOIN message m ON m.part = b.part AND m.id = b.id
    WHERE m.state = %(suppressed)s AND b.state IN (%(open)s, %(planned)s)
       OR m.state IN (%(open)s, %(planned)s) AND b.state = %(planned)s AND (m.day > b.day OR m.day IS NULL)
    UNION ALL
    SELECT m.* FROM proposal p JOIN message m ON m.proposal_id = p.id
    WHERE p.created_at >= (SELECT first FROM span) - interval '2 hours' AND p.created_at < (SELECT last FROM span)
      AND m.created_at >= (SELECT first FROM span) AND m.created_at < (SELECT last FROM span)
      AND (m.state = %(suppressed)s OR m.state IN (%(open)s, %(planned)s) AND m.verdict = %(queue)s)
      AND NOT EXISTS (SELECT FROM before b WHERE b.part = m.part AND b.id = m.id)
), counted AS (
    SELECT proposal_id, reason, rule, winner, part,
           CASE WHEN state <> %(suppressed)s THEN 'moved' WHEN reason = %(expired)s THEN 'expired' ELSE 'suppressed' END
               AS what,
           count(*) AS messages
    FROM changed WHERE reason = ANY(%(reasons)s) GROUP BY 1, 2, 3, 4, 5, 6
)
SELECT coalesce(own.actor, p.actor), k.team, k.campaign, c.what, c.reason, c.rule, policy.name,
       coalesce(first.campaign, ''), sum(c.messages)::int
FROM counted c
JOIN proposal p ON p.id = c.proposal_id AND p.state <> %(cancelled)s JOIN kind k ON k.id = p.kind_id
LEFT JOIN campaign own ON own.proposal_id = p.id
LEFT JOIN policy ON policy.id = c.rule
LEFT JOIN message w ON w.part = c.part AND w.id = c.winner
LEFT JOIN proposal wp ON wp.id = w.proposal_id LEFT JOIN kind first ON first.id = wp.kind_id
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
"""


def owners(connection: Conn, origins: Iterable[Origin]) -> Mapping[tuple[str, str], list[int]]:
    """Whom to tell: the user who made it, or else everybody of the team for which it speaks."""
    users = connection.execute(
        "SELECT u.id, lower(u.email), coalesce(team.name, '') FROM pauta_user u LEFT JOIN team ON team.id = u.team_id"
        " WHERE u.disabled_at IS NULL ORDER BY u.id"
    ).fetchall()
    by_email = {email: [number] for number, email, _ in users}
    by_team: dict[str, list[int]] = defaultdict(list)
    for number, _, team in users:
        by_team[team].append(number)
    return {
        (actor, team): by_email.get(person(actor).lower()) or (by_team[team] if team else [])
        for actor, team, _ in origins
    }
