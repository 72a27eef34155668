"""The web application on the test's database, and callers with the rights of a role."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator

import httpx
import pytest

from pauta.platform import database as pauta_database
from pauta.platform.settings import Settings
from pauta.team.actions import create_key, save_team
from pauta.web.app import create_app
from tests.conftest import MONDAY

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it would rather have the successor of httpx
    from fastapi.testclient import TestClient

Call = Callable[..., httpx.Response]
"""``call("GET", "/teams")``: a request to the API with the key of a role."""


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
