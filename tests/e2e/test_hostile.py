"""Names that are markup, right-to-left or very long, on every page that shows them."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import SignIn

MARKUP = "<img src=x onerror=\"document.title='hostile'\">{{ 7 * 7 }}"
LONG = "W" * 199
TURNED = "\u202eagrat\u202c عميل"
PAGES = (
    "/?day=2026-12-08",
    "/?view=day&day=2026-12-08",
    "/campaigns",
    "/customers?search=hostile",
    "/contacts/hostile-0",
    "/contacts/hostile-1",
    "/contacts/hostile-2",
    "/accounts/hostile",
    "/requests",
    "/tasks?of=all",
    "/silence",
    "/policies",
    "/audit",
    "/inbox",
    "/settings?tab=people",
    "/settings?tab=rights",
)


@pytest.mark.long
@pytest.mark.parametrize("width", [1280, 390])
def test_hostile_names_are_text_and_stay_within_the_page(sign_in: SignIn, width: int) -> None:
    page = sign_in("admin", viewport={"width": width, "height": 900})
    _fill(page)
    for path in (*PAGES, *(f"/campaigns/{number} {LONG[:110]}" for number in range(3))):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert page.title() != "hostile", path
        assert page.locator("img[src=x]").count() == 0, path
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, path


def _fill(page: Page) -> None:
    names = (MARKUP, LONG, TURNED)
    _ask(page, "PUT", "/accounts/hostile", {"name": LONG, "attributes": {"note": LONG, MARKUP: MARKUP}})
    template = page.evaluate("fetch('/api/v1/templates').then((answer) => answer.json())")[0]["name"]
    for number, name in enumerate(names):
        contact = {"first_name": name, "last_name": "hostile", "email": f"hostile{number}@mareia.example"}
        _ask(page, "PUT", f"/contacts/hostile-{number}", {**contact, "account": "hostile", "attributes": {"x": name}})
        _ask(page, "PUT", f"/teams/hostile{number}", {"title": name})
        wish = {"title": name, "what": name, "whom": name, "goal": name, "team": "marketing", "wished": "2026-12-08"}
        _ask(page, "POST", "/requests", wish)
        task = {"title": name, "contact": f"hostile-{number}", "assignee": "ana.ribeiro@mareia.example"}
        _ask(page, "POST", "/tasks", {**task, "due": "2026-12-08"})
        meeting = {"title": name, "at": "2026-12-08T13:00:00Z", "contacts": [f"hostile-{number}"]}
        _ask(page, "POST", "/calendar/meetings", meeting)
        hold = {"until": "2026-12-24", "reason": name}
        _ask(page, "POST", f"/contacts/hostile-{number}/holds", hold)
        campaign = {"type": "promotional", "topic": name[:100], "template": template, "not_before": "2026-12-08"}
        _ask(page, "POST", f"/campaigns/{number} {LONG[:110]}", campaign)


def _ask(page: Page, method: str, path: str, form: dict[str, Any]) -> None:
    status = page.evaluate(
        """([method, path, form]) => fetch(`/api/v1${encodeURI(path)}`, {
            method, body: JSON.stringify(form), headers: { "X-Pauta": "1", "Content-Type": "application/json" },
        }).then(async (answer) => `${answer.status} ${await answer.text()}`)""",
        [method, path, form],
    )
    assert status[:3] in ("200", "201", "204", "409"), (path, status)
