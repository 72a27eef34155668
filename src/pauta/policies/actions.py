"""Writes of policies. Every change stores the whole ordered list as a new version; nothing is ever overwritten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from pauta.core.gate.policy_document import parse_policies, parse_policy
from pauta.core.gate.reasons import BUILTIN_RULES
from pauta.core.gate.vocabulary import MAX_POLICIES
from pauta.core.problems import Problem
from pauta.policies import queries
from pauta.policies.queries import PolicySet, Rule

LONGEST_TEXT = 200
"""Letters of a policy's name, and of every other text in it."""

MOST_VALUES = 1000
"""Topics, segments or days that one policy may list."""


def replace_all(
    connection: Connection[Any], rules: Sequence[object], actor: str, now: datetime, expected: int | None = None
) -> int:
    """Put these policies in force, in this order, in place of all others; return the version that holds them.

    A rule is an object of the case format and may carry ``active`` (true unless said). A name keeps its number for
    good. The version stays what it is when nothing changes. Problem with the path of the first field that is wrong,
    or when the version in force is not the ``expected`` one.
    """
    _lock(connection)
    found = queries.current(connection).version
    if expected is not None and expected != found:
        raise Problem("policy_version_changed", "version", expected=expected, found=found)
    return _save(connection, list(rules), actor, now)


def checked_set(connection: Connection[Any], rules: Sequence[object]) -> tuple[PolicySet, list[Rule]]:
    """These policies as they would be in force if they were saved, and as they would be stored; nothing is written.

    A name that is new has a negative number. Problem as in ``replace_all``.
    """
    checked = _checked_all(rules)
    known = dict(connection.execute("SELECT name, id FROM policy").fetchall())
    numbered = [{"id": known.get(rule["name"], -1 - place), **rule} for place, rule in enumerate(checked)]
    active = [rule for rule in numbered if rule["active"]]
    parsed = parse_policies([queries.without_bookkeeping(rule) for rule in active])
    return PolicySet(0, tuple(rule["id"] for rule in active), parsed), numbered


def put(connection: Connection[Any], rule: object, actor: str, now: datetime) -> int:
    """Save one policy: in its place when there is one of that name, else at the end. Returns the version."""
    _lock(connection)
    checked = _checked(rule, "policy")
    listed = queries.rules(connection)
    names = [other["name"] for other in listed]
    if checked["name"] in names:
        listed[names.index(checked["name"])] = checked
    else:
        listed.append(checked)
    return _save(connection, listed, actor, now)


def remove(connection: Connection[Any], name: str, actor: str, now: datetime) -> int:
    """Take the policy of that name out; Problem when there is none. Returns the version."""
    _lock(connection)
    listed = queries.rules(connection)
    del listed[queries.position_of(listed, name)]
    return _save(connection, listed, actor, now)


def move(connection: Connection[Any], name: str, place: int, actor: str, now: datetime) -> int:
    """Move the policy of that name to a place of the list, 1 for the first. Returns the version."""
    _lock(connection)
    listed = queries.rules(connection)
    rule = listed.pop(queries.position_of(listed, name))
    if not 1 <= place <= len(listed) + 1:
        raise Problem("policy_place", "place", last=len(listed) + 1)
    listed.insert(place - 1, rule)
    return _save(connection, listed, actor, now)


def set_active(connection: Connection[Any], name: str, active: bool, actor: str, now: datetime) -> int:
    """Switch the policy of that name on or off; it keeps its place. Returns the version."""
    _lock(connection)
    listed = queries.rules(connection)
    listed[queries.position_of(listed, name)]["active"] = active
    return _save(connection, listed, actor, now)


def note_accounts(connection: Connection[Any], version: int, accounts: int) -> None:
    """Remember how many accounts are to be planned anew under a version, so that progress can be told."""
    connection.execute("UPDATE policy_version SET accounts = %s WHERE version = %s", (accounts, version))


def _lock(connection: Connection[Any]) -> None:
    """Let one change at a time read the list and write the next one."""
    connection.execute("LOCK TABLE policy_version IN SHARE ROW EXCLUSIVE MODE")


def _save(connection: Connection[Any], rules: Sequence[object], actor: str, now: datetime) -> int:
    checked = _checked_all(rules)
    numbers = _numbers(connection, [rule["name"] for rule in checked])
    numbered = [{"id": numbers[rule["name"]], **rule} for rule in checked]
    if numbered == queries.rules(connection):
        return queries.current(connection).version
    row = connection.execute(
        "INSERT INTO policy_version (rules, actor, at) VALUES (%s, %s, %s) RETURNING version",
        (Jsonb(numbered), actor, now),
    ).fetchone()
    assert row is not None
    return int(row[0])


def _checked_all(rules: Sequence[object]) -> list[Rule]:
    checked = [_checked(rule, f"policies[{position}]") for position, rule in enumerate(rules)]
    _refuse_duplicates(checked)
    active = [rule for rule in checked if rule["active"]]
    if len(active) > MAX_POLICIES:
        raise Problem("policy_too_many", "policies", limit=MAX_POLICIES, given=len(active))
    return checked


def _checked(rule: object, path: str) -> Rule:
    """The rule as it is stored, but for its number: valid, without what was left empty, its switch spelled out."""
    if not isinstance(rule, Mapping):
        raise Problem("gate_not_object", path)
    active = rule.get("active", True)
    if not isinstance(active, bool):
        raise Problem("gate_not_flag", f"{path}.active")
    _refuse_endless(rule, path)
    plain = {field: value for field, value in queries.without_bookkeeping(dict(rule)).items() if value is not None}
    name = parse_policy(plain, path).name
    if name in BUILTIN_RULES.values():
        raise Problem("policy_name_reserved", f"{path}.name", name=name)
    return {**plain, "active": active}


def _refuse_endless(value: object, path: str) -> None:
    """Refuse what nobody can read: the gate asks each policy about everybody, its names and days included."""
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise Problem("policy_text_long", path, most=LONGEST_TEXT)
    if isinstance(value, Mapping):
        for field, inner in value.items():
            _refuse_endless(inner, f"{path}.{field}")
    elif isinstance(value, list):
        if len(value) > MOST_VALUES:
            raise Problem("policy_values_many", path, most=MOST_VALUES)
        for number, inner in enumerate(value):
            _refuse_endless(inner, f"{path}[{number}]")


def _refuse_duplicates(rules: Sequence[Rule]) -> None:
    seen: set[str] = set()
    for position, rule in enumerate(rules):
        if rule["name"] in seen:
            raise Problem("policy_name_twice", f"policies[{position}].name", name=rule["name"])
        seen.add(rule["name"])


def _numbers(connection: Connection[Any], names: Sequence[str]) -> dict[str, int]:
    """The number of each name, given now to those that have none."""
    connection.execute(
        """
        INSERT INTO policy (name)
        SELECT named.name FROM unnest(%s::text[]) WITH ORDINALITY AS named (name, place)
        WHERE NOT EXISTS (SELECT 1 FROM policy WHERE policy.name = named.name) ORDER BY named.place
        """,
        (list(names),),
    )
    rows = connection.execute("SELECT name, id FROM policy WHERE name = ANY(%s)", (list(names),)).fetchall()
    return {name: int(number) for name, number in rows}
