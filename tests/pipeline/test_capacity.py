"""Counters of capacities: what nobody gave back comes back when they are counted anew."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from psycopg import Connection

from pauta.campaigns import actions as campaigns
from pauta.messages.states import Lane, State
from pauta.pipeline import launching, planning
from pauta.pipeline.capacity import recount
from pauta.pipeline.leases import Leases
from pauta.platform.clock import Clock
from pauta.policies.actions import replace_all
from pauta.policies.queries import current
from tests.faults import company

PLACES = {"kind": "capacity", "name": "five a day", "channel": "email", "limit": 5, "per": "day"}


def used(connection: Connection[Any]) -> list[int]:
    """Places in use, by day."""
    return [count for (count,) in connection.execute("SELECT used FROM capacity_use WHERE used > 0 ORDER BY period")]


def planned(connection: Connection[Any]) -> list[int]:
    """Messages with a place, by day."""
    rows = connection.execute("SELECT count(*) FROM message WHERE state IN (1, 2, 3, 5) GROUP BY day ORDER BY day")
    return [count for (count,) in rows]


@pytest.fixture
def launched(connection: Connection[Any], clock: Clock) -> int:
    """A campaign to twelve people, five a day."""
    now: datetime = clock.now()
    company.build(connection, now, accounts=4, contacts=12, policies=[PLACES])
    return launch(connection, now, "spring")


def launch(connection: Connection[Any], now: datetime, name: str) -> int:
    """Write the messages of a campaign to everybody."""
    campaign_id = company.launch(connection, now, name)
    leases = Leases("tester-1-1", Lane.BULK, 60, 1)
    connection.execute("UPDATE lease SET until = '-infinity'")
    leases.acquire(connection, 64)
    step = launching.next_step(connection, leases.parts, 10_000)
    assert step is not None
    assert launching.launch_parts(connection, now, leases, step) == 12
    return campaign_id


def test_a_plan_draws_exactly_the_places_that_it_gives(connection: Connection[Any], launched: int) -> None:
    assert planned(connection) == [5, 5, 2]
    assert used(connection) == [5, 5, 2]


def test_what_was_cancelled_comes_back_by_counting(connection: Connection[Any], clock: Clock, launched: int) -> None:
    campaigns.cancel(connection, clock.now(), launched)
    for part in range(64):
        campaigns.withdraw(connection, clock.now(), launched, part, "ana")
    recount(connection, clock.now(), current(connection), 0)
    assert used(connection) == []


def test_counting_anew_changes_nothing_that_is_right(connection: Connection[Any], clock: Clock, launched: int) -> None:
    connection.execute("UPDATE capacity_use SET used = used + 3")
    recount(connection, clock.now(), current(connection), 0)
    assert used(connection) == [5, 5, 2]


def test_places_that_are_taken_already_count_from_the_first_plan_under_a_new_policy(
    connection: Connection[Any], clock: Clock, launched: int
) -> None:
    connection.execute("UPDATE message SET state = %s, day = %s", (State.SENT, clock.now().date()))
    replace_all(connection, [{**PLACES, "counts": {"types": ["promotional"]}}], "ana", clock.now())
    launch(connection, clock.now(), "summer")
    assert planned(connection) == [12, 5, 5, 2]
    assert used(connection) == [12, 5, 5, 2]


def test_of_several_workers_one_counts(connection: Connection[Any], clock: Clock, launched: int) -> None:
    connection.execute("UPDATE capacity_use SET used = used + 3")
    recount(connection, clock.now(), current(connection), 60)
    assert used(connection) == [8, 8, 5], "counted a moment ago"
    connection.execute("UPDATE capacity_count SET at = at - interval '61 seconds'")
    recount(connection, clock.now(), current(connection), 60)
    assert used(connection) == [5, 5, 2]


def test_places_given_back_that_nobody_had_counted_make_no_room(connection: Connection[Any], launched: int) -> None:
    connection.execute("DELETE FROM capacity_use")
    planning._draw_places(connection, current(connection), {(0, 20_000): 3, (0, 20_001): 1}, {(0, 20_001): 3})
    assert connection.execute("SELECT used FROM capacity_use").fetchall() == [(2,)]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"types": ["promotional"]}, [5, 5, 2]),
        ({"except_types": ["promotional"]}, []),
        ({"campaigns": ["spring"], "urgent": False}, [5, 5, 2]),
        ({"topics": ["news"]}, []),
        ({"segments": ["vip"]}, []),
        ({"except_segments": ["vip"], "except_stages": ["onboarding"], "channels": ["email"]}, [5, 5, 2]),
    ],
)
def test_only_what_the_policy_counts_is_counted(
    connection: Connection[Any], clock: Clock, launched: int, counts: dict[str, Any], expected: list[int]
) -> None:
    replace_all(connection, [{**PLACES, "counts": counts}], "ana", clock.now())
    recount(connection, clock.now(), current(connection), 0)
    assert used(connection) == expected
