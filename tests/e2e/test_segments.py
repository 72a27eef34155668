"""A marketer writes a segment on the screen, sees whom it finds, and asks why somebody is in it."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.conftest import SignIn


def test_a_segment_is_written_counted_saved_and_explained(sign_in: SignIn) -> None:
    page = sign_in("marketer")
    page.goto("/segments")
    page.get_by_role("button", name="Novo segmento").click()
    page.get_by_role("textbox", name="Nome").first.fill("Falam espanhol")
    page.get_by_role("combobox", name="Campo").click()
    page.get_by_role("option", name="idioma do contato").click()
    page.get_by_role("combobox", name="Valor").click()
    page.get_by_role("option", name=re.compile("^espa", re.IGNORECASE)).click()
    expect(page.get_by_role("status").filter(has_text="%")).to_be_visible()
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_role("heading", name="Falam espanhol", level=1)).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="contato")).to_be_visible()
    expect(page.get_by_role("heading", name="Quem está nele")).to_be_visible()
    someone = page.locator("a[href^='/contacts/']").first.get_attribute("href")
    assert someone is not None
    page.get_by_label("Por que alguém está nele, ou não?").fill(someone.removeprefix("/contacts/"))
    page.get_by_role("button", name="Explicar").click()
    expect(page.get_by_label("vale").first).to_be_visible()
