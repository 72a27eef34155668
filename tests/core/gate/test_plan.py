"""The plan as production uses it: arrays in, arrays out, whatever the order of rows and the size of the batch."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pytest

from pauta.core.gate.case_facts import Case, parse_case
from pauta.core.gate.facts import Facts, Messages, Preferences, Touches
from pauta.core.gate.plan import Plan, plan
from tests.core.gate.companies import company

COLUMNS = ("verdict", "day", "at", "channel", "reason", "rule", "earliest", "winner", "winner_id")


def differences(one: Plan, other: Plan) -> list[str]:
    return [name for name in COLUMNS if getattr(one, name).tolist() != getattr(other, name).tolist()]


def parsed(seed: int) -> Case:
    return parse_case(company(seed))


@pytest.mark.parametrize("seed", range(400))
def test_tracing_never_changes_a_decision(seed: int) -> None:
    case = parsed(seed)
    everything = range(len(case.message_ids))
    assert differences(plan(case.facts, case.policies), plan(case.facts, case.policies, everything)) == []


def shuffled(facts: Facts, seed: int) -> tuple[Facts, npt.NDArray[np.int64]]:
    """The same facts with touches, preferences and messages in another order; and the order of the messages."""
    random = np.random.default_rng(seed)
    touches, messages = random.permutation(len(facts.touches.id)), random.permutation(len(facts.messages.id))
    preferences = random.permutation(len(facts.preferences.contact))
    return replace(
        facts,
        touches=taken(facts.touches, touches),
        messages=taken(facts.messages, messages),
        preferences=taken(facts.preferences, preferences),
    ), messages


Columns = TypeVar("Columns", Messages, Preferences, Touches)


def taken(columns: Columns, rows: npt.NDArray[np.int64]) -> Columns:
    return type(columns)(*(getattr(columns, name)[rows] for name in columns.__slots__))


@pytest.mark.parametrize("seed", range(120))
def test_order_of_rows_does_not_matter(seed: int) -> None:
    case = parsed(seed)
    facts, order = shuffled(case.facts, seed)
    straight, mixed = plan(case.facts, case.policies), plan(facts, case.policies)
    for name in ("verdict", "day", "at", "channel", "reason", "rule", "earliest"):
        assert getattr(straight, name)[order].tolist() == getattr(mixed, name).tolist(), name
    assert straight.taken == mixed.taken


CAP = {"kind": "cap", "name": "one a day", "limit": 1, "days": 1}


def crowd(contacts: int, policies: list[dict[str, object]], account: str | None = "acme") -> Case:
    people = [{"id": f"c{number}"} for number in range(contacts)]
    messages = [{"id": f"m{number}", "contact": f"c{number}", "tier": number % 4} for number in range(contacts)]
    document = {
        "today": "2026-11-23",
        "policies": policies,
        "accounts": [{"id": account, "contacts": people}],
        "open": messages,
    }
    return parse_case(document)


def test_account_of_many_contacts_fills_day_after_day() -> None:
    case = crowd(150, [{**CAP, "limit": 10, "scope": "account"}])
    decided = plan(case.facts, case.policies)
    assert np.bincount(decided.day - case.today).tolist() == [10] * 15
    by_tier = [decided.day[case.facts.messages.tier == tier].max() for tier in range(4)]
    assert by_tier == sorted(by_tier)


def test_capacity_goes_by_tier_over_all_accounts_and_tells_what_it_took() -> None:
    case = crowd(40, [{"kind": "capacity", "name": "warm-up", "channel": "email", "limit": 15, "per": "day"}], None)
    decided = plan(case.facts, case.policies)
    assert (decided.day[case.facts.messages.tier == 0] == case.today).all()
    assert decided.taken == {(0, case.today): 15, (0, case.today + 1): 15, (0, case.today + 2): 10}


def test_a_sender_warms_up_day_by_day() -> None:
    warm_up = {"from": 0, "days": [2, 5, 10]}
    rule = {"kind": "capacity", "name": "w", "channel": "email", "limit": 15, "per": "day", "warm_up": warm_up}
    case = crowd(40, [rule], None)
    decided = plan(case.facts, case.policies)
    assert np.bincount(decided.day - case.today).tolist() == [2, 5, 10, 15, 8]
    assert decided.taken == {(0, case.today + day): count for day, count in enumerate([2, 5, 10, 15, 8])}
    used = replace(case.facts, capacity_used={(0, case.today): 1, (0, case.today + 1): 5, (0, case.today + 3): 15})
    assert np.bincount(plan(used, case.policies).day - case.today).tolist() == [1, 0, 10, 0, 15, 14]


@pytest.mark.parametrize(("since", "days"), [(1, [2, 2, 5, 15]), (-1, [5, 15]), (-9, [15])])
def test_before_it_warms_up_a_sender_has_the_places_of_the_first_day_and_afterwards_all(
    since: int, days: list[int]
) -> None:
    rule = {"kind": "capacity", "name": "w", "channel": "email", "limit": 15, "per": "day"}
    case = crowd(40, [{**rule, "warm_up": {"from": since, "days": [2, 5, 99]}}], None)
    counts = np.bincount(plan(case.facts, case.policies).day - case.today).tolist()
    assert counts[: len(days)] == days


def test_places_used_before_come_from_outside() -> None:
    case = crowd(4, [{"kind": "capacity", "name": "warm-up", "channel": "email", "limit": 15, "per": "day"}], None)
    facts = replace(case.facts, capacity_used={(0, case.today): 13, (0, case.today + 1): 15})
    decided = plan(facts, case.policies)
    assert (decided.day - case.today).tolist() == [0, 0, 2, 2]
    assert decided.taken == {(0, case.today): 2, (0, case.today + 2): 2}


def test_accounts_without_something_in_common_may_be_planned_apart() -> None:
    policies = [{**CAP, "scope": "account", "limit": 2}, {**CAP, "name": "two a week", "limit": 2, "days": 7}]
    people = [
        {"id": f"acme {number}", "contacts": [{"id": f"c{number}.{one}"} for one in range(5)]} for number in (0, 1)
    ]
    messages = [
        {"id": f"m{number}.{one}.{copy}", "contact": f"c{number}.{one}", "value": one}
        for number in (0, 1)
        for one in range(5)
        for copy in range(4)
    ]
    head = {"today": "2026-11-23", "policies": policies}
    both = parse_case({**head, "accounts": people, "open": messages})
    alone = [
        parse_case({**head, "accounts": [people[number]], "open": messages[number * 20 : number * 20 + 20]})
        for number in (0, 1)
    ]
    days = [plan(case.facts, case.policies).day.tolist() for case in alone]
    assert plan(both.facts, both.policies).day.tolist() == days[0] + days[1]


def test_facts_without_anything_give_a_plan_without_anything() -> None:
    case = parse_case({"today": "2026-11-23"})
    decided = plan(case.facts, case.policies)
    assert len(decided.verdict) == 0
    assert decided.taken == {}
