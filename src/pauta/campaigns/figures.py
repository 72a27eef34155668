"""What came of a launched campaign: mails that arrived, were read, followed, answered; people and programs apart."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, LiteralString

from psycopg import Connection

from pauta.campaigns.queries import Campaign
from pauta.channels.base import OutcomeKind
from pauta.messages.states import State


class Figure(StrEnum):
    """What is counted, in the order in which it is told."""

    sent = "sent"
    delivered = "delivered"
    opened = "opened"
    clicked = "clicked"
    replied = "replied"
    converted = "converted"
    bounced = "bounced"
    complained = "complained"
    unsubscribed = "unsubscribed"
    machine_opened = "machine_opened"
    scanned = "scanned"


@dataclass(frozen=True, slots=True)
class Usual:
    """Between which shares a figure usually lies."""

    low: float
    high: float


USUAL: Final = {
    Figure.opened: Usual(0.20, 0.25),
    Figure.clicked: Usual(0.03, 0.05),
    Figure.bounced: Usual(0.0, 0.02),
    Figure.complained: Usual(0.0, 0.001),
    Figure.unsubscribed: Usual(0.0, 0.005),
}
"""Benchmarks of bulk mail. Gmail and Yahoo ask for fewer complaints than 0.1 %."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A figure: how many messages, of how many, and what is usual; ``of`` is 0 where a share says nothing."""

    figure: Figure
    messages: int
    of: int

    @property
    def rate(self) -> float | None:
        """The share; None of nothing."""
        return self.messages / self.of if self.of else None

    @property
    def usual(self) -> Usual | None:
        """What is usual; None where nobody knows."""
        return USUAL.get(self.figure)


_DELIVERED = f"(m.state = {State.SENT} AND r.bounced_at IS NULL)"
CONDITIONS: Final[dict[Figure, LiteralString]] = {
    Figure.sent: f"""(m.state IN ({State.SENT}, {State.UNKNOWN}) OR m.state = {State.FAILED}
        AND EXISTS (SELECT FROM attempt tried WHERE tried.part = m.part AND tried.message_id = m.id))""",
    Figure.delivered: _DELIVERED,
    Figure.opened: "r.opened_at IS NOT NULL",
    Figure.clicked: "r.clicked_at IS NOT NULL",
    Figure.replied: "r.replied_at IS NOT NULL",
    Figure.converted: "won.id IS NOT NULL",
    Figure.bounced: f"""(r.bounced_at IS NOT NULL OR m.state = {State.FAILED}
        AND EXISTS (SELECT FROM attempt tried WHERE tried.part = m.part AND tried.message_id = m.id))""",
    Figure.complained: "r.complained_at IS NOT NULL",
    Figure.unsubscribed: "r.unsubscribed_at IS NOT NULL",
    Figure.machine_opened: "r.machine_opened_at IS NOT NULL",
    Figure.scanned: "r.scanned_at IS NOT NULL",
}
"""Which messages a figure counts: conditions over ``SOURCE``."""

_ACCEPTED = tuple(OutcomeKind).index(OutcomeKind.SENT)
WON: LiteralString = f"""
WITH won AS MATERIALIZED (
    SELECT DISTINCT m.part, m.id, m.contact_id FROM event e
    JOIN message m ON m.part = e.part AND m.account_key = e.account_key AND m.proposal_id = %(proposal)s
         AND coalesce(e.contact_id, m.contact_id) = m.contact_id
    JOIN attempt a ON a.part = m.part AND a.message_id = m.id AND a.outcome = {_ACCEPTED}
         AND e.at >= a.ended_at AND e.at < a.ended_at + make_interval(days => %(days)s)
    WHERE e.name = %(goal)s AND e.at >= %(since)s)
"""
"""The messages after which the goal was reached, by the contact or by the account as a whole."""

NOTHING_WON: LiteralString = "WITH won AS (SELECT NULL::int2 AS part, NULL::int8 AS id WHERE false)"
"""For those who do not ask after the goal."""

_SENT_AND_ANSWERED: LiteralString = f"""
message m
LEFT JOIN attempt a ON a.part = m.part AND a.message_id = m.id AND a.outcome = {_ACCEPTED}
LEFT JOIN response r ON r.message_id = m.id"""
SOURCE: LiteralString = f"""{_SENT_AND_ANSWERED}
LEFT JOIN won ON won.part = m.part AND won.id = m.id
"""

_COUNT = f"""
{WON}
SELECT {", ".join(f"count(*) FILTER (WHERE {CONDITIONS[one]})" for one in Figure if one is not Figure.converted)},
       (SELECT count(DISTINCT contact_id) FROM won),
       count(*) FILTER (WHERE {_DELIVERED} AND a.measured)
FROM {_SENT_AND_ANSWERED} WHERE m.proposal_id = %(proposal)s
"""

_OF_MEASURED = (Figure.opened, Figure.clicked, Figure.machine_opened, Figure.scanned)
_OF_DELIVERED = (Figure.replied, Figure.converted, Figure.complained, Figure.unsubscribed)


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of a campaign; ``measured`` mails tell whether they are opened."""

    measured: int
    counted: tuple[Counted, ...]

    def of(self, figure: Figure) -> Counted:
        """One of them."""
        return next(one for one in self.counted if one.figure is figure)


def asked_of(chosen: Campaign) -> dict[str, Any]:
    """What ``SOURCE`` and ``WON`` need to know of a campaign."""
    return {
        "proposal": chosen.proposal_id,
        "goal": chosen.goal_event or None,
        "days": chosen.goal_days,
        "since": chosen.launched_at,
    }


def figures(connection: Connection[Any], chosen: Campaign) -> Figures:
    """What came of a campaign so far; nothing of a draft."""
    row = connection.execute(_COUNT, asked_of(chosen)).fetchone()
    assert row is not None
    *counts, converted, measured = row
    found = dict(zip((one for one in Figure if one is not Figure.converted), counts, strict=True))
    found[Figure.converted] = converted
    return Figures(measured, tuple(Counted(one, found[one], _of(one, found, measured)) for one in Figure))


def _of(figure: Figure, found: dict[Figure, int], measured: int) -> int:
    if figure in _OF_MEASURED:
        return measured
    if figure in _OF_DELIVERED:
        return found[Figure.delivered]
    return found[Figure.sent]
