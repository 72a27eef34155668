"""Journeys over days to come: what would be sent, by the real gate, without a trace."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from psycopg import Connection

from pauta.core.journey.document import Document, read_document
from pauta.journeys.ready import KEYS, adapt, ready_journey
from pauta.pipeline.simulating import Expected, SimulatedMessage, simulate
from pauta.policies import queries as policies
from pauta.policies.actions import replace_all
from pauta.sample.loading import load
from tests.conftest import MONDAY
from tests.faults import company

ONE_A_DAY = {"kind": "cap", "name": "one", "limit": 1, "days": 1, "window": "rolling", "scope": "contact"}
END = {"id": "end", "kind": "exit"}


def journey(*nodes: dict[str, Any], **more: Any) -> Document:
    given = {"entry": {"kind": "event", "event": "begun"}, "start": nodes[0]["id"], "nodes": [*nodes, END], **more}
    return read_document(given)


def message(key: str, then: str) -> dict[str, Any]:
    return {"id": key, "kind": "message", "template": "hello", "next": then}


def days(found: list[SimulatedMessage], contact: str) -> list[tuple[int, str, str]]:
    """Day from MONDAY, node and state of what a contact gets."""
    today = MONDAY.date()
    return [
        ((one.day or one.wished).__sub__(today).days, one.node, one.state) for one in found if one.contact == contact
    ]


def counted(connection: Connection[Any]) -> list[tuple[Any, ...]]:
    """How many rows the tables have that a simulation writes to copies of."""
    tables = ("message", "proposal", "kind", "enrolment", "enrolment_step", "journey", "event", "task", "plan_request")
    return connection.execute(
        " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in tables)
    ).fetchall()


def test_what_would_be_sent_is_told_day_by_day_and_nothing_is_written(
    connection: Connection[Any], database: str
) -> None:
    company.build(connection, MONDAY, 2, 4, [ONE_A_DAY])
    connection.commit()
    before = counted(connection)
    draft = journey(
        message("first", "second"),
        message("second", "pause"),
        {"id": "pause", "kind": "wait", "days": 3, "next": "third"},
        message("third", "end"),
        exits=[{"event": "signed"}],
    )
    expected = [Expected(f"c{n}", "begun", MONDAY + timedelta(hours=1), {}) for n in (1, 2)]
    expected.append(Expected("c2", "signed", MONDAY + timedelta(days=3), {}))
    found = simulate(database, MONDAY, 10, {"trip": draft}, expected)
    assert days(found.messages, "c1") == [(0, "first", "sent"), (1, "second", "sent"), (4, "third", "sent")]
    assert days(found.messages, "c2") == [(0, "first", "sent"), (1, "second", "sent")]
    assert {one.contact for one in found.messages} == {"c1", "c2"}
    assert (found.contacts, found.sampled) == (4, 4)
    told = {one.node: (one.came, one.passed) for one in found.figures["trip"].nodes}
    assert told == {"first": (2, 2), "second": (2, 2), "pause": (2, 1), "third": (1, 1), "end": (1, 0)}
    connection.rollback()
    assert counted(connection) == before
    assert simulate(database, MONDAY, 10, {"trip": draft}, expected) == found, "the same again"


def test_what_happened_before_happens_again_when_that_is_asked(connection: Connection[Any], database: str) -> None:
    company.build(connection, MONDAY, 2, 4, [])
    connection.execute(
        "INSERT INTO event (part, account_key, contact_id, name, at, recorded_at, day, source)"
        " SELECT part, account_key, id, 'begun', %(at)s, %(at)s, %(at)s::date, 'test' FROM contact WHERE id <= 2",
        {"at": MONDAY - timedelta(days=5)},
    )
    connection.commit()
    draft = journey(message("first", "end"))
    assert simulate(database, MONDAY, 7, {"trip": draft}).messages == []
    found = simulate(database, MONDAY, 7, {"trip": draft}, repeat=True)
    assert [(one.contact, one.wished) for one in found.messages] == [
        (f"c{n}", MONDAY.date() + timedelta(days=2)) for n in (1, 2)
    ]


def who_is_in_onboarding(connection: Connection[Any], renewal: str) -> str:
    """A contact of the sample company in São Paulo who is in onboarding; the account's contract renews on that day."""
    row = connection.execute(
        "SELECT c.external_id, a.id FROM contact c JOIN account a ON a.id = c.account_id"
        " JOIN place p ON p.id = a.place_id WHERE c.stage = 'onboarding' AND p.zone = 'America/Sao_Paulo'"
        " AND c.email_state = 1 ORDER BY c.part, c.id LIMIT 1"
    ).fetchone()
    assert row is not None
    connection.execute(
        "UPDATE account SET attributes = attributes || jsonb_build_object('renewal_date', %s::text) WHERE id = %s",
        (renewal, row[1]),
    )
    return str(row[0])


@pytest.mark.long
def test_a_hundred_and_twenty_days_of_the_sample_company_day_by_day_for_one_contact(
    connection: Connection[Any], database: str
) -> None:
    load(connection, MONDAY)
    rules = policies.rules(connection)
    near = next(one for one in rules if one["name"] == "renewal only when it is near")
    near["stages"] = [*near["stages"], "onboarding"]
    replace_all(connection, rules, "ana", MONDAY)
    for key in KEYS:
        adapt(connection, MONDAY, key, key, "pt-BR", "ana.ribeiro@mareia.example")
    who = who_is_in_onboarding(connection, "2027-03-25")
    connection.commit()
    happens = {"signed_up": 0, "contract_signed": 1, "logged_in": 3, "renewal_signed": 102}
    expected = [Expected(who, name, MONDAY + timedelta(days=after, hours=1), {}) for name, after in happens.items()]
    drafts = {key: read_document(ready_journey(key, "pt-BR").document) for key in KEYS}
    found = simulate(database, MONDAY, 120, drafts, expected, most=1)
    diary = [
        (f"{one.day or one.wished:%m-%d}", f"{one.wished:%m-%d}", f"{one.journey} {one.node}", one.state, one.reason)
        for one in found.messages
        if one.contact == who
    ]
    assert diary == DIARY


DIARY = [
    ("11-23", "11-23", "welcome message-1", "sent", "clear"),
    ("11-24", "11-24", "onboarding message-1", "suppressed", "expired"),
    ("11-25", "11-25", "onboarding message-2", "suppressed", "expired"),
    ("11-26", "11-26", "onboarding message-3", "suppressed", "expired"),
    ("11-27", "11-24", "welcome message-2", "sent", "cap"),
    ("11-30", "11-27", "onboarding message-4", "sent", "cap"),
    ("12-01", "12-01", "onboarding message-5", "suppressed", "expired"),
    ("12-04", "11-30", "welcome message-3", "sent", "cap"),
    ("12-08", "12-08", "welcome message-4", "sent", "clear"),
    ("12-11", "12-08", "onboarding message-6", "sent", "cap"),
    ("12-15", "12-10", "re-engagement miss", "sent", "cap"),
    ("12-17", "12-17", "onboarding message-7", "suppressed", "expired"),
    ("12-18", "12-15", "welcome message-5", "sent", "cap"),
    ("12-22", "12-22", "re-engagement idea", "sent", "clear"),
    ("12-22", "12-22", "onboarding message-8", "suppressed", "expired"),
    ("12-24", "12-24", "onboarding message-9", "suppressed", "expired"),
    ("12-28", "12-25", "renewal value", "sent", "time"),
    ("12-29", "12-29", "onboarding message-10", "sent", "clear"),
    ("12-31", "12-31", "onboarding message-11", "suppressed", "expired"),
    ("01-05", "01-05", "onboarding message-12", "sent", "clear"),
    ("01-12", "01-12", "onboarding message-13", "sent", "clear"),
    ("01-19", "01-19", "onboarding message-14", "sent", "clear"),
    ("01-26", "01-26", "onboarding message-15", "sent", "clear"),
    ("02-02", "02-02", "onboarding message-16", "sent", "clear"),
    ("02-09", "02-09", "onboarding message-17", "sent", "clear"),
    ("02-16", "02-16", "onboarding message-18", "sent", "clear"),
    ("02-23", "02-23", "onboarding message-19", "sent", "clear"),
    ("02-23", "02-23", "renewal proposal", "sent", "clear"),
    ("03-02", "03-02", "onboarding message-20", "sent", "clear"),
]
"""What the contact gets: the day, the day that was wished for, the step, what becomes of it and why."""
