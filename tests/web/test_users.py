"""Users by API: made, invited, changed, disabled; links that work once."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from pauta.channels.base import OutcomeKind
from pauta.pipeline.notices import MOST_TRIES, send_notices
from pauta.platform import database as pauta_database
from pauta.platform.clock import Clock, advance
from pauta.platform.settings import Settings
from tests.conftest import MONDAY
from tests.pipeline.office import Post
from tests.web.conftest import Call, TestClient

OURS = {"X-Pauta": "1", "Origin": "http://127.0.0.1:8025"}
BRUNO = {"email": "bruno@pauta.example", "name": "Bruno", "role": "csm", "language": "pt-BR"}
PASSWORD = "a long walk at sea"


@pytest.fixture
def post() -> Post:
    return Post()


def send(settings: Settings, clock: Clock, post: Post) -> list[str]:
    """Let the mails to users leave; the texts of all that have left so far."""
    with pauta_database.connect(settings.database_url) as connection:
        send_notices(connection, clock.now(), post, settings)
    return [one.content.decode().replace("=\r\n", "").replace("=3D", "=") for one in post.received]


def token_in(mail: str) -> str:
    found = re.search(r"http://127\.0\.0\.1:8025/password#([\w-]{43})", mail)
    assert found is not None
    return found[1]


def ask(web: TestClient, path: str, **form: str) -> httpx.Response:
    return web.post(f"/api/v1/session{path}", json=form, headers=OURS)


def test_who_is_invited_chooses_a_password_once(
    web: TestClient, call: Call, settings: Settings, clock: Clock, post: Post
) -> None:
    made = call("POST", "/users", json=BRUNO)
    assert (made.status_code, made.json()["has_password"]) == (201, False)
    (mail,) = send(settings, clock, post)
    assert "To: Bruno <bruno@pauta.example>" in mail
    assert "Escolher uma senha" in mail
    token = token_in(mail)
    assert ask(web, "/link", token=token).json() == {
        "email": "bruno@pauta.example",
        "name": "Bruno",
        "language": "pt-BR",
    }
    assert ask(web, "/password", token=token, password="short").json()["code"] == "password_length"
    assert ask(web, "/password", token=token, password=PASSWORD).json()["role"] == "csm"
    assert web.get("/api/v1/session").json()["email"] == "bruno@pauta.example"
    assert ask(web, "/password", token=token, password=PASSWORD + "!").json()["code"] == "link_over"
    assert ask(web, "", email="bruno@pauta.example", password=PASSWORD).status_code == 200
    assert call("GET", "/users").json()[0]["has_password"] is True


def test_a_link_grows_old_and_a_new_one_ends_it(
    web: TestClient, call: Call, settings: Settings, clock: Clock, clock_file: Path, post: Post
) -> None:
    call("POST", "/users", json=BRUNO)
    first = token_in(send(settings, clock, post)[0])
    call("POST", "/users/bruno@pauta.example/invite")
    second = token_in(send(settings, clock, post)[1])
    assert ask(web, "/link", token=first).json()["code"] == "link_over"
    assert ask(web, "/link", token=second).status_code == 200
    advance(clock_file, MONDAY + timedelta(days=7))
    assert ask(web, "/link", token=second).json()["code"] == "link_over"


def test_a_forgotten_password_is_chosen_anew_by_mail(
    web: TestClient, call: Call, settings: Settings, clock: Clock, clock_file: Path, post: Post
) -> None:
    call("POST", "/users", json=BRUNO)
    ask(web, "/password", token=token_in(send(settings, clock, post)[0]), password=PASSWORD)
    for email in ("nobody@pauta.example", "BRUNO@pauta.example", "bruno@pauta.example"):
        answer = ask(web, "/reset", email=email)
        assert (answer.status_code, answer.content) == (202, b"")
    _, mail = send(settings, clock, post)
    token = token_in(mail)
    with pauta_database.connect(settings.database_url) as connection:
        stored = str(
            connection.execute("SELECT t::text, n::text FROM user_token t LEFT JOIN notice n ON true").fetchall()
        )
    assert token not in stored
    advance(clock_file, MONDAY + timedelta(minutes=59))
    assert ask(web, "/password", token=token, password="another long walk").status_code == 200
    assert ask(web, "", email="bruno@pauta.example", password=PASSWORD).status_code == 401


def test_one_address_asks_for_few_resets(web: TestClient) -> None:
    codes = [ask(web, "/reset", email=f"eva{number}@pauta.example").status_code for number in range(11)]
    assert codes == [202] * 10 + [429]


def test_a_mail_that_does_not_get_through_is_tried_again_but_not_for_ever(
    call: Call, settings: Settings, clock: Clock, clock_file: Path, post: Post
) -> None:
    call("POST", "/users", json=BRUNO)
    post.answers["bruno"] = OutcomeKind.LATER
    for number in range(1, MOST_TRIES):
        send(settings, clock, post)
        with pauta_database.connect(settings.database_url) as connection:
            assert connection.execute("SELECT tries, due_at > %s FROM notice", (clock.now(),)).fetchall() == [
                (number, True)
            ]
        advance(clock_file, clock.now() + timedelta(hours=3))
    send(settings, clock, post)
    with pauta_database.connect(settings.database_url) as connection:
        assert connection.execute("SELECT count(*) FROM notice").fetchone() == (0,)


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"role": "chief"}, 422, "role_unknown"),
        ({"team": "nobody"}, 422, "team_unknown"),
        ({"rights": ["audit.read"]}, 422, "right_not_given"),
        ({"name": " "}, 422, "name_empty"),
        ({"email": "bruno"}, 422, "email.address_invalid"),
        ({"email": "bruno@pauta.example\r\nBcc: x@y.example"}, 422, "email.address_invalid"),
        ({"email": "BRUNO@pauta.example"}, 409, "user_email_taken"),
    ],
)
def test_a_wrong_user_is_refused(call: Call, changed: dict[str, object], status: int, code: str) -> None:
    call("POST", "/users", json=BRUNO)
    answer = call("POST", "/users", json=BRUNO | {"email": "eva@pauta.example"} | changed)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert len(call("GET", "/users").json()) == 1


def test_somebody_can_always_manage_people(call: Call) -> None:
    carla = {"name": "Carla", "role": "admin"}
    call("POST", "/users", json=carla | {"email": "carla@pauta.example"})
    call("POST", "/users", json=BRUNO)
    path = "/users/carla@pauta.example"
    assert call("PUT", path, json=carla | {"role": "reader"}).json()["code"] == "user_last_manager"
    assert call("POST", f"{path}/disable").json()["code"] == "user_last_manager"
    bruno = {"name": "Bruno", "role": "csm", "rights": ["team.write"]}
    assert call("PUT", "/users/bruno@pauta.example", json=bruno).json()["rights"] == ["team.write"]
    assert call("POST", f"{path}/disable").json()["disabled_at"] is not None
    assert call("POST", f"{path}/invite").json()["code"] == "user_disabled"
    assert call("POST", f"{path}/enable").json()["disabled_at"] is None
    assert call("GET", "/users/eva@pauta.example").json()["code"] == "user_unknown"


@pytest.mark.parametrize("role", ["reader", "marketer", "csm", "support", "leader", "reviewer"])
def test_only_who_manages_people_makes_users(call: Call, role: str) -> None:
    assert call("POST", "/users", role=role, json=BRUNO).json()["code"] == "right_missing"
    assert call("GET", "/users").json() == []
