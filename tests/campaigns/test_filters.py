from __future__ import annotations

from typing import Any

import pytest
from psycopg import Connection

from pauta.campaigns.audience import audience_of, contact_ids, count, is_empty, members, sample
from pauta.campaigns.filters import FIELDS, MOST_CONDITIONS, read_audience
from pauta.core.problems import Problem
from tests.messages.cast import ANA, BRUNO, DIEGO, DIEGO_KEY, NOW, settle

ALL = [ANA, BRUNO, DIEGO]
ACMES = [ANA, BRUNO]
PLAN, SEATS = "account.attributes.plan", "account.attributes.seats"
RENEWAL, TAGS = "account.attributes.renewal", "account.attributes.tags"


@pytest.fixture
def base(connection: Connection[Any]) -> Connection[Any]:
    settle(connection)
    connection.execute(
        "UPDATE contact SET segments = '{vip}', language = 'es', stage = 'trial' WHERE id = %s", (DIEGO,)
    )
    connection.execute("""UPDATE contact SET attributes = '{"beta": true, "score": 1.5}' WHERE id = %s""", (ANA,))
    return connection


def found(base: Connection[Any], field: str, operator: str, value: Any = None) -> list[int]:
    condition = {"field": field, "op": operator, "value": value}
    audience = audience_of(base, {"filter": {"all": [condition]}}, NOW)
    ids = contact_ids(base, audience, range(64)).tolist()
    assert count(base, audience) == len(ids)
    assert is_empty(base, audience) is not bool(ids)
    return list(ids)


@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        ("contact.external_id", "=", "ana", [ANA]),
        ("contact.external_id", "!=", "ana", [BRUNO, DIEGO]),
        ("contact.external_id", "in", ["ana", "diego", "x"], [ANA, DIEGO]),
        ("contact.email", "=", "ANA@Acme.example", [ANA]),
        ("contact.email", "contains", "@ACME", ALL),
        ("contact.first_name", "contains", "%", []),
        ("contact.language", "=", "pt-BR", ACMES),
        ("contact.language", "=", "es", [DIEGO]),
        ("contact.country", "=", "ES", [DIEGO]),
        ("contact.country", "in", ["BR"], ACMES),
        ("contact.region", "=", "SP", ACMES),
        ("contact.region", "is empty", None, [DIEGO]),
        ("contact.zone", "=", "Europe/Madrid", [DIEGO]),
        ("contact.stage", "!=", "trial", ACMES),
        ("contact.stage", "is empty", True, ACMES),
        ("contact.stage", "is empty", False, [DIEGO]),
        ("contact.segments", "contains", "vip", [DIEGO]),
        ("contact.segments", "is empty", None, ACMES),
        ("contact.created", "=", "2026-11-23", ALL),
        ("contact.created", "<", {"days_from_today": 1}, ALL),
        ("contact.created", ">", {"days_from_today": 0}, []),
        ("contact.paused_until", "is empty", False, []),
        ("contact.attributes.beta", "=", True, [ANA]),
        ("contact.attributes.score", ">=", 1.5, [ANA]),
        ("contact.attributes.score", ">", 1.5, []),
        ("account.name", "contains", "acm", ACMES),
        ("account.stage", "=", "adoption", ACMES),
        ("account.external_id", "is empty", True, [DIEGO]),
        (PLAN, "=", "gold", ACMES),
        (PLAN, "!=", "gold", [DIEGO]),
        (PLAN, "in", ["gold", 7], ACMES),
        (PLAN, "contains", "OL", ACMES),
        (PLAN, ">", 3, []),
        (SEATS, "=", 40.0, ACMES),
        (SEATS, "<", 41, ACMES),
        (SEATS, "<", "5", []),
        (RENEWAL, "<=", {"days_from_today": 27}, ACMES),
        (RENEWAL, "<=", {"days_from_today": 26}, []),
        (RENEWAL, ">", "2026-12-19", ACMES),
        (TAGS, "contains", "a", ACMES),
        (TAGS, "contains", "b", []),
        ("account.attributes.none", "is empty", True, ALL),
        (TAGS, "is empty", False, ACMES),
        ("contact.attributes.a'b\" OR true --", "=", "x", []),
        (PLAN, "=", "x' OR 'a'='a", []),
    ],
)
def test_a_condition_finds_its_contacts(
    base: Connection[Any], field: str, operator: str, value: Any, expected: list[int]
) -> None:
    assert found(base, field, operator, value) == expected


def test_groups_nest(base: Connection[Any]) -> None:
    gold = {"field": PLAN, "op": "=", "value": "gold"}
    spanish = {"field": "contact.language", "op": "=", "value": "es"}
    ana = {"field": "contact.external_id", "op": "=", "value": "ana"}

    def ids(group: dict[str, Any]) -> list[int]:
        return contact_ids(base, audience_of(base, {"filter": group}, NOW), range(64)).tolist()

    assert ids({"all": [gold, ana]}) == [ANA]
    assert ids({"any": [spanish, ana]}) == [ANA, DIEGO]
    assert ids({"all": [{"any": [spanish, gold]}, {"any": [spanish, ana]}]}) == [ANA, DIEGO]
    assert ids({"any": [{"all": [gold, ana]}, {"all": [gold, spanish]}]}) == [ANA]


def test_parts_and_accounts_of_an_audience(base: Connection[Any]) -> None:
    everyone = audience_of(base, {"everyone": True}, NOW)
    assert contact_ids(base, everyone, [1]).tolist() == ACMES
    assert contact_ids(base, everyone, [0]).tolist() == []
    assert members(base, everyone, range(64)).tolist() == [(ANA, 1), (BRUNO, 1), (DIEGO, DIEGO_KEY)]


def test_a_sample_takes_whole_accounts_and_the_same_ones_again(base: Connection[Any]) -> None:
    base.execute(
        "INSERT INTO contact (id, external_id, account_key, part, person_id, created_at, changed_at)"
        " SELECT 1000 + g, 'x' || g, -1000 - g / 4, (1000 + g / 4) % 64, 1000 + g, now(), now()"
        " FROM generate_series(0, 3999) g"
    )
    everyone = audience_of(base, {"everyone": True}, NOW)
    drawn = sample(base, everyone, 0.25, 7)
    assert 800 <= len(drawn) <= 1200
    counts: dict[int, int] = {}
    for _, key in drawn[drawn["account_key"] < -100].tolist():
        counts[key] = counts.get(key, 0) + 1
    assert set(counts.values()) == {4}
    assert (sample(base, everyone, 0.25, 7) == drawn).all()
    assert len(sample(base, everyone, 1.0, 7)) == 4003


def test_a_list_must_exist(base: Connection[Any]) -> None:
    with pytest.raises(Problem) as caught:
        audience_of(base, {"list": "pilot"}, NOW)
    assert (caught.value.code, caught.value.values["list"]) == ("campaigns.list_unknown", "pilot")


CONDITION = {"field": PLAN, "op": "=", "value": "gold"}
FIRST = "audience.filter.all[0]"


def one(*conditions: Any) -> dict[str, Any]:
    return {"filter": {"all": list(conditions)}}


DEEP: dict[str, Any] = {"all": [CONDITION]}
for _ in range(9):
    DEEP = {"all": [DEEP]}


@pytest.mark.parametrize(
    ("document", "code", "field"),
    [
        (None, "audience_shape", "audience"),
        ({}, "audience_shape", "audience"),
        ({"everyone": False}, "audience_shape", "audience"),
        ({"everyone": True, "list": "x"}, "audience_shape", "audience"),
        ({"list": 3}, "audience_shape", "audience"),
        ({"filter": []}, "audience_group", "audience.filter"),
        ({"filter": {"none": []}}, "audience_group", "audience.filter"),
        ({"filter": {"all": []}}, "audience_group_empty", "audience.filter.all"),
        ({"filter": {"all": "x"}}, "audience_group_empty", "audience.filter.all"),
        ({"filter": {"any": [CONDITION, 7]}}, "audience_condition", "audience.filter.any[1]"),
        ({"filter": {"any": [CONDITION | {"x": 1}]}}, "audience_condition", "audience.filter.any[0]"),
        ({"filter": {"any": [CONDITION | {"field": "contact.age"}]}}, "audience_field", "audience.filter.any[0].field"),
        ({"filter": {"any": [CONDITION | {"field": ["x"]}]}}, "audience_value", "audience.filter.any[0].field"),
        ({"filter": {"any": [CONDITION | {"op": "like"}]}}, "audience_op", "audience.filter.any[0].op"),
        ({"filter": {"any": [CONDITION | {"op": None}]}}, "audience_op", "audience.filter.any[0].op"),
        (one({"any": [CONDITION | {"value": None}]}), "audience_value", f"{FIRST}.any[0].value"),
        (one(CONDITION | {"op": "in", "value": "x"}), "audience_values", f"{FIRST}.value"),
        (one(CONDITION | {"op": "in", "value": ["x", None]}), "audience_value", f"{FIRST}.value[1]"),
        (one(CONDITION | {"op": "<", "value": True}), "audience_value", f"{FIRST}.value"),
        (one(CONDITION | {"op": "is empty", "value": 3}), "audience_flag", f"{FIRST}.value"),
        (one(CONDITION | {"value": {"days_from_today": "x"}}), "audience_date", f"{FIRST}.value"),
        (one({"field": "contact.created", "op": "=", "value": "soon"}), "audience_date", f"{FIRST}.value"),
        (one({"field": "contact.segments", "op": "=", "value": "vip"}), "audience_op", f"{FIRST}.op"),
        (one(CONDITION | {"value": float("nan")}), "audience_value", f"{FIRST}.value"),
        (one(CONDITION | {"value": "a\0"}), "audience_value", f"{FIRST}.value"),
        (one(*[CONDITION] * (MOST_CONDITIONS + 1)), "audience_long", f"audience.filter.all[{MOST_CONDITIONS}]"),
        ({"filter": DEEP}, "audience_deep", "audience.filter" + ".all[0]" * 8),
    ],
)
def test_what_is_wrong_is_named_by_its_path(document: Any, code: str, field: str) -> None:
    with pytest.raises(Problem) as caught:
        read_audience(document, NOW.date())
    assert (caught.value.code, caught.value.field) == (f"campaigns.{code}", field)


def test_every_field_can_be_asked_for(base: Connection[Any]) -> None:
    for field in FIELDS:
        assert isinstance(found(base, field, "is empty", True), list)
