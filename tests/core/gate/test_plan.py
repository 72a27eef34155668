"""The plan as production uses it: arrays in, arrays out, whatever the order of rows and the size of the batch."""

from __future__ import annotations

import pytest

from pauta.core.gate.case_facts import Case, parse_case
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
