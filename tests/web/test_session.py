"""Signing in and out by browser: what lets one in, what does not, and what a foreign page can do."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from psycopg import Connection

from pauta.platform import database as pauta_database
from pauta.platform.clock import advance
from pauta.platform.settings import Settings
from pauta.team import pauses
from pauta.team.actions import save_team
from pauta.team.passwords import hash_password
from pauta.team.users import Profile, add_user, disable_user, set_password
from pauta.web.app import create_app
from tests.conftest import MONDAY
from tests.web.conftest import TestClient

ANA, BRUNO = "ana@pauta.example", "bruno@pauta.example"
PASSWORD = "a long walk at sea"
OURS = {"X-Pauta": "1", "Origin": "http://127.0.0.1:8025"}

SignIn = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def kept() -> str:
    """The hash of everybody's password, made once."""
    return hash_password(PASSWORD, "")


@pytest.fixture
def people(settings: Settings, kept: str) -> None:
    """Ana the marketer, who speaks Portuguese, and Bruno the CSM."""
    with pauta_database.connect(settings.database_url) as connection:
        save_team(connection, "marketing", "Marketing")
        for email, role, language in ((ANA, "marketer", "pt-BR"), (BRUNO, "csm", "en")):
            user = add_user(connection, MONDAY, email, Profile(email[:3].title(), "marketing", role, language))
            set_password(connection, user.id, kept)


@pytest.fixture
def sign_in(web: TestClient, people: None) -> SignIn:
    """Signs the client in, as Ana unless another address or password is given."""

    def ask(email: str = ANA, password: str = PASSWORD, **headers: str) -> httpx.Response:
        form = {"email": email, "password": password}
        return web.post("/api/v1/session", json=form, headers=OURS | headers)

    return ask


def test_a_session_opens_what_the_role_allows(web: TestClient, sign_in: SignIn) -> None:
    assert web.get("/api/v1/session").status_code == 401
    answer = sign_in(" ".join(ANA.upper().split()))
    assert answer.status_code == 200
    told = answer.json()
    assert (told["kind"], told["email"], told["team"], told["role"]) == ("user", ANA, "marketing", "marketer")
    assert (told["language"], told["demo"]) == ("pt-BR", False)
    assert "campaigns.launch" in told["rights"]
    assert web.get("/api/v1/session").json() == told
    assert web.get("/api/v1/teams").status_code == 200
    assert web.get("/api/v1/audit").json()["code"] == "right_missing"


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(settings: Settings, sign_in: SignIn) -> None:
    cookie = sign_in().headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie  # over plain HTTP on this machine browsers would drop it
    behind_tls = Settings(
        data_dir=settings.data_dir, database_url=settings.database_url, web_url="https://pauta.example"
    )
    with TestClient(create_app(behind_tls), base_url="https://pauta.example") as client:
        form, headers = {"email": ANA, "password": PASSWORD}, {"X-Pauta": "1", "Origin": "https://pauta.example"}
        assert "Secure" in client.post("/api/v1/session", json=form, headers=headers).headers["set-cookie"]


def test_the_database_holds_neither_password_nor_token(web: TestClient, sign_in: SignIn, settings: Settings) -> None:
    sign_in()
    token = web.cookies["pauta_session"]
    with pauta_database.connect(settings.database_url) as connection:
        stored = str(connection.execute("SELECT u::text, s::text FROM pauta_user u, user_session s").fetchall())
    assert token not in stored
    assert PASSWORD not in stored
    assert "argon2id" in stored


def test_answers_speak_the_language_of_who_signed_in(web: TestClient, sign_in: SignIn) -> None:
    sign_in()
    answer = web.get("/api/v1/audit", headers={"Accept-Language": "en"})
    assert answer.headers["content-language"] == "pt-BR"
    assert web.get("/api/v1/audit?lang=es").headers["content-language"] == "es"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Pauta": "1"},
        {"Origin": "http://127.0.0.1:8025"},
        {"X-Pauta": "1", "Origin": "https://evil.example"},
        {"X-Pauta": "1", "Origin": "null"},
        {"X-Pauta": "1", "Origin": "http://127.0.0.1:8025.evil.example"},
    ],
)
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("POST", "/stops", {"reason": "x"}), ("PATCH", "/session", {"language": "es"}), ("DELETE", "/session", None)],
)
def test_a_page_of_somebody_else_changes_nothing(
    web: TestClient, sign_in: SignIn, headers: dict[str, str], method: str, path: str, body: dict[str, str] | None
) -> None:
    sign_in()
    answer = web.request(method, f"/api/v1{path}", json=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "session_foreign")
    assert web.get("/api/v1/stops").json() == []
    assert web.get("/api/v1/session").json()["language"] == "pt-BR"


def test_nobody_is_signed_in_by_a_page_of_somebody_else(sign_in: SignIn) -> None:
    assert sign_in(Origin="https://evil.example").json()["code"] == "session_foreign"


def test_our_own_page_may_write(web: TestClient, sign_in: SignIn) -> None:
    sign_in()
    assert web.post("/api/v1/stops", json={"reason": "x"}, headers=OURS).json()[0]["actor"] == f"user:{ANA}"


@pytest.mark.parametrize(("email", "password"), [(ANA, "a long walk at se"), ("eva@pauta.example", PASSWORD), ("", "")])
def test_a_wrong_pair_is_refused_without_saying_which(sign_in: SignIn, email: str, password: str) -> None:
    answer = sign_in(email, password)
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_wrong")
    assert "set-cookie" not in answer.headers


def test_who_is_disabled_is_out_at_once_and_stays_out(web: TestClient, sign_in: SignIn, settings: Settings) -> None:
    with pauta_database.connect(settings.database_url) as connection:
        add_user(connection, MONDAY, "eva@pauta.example", Profile("Eva", "", "admin", "en"))
    sign_in()
    with pauta_database.connect(settings.database_url) as connection:
        disable_user(connection, MONDAY, ANA)
    assert web.get("/api/v1/session").json()["code"] == "session_over"
    assert sign_in().json()["code"] == "sign_in_wrong"


def test_a_session_ends_unused_and_at_last_in_any_case(web: TestClient, sign_in: SignIn, clock_file: Path) -> None:
    sign_in()
    for hours in range(11, 24 * 30, 11):
        advance(clock_file, MONDAY + timedelta(hours=hours))
        assert web.get("/api/v1/session").status_code == 200
    advance(clock_file, MONDAY + timedelta(days=30, minutes=1))
    assert web.get("/api/v1/session").json()["code"] == "session_over"
    sign_in()
    advance(clock_file, MONDAY + timedelta(days=30, hours=13))
    assert web.get("/api/v1/session").json()["code"] == "session_over"


def test_signing_out_ends_this_session_or_all(web: TestClient, sign_in: SignIn) -> None:
    sign_in()
    here = dict(web.cookies)
    web.cookies.clear()
    sign_in()
    assert web.delete("/api/v1/session", headers=OURS).status_code == 204
    assert "pauta_session" not in web.cookies
    web.cookies.update(here)
    assert web.get("/api/v1/session").status_code == 200
    web.cookies.clear()
    sign_in()
    assert web.delete("/api/v1/session?everywhere=true", headers=OURS).status_code == 204
    web.cookies.update(here)
    assert web.get("/api/v1/session").status_code == 401


def test_a_new_password_needs_the_old_one_and_ends_other_sessions(web: TestClient, sign_in: SignIn) -> None:
    sign_in()
    elsewhere = dict(web.cookies)
    web.cookies.clear()
    sign_in()

    def change(**form: str) -> httpx.Response:
        return web.patch("/api/v1/session", json=form, headers=OURS)

    assert change(password="another long walk").json()["code"] == "password_wrong"
    assert change(password="short", current_password=PASSWORD).json()["code"] == "password_length"
    assert change(password="aaaaaaaaaaaaaa", current_password=PASSWORD).json()["code"] == "password_weak"
    assert change(password=ANA, current_password=PASSWORD).json()["code"] == "password_weak"
    assert change(password="another long walk", current_password=PASSWORD, language="es").json()["language"] == "es"
    assert web.get("/api/v1/session").json()["language"] == "es"
    web.cookies.clear()
    assert sign_in().status_code == 401
    assert sign_in(password="another long walk").status_code == 200
    web.cookies.clear()
    web.cookies.update(elsewhere)
    assert web.get("/api/v1/session").status_code == 401


def test_a_key_tells_who_it_is_but_is_nobody(web: TestClient, secret_of: Callable[[str], str]) -> None:
    key = {"Authorization": f"Bearer {secret_of('reader')}"}
    told = web.get("/api/v1/session", headers=key).json()
    assert (told["kind"], told["name"], told["email"], told["role"]) == ("key", "reader", None, "reader")
    assert web.patch("/api/v1/session", json={"language": "es"}, headers=key).json()["code"] == "session_needed"
    assert web.delete("/api/v1/session", headers=key).json()["code"] == "session_needed"


def test_an_account_that_fails_pauses_longer_each_time(sign_in: SignIn, clock_file: Path) -> None:
    for _ in range(pauses.FREE_BY_ACCOUNT):
        assert sign_in(password="wrong").json()["code"] == "sign_in_wrong"
    assert sign_in(password="wrong").json()["code"] == "sign_in_wrong"
    paused = sign_in()
    assert (paused.status_code, paused.json()["code"], paused.headers["retry-after"]) == (429, "sign_in_paused", "2")
    assert sign_in(BRUNO).status_code == 200
    advance(clock_file, MONDAY + timedelta(seconds=2))
    assert sign_in(password="wrong").json()["code"] == "sign_in_wrong"
    assert sign_in().headers["retry-after"] == "4"
    advance(clock_file, MONDAY + timedelta(seconds=6))
    assert sign_in().status_code == 200
    assert sign_in(password="wrong").json()["code"] == "sign_in_wrong"
    assert sign_in().status_code == 200


def test_many_guesses_at_once_count_like_one_after_the_other(sign_in: SignIn) -> None:
    with ThreadPoolExecutor(12) as crowd:
        codes = list(crowd.map(lambda _: sign_in(password="wrong").json()["code"], range(12)))
    assert codes.count("sign_in_wrong") == pauses.FREE_BY_ACCOUNT + 1


def test_one_network_address_that_tries_many_accounts_pauses(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pauses, "FREE_BY_ADDRESS", 2)
    for number in range(3):
        assert sign_in(f"nobody{number}@pauta.example").json()["code"] == "sign_in_wrong"
    assert sign_in().json()["code"] == "sign_in_paused"


@pytest.mark.parametrize(("failures", "seconds"), [(-3, 0), (0, 0), (1, 2), (2, 4), (9, 512), (10, 900), (2000, 900)])
def test_pauses_grow_up_to_a_quarter_of_an_hour(failures: int, seconds: int) -> None:
    assert pauses.pause(failures) == timedelta(seconds=seconds)


def test_the_demonstration_says_whom_one_may_sign_in_as_and_nothing_else_does(
    web: TestClient, connection: Connection[Any]
) -> None:
    assert web.get("/api/v1/session/demo").json() == []
    connection.execute(
        "INSERT INTO company (id, name, zone, language, sender, postal_address, sample)"
        " VALUES (1, 'Mareia', 'UTC', 'pt-BR', '', '', true) ON CONFLICT (id) DO UPDATE SET sample = true"
    )
    connection.commit()
    told = {one["name"]: one for one in web.get("/api/v1/session/demo").json()}
    assert {name for name, one in told.items() if one["approves"]} == {
        *("Lívia Sampaio", "Fernanda Malheiros", "Clara Antunes", "Rodrigo Valadares", "Renata Pontes"),
    }
    assert told["Clara Antunes"]["team_title"] == "Jurídico"
