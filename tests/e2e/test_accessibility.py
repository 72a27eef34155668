"""Every page in three languages, light and dark, wide and narrow: no serious fault, nothing beside the page."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import SignIn

PAGES = (
    "/",
    "/?view=week",
    "/?view=day",
    "/?view=list",
    "/campaigns",
    "/campaigns/new",
    "/campaigns/Upgrade to Complete",
    "/campaigns/Monthly newsletter",
    "/customers?search=an",
    "/contacts/C00534",
    "/accounts/A00084",
    "/journeys",
    "/segments",
    "/policies",
    "/mix?by=stage",
    "/silence",
    "/inbox",
    "/requests",
    "/tasks?of=all",
    "/audit",
    "/settings",
    "/settings?tab=people",
    "/settings?tab=rights",
    "/settings?tab=approvals",
    "/settings?tab=mails",
)
VIEWS: dict[str, tuple[str, dict[str, Any]]] = {
    "wide, light": ("en-US", {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}),
    "narrow, dark": ("es-MX", {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}),
}
DIALOGS = (
    ("/", "Assinar"),
    ("/", "Público: todos"),
    ("/", "Parar os envios…"),
    ("/", "Adicionar", "Reunião"),
    ("/", "Adicionar", "Janela de manutenção"),
    ("/requests", "Pedir uma campanha"),
    ("/tasks", "Nova tarefa"),
    ("/policies", "Nova política", ""),
    ("/contacts/C00534", "Suspender até…"),
    ("/contacts/C00534", "Privacidade", "Apagar"),
    ("/settings?tab=people", "Convidar um colega"),
    ("/settings?tab=rights", "Nova autorização"),
    ("/settings?tab=approvals", "Nova regra"),
)
"""Pages, and the button (and item of its menu) that opens a dialog there, as the administrator reads them."""

SERIOUS = {"serious", "critical"}


@pytest.mark.long
@pytest.mark.parametrize("view", VIEWS)
def test_no_page_has_a_serious_fault(sign_in: SignIn, view: str) -> None:
    language, seen = VIEWS[view]
    page = sign_in("admin", language, **seen)
    found = {path: _faults(page, path) for path in PAGES}
    assert {path: faults for path, faults in found.items() if faults} == {}


@pytest.mark.long
@pytest.mark.parametrize("view", VIEWS)
def test_no_dialog_has_a_serious_fault(sign_in: SignIn, view: str) -> None:
    language, seen = VIEWS[view]
    page = sign_in("admin", language, **seen)
    found = {way: _faults_of_dialog(page, *way) for way in DIALOGS}
    assert {way: faults for way, faults in found.items() if faults} == {}


def _faults_of_dialog(page: Page, path: str, opener: str, item: str | None = None) -> list[str]:
    page.goto(path)
    page.locator("#main").get_by_role("button", name=opener).or_(page.get_by_role("button", name=opener)).first.click()
    if item is not None:
        page.get_by_role("menuitem", name=item).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)  # until it has faded in: half-seen letters have little contrast
    faults = _seen(page)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    return faults


def _faults(page: Page, path: str) -> list[str]:
    page.goto(path)
    page.wait_for_load_state("networkidle")
    return _seen(page)


def _seen(page: Page) -> list[str]:
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    faults = [
        f"{fault['id']}: {fault['nodes'][0]['html']}"
        for fault in Axe().run(page).response["violations"]
        if fault["impact"] in SERIOUS
    ]
    return faults + ([f"wider than the page by {wider}"] if wider > 0 else [])
