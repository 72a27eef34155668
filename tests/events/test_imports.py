"""The imports of events and conditions, and what contacts take along when they move."""

from __future__ import annotations

from datetime import UTC, date, datetime

from pauta.events.actions import end_condition, follow
from pauta.events.queries import standing_conditions
from pauta.people import actions
from pauta.platform.database import connect
from tests.conftest import MONDAY
from tests.people.conftest import Importer

PEOPLE = "id,email,account,zone\nana,ana@x.example,Acme,America/Sao_Paulo\nbruno,bruno@x.example,,Asia/Tokyo\n"


def test_conditions_open_once_and_end_by_their_id(importer: Importer) -> None:
    importer("contacts", PEOPLE)
    text = "id,condition,contact,account,date,ended_at\nt1,open_complaint,ana,,2026-11-20,\nt2,overdue,,Acme,,\n"
    first, again = importer("conditions", text), importer("conditions", text)
    ended = importer("conditions", text.replace("2026-11-20,", "2026-11-20,2026-11-22"))
    assert (first.created, again.created, again.unchanged) == (2, 0, 2)
    assert (ended.created, ended.changed) == (0, 1)
    with connect(importer.database) as connection:
        ((account,),) = connection.execute("SELECT id FROM account")
        standing = standing_conditions(connection, account)
        assert [(one.name, one.contact_id, one.began_at) for one in standing] == [("overdue", None, MONDAY)]
        assert end_condition(connection, "overdue", account_key=account, contact_id=None, at=MONDAY).keys == {account}
        assert standing_conditions(connection, account) == []


def test_the_day_of_an_event_is_the_contacts_own(importer: Importer) -> None:
    importer("contacts", PEOPLE)
    text = (
        "event,contact,at,severity\n"
        "closed,ana,2026-11-23T01:30:00Z,3\n"
        "closed,bruno,2026-11-22T16:00:00Z,1\n"
        "closed,bruno,2026-11-22T16:00:00,1\n"
        "closed,ana,2026-12-24,1\n"
        "closed,,2026-11-01,1\n"
        "closed,carla,2026-11-01,1\n"
    )
    first, again = importer("events", text), importer("events", text)
    assert (first.created, again.created) == (3, 0)
    assert first.reasons == {"import_in_future": 1, "import_row_who_missing": 1, "import_contact_unknown": 1}
    assert importer.rows("SELECT day, at, properties FROM event ORDER BY id") == [
        (date(2026, 11, 22), datetime(2026, 11, 23, 1, 30, tzinfo=UTC), {"severity": 3}),
        (date(2026, 11, 23), datetime(2026, 11, 22, 16, tzinfo=UTC), {"severity": 1}),
        (date(2026, 11, 22), datetime(2026, 11, 22, 7, tzinfo=UTC), {"severity": 1}),
    ]


def test_events_and_conditions_follow_a_contact_that_moves(importer: Importer) -> None:
    importer("contacts", PEOPLE)
    importer("events", "event,contact,at\nclosed,ana,2026-11-20\n")
    importer("conditions", "condition,contact\nopen_complaint,ana\n")
    with connect(importer.database) as connection:
        ((ana,),) = connection.execute("SELECT id FROM contact WHERE external_id = 'ana'")
        changes = actions.move_contact(connection, ana, None, MONDAY)
        follow(connection, changes.moves)
        for table in ("event", "condition"):
            rows = connection.execute(f"SELECT part, account_key FROM {table}").fetchall()
            assert rows == [(ana % 64, -ana)]
