"""While the disk is nearly full, the web takes in nothing new, says why, and still lets people look and stop things."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from pauta.core.problems import Problem
from pauta.platform.settings import Settings
from pauta.platform.words import say
from pauta.web.app import create_app
from tests.web.conftest import TestClient

MORE_THAN_THERE_IS = 1_000_000


@pytest.fixture
def web(settings: Settings) -> Iterator[TestClient]:
    """A client of an installation that wants more room than any disk has."""
    with TestClient(create_app(replace(settings, disk_reserve_mb=MORE_THAN_THERE_IS))) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/messages", {"contact": "ana", "template": "hello", "type": "transactional"}),
        ("/events", {"events": [{"name": "paid", "account": "acme"}]}),
        ("/conditions", {"conditions": [{"name": "open_complaint", "account": "acme"}]}),
        ("/campaigns/spring/launch", {}),
    ],
)
def test_nothing_new_is_taken_in(web: TestClient, secret_of: Any, path: str, body: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {secret_of('admin')}", "Accept-Language": "pt-BR", "Idempotency-Key": "1"}
    refusal = web.post(f"/api/v1{path}", json=body, headers=headers)
    assert refusal.status_code == 507
    assert refusal.headers["Retry-After"] == "60"
    assert refusal.json()["code"] == "disk_short"
    assert "libere espaço" in refusal.json()["detail"]


def test_people_may_still_look_and_stop_everything(web: TestClient, secret_of: Any, settings: Settings) -> None:
    headers = {"Authorization": f"Bearer {secret_of('admin')}"}
    disk = web.get("/api/v1/status", headers=headers).json()["disk"]
    assert disk["short"] is True
    assert disk["reserve_mb"] == MORE_THAN_THERE_IS
    assert disk["free_mb"] == pytest.approx(shutil.disk_usage(settings.data_dir.parent).free / 1e6, rel=0.1)
    assert web.get("/api/v1/status/disk", headers=headers).json()["short"] is True
    assert web.post("/api/v1/stops", json={"reason": "no room"}, headers=headers).status_code == 200
    assert web.delete("/api/v1/stops", headers=headers).status_code == 200


def test_who_watches_is_told(web: TestClient) -> None:
    readiness = web.get("/readyz")
    assert readiness.status_code == 503
    assert readiness.text.startswith("the disk is nearly full: ")
    assert web.get("/healthz").status_code == 200


def test_the_sentence_names_the_remedy_in_every_language() -> None:
    problem = Problem("disk_short", folder="/data", free=12, reserve=500)
    for lang, words in (("en", "make room"), ("es", "libere espacio"), ("pt-BR", "libere espaço")):
        assert words in say(problem, lang)
        assert "12 MB" in say(problem, lang)
