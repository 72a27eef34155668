"""People and programs told apart: golden cases, and crowds behind one network address."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pauta.core.tracking_signs import CROWD, WEIGHTS, Hit, Sign, What, crowds, judge

CASES = json.loads((Path(__file__).parents[1] / "cases" / "tracking" / "hits.json").read_text(encoding="utf-8"))


def hit(written: dict[str, Any]) -> Hit:
    return Hit(**{**written, "what": What[written["what"].upper()]})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_golden(case: dict[str, Any]) -> None:
    judged = judge([hit(one) for one in case["hits"]], case.get("delivered", 0.0))
    assert [" ".join(one.signs) for one in judged] == case["signs"]
    assert [one.machine for one in judged] == case["machine"]


def test_every_sign_has_a_case_and_a_weight() -> None:
    assert {sign for case in CASES for signs in case["signs"] for sign in signs.split()} == set(Sign)
    assert WEIGHTS.keys() == set(Sign)


def click(number: int, contact: int, at: float, ip: str = "203.0.113.9", domain: str = "acme.example") -> Any:
    return number, ip, domain, contact, at


def test_five_recipients_of_a_domain_within_a_minute_are_a_crowd() -> None:
    five = [click(number, number, 15.0 * number) for number in range(CROWD)]
    assert crowds(five) == {0, 1, 2, 3, 4}
    assert crowds([*five[:-1], click(4, 4, 61.0)]) == set()
    assert crowds([*five[:-1], click(4, 3, 60.0)]) == set(), "four people, one of them twice"
    assert crowds([*five[:-1], click(4, 4, 60.0, domain="other.example")]) == set()
    assert crowds([*five[:-1], click(4, 4, 60.0, ip="203.0.113.10")]) == set()


def test_who_comes_long_after_a_crowd_is_none_of_it() -> None:
    five = [click(number, number, float(number)) for number in range(CROWD)]
    assert crowds([*five, click(9, 9, 1000.0)]) == {0, 1, 2, 3, 4}
