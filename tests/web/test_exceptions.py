"""What people decide by hand, by API: sending past the policies, and holding contacts and accounts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg import Connection

from pauta.messages.actions import propose_one
from pauta.messages.terms import read_terms
from pauta.people.actions import ContactValues, upsert_contact
from pauta.platform import database as pauta_database
from pauta.platform.clock import advance
from pauta.platform.settings import Settings
from tests.conftest import ADMIN
from tests.messages.cast import ACME, DIEGO, NOW, TWO_A_WEEK, settle
from tests.web.conftest import Call

TALKS = {"until": "2026-12-01", "reason": "contract talks"}


@pytest.fixture
def base(settings: Settings) -> Iterator[Connection[Any]]:
    """The cast at Acme with a cap, on a connection that commits at once."""
    with pauta_database.connect(settings.database_url) as connection:
        settle(connection, (TWO_A_WEEK,))
    with pauta_database.connect(settings.database_url, autocommit=True) as connection:
        yield connection


def propose(base: Connection[Any], key: str, contact: str = "ana", **terms: Any) -> int:
    document = {"type": "promotional", "topic": "offers", "team": ""} | terms
    return propose_one(
        base, NOW, read_terms(document), contact=contact, template="hello", key=key, who=ADMIN
    ).message_id


def test_an_override_is_told_wherever_the_message_is_told(base: Connection[Any], call: Call) -> None:
    number = propose(base, "k")
    answer = call("POST", f"/messages/{number}/override", json={"why": "asked by phone"})
    assert (answer.json()["overridden_by"], answer.json()["overridden_why"]) == ("key:admin", "asked by phone")
    (row,) = call("GET", "/contacts/ana/strip?lang=pt-BR").json()["messages"]
    assert row["text"] == "Sai apesar das políticas: foi decisão de key:admin, porque “asked by phone”"
    (found,) = call("GET", "/contacts/ana/why?lang=en").json()
    assert found["coming"][0]["text"].endswith("past the policies, by key:admin, because “asked by phone”")
    base.execute(
        "UPDATE message SET state = 3, day = '2026-11-23', channel = 0, changed_at = changed_at + interval '1 second'"
    )
    (moment,) = call("GET", "/contacts/ana/timeline").json()["moments"][:1]
    assert (moment["what"], moment["by"], moment["why"]) == ("message", "key:admin", "asked by phone")
    (entry,) = call("GET", f"/audit?subject=message:{number}").json()
    assert (entry["action"], entry["detail"]) == ("messages.override", {"why": "asked by phone"})


@pytest.mark.parametrize(("form", "status"), [({}, 422), ({"why": ""}, 422), ({"why": "   "}, 422)])
def test_an_override_needs_a_reason(base: Connection[Any], call: Call, form: dict[str, str], status: int) -> None:
    assert call("POST", f"/messages/{propose(base, 'k')}/override", json=form).status_code == status


def test_only_what_waits_can_be_overridden(base: Connection[Any], call: Call) -> None:
    number = propose(base, "k")
    call("POST", f"/messages/{number}/cancel")
    for wanted in (number, propose(base, "invoice", type="transactional")):
        refused = call("POST", f"/messages/{wanted}/override", json={"why": "please"})
        assert (refused.status_code, refused.json()["code"]) == (409, "messages.no_override")
    assert call("POST", "/messages/9999/override", json={"why": "please"}).status_code == 404


@pytest.mark.parametrize(("path", "whole", "others"), [("/contacts/ana", False, 0), ("/accounts/acme", True, 1)])
def test_a_hold_is_shown_until_it_is_lifted(
    base: Connection[Any], call: Call, path: str, whole: bool, others: int
) -> None:
    propose(base, "k")
    assert call("POST", f"{path}/holds", json=TALKS).status_code == 201
    strip = call("GET", "/contacts/ana/strip?lang=pt-BR").json()
    (hold,) = strip["holds"]
    assert (hold["whole_account"], hold["until"], hold["reason"], hold["by"]) == (
        whole, "2026-12-01", "contract talks", "key:admin",
    )  # fmt: skip
    (row,) = strip["messages"]
    assert [one["day"] for one in row["rows"][0]["days"] if one["rules"] == ["held"]][-1] == "2026-11-30"
    assert len(call("GET", "/contacts/bruno/strip").json()["holds"]) == others
    assert len(call("GET", "/accounts/acme/strip").json()["holds"]) == 1
    (found,) = call("GET", "/contacts/ana/why?lang=en").json()
    assert {rule for span in found["coming"][0]["strips"][0]["days"] for rule in span["rules"]} == {"held"}
    assert call("DELETE", f"/holds/{hold['id']}").status_code == 200
    assert call("GET", "/contacts/ana/strip").json()["holds"] == []
    assert call("DELETE", f"/holds/{hold['id']}").status_code == 404
    told = [one["what"] for one in call("GET", f"{path}/timeline").json()["moments"]]
    assert told[:2] == ["hold_lifted", "hold"]
    assert base.execute("SELECT count(*) FROM plan_request").fetchone() == (1,)


def test_the_sentence_names_who_holds(base: Connection[Any], call: Call) -> None:
    propose(base, "k")
    call("POST", "/contacts/ana/holds", json=TALKS)
    base.execute(
        "UPDATE message SET state = 1, verdict = 1, reason = 2, rule = -4, day = '2026-12-01', channel = 0,"
        " policy_version = 1"
    )
    (row,) = call("GET", "/contacts/ana/strip?lang=pt-BR").json()["messages"]
    assert row["text"] == "Espera até ter., 1 de dez., porque key:admin suspendeu os envios até lá: “contract talks”"
    (found,) = call("GET", "/contacts/ana/why?lang=en").json()
    assert "key:admin holds everything until then: “contract talks”" in found["coming"][0]["text"]


def test_the_longest_of_holds_and_pause_is_named(base: Connection[Any], call: Call) -> None:
    propose(base, "k")
    call("POST", "/contacts/ana/holds", json=TALKS)
    call("PUT", "/contacts/ana/pause", json={"until": "2026-12-05"})
    (row,) = call("GET", "/contacts/ana/strip").json()["messages"]
    rules = {rule for day in row["rows"][0]["days"] for rule in day["rules"]}
    assert rules == {"pause"}


def test_a_hold_whose_day_is_over_cannot_be_lifted(base: Connection[Any], call: Call, settings: Settings) -> None:
    call("POST", "/contacts/ana/holds", json=TALKS)
    (hold,) = call("GET", "/contacts/ana/strip").json()["holds"]
    assert settings.clock_file is not None
    advance(settings.clock_file, datetime(2026, 12, 1, 4, tzinfo=UTC))
    answer = call("DELETE", f"/holds/{hold['id']}")
    assert (answer.status_code, answer.json()["code"]) == (404, "messages.hold_gone")
    assert base.execute("SELECT lifted_at FROM manual_hold").fetchone() == (None,)


def test_an_address_of_several_contacts_is_refused(base: Connection[Any], call: Call) -> None:
    base.execute("UPDATE contact SET email = 'office@acme.example'")
    refused = call("POST", "/contacts/office@acme.example/holds", json=TALKS)
    assert (refused.status_code, refused.json()["code"]) == (409, "messages.contact_ambiguous")
    assert base.execute("SELECT count(*) FROM manual_hold").fetchone() == (0,)


def test_a_hold_finds_the_contact_where_a_move_leaves_it(base: Connection[Any], call: Call, settings: Settings) -> None:
    call("GET", "/contacts/diego/strip")
    with pauta_database.connect(settings.database_url) as moving, ThreadPoolExecutor(1) as pool:
        upsert_contact(moving, ContactValues(external_id="diego", account="acme"), NOW)
        held = pool.submit(call, "POST", "/contacts/diego/holds", json=TALKS)
        waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        while not held.done() and base.execute(waits).fetchone() == (0,):
            time.sleep(0.01)
        moving.commit()
        assert held.result().status_code == 201
    assert base.execute("SELECT account_key, contact_id FROM manual_hold").fetchone() == (ACME, DIEGO)


def test_a_hold_that_is_over_is_not_told_any_more(base: Connection[Any], call: Call, settings: Settings) -> None:
    propose(base, "k")
    call("POST", "/contacts/ana/holds", json=TALKS)
    assert settings.clock_file is not None
    advance(settings.clock_file, NOW + timedelta(days=9))
    strip = call("GET", "/contacts/ana/strip").json()
    assert strip["holds"] == []
    assert {rule for day in strip["messages"][0]["rows"][0]["days"] for rule in day["rules"]} <= {
        "window",
        "two a week",
    }
    (found,) = call("GET", "/contacts/ana/why?lang=en").json()
    assert len(found["coming"]) == 1


@pytest.mark.parametrize("form", [{"until": "2026-11-23", "reason": "today"}, {"until": "2026-12-01", "reason": ""}])
def test_a_wrong_hold_is_refused(base: Connection[Any], call: Call, form: dict[str, str]) -> None:
    for path in ("/contacts/ana", "/accounts/acme"):
        assert call("POST", f"{path}/holds", json=form).status_code == 422
    assert call("POST", "/contacts/nobody/holds", json=TALKS).status_code == 404
    assert call("POST", "/accounts/nobody/holds", json=TALKS).status_code == 404
