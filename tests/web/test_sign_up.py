"""Double opt-in: the form, the mail, the button; what scanners, strangers and the impatient achieve."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from pauta.campaigns.lists import save_list
from pauta.content.topics import save_topic
from pauta.events.actions import record_events
from pauta.messages.states import State
from pauta.people.measuring import choose_measured
from pauta.platform.clock import advance
from pauta.privacy.retention import remove_old
from tests.law.conftest import DENIED, GONE, Court, court
from tests.web.conftest import Call, TestClient

__all__ = ["court"]

LINK = re.compile(r"/sign-up/([0-9a-z]{20,})")
AGENT = {"User-Agent": "Firefox"}


def asks(web: TestClient, email: str = "eva@mail.example", lang: str = "es", **rest: object) -> str:
    """Fill the form in; the page that answers."""
    answer = web.post(f"/sign-up?lang={lang}", data={"email": email, "name": "Eva", **rest}, headers=AGENT)
    assert answer.status_code == 200, answer.text
    return answer.text


def mails(court: Court) -> list[str]:
    """Everything that left, as text."""
    court.settle(court.worker_of_fast())
    return [one.content.decode().replace("=\r\n", "") for one in court.post.received]


def link(court: Court) -> str:
    """The link of the newest mail."""
    found = LINK.search(mails(court)[-1])
    assert found
    return found[0]


def test_only_the_button_behind_the_link_in_the_mail_grants_anything(court: Court, web: TestClient) -> None:
    save_topic(court.connection, "news", {"es": "Boletín"})
    court.connection.commit()
    page = asks(web, topic="news")
    assert "Revise su correo" in page
    (mail,) = mails(court)
    assert "eva@mail.example" in mail
    assert court.writes("eva@mail.example") == DENIED
    path = link(court)
    shown = web.get(path)
    assert "Boletín" in shown.text
    assert "Confirme su suscripción" in shown.text
    assert court.one("SELECT count(*) FROM consent") == 0
    for _ in range(2):
        assert "Suscripción confirmada" in web.post(path, headers=AGENT).text
    kept = "SELECT topic, granted, basis, source, locale, proof->>'user_agent', proof->>'asked_ip' FROM consent"
    assert court.all(kept) == [("news", True, "consent", "sign-up form", "es", "Firefox", "127.0.0.1")]
    assert "Boletín" in court.one("SELECT wording FROM consent")
    assert court.writes("eva@mail.example", topic="news") == GONE
    assert court.writes("eva@mail.example", topic="offers") == DENIED


def test_the_mail_that_asks_says_who_asks_from_where_and_how_to_get_none(court: Court, web: TestClient) -> None:
    court.run("UPDATE company SET name = 'Acme', postal_address = 'Calle Mayor 1, Madrid'")
    asks(web)
    (mail,) = mails(court)
    for part in mail.split("Content-Type: text/")[1:]:
        assert ("Calle Mayor 1, Madrid" in part, "/preferences/" in part) == (True, True), part
    way_out = re.search(r"/preferences/[0-9a-z]+", mail)
    assert way_out
    web.post(way_out[0], data={"everything": "1"})
    assert court.one("SELECT count(*) FROM consent WHERE topic = '*' AND NOT granted AND channel = 0") == 1


def test_it_tells_nobody_whether_an_address_is_known_and_changes_nothing_of_a_contact(
    court: Court, web: TestClient
) -> None:
    court.person("ana", "BR")
    court.suppress("beto@mail.example")
    pages = {asks(web, email) for email in ("ana@mail.example", "beto@mail.example", "new@mail.example")}
    assert len(pages) == 1
    assert court.one("SELECT first_name FROM contact WHERE external_id = 'ana'") == "ana"
    court.settle(court.worker_of_fast())
    assert {one.recipient for one in court.post.received} == {"ana@mail.example", "new@mail.example"}


def test_an_address_gets_no_more_of_these_mails_than_enough(court: Court, web: TestClient) -> None:
    for minutes in (0, 5, 10, 20, 30):
        advance(court.file, court.now + timedelta(minutes=minutes))
        asks(web)
    assert len(mails(court)) == 3


def test_one_address_cannot_ask_for_many(court: Court, web: TestClient) -> None:
    answers = [web.post("/sign-up", data={"email": f"c{n}@mail.example"}).status_code for n in range(12)]
    assert answers.count(429) == 2


@pytest.mark.parametrize("email", ["nobody", "", "a@b"])
def test_what_is_no_address_is_said(court: Court, web: TestClient, email: str) -> None:
    answer = web.post("/sign-up?lang=en", data={"email": email})
    assert answer.status_code == 422
    assert "check the e-mail address" in answer.text
    assert court.one("SELECT count(*) FROM contact") == 0


def test_topics_are_chosen_and_never_ticked_before(court: Court, web: TestClient) -> None:
    save_topic(court.connection, "news", {"en": "News"})
    court.connection.commit()
    assert "checked" not in web.get("/sign-up?lang=en").text
    for chosen in ({}, {"topic": "internal"}):
        answer = web.post("/sign-up?lang=en", data={"email": "eva@mail.example", **chosen})
        assert answer.status_code == 422
        assert "at least one topic" in answer.text


def test_a_link_ends_after_a_week_and_the_unconfirmed_are_forgotten(court: Court, web: TestClient) -> None:
    court.person("ana", "BR")
    asks(web)
    path = link(court)
    asks(web, "ana@mail.example")
    mails(court)
    court.later(days=7)
    assert web.post(path).status_code == 404
    assert court.one("SELECT count(*) FROM consent") == 0
    court.later(days=24)
    remove_old(court.connection, court.now)
    court.connection.commit()
    assert court.all("SELECT external_id FROM contact") == [("ana",)]
    assert court.one("SELECT count(*) FROM sign_up") == 0
    assert court.one("SELECT count(*) FROM archive") == 1
    assert court.one("SELECT count(*) FROM message WHERE state = %s", State.SENT) == 2


def test_who_never_confirmed_leaves_no_trace_and_stays_where_colleagues_use_the_contact(
    court: Court, web: TestClient
) -> None:
    asks(web, "eva@mail.example")
    asks(web, "rui@mail.example")
    mails(court)
    save_list(court.connection, court.now, "pilots", ["rui@mail.example"])
    court.run("UPDATE attempt SET answer = '250 for ' || email FROM contact WHERE contact.part = attempt.part")
    bounce = {"contact_id": [1, 2], "name": ["mail_bounce_soft"] * 2, "at": [court.now.isoformat()] * 2}
    said = ['{"said": "eva@mail.example is full"}', "{}"]
    record_events(
        court.connection, {**bounce, "properties": said, "external_id": ["1", "2"]}, source="mail", now=court.now
    )
    choose_measured(court.connection, [1, 2], False, "test", court.now)
    court.later(days=31)
    remove_old(court.connection, court.now)
    court.connection.commit()
    assert court.all("SELECT external_id FROM contact") == [("rui@mail.example",)]
    assert court.all("SELECT contact_id FROM event") == court.all("SELECT contact_id FROM unmeasured") == [(2,)]
    assert court.all("SELECT answer FROM attempt ORDER BY answer") == [("",), ("250 for rui@mail.example",)]


def test_a_denial_is_taken_back_by_who_confirms_and_by_nobody_else(court: Court, web: TestClient) -> None:
    court.person("ana", "ES")
    court.says("ana", "withdrawal", granted=False)
    asks(web, "ana@mail.example")
    assert court.writes("ana") == DENIED
    web.post(link(court))
    assert court.writes("ana", topic="offers") == GONE


def test_other_pages_ask_by_the_api(court: Court, web: TestClient, call: Call) -> None:
    form = {
        "email": "eva@mail.example",
        "topics": ["news"],
        "language": "pt-BR",
        "wording": "Sim, v2",
        "source": "shop",
    }
    assert call("POST", "/sign-ups", json={**form, "proof": {"ip": "203.0.113.7"}}).status_code == 202
    web.post(link(court))
    assert court.all("SELECT wording, source, proof->>'asked_ip' FROM consent") == [("Sim, v2", "shop", "203.0.113.7")]
    assert call("POST", "/sign-ups", json={**form, "email": "nobody"}).status_code == 422
    assert call("POST", "/sign-ups", json=form, role="reader").status_code == 403


def test_a_token_for_something_else_opens_nothing(court: Court, web: TestClient) -> None:
    court.person("ana", "BR")
    court.says("ana")
    token = court.token(court.write("ana"))
    assert web.get(f"/sign-up/{token}").status_code == 404
    assert web.post(f"/sign-up/{token}").status_code == 404
