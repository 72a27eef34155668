"""What journeys do at the moments between: while somebody comes in, waits, is moved or is looked at by two workers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pauta.core.problems import Problem
from pauta.events.actions import record_events
from pauta.journeys import actions
from pauta.messages.states import State
from pauta.pipeline.journeys import hear, move_on
from pauta.platform.database import connect
from pauta.segments.actions import create_segment, remove_segment
from pauta.segments.queries import users_of
from tests.journeys.conftest import Road, message, wait

LONG = {"id": "long", "kind": "wait", "days": 30, "next": "end"}
BUY = {"id": "buy", "kind": "wait_event", "event": "bought", "within": {"days": 9}, "next": "end", "otherwise": "long"}


def test_an_event_that_is_acted_on_while_its_contact_comes_to_the_wait_is_not_missed(road: Road, database: str) -> None:
    road.publish(wait("first", "buy", hours=1), BUY, LONG)
    road.happens("begun", "ana")
    road.turn()
    road.connection.commit()
    road.now += timedelta(hours=1)
    assert move_on(road.connection, road.now, 1) == 1
    with connect(database) as other:
        ana = road.one("SELECT id FROM contact WHERE external_id = 'ana'")
        rows = {"contact_id": [ana], "name": ["bought"], "at": [road.now + timedelta(seconds=1)]}
        record_events(other, rows, source="test", now=road.now + timedelta(seconds=1))
        assert hear(other, road.now + timedelta(seconds=2), 1) == 1
    road.connection.commit()
    road.later(minutes=2)
    assert road.at("ana") == "exit"


def test_the_event_that_lets_somebody_in_is_not_yet_the_goal(road: Road) -> None:
    road.publish(LONG, goal={"event": "begun"})
    road.happens("begun", "ana")
    road.turn()
    assert road.at("ana") == "long"
    road.later(days=1)
    road.happens("begun", "ana")
    road.turn()
    assert road.at("ana") == "goal"


@pytest.mark.parametrize("waiting", ["date", "message"])
def test_only_messages_that_fell_into_a_pause_are_left_out(road: Road, waiting: str) -> None:
    """Who waited beyond the pause gets the messages after it."""
    first = {
        "date": {"id": "first", "kind": "wait_date", "date": "2026-12-07", "next": "hello"},
        "message": message("first", "hello"),
    }[waiting]
    road.publish(first, message(then="long"), LONG)
    road.happens("begun", "ana")
    road.turn()
    actions.pause(road.connection, road.now, "trip")
    road.later(days=3)
    actions.resume(road.connection, road.now, "trip", "skip")
    road.later(days=1)
    road.becomes(State.SENT, "ana")
    road.later(days=30)
    assert ("ana", "hello") in road.messages()


@pytest.mark.parametrize(
    ("due", "state", "pause"),
    [
        (timedelta(minutes=20), State.PLANNED, timedelta(minutes=20, seconds=5)),
        (timedelta(days=2), State.PLANNED, timedelta(hours=1)),
        (timedelta(days=2), State.OPEN, timedelta(hours=1)),
        (timedelta(seconds=-6), State.PLANNED, timedelta(seconds=5)),
        (timedelta(minutes=-40), State.PLANNED, timedelta(minutes=4)),
        (timedelta(days=-2), State.SENDING, timedelta(hours=1)),
    ],
)
def test_a_message_that_waits_long_is_not_looked_at_all_the_time(
    road: Road, due: timedelta, state: State, pause: timedelta
) -> None:
    road.publish(message(then="long"), LONG)
    road.happens("begun", "ana")
    road.turn()
    road.now += timedelta(minutes=1)
    road.connection.execute("UPDATE message SET state = %s, due = %s, policy_version = 1", (state, road.now + due))
    road.turn()
    assert road.one("SELECT wake_at FROM enrolment") - road.now == pause


def test_what_a_node_had_not_sent_yet_is_taken_back_from_those_who_move_to_another(road: Road) -> None:
    road.publish(message("old", "kept"), message("kept"))
    road.happens("begun", "ana")
    road.turn()
    road.publish(message("new", "kept"), message("kept"), inside="move", to={"old": "kept"})
    road.turn()
    assert (road.messages(State.CANCELLED), road.messages(State.OPEN)) == ([("ana", "old")], [("ana", "kept")])


@pytest.mark.parametrize("value", ["pros", ["trial", "pros"]])
def test_a_segment_that_a_journey_asks_about_is_not_taken_away(road: Road, value: object) -> None:
    rule = {"rules": [{"field": "contact.stage", "operator": "=", "value": "active"}]}
    for key in ("pros", "trial"):
        create_segment(road.connection, key, key, rule, actor="ana", now=road.now)
    operator = "in" if isinstance(value, list) else "="
    road.publish(LONG, exit_when={"rules": [{"field": "segment", "operator": operator, "value": value}]})
    road.publish(LONG, name="second", entry={"kind": "segment", "segment": "trial"})
    assert users_of(road.connection, "pros") == [("journey", "trip")]
    assert ("journey", "second") in users_of(road.connection, "trial")
    with pytest.raises(Problem, match=r"segments\.used"):
        remove_segment(road.connection, "pros")
    actions.stop(road.connection, road.now, "trip")
    remove_segment(road.connection, "pros")


def test_journeys_that_start_each_other_come_to_rest(road: Road) -> None:
    def starts(other: str) -> dict[str, str]:
        return {"id": "start", "kind": "start", "journey": other, "next": "end"}

    road.publish(LONG, name="one")
    for name, other in (("two", "one"), ("one", "two")):
        road.publish(starts(other), name=name, again={"rule": "after_exit"})
    road.happens("begun", "ana")
    road.turn()
    assert road.one("SELECT count(*) FILTER (WHERE stuck) FROM enrolment") == 1
    assert road.one("SELECT count(*) FROM enrolment") < 220
