"""What was sent to somebody counts for them wherever they are, and for the account in which they were then."""

from __future__ import annotations

from typing import Any

import pytest

from pauta.messages import actions as messages
from pauta.messages.states import State
from pauta.messages.terms import Terms
from pauta.people.actions import move_contact
from pauta.pipeline.people import people_changed
from tests.conftest import ADMIN
from tests.faults import company
from tests.pipeline.office import Office

TERMS = Terms(type="promotional", topic="offers", team="marketing")
HERE, THERE = 2, 1
"""The account of contact 1, and the other, in which contact 2 is; contact 3 is here, contact 4 there."""


@pytest.fixture
def office(settings: Any, connection: Any) -> Office:
    """Two accounts with two people each."""
    return Office(settings, connection)


def cap(scope: str) -> list[dict[str, Any]]:
    return [{"kind": "cap", "name": "one", "limit": 1, "days": 7, "window": "rolling", "scope": scope}]


def send(office: Office, contact: int, key: str) -> None:
    messages.propose_one(
        office.connection, office.now, TERMS, contact=f"c{contact}", template="hello", key=key, who=ADMIN
    )
    office.settle(office.worker())


def move(office: Office, contact: int, account: int) -> None:
    people_changed(office.connection, move_contact(office.connection, contact, account, office.now), office.now)


def state_of(office: Office, key: str) -> State:
    query = "SELECT m.state FROM message m JOIN proposal p ON p.id = m.proposal_id WHERE p.occurrence = %s"
    return State(office.one(query, key))


@pytest.mark.parametrize("imported", [False, True])
@pytest.mark.parametrize(
    ("scope", "contact", "expected"),
    [
        ("account", 3, State.PLANNED),  # their colleague left, and yet the account has had its message
        ("account", 4, State.SENT),  # what a newcomer got elsewhere is not this account's
        ("account", 1, State.SENT),
        ("contact", 1, State.PLANNED),  # the person has had it
        ("contact", 3, State.SENT),
        ("contact", 4, State.SENT),
    ],
)
def test_whose_caps_count_what_was_sent_before_a_move(
    office: Office, scope: str, contact: int, expected: State, imported: bool
) -> None:
    company.build(office.connection, office.now, 2, 4, cap(scope))
    assert office.all("SELECT id, account_key FROM contact ORDER BY id") == [(1, 2), (2, 1), (3, 2), (4, 1)]
    send(office, 1, "first")
    assert state_of(office, "first") == State.SENT
    if imported:
        office.run(
            "WITH gone AS (DELETE FROM message RETURNING *) "
            "INSERT INTO touch (part, id, account_key, contact_id, kind_id, channel, day, at, external_id) "
            "SELECT g.part, g.id, g.account_key, g.contact_id, p.kind_id, g.channel, g.day, g.changed_at, 'x' "
            "FROM gone g JOIN proposal p ON p.id = g.proposal_id"
        )
    move(office, 1, THERE)
    send(office, contact, "second")
    assert state_of(office, "second") == expected


def test_one_who_comes_back_has_never_been_away(office: Office) -> None:
    company.build(office.connection, office.now, 2, 4, cap("account"))
    send(office, 1, "first")
    move(office, 1, THERE)
    assert office.all("SELECT account_key, sent_key FROM message") == [(THERE, HERE)]
    move(office, 1, HERE)
    assert office.all("SELECT account_key, sent_key FROM message") == [(HERE, None)]
    send(office, 3, "second")
    assert state_of(office, "second") == State.PLANNED


def test_what_waits_goes_along_and_is_sent_under_the_new_account(office: Office) -> None:
    company.build(office.connection, office.now, 2, 4, cap("account"))
    send(office, 1, "first")
    send(office, 3, "second")
    assert state_of(office, "second") == State.PLANNED
    move(office, 3, THERE)
    office.settle(office.worker())
    assert state_of(office, "second") == State.SENT
    assert office.all("SELECT account_key, sent_key FROM message ORDER BY id") == [(HERE, None), (THERE, None)]
    send(office, 4, "third")
    assert state_of(office, "third") == State.PLANNED
