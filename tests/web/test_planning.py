"""Policies before they are saved, the mix, silence, and feeds, by API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from icalendar import Calendar
from psycopg import Connection

from pauta.platform import database as pauta_database
from pauta.platform.settings import Settings
from tests.messages.cast import ACME, ANA, BRUNO, NOW, TWO_A_WEEK, add_touch, settle
from tests.web.conftest import Call, TestClient
from tests.web.test_calendar import place, propose

ONE_A_MONTH = {"kind": "cap", "name": "one a month", "limit": 1, "days": 30}
NO_OFFERS = {"kind": "hold", "name": "no offers", "while": "complaint", "held": {"topics": ["offers"]}}


@pytest.fixture
def base(settings: Settings) -> Iterator[Connection[Any]]:
    """The cast with one cap, on a connection that commits at once."""
    with pauta_database.connect(settings.database_url) as connection:
        settle(connection, (TWO_A_WEEK,))
    with pauta_database.connect(settings.database_url, autocommit=True) as connection:
        yield connection


def test_what_policies_would_change_is_decided_by_the_gate(base: Connection[Any], call: Call) -> None:
    add_touch(base, ANA, ACME, "2026-11-22", 1)
    place(base, propose(base, "a"), "2026-11-23")
    place(base, propose(base, "b", contact="bruno"), "2026-11-23")
    base.execute(
        "INSERT INTO condition (part, account_key, contact_id, name, began_at, source)"
        " VALUES (1, 1, %s, 'complaint', %s, 'x')",
        (BRUNO, NOW),
    )
    found = call("POST", "/policies/preview", json={"policies": [ONE_A_MONTH, NO_OFFERS]}).json()
    changes = found["changes"]
    assert (changes["contacts"], changes["sampled"], changes["messages"]) == (3, 3, 2)
    assert changes["total"] | {"later": 1, "waits": 1, "earlier": 0, "falls": 0, "comes": 0} == changes["total"]
    assert {one["name"]: (one["later"], one["waits"]) for one in changes["rules"]} == {
        "one a month": (1, 0),
        "no offers": (0, 1),
    }
    assert [(one["name"], one["team"]) for one in changes["campaigns"]] == [("offers", "marketing")]
    assert changes["days"][0] == {"day": "2026-11-23", "before": 2, "after": 0}
    later = next(one for one in changes["examples"] if one["change"] == "later")
    assert (later["contact"], later["before"], later["after"]) == ("ana", "2026-11-23", "2026-12-22")
    assert found["policies"][0]["sentence"].startswith("At most 1 message")
    assert call("GET", "/policies").json()["version"] == 1
    assert base.execute("SELECT count(*) FROM plan_request").fetchone() == (1,)
    wrong = call("POST", "/policies/preview", json={"policies": [ONE_A_MONTH, {"kind": "cap", "name": "x"}]})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "policies[1].days")


@pytest.mark.usefixtures("base")
def test_policies_that_stay_change_nothing(base: Connection[Any], call: Call) -> None:
    place(base, propose(base, "a"), "2026-11-23")
    changes = call("POST", "/policies/preview", json={"policies": [TWO_A_WEEK]}).json()["changes"]
    assert (changes["messages"], changes["campaigns"], changes["rules"], changes["examples"]) == (1, [], [], [])


@pytest.mark.usefixtures("base")
def test_versions_and_sentences_of_policies_are_told(call: Call) -> None:
    saved = {"version": 1, "policies": [{**TWO_A_WEEK, "active": False}, ONE_A_MONTH]}
    assert call("PUT", "/policies", json=saved).json()["version"] == 2
    listed = call("GET", "/policies/versions").json()
    assert [(one["version"], one["policies"], one["active"]) for one in listed] == [(2, 2, 1), (1, 1, 1)]
    assert call("GET", "/policies/versions?before=2").json() == listed[1:]
    assert [one["policy"]["name"] for one in call("GET", "/policies/versions/1").json()["policies"]] == ["two a week"]
    assert call("GET", "/policies/versions/9").status_code == 404
    asked = {"json": {"policy": ONE_A_MONTH}, "headers": {"Accept-Language": "es"}}
    assert "30 días" in call("POST", "/policies/sentence", **asked).json()["sentence"]


def test_the_mix_is_told_per_group_against_the_target(base: Connection[Any], call: Call) -> None:
    base.execute("UPDATE contact SET stage = 'adoption', segments = '{pilot,vip}' WHERE id = %s", (ANA,))
    for number in range(1, 5):
        add_touch(base, ANA, ACME, f"2026-11-0{number}", number)
    place(base, propose(base, "a", type="educational"), "2026-11-24")
    place(base, propose(base, "b", contact="bruno", type="educational"), "2026-11-24")
    place(base, propose(base, "c", contact="bruno"), "2026-12-01")
    (everyone,) = call("GET", "/mix").json()["groups"]
    assert (everyone["contacts"], everyone["contacts_over"], everyone["share"]) == (2, 1, 0.6667)
    assert everyone["messages"] | {"promotional": 4, "educational": 2} == everyone["messages"]
    stages = {one["group"]: one["share"] for one in call("GET", "/mix?by=stage").json()["groups"]}
    assert stages == {"adoption": 0.8, "": 0.0}
    assert {one["group"] for one in call("GET", "/mix?by=segment").json()["groups"]} == {"pilot", "vip"}
    assert {one["group"] for one in call("GET", "/mix?by=country").json()["groups"]} == {""}
    assert call("GET", "/mix?month=2026-12-15").json()["groups"][0]["share"] == 1.0
    saved = {
        "version": 1,
        "policies": [{"kind": "mix", "name": "half", "type": "promotional", "percent": 90, "days": 30}],
    }
    assert call("PUT", "/policies", json=saved).status_code == 200
    found = call("GET", "/mix").json()
    assert (found["target"]["rule"], found["groups"][0]["contacts_over"]) == ("half", 0)


def test_silence_is_told_until_something_reaches_them(base: Connection[Any], call: Call) -> None:
    add_touch(base, ANA, ACME, "2026-11-20", 1)
    add_touch(base, BRUNO, ACME, "2026-09-01", 2)
    place(base, propose(base, "b", contact="bruno"), "2026-11-26")
    found = call("GET", "/silence/contacts?days=30").json()
    assert [(one["id"], one["last"], one["next"]) for one in found["silent"]] == [
        ("bruno", "2026-09-01", "2026-11-26"),
        ("diego", None, None),
    ]
    first = call("GET", "/silence/contacts?days=30&limit=1").json()
    assert [one["id"] for one in first["silent"]] == ["bruno"]
    rest = call("GET", f"/silence/contacts?days=30&limit=1&cursor={first['cursor']}").json()
    assert ([one["id"] for one in rest["silent"]], rest["cursor"]) == (["diego"], None)
    assert call("GET", "/silence/accounts?days=30").json() == {"silent": [], "cursor": None, "nobody": False}
    assert [one["account_name"] for one in found["silent"]] == ["Acme", None]
    (acme,) = call("GET", "/silence/accounts?days=2&stage=adoption").json()["silent"]
    assert (acme["id"], acme["last"], acme["next"]) == ("acme", "2026-11-20", "2026-11-26")


@pytest.mark.parametrize("of", ["contacts", "accounts"])
def test_silence_tells_a_base_without_anybody_from_one_that_heard_something(call: Call, of: str) -> None:
    assert call("GET", f"/silence/{of}").json() == {"silent": [], "cursor": None, "nobody": True}


def test_a_feed_is_read_at_its_secret_address_until_it_is_revoked(
    base: Connection[Any], call: Call, web: TestClient
) -> None:
    base.execute('UPDATE account SET attributes = \'{"renewal_date": "2026-11-25"}\'')
    meeting = {"title": "Review; with, commas", "at": "2026-11-25T13:00:00Z", "contacts": ["ana"]}
    call("POST", "/calendar/meetings", json=meeting)
    call("POST", "/campaigns/spring", json={"type": "promotional", "template": "hello"})
    made = call("POST", "/calendar/feeds", json={"name": "Mine"}, headers={"Accept-Language": "es"})
    assert made.status_code == 201
    answer = web.get(made.json()["url"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    events = {str(one["summary"]): one for one in Calendar.from_ical(answer.text).walk("VEVENT")}
    assert set(events) == {"spring", "Renovación: Acme", "Review; with, commas"}
    assert events["Review; with, commas"].decoded("dtstart").isoformat() == "2026-11-25T13:00:00+00:00"
    assert web.get(made.json()["url"]).text == answer.text
    assert call("GET", "/calendar/feeds", role="reader").json() == []
    (listed,) = call("GET", "/calendar/feeds").json()
    assert "url" not in listed
    assert call("DELETE", f"/calendar/feeds/{listed['id']}", role="reader").status_code == 404
    assert call("DELETE", f"/calendar/feeds/{listed['id']}").status_code == 204
    assert web.get(made.json()["url"]).status_code == 404
    assert web.get("/feeds/nonsense.ics").status_code == 404


def test_a_feed_holds_what_its_filters_ask_for(base: Connection[Any], call: Call, web: TestClient) -> None:
    for title, contact in (("Review", "ana"), ("Call", "diego")):
        meeting = {"title": title, "at": "2026-11-25T13:00:00Z", "contacts": [contact]}
        call("POST", "/calendar/meetings", json=meeting)
    spanish = {"filter": {"all": [{"field": "contact.country", "op": "=", "value": "ES"}]}}
    for filters, titles in (({"account": "acme"}, {"Review"}), ({"audience": spanish}, {"Call"})):
        made = call("POST", "/calendar/feeds", json={"name": "Mine", "filters": filters}).json()
        assert made["filters"] == filters
        events = Calendar.from_ical(web.get(made["url"]).text).walk("VEVENT")
        assert {str(one["summary"]) for one in events} == titles
    wrong = call("POST", "/calendar/feeds", json={"name": "Mine", "filters": {"audience": {"list": "nobody"}}})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "campaigns.list_unknown")


def test_a_feed_ends_with_its_owners_key(base: Connection[Any], call: Call, web: TestClient) -> None:
    url = call("POST", "/calendar/feeds", json={"name": "Mine", "filters": {"team": "success"}}, role="reader").json()[
        "url"
    ]
    assert web.get(url).status_code == 200
    base.execute("UPDATE api_key SET role = 'sender' WHERE name = 'reader'")
    assert web.get(url).status_code == 403
    base.execute("UPDATE api_key SET revoked_at = %s WHERE name = 'reader'", (NOW,))
    assert web.get(url).status_code == 404
