"""Who is let in, what is refused, and how a refusal reads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg
import pytest

from pauta.platform import database as pauta_database
from pauta.platform.http import RateLimit
from pauta.platform.settings import Settings
from pauta.team.actions import create_key, revoke_key
from pauta.web.app import create_app
from pauta.web.door import POOL_SIZE
from tests.conftest import MONDAY
from tests.web.conftest import Call, TestClient


def test_without_a_key_the_door_stays_closed(web: TestClient) -> None:
    answer = web.get("/api/v1/teams")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "key_missing"


def test_a_revoked_key_opens_nothing(web: TestClient, settings: Settings) -> None:
    with pauta_database.connect(settings.database_url) as connection:
        secret = create_key(connection, MONDAY, "site", "reader")
    headers = {"Authorization": f"Bearer {secret}"}
    assert web.get("/api/v1/teams", headers=headers).status_code == 200
    with pauta_database.connect(settings.database_url) as connection:
        revoke_key(connection, MONDAY, "site")
    assert web.get("/api/v1/teams", headers=headers).json()["code"] == "key_wrong"


def test_a_role_without_the_right_is_told_who_has_it(call: Call) -> None:
    answer = call("PUT", "/teams/sales", role="reader", json={"title": "Sales"})
    assert answer.status_code == 403
    assert answer.json()["code"] == "right_missing"
    assert "team.write" in answer.json()["detail"]
    assert "admin" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("language", "word"), [("pt-PT,pt;q=0.9", "Falta"), ("es-MX", "Falta el"), ("de, en;q=0.5", "missing")]
)
def test_refusals_speak_the_callers_language(call: Call, language: str, word: str) -> None:
    answer = call("PUT", "/teams/sales", json={}, headers={"Accept-Language": language})
    assert answer.status_code == 422
    assert answer.json()["code"] == "web_field_missing"
    assert answer.json()["field"] == "title"
    assert word in answer.json()["detail"]


def test_every_wrong_field_is_named_at_once(call: Call) -> None:
    answer = call("PUT", "/teams/sales", json={"titel": 1})
    assert [(item["code"], item["field"]) for item in answer.json()["errors"]] == [
        ("web_field_missing", "title"),
        ("web_field_unknown", "titel"),
    ]


def test_what_cannot_be_stored_is_refused_by_field(call: Call) -> None:
    answer = call(
        "PUT", "/teams/sales", content=b'{"title": "a\\u0000b"}', headers={"Content-Type": "application/json"}
    )
    assert answer.json()["code"] == "web_field_unclean"
    assert answer.json()["field"] == "title"


def test_broken_json_is_one_clear_sentence(call: Call) -> None:
    answer = call("PUT", "/teams/sales", content=b"{", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "web_not_json")


def test_a_body_over_the_limit_is_refused_unread(call: Call) -> None:
    answer = call("PUT", "/teams/sales", content=b'"' + b"x" * 8_000_001, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "web_too_large")


@pytest.mark.parametrize(
    ("method", "path", "code"), [("GET", "/nothing", "web_not_found"), ("PATCH", "/teams", "web_method")]
)
def test_unknown_addresses_answer_with_a_problem(call: Call, method: str, path: str, code: str) -> None:
    assert call(method, path).json()["code"] == code


def test_a_key_that_asks_too_fast_is_told_to_wait(call: Call, web: TestClient) -> None:
    web.app.state.web = replace(web.app.state.web, limit=RateLimit(0.1, 2))  # type: ignore[attr-defined]
    assert [call("GET", "/teams").status_code for _ in range(3)] == [200, 200, 429]
    assert call("GET", "/teams").headers["retry-after"] == "10"
    assert call("GET", "/teams", role="reader").status_code == 200


def test_every_answer_carries_the_security_headers(web: TestClient) -> None:
    for path in ("/healthz", "/api/v1/teams", "/nothing"):
        headers = web.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_a_write_is_committed_before_its_answer_and_audited(call: Call, settings: Settings) -> None:
    assert call("PUT", "/teams/sales", json={"title": "Sales"}).status_code == 200
    with psycopg.connect(settings.database_url) as other:
        assert other.execute("SELECT title FROM team WHERE name = 'sales'").fetchone() == ("Sales",)
    entry = call("GET", "/audit?subject=team:sales").json()[0]
    assert (entry["actor"], entry["action"], entry["detail"]) == ("key:admin", "team.write", {"title": "Sales"})


def test_a_refused_write_leaves_nothing(call: Call) -> None:
    form = {"email": "bruno@pauta.example", "name": "Bruno", "team": "nobody", "role": "csm"}
    assert call("POST", "/users", json=form).json()["code"] == "team_unknown"
    assert call("GET", "/users").json() == []
    assert call("GET", "/audit").json() == []


def test_many_requests_at_once_all_get_their_turn(call: Call) -> None:
    call("GET", "/teams")
    with ThreadPoolExecutor(5 * POOL_SIZE) as crowd:
        answers = list(crowd.map(lambda _: call("GET", "/teams").status_code, range(300)))
    assert set(answers) == {200}


def test_without_a_database_nothing_is_ready_and_nothing_breaks() -> None:
    away = Settings(database_url="postgresql://nobody@127.0.0.1:1/none")
    with TestClient(create_app(away), raise_server_exceptions=False) as client:
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503
        answer = client.get("/api/v1/teams", headers={"Authorization": "Bearer pauta_x"})
        assert (answer.status_code, answer.json()["code"]) == (503, "web_database")


def test_ready_only_when_migrated(web: TestClient, settings: Settings) -> None:
    assert web.get("/readyz").status_code == 200
    with psycopg.connect(settings.database_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    assert web.get("/readyz").status_code == 503
    with psycopg.connect(settings.database_url) as connection:
        connection.execute("DROP TABLE alembic_version")
    assert web.get("/readyz").status_code == 503
