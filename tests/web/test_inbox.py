"""What somebody is told, by API: their own only, and unread until they have read it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from pauta.platform import database as pauta_database
from pauta.platform.settings import Settings
from pauta.team import inbox, sessions
from pauta.team.users import Profile, add_user
from tests.conftest import MONDAY
from tests.web.conftest import Call, TestClient

LINE = {"what": "moved", "reason": "cap", "rule": "two a week", "winner": "spring", "messages": 3}
By = Callable[..., httpx.Response]


@pytest.fixture
def by(web: TestClient, settings: Settings) -> By:
    """Requests by the sessions of Ana, who is told something, and of Bruno, who is told nothing."""
    tokens = {}
    with pauta_database.connect(settings.database_url) as connection:
        for name, language in (("ana", "pt-BR"), ("bruno", "en")):
            user = add_user(connection, MONDAY, f"{name}@pauta.example", Profile(name.title(), "", "reader", language))
            tokens[name] = sessions.begin(connection, MONDAY, user.id)
        tell(connection, 1, [LINE])

    def request(name: str, method: str, path: str, **rest: Any) -> httpx.Response:
        headers = {"X-Pauta": "1", "Origin": "http://127.0.0.1:8025", "Cookie": f"pauta_session={tokens[name]}"}
        return web.request(method, f"/api/v1{path}", headers=headers, **rest)

    return request


def tell(connection: Any, minute: int, lines: list[dict[str, Any]]) -> None:
    now = MONDAY + timedelta(minutes=minute)
    inbox.put(connection, now, [1], inbox.Told.OUTCOMES, "launch", date(2026, 11, 23), {"lines": lines})


def test_everybody_reads_their_own_in_their_language(by: By) -> None:
    found = by("ana", "GET", "/inbox").json()
    assert found["unread"] == 1
    (entry,) = found["entries"]
    assert (entry["title"], entry["about"], entry["read"]) == ("O que aconteceu com “launch”", "launch", False)
    assert (
        entry["lines"][0]["text"]
        == "3 mensagens saem mais tarde: limite de frequência atingido (two a week); “spring” veio antes."
    )
    assert "combine com as outras equipes" in entry["lines"][0]["advice"]
    assert by("bruno", "GET", "/inbox").json() == {"unread": 0, "entries": []}


def test_what_is_read_stays_so_until_it_changes(by: By, settings: Settings) -> None:
    seen = by("ana", "GET", "/inbox").json()["entries"][0]["changed_at"]
    assert by("bruno", "POST", "/inbox/read", json={"until": seen}).status_code == 200
    assert by("ana", "GET", "/inbox").json()["unread"] == 1, "Bruno reads for himself"
    assert by("ana", "POST", "/inbox/read", json={"until": seen}).json()["unread"] == 0
    with pauta_database.connect(settings.database_url) as connection:
        tell(connection, 2, [LINE])
    assert by("ana", "GET", "/inbox").json()["unread"] == 0, "the same again"
    with pauta_database.connect(settings.database_url) as connection:
        tell(connection, 3, [LINE | {"messages": 4}])
    assert by("ana", "POST", "/inbox/read", json={"until": seen}).json()["unread"] == 1, "it came after what was seen"


def test_a_key_has_no_inbox(call: Call) -> None:
    assert call("GET", "/inbox").json() == {"unread": 0, "entries": []}
    assert call("POST", "/inbox/read", json={"until": MONDAY.isoformat()}).json()["code"] == "session_needed"
