"""Events become visible in the order of their positions, and say when they were recorded."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread
from typing import Any

from psycopg import Connection

from pauta.events.actions import record_events
from pauta.people.actions import ContactValues, upsert_contact
from pauta.platform.database import connect
from tests.conftest import MONDAY


def record(connection: Connection[Any], name: str) -> None:
    columns = {"contact_id": [1], "name": [name], "external_id": [name], "at": [MONDAY - timedelta(days=2)]}
    record_events(connection, columns, source="test", now=MONDAY)


def test_an_event_that_commits_later_has_a_higher_position(database: str, connection: Connection[Any]) -> None:
    upsert_contact(connection, ContactValues(external_id="ana"), MONDAY)
    connection.commit()
    record(connection, "first")

    def record_second() -> None:
        with connect(database) as other:
            record(other, "second")

    second = Thread(target=record_second)
    second.start()
    second.join(0.5)
    assert second.is_alive(), "the second waits for the first"
    with connect(database) as reader:
        assert reader.execute("SELECT count(*) FROM event").fetchone() == (0,)
    connection.commit()
    second.join()
    rows = connection.execute("SELECT name, recorded_at - at FROM event ORDER BY id").fetchall()
    assert rows == [("first", timedelta(days=2)), ("second", timedelta(days=2))]
