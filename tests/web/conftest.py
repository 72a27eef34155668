"""The web application on the test's database, and callers with the rights of a role."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator

import httpx
import pytest

from pauta.platform import database as pauta_database
from pauta.platform.settings import Settings
from pauta.team import sessions
from pauta.team.actions import create_key, save_team
from pauta.team.users import Profile, add_user
from pauta.web.app import create_app
from tests.conftest import MONDAY

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it would rather have the successor of httpx
    from fastapi.testclient import TestClient

Call = Callable[..., httpx.Response]
"""``call("GET", "/teams")``: a request to the API with the key of a role."""


As = Callable[..., httpx.Response]

"""``by("ana", "GET", "/teams")``: a request by a colleague's session."""

OURS = {"X-Pauta": "1", "Origin": "http://127.0.0.1:8025"}
PEOPLE = {
    "ana": Profile("Ana", "marketing", "marketer", "pt-BR"),
    "livia": Profile("Lívia", "marketing", "marketer", "pt-BR", ["approvals.decide"]),
    "renata": Profile("Renata", "marketing", "admin", "pt-BR"),
    "bruno": Profile("Bruno", "success", "csm", "pt-BR"),
    "debora": Profile("Débora", "support", "support", "pt-BR"),
    "fernanda": Profile("Fernanda", "product", "reviewer", "pt-BR"),
    "carla": Profile("Carla", "legal", "reviewer", "en"),
    "rodrigo": Profile("Rodrigo", "leadership", "leader", "pt-BR"),
    "igor": Profile("Igor", "product", "reader", "es"),
}
SPANISH = {"es": {"subject": "Hola", "body": "<p>Hola</p>"}}


@pytest.fixture
def web(settings: Settings) -> Iterator[TestClient]:
    """A client without a key."""
    with TestClient(
        create_app(settings),
        base_url="http://127.0.0.1:8025",
        client=("127.0.0.1", 50000),
        raise_server_exceptions=False,
    ) as client:
        yield client


@pytest.fixture
def secret_of(settings: Settings) -> Callable[[str], str]:
    """Makes a key with a role and returns its secret; the key's name is the role's, its team is marketing."""
    made: dict[str, str] = {}

    def make(role: str) -> str:
        if role not in made:
            with pauta_database.connect(settings.database_url) as connection:
                save_team(connection, "marketing", "Marketing")
                made[role] = create_key(connection, MONDAY, role, role, "marketing")
        return made[role]

    return make


@pytest.fixture
def call(web: TestClient, secret_of: Callable[[str], str]) -> Call:
    """Requests as somebody: an administrator unless ``role`` says otherwise."""

    def request(
        method: str, path: str, *, role: str = "admin", headers: dict[str, str] | None = None, **rest: object
    ) -> httpx.Response:
        sent = {"Authorization": f"Bearer {secret_of(role)}", **(headers or {})}
        return web.request(method, f"/api/v1{path}", headers=sent, **rest)  # type: ignore[arg-type]

    return request


@pytest.fixture
def by(web: TestClient, settings: Settings, call: Call) -> As:
    """``by("ana", "GET", "/teams")``: a request by a colleague's session. Two contacts and a template are there."""
    tokens = {}
    with pauta_database.connect(settings.database_url) as connection:
        for name in ("marketing", "success", "support", "product", "legal", "leadership"):
            save_team(connection, name, name.title())
        for name, profile in PEOPLE.items():
            user = add_user(connection, MONDAY, f"{name}@pauta.example", profile)
            tokens[name] = sessions.begin(connection, MONDAY, user.id)

    def request(
        name: str, method: str, path: str, json: object = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        headers = OURS | {"Cookie": f"pauta_session={tokens[name]}"} | (headers or {})
        return web.request(method, f"/api/v1{path}", json=json, headers=headers)

    assert call("PUT", "/templates/hello", json={"languages": SPANISH}).status_code == 200
    for contact in ("eva", "luis"):
        call("PUT", f"/contacts/{contact}", json={"first_name": contact, "email": f"{contact}@acme.example"})
    return request
