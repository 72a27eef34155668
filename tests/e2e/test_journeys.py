"""The renewal journey, built by mouse in the picture and by keyboard alone in the list; contacts go through it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import SignIn, Site

ENTRY = "Às 09:00, 60 dias antes de “account.renewal_date”"
MESSAGE = "Enviar “renewal” (e-mail)"
WAIT = "Esperar até as 09:00, 30 dias antes de “account.renewal_date”"


@pytest.mark.long
def test_the_renewal_is_built_by_mouse_and_contacts_go_through_it(sign_in: SignIn, site: Site) -> None:
    page = sign_in("admin")
    _begin(page, "Renovação à mão")
    page.get_by_text("Quando acontece algo ainda não indicado").click()
    form = page.get_by_role("dialog")
    form.get_by_role("combobox", name="Quem entra").click()
    page.get_by_role("option", name="Quem se aproxima de uma data").click()
    form.get_by_label("Atributo").fill("account.renewal_date")
    form.get_by_label("Dias", exact=True).fill("60")
    _close(page)
    _add(page, ENTRY, "Enviar uma mensagem")
    form.get_by_role("combobox", name="Conteúdo").click()
    page.get_by_role("option", name="renewal", exact=True).click()
    _close(page)
    _add(page, MESSAGE, "Esperar uma data")
    form.get_by_label("Atributo").fill("account.renewal_date")
    form.get_by_label("Dias", exact=True).fill("30")
    _close(page)
    expect(page.get_by_role("button", name="Publicar…")).to_be_enabled()
    _drop(page, "Dar uma tarefa a um colega", page.get_by_role("button", name=f"Adicionar um passo depois de: {WAIT}"))
    expect(page.get_by_role("button", name="Publicar…")).to_be_disabled()
    form.get_by_label("O que fazer").fill("Ligar")
    _close(page)
    _publish(page)
    assert _kinds(page, "Renovação à mão") == ["message", "wait_date", "task", "exit", "exit"]

    site.clock.jump(site.clock.now + timedelta(days=3))
    page = sign_in("admin")  # the session of three days ago has ended
    page.goto("/journeys/Renovação à mão")
    passed = page.get_by_role("button", name=re.compile(rf"^Quem seguiu de: {re.escape(MESSAGE)}: [1-9]"))
    expect(passed).to_be_visible(timeout=120_000)
    passed.click()
    first = page.get_by_role("dialog").get_by_role("listitem").first
    expect(first).to_contain_text(WAIT)
    first.get_by_role("link").click()
    expect(page).to_have_url(re.compile("/contacts/C"))


@pytest.mark.long
def test_the_same_is_built_by_keyboard_alone(sign_in: SignIn) -> None:
    page = sign_in("admin", viewport={"width": 390, "height": 844})
    _begin(page, "Renovação no teclado")
    _press(page, page.get_by_role("button", name=re.compile("^Quem entra")), "Enter")
    form = page.get_by_role("dialog")
    _press(page, form.get_by_role("combobox", name="Quem entra"), "ArrowDown", "ArrowDown", "Enter")
    _type(page, form.get_by_label("Atributo"), "account.renewal_date")
    _type(page, form.get_by_label("Dias", exact=True), "60")
    _close(page)
    _choose(page, ENTRY, "Enviar uma mensagem")
    _type(page, form.get_by_role("combobox", name="Conteúdo"), "renewal")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    _close(page)
    _choose(page, MESSAGE, "Dar uma tarefa a um colega")
    _type(page, form.get_by_label("O que fazer"), "Ligar")
    _close(page)
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Tarefa para quem cuida da conta: Ligar")).to_have_count(0)
    page.keyboard.press("Control+y")
    expect(page.get_by_text("Tarefa para quem cuida da conta: Ligar")).to_be_visible()
    _press(page, page.get_by_role("button", name=f"O que fazer com: {MESSAGE}"), "Enter")
    _down_to(page, "Copiar")
    _choose(page, MESSAGE, "Colar o que foi copiado")
    expect(page.get_by_role("button", name=MESSAGE, exact=True)).to_have_count(2)
    _press(page, page.get_by_role("button", name="Publicar…"), "Enter")
    _press(page, page.get_by_role("button", name="Publicar agora"), "Enter")
    expect(page.get_by_text(re.compile("^Versão 1 desde"))).to_be_visible()
    assert sorted(_kinds(page, "Renovação no teclado")) == ["exit", "exit", "message", "message", "task"]


@pytest.mark.long
def test_nothing_unsaved_is_lost_and_a_ready_journey_tells_what_it_would_do(sign_in: SignIn) -> None:
    page = sign_in("admin")
    _begin(page, "Renovação pronta", "Renovação")
    page.get_by_role("button", name="Simular…").click()
    page.get_by_role("dialog").get_by_role("button", name="Simular", exact=True).click()
    expect(page.get_by_role("dialog").get_by_text(re.compile("contatos foram considerados"))).to_be_visible(
        timeout=120_000
    )
    _close(page)
    page.locator(".react-flow__node").nth(1).focus()
    page.keyboard.press("Delete")
    page.get_by_role("link", name="Tarefas").click()
    dialog = page.get_by_role("dialog", name="Sair sem salvar?")
    dialog.get_by_role("button", name="Ficar").click()
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_text("O rascunho foi salvo.")).to_be_visible()
    page.get_by_role("link", name="Tarefas").click()
    expect(page).to_have_url(re.compile("/tasks"))


def _begin(page: Page, name: str, ready: str = "Uma jornada vazia") -> None:
    page.goto("/journeys")
    page.get_by_role("button", name="Nova jornada").click()
    page.get_by_role("dialog").get_by_label(ready, exact=True).check()
    page.get_by_role("textbox", name="Nome").fill(name)
    page.get_by_role("button", name="Começar", exact=True).click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def _close(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def _add(page: Page, after: str, kind: str) -> None:
    page.get_by_role("button", name=f"Adicionar um passo depois de: {after}").click()
    page.get_by_role("menuitem", name=kind).click()


def _choose(page: Page, after: str, kind: str) -> None:
    _press(page, page.get_by_role("button", name=f"Adicionar um passo depois de: {after}").first, "Enter")
    _down_to(page, kind)


def _down_to(page: Page, item: str) -> None:
    chosen = page.get_by_role("menuitem", name=item)
    expect(chosen).to_be_visible()
    for _ in range(20):
        page.keyboard.press("ArrowDown")
        if chosen.evaluate("(item) => item === document.activeElement"):
            page.keyboard.press("Enter")
            expect(page.get_by_role("menuitem")).to_have_count(0)
            return
    pytest.fail(f"the keyboard does not come to {item}")


def _press(page: Page, at: Locator, *keys: str) -> None:
    expect(at).to_be_enabled()
    at.focus()
    for key in keys:
        page.keyboard.press(key)


def _type(page: Page, at: Locator, text: str) -> None:
    _press(page, at, "Control+a")
    page.keyboard.type(text)


def _drop(page: Page, piece: str, onto: Locator) -> None:
    page.locator("[draggable=true]").filter(has_text=piece).drag_to(onto)


def _publish(page: Page) -> None:
    page.get_by_role("button", name="Publicar…").click()
    page.get_by_role("button", name="Publicar agora").click()
    expect(page.get_by_text(re.compile("^Versão 1 desde"))).to_be_visible()


def _kinds(page: Page, name: str) -> list[str]:
    """The kinds of the steps of a journey as it was published, in the order in which it goes through them."""
    document: dict[str, Any] = page.request.get(f"/api/v1/journeys/{name}").json()["draft"]
    nodes = {node["id"]: node for node in document["nodes"]}
    order = [document["start"]]
    while (following := nodes[order[-1]].get("next")) and following not in order:
        order.append(following)
    return [nodes[key]["kind"] for key in [*order, *(key for key in nodes if key not in order)]][: len(nodes)]
