"""What a mail tells when it is read: by whom, and that its links lead nowhere but where they should."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from html import unescape
from time import monotonic, sleep
from typing import Any

import pytest
from psycopg import Connection

from pauta.channels.email.links import link_keys
from pauta.content.actions import publish
from pauta.core.render import TemplateSource
from pauta.core.tokens import Purpose
from pauta.messages.states import Lane
from pauta.people.measuring import Measures, choose_measured
from pauta.platform.settings import Settings
from pauta.tracking.actions import LONGEST_AGENT, judge_hits
from pauta.web.state import VISITS_AT_ONCE
from tests.faults import company
from tests.pipeline.office import Office
from tests.web.conftest import Call, TestClient

BODY = '<html><body><a href="https://acme.example/a?x=1&amp;y=2">A</a> <a href="https://acme.example/b">B</a></body></html>'
PERSON = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.fixture
def office(settings: Settings, connection: Connection[Any]) -> Office:
    """Three contacts and a template with two links; the web server answers at https://pauta.example."""
    made = Office(settings, connection)
    company.build(connection, made.now, 3, 3, [])
    publish(connection, "hello", {"pt-BR": TemplateSource("Olá", BODY)}, "ana", made.now)
    connection.commit()
    return made


def launch(office: Office, **terms: Any) -> None:
    company.launch(office.connection, office.now, "spring", **terms)
    office.settle(office.worker())


def html_of(office: Office, place: int = 0) -> str:
    mail = message_from_bytes(office.post.received[place].content, policy=policy.default)
    part = mail.get_body(("html",))
    return "" if part is None else str(part.get_content())


def ways(office: Office, place: int = 0) -> list[str]:
    """The paths of the links that lead over us, the trap last, and of the picture."""
    found = re.findall(r'(?:href|src)="https://pauta.example(/[lo]/[^"]+)"', html_of(office, place))
    return [unescape(way) for way in found]


def ask(web: TestClient, way: str, method: str = "GET", **headers: str) -> Any:
    return web.request(method, way, headers={**PERSON, **headers}, follow_redirects=False)


def hits(office: Office, count: int) -> list[Any]:
    """The hits, once there are so many and all are judged."""
    until = monotonic() + 5
    while monotonic() < until:
        rows = office.all("SELECT what, target, machine, signs FROM hit ORDER BY id")
        if len(rows) >= count and all(row[2] is not None for row in rows):
            return rows
        sleep(0.02)
    raise AssertionError(f"there are not {count} judged hits within five seconds: {rows}")


def test_an_open_and_a_click_of_a_person(office: Office, web: TestClient) -> None:
    launch(office)
    one, _, _, picture = ways(office)
    office.later(minutes=5)
    seen = ask(web, picture)
    assert (seen.status_code, seen.headers["content-type"], seen.content[:3]) == (200, "image/gif", b"GIF")
    assert seen.headers["cross-origin-resource-policy"] == "cross-origin", "mail programs in a browser may show it"
    hits(office, 1)
    clicked_at = office.later(minutes=5)
    gone = ask(web, one)
    assert (gone.status_code, gone.headers["location"]) == (302, "https://acme.example/a?x=1&y=2")
    assert hits(office, 2) == [(0, "", False, ""), (1, "https://acme.example/a?x=1&y=2", False, "")]
    message = office.post.ids()[0]
    row = office.all("SELECT message_id, clicked_at, link, machine_opened_at, scanned_at FROM response")
    assert row == [(message, clicked_at, "https://acme.example/a?x=1&y=2", None, None)]
    assert office.one("SELECT opened_at FROM response") < clicked_at
    assert office.all("SELECT DISTINCT measured FROM attempt") == [(True,)]


def test_a_scanner_gets_the_same_answers_and_is_told_apart(office: Office, web: TestClient) -> None:
    launch(office)
    one, two, trap, picture = ways(office)
    office.later(minutes=5)
    assert ask(web, one, "HEAD").headers["location"] == "https://acme.example/a?x=1&y=2"
    assert [ask(web, way).status_code for way in (two, trap, picture)] == [302, 204, 200]
    assert [row[2] for row in hits(office, 4)] == [True] * 4
    assert office.all("SELECT opened_at, clicked_at, link FROM response") == [(None, None, "")]
    assert office.one("SELECT machine_opened_at IS NOT NULL AND scanned_at IS NOT NULL FROM response")


def test_what_was_taken_for_a_person_is_taken_back_when_the_trap_shuts(office: Office, web: TestClient) -> None:
    launch(office)
    one, _, trap, _ = ways(office)
    office.later(minutes=5)
    ask(web, one)
    assert [row[2] for row in hits(office, 1)] == [False]
    office.later(seconds=5)
    ask(web, trap)
    assert [row[2] for row in hits(office, 2)] == [True, True]
    assert office.all("SELECT opened_at, clicked_at, link FROM response") == [(None, None, "")]


def test_what_somebody_read_stays_read_when_the_hits_themselves_are_gone(office: Office, web: TestClient) -> None:
    launch(office)
    one, two, _, picture = ways(office)
    opened_at = office.later(minutes=5)
    ask(web, picture)
    clicked_at = office.later(minutes=5)
    ask(web, one)
    hits(office, 2)
    office.run("DELETE FROM hit")
    scanned_at = office.later(days=400)
    assert ask(web, two, "HEAD").status_code == 302
    hits(office, 1)
    kept = "SELECT opened_at, clicked_at, link, machine_opened_at, scanned_at FROM response"
    assert office.all(kept) == [(opened_at, clicked_at, "https://acme.example/a?x=1&y=2", None, scanned_at)]


def test_a_crowd_behind_one_address_is_found_over_messages(office: Office, web: TestClient) -> None:
    office.run(
        "INSERT INTO hit (message_id, proposal_id, contact_id, at, what, target, links, ip, agent, head, machine)"
        " SELECT -id, 1, id, %s, 1, 'x', 9, '203.0.113.9', 'Firefox', false, CASE WHEN id > 1 THEN false END"
        " FROM contact",
        office.now,
    )
    office.run(
        "INSERT INTO hit SELECT nextval('hit_id_seq'), -100 - id, 1, id, at, 1, 'x', 9, '203.0.113.9', 'Firefox',"
        " false, false FROM (SELECT id, %s::timestamptz AS at FROM contact LIMIT 2) c",
        office.now,
    )
    with office.transaction() as connection:
        judge_hits(connection)
    assert office.one("SELECT count(*) FROM hit WHERE machine") == 0, "three recipients are no crowd"
    office.run(
        "INSERT INTO contact (id, external_id, account_key, part, person_id, email, created_at, changed_at)"
        " SELECT n, 'd' || n, -n, n, n, 'd' || n || '@customer.example', %s, %s FROM generate_series(11, 12) n",
        office.now,
        office.now,
    )
    office.run(
        "INSERT INTO hit (message_id, proposal_id, contact_id, at, what, target, links, ip, agent, head)"
        " SELECT -id, 1, id, %s, 1, 'x', 9, '203.0.113.9', 'Firefox', false FROM contact WHERE id > 10",
        office.later(seconds=50),
    )
    with office.transaction() as connection:
        judge_hits(connection)
    assert office.one("SELECT bool_and(machine AND signs = 'crowd no_open') FROM hit"), "the first three as well"


def test_links_that_were_bent_lead_nowhere(office: Office, web: TestClient) -> None:
    launch(office)
    one = ways(office)[0]
    too_long = f"/l/{'a' * 200}?to={'b' * 9_000}"
    for bent in (
        one.partition("?")[0],
        one.replace("acme", "evil"),
        "/l/x?to=https://evil.example",
        one[:-1],
        too_long,
    ):
        answer = ask(web, bent)
        assert answer.status_code == 404
        assert "location" not in answer.headers
    assert ask(web, "/o/nobodys.gif").status_code == 200, "a broken picture would stand in the mail"
    sleep(0.6)
    assert office.one("SELECT count(*) FROM hit") == 0


def test_who_does_not_want_it_is_not_measured(office: Office, web: TestClient) -> None:
    choose_measured(office.connection, [1], False, "test", office.now)
    launch(office)
    by_contact = {one.recipient: place for place, one in enumerate(office.post.received)}
    assert ways(office, by_contact["c1@customer.example"]) == []
    assert "https://acme.example/b" in html_of(office, by_contact["c1@customer.example"])
    assert len(ways(office, by_contact["c2@customer.example"])) == 4
    measured = "SELECT a.measured FROM attempt a JOIN message m ON m.part = a.part AND m.id = a.message_id"
    assert office.all(measured + " ORDER BY m.contact_id") == [(False,), (True,), (True,)]
    choose_measured(office.connection, [2], False, "test", office.now)
    office.connection.commit()
    way = ways(office, by_contact["c2@customer.example"])[0]
    assert ask(web, way).status_code == 302, "the link works all the same"
    other = ways(office, by_contact["c3@customer.example"])[0]
    ask(web, other)
    hits(office, 1)
    assert office.all("SELECT contact_id FROM hit") == [(3,)], "a mail that is out tells nothing any more"


@pytest.mark.parametrize(
    ("chosen", "bulk", "transactional"),
    [(Measures.nothing, 0, 0), (Measures.bulk, 4, 0), (Measures.everything, 4, 4)],
)
def test_the_company_decides_what_is_measured(office: Office, chosen: Measures, bulk: int, transactional: int) -> None:
    office.run("UPDATE company SET measures = %s", chosen)
    launch(office)
    company.send_one(office.connection, office.now, 1, "invoice")
    office.settle(office.worker(Lane.FAST))
    assert [len(ways(office, place)) for place in (0, 3)] == [bulk, transactional]


def test_a_link_that_is_asked_for_without_end_is_written_down_so_often(office: Office, web: TestClient) -> None:
    launch(office)
    picture = ways(office)[3]
    for _ in range(VISITS_AT_ONCE + 20):
        assert ask(web, picture, **{"User-Agent": "x" * 1000 + "\x7f"}).status_code == 200
    assert VISITS_AT_ONCE <= len(hits(office, VISITS_AT_ONCE)) < VISITS_AT_ONCE + 20
    assert office.one("SELECT max(length(agent)) FROM hit") == LONGEST_AGENT


def test_hits_wait_while_there_is_no_database(office: Office, web: TestClient) -> None:
    launch(office)
    office.run("ALTER TABLE hit RENAME TO gone")
    assert ask(web, ways(office)[0]).status_code == 302
    sleep(0.6)
    office.run("ALTER TABLE gone RENAME TO hit")
    assert len(hits(office, 1)) == 1


def test_a_reader_refuses_and_allows_it_on_the_page_of_choices(office: Office, web: TestClient) -> None:
    launch(office)
    number = office.post.ids()[0]
    token = link_keys(office.connection).token(Purpose.CHOICES, number)
    contact = office.one("SELECT contact_id FROM message WHERE id = %s", number)
    shown = web.get(f"/preferences/{token}").text
    assert 'name="unmeasured" value="1">' in shown
    form = {"unmeasured": "1", "unmeasured-before": ""}
    assert web.post(f"/preferences/{token}", data=form, follow_redirects=False).status_code == 303
    assert office.all("SELECT contact_id, source FROM unmeasured") == [(contact, "preference centre")]
    assert 'name="unmeasured" value="1" checked>' in web.get(f"/preferences/{token}").text
    web.post(f"/preferences/{token}", data={"until": ""})
    assert office.one("SELECT count(*) FROM unmeasured") == 1, "a form without the box changes nothing"
    web.post(f"/preferences/{token}", data={"unmeasured-before": "1"})
    assert office.one("SELECT count(*) FROM unmeasured") == 0


def test_colleagues_keep_what_a_contact_wants(office: Office, call: Call) -> None:
    office.connection.commit()
    assert call("GET", "/contacts/c1").json()["measured"] is True
    saved = call("PUT", "/contacts/c1/measuring", json={"measured": False})
    assert saved.json()["measured"] is False
    assert office.all("SELECT contact_id, source FROM unmeasured") == [(1, "key:admin")]
    assert call("GET", "/audit?subject=contact:c1").json()[0]["detail"] == {"measured": False}


def test_figures_are_told_by_api_and_opened(office: Office, web: TestClient, call: Call) -> None:
    launch(office)
    office.later(minutes=5)
    ask(web, ways(office)[0])
    hits(office, 1)
    told = call("GET", "/campaigns/spring/figures").json()
    clicked = next(one for one in told["figures"] if one["figure"] == "clicked")
    assert (told["measured"], clicked["messages"], clicked["of"], clicked["low"], clicked["high"]) == (
        3,
        1,
        3,
        0.03,
        0.05,
    )
    (row,) = call("GET", "/campaigns/spring/recipients?figure=clicked").json()
    assert row["message"] == office.post.ids()[0]
    assert call("GET", "/campaigns/spring/recipients?figure=luck").status_code == 422
