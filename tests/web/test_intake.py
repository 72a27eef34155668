"""The doors of Segment's HTTP API: who is let in, what is taken, and what it costs to be wrong."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from pauta.team.actions import create_key, revoke_key
from tests.conftest import MONDAY

Post = Callable[..., httpx.Response]
CALL = {"userId": "ana", "event": "Opened"}


@pytest.fixture
def post(web: TestClient, connection: Connection[Any]) -> Post:
    """Posts with a write key, as Segment's libraries do."""
    secret = create_key(connection, MONDAY, "site", "source")
    connection.commit()

    def posted(door: str, body: Any, key: str = secret, **headers: str) -> httpx.Response:
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        return web.post(f"/v1/{door}", content=sent, headers={**basic(key), **headers})

    return posted


def basic(key: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'{key}:'.encode()).decode()}"} if key else {}


def kept(connection: Connection[Any]) -> list[tuple[Any, ...]]:
    connection.rollback()
    return connection.execute("SELECT door, body FROM intake ORDER BY id").fetchall()


@pytest.mark.parametrize("door", ["identify", "track", "page", "screen", "group", "alias", "t", "i"])
def test_each_door_keeps_what_comes_before_it_says_so(post: Post, connection: Connection[Any], door: str) -> None:
    answer = post(door, CALL)
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert answer.headers["access-control-allow-origin"] == "*"
    ((named, body),) = kept(connection)
    assert (named[0], json.loads(body)) == (door[0], CALL)


def test_a_batch_may_be_packed(post: Post, connection: Connection[Any]) -> None:
    body = json.dumps({"batch": [{"type": "track", **CALL}] * 50}).encode()
    headers = {"Content-Encoding": "gzip"}
    assert post("batch", gzip.compress(body), **headers).status_code == 200
    assert kept(connection) == [("batch", body)]
    for packed in (body, gzip.compress(body)[:-9]):
        assert post("batch", packed, **headers).json()["code"] == "intake_packing"


@pytest.mark.parametrize(("door", "most"), [("track", 32 * 1024), ("batch", 500 * 1024)])
def test_what_is_too_large_is_refused_as_segment_does(
    post: Post, connection: Connection[Any], door: str, most: int
) -> None:
    shell = len(json.dumps({"batch": [], "x": ""}).encode())
    assert post(door, {"batch": [], "x": "y" * (most - shell)}).status_code == 200
    large = {"batch": [], "x": "y" * (most - shell + 1)}
    assert (post(door, large).status_code, post(door, large).json()["code"]) == (400, "intake_request_large")
    bomb = gzip.compress(b" " * 50_000_000)
    assert post(door, bomb, **{"Content-Encoding": "gzip"}).json()["code"] == "intake_request_large"
    assert len(kept(connection)) == 1


def test_what_is_no_json_is_refused(post: Post, connection: Connection[Any]) -> None:
    assert (post("track", b"{").status_code, post("batch", {}).status_code) == (400, 400)
    assert kept(connection) == []


def test_only_write_keys_let_in(
    post: Post, web: TestClient, secret_of: Callable[[str], str], connection: Connection[Any]
) -> None:
    assert (post("track", CALL, key="").status_code, post("track", CALL, key="pauta_wrong").status_code) == (401, 401)
    assert post("track", CALL, key=secret_of("reader")).json()["code"] == "right_missing"
    assert post("track", CALL, key=secret_of("sender")).status_code == 200
    assert post("nowhere", CALL).status_code == 404
    key = secret_of("source")
    assert web.post("/v1/track", json={**CALL, "writeKey": key}).status_code == 200
    assert web.get("/api/v1/contacts/ana", headers={"Authorization": f"Bearer {key}"}).status_code == 403
    assert len(kept(connection)) == 2


def test_a_revoked_key_lets_in_no_longer(
    post: Post, connection: Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert post("track", CALL).status_code == 200
    revoke_key(connection, MONDAY, "site")
    connection.commit()
    monkeypatch.setattr("pauta.web.write_keys.clock.monotonic", lambda: 10.0**9)
    assert post("track", CALL).status_code == 401


def test_pages_of_any_origin_may_send(web: TestClient) -> None:
    answer = web.options("/v1/t", headers={"Origin": "https://acme.example", "Access-Control-Request-Method": "POST"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "content-type" in answer.headers["access-control-allow-headers"]


def test_nothing_is_said_to_be_kept_that_is_not(
    post: Post, connection: Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.execute("ALTER TABLE intake RENAME TO intake_gone")
    connection.commit()
    assert post("track", CALL).status_code >= 500
    connection.execute("ALTER TABLE intake_gone RENAME TO intake")
    connection.commit()
    assert post("track", CALL).status_code == 200
