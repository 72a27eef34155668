"""Single writes of people: upserts, sharing of addresses, consents, preferences, pauses, suppressions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from psycopg import Connection

from pauta.core.gate.vocabulary import Channel
from pauta.core.problems import Problem
from pauta.people import actions
from pauta.people.actions import AccountValues, ConsentEntry, ContactValues
from pauta.people.addresses import AddressState
from pauta.people.changes import Move
from pauta.people.queries import find_contact, find_contacts
from tests.conftest import MONDAY

Conn = Connection[tuple[Any, ...]]


def contact(connection: Conn, external_id: str, **values: Any) -> int:
    return actions.upsert_contact(connection, ContactValues(external_id=external_id, **values), MONDAY).ids[0]


def one(connection: Conn, query: str, *params: object) -> Any:
    row = connection.execute(query, params).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return row if len(row) > 1 else row[0]


def test_an_upsert_makes_then_changes_then_leaves(connection: Conn) -> None:
    values = ContactValues(
        external_id="ana", email="ana@acme.example", first_name="Ana", country="BR", attributes={"plan": "pro"}
    )
    first = actions.upsert_contact(connection, values, MONDAY)
    again = actions.upsert_contact(connection, values, MONDAY)
    later = actions.upsert_contact(
        connection, ContactValues(external_id="ana", zone="America/Sao_Paulo", attributes={"seats": 3}), MONDAY
    )
    assert (first.changes.created, again.changes.created, again.changes.changed) == (1, 0, 0)
    assert (later.changes.created, later.changes.changed, later.ids) == (0, 1, first.ids)
    assert later.changes.keys == {-first.ids[0]}
    row = one(
        connection,
        "SELECT first_name, attributes, zone, country FROM contact JOIN place ON place.id = place_id"
        " WHERE contact.id = %s",
        first.ids[0],
    )
    assert row == ("Ana", {"plan": "pro", "seats": 3}, "America/Sao_Paulo", "BR")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"email": "ana"}, "email"),
        ({"phone": "12"}, "phone"),
        ({"zone": "Mars"}, "zone"),
        ({"account": "nobody"}, "account"),
    ],
)
def test_a_wrong_value_is_named(connection: Conn, values: dict[str, str], field: str) -> None:
    with pytest.raises(Problem) as problem:
        contact(connection, "ana", **values)
    assert problem.value.field == field


def test_nobody_moves_to_an_account_that_does_not_exist(connection: Conn) -> None:
    ana = contact(connection, "ana")
    with pytest.raises(Problem, match="people_account_unknown"):
        actions.move_contact(connection, ana, 7, MONDAY)


def test_contacts_who_share_an_address_are_one_person_under_the_first_ones_account(connection: Conn) -> None:
    for name in ("acme", "globex"):
        actions.upsert_account(connection, AccountValues(external_id=name), MONDAY)
    first = contact(connection, "ana-1", email="ana@acme.example", account="acme")
    second = contact(connection, "ana-2", email="Ana@Acme.example", account="globex")
    keys = connection.execute("SELECT id, person_id, account_key, part, account_id FROM contact ORDER BY id").fetchall()
    acme = keys[0][4]
    assert keys[0] == (first, first, acme, acme % 64, acme)
    assert keys[1][:4] == (second, first, acme, acme % 64)
    assert keys[1][4] != acme


def test_who_leaves_an_address_becomes_a_person_again_and_takes_consents_along(connection: Conn) -> None:
    first = contact(connection, "ana-1", email="ana@acme.example")
    second = contact(connection, "ana-2", email="ana@acme.example")
    entry = ConsentEntry(channel=Channel.email, granted=True, basis="form", source="site", at=MONDAY)
    actions.append_consent(connection, [second], entry, MONDAY)
    stored = actions.upsert_contact(connection, ContactValues(external_id="ana-2", email="other@acme.example"), MONDAY)
    assert stored.changes.moves == (Move(second, -first, -second),)
    assert one(connection, "SELECT person_id, account_key FROM contact WHERE id = %s", second) == (second, -second)
    assert one(connection, "SELECT part FROM consent WHERE contact_id = %s", second) == second % 64


def test_moving_the_first_contact_moves_those_who_share_its_address(connection: Conn) -> None:
    account = actions.upsert_account(connection, AccountValues(external_id="acme"), MONDAY).ids[0]
    first = contact(connection, "ana-1", email="ana@acme.example")
    second = contact(connection, "ana-2", email="ana@acme.example")
    changes = actions.move_contact(connection, first, account, MONDAY)
    assert set(changes.moves) == {Move(first, -first, account), Move(second, -first, account)}
    assert {-first, account} <= changes.keys


def test_a_suppression_marks_everyone_with_the_address_now_and_later(connection: Conn) -> None:
    contact(connection, "ana-1", email="ana@acme.example", phone="+5511987654321")
    contact(connection, "ana-2", email="ANA@acme.example")
    changes = actions.suppress(
        connection, Channel.email, ["Ana@acme.example"], [AddressState.BOUNCED], ["550"], source="smtp", now=MONDAY
    )
    contact(connection, "ana-3", email="ana@ACME.example")
    states = connection.execute("SELECT email_state, phone_state FROM contact ORDER BY id").fetchall()
    assert states == [(3, 1), (3, 0), (3, 0)]
    assert changes.created == 1
    assert len(changes.keys) == 1


def test_a_suppressed_phone_is_closed_for_every_phone_channel(connection: Conn) -> None:
    contact(connection, "ana", phone="+5511987654321")
    actions.suppress(
        connection, Channel.whatsapp, ["+5511987654321"], [AddressState.COMPLAINED], [""], source="api", now=MONDAY
    )
    assert one(connection, "SELECT phone_state FROM contact") == AddressState.COMPLAINED


def test_a_lifted_suppression_opens_the_address_again(connection: Conn) -> None:
    contact(connection, "ana", email="ana@acme.example")
    suppress = (connection, Channel.email, ["ana@acme.example"], [AddressState.INVALID], [""])
    actions.suppress(*suppress, source="api", now=MONDAY)
    changes = actions.lift_suppression(connection, Channel.email, "ANA@acme.example", MONDAY)
    assert (one(connection, "SELECT email_state FROM contact"), len(changes.keys)) == (AddressState.OK, 1)
    with pytest.raises(Problem, match="people_not_suppressed"):
        actions.lift_suppression(connection, Channel.email, "ana@acme.example", MONDAY)


def test_an_undated_grant_does_not_undo_a_denial_but_a_later_dated_one_does(connection: Conn) -> None:
    ana = contact(connection, "ana")
    deny = ConsentEntry(channel=Channel.email, granted=False, basis="link", source="mail", at=MONDAY)
    grant = ConsentEntry(
        channel=Channel.email, granted=True, basis="form", source="site", at=MONDAY + timedelta(days=1)
    )
    actions.append_consent(connection, [ana], deny, MONDAY)
    columns = {
        "contact_id": [ana],
        "channel": [0],
        "topic": ["news"],
        "granted": [True],
        "basis": ["list"],
        "source": ["x"],
    }
    undated = actions.append_consents(connection, columns, MONDAY)
    dated = actions.append_consent(connection, [ana], grant, MONDAY + timedelta(days=1))
    assert (undated.added, undated.withdrawn, dated.added) == (0, 1, 1)
    assert actions.append_consents(connection, columns, MONDAY + timedelta(days=2)).added == 1


def test_a_preference_replaces_the_one_before(connection: Conn) -> None:
    ana = contact(connection, "ana")
    results = [actions.set_preference(connection, ana, "news", 1, days, MONDAY) for days in (30, 30, 7)]
    assert [(changes.created, changes.changed) for changes in results] == [(1, 0), (0, 0), (0, 1)]
    assert one(connection, "SELECT at_most, days, part FROM preference") == (1, 7, ana % 64)
    with pytest.raises(Problem) as problem:
        actions.set_preference(connection, ana, "news", 1, 0, MONDAY)
    assert problem.value.field == "days"


def test_a_pause_is_set_and_ended(connection: Conn) -> None:
    ana = contact(connection, "ana")
    assert actions.pause(connection, [ana], date(2027, 1, 1), MONDAY).keys == {-ana}
    assert actions.pause(connection, [ana], date(2027, 1, 1), MONDAY).keys == frozenset()
    assert actions.pause(connection, [ana], None, MONDAY).changed == 1


def test_names_find_by_external_id_before_address(connection: Conn) -> None:
    one_ana = contact(connection, "ana-1", email="ana@acme.example")
    contact(connection, "ana-2", email="ana@acme.example")
    odd = contact(connection, "bruno@acme.example", email="other@acme.example")
    found = find_contacts(connection, ["ANA@acme.example", "nobody", None, "bruno@acme.example"])
    assert [len(people) for people in found.contacts] == [2, 0, 0, 1]
    assert found.contacts[3][0].id == odd
    assert found.missing == [1, 2]
    assert find_contact(connection, "ana@acme.example").id == one_ana
    with pytest.raises(Problem, match="people_contact_unknown"):
        find_contact(connection, "nobody")
