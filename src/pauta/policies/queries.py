"""Reads of policies."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from psycopg import Connection

from pauta.core.gate.policies import Policy
from pauta.core.gate.policy_document import parse_policies
from pauta.core.problems import Problem

Rule = dict[str, Any]
"""A policy as it is stored: the case format, with ``id`` (its number for good) and ``active``."""


@dataclass(frozen=True)
class PolicySet:
    """The policies in force: ``ids[n]`` is the number under which verdicts remember ``policies[n]``."""

    version: int
    ids: tuple[int, ...]
    policies: tuple[Policy, ...]


def current(connection: Connection[Any]) -> PolicySet:
    """The active policies of the newest version, in order; version 0 and none when nothing was ever saved."""
    row = connection.execute("SELECT version, rules::text FROM policy_version ORDER BY version DESC LIMIT 1").fetchone()
    return _parsed(*row) if row else PolicySet(0, (), ())


@lru_cache(maxsize=8)
def _parsed(version: int, rules: str) -> PolicySet:
    active = [rule for rule in json.loads(rules) if rule["active"]]
    policies = parse_policies([without_bookkeeping(rule) for rule in active])
    return PolicySet(version, tuple(rule["id"] for rule in active), policies)


def without_bookkeeping(rule: Rule) -> Rule:
    """The policy as a case writes it: no number, no switch."""
    return {field: value for field, value in rule.items() if field not in ("id", "active")}


def rules(connection: Connection[Any]) -> list[Rule]:
    """All policies of the newest version in order, the switched-off ones too."""
    row = connection.execute("SELECT rules FROM policy_version ORDER BY version DESC LIMIT 1").fetchone()
    return list(row[0]) if row else []


@dataclass(frozen=True)
class Version:
    """A version of the policies: who put it in force, when (UTC), and how many policies it has, active ones apart."""

    version: int
    actor: str
    at: datetime
    policies: int
    active: int


def versions(connection: Connection[Any], before: int | None, most: int) -> list[Version]:
    """The versions that there were, the newest first, at most ``most`` of those below ``before``."""
    rows = connection.execute(
        "SELECT version, actor, at, jsonb_array_length(rules),"
        " (SELECT count(*) FROM jsonb_array_elements(rules) rule WHERE (rule ->> 'active')::bool)"
        " FROM policy_version WHERE version < coalesce(%s, 2147483647) ORDER BY version DESC LIMIT %s",
        (before, most),
    )
    return [Version(*row) for row in rows]


def rules_of(connection: Connection[Any], version: int) -> list[Rule]:
    """All policies of one version in order; Problem when there is no such version."""
    row = connection.execute("SELECT rules FROM policy_version WHERE version = %s", (version,)).fetchone()
    if row is None:
        raise Problem("policy_no_version", "version", value=version)
    return list(row[0])


def position_of(listed: list[Rule], name: str) -> int:
    """Where the policy of that name stands in the list; Problem when there is none."""
    for position, rule in enumerate(listed):
        if rule["name"] == name:
            return position
    raise Problem("policy_not_found", "name", name=name)
