"""The gate against its reference on thousands of random companies, and what must hold whatever the company is."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

import pytest

from pauta.core.gate.case import decide_case
from pauta.core.problems import Problem
from tests.core.gate import reference
from tests.core.gate.companies import company, crowd
from tests.core.gate.minimise import minimise
from tests.core.gate.reference_case import Company, Contact, Json, gather, with_defaults
from tests.core.gate.reference_rules import ORDER, calendar, held, matching, rolling

BLOCK = 125


def gate(case: Json) -> list[Json]:
    return [{name: value for name, value in answer.items() if name != "text"} for answer in decide_case(case)]


def differ(case: Json) -> bool:
    """Whether gate and reference disagree; a case that either refuses is no case to compare."""
    try:
        return gate(case) != reference.decide(case)
    except (Problem, KeyError):
        return False


def assert_equal_on(cases: Iterable[Json]) -> None:
    for number, case in enumerate(cases):
        if gate(case) != reference.decide(case):
            small = minimise(case, differ)
            pairs = [pair for pair in zip(gate(small), reference.decide(small), strict=True) if pair[0] != pair[1]]
            told = [f"gate      {json.dumps(one)}\nreference {json.dumps(other)}" for one, other in pairs]
            pytest.fail(f"case {number}\n{json.dumps(small)}\n" + "\n".join(told))


@pytest.mark.parametrize("block", range(12))
def test_gate_equals_reference(block: int) -> None:
    assert_equal_on(map(company, range(block * BLOCK, (block + 1) * BLOCK)))


def test_gate_equals_reference_on_crowds() -> None:
    assert_equal_on(map(crowd, range(12)))


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_gate_equals_reference_on_many_more_crowds() -> None:
    assert_equal_on(map(crowd, range(1_000, 1_400)))


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("block", range(8))
def test_gate_equals_reference_on_many_more(block: int) -> None:
    assert_equal_on(map(company, range(10_000 + block * 2_500, 10_000 + (block + 1) * 2_500)))


def test_every_reason_decides_often() -> None:
    reasons = Counter(answer["reason"] for seed in range(400) for answer in gate(company(seed)))
    for reason in [*ORDER, "expired", "clear", "waited"]:
        assert reasons[reason] >= 0.012 * reasons.total(), reason


# --- caps, counted from the outside ----------------------------------------------------------------------------------


def test_no_cap_is_exceeded_by_what_it_holds() -> None:
    """Every window around a held message had room when the message was placed, counted here once more."""
    checked = 0
    for seed in range(300):
        case = company(seed)
        for policy in case["policies"]:
            if policy["kind"] == "cap":
                checked += check_cap(gather(case), policy, placed_in_order(case))
    assert checked > 500


def placed_in_order(case: Json) -> list[Json]:
    """The placed messages as touches, in the order in which they were placed."""
    facts = gather(case)
    keys = list(dict.fromkeys(contact.key for contact in facts.contacts.values()))
    placed = []
    for position, (message, answer) in enumerate(zip(case["open"], gate(case), strict=True)):
        if answer["day"] is not None:
            touch = with_defaults(message) | {"day": answer["day"], "channel": answer["channel"]}
            account = keys.index(facts.contacts[message["contact"]].key)
            placed.append(((touch["tier"], account, -touch["value"], position), touch))
    return [touch for _, touch in sorted(placed, key=lambda pair: pair[0])]


def check_cap(facts: Company, policy: Json, placed: list[Json]) -> int:
    """Count every window around every held message; how many were looked at."""
    windows = rolling(policy["days"]) if policy["window"] == "rolling" else calendar(facts, policy["window"])
    checked = 0
    for touch in placed:
        contact = facts.contacts[touch["contact"]]
        if touch["type"] != "transactional" and held(policy, touch, contact, touch["channel"]):
            counted = [
                other["day"] for other in matching(facts, in_scope(facts, policy, contact), policy.get("counts", {}))
            ]
            for first, last in windows(touch["day"]):
                assert len([day for day in counted if first <= day <= last]) < policy["limit"], (policy, touch)
                checked += 1
        facts.touches.append(touch)
    return checked


def in_scope(facts: Company, policy: Json, contact: Contact) -> list[Json]:
    mine = "key" if policy["scope"] == "account" else "person"
    return [
        touch for touch in facts.touches if getattr(facts.contacts[touch["contact"]], mine) == getattr(contact, mine)
    ]


# --- what must not matter --------------------------------------------------------------------------------------------


def test_a_suppressed_contact_changes_nothing_elsewhere() -> None:
    compared = 0
    for seed in range(150):
        case = company(seed)
        before = gate(case)
        for home in case["accounts"]:
            home["contacts"].append({"id": f"new in {home['contacts'][0]['id']}", "addresses": {}})
            message = {"contact": home["contacts"][-1]["id"], "channels": ["email", "print"], "tier": 0, "value": 9}
            case["open"].append(message | {"id": f"for {message['contact']}"})
        after = gate(case)
        bases = earliest_todays(case)
        if all(bases[key] == base for key, base in earliest_todays(company(seed)).items()):
            assert after[: len(before)] == before, seed
            compared += 1
        assert {answer["verdict"] for answer in after[len(before) :]} == {"suppress"}
    assert compared > 100


def earliest_todays(case: Json) -> dict[object, int]:
    """The first day of every account's board."""
    facts = gather(case)
    return {contact.key: facts.base(contact) for contact in facts.contacts.values()}


def test_accounts_may_be_decided_one_by_one_without_capacity() -> None:
    """What the processes of a partitioned company rely on; a person in two accounts and capacities do cross them."""
    for seed in range(100):
        case = company(seed)
        case["policies"] = [policy for policy in case["policies"] if policy["kind"] != "capacity"]
        for home in case["accounts"]:
            for contact in home["contacts"]:
                contact.pop("person", None)
        whole = {answer["id"]: answer for answer in gate(case)}
        for home in case["accounts"]:
            alone = case | {"accounts": [home]}
            known = {contact["id"] for contact in home["contacts"]}
            for section in ("touches", "open"):
                alone[section] = [row for row in case[section] if row["contact"] in known]
            for answer in gate(alone):
                assert answer == whole[answer["id"]], seed


def test_the_same_case_gives_the_same_answer() -> None:
    for seed in range(50):
        assert decide_case(company(seed)) == decide_case(company(seed))


def test_policies_of_different_kinds_may_stand_in_any_order() -> None:
    for seed in range(150):
        case = company(seed)
        by_kind = case | {"policies": sorted(case["policies"], key=lambda policy: str(policy["kind"]), reverse=True)}
        assert gate(case) == gate(by_kind), seed


def test_a_message_released_on_its_planned_day_stays_there() -> None:
    """Ask again at the planned moment, with the first wish stored: the same day; waiting is over, queued it remains."""
    released = 0
    for seed in range(400):
        case = company(seed)
        case["open"] = case["open"][:1]
        message = case["open"][0]
        message["channels"] = message["channels"][:1]
        message.pop("wished", None)
        (planned,) = gate(case)
        if planned["day"] is None:
            continue
        facts = gather(case)
        wished = max(facts.contacts[message["contact"]].own_today, message.get("not_before", -99))
        message["wished"] = wished
        later = case | {"today": facts.today.isoformat(), "now": planned["at"]}
        (answer,) = gate(later)
        assert (answer["day"], answer["at"]) == (planned["day"], planned["at"]), seed
        assert answer["verdict"] == planned["verdict"], seed
        assert answer["reason"] == ("clear" if planned["verdict"] == "send" else "waited"), seed
        released += planned["day"] > wished
    assert released > 40


# --- hours -----------------------------------------------------------------------------------------------------------


def test_a_place_is_never_in_the_past_and_always_on_its_day() -> None:
    for seed in range(300):
        case = company(seed)
        facts = gather(case)
        for message, answer in zip(case["open"], gate(case), strict=True):
            if answer["day"] is None:
                continue
            moment = dt.datetime.fromisoformat(answer["at"])
            assert moment >= facts.now, seed
            assert moment.astimezone(facts.contacts[message["contact"]].zone).date() == facts.date(answer["day"]), seed


def test_a_higher_tier_never_waits_for_a_lower_one() -> None:
    """Without the lowest tier's messages those above are decided in the same way."""
    for seed in range(100):
        case = company(seed)
        tiers = sorted({message["tier"] for message in case["open"]})
        answers = {answer["id"]: answer for answer in gate(case)}
        for kept, _ in pairwise(tiers):
            above = case | {"open": [message for message in case["open"] if message["tier"] <= kept]}
            for answer in gate(above):
                assert answer == answers[answer["id"]], seed
