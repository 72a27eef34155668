"""Unsubscribing and choosing by the links in mails: who may, what it changes, and how soon."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import cached_property
from hashlib import sha256
from time import monotonic, sleep
from typing import Any

import dkim
import pytest
from psycopg import Connection

from pauta.channels.base import Stream
from pauta.channels.email.links import link_keys, renew_link_key
from pauta.channels.email.signing import make_key, use_key
from pauta.content.actions import publish
from pauta.content.footer import ADDRESS_FIGURE, LINK_FIGURES
from pauta.content.topics import save_topic
from pauta.core.gate.reasons import REASONS, Reason
from pauta.core.gate.vocabulary import Channel
from pauta.core.render import TemplateSource
from pauta.core.tokens import Purpose
from pauta.messages.actions import kind_id, propose_one, unhold_figures
from pauta.messages.origins import topics_of_mail
from pauta.messages.states import Lane, ProposalState, State
from pauta.messages.terms import Terms
from pauta.people.actions import ContactValues, upsert_contact
from pauta.people.company import CompanyValues, save_company
from pauta.pipeline.rendering import Letterhead
from pauta.platform.database import connect
from pauta.platform.settings import Settings
from pauta.team.actions import save_team
from pauta.web.state import VISITS_AT_ONCE
from pauta.worker import Worker
from tests.conftest import ADMIN, MONDAY
from tests.pipeline.office import Office
from tests.web.conftest import Call, TestClient

BODY = "<html><body><p>Hello {{ contact.first_name }}</p></body></html>"
TOMORROW = date(2026, 11, 24)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Desk(Office):
    """An office with one worker, who owns everything."""

    @cached_property
    def clerk(self) -> Worker:
        """The worker of what is planned."""
        return self.worker()

    def send_transactional(self, **changed: Any) -> None:
        """Let what is transactional leave; the clerk has gone home then."""
        self.settle(self.worker(Lane.FAST, **changed))


@pytest.fixture
def office(settings: Settings, connection: Connection[Any]) -> Desk:
    """Ana and Beto of Acme, who agreed to everything by e-mail, and a template without a footer."""
    save_company(
        connection, CompanyValues("Sur", "Rua das Marés, 100\nRecife", "Sur <a@sur.example>"), zone="UTC", language="en"
    )
    save_team(connection, "marketing", "Marketing")
    publish(connection, "hello", {"en": TemplateSource("Hello", BODY)}, "ana", MONDAY)
    for name in ("ana", "beto"):
        upsert_contact(
            connection, ContactValues(external_id=name, first_name=name, email=f"{name}@acme.example"), MONDAY
        )
    connection.execute(
        "INSERT INTO consent (part, contact_id, channel, topic, granted, basis, source, at, recorded_at)"
        " SELECT part, id, 0, '*', true, 'contract', 'test', %s, %s FROM contact",
        (MONDAY, MONDAY),
    )
    connection.commit()
    return Desk(settings, connection)


def write(office: Desk, contact: str, topic: str, kind: str = "promotional", **rest: Any) -> int:
    """A message to a contact; its id."""
    asked = Terms(type=kind, topic=topic, team="marketing", channels=("email",), **rest)
    key = f"{contact}-{topic}-{kind}-{rest}"
    made = propose_one(office.connection, office.now, asked, contact=contact, template="hello", key=key, who=ADMIN)
    office.connection.commit()
    return made.message_id


def token(office: Desk, message_id: int) -> str:
    """What stands in the links of the message's mail."""
    made = link_keys(office.connection).token(Purpose.CHOICES, message_id)
    office.connection.commit()
    return made


def stands(office: Desk, message_id: int) -> tuple[State, Reason]:
    """Where a message stands after everything was planned anew."""
    office.settle(office.clerk)
    state, reason = office.all("SELECT state, reason FROM message WHERE id = %s", message_id)[0]
    return State(state), REASONS[reason]


def ledger(office: Desk, contact: str) -> list[tuple[str, bool, str]]:
    """What a contact has said of mails since the beginning: topic, granted, source."""
    return office.all(
        "SELECT topic, granted, source FROM consent JOIN contact c ON c.id = contact_id"
        " WHERE c.external_id = %s AND channel = 0 AND source <> 'test' ORDER BY consent.id",
        contact,
    )


def test_every_mail_but_transactional_ones_has_a_way_out(office: Desk) -> None:
    news, invoice = write(office, "ana", "news"), write(office, "ana", "billing", "transactional")
    office.settle(office.clerk)
    office.send_transactional()
    mails = {int(one.reference.split(".")[1]): one.content.decode() for one in office.post.received}
    assert mails.keys() == {news, invoice}
    link = f"https://pauta.example/unsubscribe/{token(office, news)}"
    assert f"List-Unsubscribe: <{link}>\r\n" in mails[news]
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in mails[news]
    plain = mails[news].replace("=\r\n", "")
    assert plain.count(link) == 3
    assert plain.count(f"https://pauta.example/preferences/{token(office, news)}") == 2
    assert plain.count("Recife") == 2
    assert "nsubscribe" not in mails[invoice]


def test_mails_are_signed_and_the_archive_has_what_left(office: Desk) -> None:
    key = make_key(office.connection, "sur.example", "p1", MONDAY)
    use_key(office.connection, key, MONDAY)
    write(office, "ana", "news")
    office.settle(office.clerk)
    (sent,) = office.post.received
    assert dkim.verify(sent.content, dnsfunc=lambda name, timeout: key.record.encode())
    assert b"\r\nFeedback-ID: 1:promotional::" in sent.content
    assert office.one("SELECT hash FROM archive") == sha256(sent.content).digest()


def test_without_an_address_or_a_link_only_transactional_mails_leave(office: Desk) -> None:
    news, invoice = write(office, "ana", "news"), write(office, "ana", "billing", "transactional")
    detail = "SELECT detail FROM message_change WHERE message_id = %s ORDER BY id DESC"
    office.clerk.letterhead = Letterhead.of(
        Settings(smtp_url="smtp://mail.example", web_url="http://pauta.example"), Stream.BULK
    )
    assert stands(office, news) == (State.HELD, Reason.missing_figure)
    assert office.one(detail, news) == "unsubscribe_url"
    office.run("UPDATE company SET postal_address = ' '")
    office.clerk.letterhead = Letterhead.of(office.clerk.settings, Stream.BULK)
    assert unhold_figures(office.connection, LINK_FIGURES, office.now) == 1
    assert stands(office, news) == (State.HELD, Reason.missing_figure)
    assert office.one(detail, news) == "company.postal_address"
    office.run("UPDATE company SET postal_address = 'Recife'")
    assert unhold_figures(office.connection, LINK_FIGURES, office.now) == 0
    assert unhold_figures(office.connection, [ADDRESS_FIGURE], office.now) == 1
    assert stands(office, news)[0] == State.SENT
    office.run("UPDATE company SET postal_address = ''")
    office.send_transactional(web_url="")
    assert office.post.ids() == [news, invoice]


def test_only_post_unsubscribes_and_it_does_so_once(office: Desk, web: TestClient) -> None:
    first, later = write(office, "ana", "news"), write(office, "ana", "news", not_before=TOMORROW)
    tips = write(office, "ana", "tips", not_before=TOMORROW)
    path = f"/unsubscribe/{token(office, first)}"
    for _ in range(3):
        asked = web.get(path)
        assert asked.status_code == 200
        assert "<form" in asked.text
    assert web.head(path).status_code == 405
    assert stands(office, later) == (State.PLANNED, Reason.clear)
    for _ in range(2):
        assert web.post(path, content="List-Unsubscribe=One-Click", headers=FORM).status_code == 200
    assert stands(office, later) == (State.SUPPRESSED, Reason.consent)
    assert stands(office, tips) == (State.PLANNED, Reason.clear)
    assert ledger(office, "ana") == [("news", False, "one-click unsubscribe")]
    proof = office.one("SELECT proof FROM consent WHERE source = 'one-click unsubscribe'")
    assert proof == {"ip": "127.0.0.1", "message": str(first), "user_agent": "testclient"}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("", ""),
        ("List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
        (
            '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
    ],
)
def test_mail_programs_unsubscribe_in_either_form(office: Desk, web: TestClient, body: str, kind: str) -> None:
    """Without cookie, sign-in or redirect (RFC 8058, 3.1 and 3.2)."""
    path = f"/unsubscribe/{token(office, write(office, 'ana', 'news'))}"
    answer = web.post(path, content=body, headers={"Content-Type": kind, "Cookie": ""}, follow_redirects=False)
    assert answer.status_code == 200
    assert ledger(office, "ana") == [("news", False, "one-click unsubscribe")]


def test_unsubscribing_is_in_force_within_a_second(office: Desk, web: TestClient) -> None:
    """With a worker at work: from the request until the message has its reason. Best of three, as machines pause."""
    worker = Worker(replace(office.settings, smtp_url="smtp://127.0.0.1:9"), Lane.BULK, office.clock, threading.Event())
    messages = [write(office, "ana", topic, not_before=TOMORROW) for topic in ("a", "b", "c")]
    life = threading.Thread(target=worker.live)
    life.start()
    waits = []
    try:
        wait(office, "SELECT count(*) = 3 FROM message WHERE state = 1")
        for message in messages:
            path = f"/unsubscribe/{token(office, message)}"
            begun = monotonic()
            web.post(path)
            wait(office, f"SELECT state = 6 FROM message WHERE id = {message}")
            waits.append(monotonic() - begun)
    finally:
        worker.stopping.set()
        life.join()
    assert min(waits) < 1


def wait(office: Desk, question: str) -> None:
    """Until the answer is true."""
    until = monotonic() + 60
    while not office.one(question):
        assert monotonic() < until
        sleep(0.01)


def test_all_who_share_the_address_are_unsubscribed_and_transactional_mail_flows(
    office: Desk, web: TestClient, sibling: str
) -> None:
    mine, other = write(office, "ana", "news", not_before=TOMORROW), write(office, sibling, "tips", not_before=TOMORROW)
    beto = write(office, "beto", "news", not_before=TOMORROW)
    assert web.post(f"/unsubscribe/{token(office, mine)}", content="everything=1", headers=FORM).status_code == 200
    assert stands(office, mine) == (State.SUPPRESSED, Reason.consent)
    assert stands(office, other) == (State.SUPPRESSED, Reason.consent)
    assert stands(office, beto) == (State.PLANNED, Reason.clear)
    invoice = write(office, "ana", "billing", "transactional")
    office.send_transactional()
    assert invoice in office.post.ids()


def test_everything_is_every_channel_there_may_ever_be(office: Desk, web: TestClient) -> None:
    path = f"/preferences/{token(office, write(office, 'ana', 'news'))}"
    web.post(path, data={"everything": "1"})
    said = "SELECT channel, topic, granted FROM consent WHERE source = 'preference centre' ORDER BY channel"
    assert office.all(said) == [(channel.value, "*", False) for channel in Channel]
    assert re.findall(r'name="channel" value="(\w+)"', web.get(path).text) == ["email"], "nobody is offered the others"


@pytest.fixture
def sibling(office: Desk) -> str:
    """Another contact with the address of Ana, who agreed to everything too; her external id."""
    upsert_contact(office.connection, ContactValues(external_id="ana2", email="ANA@acme.example"), MONDAY)
    office.run(
        "INSERT INTO consent (part, contact_id, channel, topic, granted, basis, source, at, recorded_at)"
        " SELECT part, id, 0, '*', true, 'contract', 'test', created_at, created_at FROM contact"
        " WHERE external_id = 'ana2'"
    )
    return "ana2"


def deny(office: Desk, contact: str, topic: str) -> None:
    """A contact's denial that came by another door."""
    office.run(
        "INSERT INTO consent (part, contact_id, channel, topic, granted, basis, source, at, recorded_at)"
        " SELECT part, id, 0, %s, false, 'withdrawal', 'test', %s, %s FROM contact WHERE external_id = %s",
        topic,
        office.now,
        office.now,
        contact,
    )


@pytest.mark.parametrize("body", ["List-Unsubscribe=One-Click", "everything=1"])
def test_the_click_of_one_who_had_ended_it_ends_it_for_those_who_share_the_address(
    office: Desk, web: TestClient, sibling: str, body: str
) -> None:
    mine, other = write(office, "ana", "news"), write(office, sibling, "news", not_before=TOMORROW)
    deny(office, "ana", "*" if body == "everything=1" else "news")
    assert web.post(f"/unsubscribe/{token(office, mine)}", content=body, headers=FORM).status_code == 200
    assert ledger(office, "ana") == []
    assert stands(office, other) == (State.SUPPRESSED, Reason.consent)


def test_a_topic_is_ended_and_granted_for_each_who_shares_the_address_as_it_stands_for_them(
    office: Desk, web: TestClient, sibling: str
) -> None:
    path = f"/preferences/{token(office, write(office, 'ana', 'news'))}"
    write(office, "ana", "tips")
    opened = web.get(path).text
    deny(office, "ana", "news")
    web.post(path, data=form(opened, topic=["tips"]))
    assert ledger(office, "ana") == []
    assert ledger(office, sibling) == [("news", False, "preference centre")]
    deny(office, sibling, "tips")
    web.post(path, data=form(opened, **{"topic-before": [], "topic": ["tips"]}))
    assert ledger(office, "ana") == []
    assert ledger(office, sibling)[-1] == ("tips", True, "preference centre")


def test_the_timeline_and_why_tell_it(office: Desk, web: TestClient, call: Call) -> None:
    news = write(office, "ana", "news", not_before=TOMORROW)
    web.post(f"/unsubscribe/{token(office, news)}")
    stands(office, news)
    moments = call("GET", "/contacts/ana/timeline").json()["moments"]
    assert ("consent", "news", "denied") in {(one["what"], one["name"], one["state"]) for one in moments}
    assert ("message", "suppressed", "consent") in {(one["what"], one["state"], one["reason"]) for one in moments}
    ((told,),) = [one["ended"] for one in call("GET", f"/contacts/ana/why?message={news}").json()]
    assert told["message"]["reason"] == "consent"


def test_a_strange_link_opens_nothing(office: Desk, web: TestClient) -> None:
    good = token(office, write(office, "ana", "news"))
    for wrong in ("preview", good[:-1], "a" * 40, good[:-1] + ("a" if good[-1] != "a" else "b"), "%00", "é" * 40):
        for path in (f"/unsubscribe/{wrong}", f"/preferences/{wrong}"):
            assert web.get(path).status_code == 404
            assert web.post(path, content="everything=1", headers=FORM).status_code == 404
    assert ledger(office, "ana") == []


def test_links_outlive_their_key_by_a_year(office: Desk, web: TestClient) -> None:
    news = write(office, "ana", "news")
    old = token(office, news)
    assert renew_link_key(office.connection, office.now) == 1
    assert token(office, news) != old
    office.later(days=390)
    assert renew_link_key(office.connection, office.now) == 2
    office.connection.commit()
    assert web.get(f"/preferences/{old}").status_code == 200
    office.later(days=20)
    assert renew_link_key(office.connection, office.now) == 0
    office.connection.commit()
    assert web.get(f"/preferences/{old}").status_code == 404


def test_keys_of_links_that_are_made_at_once_get_a_number_each(office: Desk, settings: Settings) -> None:
    def renew() -> int:
        with connect(settings.database_url) as other:
            return renew_link_key(other, office.now)

    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    with connect(settings.database_url) as first, ThreadPoolExecutor(1) as pool:
        assert renew_link_key(first, office.now) == 1
        second = pool.submit(renew)
        while not second.done() and office.one(waiting) == 0:
            sleep(0.01)
        first.commit()
        assert second.result() == 2


def test_who_asks_too_often_waits(office: Desk, web: TestClient) -> None:
    answers = [web.get("/preferences/nobody").status_code for _ in range(70)]
    assert answers[0] == 404
    assert answers[-1] == 429
    assert web.get(f"/preferences/{token(office, write(office, 'ana', 'news'))}").status_code == 200


def test_a_link_is_one_however_it_is_spelled(office: Desk, web: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    made = token(office, write(office, "ana", "news"))
    waits = web.app.state.web.links  # type: ignore[attr-defined]
    monkeypatch.setattr(waits, "_rate", 1e-6)  # none comes back while a busy machine takes its time
    for _ in range(VISITS_AT_ONCE):
        waits.wait_for(made)
    assert web.get(f"/preferences/{made.upper()}").status_code == 429


def test_pages_tell_nobody_who_reads(office: Desk, web: TestClient) -> None:
    made = token(office, write(office, "ana", "news"))
    for path in (f"/preferences/{made}", f"/unsubscribe/{made}"):
        shown = web.get(path)
        assert shown.headers["x-robots-tag"] == "noindex, nofollow"
        assert shown.headers["referrer-policy"] == "no-referrer"
        assert shown.headers["cache-control"] == "no-store"
        assert "script" not in shown.headers["content-security-policy"]
        assert "ana@acme.example" not in shown.text
        assert "a…@acme.example" in shown.text


def form(page: str, **changed: Any) -> dict[str, list[str]]:
    """The fields that a browser would send from the form, with some changed."""
    fields: dict[str, list[str]] = {}
    for kind, rest in re.findall(r"<input type=\"(hidden|checkbox)\" ([^>]*)>", page):
        name, value = re.findall(r'name="([^"]*)" value="([^"]*)"', rest)[0]
        if kind == "hidden" or "checked" in rest:
            fields.setdefault(name, []).append(value)
    for name, options in re.findall(r'<select name="([^"]*)".*?>(.*?)</select>', page, re.S):
        fields[name] = re.findall(r'value="([^"]*)" selected', options)
    fields["until"] = re.findall(r'name="until" value="([^"]*)"', page)
    return fields | changed


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, {"news": Reason.clear, "tips": Reason.clear}),
        ({"topic": ["tips"]}, {"news": Reason.consent, "tips": Reason.clear}),
        ({"topic": []}, {"news": Reason.consent, "tips": Reason.consent}),
        ({"channel": []}, {"news": Reason.consent, "tips": Reason.consent}),
        ({"every-news": ["weekly"]}, {"news": Reason.preference, "tips": Reason.clear}),
        (
            {"every-news": ["monthly"], "every-tips": ["quarterly"]},
            {"news": Reason.preference, "tips": Reason.preference},
        ),
        ({"until": ["2026-12-24"]}, {"news": Reason.consent, "tips": Reason.consent}),
        ({"answer": ["too_many"]}, {"news": Reason.clear, "tips": Reason.clear}),
    ],
)
def test_each_choice_changes_what_the_gate_decides(
    office: Desk, web: TestClient, changed: dict[str, list[str]], expected: dict[str, Reason]
) -> None:
    """Of each topic one message has left, the next is planned for tomorrow."""
    sent = [write(office, "ana", topic) for topic in expected]
    office.settle(office.clerk)
    planned = {topic: write(office, "ana", topic, not_before=TOMORROW) for topic in expected}
    office.settle(office.clerk)
    path = f"/preferences/{token(office, sent[0])}"
    answer = web.post(path, data=form(web.get(path).text, **changed), follow_redirects=False)
    assert answer.status_code == 303
    assert {topic: stands(office, message)[1] for topic, message in planned.items()} == expected
    assert 'role="status"' in web.get(answer.headers["location"]).text


def test_the_way_back_is_recorded_with_its_words(office: Desk, web: TestClient) -> None:
    save_topic(office.connection, "news", {"es": "Boletín"})
    news = write(office, "ana", "news", not_before=TOMORROW)
    path = f"/preferences/{token(office, news)}?lang=es"
    web.post(path, data={"everything": "1"})
    assert stands(office, news) == (State.SUPPRESSED, Reason.consent)
    back = web.get(path).text
    assert "checked" not in back
    web.post(path, data=form(back, topic=["news"], channel=["email"]))
    assert ledger(office, "ana") == [("*", False, "preference centre"), ("news", True, "preference centre")]
    wording = "SELECT wording FROM consent WHERE source = 'preference centre' AND granted"
    assert office.one(wording) == "preference centre 1 es: Boletín: Correo electrónico"
    assert stands(office, write(office, "ana", "news", not_before=TOMORROW, tier=1)) == (State.PLANNED, Reason.clear)
    assert stands(office, write(office, "ana", "other", not_before=TOMORROW)) == (State.SUPPRESSED, Reason.consent)


def test_a_form_that_was_opened_long_ago_grants_nothing_anew(office: Desk, web: TestClient) -> None:
    news = write(office, "ana", "news", not_before=TOMORROW)
    path = f"/preferences/{token(office, news)}"
    opened = web.get(path).text
    web.post(f"/unsubscribe/{token(office, news)}", content="everything=1", headers=FORM)
    web.post(path, data=form(opened, **{"every-news": ["weekly"]}))
    assert stands(office, news) == (State.SUPPRESSED, Reason.consent)


@pytest.mark.parametrize("until", ["2026-11-23", "2027-12-24", "soon", "2026-02-30"])
def test_a_day_that_is_none_changes_nothing(office: Desk, web: TestClient, until: str) -> None:
    news = write(office, "ana", "news", not_before=TOMORROW)
    path = f"/preferences/{token(office, news)}"
    answer = web.post(path, data=form(web.get(path).text, topic=[], until=[until]))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert ledger(office, "ana") == []


PAUSES = "SELECT external_id, paused_until::text FROM contact ORDER BY external_id"


def test_a_pause_stands_that_the_form_did_not_show(office: Desk, web: TestClient, sibling: str) -> None:
    path = f"/preferences/{token(office, write(office, 'ana', 'news'))}"
    opened = web.get(path).text
    office.run("UPDATE contact SET paused_until = '2026-12-24' WHERE external_id = %s", sibling)
    assert web.post(path, data=form(web.get(path).text), follow_redirects=False).status_code == 303
    assert office.all(PAUSES) == [("ana", None), (sibling, "2026-12-24"), ("beto", None)]
    office.run("UPDATE contact SET paused_until = '2026-12-25' WHERE external_id = 'ana'")
    web.post(path, data=form(opened))
    assert office.all(PAUSES) == [("ana", "2026-12-25"), (sibling, "2026-12-24"), ("beto", None)]
    web.post(path, data=form(web.get(path).text, until=[""]))
    assert office.all(PAUSES) == [("ana", None), (sibling, None), ("beto", None)]
    told = "SELECT detail ? 'paused_until' FROM audit WHERE actor = 'preference centre' ORDER BY id"
    assert office.all(told) == [(False,), (False,), (True,)]


def test_a_pause_longer_than_customers_may_choose_hinders_no_other_choice(office: Desk, web: TestClient) -> None:
    news = write(office, "ana", "news", not_before=TOMORROW)
    path = f"/preferences/{token(office, news)}"
    assert ' max="2027-11-24"' in web.get(path).text
    office.run("UPDATE contact SET paused_until = '2028-11-23' WHERE external_id = 'ana'")
    shown = web.get(path).text
    assert 'value="2028-11-23" min="2026-11-24">' in shown
    assert web.post(path, data=form(shown, topic=[]), follow_redirects=False).status_code == 303
    assert office.all(PAUSES) == [("ana", "2028-11-23"), ("beto", None)]
    assert ledger(office, "ana") == [("news", False, "preference centre")]
    assert web.post(path, data=form(shown, until=["2028-11-22"])).status_code == 422


def test_topics_are_those_of_what_may_come_those_with_titles_and_that_of_the_mail(
    office: Desk, web: TestClient
) -> None:
    save_topic(office.connection, "events", {"en": "Events"})
    news = write(office, "ana", "news")
    kind_id(office.connection, "promotional", "secret", "marketing", "Secret draft")
    made = token(office, news)
    topics = r'name="topic" value="([^"]*)"'
    assert re.findall(topics, web.get(f"/preferences/{made}").text) == ["events", "news"]
    office.run("UPDATE proposal SET state = %s", ProposalState.CANCELLED)
    assert re.findall(topics, web.get(f"/preferences/{made}").text) == ["events", "news"]
    assert 'name="topic"' in web.get(f"/unsubscribe/{made}").text
    assert topics_of_mail(office.connection) == []


def test_the_way_to_the_form_keeps_the_language(office: Desk, web: TestClient) -> None:
    made = token(office, write(office, "ana", "billing", "transactional"))
    for asked in ("", "?lang=es"):
        answer = web.get(f"/unsubscribe/{made}{asked}", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/preferences/{made}{asked}")


def test_the_page_speaks_the_readers_language(office: Desk, web: TestClient) -> None:
    office.run("UPDATE contact SET language = 'pt-PT'")
    path = f"/preferences/{token(office, write(office, 'ana', 'news'))}"
    assert '<html lang="pt-BR">' in web.get(path, headers={"Accept-Language": "en"}).text
    assert '<html lang="es">' in web.get(path + "?lang=es").text
