"""Pages for people: who may see them, what they show, and that a caught mail cannot do harm."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest

from pauta.channels.email.caught import add_mails, open_store, store_folder
from pauta.core.gate.vocabulary import Channel
from pauta.people.choices import Frequency
from pauta.platform.settings import LANGUAGES, Settings
from pauta.web import pages
from pauta.web.app import create_app
from tests.conftest import MONDAY
from tests.web.conftest import Call, TestClient

PAGES = Path(pages.__file__).parent
ELSEWHERE = ("203.0.113.7", 50000)


@pytest.fixture
def mail(settings: Settings) -> int:
    """A mail in the catcher, with a script in it; its number."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Olá <Ana>", "news@pauta.example", "ana@acme.example"
    message.set_content("Sua equipe economizou 127 horas.")
    message.add_alternative("<html><head></head><body>Olá<script>alert(1)</script></body></html>", subtype="html")
    store = open_store(store_folder(settings.data_dir))
    add_mails(store, [("news@pauta.example", "ana@acme.example", message.as_bytes())], MONDAY)
    store.close()
    return 1


def test_the_catcher_lists_finds_and_opens_mails(web: TestClient, mail: int) -> None:
    assert "Olá &lt;Ana&gt;" in web.get("/catcher").text
    assert "Olá &lt;Ana&gt;" in web.get("/catcher?search=ACME").text
    assert "Olá" not in web.get("/catcher?search=luna").text
    opened = web.get(f"/catcher/{mail}").text
    assert "127 horas" in opened
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in opened
    assert web.get(f"/catcher/{mail}/raw").text.startswith("Subject:")
    assert web.get("/catcher/99").status_code == 404


def test_a_caught_mail_is_shut_in(web: TestClient, mail: int) -> None:
    shown = web.get(f"/catcher/{mail}/html")
    policy = shown.headers["content-security-policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert '<base target="_blank">' in shown.text


def test_no_catcher_no_page(settings: Settings) -> None:
    without = Settings(data_dir=settings.data_dir, database_url=settings.database_url, catcher_enabled=False)
    with TestClient(create_app(without), base_url="http://127.0.0.1", client=("127.0.0.1", 1)) as client:
        assert client.get("/catcher").status_code == 404
        assert "/catcher" not in client.get("/docs").text


@pytest.mark.usefixtures("mail")
@pytest.mark.parametrize("path", ["/catcher", "/catcher/1/raw", "/metrics"])
def test_from_elsewhere_pages_need_a_key(settings: Settings, secret_of: Callable[[str], str], path: str) -> None:
    with TestClient(create_app(settings), base_url="http://pauta.company.example", client=ELSEWHERE) as client:
        refused = client.get(path)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Basic")
        assert client.get(path, auth=("ana", "pauta_wrong")).status_code == 401
        assert client.get(path, auth=("ana", secret_of("sender"))).status_code == 403
        assert client.get(path, auth=("ana", secret_of("admin"))).status_code == 200
        assert client.get(path, headers={"Authorization": f"Bearer {secret_of('admin')}"}).status_code == 200


def test_a_foreign_name_for_this_machine_opens_nothing(settings: Settings) -> None:
    with TestClient(create_app(settings), base_url="http://evil.example", client=("127.0.0.1", 50000)) as client:
        assert client.get("/catcher").status_code == 401


def test_the_reference_shows_every_request_with_its_right(web: TestClient) -> None:
    shown = web.get("/docs").text
    assert shown.count('<section class="operation"') == sum(
        len(methods) for methods in web.get("/api/v1/openapi.json").json()["paths"].values()
    )
    assert "<code>campaigns.launch</code>" in shown


def test_metrics_count_messages_and_requests(web: TestClient, call: Call) -> None:
    call("PUT", "/teams/sales", json={"title": "Sales"})
    told = web.get("/metrics").text
    assert 'pauta_messages{state="planned"} 0.0' in told
    assert 'pauta_partitions{lease="free"} 64.0' in told
    assert 'pauta_request_seconds_count{method="PUT",route="/teams/{name}",status="200"} 1.0' in told


def test_the_catalogues_of_the_pages_hold_the_same_texts_and_no_more() -> None:
    keys = {
        language: set(json.loads((PAGES.parent / "words" / f"{language}.json").read_text())) for language in LANGUAGES
    }
    assert keys["en"] == keys["es"] == keys["pt-BR"]
    templates = "".join(file.read_text(encoding="utf-8") for file in PAGES.glob("*.html"))
    code = "".join(file.read_text(encoding="utf-8") for file in PAGES.parent.glob("*.py"))
    used = set(re.findall(r"words\.(\w+)", templates)) | set(re.findall(r'said\["(\w+)"\]', code))
    used |= {f"by_{one.name}" for one in Channel} | {f"every_{one}" for one in Frequency}
    used |= keys["en"] & set(re.findall(r'"(\w+)"', code))
    assert keys["en"] == used
