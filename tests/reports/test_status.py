from __future__ import annotations

from datetime import timedelta
from typing import Any

from psycopg import Connection

from pauta.campaigns import actions as campaigns
from pauta.core.gate.reasons import Reason
from pauta.messages import actions
from pauta.messages.terms import read_terms
from pauta.reports.missing import MissingFigure
from pauta.reports.status import status
from tests.conftest import ADMIN
from tests.messages.cast import ACME, DIEGO_KEY, NOW, settle


def propose(connection: Connection[Any], key: str, contact: str, kind: str = "educational") -> int:
    terms = read_terms({"type": kind})
    return actions.propose_one(connection, NOW, terms, contact=contact, template="hello", key=key, who=ADMIN).message_id


def test_an_empty_installation_has_nothing_to_tell(connection: Connection[Any]) -> None:
    found = status(connection, NOW)
    assert set(found.messages.values()) == {0}
    assert len(found.messages) == 9
    assert (found.oldest_wait_seconds, found.rate, found.partitions_owned, found.partitions_free) == (0, 0, 0, 64)
    assert (found.workers, found.stops, found.launches) == ((), (), ())


def test_messages_are_counted_where_they_stand(connection: Connection[Any]) -> None:
    settle(connection)
    first, second, third = (propose(connection, f"k{n}", name) for n, name in enumerate(("ana", "bruno", "diego")))
    propose(connection, "t", "ana", "transactional")
    connection.execute("UPDATE message SET state = 3 WHERE id = %s", (second,))
    connection.execute("UPDATE message SET due = %s WHERE id = %s", (NOW + timedelta(days=2), third))
    found = status(connection, NOW + timedelta(seconds=90))
    assert {state: n for state, n in found.messages.items() if n} == {"open": 2, "planned": 1, "sent": 1}
    assert found.queued == 2
    assert found.oldest_wait_seconds == 90
    assert first


def test_missing_figures_are_told_by_name(connection: Connection[Any]) -> None:
    settle(connection)
    numbers = [propose(connection, f"k{n}", name) for n, name in enumerate(("ana", "bruno", "diego"))]
    assert status(connection, NOW).missing == ()
    for figures in (["old", "old", "old"], ["account.plan", "first_name", "account.plan"]):
        actions.unhold(connection, [ACME, DIEGO_KEY], NOW)
        for number, figure in zip(numbers, figures, strict=True):
            row = connection.execute("SELECT part FROM message WHERE id = %s", (number,)).fetchone()
            assert row is not None
            actions.hold(connection, row[0], [number], NOW, reason=Reason.missing_figure, detail=figure)
    assert status(connection, NOW).missing == (MissingFigure("account.plan", 2), MissingFigure("first_name", 1))


def test_the_rate_is_that_of_the_last_minute(connection: Connection[Any]) -> None:
    for number, (seconds, outcome) in enumerate([(5, 0), (59, 0), (61, 0), (-5, 0), (10, 2), (10, None)], start=1):
        ended = None if outcome is None else NOW - timedelta(seconds=seconds)
        connection.execute(
            "INSERT INTO attempt VALUES (1, %s, 1, 'w', %s, %s, %s, '')",
            (number, NOW - timedelta(seconds=seconds + 1), ended, outcome),
        )
    assert status(connection, NOW).rate == round(2 / 60, 2)


def test_workers_are_told_with_what_they_own(connection: Connection[Any]) -> None:
    connection.execute("UPDATE lease SET owner = 'one', until = clock_timestamp() + interval '1 min' WHERE part < 10")
    connection.execute("UPDATE lease SET owner = 'dead', until = clock_timestamp() - interval '1 s' WHERE part = 20")
    connection.execute(
        "INSERT INTO worker (name, lane, seen_at)"
        " SELECT name, 0, clock_timestamp() FROM unnest('{one,idle}'::text[]) AS living (name)"
    )
    found = status(connection, NOW)
    assert [(one.name, one.partitions) for one in found.workers] == [("idle", 0), ("one", 10)]
    assert (found.partitions_owned, found.partitions_free) == (10, 54)


def test_stops_and_launches_are_told_while_they_last(connection: Connection[Any]) -> None:
    settle(connection)
    actions.stop(connection, "sms", "price", "ana", NOW)
    actions.stop(connection, None, "fire", "ana", NOW)
    document = {"name": "news", "type": "promotional", "template": "hello", "audience": {"everyone": True}}
    campaign = campaigns.create(connection, NOW, campaigns.read_draft(document), "x")
    campaigns.launch(connection, NOW, campaign, ADMIN)
    campaigns.finish_parts(connection, campaign, {0: 3}, NOW)
    found = status(connection, NOW)
    assert [(one.channel, one.reason) for one in found.stops] == [("sms", "price"), (None, "fire")]
    assert [(one.campaign, one.parts, one.parts_done, one.messages) for one in found.launches] == [("news", 64, 1, 3)]
    actions.lift(connection, None, "ana", NOW)
    campaigns.finish_parts(connection, campaign, dict.fromkeys(range(1, 64), 0), NOW)
    found = status(connection, NOW)
    assert [one.channel for one in found.stops] == ["sms"]
    assert found.launches == ()
