"""Two contacts become one, which goes on with everything that either had."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from psycopg import Connection

from pauta.campaigns.lists import save_list
from pauta.core.problems import Problem
from pauta.messages.states import State
from pauta.migrations.tables import METADATA
from pauta.people import actions as people
from pauta.people.measuring import choose_measured
from pauta.people.queries import find_contacts
from pauta.pipeline.merging import MERGED_TABLES, merge_contacts
from pauta.pipeline.people import people_changed
from tests.faults import company
from tests.pipeline.office import Office

TWO_A_WEEK = {"kind": "cap", "name": "two", "limit": 2, "days": 7, "window": "rolling", "scope": "contact"}


@pytest.fixture(autouse=True)
def hired(office: Office) -> None:
    """Four contacts of two accounts: c2 and c4 of a1, c1 and c3 of a2."""
    company.build(office.connection, office.now, 2, 4, [TWO_A_WEEK])
    office.connection.execute("SELECT setval('contact_id_seq', 100)")
    office.connection.commit()


def merge(office: Office, name: str, other: str) -> str:
    merged = merge_contacts(office.connection, name, other, office.now, "user:ana@acme.example")
    office.connection.commit()
    return merged


def add(office: Office, external_id: str, **values: Any) -> int:
    stored = people.upsert_contact(
        office.connection, people.ContactValues(external_id=external_id, **values), office.now
    )
    people_changed(office.connection, stored.changes, office.now)
    office.connection.commit()
    return stored.ids[0]


def test_whatever_has_a_contact_is_taken_over() -> None:
    """A new table with contacts is to be thought of here."""
    having = {
        table.name for table in METADATA.tables.values() if {"contact_id", "contact_ids"} & set(table.columns.keys())
    }
    assert having - MERGED_TABLES == {"erasure"}, "what was erased is told by the numbers of then"


def test_messages_and_limits_of_both_are_those_of_one(office: Office) -> None:
    company.launch(office.connection, office.now, "first")
    office.settle(office.worker())
    assert merge(office, "c1", "c2") == "c2"
    assert company.states(office.connection, "contact_id = 1") == {State.SENT: 2}
    assert office.all("SELECT DISTINCT account_key, part FROM message WHERE contact_id = 1") == office.all(
        "SELECT account_key, part FROM contact WHERE id = 1"
    )
    assert office.one("SELECT count(*) FROM archive WHERE part = (SELECT part FROM contact WHERE id = 1)") >= 2
    company.launch(office.connection, office.now, "second")
    office.settle(office.worker())
    (state, day) = office.all(
        "SELECT m.state, m.day FROM message m JOIN campaign c USING (proposal_id)"
        " WHERE contact_id = 1 AND c.name = 'second'"
    )[0]
    assert (state, day) == (State.PLANNED, office.now.date() + timedelta(days=7)), "two were sent this week"
    assert office.one("SELECT count(*) FROM contact") == 3


def test_what_both_were_to_get_goes_out_once(office: Office) -> None:
    company.launch(office.connection, office.now, "later", not_before=office.now.date() + timedelta(days=2))
    office.settle(office.worker())
    merge(office, "c1", "c3")
    assert company.states(office.connection, "contact_id = 1") == {State.PLANNED: 1, State.CANCELLED: 1}
    assert office.one("SELECT count(*) FROM message_key WHERE contact_id IN (1, 3)") == 1
    office.later(days=3)
    office.settle(office.worker())
    assert len(office.post.ids()) == 3, "one for each who is left"


def test_what_the_one_that_stays_had_no_address_for_goes_out_to_that_of_the_other(office: Office) -> None:
    office.run("UPDATE contact SET email = NULL, email_state = 0 WHERE id = 1")
    company.launch(office.connection, office.now, "later", not_before=office.now.date() + timedelta(days=2))
    office.settle(office.worker())
    assert company.states(office.connection, "contact_id = 1") == {State.SUPPRESSED: 1}
    merge(office, "c1", "c3")
    assert company.states(office.connection, "contact_id = 1") == {State.SUPPRESSED: 1, State.PLANNED: 1}
    assert office.one("SELECT count(*) FROM message_key WHERE contact_id IN (1, 3)") == 1
    office.later(days=3)
    office.settle(office.worker())
    assert [one.recipient for one in office.post.received].count("c3@customer.example") == 1
    assert len(office.post.received) == 3


def test_a_launch_finds_who_is_left_once(office: Office) -> None:
    merge(office, "c1", "c2")
    company.launch(office.connection, office.now, "first")
    office.settle(office.worker())
    assert office.all("SELECT contact_id FROM message ORDER BY 1") == [(1,), (3,), (4,)]


def test_the_one_that_stays_gets_what_was_said_only_of_the_other(office: Office) -> None:
    kept = add(office, "crm-1", first_name="Ana", email="ana@acme.example", attributes={"plan": "pro"})
    gone = add(
        office, "web-9", account="a1", first_name="A.", last_name="Souza", email="ana.s@acme.example",
        phone="+5511999990000", language="pt-BR", attributes={"plan": "free", "seats": 4},
    )  # fmt: skip
    connection, now = office.connection, office.now
    for number, limit in ((kept, 2), (gone, 1)):
        people.set_preference(connection, number, "offers", limit, 7, now)
    people.pause(connection, [gone], date(2027, 1, 1), now)
    save_list(connection, now, "pilots", ["web-9", "c1"])
    choose_measured(connection, [gone], False, "ana", now)
    connection.execute(
        "INSERT INTO meeting (what, title, team, at, minutes, contact_ids, actor, created_at) "
        "VALUES ('call', 'Both', 'marketing', %s, 30, %s, 'ana', %s)",
        (now, [kept, gone], now),
    )
    connection.commit()
    merge(office, "crm-1", "web-9")
    row = office.all(
        "SELECT first_name, last_name, email, phone, language, c.attributes, paused_until, a.external_id"
        " FROM contact c JOIN account a ON a.id = c.account_id WHERE c.id = %s",
        kept,
    )
    plans = {"plan": "pro", "seats": 4}
    assert row == [
        ("Ana", "", "ana@acme.example", "+5511999990000", "pt-BR", plans, date(2027, 1, 1), "a1")
    ]  # fmt: skip
    assert office.all("SELECT at_most, days FROM preference WHERE topic = 'offers'") == [(1, 7)]
    assert office.all("SELECT contact_id FROM unmeasured") == [(kept,)]
    assert office.all("SELECT contact_ids FROM meeting") == [([kept],)]
    assert office.one("SELECT count(*) FROM contact_list_member WHERE contact_id = %s", kept) == 1


def test_consents_of_both_count_in_the_order_of_time(office: Office) -> None:
    def denials() -> int:
        return int(office.one("SELECT count(*) FROM consent WHERE contact_id = 1 AND NOT granted"))

    office.run(
        "INSERT INTO consent (part, contact_id, channel, topic, granted, basis, source, at, recorded_at) "
        "SELECT part, id, 0, '*', false, 'withdrawal', 'test', now() + interval '1 day', now()"
        " FROM contact WHERE id = 2"
    )
    before = denials()
    merge(office, "c1", "c2")
    assert denials() == before + 1
    office.later(days=2)
    company.launch(office.connection, office.now, "first")
    office.settle(office.worker())
    assert company.states(office.connection, "contact_id = 1") == {State.SUPPRESSED: 1}


def test_the_old_name_stands_for_the_one_that_stays(office: Office) -> None:
    merge(office, "c1", "c2")
    merge(office, "c4", "c1")
    assert [people_[0].id for people_ in find_contacts(office.connection, ["c1", "c2", "c4"]).contacts] == [4, 4, 4]
    stored = people.upsert_contact(
        office.connection, people.ContactValues(external_id="c2", stage="churned"), office.now
    )
    office.connection.commit()
    assert (stored.ids, stored.fresh) == ([4], [False])
    assert office.one("SELECT stage FROM contact WHERE id = 4") == "churned"
    assert office.one("SELECT count(*) FROM contact") == 2


def test_one_who_shared_an_address_is_a_person_of_its_own_afterwards(office: Office) -> None:
    one, two = add(office, "x", email="both@acme.example"), add(office, "y", email="both@acme.example")
    assert office.one("SELECT person_id FROM contact WHERE id = %s", two) == one
    merge(office, "c1", "x")
    assert office.one("SELECT person_id FROM contact WHERE id = %s", two) == two
    assert office.one("SELECT account_key FROM contact WHERE id = %s", two) == -two


@pytest.mark.parametrize(("other", "problem"), [("c1", "people_merge_itself"), ("nobody", "people_contact_unknown")])
def test_what_cannot_be_merged(office: Office, other: str, problem: str) -> None:
    with pytest.raises(Problem) as raised:
        merge(office, "c1", other)
    assert raised.value.code == problem


def test_a_message_on_its_way_makes_merging_wait_and_nothing_is_half_done(
    office: Office, connection: Connection[Any]
) -> None:
    company.launch(connection, office.now, "first")
    office.settle(office.worker())
    office.run("UPDATE message SET state = %s WHERE contact_id = 2", State.SENDING)
    with pytest.raises(Problem) as raised:
        merge(office, "c1", "c2")
    connection.rollback()
    assert raised.value.code == "people_merge_in_flight"
    assert office.one("SELECT count(*) FROM contact") == 4
