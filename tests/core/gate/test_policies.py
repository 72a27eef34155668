"""Policies as documents: every kind is read, and what is wrong is named by its path."""

from __future__ import annotations

from datetime import date

import pytest

from pauta.core.gate.policies import Hold, Time, kind_of, names_asked
from pauta.core.gate.policy_document import parse_policies, parse_policy
from pauta.core.problems import Problem

Json = dict[str, object]

DOCUMENTS: list[Json] = [
    {"kind": "channel", "name": "sms is for urgent", "channel": "sms", "only": {"urgent": True}},
    {"kind": "guard", "name": "onboarding only", "held": {"topics": ["onboarding"]}, "stages": ["onboarding"]},
    {
        "kind": "hold",
        "name": "angry",
        "held": {"types": ["promotional"]},
        "while": "open_complaint",
        "scope": "account",
    },
    {"kind": "hold", "name": "after", "after": "closed_unhappy", "days": 7},
    {
        "kind": "time",
        "name": "office hours",
        "hours": ["08:00", "18:00"],
        "weekdays": [1, 2, 3, 4, 5],
        "holidays": True,
        "dates": ["2026-12-24"],
    },
    {"kind": "cap", "name": "two a week", "limit": 2, "days": 7, "counts": {"except_types": ["transactional"]}},
    {"kind": "cap", "name": "nothing this month", "limit": 0, "window": "month", "scope": "account"},
    {"kind": "spacing", "name": "apart", "days": 1, "held": {"teams": ["success"]}, "from": {"topics": ["launch"]}},
    {"kind": "concurrency", "name": "three campaigns", "limit": 3},
    {"kind": "mix", "name": "one in five", "type": "promotional", "percent": 20.0, "days": 30},
    {"kind": "capacity", "name": "warm-up", "channel": "email", "limit": 5000, "per": "day"},
]


@pytest.mark.parametrize("document", DOCUMENTS, ids=[f"{document['name']}" for document in DOCUMENTS])
def test_every_kind_is_read(document: Json) -> None:
    policy = parse_policy(document)
    assert (kind_of(policy), policy.name) == (document["kind"], document["name"])


def test_dates_may_be_counted_from_today_where_there_is_one() -> None:
    document: Json = {"kind": "time", "name": "closed", "dates": [1, "2026-12-24"]}
    policy = parse_policy(document, "policies[0]", date(2026, 11, 23))
    assert isinstance(policy, Time)
    assert policy.dates == (date(2026, 11, 24), date(2026, 12, 24))
    with pytest.raises(Problem) as refused:
        parse_policy(document, "policies[0]")
    assert refused.value.field == "policies[0].dates[0]"


def test_a_hold_is_for_a_condition_or_after_an_event() -> None:
    for extra in ({}, {"while": "a", "after": "b", "days": 1}):
        with pytest.raises(Problem) as refused:
            parse_policy({"kind": "hold", "name": "hold", **extra})
        assert refused.value.code == "gate_hold_while_or_after"


def test_a_guard_is_for_somebody() -> None:
    with pytest.raises(Problem) as refused:
        parse_policy({"kind": "guard", "name": "guard"})
    assert refused.value.code == "gate_guard_without_audience"


def test_at_most_64_policies_are_active() -> None:
    documents = [{"kind": "concurrency", "name": f"policy {number}", "limit": 1} for number in range(65)]
    assert len(parse_policies(documents[:64])) == 64
    with pytest.raises(Problem) as refused:
        parse_policies(documents)
    assert refused.value.code == "gate_too_many_policies"


def test_names_that_policies_ask_for() -> None:
    policies = parse_policies(DOCUMENTS)
    asked = names_asked(
        [
            *policies,
            parse_policy({"kind": "concurrency", "name": "x", "limit": 1, "held": {"except_segments": ["vip"]}}),
        ]
    )
    assert asked.segments == ("vip",)
    assert asked.conditions == ("open_complaint",)
    assert asked.events == ("closed_unhappy",)
    assert any(isinstance(policy, Hold) and policy.account for policy in policies)
