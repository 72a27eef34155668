"""Keys, teams and the audit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from psycopg import Connection

from pauta.core.problems import Problem
from pauta.team import actions, queries
from tests.conftest import MONDAY

Conn = Connection[tuple[Any, ...]]


def test_a_key_opens_with_its_secret_and_nothing_of_it_is_kept(connection: Conn) -> None:
    secret = actions.create_key(connection, MONDAY, "shop", "sender")
    key = queries.key_by_secret(connection, secret)
    assert key is not None
    assert (key.name, key.role, key.revoked_at) == ("shop", "sender", None)
    assert queries.key_by_secret(connection, secret + "x") is None
    stored = connection.execute("SELECT api_key::text FROM api_key").fetchone()
    assert stored is not None
    assert secret not in stored[0]


def test_secrets_differ(connection: Conn) -> None:
    made = {actions.create_key(connection, MONDAY, f"key {number}", "reader") for number in range(20)}
    assert len(made) == 20
    assert all(secret.startswith(actions.KEY_PREFIX) and len(secret) >= 49 for secret in made)


def test_a_revoked_key_is_dead_but_remembered(connection: Conn) -> None:
    secret = actions.create_key(connection, MONDAY, "shop", "sender")
    later = MONDAY + timedelta(hours=1)
    actions.revoke_key(connection, later, "shop")
    assert queries.key_by_secret(connection, secret) is None
    assert [(key.name, key.revoked_at) for key in queries.keys(connection)] == [("shop", later)]
    with pytest.raises(Problem, match="key_name_taken"):
        actions.create_key(connection, MONDAY, "shop", "sender")
    with pytest.raises(Problem, match="key_not_found"):
        actions.revoke_key(connection, later, "shop")


@pytest.mark.parametrize(
    ("name", "role", "team", "code"),
    [
        ("", "sender", "", "name_empty"),
        ("shop", "chief", "", "role_unknown"),
        ("shop", "sender", "none", "team_unknown"),
    ],
)
def test_a_wrong_key_is_refused(connection: Conn, name: str, role: str, team: str, code: str) -> None:
    with pytest.raises(Problem, match=code):
        actions.create_key(connection, MONDAY, name, role, team)
    assert queries.keys(connection) == []


def test_teams_are_made_and_renamed(connection: Conn) -> None:
    actions.save_team(connection, "success", "Success")
    actions.save_team(connection, "success", "Customer success")
    assert queries.teams(connection) == [queries.Team("success", "Customer success")]


def test_the_audit_is_read_from_its_end_page_by_page(connection: Conn) -> None:
    for number in range(5):
        subject = f"campaign:{number % 2}"
        actions.audit(connection, MONDAY, "key:shop", "campaigns.launch", subject, {"number": number})
    newest = queries.audit_entries(connection, queries.AuditFilter(), None, 2)
    assert [entry.detail["number"] for entry in newest] == [4, 3]
    older = queries.audit_entries(connection, queries.AuditFilter(), newest[-1].id, 10)
    assert [entry.detail["number"] for entry in older] == [2, 1, 0]
    one = queries.AuditFilter(subject="campaign:1")
    assert [entry.detail["number"] for entry in queries.audit_entries(connection, one, None, 10)] == [3, 1]
