"""What people enter beside campaigns: meetings, feeds, colleagues. Whole in a browser, against a demonstration."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SignIn


@pytest.mark.long
def test_a_meeting_is_entered_and_taken_back(sign_in: SignIn) -> None:
    page = sign_in("admin")
    page.get_by_role("button", name="Adicionar", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Ligação")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Título").fill("Revisão trimestral")
    dialog.get_by_label("Com quem").first.fill("C00534")
    page.get_by_role("option").first.click()
    dialog.get_by_label("Título").click()
    dialog.get_by_role("button", name="Adicionar ao calendário").click()
    expect(dialog).to_have_count(0)
    page.goto("/?view=day")
    expect(page.get_by_text("Revisão trimestral").first).to_be_visible()
    page.get_by_role("button", name="Retirar “Revisão trimestral”").click()
    page.get_by_role("dialog").get_by_role("button", name="Retirar", exact=True).click()
    expect(page.get_by_role("button", name="Retirar “Revisão trimestral”")).to_have_count(0)


@pytest.mark.long
def test_a_feed_is_read_until_it_is_revoked(sign_in: SignIn) -> None:
    page = sign_in("admin")
    page.get_by_role("button", name="Assinar").click()
    page.get_by_label("Nome da assinatura").fill("Minha agenda")
    page.get_by_role("button", name="Criar uma assinatura").click()
    address = page.get_by_label("Endereço da assinatura").input_value()
    assert httpx.get(address).text.startswith("BEGIN:VCALENDAR")
    page.get_by_role("button", name="Revogar “Minha agenda”").click()
    expect(page.get_by_role("button", name="Revogar “Minha agenda”")).to_have_count(0)
    assert httpx.get(address).status_code == 404


@pytest.mark.long
def test_a_refused_invitation_says_so_at_its_field(sign_in: SignIn) -> None:
    page = sign_in("admin")
    page.goto("/settings?tab=people")
    page.get_by_role("button", name="Convidar um colega").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Nome").fill("Ana Ribeiro")
    dialog.get_by_label("E-mail").fill("ana.ribeiro@mareia.example")
    dialog.get_by_role("button", name="Convidar").click()
    expect(dialog.get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")
    dialog.get_by_label("E-mail").fill("ana.nova@mareia.example")
    dialog.get_by_role("button", name="Convidar").click()
    expect(
        page.get_by_role("row").filter(has_text="ana.nova@mareia.example").get_by_text("convite enviado")
    ).to_be_visible()


@pytest.mark.long
def test_the_calendar_of_an_audience_is_shared_by_its_address(sign_in: SignIn) -> None:
    page = sign_in("admin")
    page.get_by_role("button", name="Público: todos").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Uma lista").click()
    dialog.get_by_role("combobox", name="Lista").click()
    page.get_by_role("option", name="customer council").click()
    expect(dialog.get_by_role("status").filter(has_text="contatos")).to_be_visible()
    dialog.get_by_role("button", name="Mostrar").click()
    expect(page.get_by_role("button", name="Público: a lista “customer council”")).to_be_visible()
    other = sign_in("marketer")
    other.goto(page.url)
    expect(other.get_by_role("button", name="Público: a lista “customer council”")).to_be_visible()
    other.get_by_role("button", name="Todos os contatos").click()
    expect(other.get_by_role("button", name="Público: todos")).to_be_visible()


@pytest.mark.long
def test_a_duplicate_is_merged_and_its_old_id_leads_to_who_stays(sign_in: SignIn) -> None:
    page = sign_in("admin")
    page.goto("/contacts/C00534")
    page.get_by_role("button", name="Unir…").click()
    dialog = page.get_by_role("dialog")
    duplicate = dialog.get_by_role("combobox", name="O duplicado")
    expect(duplicate).to_be_focused()
    duplicate.fill("C00535")
    page.get_by_role("option").first.click()
    expect(dialog.get_by_role("cell", name="C00535", exact=True)).to_be_visible()
    expect(dialog.get_by_role("button", name="Unir", exact=True)).to_be_disabled()
    dialog.get_by_label("Sei que isso não pode ser desfeito").check()
    dialog.get_by_role("button", name="Unir", exact=True).click()
    expect(dialog).to_have_count(0)
    stays = page.get_by_role("heading", level=1).inner_text()
    page.goto("/contacts/C00535")
    expect(page.get_by_role("heading", level=1)).to_have_text(stays)


@pytest.mark.long
def test_a_stop_of_one_sort_of_mails_is_not_told_as_one_of_everything(sign_in: SignIn) -> None:
    page = sign_in("admin")
    stop = {"channel": None, "stream": "bulk", "reason": "Queixas", "actor": "pauta", "at": "2026-11-23T12:00:00Z"}
    page.route("**/api/v1/stops*", lambda route: route.fulfill(json=[stop]))
    page.goto("/policies")
    expect(page.get_by_role("alert").filter(has_text="Queixas")).to_contain_text("Parado: e-mails em massa")


@pytest.mark.long
def test_a_nested_filter_may_be_anything_while_it_is_written(sign_in: SignIn) -> None:
    page = sign_in("admin")
    nested = {"filter": {"all": [{"any": [{"field": "contact.country", "op": "=", "value": "BR"}]}]}}
    page.goto(f"/?audience={quote(json.dumps(nested))}")
    page.get_by_role("button", name=re.compile("^Público: quem atende")).click()
    field = page.get_by_role("dialog").get_by_label("Filtro")
    for text in ("1", "null", "{", '{"filter": {"field": "contact.country", "op": "=", "value": "AR"}}'):
        field.fill(text)
        expect(field).to_have_value(text)
    page.get_by_role("dialog").get_by_role("button", name="Mostrar").click()
    expect(page).to_have_url(re.compile("AR"))
