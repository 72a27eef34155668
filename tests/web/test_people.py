"""Accounts, contacts, consents, preferences, events and conditions by API."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg import Connection

from pauta.messages.states import State
from tests.web.conftest import SPANISH, Call

ANA = {
    "first_name": "Ana",
    "email": "ana@acme.example",
    "account": "acme",
    "zone": "America/Sao_Paulo",
    "best_hour": "10:30",
}


@pytest.fixture
def ana(call: Call) -> None:
    """Ana of Acme."""
    assert call("PUT", "/accounts/acme", json={"name": "Acme", "country": "BR"}).status_code == 201
    assert call("PUT", "/contacts/ana", json=ANA).status_code == 201


@pytest.mark.usefixtures("ana")
def test_what_is_left_out_stays(call: Call) -> None:
    answer = call("PUT", "/contacts/ana", json={"last_name": "Souza", "attributes": {"role": "buyer"}})
    assert answer.status_code == 200
    assert answer.json() | {"first_name": "Ana", "last_name": "Souza", "best_hour": "10:30"} == answer.json()
    assert call("GET", "/contacts/ana@acme.example").json() == answer.json()
    assert answer.json()["account"] == "acme"
    assert answer.json()["email_state"] == "ok"
    assert call("PUT", "/accounts/acme", json={"attributes": {"plan": "gold"}}).json()["country"] == "BR"


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"account": "nowhere"}, "account"),
        ({"best_hour": "25:00"}, "best_hour"),
        ({"attributes": {"a": {"b": 1}}}, "attributes.a"),
    ],
)
def test_a_wrong_value_is_named_and_nothing_is_stored(call: Call, form: dict[str, object], field: str) -> None:
    answer = call("PUT", "/contacts/luis", json=form)
    assert answer.status_code == 422
    assert answer.json()["field"].startswith(field)
    assert call("GET", "/contacts/luis").status_code == 404


@pytest.mark.usefixtures("ana")
def test_consents_are_appended_and_read_in_order(call: Call) -> None:
    yes = {"channel": "email", "topic": "news", "state": "granted", "basis": "consent", "source": "signup form"}
    no = {**yes, "state": "denied", "source": "phone call", "at": "2026-11-23T12:00:01Z"}
    assert call("POST", "/contacts/ana/consents", json=yes).status_code == 201
    listed = call("POST", "/contacts/ana@acme.example/consents", json=no).json()
    assert [(entry["state"], entry["source"]) for entry in listed] == [
        ("granted", "signup form"),
        ("denied", "phone call"),
    ]
    assert call("GET", "/contacts/ana/consents").json() == listed


@pytest.mark.usefixtures("ana")
def test_a_denial_by_address_counts_for_all_who_share_it(call: Call) -> None:
    call("PUT", "/contacts/ana-2", json={"email": "ANA@acme.example"})
    no = {"channel": "email", "state": "denied", "basis": "consent", "source": "phone call"}
    call("POST", "/contacts/ana@acme.example/consents", json=no)
    assert [entry["state"] for entry in call("GET", "/contacts/ana-2/consents").json()] == ["denied"]


@pytest.mark.usefixtures("ana")
def test_preferences_and_pauses_are_kept(call: Call) -> None:
    kept = call("PUT", "/contacts/ana/preferences/news", json={"at_most": 1, "days": 30}).json()
    assert kept == [{"topic": "news", "at_most": 1, "days": 30}]
    assert call("PUT", "/contacts/ana/pause", json={"until": "2026-12-24"}).json()["paused_until"] == "2026-12-24"
    assert call("PUT", "/contacts/ana/pause", json={"until": None}).json()["paused_until"] is None
    assert call("PUT", "/contacts/ana/pause", json={"until": "0001-01-01"}).json()["code"] == "web_field_range"


@pytest.mark.usefixtures("ana")
def test_events_are_recorded_once_by_their_id(call: Call) -> None:
    event = {"name": "ticket_closed_unhappy", "contact": "ana", "external_id": "t1", "properties": {"score": 1}}
    batch = {"events": [event, {"name": "renewal", "account": "acme"}]}
    assert call("POST", "/events", json=batch).json() == {"given": 2, "recorded": 2}
    assert call("POST", "/events", json={"events": [event]}).json() == {"given": 1, "recorded": 0}


@pytest.mark.usefixtures("ana")
def test_conditions_stand_until_they_are_ended(call: Call) -> None:
    opened = {"conditions": [{"name": "complaint", "contact": "ana"}, {"name": "complaint", "account": "acme"}]}
    assert call("POST", "/conditions", json=opened).json()["recorded"] == 2
    assert call("POST", "/conditions/end", json={"name": "complaint", "contact": "ana"}).json() == {"ended": 1}
    assert call("POST", "/conditions/end", json={"name": "complaint", "account": "acme"}).json() == {"ended": 1}
    assert call("POST", "/conditions/end", json={"name": "complaint", "account": "acme"}).json() == {"ended": 0}


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize(
    ("who", "code", "field"),
    [
        ({}, "web_who", "events[0].contact"),
        ({"contact": "ana", "account": "acme"}, "web_who", "events[0].contact"),
        ({"contact": "diego"}, "web_contact_unknown", "events[0].contact"),
        ({"account": "nowhere"}, "web_account_unknown", "events[0].account"),
    ],
)
def test_whom_an_event_is_about_must_be_known(call: Call, who: dict[str, str], code: str, field: str) -> None:
    answer = call("POST", "/events", json={"events": [{"name": "x", **who}]})
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, code, field)


def test_a_reader_cannot_write_people(call: Call) -> None:
    assert call("PUT", "/accounts/acme", role="reader", json={"name": "Acme"}).status_code == 403
    assert call("GET", "/accounts/acme", role="reader").status_code == 404
    assert call("GET", "/accounts/acme", role="sender").status_code == 403


@pytest.mark.usefixtures("ana")
def test_a_duplicate_is_merged_and_its_id_goes_on_meaning_the_one_that_stays(
    call: Call, connection: Connection[Any]
) -> None:
    assert call("PUT", "/contacts/web-9", json={"email": "a.souza@acme.example", "phone": "+5511999990000"}).is_success
    connection.execute("SELECT setval('contact_id_seq', 100)")
    merged = call("POST", "/contacts/ana@acme.example/merge", json={"other": "web-9"})
    assert merged.status_code == 200
    assert (merged.json()["external_id"], merged.json()["phone"]) == ("ana", "+5511999990000")
    assert call("GET", "/contacts/web-9").json() == merged.json()
    (entry,) = (one for one in call("GET", "/audit").json() if "merged" in one["detail"])
    assert (entry["subject"], entry["detail"]) == ("contact:ana", {"merged": "web-9"})
    assert call("POST", "/contacts/ana/merge", json={"other": "web-9"}).json()["code"] == "people_merge_itself"
    assert call("POST", "/contacts/ana/merge", json={"other": "x"}, role="reader").status_code == 403


@pytest.mark.usefixtures("ana")
def test_merging_waits_for_a_message_that_is_on_its_way(call: Call, connection: Connection[Any]) -> None:
    assert call("PUT", "/contacts/web-9", json={"email": "a.souza@acme.example"}).is_success
    assert call("PUT", "/templates/hello", json={"languages": SPANISH}).is_success
    message = {"contact": "web-9", "type": "transactional", "template": "hello"}
    assert call("POST", "/messages", json=message, headers={"Idempotency-Key": "1"}).is_success
    connection.execute("UPDATE message SET state = %s", (State.SENDING,))
    connection.commit()
    answer = call("POST", "/contacts/ana/merge", json={"other": "web-9"})
    assert (answer.status_code, answer.json()["code"]) == (409, "people_merge_in_flight")
