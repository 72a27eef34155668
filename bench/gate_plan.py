"""``gate.plan``: decisions a second on one core, from columns in memory to verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from bench.measure import clock, memory, report
from bench.people import COUNTRIES, EPOCH, POLICIES, SEED, TEAMS, TOPICS, TYPES, ZONES, People, people
from pauta.core.gate import facts as gate
from pauta.core.gate.plan import plan
from pauta.core.gate.policy_document import parse_policies
from pauta.core.gate.vocabulary import ALWAYS, NEVER, MessageType

NEW = (
    ("promotional", "offers", "marketing", 9),
    ("relationship", "news", "leadership", 10),
    ("promotional", "launch", "product", 11),
    ("operational", "maintenance", "support", 12),
)
"""Type, topic, team and campaign of the new messages, by falling value."""
NOW = datetime(2026, 11, 24, 13, tzinfo=UTC)
STEP = 20_000
"""Contacts decided at once, as a launch decides them."""
ROUNDS = 5
CAPS = [policy for policy in POLICIES if policy["kind"] == "cap"] + [
    {"kind": "cap", "name": "twelve a month", "limit": 12, "window": "month", "scope": "contact"}
]
"""Three caps of a contact, rolling and by calendar month, and one of an account."""


def run(n: int) -> None:
    """Decide a planned and four new messages of each of ``n`` contacts by four caps; then by policies of all kinds."""
    measure("gate.plan", n, 4, CAPS)
    measure("gate.plan.twelve", n, 4, POLICIES)
    measure("gate.plan.twelve.one_new", n, 1, POLICIES)


def measure(name: str, n: int, new: int, documents: Sequence[dict[str, Any]]) -> None:
    """The best of five rounds after one that compiles. Only planning is timed, not making up the facts."""
    policies = parse_policies(documents)
    plan(facts_of(people(1000, NOW), new), policies)
    seconds, verdicts, contacts = [], np.zeros(3, np.int64), [min(STEP, n - done) for done in range(0, n, STEP)]
    with memory() as seen:
        for _ in range(ROUNDS):
            seconds.append(0.0)
            verdicts[:] = 0
            for step, count in enumerate(contacts):
                facts = facts_of(people(count, NOW, SEED + step), new)
                begun = clock()
                decided = plan(facts, policies)
                seconds[-1] += clock() - begun
                verdicts += np.bincount(decided.verdict, minlength=3)
    report(
        name,
        (1 + new) * n,
        min(seconds),
        seen,
        contacts=n,
        policies=len(policies),
        verdicts=verdicts.tolist(),
        rounds=[round(one, 3) for one in seconds],
    )


def facts_of(company: People, new: int = 1) -> gate.Facts:
    """The company as the gate wants it, a planned message and ``new`` new ones for each contact."""
    contacts, accounts = company.contacts, company.accounts
    kinds = [*zip(TYPES, TOPICS, TEAMS, range(8), strict=True), ("educational", "tips", "success", 8)]
    kinds += NEW[:new]
    topics, teams = tuple(sorted(set(TOPICS))), tuple(sorted(set(TEAMS)))
    zone = company.zone[company.account]
    local = [NOW.astimezone(ZoneInfo(name)) for name in ZONES]
    unhappy_day = ((NOW - timedelta(days=2)).date() - EPOCH).days
    consenting = np.repeat(np.flatnonzero(~company.without_consent), 2)
    today = (NOW.date() - EPOCH).days
    total = (1 + new) * contacts
    standing = np.zeros(accounts, np.uint64)
    standing[company.complaint] = 1
    return gate.Facts(
        now=int(NOW.timestamp() * 1_000_000),
        names=gate.Names(
            topics=topics, teams=teams, campaigns=tuple(f"campaign {number}" for number in range(13)),
            stages=("onboarding", "adoption"), conditions=("open_complaint",), events=("ticket_closed_unhappy",),
            zones=ZONES, calendars=tuple((country, "") for country in COUNTRIES),
        ),
        kinds=gate.Kinds(
            type=np.array([MessageType[kind[0]] for kind in kinds], np.int8),
            topic=np.array([topics.index(kind[1]) for kind in kinds], np.int32),
            team=np.array([teams.index(kind[2]) for kind in kinds], np.int32),
            campaign=np.array([kind[3] for kind in kinds], np.int32),
            urgent=np.zeros(len(kinds), bool),
        ),
        account_conditions=standing,
        contacts=gate.Contacts(
            account=company.account.astype(np.int32), person=np.arange(contacts, dtype=np.int32),
            today=np.array([(moment.date() - EPOCH).days for moment in local], np.int32)[zone],
            minute=np.array([moment.hour * 60 + moment.minute for moment in local], np.int16)[zone],
            zone=zone.astype(np.int16), calendar=zone.astype(np.int16),
            stage=np.where(company.onboarding, 0, 1).astype(np.int16), segments=np.zeros(contacts, np.uint64),
            conditions=np.zeros(contacts, np.uint64), reachable=np.full(contacts, 3, np.uint8),
            consent_known=np.ones(contacts, bool), paused_until=np.full(contacts, ALWAYS, np.int32),
            best_minute=np.full(contacts, -1, np.int16),
        ),
        consents=gate.Consents(
            contact=consenting.astype(np.int32), channel=np.tile(np.array([0, 1], np.int8), len(consenting) // 2),
            topic=np.full(len(consenting), -1, np.int32), granted=np.ones(len(consenting), bool),
            marketing=np.full(len(consenting), NEVER, np.int32), service=np.full(len(consenting), NEVER, np.int32),
        ),
        preferences=gate.Preferences(*(np.empty(0, np.int32) for _ in range(4))),
        enrolments=gate.Enrolments(*(np.empty(0, np.int32) for _ in range(2))),
        events=gate.Events(
            account=company.unhappy.astype(np.int32), contact=np.full(len(company.unhappy), -1, np.int32),
            name=np.zeros(len(company.unhappy), np.int16), day=np.full(len(company.unhappy), unhappy_day, np.int32),
        ),
        touches=gate.Touches(
            contact=company.touch_contact.astype(np.int32), day=company.touch_day,
            kind=company.touch_kind.astype(np.int32), channel=company.touch_channel.astype(np.int8),
            id=-np.arange(1, len(company.touch_contact) + 1),
        ),
        messages=gate.Messages(
            contact=np.repeat(np.arange(contacts, dtype=np.int32), 1 + new),
            kind=np.tile(np.arange(8, 9 + new, dtype=np.int32), contacts),
            tier=np.full(total, 2, np.int8), value=np.tile([1e12, 5.0, 4.0, 3.0, 2.0][: 1 + new], contacts),
            not_before=np.full(total, ALWAYS, np.int32),
            expires=np.tile([NEVER, *[today + 30] * new], contacts).astype(np.int32),
            minute=np.full(total, -1, np.int16),
            wished=np.tile([today, *[ALWAYS] * new], contacts).astype(np.int32),
            channels=np.tile(np.array([0, 1], np.int8), (total, 1)), id=np.arange(total),
        ),
        capacity_used={},
    )  # fmt: skip
