"""Journeys by the API: drafts with everything that is wrong, published versions, pause and stop."""

from __future__ import annotations

from typing import Any

from tests.web.conftest import SPANISH, Call

END = {"id": "end", "kind": "exit"}


def document(**more: Any) -> dict[str, Any]:
    """A journey of one message."""
    hello = {"id": "hello", "kind": "message", "template": "hello", "next": "end", "position": {"x": 1.5, "y": 2.0}}
    return {"entry": {"kind": "event", "event": "signed_up"}, "start": "hello", "nodes": [hello, END], **more}


def test_a_draft_is_saved_though_something_is_wrong_and_published_when_nothing_is(call: Call) -> None:
    made = call("POST", "/journeys/welcome", json={"document": document()})
    assert made.status_code == 201
    wrong = made.json()["problems"]
    assert [(one["node"], one["field"], one["code"]) for one in wrong] == [
        ("hello", "template", "journeys.template_unknown")
    ]
    assert "hello" in wrong[0]["detail"]
    refused = call("POST", "/journeys/welcome/publish", json={})
    assert (refused.status_code, refused.json()["code"]) == (422, "journeys.template_unknown")
    call("PUT", "/templates/hello", json={"languages": SPANISH})
    assert call("GET", "/journeys/welcome").json()["problems"] == []
    tried = call("POST", "/journeys/welcome/publish", json={"try_only": True}).json()
    assert tried == {"version": 1, "stay": 0, "moves": [], "exits": 0}
    assert call("GET", "/journeys/welcome").json()["state"] == "draft"
    assert call("POST", "/journeys/welcome/publish", json={}).status_code == 200
    (found,) = call("GET", "/journeys").json()
    assert (found["state"], found["version"], found["changed"]) == ("live", 1, False)
    assert call("GET", "/journeys/welcome").json()["draft"] == document()


def test_a_version_never_changes_and_two_authors_do_not_overwrite_each_other(call: Call) -> None:
    call("PUT", "/templates/hello", json={"languages": SPANISH})
    call("POST", "/journeys/welcome", json={"document": document()})
    call("POST", "/journeys/welcome/publish", json={})
    other = document(goal={"event": "bought"})
    saved = call("PUT", "/journeys/welcome", json={"document": other, "draft_version": 1})
    assert (saved.status_code, saved.json()["changed"], saved.json()["draft_version"]) == (200, True, 2)
    late = call("PUT", "/journeys/welcome", json={"document": document(), "draft_version": 1})
    assert (late.status_code, late.json()["code"]) == (409, "journeys.changed")
    (version,) = call("GET", "/journeys/welcome/versions").json()
    assert (version["number"], version["document"]) == (1, document())


def test_pause_resume_and_stop_each_in_its_state(call: Call) -> None:
    call("PUT", "/templates/hello", json={"languages": SPANISH})
    call("POST", "/journeys/welcome", json={"document": document()})
    for step, body in (("pause", None), ("resume", {}), ("stop", None)):
        refused = call("POST", f"/journeys/welcome/{step}", json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, f"journeys.no_{step}")
    call("POST", "/journeys/welcome/publish", json={})
    assert call("POST", "/journeys/welcome/pause").json()["state"] == "paused"
    assert call("POST", "/journeys/welcome/resume", json={"waits": "now"}).json()["state"] == "live"
    assert call("POST", "/journeys/welcome/stop").json() == {"left": 0}
    assert call("POST", "/journeys/welcome/publish", json={}).json()["code"] == "journeys.no_publish"
    steps = [one["detail"].get("step") for one in call("GET", "/audit?subject=journey:welcome").json()]
    assert steps[:4] == ["stop", "resume", "pause", "publish"]


def test_a_document_is_checked_while_it_is_drawn_and_nothing_is_saved(call: Call) -> None:
    found = call("POST", "/journeys/check", json={"document": document(nodes=[END])}).json()
    assert [one["code"] for one in found] == ["journeys.no_start"]
    assert call("GET", "/journeys").json() == []
    assert call("POST", "/journeys/check", json={"document": {"entry": 1}}).json()["code"] == "journeys.document"


def test_a_channel_that_nobody_provides_is_told_before_it_is_published(call: Call) -> None:
    call("PUT", "/templates/hello", json={"languages": SPANISH})
    found = call("POST", "/journeys/check", json={"document": document(messages={"channels": ["voice"]})}).json()
    assert [(one["node"], one["field"], one["code"]) for one in found] == [
        ("hello", "channels", "channel_without_provider")
    ]


def test_names(call: Call) -> None:
    call("POST", "/journeys/welcome", json={"document": document()})
    assert call("POST", "/journeys/welcome", json={"document": document()}).status_code == 409
    assert call("GET", "/journeys/farewell").status_code == 404


def test_a_ready_journey_is_drafted_simulated_published_and_entered(call: Call) -> None:
    offered = call("GET", "/ready-journeys", headers={"Accept-Language": "es"}).json()
    assert [(one["key"], one["name"]) for one in offered][:2] == [
        ("welcome", "Bienvenida"),
        ("onboarding", "Incorporación"),
    ]
    assert call("POST", "/ready-journeys/welcome", json={"name": "hello"}).status_code == 201
    assert call("POST", "/ready-journeys/welcome", json={"name": "hello"}).status_code == 409
    call("PUT", "/contacts/eva", json={"first_name": "Eva", "email": "eva@acme.example"})
    asked = {
        "days": 3,
        "contact": "eva",
        "expected": [{"contact": "eva", "event": "signed_up", "at": "2026-11-23T13:00:00Z"}],
    }
    found = call("POST", "/journeys/hello/simulate", json=asked)
    assert found.status_code == 200, found.text
    assert (found.json()["sampled"], found.json()["not_sent"]) == (1, 3), "nobody asked eva for consent"
    assert [(one["node"], one["state"], one["reason"]) for one in found.json()["messages"]] == [
        (f"message-{number}", "suppressed", "consent") for number in (1, 2, 3)
    ]
    assert call("POST", "/journeys/hello/contacts", json={"contacts": ["eva"]}).json()["code"] == "journeys.no_entry"
    call("POST", "/journeys/hello/publish", json={})
    assert call("POST", "/journeys/hello/contacts", json={"contacts": ["eva"]}).json() == {"entered": 1}
    (one,) = call("GET", "/journeys/hello/nodes/message-1/contacts").json()
    assert (one["contact"], one["name"], one["ended"]) == ("eva", "Eva", "inside")
    assert call("GET", "/journeys/hello/figures").json()["inside"] == 1
