"""The calendar, search, timelines and strips by API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from psycopg import Connection

from pauta.messages.actions import propose_one
from pauta.messages.tally import fold
from pauta.messages.terms import read_terms
from pauta.platform import database as pauta_database
from pauta.platform.settings import Settings
from tests.conftest import ADMIN
from tests.messages.cast import ACME, ANA, BRUNO, NOW, TWO_A_WEEK, add_touch, settle
from tests.web.conftest import Call

WEEK = "/calendar?from=2026-11-23&to=2026-11-29"
BLACKOUT = {"kind": "time", "name": "the move", "dates": ["2026-11-26"]}


@pytest.fixture
def base(settings: Settings) -> Iterator[Connection[Any]]:
    """The cast at Acme with two policies, on a connection that commits at once."""
    with pauta_database.connect(settings.database_url) as connection:
        settle(connection, (TWO_A_WEEK, BLACKOUT))
    with pauta_database.connect(settings.database_url, autocommit=True) as connection:
        yield connection


def propose(base: Connection[Any], key: str, contact: str = "ana", **terms: Any) -> int:
    document = {"type": "promotional", "topic": "offers", "team": "marketing"} | terms
    return propose_one(
        base, NOW, read_terms(document), contact=contact, template="hello", key=key, who=ADMIN
    ).message_id


def place(base: Connection[Any], number: int, day: str, verdict: int = 0) -> None:
    base.execute(
        "UPDATE message SET state = 1, day = %s, channel = 0, verdict = %s, policy_version = 1 WHERE id = %s",
        (day, verdict, number),
    )


def only(field: str, value: str) -> str:
    """The part of an address that asks for the contacts with a value in a field."""
    return f'&audience={{"filter":{{"all":[{{"field":"{field}","op":"=","value":"{value}"}}]}}}}'


def counts(day: dict[str, Any]) -> dict[str, int]:
    return {name: sum(one["counts"][name] for one in day["messages"]) for name in ("planned", "queued", "sent")}


def test_days_count_messages_wherever_they_stand(base: Connection[Any], call: Call) -> None:
    first, second, third = (propose(base, key) for key in "abc")
    place(base, first, "2026-11-23")
    place(base, second, "2026-11-25", verdict=1)
    days = call("GET", WEEK).json()["days"]
    assert [counts(day) for day in days[:3]] == [
        {"planned": 1, "queued": 0, "sent": 0},
        {"planned": 0, "queued": 0, "sent": 0},
        {"planned": 1, "queued": 1, "sent": 0},
    ]
    assert [day["waiting"] for day in days[:3]] == [2, 2, 1]  # the third has no place at all
    base.execute("UPDATE message SET state = 3 WHERE id = %s", (first,))
    base.execute("DELETE FROM message WHERE id = %s", (third,))
    days = call("GET", WEEK).json()["days"]
    assert counts(days[0]) == {"planned": 0, "queued": 0, "sent": 1}
    assert days[2]["waiting"] == 0
    assert days[0]["messages"][0] | {"team": "marketing", "type": "promotional"} == days[0]["messages"][0]


def test_folding_the_tally_changes_no_number(base: Connection[Any], call: Call) -> None:
    numbers = [propose(base, key) for key in "abcd"]
    for number in numbers:
        place(base, number, "2026-11-24")
    before = call("GET", WEEK).json()
    rows = base.execute("SELECT count(*) FROM message_tally").fetchone()
    assert rows is not None
    assert fold(base) == rows[0]
    assert base.execute("SELECT messages, day::text FROM message_tally").fetchall() == [(4, "2026-11-24")]
    assert call("GET", WEEK).json() == before
    assert fold(base) == 0


def test_filters_leave_out_what_is_not_asked_for(base: Connection[Any], call: Call) -> None:
    place(base, propose(base, "a"), "2026-11-24")
    place(base, propose(base, "b", contact="diego", type="educational", team="success"), "2026-11-24")
    for query, planned in (
        ("", 2),
        ("&team=success", 1),
        ("&type=promotional", 1),
        ("&channel=sms", 0),
        ("&account=acme", 1),
        ("&campaign=spring", 0),
        ('&audience={"everyone":true}', 2),
        (only("contact.country", "ES"), 1),
        ('&account=acme&audience={"everyone":true}', 1),
        ("&account=acme" + only("contact.country", "ES"), 0),
    ):
        assert counts(call("GET", WEEK + query).json()["days"][1])["planned"] == planned, query
    for query, code in (
        ("account=nobody", "web_account_unknown"),
        ('audience={"list":"nobody"}', "campaigns.list_unknown"),
        ('audience={"filter":{}}', "campaigns.audience_group"),
        ('audience={"everyone":', "campaigns.audience_shape"),
    ):
        refused = call("GET", f"{WEEK}&{query}")
        assert (refused.status_code, refused.json()["code"]) == (422, code), query


def test_an_audience_has_its_own_days(base: Connection[Any], call: Call) -> None:
    for number, day in enumerate(("2026-11-22", "2026-11-23"), start=1001):
        add_touch(base, ANA, ACME, day, number)
    meeting = {"title": "Review", "at": "2026-11-25T13:00:00Z", "contacts": ["ana"]}
    assert call("POST", "/calendar/meetings", json=meeting).status_code == 201
    form = {"type": "promotional", "template": "hello", "team": "marketing"}
    assert call("POST", "/campaigns/spring sale", json=form).status_code == 201
    base.execute('UPDATE account SET attributes = \'{"renewal_date": "2026-11-25"}\'')
    told = {}
    for name in ("ana", "bruno", "diego"):
        days = call("GET", WEEK + only("contact.external_id", name)).json()["days"]
        drafts = [one["name"] for day in days for one in day["campaigns"] if one["state"] == "draft"]
        told[name] = (len(days[2]["meetings"]), len(days[2]["renewals"]), days[1]["at_limit"], drafts)
    assert told == {"ana": (1, 1, 1.0, []), "bruno": (0, 1, 0.0, []), "diego": (0, 0, 0.0, [])}
    christmas = "/calendar?from=2026-12-25&to=2026-12-25" + only("contact.external_id", "diego")
    assert [one["country"] for one in call("GET", christmas).json()["days"][0]["holidays"]] == ["ES"]


def test_a_campaign_stands_on_its_days_and_a_draft_on_its_first(base: Connection[Any], call: Call) -> None:
    form = {"type": "promotional", "template": "hello", "team": "marketing"}
    assert call("POST", "/campaigns/spring sale", json={**form, "not_before": "2026-11-27"}).status_code == 201
    add_touch(base, ANA, ACME, "2026-11-23", 1)
    days = call("GET", WEEK).json()["days"]
    (past,) = days[0]["campaigns"]
    assert (past["name"], past["state"], past["counts"]["sent"]) == ("spring", "past", 1)
    (draft,) = days[4]["campaigns"]
    assert (draft["name"], draft["state"], draft["team"]) == ("spring sale", "draft", "marketing")
    assert not any(day["campaigns"] for day in days[1:4])


def test_a_meeting_is_a_touch_until_it_is_taken_back(base: Connection[Any], call: Call) -> None:
    form = {"title": "Review", "at": "2026-11-25T13:00:00Z", "contacts": ["ana", "bruno@acme.example"]}
    made = call("POST", "/calendar/meetings", json=form, role="csm")
    assert made.status_code == 201
    day = call("GET", WEEK).json()["days"][2]
    assert (day["calls"], [one["contacts"] for one in day["meetings"]]) == (2, [["ana", "bruno"]])
    assert day["meetings"][0]["accounts"] == ["acme"]
    assert base.execute("SELECT count(*) FROM touch WHERE day = '2026-11-25'").fetchone() == (2,)
    number = made.json()["id"]
    assert call("DELETE", f"/calendar/meetings/{number}", role="reader").status_code == 403
    assert call("DELETE", f"/calendar/meetings/{number}").status_code == 204
    assert call("DELETE", f"/calendar/meetings/{number}").status_code == 404
    day = call("GET", WEEK).json()["days"][2]
    assert (day["calls"], day["meetings"]) == (0, [])
    wrong = call("POST", "/calendar/meetings", json={**form, "contacts": ["ana", "nobody"]})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "contacts[1]")


def test_what_stands_in_the_way_is_told(base: Connection[Any], call: Call) -> None:
    window = {"title": "Upgrade", "starts_at": "2026-11-26T23:00:00-03:00", "ends_at": "2026-11-27T02:00:00-03:00"}
    assert call("POST", "/calendar/maintenance", json=window).status_code == 201
    assert call("POST", "/calendar/maintenance", json=window | {"ends_at": window["starts_at"]}).status_code == 422
    base.execute('UPDATE account SET attributes = \'{"renewal_date": "2026-11-25"}\'')
    days = call("GET", WEEK, headers={"Accept-Language": "pt-BR"}).json()["days"]
    assert [one["name"] for one in days[2]["renewals"]] == ["Acme"]
    assert [[one["title"] for one in day["maintenance"]] for day in days[2:6]] == [[], ["Upgrade"], ["Upgrade"], []]
    assert [day["blackouts"] != [] for day in days] == [False, False, False, True, False, False, False]
    december = call("GET", "/calendar?from=2026-12-25&to=2026-12-26", headers={"Accept-Language": "pt-BR"}).json()
    shown = {one["country"]: (one["name"], one["share"]) for one in december["days"][0]["holidays"]}
    assert shown["BR"] == ("Natal", 0.6667)
    assert shown["ES"][1] == 0.3333


def test_the_share_at_its_limit_is_what_the_gate_says(base: Connection[Any], call: Call) -> None:
    for number, day in enumerate(("2026-11-22", "2026-11-23"), start=1):
        add_touch(base, ANA, ACME, day, number)
    days = call("GET", WEEK).json()["days"]
    assert [day["at_limit"] for day in days] == [0.3333] * 6 + [0.0]
    past = call("GET", "/calendar?from=2026-11-20&to=2026-11-22").json()["days"]
    assert [day["at_limit"] for day in past] == [None] * 3


@pytest.mark.parametrize(("first", "last"), [("2026-11-23", "2026-11-22"), ("2026-11-23", "2027-11-22")])
@pytest.mark.usefixtures("base")
def test_too_many_days_are_refused(call: Call, first: str, last: str) -> None:
    assert call("GET", f"/calendar?from={first}&to={last}").json()["code"] == "calendar_days"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("acm", {("account", "acme")}),
        ("brunó", {("contact", "bruno")}),
        ("diego@", {("contact", "diego")}),
        ("souz", {("contact", "ana")}),
        ("ana sou", {("contact", "ana")}),
        ("SALE", {("campaign", "Spring sale")}),
        ("%%", set()),
        ("a", set()),
        ("'; --", set()),
    ],
)
def test_search_finds_by_beginnings(base: Connection[Any], call: Call, asked: str, found: set[Any]) -> None:
    base.execute("UPDATE contact SET last_name = 'Sóuza' WHERE id = %s", (ANA,))
    form = {"type": "promotional", "template": "hello"}
    assert call("POST", "/campaigns/Spring sale", json=form).status_code == 201
    hits = call("GET", "/search", params={"q": asked}).json()
    assert {(hit["what"], hit["id"]) for hit in hits} == found


def test_a_timeline_goes_page_by_page_through_everything(base: Connection[Any], call: Call) -> None:
    add_touch(base, ANA, ACME, "2026-11-20", 1)
    number = propose(base, "a")
    base.execute("UPDATE message SET state = 3, day = '2026-11-23', channel = 0 WHERE id = %s", (number,))
    call("POST", "/events", json={"events": [{"name": "login", "contact": "ana"}]})
    call("POST", "/conditions", json={"conditions": [{"name": "complaint", "contact": "bruno"}]})
    whole = call("GET", "/contacts/ana/timeline").json()
    assert whole["cursor"] is None
    assert [one["what"] for one in whole["moments"]] == ["consent", "event", "touch", "message"]
    pages, cursor = [], None
    while True:
        query = {"limit": 1, **({"cursor": cursor} if cursor else {})}
        page = call("GET", "/contacts/ana/timeline", params=query).json()
        pages += page["moments"]
        if not (cursor := page["cursor"]):
            break
    assert pages == whole["moments"]
    account = call("GET", "/accounts/acme/timeline").json()["moments"]
    assert {(one["contact"], one["what"]) for one in account} >= {("bruno", "condition"), ("ana", "message")}
    assert {one["what"] for one in call("GET", "/contacts/ana/timeline?channel=sms").json()["moments"]} == set()
    assert call("GET", "/contacts/ana/timeline?cursor=nonsense").json()["code"] == "calendar_cursor"


def test_a_strip_shows_closed_days_their_rule_and_who_won(base: Connection[Any], call: Call) -> None:
    for number, day in enumerate(("2026-11-22", "2026-11-23"), start=1):
        add_touch(base, ANA, ACME, day, number)
    waiting = propose(base, "a")
    place(base, waiting, "2026-11-29", verdict=1)
    propose(base, "b", contact="bruno")
    strip = call("GET", "/contacts/ana/strip", headers={"Accept-Language": "pt-BR"}).json()
    (told,) = strip["messages"]
    (row,) = told["rows"]
    assert len(row["days"]) == 30
    assert [day["state"] for day in row["days"][:8]] == ["closed"] * 6 + ["place", "open"]
    assert row["days"][3]["rules"] == ["the move", "two a week"]
    assert [(one["what"], one["day"]) for one in told["winners"]] == [
        ("spring", "2026-11-22"),
        ("spring", "2026-11-23"),
    ]
    assert {rule["rule"]: rule["kind"] for rule in strip["rules"]} == {"two a week": "cap", "the move": "time"}
    assert "2 mensagens" in strip["rules"][0]["sentence"]
    everyone = call("GET", "/accounts/acme/strip?days=10").json()
    assert {one["name"] for one in everyone["messages"]} == {"Ana", "Bruno"}
    assert call("GET", "/contacts/diego/strip").json()["messages"] == []
    assert call("GET", "/contacts/nobody/strip").status_code == 404


def test_a_strip_names_the_duplicate_whose_messages_came_first(base: Connection[Any], call: Call) -> None:
    base.execute("UPDATE contact SET person_id = %s WHERE id = %s", (ANA, BRUNO))
    for number, day in enumerate(("2026-11-22", "2026-11-23"), start=1):
        add_touch(base, BRUNO, ACME, day, number)
    place(base, propose(base, "a"), "2026-11-29", verdict=1)
    (told,) = call("GET", "/contacts/ana/strip", headers={"Accept-Language": "en"}).json()["messages"]
    assert {(one["contact"], one["contact_id"]) for one in told["winners"]} == {("Bruno", "bruno")}
    assert "spring (Bruno, bruno; Sun 22 Nov)" in told["text"]


def test_touches_of_the_past_are_counted(base: Connection[Any], call: Call) -> None:
    add_touch(base, BRUNO, ACME, str((NOW - timedelta(days=1)).date()), 5)
    days = call("GET", "/calendar?from=2026-11-21&to=2026-11-22").json()["days"]
    assert [counts(day)["sent"] for day in days] == [0, 1]
