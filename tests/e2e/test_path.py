"""The path of a marketer through the screens, in Portuguese: what collides, what a move would do, and who waits why."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import SignIn

DRAFT = "Upgrade to Complete"


@pytest.fixture
def page(sign_in: SignIn) -> Page:
    """Ana, in Portuguese, on the calendar."""
    return sign_in("marketer", "pt-BR")


def test_from_the_calendar_to_a_better_day_and_to_the_one_who_waits(page: Page) -> None:
    expect(page.get_by_role("heading", name="Calendário", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="Monthly newsletter").first).to_be_visible()
    expect(page.get_by_role("link", name="Launch of Conciliação").first).to_be_visible()

    page.goto(f"/campaigns/{DRAFT}")
    expect(page.get_by_text("Quem fica de fora, e por quê")).to_be_visible(timeout=60_000)
    best = page.get_by_role("radio", name=re.compile("melhor dia"))
    best.click()
    expect(best).to_be_checked()
    page.get_by_role("button", name=re.compile("^Mover para")).click()
    expect(page.get_by_text(re.compile("A campanha passou para"))).to_be_visible()

    page.goto("/")
    page.get_by_role("combobox", name="Buscar contatos, contas e campanhas").or_(
        page.get_by_label("Buscar contatos, contas e campanhas")
    ).first.fill("C00534")
    page.get_by_role("option").first.click()
    expect(page.get_by_role("heading", name="O que vem, e por quê")).to_be_visible()
    newsletter = page.get_by_role("article", name="Monthly newsletter")
    expect(newsletter.get_by_text(re.compile("espera até"))).to_be_visible()
    expect(newsletter.get_by_text("two a week").first).to_be_visible()


def test_a_campaign_is_moved_by_keyboard_and_nothing_changes_before_it_is_confirmed(page: Page) -> None:
    page.goto("/?view=list")
    grip = page.get_by_role("button", name="Mover “How are things” para outro dia").first
    grip.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Quem espera, e por quê")).to_be_visible(timeout=60_000)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.goto("/audit")
    expect(page.get_by_text("How are things")).to_have_count(0)


def test_the_stop_switch_stops_and_says_so_on_every_page(page: Page) -> None:
    page.get_by_role("button", name="Parar os envios…").first.click()
    page.get_by_label("Por quê").fill("Preços errados")
    page.get_by_role("button", name="Parar agora").click()
    page.goto("/policies")
    expect(page.get_by_role("alert").get_by_text("Preços errados")).to_be_visible()
    page.get_by_role("button", name="Liberar os envios").click()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_whoever_has_not_signed_in_is_asked_to_and_comes_back(sign_in: SignIn) -> None:
    page = sign_in("reader")
    page.get_by_role("button", name="Você e suas configurações").click()
    page.get_by_role("menuitem", name="Sair").click()
    page.wait_for_url("**/sign-in")
    page.goto("/customers?search=Andr")
    page.wait_for_url(re.compile("/sign-in"))
    page.get_by_role("button", name="Igor Castilho").click()
    expect(page.get_by_role("heading", name="Contatos")).to_be_visible()
    expect(page).to_have_url(re.compile("search=Andr"))


def test_a_campaign_is_submitted_and_the_one_who_is_asked_approves_it(page: Page, sign_in: SignIn) -> None:
    page.goto(f"/campaigns/{DRAFT}?tab=approval")
    page.get_by_role("button", name="Enviar para aprovação").click()
    expect(page.get_by_text("aguardando aprovação")).to_be_visible()
    expect(page.get_by_role("button", name="Aprovar")).to_have_count(0)

    lawyer = sign_in("reviewer", "pt-BR")
    lawyer.goto("/approvals")
    lawyer.get_by_role("link", name=DRAFT).click()
    lawyer.get_by_role("button", name="Aprovar").click()
    expect(lawyer.get_by_text("aprovada", exact=True)).to_be_visible()
