"""Policies are kept as versions of one list; what is wrong is refused by name."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg import Connection

from pauta.core.gate.policies import Cap, Concurrency
from pauta.core.problems import Problem
from pauta.platform import database as pauta_database
from pauta.policies import actions, queries
from tests.conftest import MONDAY

TWO_A_WEEK: dict[str, Any] = {"kind": "cap", "name": "two a week", "limit": 2, "days": 7}
THREE_CAMPAIGNS: dict[str, Any] = {"kind": "concurrency", "name": "three campaigns", "limit": 3}
OFFICE: dict[str, Any] = {"kind": "time", "name": "office hours", "hours": ["08:00", "18:00"]}

Conn = Connection[Any]


def saved(connection: Conn, *rules: object) -> int:
    return actions.replace_all(connection, list(rules), "cli:ana", MONDAY)


def names(connection: Conn) -> list[str]:
    return [rule["name"] for rule in queries.rules(connection)]


def test_without_policies_nothing_holds(connection: Conn) -> None:
    assert queries.current(connection) == queries.PolicySet(0, (), ())
    assert queries.rules(connection) == []


def test_a_saved_list_is_in_force_in_its_order(connection: Conn) -> None:
    version = saved(connection, TWO_A_WEEK, THREE_CAMPAIGNS)
    current = queries.current(connection)
    assert current.version == version
    assert current.policies == (Cap("two a week", 2, days=7), Concurrency("three campaigns", 3))
    assert len(set(current.ids)) == 2


def test_a_name_keeps_its_number_for_good(connection: Conn) -> None:
    saved(connection, TWO_A_WEEK, THREE_CAMPAIGNS)
    first = queries.current(connection).ids
    saved(connection, THREE_CAMPAIGNS)
    saved(connection, OFFICE, THREE_CAMPAIGNS, TWO_A_WEEK | {"limit": 5})
    office, campaigns, week = queries.current(connection).ids
    assert (week, campaigns) == first
    assert office not in first


def test_saving_the_same_again_is_no_change(connection: Conn) -> None:
    version = saved(connection, TWO_A_WEEK)
    assert saved(connection, TWO_A_WEEK | {"held": None, "active": True, "id": 99}) == version


def test_each_change_is_a_new_version_and_the_old_one_stays(connection: Conn) -> None:
    first = saved(connection, TWO_A_WEEK)
    second = saved(connection, TWO_A_WEEK | {"limit": 3})
    assert second > first
    rows = connection.execute("SELECT rules -> 0 -> 'limit', actor, at FROM policy_version ORDER BY version").fetchall()
    assert rows == [(2, "cli:ana", MONDAY), (3, "cli:ana", MONDAY)]


def test_a_policy_is_put_moved_switched_and_removed(connection: Conn) -> None:
    saved(connection, TWO_A_WEEK, THREE_CAMPAIGNS)
    actions.put(connection, OFFICE, "cli:ana", MONDAY)
    actions.put(connection, TWO_A_WEEK | {"limit": 4}, "cli:ana", MONDAY)
    assert names(connection) == ["two a week", "three campaigns", "office hours"]
    assert queries.rules(connection)[0]["limit"] == 4
    actions.move(connection, "office hours", 1, "cli:ana", MONDAY)
    assert names(connection) == ["office hours", "two a week", "three campaigns"]
    actions.set_active(connection, "two a week", False, "cli:ana", MONDAY)
    assert [policy.name for policy in queries.current(connection).policies] == ["office hours", "three campaigns"]
    assert names(connection) == ["office hours", "two a week", "three campaigns"]
    actions.set_active(connection, "two a week", True, "cli:ana", MONDAY)
    actions.remove(connection, "office hours", "cli:ana", MONDAY)
    assert [policy.name for policy in queries.current(connection).policies] == ["two a week", "three campaigns"]


@pytest.mark.parametrize(
    ("rules", "code", "field"),
    [
        ([OFFICE, {"kind": "cap", "name": "x", "days": 7}], "gate_missing", "policies[1].limit"),
        ([{"kind": "cap", "name": "x", "days": 7, "limit": None}], "gate_missing", "policies[0].limit"),
        ([{"kind": "cap", "limit": 1, "days": 7}], "gate_missing", "policies[0].name"),
        ([OFFICE | {"hours": ["18:00", "08:00"]}], "gate_hours_wrap", "policies[0].hours"),
        ([OFFICE | {"colour": "blue"}], "gate_unknown_field", "policies[0].colour"),
        ([OFFICE | {"active": "yes"}], "gate_not_flag", "policies[0].active"),
        ([OFFICE | {"dates": [3]}], "gate_not_text", "policies[0].dates[0]"),
        ([OFFICE | {"name": "consent"}], "policy_name_reserved", "policies[0].name"),
        ([OFFICE, TWO_A_WEEK, OFFICE], "policy_name_twice", "policies[2].name"),
        (["office hours"], "gate_not_object", "policies[0]"),
    ],
)
def test_what_is_wrong_is_refused_by_its_path(connection: Conn, rules: list[object], code: str, field: str) -> None:
    with pytest.raises(Problem) as refused:
        saved(connection, *rules)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert queries.current(connection).version == 0


def test_more_active_policies_than_the_gate_takes_are_refused(connection: Conn) -> None:
    many = [TWO_A_WEEK | {"name": f"cap {number}", "active": number < 64} for number in range(70)]
    saved(connection, *many)
    with pytest.raises(Problem, match="policy_too_many"):
        actions.set_active(connection, "cap 69", True, "cli:ana", MONDAY)


@pytest.mark.parametrize("place", [0, 3])
def test_a_place_outside_of_the_list_is_refused(connection: Conn, place: int) -> None:
    saved(connection, TWO_A_WEEK, OFFICE)
    with pytest.raises(Problem, match="policy_place"):
        actions.move(connection, "two a week", place, "cli:ana", MONDAY)


def test_a_policy_that_is_not_there_is_refused(connection: Conn) -> None:
    with pytest.raises(Problem, match="policy_not_found"):
        actions.remove(connection, "two a week", "cli:ana", MONDAY)


def test_two_changes_at_once_do_not_lose_one(database: str, connection: Conn) -> None:
    saved(connection, OFFICE)
    connection.commit()
    actions.put(connection, TWO_A_WEEK, "cli:ana", MONDAY)
    with pauta_database.connect(database) as other:
        other.execute("SET lock_timeout = '100ms'")
        with pytest.raises(Exception, match="lock timeout"):
            actions.put(other, THREE_CAMPAIGNS, "cli:bruno", MONDAY)
    connection.commit()
    with pauta_database.connect(database) as other:
        actions.put(other, THREE_CAMPAIGNS, "cli:bruno", MONDAY)
    assert names(connection) == ["office hours", "two a week", "three campaigns"]


def test_a_list_that_changed_since_it_was_read_is_not_replaced(connection: Conn) -> None:
    version = saved(connection, OFFICE)
    saved(connection, OFFICE, TWO_A_WEEK)
    with pytest.raises(Problem, match="policy_version_changed"):
        actions.replace_all(connection, [THREE_CAMPAIGNS], "cli:ana", MONDAY, version)


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"name": "x" * 201}, "policies[0].name", "policy_text_long"),
        ({"held": {"topics": ["t"] * 1001}}, "policies[0].held.topics", "policy_values_many"),
        ({"held": {"topics": ["t", "x" * 201]}}, "policies[0].held.topics[1]", "policy_text_long"),
    ],
)
def test_what_nobody_can_read_is_refused(connection: Conn, changed: dict[str, Any], field: str, code: str) -> None:
    for write in (saved, lambda given, rule: actions.checked_set(given, [rule])):
        with pytest.raises(Problem) as caught:
            write(connection, TWO_A_WEEK | changed)
        assert (caught.value.field, caught.value.code) == (field, code)
