"""Touches from outside the ledger, and what the ledger does when people change."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from psycopg import Connection

from pauta.core.problems import Problem
from pauta.people import actions
from pauta.pipeline.people import people_changed
from pauta.platform.database import connect
from tests.conftest import MONDAY
from tests.people.conftest import Importer

PEOPLE = """id,email,account,zone,plan
1,ana@x.example,Acme,Pacific/Auckland,pro
2,bruno@x.example,Acme,America/Sao_Paulo,free
"""
KIND = ("channel=email", "type=promotional", "topic=offers")


def test_days_ago_are_counted_on_the_contacts_calendar(importer: Importer) -> None:
    importer("contacts", PEOPLE)
    text = "contact,days_ago\n1,0\n1,1\nbruno@x.example,1\n"
    first, again = importer("touches", text, sets=KIND), importer("touches", text, sets=KIND)
    assert (first.created, again.created, again.unchanged) == (3, 0, 3)
    assert importer.rows("SELECT day, at FROM touch ORDER BY id") == [
        (date(2026, 11, 24), datetime(2026, 11, 23, 12, tzinfo=UTC)),
        (date(2026, 11, 23), datetime(2026, 11, 22, 23, tzinfo=UTC)),
        (date(2026, 11, 22), datetime(2026, 11, 22, 15, tzinfo=UTC)),
    ]


def test_equal_rows_are_several_touches_unless_they_have_ids(importer: Importer) -> None:
    importer("contacts", PEOPLE)
    twice = "contact,date\n1,2026-11-20\n1,2026-11-20\n"
    assert importer("touches", twice, sets=KIND).created == 2
    assert importer("touches", twice, sets=KIND).created == 0
    with_ids = importer("touches", "id,contact,date\nx,1,2026-11-20\nx,1,2026-11-20\n", sets=KIND)
    assert (with_ids.created, with_ids.reasons) == (1, {"import_id_repeated": 1})


def test_days_and_times_are_read_as_people_there_write_them(importer: Importer) -> None:
    importer("contacts", PEOPLE)
    written = "id,contacto,fecha\na,1,13/11/2026\nb,2,01-11-2026 14:30\nc,2,2026-11-03\nd,2,31/31/2026\n"
    tally = importer("touches", written, sets=KIND)
    assert (tally.created, tally.reasons) == (3, {"import_not_moment": 1})
    assert importer.rows("SELECT external_id, day, at FROM touch ORDER BY 1") == [
        ("a", date(2026, 11, 13), datetime(2026, 11, 12, 23, tzinfo=UTC)),
        ("b", date(2026, 11, 1), datetime(2026, 11, 1, 17, 30, tzinfo=UTC)),
        ("c", date(2026, 11, 3), datetime(2026, 11, 3, 15, tzinfo=UTC)),
    ]
    # Without ids, a touch is known by what it says, however the day is written.
    importer("touches", "contact,date\n1,2026-10-20\n", sets=KIND)
    assert importer("touches", "contact,date\n1,20/10/2026\n", sets=KIND).created == 0


def test_an_order_that_a_column_leaves_open_must_be_told(importer: Importer) -> None:
    importer("contacts", PEOPLE)
    open_text = "contact,Sent on\n1,01/02/2026\n2,03/04/2026\n"
    maps = ("Sent on=at",)
    with pytest.raises(Problem, match="import_date_order_open") as problem:
        importer("touches", open_text, sets=KIND, maps=maps)
    assert (problem.value.field, problem.value.values) == ("at", {"column": "Sent on"})
    importer("touches", open_text, sets=KIND, maps=maps, types=("Sent on=date-mdy",))
    assert importer.rows("SELECT day FROM touch ORDER BY id") == [(date(2026, 1, 2),), (date(2026, 3, 4),)]
    usual = open_text.replace("Sent on", "fecha")
    importer("touches", usual, sets=KIND, types=("fecha=date-dmy",))
    computed = open_text.replace("Sent on", "Day")
    importer("touches", computed, sets=KIND, computes=("at={Day} 10:00",), types=("Day=date-dmy",))
    days = importer.rows("SELECT day FROM touch ORDER BY id OFFSET 2")
    assert days == [(date(2026, 2, 1),), (date(2026, 4, 3),)] * 2


def test_conditions_on_columns_choose_rows_and_rows_keep_their_numbers(importer: Importer) -> None:
    importer("contacts", PEOPLE)
    tally = importer(
        "touches",
        PEOPLE,
        sets=(*KIND, "days_ago=3"),
        computes=("contact={row}",),
        where=("plan=free",),
        maps=("email=ignore",),
    )
    assert (tally.done, tally.created, tally.left_out) == (2, 1, 1)
    query = """
        SELECT contact.external_id, type, topic, channel
        FROM touch JOIN contact ON contact.id = contact_id JOIN kind ON kind.id = kind_id
    """
    assert importer.rows(query) == [("2", "promotional", "offers", 0)]


def test_rows_that_cannot_be_are_refused(importer: Importer) -> None:
    importer("contacts", PEOPLE)
    text = (
        "contact,date,canal,tipo\n1,2027-01-01,email,promotional\n1,,email,promotional\n"
        "1,2026-11-01,pigeon,promotional\n1,2026-11-01,sms,spam\n"
    )
    tally = importer("touches", text)
    assert tally.reasons == {
        "import_in_future": 1,
        "import_row_when_missing": 1,
        "import_channel_unknown": 1,
        "import_type_of_message_unknown": 1,
    }


def test_a_contact_that_moves_takes_touches_and_messages_along(importer: Importer) -> None:
    importer("contacts", PEOPLE)
    importer("touches", "contact,days_ago\n1,3\n2,3\n", sets=KIND)
    with connect(importer.database) as connection:
        ((ana,),) = connection.execute("SELECT id FROM contact WHERE external_id = '1'")
        _message(connection, ana)
        changes = actions.move_contact(connection, ana, None, MONDAY)
        people_changed(connection, changes, MONDAY)
        moved = [(ana % 64, -ana)]
        for table in ("touch", "message"):
            query = f"SELECT part, account_key FROM {table} WHERE contact_id = %s"
            assert connection.execute(query, (ana,)).fetchall() == moved
        assert connection.execute("SELECT part FROM message_change").fetchall() == [(ana % 64,)]
        assert connection.execute("SELECT part, account_key FROM plan_request").fetchall() == moved
        assert connection.execute("SELECT count(*) FROM touch WHERE account_key > 0").fetchone() == (1,)


def test_contacts_with_touches_of_one_name_can_move_together_and_keep_them_once(importer: Importer) -> None:
    importer("contacts", PEOPLE)
    texts = [f"id,contact,days_ago\nx,{number},3\n" for number in (1, 2)]
    assert [importer("touches", text, sets=KIND).created for text in texts] == [1, 1]
    with connect(importer.database) as connection:
        rows = connection.execute("SELECT id, account_id FROM contact WHERE external_id IN ('1', '2')").fetchall()
        for number, _ in rows:
            changes = actions.move_contact(connection, number, rows[0][1], MONDAY)
            people_changed(connection, changes, MONDAY)
    assert len(importer.rows("SELECT DISTINCT part FROM touch")) == 1
    assert [importer("touches", text, sets=KIND).created for text in texts] == [0, 0]


def test_a_change_of_people_asks_for_a_new_plan(importer: Importer) -> None:
    importer("contacts", PEOPLE)
    with connect(importer.database) as connection:
        ((ana,),) = connection.execute("SELECT id FROM contact WHERE external_id = '1'")
        _message(connection, ana)
    importer("contacts", PEOPLE)
    assert importer.rows("SELECT count(*) FROM plan_request") == [(0,)]
    importer("contacts", PEOPLE.replace("Pacific/Auckland", "Europe/Lisbon"))
    assert importer.rows("SELECT count(*) FROM plan_request") == [(1,)]


def _message(connection: Connection[tuple[object, ...]], contact_id: int) -> None:
    """An open message to a contact, with one change behind it."""
    connection.execute(
        """
        WITH added AS (
          INSERT INTO message (part, id, account_key, contact_id, proposal_id, lane, state, verdict, reason, rule,
            winner, channel, wished, policy_version, created_at, changed_at)
          SELECT part, 1, account_key, id, 1, 0, 0, 0, 0, 0, 0, -1, '2026-11-23', 0, now(), now()
          FROM contact WHERE id = %s RETURNING part, id
        )
        INSERT INTO message_change (part, message_id, at, state, verdict, reason, rule)
        SELECT part, id, now(), 0, 0, 0, 0 FROM added
        """,
        (contact_id,),
    )
