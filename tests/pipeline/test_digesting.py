"""What programs sent becomes contacts, accounts and events, each call once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from psycopg import Connection

from pauta.events.actions import LATE
from pauta.events.intake.actions import replay, take_in
from pauta.events.intake.queries import dead_letters
from pauta.people.actions import AccountValues, ContactValues, upsert_account, upsert_contact
from pauta.pipeline.digesting import digest
from pauta.policies.actions import replace_all
from pauta.team.actions import create_key
from tests.conftest import MONDAY

Send = Callable[..., None]
Rows = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def send(connection: Connection[Any]) -> Send:
    """Sends calls as one batch, and lets it be understood."""
    create_key(connection, MONDAY, "shop", "source")

    def sent(*calls: dict[str, Any], **rest: Any) -> None:
        body = json.dumps({"batch": calls, **rest}).encode()
        take_in(connection, [(1, "batch", body, MONDAY)])
        assert digest(connection, MONDAY) == 1
        assert digest(connection, MONDAY) == 0

    return sent


@pytest.fixture
def rows(connection: Connection[Any]) -> Rows:
    """Answers of the database."""
    return lambda query: connection.execute(query).fetchall()  # type: ignore[arg-type]


def track(event: str, **said: Any) -> dict[str, Any]:
    return {"type": "track", "event": event, **said}


def identify(**said: Any) -> dict[str, Any]:
    return {"type": "identify", **said}


def test_a_call_that_comes_again_counts_once(send: Send, rows: Rows) -> None:
    one = track("Opened", userId="ana", messageId="m1", properties={"plan": "gold"})
    send(one, one)
    send(one)
    assert rows("SELECT name, properties, source, external_id FROM event") == [
        ("Opened", {"plan": "gold"}, "key:shop", "1:m1")
    ]
    assert rows("SELECT external_id, email FROM contact") == [("ana", None)]


def test_identify_makes_and_changes_contacts_and_grants_nothing(send: Send, rows: Rows) -> None:
    send(
        identify(
            userId="ana",
            traits={
                "email": "Ana@Acme.example",
                "name": "Ana Prado",
                "phone": "+55 11 98765-4321",
                "timezone": "America/Sao_Paulo",
                "language": "pt_br",
                "address": {"street": "Rua A, 1", "city": "São Paulo", "state": "SP", "country": "Brazil"},
                "plan": {"name": "gold", "seats": 5},
                "beta": True,
                "consent": {"marketing": True},
            },
        ),
        identify(userId="ana", traits={"plan": {"seats": 6}, "email": None}),
    )
    assert rows(
        "SELECT first_name, last_name, email, phone, postal_address, language, zone, country, region FROM contact"
        " JOIN place ON place.id = place_id"
    ) == [
        (
            *("Ana", "Prado", "Ana@Acme.example", "+5511987654321", "Rua A, 1, São Paulo, SP, Brazil", "pt-BR"),
            *("America/Sao_Paulo", "BR", "SP"),
        ),
    ]
    ((attributes,),) = rows("SELECT attributes FROM contact")
    assert (attributes["plan.name"], attributes["plan.seats"], attributes["beta"]) == ("gold", 6, True)
    assert rows("SELECT count(*) FROM consent") == [(0,)]


def test_who_is_known_by_their_address_is_not_made_again(send: Send, rows: Rows, connection: Connection[Any]) -> None:
    upsert_contact(connection, ContactValues(external_id="17", email="ana@acme.example"), MONDAY)
    send(identify(userId="Ana@acme.example", traits={"plan": "gold"}), track("Opened", userId="ana@acme.example"))
    assert rows("SELECT external_id, attributes FROM contact") == [("17", {"plan": "gold"})]
    assert rows("SELECT contact_id FROM event") == [(1,)]


def test_what_a_visitor_did_is_theirs_once_they_say_who_they_are(send: Send, rows: Rows) -> None:
    send(
        track("Looked", anonymousId="v1", messageId="m1"), identify(anonymousId="v1", traits={"plan": "x", "role": "y"})
    )
    assert rows("SELECT count(*) FROM event") == [(0,)]
    send(track("Waited", anonymousId="v1"), identify(userId="ana", anonymousId="v1", traits={"plan": "gold"}))
    send(track("Bought", anonymousId="v1"), track("Looked", anonymousId="v1", messageId="m1"))
    assert rows("SELECT name, c.external_id FROM event JOIN contact c ON c.id = contact_id ORDER BY event.id") == [
        *(("Looked", "ana"), ("Waited", "ana"), ("Bought", "ana")),
    ]
    assert rows("SELECT attributes FROM contact") == [({"plan": "gold", "role": "y"},)]
    assert rows("SELECT count(*) FROM visitor_event") == [(0,)]


def test_a_browser_belongs_to_who_said_so_last(send: Send, rows: Rows) -> None:
    send(
        identify(userId="ana", anonymousId="v1"),
        track("One", anonymousId="v1"),
        track("Two", anonymousId="v1", userId="bruno"),
        track("Three", anonymousId="v1"),
        identify(userId="bruno", anonymousId="v1"),
        track("Four", anonymousId="v1"),
    )
    assert rows("SELECT name, c.external_id FROM event JOIN contact c ON c.id = contact_id ORDER BY event.id") == [
        *(("One", "ana"), ("Two", "bruno"), ("Three", "ana"), ("Four", "bruno")),
    ]


def test_group_makes_the_account_and_the_membership(send: Send, rows: Rows, connection: Connection[Any]) -> None:
    upsert_account(connection, AccountValues(external_id="b1", name="Beta"), MONDAY)
    send(
        {"type": "group", "userId": "ana", "groupId": "a1", "traits": {"name": "Acme", "employees": 5}},
        {"type": "group", "userId": "ana", "groupId": "b1", "traits": {}},
        identify(userId="bruno", traits={"company": "Beta"}),
    )
    assert rows("SELECT external_id, name, attributes FROM account ORDER BY 1") == [
        *(("a1", "Acme", {"employees": 5}), ("b1", "Beta", {})),
    ]
    assert rows(
        "SELECT c.external_id, a.external_id FROM contact c JOIN account a ON a.id = account_id ORDER BY 1"
    ) == [
        *(("ana", "a1"), ("bruno", "b1")),
    ]
    assert rows("SELECT external_id FROM relation JOIN account ON account.id = account_id") == [("b1",)]


def test_alias_joins_a_visitor_or_another_contact(send: Send, rows: Rows) -> None:
    send(track("Looked", anonymousId="v1"), track("Opened", userId="old"), track("Opened", userId="ana"))
    send(
        {"type": "alias", "previousId": "v1", "userId": "ana"}, {"type": "alias", "previousId": "old", "userId": "ana"}
    )
    assert rows("SELECT external_id FROM contact") == [("ana",)]
    assert rows("SELECT DISTINCT contact_id = (SELECT id FROM contact) FROM event") == [(True,)]
    assert rows("SELECT count(*) FROM event") == [(3,)]
    send(track("Closed", userId="old"))
    assert rows("SELECT count(*) FROM contact") == [(1,)]


def test_what_nobody_understands_is_kept_with_its_reason_and_stops_nothing_else(
    send: Send, rows: Rows, connection: Connection[Any]
) -> None:
    send(track("", userId="ana", messageId="bad"), track("Opened", userId="ana"), sentAt="2026-11-23T12:00:00Z")
    send(track("", userId="ana", messageId="bad"))
    (dead,) = dead_letters(connection, None, 10)
    assert (dead.code, dead.field, dead.key, json.loads(dead.body)["messageId"]) == (
        "intake_name",
        "event",
        "shop",
        "bad",
    )
    assert rows("SELECT name FROM event") == [("Opened",)]


def test_of_traits_that_are_wrong_the_others_are_taken(send: Send, rows: Rows, connection: Connection[Any]) -> None:
    send(identify(userId="ana", traits={"email": "nonsense", "firstName": "Ana", "plan": "gold"}))
    assert rows("SELECT first_name, email, attributes FROM contact") == [("Ana", None, {"plan": "gold"})]
    assert [(one.code, one.field) for one in dead_letters(connection, None, 10)] == [
        ("people_email_invalid", "traits.email")
    ]


def test_a_call_that_fails_fails_alone(
    send: Send, rows: Rows, connection: Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        real = json.dumps

        def fails(value: Any, **rest: Any) -> str:
            if isinstance(value, dict) and value.get("poison"):
                raise ValueError("a defect")
            return real(value, **rest)

        patched.setattr("pauta.pipeline.digesting.json.dumps", fails)
        take_in(
            connection,
            [
                (
                    1,
                    "track",
                    real(track(str(number), userId="ana", properties={"poison": number == 5})).encode(),
                    MONDAY,
                )
                for number in range(8)
            ],
        )
        assert digest(connection, MONDAY) == 8
    assert len(rows("SELECT name FROM event")) == 7
    assert [one.code for one in dead_letters(connection, None, 10)] == ["intake_failed"]
    assert replay(connection, None) == 1
    digest(connection, MONDAY + timedelta(days=3))
    assert rows("SELECT name, at FROM event ORDER BY id DESC LIMIT 1") == [("5", MONDAY)]
    assert dead_letters(connection, None, 10) == []


def test_late_events_can_be_told_from_new_ones(send: Send, rows: Rows) -> None:
    """J6: what comes late is kept, and known as late."""
    send(
        track("Late", userId="ana", timestamp=(MONDAY - LATE - timedelta(seconds=1)).isoformat()),
        track("New", userId="ana", timestamp=(MONDAY - LATE).isoformat()),
    )
    assert rows("SELECT name, recorded_at - at > interval '24 hours' FROM event ORDER BY id") == [
        *(("Late", True), ("New", False)),
    ]


def test_the_gate_plans_again_only_after_events_for_which_a_policy_waits(
    send: Send, rows: Rows, connection: Connection[Any]
) -> None:
    hold = {"kind": "hold", "name": "angry", "after": "Complained", "days": 7}
    replace_all(connection, [hold], "ana", MONDAY)
    asked: list[Any] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("pauta.pipeline.digesting.people_changed", lambda _c, changes, _n: asked.append(changes.keys))
        send(track("Opened", userId="ana"))
        send(track("Opened", userId="ana"))
        send(track("Complained", userId="ana"))
    assert asked[1:] == [frozenset(), frozenset({-1})]
