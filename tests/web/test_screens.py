"""The app's page and files: what browsers keep, what the page loads, and what stands there before it is built."""

from __future__ import annotations

import gzip
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from pauta.web import screens
from tests.web.conftest import TestClient

ROOT = Path(__file__).parents[2]
FIRST_LOAD = 300_000
"""Bytes of compressed script before the parts that each page loads when it is opened."""


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small app in place of the real one."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "main-1a2b.js").write_text("console.log('pauta');" * 100)
    (tmp_path / "index.html").write_text('<meta name="nonce" content="__NONCE__"><div id="root"></div>')
    (tmp_path / "secret.txt").write_text("not for browsers")
    monkeypatch.setattr(screens, "FOLDER", tmp_path)
    return tmp_path


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("path", ["/", "/sign-in", "/campaigns", "/campaigns/Spring%20offer", "/contacts/C%2F1"])
def test_every_address_of_the_app_answers_with_its_page(web: TestClient, path: str) -> None:
    shown = web.get(path)
    assert (shown.status_code, '<div id="root">' in shown.text) == (200, True)
    assert shown.headers["cache-control"] == "no-cache"


@pytest.mark.usefixtures("built")
def test_the_page_runs_our_scripts_alone_and_each_answer_has_its_own_nonce(web: TestClient) -> None:
    nonces = []
    for shown in (web.get("/"), web.get("/")):
        policy = shown.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        found = re.search("style-src 'self' 'nonce-([^']+)'", policy)
        assert found is not None
        assert f'content="{found[1]}"' in shown.text
        nonces.append(found[1])
    assert nonces[0] != nonces[1]


def test_the_frame_of_mails_runs_its_own_line_alone(web: TestClient) -> None:
    shown = web.get("/frame")
    policy = shown.headers["content-security-policy"]
    line = re.search("<script>(.*)</script>", shown.text)
    assert line is not None
    assert f"script-src 'sha256-{b64encode(sha256(line[1].encode()).digest()).decode()}'" in policy
    assert policy.startswith("sandbox allow-scripts; default-src 'none'")
    assert "allow-same-origin" not in policy


def test_files_are_kept_for_ever_and_packed_for_those_who_unpack(web: TestClient, built: Path) -> None:
    packed = web.get("/assets/main-1a2b.js", headers={"Accept-Encoding": "gzip"})
    plain = web.get("/assets/main-1a2b.js", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content == (built / "assets" / "main-1a2b.js").read_bytes()
    assert "immutable" in packed.headers["cache-control"]
    assert packed.headers["content-type"].startswith("text/javascript")


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    "path", ["/assets/gone.js", "/assets/..%2Fsecret.txt", "/assets/%2E%2E", "/nowhere", "/api/v1/no"]
)
def test_nothing_else_answers(web: TestClient, path: str) -> None:
    assert web.get(path).status_code == 404


def test_somebody_at_a_wrong_address_gets_a_page_and_a_program_a_problem(web: TestClient) -> None:
    shown = web.get("/nowhere?lang=pt-BR", headers={"Accept": "text/html"})
    assert (shown.status_code, "Esta página não existe" in shown.text) == (404, True)
    assert web.get("/api/v1/no", headers={"Accept": "text/html"}).json()["code"] == "web_not_found"


def test_before_the_build_the_page_says_what_to_do(
    web: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screens, "FOLDER", tmp_path / "none")
    shown = web.get("/?lang=en")
    assert (shown.status_code, "make setup" in shown.text) == (503, True)


def test_every_page_of_the_router_has_its_address() -> None:
    router = (ROOT / "ui" / "src" / "app" / "router.tsx").read_text(encoding="utf-8")
    first_parts = {path.split("/")[1] for path in re.findall(r'path: "(/[^"]*)"', router)} - {""}
    assert first_parts == set(screens.ADDRESSES)


def test_the_first_load_is_small() -> None:
    built = ROOT / "src" / "pauta" / "web" / "static"
    page = (built / "index.html").read_text(encoding="utf-8")
    first = set(re.findall(r'(?:src|href)="/(assets/[^"]+\.js)"', page))
    catalogue = max((built / "assets").glob("pt-BR-*.js"), key=lambda file: file.stat().st_size)
    sizes = [len(gzip.compress(file.read_bytes())) for file in [*(built / name for name in first), catalogue]]
    assert first
    assert sum(sizes) < FIRST_LOAD
