"""Whom a launched campaign concerns, one by one: the rows behind the figures of its progress."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import Connection

from pauta.campaigns.figures import CONDITIONS, NOTHING_WON, SOURCE, WON, Figure, asked_of
from pauta.campaigns.queries import Campaign
from pauta.core.gate.reasons import REASON_CODE, REASONS, VERDICT_CODE, VERDICTS, Reason, Verdict
from pauta.messages.queries import rule_name
from pauta.messages.states import State


@dataclass(frozen=True, slots=True)
class Recipient:
    """A contact and where the campaign's message to them stands; ``rule`` is "" where none decided."""

    message: int
    contact: str
    name: str
    state: str
    verdict: str
    reason: str
    rule: str
    day: date | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which recipients: those of whom all that is said fits; None says nothing."""

    state: State | None = None
    verdict: Verdict | None = None
    reason: Reason | None = None
    figure: Figure | None = None


def recipients(
    connection: Connection[Any], chosen: Campaign, wanted: Wanted, after: int, limit: int
) -> list[Recipient]:
    """The recipients of a launched campaign in the order of their messages, those after one; none of a draft."""
    counted = CONDITIONS[wanted.figure] if wanted.figure else "true"
    rows = connection.execute(
        f"""
        {WON if wanted.figure is Figure.converted else NOTHING_WON}
        SELECT m.id, coalesce(c.external_id, ''), trim(coalesce(c.first_name || ' ' || c.last_name, '')),
               m.state, m.verdict, m.reason, m.rule, policy.name, m.day
        FROM (SELECT m.id, m.contact_id, m.state, m.verdict, m.reason, m.rule, m.day FROM {SOURCE}
              WHERE m.proposal_id = %(proposal)s AND m.id > %(after)s
                AND (%(state)s::int2 IS NULL OR m.state = %(state)s)
                AND (%(verdict)s::int2 IS NULL OR m.verdict = %(verdict)s)
                AND (%(reason)s::int2 IS NULL OR m.reason = %(reason)s)
                AND {counted}
              ORDER BY m.id LIMIT %(limit)s) m
        LEFT JOIN contact c ON c.id = m.contact_id
        LEFT JOIN policy ON policy.id = m.rule
        ORDER BY m.id
        """,
        {
            **asked_of(chosen),
            "after": after,
            "limit": limit,
            "state": wanted.state,
            "verdict": None if wanted.verdict is None else VERDICT_CODE[wanted.verdict],
            "reason": None if wanted.reason is None else REASON_CODE[wanted.reason],
        },
    )
    return [
        Recipient(
            *(number, contact, name or contact),
            *(State(state).name.lower(), VERDICTS[verdict].value, REASONS[reason].value, rule_name(rule, policy), day),
        )
        for number, contact, name, state, verdict, reason, rule, policy, day in rows
    ]
