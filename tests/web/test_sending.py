"""Templates, policies, campaigns, messages and the stop switch by API."""

from __future__ import annotations

import pytest

from tests.web.conftest import Call

SPANISH = {"es": {"subject": "Hola {{ contact.first_name }}", "body": "<p>Hola</p>"}}
CAMPAIGN = {"type": "educational", "topic": "tips", "template": "hello", "audience": {"everyone": True}}
SINGLE = {"type": "transactional", "contact": "ana", "template": "hello"}
CAP = {"kind": "cap", "name": "two a week", "limit": 2, "days": 7}


@pytest.fixture(autouse=True)
def _template_and_contact(call: Call) -> None:
    assert call("PUT", "/templates/hello", json={"languages": SPANISH}).status_code == 200
    assert call("PUT", "/contacts/ana", json={"first_name": "Ana", "email": "ana@acme.example"}).status_code == 201


def test_each_publication_is_a_new_version(call: Call) -> None:
    again = call("PUT", "/templates/hello", json={"languages": {"pt-BR": {"subject": "Olá", "body": "<p>Olá</p>"}}})
    assert again.json()["version"] == 2
    (listed,) = call("GET", "/templates").json()
    assert (listed["name"], listed["version"], listed["languages"]) == ("hello", 2, ["es", "pt-BR"])
    assert [one["language"] for one in call("GET", "/templates/hello?version=1").json()] == ["es"]
    assert call("GET", "/templates/goodbye").status_code == 404


def test_a_template_that_does_not_compile_is_refused_by_its_part(call: Call) -> None:
    answer = call("PUT", "/templates/broken", json={"languages": {"es": {"subject": "{{", "body": "<p>Hola</p>"}}})
    assert answer.status_code == 422
    assert answer.json()["field"] == "es.subject"
    assert call("GET", "/templates/broken").status_code == 404


def test_policies_are_replaced_only_by_who_has_read_them(call: Call) -> None:
    assert call("GET", "/policies").json() == {"version": 0, "policies": [], "replanning": None}
    saved = call("PUT", "/policies", json={"version": 0, "policies": [CAP]}, headers={"Accept-Language": "es"})
    assert saved.json()["version"] == 1
    assert saved.json()["policies"][0]["policy"]["name"] == "two a week"
    assert "2" in saved.json()["policies"][0]["sentence"]
    late = call("PUT", "/policies", json={"version": 0, "policies": []})
    assert (late.status_code, late.json()["code"]) == (409, "policy_version_changed")
    assert len(call("GET", "/policies").json()["policies"]) == 1


def test_a_wrong_policy_is_named_by_its_path(call: Call) -> None:
    wrong = {"kind": "cap", "name": "two a week", "days": 7}
    answer = call("PUT", "/policies", json={"version": 0, "policies": [CAP | {"name": "first"}, wrong]})
    assert (answer.status_code, answer.json()["field"]) == (422, "policies[1].limit")


def test_policies_belong_to_administrators(call: Call) -> None:
    assert call("PUT", "/policies", role="marketer", json={"version": 0, "policies": []}).status_code == 403


def test_a_campaign_goes_from_draft_to_cancelled(call: Call) -> None:
    drafted = call("POST", "/campaigns/spring", role="marketer", json=CAMPAIGN)
    assert (drafted.status_code, drafted.json()["state"], drafted.json()["team"]) == (201, "draft", "marketing")
    assert call("PUT", "/campaigns/spring", json=CAMPAIGN | {"tier": 1}).json()["tier"] == 1
    assert call("POST", "/campaigns/spring", json=CAMPAIGN).status_code == 409
    states = [
        call("POST", f"/campaigns/spring/{step}").json()["state"] for step in ("launch", "pause", "resume", "cancel")
    ]
    assert states == ["launching", "paused", "launching", "cancelled"]
    assert call("POST", "/campaigns/spring/launch").status_code == 409
    assert [one["name"] for one in call("GET", "/campaigns").json()] == ["spring"]
    assert call("GET", "/campaigns/spring/progress").json()["parts_done"] == 64
    assert call("GET", "/campaigns/autumn").status_code == 404


def test_a_csm_launches_nothing(call: Call) -> None:
    call("POST", "/campaigns/spring", json=CAMPAIGN)
    assert call("POST", "/campaigns/spring/launch", role="csm").status_code == 403


def test_a_message_is_taken_once_for_its_key(call: Call) -> None:
    key = {"Idempotency-Key": "order-1"}
    first = call("POST", "/messages", role="sender", json=SINGLE, headers=key)
    again = call("POST", "/messages", role="sender", json=SINGLE, headers=key)
    other = call("POST", "/messages", role="sender", json=SINGLE | {"tier": 0}, headers=key)
    assert (first.status_code, first.json()["new"]) == (202, True)
    assert again.json() == {"id": first.json()["id"], "new": False}
    assert (other.status_code, other.json()["code"]) == (409, "messages.key_taken")
    assert call("POST", "/messages", json=SINGLE).json()["field"] == "idempotency-key"


def test_a_message_tells_its_story(call: Call) -> None:
    taken = call("POST", "/messages", json=SINGLE, headers={"Idempotency-Key": "order-1"})
    where = taken.headers["location"].removeprefix("/api/v1")
    told = call("GET", where).json()
    assert (told["contact"], told["state"], told["reason"], told["template"]) == ("ana", "planned", "clear", "hello")
    ended = call("POST", f"{where}/cancel", json={"why": "wrong order"}).json()
    assert (ended["state"], ended["history"][-1]["detail"]) == ("cancelled", "key:admin: wrong order")
    assert call("POST", f"{where}/cancel").status_code == 409
    assert call("GET", "/messages/999999").status_code == 404
    assert [one["state"] for one in call("GET", "/contacts/ana/messages").json()] == ["cancelled"]


def test_the_stop_switch_stands_until_it_is_lifted(call: Call) -> None:
    (stop,) = call("POST", "/stops", role="support", json={"channel": "email", "reason": "wrong prices"}).json()
    assert (stop["channel"], stop["reason"], stop["actor"]) == ("email", "wrong prices", "key:support")
    assert len(call("POST", "/stops", json={"reason": "all"}).json()) == 2
    assert call("GET", "/status").json()["stops"] == call("GET", "/stops").json()
    assert [one["channel"] for one in call("DELETE", "/stops").json()] == ["email"]
    assert call("DELETE", "/stops").status_code == 409
    assert call("DELETE", "/stops?channel=email").json() == []


def test_status_counts_messages_by_state(call: Call) -> None:
    call("POST", "/messages", json=SINGLE, headers={"Idempotency-Key": "order-1"})
    assert call("GET", "/status", role="reader").json()["messages"]["planned"] == 1
