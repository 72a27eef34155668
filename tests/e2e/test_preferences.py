"""The preference centre in a browser: three languages, with and without scripts, by keyboard alone, wide and narrow."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from time import sleep
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from psycopg import Connection

from pauta.channels.email.links import link_keys
from pauta.content.actions import publish
from pauta.content.topics import save_topic
from pauta.core.gate.vocabulary import Channel
from pauta.core.render import TemplateSource
from pauta.core.tokens import Purpose
from pauta.messages.actions import propose_one
from pauta.messages.terms import Terms
from pauta.people.actions import ConsentEntry, ContactValues, append_consent, upsert_contact
from pauta.people.company import CompanyValues, save_company
from pauta.pipeline.sign_ups import Asked, ask
from pauta.platform.settings import Settings
from pauta.team.actions import save_team
from pauta.web.app import create_app
from tests.conftest import ADMIN, MONDAY
from tests.e2e.test_accessibility import SERIOUS

WORDS = {
    "en": ("Newsletter", "Save", "Your choices are saved.", "Unsubscribe from everything"),
    "es": ("Boletín", "Guardar", "Sus preferencias están guardadas.", "Darse de baja de todo"),
    "pt-BR": ("Boletim", "Salvar", "Suas escolhas foram salvas.", "Cancelar todas as inscrições"),
}
SIGN_UP = {
    "en": (
        *("Send me the e-mail to confirm", "Check your inbox"),
        *("Yes, send me these e-mails", "Your subscription is confirmed"),
    ),
    "es": (
        *("Enviarme el correo de confirmación", "Revise su correo"),
        *("Sí, quiero recibirlos", "Suscripción confirmada"),
    ),
    "pt-BR": (
        *("Enviar o e-mail de confirmação", "Veja sua caixa de entrada"),
        *("Sim, quero receber", "Inscrição confirmada"),
    ),
}
VIEWS: dict[str, dict[str, Any]] = {
    "wide, light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "narrow, dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
    "narrow, light": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
}


@pytest.fixture
def token(connection: Connection[Any]) -> str:
    """What stands in the links of a newsletter to Ana, who agreed to everything."""
    save_company(connection, CompanyValues("Sur", "Rua das Marés, 100"), zone="UTC", language="en")
    save_team(connection, "marketing", "Marketing")
    for topic, titles in {
        "news": {"en": "Newsletter", "es": "Boletín", "pt-BR": "Boletim"},
        "tips": {"en": "Tips for every week", "es": "Consejos para cada semana", "pt-BR": "Dicas para cada semana"},
    }.items():
        save_topic(connection, topic, titles)
    publish(connection, "hello", {"en": TemplateSource("Hi", "<p>Hi</p>")}, "ana", MONDAY)
    stored = upsert_contact(connection, ContactValues(external_id="ana", email="ana@acme.example"), MONDAY)
    entry = ConsentEntry(channel=Channel.email, granted=True, basis="consent", source="test", at=MONDAY)
    append_consent(connection, stored.ids, entry, MONDAY)
    terms = Terms(type="promotional", topic="news", team="marketing")
    made = propose_one(connection, MONDAY, terms, contact="ana", template="hello", key="1", who=ADMIN)
    connection.commit()
    return link_keys(connection).token(Purpose.CHOICES, made.message_id)


@pytest.fixture
def pages(settings: Settings) -> Iterator[str]:
    """Address of a web server on the test's database."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(create_app(settings), log_level="warning"))
        running = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        running.start()
        while not server.started:
            sleep(0.02)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        running.join()


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("lang", WORDS)
def test_choices_are_made_by_keyboard_alone(
    browser: Browser, pages: str, token: str, connection: Connection[Any], lang: str, scripts: bool
) -> None:
    newsletter, save, saved, everything = WORDS[lang]
    page = browser.new_context(locale=lang, java_script_enabled=scripts).new_page()
    page.goto(f"{pages}/preferences/{token}")
    assert page.locator("html").get_attribute("lang") == lang
    box = page.get_by_role("checkbox", name=newsletter)
    expect(box).to_be_checked()
    reach(page, box)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    reach(page, page.get_by_role("button", name=save, exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text(saved)
    assert rows(connection, "SELECT topic, at_most, days FROM preference") == [("news", 1, 7)]
    reach(page, box)
    page.keyboard.press("Space")
    reach(page, page.get_by_role("button", name=save, exact=True))
    page.keyboard.press("Enter")
    expect(box).not_to_be_checked()
    reach(page, page.get_by_role("button", name=everything))
    page.keyboard.press("Enter")
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(0)
    denied = "SELECT topic, granted FROM consent WHERE source = 'preference centre' AND channel = 0 ORDER BY id"
    assert rows(connection, denied) == [("news", False), ("*", False)]
    page.context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_page_to_unsubscribe_acts_on_its_button_alone(
    browser: Browser, pages: str, token: str, connection: Connection[Any], scripts: bool
) -> None:
    page = browser.new_context(locale="en", java_script_enabled=scripts).new_page()
    page.goto(f"{pages}/unsubscribe/{token}")
    asked = "SELECT topic FROM consent WHERE NOT granted"
    assert rows(connection, asked) == []
    reach(page, page.get_by_role("button", name="Unsubscribe from “Newsletter”"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Newsletter")
    assert rows(connection, asked) == [("news",)]
    page.context.close()


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("lang", SIGN_UP)
def test_signing_up_by_keyboard_alone_counts_after_the_button_behind_the_link(
    browser: Browser, pages: str, token: str, connection: Connection[Any], lang: str, scripts: bool
) -> None:
    topic, send, look, confirm, confirmed = (WORDS[lang][0], *SIGN_UP[lang])
    page = browser.new_context(locale=lang, java_script_enabled=scripts).new_page()
    page.goto(f"{pages}/sign-up")
    reach(page, page.locator("#email"))
    page.keyboard.type("eva@mail.example")
    reach(page, page.get_by_role("checkbox", name=topic))
    page.keyboard.press("Space")
    reach(page, page.get_by_role("button", name=send))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(look)
    page.goto(f"{pages}/sign-up/{link_of(connection)}")
    asked = "SELECT topic, locale, granted FROM consent WHERE source = 'sign-up form'"
    assert rows(connection, asked) == []
    reach(page, page.get_by_role("button", name=confirm))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(confirmed)
    assert rows(connection, asked) == [("news", lang, True)]
    page.context.close()


def link_of(connection: Connection[Any]) -> str:
    """What stands in the link by which the newest sign-up is confirmed."""
    made = link_keys(connection).token(Purpose.SIGN_UP, rows(connection, "SELECT max(id) FROM sign_up")[0][0])
    connection.commit()
    return made


@pytest.mark.parametrize("view", VIEWS)
def test_no_page_has_a_serious_fault(
    browser: Browser, pages: str, token: str, connection: Connection[Any], view: str
) -> None:
    page = browser.new_context(locale="pt-BR", **VIEWS[view]).new_page()
    asked = Asked("eva@mail.example", "", ["news", "tips"], "form", "Sim", "pt-BR", {})
    ask(connection, MONDAY, asked, lambda token: token)
    paths = ["/sign-up", "/sign-up?asked=1", f"/sign-up/{link_of(connection)}"]
    for path in (f"/preferences/{token}?saved=1", f"/unsubscribe/{token}", "/preferences/nobodys", *paths):
        page.goto(pages + path)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0
        found = Axe().run(page).response["violations"]
        assert [fault["nodes"][0]["html"] for fault in found if fault["impact"] in SERIOUS] == []
    page.context.close()


def reach(page: Page, wanted: Any) -> None:
    """Go to something by the Tab key."""
    for _ in range(40):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("the keyboard does not get there")


def rows(connection: Connection[Any], query: str) -> list[Any]:
    """The rows that a query gives now."""
    found = connection.execute(query).fetchall()
    connection.commit()
    return found
