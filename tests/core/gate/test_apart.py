"""Accounts that share no capacity and no person are decided apart as they are together, whoever decides them."""

from __future__ import annotations

from typing import Any

import pytest

from pauta.core.gate.case import decide_case
from tests.core.gate.companies import company

Json = dict[str, Any]
PLANS = 8


@pytest.mark.parametrize("seed", range(40))
def test_eight_plans_of_some_accounts_are_one_plan_of_all(seed: int) -> None:
    case = several(seed)
    together = {answer["id"]: answer for answer in decide_case(case)}
    apart = [decide_case(part) for part in parts(case)]
    assert sum(len(answers) > 0 for answers in apart) > PLANS / 2
    assert {answer["id"]: answer for answers in apart for answer in answers} == together


def several(seed: int) -> Json:
    """Twenty companies under the policies of the first, without capacities, and without persons in common."""
    drawn = [company(20 * seed + number) for number in range(20)]
    whole = {**drawn[0], "accounts": [], "touches": [], "open": []}
    whole["policies"] = [policy for policy in drawn[0]["policies"] if policy["kind"] != "capacity"]
    for number, one in enumerate(drawn):
        for account in one["accounts"]:
            contacts = [renamed(contact, number) for contact in account["contacts"]]
            whole["accounts"].append({**renamed(account, number), "contacts": contacts})
        for section in ("touches", "open"):
            whole[section] += [
                {**renamed(row, number), "contact": f"{number} {row['contact']}"} for row in one[section]
            ]
    return whole


def renamed(row: Json, number: int) -> Json:
    """The same with an id of its own company, and nobody else's person."""
    kept = {name: value for name, value in row.items() if name != "person"}
    return kept | ({"id": f"{number} {row['id']}"} if row.get("id") else {})


def parts(case: Json) -> list[Json]:
    """Eight cases with every eighth account each, and what is there of it."""
    made = []
    for number in range(PLANS):
        accounts = case["accounts"][number::PLANS]
        inside = {contact["id"] for account in accounts for contact in account["contacts"]}
        rows = {name: [row for row in case[name] if row["contact"] in inside] for name in ("touches", "open")}
        made.append({**case, "accounts": accounts, **rows})
    return made
