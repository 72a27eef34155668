"""Segments through the API: made, previewed, explained, named by an audience, and guarded."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg import Connection
from psycopg.types.json import Jsonb

from pauta.pipeline.segments import keep_segments
from pauta.segments import previewing
from tests.conftest import MONDAY
from tests.segments.test_compiling import one
from tests.web.conftest import Call

GOLD = one("account.attributes.plan", "=", "gold")


@pytest.fixture
def base(call: Call, connection: Connection[Any]) -> Connection[Any]:
    for name, plan in (("acme", "gold"), ("sur", "basic")):
        call("PUT", f"/accounts/{name}", json={"name": name, "attributes": {"plan": plan}})
        call(
            "PUT", f"/contacts/{name}-ana", json={"first_name": "Ana", "email": f"ana@{name}.example", "account": name}
        )
    return connection


def settle(base: Connection[Any]) -> None:
    while keep_segments(base, MONDAY):
        base.commit()
    base.commit()


def make(call: Call, key: str = "gold", rule: Any = GOLD) -> Any:
    return call("POST", "/segments", json={"key": key, "name": "Gold customers", "rule": rule})


def test_a_segment_is_made_filled_and_explained(call: Call, base: Connection[Any]) -> None:
    made = make(call)
    assert (made.status_code, made.json()["refreshed_at"]) == (201, None)
    assert made.json()["text"] == "“plan” of the account is “gold”"
    settle(base)
    assert [(one["key"], one["members"]) for one in call("GET", "/segments").json()] == [("gold", 1)]
    assert [one["contact"] for one in call("GET", "/segments/gold/members").json()] == ["acme-ana"]
    (moved,) = call("GET", "/segments/gold/changes").json()
    assert (moved["contact"], moved["entered"], moved["by_rule"]) == ("acme-ana", True, True)
    assert call("GET", f"/segments/gold/changes?after={moved['id']}").json() == []
    assert [one["name"] for one in call("GET", "/contacts/acme-ana/segments").json()] == ["Gold customers"]
    why = call("GET", "/segments/gold/why?contact=sur-ana", headers={"Accept-Language": "es"}).json()["answer"]
    assert (why["text"], why["holds"]) == ("Se cumple todo esto", False)
    assert [(part["text"], part["holds"]) for part in why["parts"]] == [("«plan» de la empresa es «gold»", False)]


def test_a_rule_is_counted_while_it_is_written(call: Call, base: Connection[Any]) -> None:
    found = call("POST", "/rules/preview", json={"rule": GOLD}).json()
    assert (found["contacts"], found["everyone"], found["text"]) == (1, 2, "“plan” of the account is “gold”")
    assert [(one["contact"], one["account"]) for one in found["sample"]] == [("acme-ana", "acme")]
    wrong = call("POST", "/rules/preview", json={"rule": one("contact.shoe", "=", 1)})
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["field"]) == (
        422,
        "rule_field",
        "rule.rules[0].field",
    )


def test_a_count_that_takes_long_is_given_up(
    call: Call, base: Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previewing, "SECONDS", 0.001)
    base.execute("LOCK TABLE account IN ACCESS EXCLUSIVE MODE")
    answer = call("POST", "/rules/preview", json={"rule": GOLD})
    assert (answer.status_code, answer.json()["code"]) == (422, "segments.slow")


def test_a_segment_changes_only_from_the_version_that_was_read(call: Call, base: Connection[Any]) -> None:
    make(call)
    form = {"name": "Others", "rule": one("account.attributes.plan", "!=", "gold"), "version": 1}
    assert call("PUT", "/segments/gold", json=form).json()["version"] == 2
    assert call("PUT", "/segments/gold", json={**form, "rule": GOLD}).status_code == 409
    assert [one["version"] for one in call("GET", "/segments/gold/versions").json()] == [2, 1]


def test_an_audience_may_be_a_segment_which_then_stays(call: Call, base: Connection[Any]) -> None:
    make(call)
    settle(base)
    call("PUT", "/templates/hello", json={"languages": {"en": {"subject": "Hi", "body": "<p>Hi</p>"}}})
    campaign = {"type": "promotional", "template": "hello", "audience": {"segment": "gold"}}
    assert call("POST", "/campaigns/spring", json=campaign).status_code == 201
    assert call("GET", "/segments/gold").json()["used_by"] == [{"kind": "campaign", "name": "spring"}]
    assert call("DELETE", "/segments/gold").status_code == 409
    unknown = call("POST", "/campaigns/autumn", json={**campaign, "audience": {"segment": "none"}})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "campaigns.segment_unknown")


def test_a_segment_that_a_policy_or_a_journey_names_stays(call: Call, base: Connection[Any]) -> None:
    for key in ("held", "entered", "asked"):
        make(call, key)
    guard = {"kind": "guard", "name": "gold only", "held": {"except_segments": ["x"], "segments": ["held"]}}
    policies = [{**guard, "stages": ["trial"]}]
    assert call("PUT", "/policies", json={"version": 0, "policies": policies}).status_code == 200
    asks = {"id": "b", "kind": "branch", "ways": [{"to": "end", "rule": one("segment", "in", ["other", "asked"])}]}
    document = {"entry": {"kind": "segment", "segment": "entered"}, "start": "b", "nodes": [asks]}
    base.execute(
        "INSERT INTO journey (name, state, draft, draft_version, actor, created_at, changed_at)"
        " VALUES ('welcome', 'draft', %s, 1, 'ana', now(), now())",
        (Jsonb(document),),
    )
    base.commit()
    for key, kind, name in (
        ("held", "policy", "gold only"),
        ("entered", "journey", "welcome"),
        ("asked", "journey", "welcome"),
    ):
        assert call("GET", f"/segments/{key}").json()["used_by"] == [{"kind": kind, "name": name}]
        assert call("DELETE", f"/segments/{key}").status_code == 409


def test_choices_are_what_stands_in_the_data(call: Call, base: Connection[Any]) -> None:
    make(call)
    found = call("GET", "/rules/choices").json()
    assert (found["account_attributes"], found["segments"]) == (["plan"], ["gold"])


def test_readers_look_and_marketers_write(call: Call, base: Connection[Any]) -> None:
    form = {"key": "gold", "name": "Gold", "rule": GOLD}
    assert call("POST", "/segments", json=form, role="reader").status_code == 403
    assert call("POST", "/segments", json=form, role="marketer").status_code == 201
    assert call("GET", "/segments/gold", role="reader").status_code == 200
    assert call("DELETE", "/segments/gold", role="marketer").status_code == 204
    assert call("GET", "/segments/gold").status_code == 404
