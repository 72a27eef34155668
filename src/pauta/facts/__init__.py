"""The one place that gathers, in bulk, what the gate needs to know.

Everything is read as numbers in a handful of statements, whatever the number of accounts: names that policies and
filters ask about are sent along and come back as positions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from pauta.core.gate import facts as gate
from pauta.core.gate.policies import Cap, Capacity, Guard, Hold, Mix, Policy, Spacing, filters_of, names_asked
from pauta.facts import coding, rows
from pauta.facts.coding import NEWEST_ID, Lookup, Places, Proposed
from pauta.facts.former import touches_elsewhere, with_stand_ins
from pauta.facts.rows import AccountChoice, Database, KindFacts, ProposalFacts, Rows, Scope
from pauta.messages.states import Lane
from pauta.people.lawful import in_force
from pauta.policies.queries import PolicySet

__all__ = [
    "NEWEST_ID",
    "AccountChoice",
    "KindFacts",
    "Loaded",
    "ProposalFacts",
    "Proposed",
    "capacity_used",
    "load",
    "utc",
]


@dataclass(frozen=True)
class Loaded:
    """Facts for the gate, and the rows of the database behind them.

    ``facts.messages`` has first one row per row of ``messages``, then one per proposed contact, in the order given.
    ``contacts`` are in the order of ``facts.contacts``.
    """

    facts: gate.Facts
    contacts: Rows
    messages: Rows
    proposals: dict[int, ProposalFacts]
    kinds: tuple[KindFacts, ...]


def load(
    connection: Database,
    now: datetime,
    accounts: AccountChoice,
    policies: PolicySet,
    proposed: Proposed | None = None,
) -> Loaded:
    """Everything the gate reads of these accounts at ``now`` (aware), in the caller's transaction.

    Only contacts who have an open message, or share an account with one who has, decide anything; touches and
    messages reach back as far as the longest rule. What is sent past the policies asks neither holds by hand nor how
    often the contacts want something, unless that is never.
    """
    scope = Scope(connection, accounts, names_asked(policies.policies), _stages_asked(policies.policies))
    contacts = rows.contacts(scope)
    lookup = Lookup(contacts)
    messages = lookup.known(rows.open_messages(scope))
    proposals = rows.proposals(connection, np.unique(messages["proposal_id"]).tolist())
    if proposed is not None:
        proposals[proposed.proposal.id] = proposed.proposal
    message_kinds = {proposal.kind_id for proposal in proposals.values()}
    topics = tuple(sorted({kind.topic for kind in rows.kinds(connection, message_kinds)}))
    preferences = lookup.known(rows.preferences(scope, topics))
    earliest_today = (now - timedelta(hours=12)).date()
    held = rows.holds(scope, earliest_today)
    if accounts.lane is Lane.OVERRIDDEN:
        preferences, held = preferences[preferences["at_most"] == 0], held[:0]
    since = earliest_today - timedelta(days=_reach(policies.policies, preferences))
    touches = np.concatenate([rows.touches(scope, since), touches_elsewhere(scope, lookup.keys, since)])
    contacts, touches = with_stand_ins(scope, contacts, touches)
    lookup = Lookup(contacts)
    touches = lookup.known(touches)
    kinds = rows.kinds(connection, message_kinds | set(np.unique(touches["kind_id"]).tolist()))
    names, coded_kinds = coding.names(kinds, topics, scope)
    places = Places(connection, now, contacts)
    standing = rows.conditions(scope)
    said = lookup.known(rows.consents(scope, topics))
    agreed = in_force(connection, said, coding.recipients(contacts, lookup, places))
    facts = gate.Facts(
        now=int(now.timestamp() * 1_000_000),
        names=replace(names, zones=places.zones, calendars=places.calendars),
        kinds=coded_kinds,
        account_conditions=coding.account_conditions(lookup, standing),
        contacts=coding.contacts(contacts, lookup, places, standing, held),
        consents=coding.consents(lookup, agreed),
        preferences=coding.preferences(lookup, preferences),
        enrolments=gate.Enrolments(contact=np.empty(0, np.int32), campaign=np.empty(0, np.int32)),
        events=coding.events(lookup, rows.events(scope, since)),
        touches=coding.touches(lookup, touches, kinds),
        messages=coding.messages(lookup, messages, proposals, kinds, proposed),
        capacity_used=capacity_used(connection, policies),
    )
    return Loaded(facts, contacts, messages, proposals, kinds)


def _stages_asked(policies: Sequence[Policy]) -> tuple[str, ...]:
    asked: set[str] = set()
    for policy in policies:
        for part in filters_of(policy):
            asked.update(part.stages or (), part.except_stages or ())
        if isinstance(policy, Guard):
            asked.update(policy.stages or ())
    return tuple(sorted(asked))


def _reach(policies: Sequence[Policy], preferences: Rows) -> int:
    """How many days back a touch or an event can still matter."""
    days = [31, int(preferences["days"].max()) if len(preferences) else 0]
    days += [policy.days or 0 for policy in policies if isinstance(policy, Cap | Hold | Mix | Spacing)]
    return max(days) + 1


def capacity_used(connection: Database, policies: PolicySet) -> dict[tuple[int, int], int]:
    """Places that are reserved or used up, by position of the capacity policy and first epoch day of the period."""
    positions = {
        number: position
        for position, (number, policy) in enumerate(zip(policies.ids, policies.policies, strict=True))
        if isinstance(policy, Capacity)
    }
    if not positions:
        return {}
    found = connection.execute(
        "SELECT policy_id, period - DATE '1970-01-01', used FROM capacity_use WHERE policy_id = ANY(%s)",
        (list(positions),),
    )
    return {(positions[number], period): used for number, period, used in found}


def utc(microseconds: int) -> datetime:
    """The aware UTC time of microseconds since 1970."""
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC)
