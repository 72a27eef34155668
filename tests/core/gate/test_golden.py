"""Every golden case, decided by the gate and by its reference; bad cases are refused by the field's path."""

from __future__ import annotations

from itertools import combinations

import pytest

from pauta.core.gate.case import decide_case
from pauta.core.problems import Problem
from tests.core.gate import reference
from tests.core.gate.golden import Json, golden_cases, plain, unexpected
from tests.core.gate.reference_rules import ORDER

GOOD = golden_cases()
BAD = golden_cases(bad=True)


@pytest.mark.parametrize("case", GOOD.values(), ids=GOOD.keys())
def test_gate_decides_as_expected(case: Json) -> None:
    assert unexpected(case["expect"], decide_case(plain(case))) == []


@pytest.mark.parametrize("case", GOOD.values(), ids=GOOD.keys())
def test_reference_decides_as_expected(case: Json) -> None:
    assert unexpected(case["expect"], reference.decide(plain(case))) == []


@pytest.mark.parametrize("case", GOOD.values(), ids=GOOD.keys())
def test_gate_and_reference_agree_on_every_field(case: Json) -> None:
    answers = decide_case(plain(case))
    assert [{**answer, "text": ""} for answer in answers] == [
        {**answer, "text": ""} for answer in reference.decide(plain(case))
    ]
    assert all(answer["text"] for answer in answers)


@pytest.mark.parametrize("case", BAD.values(), ids=BAD.keys())
def test_bad_case_is_refused_by_the_path_of_its_field(case: Json) -> None:
    with pytest.raises(Problem) as refused:
        decide_case(plain(case))
    assert refused.value.field == case["problem"]


def test_every_pair_of_rule_kinds_has_a_case() -> None:
    pairs = {name.removeprefix("pairs: ").split(":")[0] for name in GOOD if name.startswith("pairs: ")}
    assert pairs == {f"{first}+{second}" for first, second in combinations(ORDER, 2)}


def test_every_rule_kind_has_two_cases_of_its_own() -> None:
    for kind in ORDER:
        assert len([name for name in GOOD if name.startswith(f"rules: {kind}: ")]) >= 2, kind
