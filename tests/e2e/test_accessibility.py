"""Every page in three languages, light and dark, wide and narrow: no serious fault, nothing beside the page."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

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
)
VIEWS: dict[str, tuple[str, dict[str, Any]]] = {
    "wide, light": ("en-US", {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}),
    "narrow, dark": ("es-MX", {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}),
}
SERIOUS = {"serious", "critical"}


@pytest.mark.long
@pytest.mark.parametrize("view", VIEWS)
def test_no_page_has_a_serious_fault(sign_in: SignIn, view: str) -> None:
    language, seen = VIEWS[view]
    page = sign_in("admin", language, **seen)
    found = {path: _faults(page, path) for path in PAGES}
    assert {path: faults for path, faults in found.items() if faults} == {}


def _faults(page: Page, path: str) -> list[str]:
    page.goto(path)
    page.wait_for_load_state("networkidle")
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    faults = [
        f"{fault['id']}: {fault['nodes'][0]['html']}"
        for fault in Axe().run(page).response["violations"]
        if fault["impact"] in SERIOUS
    ]
    return faults + ([f"wider than the page by {wider}"] if wider > 0 else [])
