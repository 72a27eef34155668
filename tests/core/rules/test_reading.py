"""What a rule may say: read into values, and refused with the place of what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from pauta.core.problems import Problem
from pauta.core.rules.reading import DEEPEST, MOST_TESTS, read_rule
from pauta.core.rules.tree import Compare, FromToday, Happened, Kind, Operator, When, Which

LANGUAGE = {"field": "contact.language", "operator": "=", "value": "es"}


def group(*rules: Any, **more: Any) -> dict[str, Any]:
    return {"combinator": "and", "rules": list(rules), **more}


def test_what_react_querybuilder_writes_is_read() -> None:
    rule = read_rule(
        {
            "id": "root",
            "combinator": "or",
            "not": True,
            "rules": [
                {"id": "a", "field": "contact.created", "operator": ">", "value": {"days_from_today": -7}},
                {
                    "id": "b",
                    "field": "event.login",
                    "operator": "didNot",
                    "valueSource": "value",
                    "value": {"at_least": 3, "within_days": 30, "where": group(LANGUAGE | {"field": "app"})},
                },
            ],
        }
    )
    assert (rule.every, rule.negated, rule.rolls) == (False, True, True)
    created, login = rule.parts
    assert created == Compare("contact.created", Kind.date, Operator.more, (FromToday(-7),))
    assert isinstance(login, Happened)
    assert (login.event, login.wanted, login.at_least, login.at_most) == ("login", False, 3, None)
    assert (login.when, login.which) == (When(within_days=30), Which.any)
    assert login.where is not None
    assert login.where.parts == (Compare("app", Kind.attribute, Operator.equal, ("es",)),)


@pytest.mark.parametrize(
    ("test", "rolls"),
    [
        (LANGUAGE, False),
        ({"field": "contact.created", "operator": "<", "value": "2026-01-01"}, False),
        ({"field": "contact.created", "operator": "inLast", "value": 7}, True),
        ({"field": "account.attributes.renewal", "operator": "<", "value": {"days_from_today": 60}}, True),
        ({"field": "event.login", "operator": "did", "value": {"at_least": 2}}, False),
        ({"field": "event.login", "operator": "did", "value": {"within_days": 2}}, True),
        ({"field": "engagement.opened", "operator": "didNot", "value": {"before_days": 2}}, True),
        ({"field": "consent", "operator": "has", "value": {"channel": "email"}}, True),
    ],
)
def test_a_rule_knows_whether_it_moves_with_time(test: dict[str, Any], rolls: bool) -> None:
    assert read_rule(group(group(test))).rolls is rolls


def wrong(field: str, operator: Any, value: Any) -> dict[str, Any]:
    return group(LANGUAGE, {"field": field, "operator": operator, "value": value})


@pytest.mark.parametrize(
    ("document", "code", "place"),
    [
        (None, "rule_group", "rule"),
        ([], "rule_group", "rule"),
        (group(LANGUAGE, drop=1), "rule_group", "rule"),
        (group(LANGUAGE) | {"combinator": "xor"}, "rule_combinator", "rule.combinator"),
        (group(LANGUAGE) | {"not": "yes"}, "rule_flag", "rule.not"),
        (group(), "rule_empty", "rule.rules"),
        (group(LANGUAGE, group()), "rule_empty", "rule.rules[1].rules"),
        (group(LANGUAGE, "and"), "rule_test", "rule.rules[1]"),
        (group(LANGUAGE | {"valueSource": "field"}), "rule_value", "rule.rules[0].valueSource"),
        (wrong("contact.password", "=", "x"), "rule_field", "rule.rules[1].field"),
        (wrong("event.", "did", None), "rule_field", "rule.rules[1].field"),
        (wrong("opened", "did", None), "rule_field", "rule.rules[1].field"),
        (wrong("contact.email", ">", "x"), "rule_choice", "rule.rules[1].operator"),
        (wrong("contact.email", ["="], "x"), "rule_choice", "rule.rules[1].operator"),
        (wrong("contact.email", "=", "a\0b"), "rule_value", "rule.rules[1].value"),
        (wrong("contact.email", "in", []), "rule_values", "rule.rules[1].value"),
        (wrong("contact.created", "=", "tomorrow"), "rule_date", "rule.rules[1].value"),
        (wrong("contact.created", "between", ["2026-01-01"]), "rule_range", "rule.rules[1].value"),
        (wrong("contact.created", "inLast", -1), "rule_number", "rule.rules[1].value"),
        (wrong("contact.attributes.x", "<", True), "rule_value", "rule.rules[1].value"),
        (wrong("contact.attributes.x", "=", float("nan")), "rule_number_wanted", "rule.rules[1].value"),
        (wrong("contact.attributes.x", "=", 10**400), "rule_number_wanted", "rule.rules[1].value"),
        (wrong("event.login", "=", None), "rule_choice", "rule.rules[1].operator"),
        (wrong("event.login", "did", {"times": 3}), "rule_object", "rule.rules[1].value"),
        (wrong("event.login", "did", {"at_least": 0}), "rule_times", "rule.rules[1].value.at_least"),
        (wrong("event.login", "did", {"at_least": 3, "at_most": 2}), "rule_times", "rule.rules[1].value.at_least"),
        (wrong("event.login", "did", {"which": "first", "at_least": 2}), "rule_object", "rule.rules[1].value"),
        (wrong("event.login", "did", {"where": group()}), "rule_empty", "rule.rules[1].value.where.rules"),
        (wrong("consent", "has", {"channel": "pigeon"}), "rule_choice", "rule.rules[1].value.channel"),
        (wrong("segment", "=", 5), "rule_value", "rule.rules[1].value"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(document: Any, code: str, place: str) -> None:
    with pytest.raises(Problem) as refused:
        read_rule(document)
    assert (refused.value.code, refused.value.field) == (code, place)


def test_depth_and_size_have_limits() -> None:
    deep: dict[str, Any] = LANGUAGE
    for _ in range(DEEPEST):
        deep = group(deep)
    read_rule(deep)
    with pytest.raises(Problem, match="rule_deep"):
        read_rule(group(deep))
    read_rule(group(*[LANGUAGE] * MOST_TESTS))
    with pytest.raises(Problem, match="rule_long"):
        read_rule(group(*[LANGUAGE] * (MOST_TESTS + 1)))
