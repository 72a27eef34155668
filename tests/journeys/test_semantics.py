"""J1 to J12: what journeys mean when things happen twice, late, at the same moment, or while somebody changes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from psycopg import errors

from pauta.core.problems import Problem
from pauta.journeys import actions
from pauta.journeys.entering import enter_named
from pauta.journeys.queries import figures, travellers
from pauta.messages.states import State
from pauta.people.actions import AccountValues, ContactValues, upsert_account, upsert_contact
from pauta.pipeline.merging import merge_contacts
from pauta.pipeline.people import people_changed
from pauta.privacy.erasing import erase
from tests.conftest import MONDAY
from tests.journeys.conftest import END, Road, message, names, wait

LONG = {"id": "long", "kind": "wait", "days": 30, "next": "end"}


def test_what_happens_leads_through_every_step_and_each_is_recorded_once(road: Road) -> None:
    road.publish(wait("pause", "hello", hours=2), message(then="more"), wait("more", days=1))
    road.happens("begun", "ana")
    road.turn()
    assert (road.at("ana"), road.messages()) == ("pause", [])
    road.later(hours=1, minutes=59)
    assert road.at("ana") == "pause"
    road.later(minutes=1)
    assert (road.at("ana"), road.messages()) == ("hello", [("ana", "hello")])
    road.later(minutes=1)
    road.becomes(State.SENT, "ana")
    sent = road.now
    road.later(hours=1)
    assert road.at("ana") == "more"
    assert road.one("SELECT since FROM enrolment") == sent, "the wait counts from when it was sent"
    road.later(hours=23)
    assert road.at("ana") == "exit"
    assert road.path("ana") == ["pause", "hello", "more", "end"]
    assert road.messages() == [("ana", "hello")]


@pytest.mark.parametrize(
    ("again", "times"), [({"rule": "never"}, 1), ({"rule": "after_exit"}, 3), ({"rule": "after_days", "days": 3}, 2)]
)
def test_j1_re_entry(road: Road, again: dict[str, Any], times: int) -> None:
    road.publish(wait(days=1), again=again)
    for _ in range(3):
        road.happens("begun", "ana")
        road.turn()
        road.happens("begun", "ana")  # nobody is in it twice at a time
        road.turn()
        road.later(days=2)
    assert road.one("SELECT count(*) FROM enrolment") == times


def test_j1_nobody_is_inside_twice_even_when_two_workers_let_them_in(road: Road) -> None:
    road.publish(LONG, again={"rule": "after_exit"})
    road.happens("begun", "ana")
    road.turn()
    with pytest.raises(errors.UniqueViolation):
        road.connection.execute(
            "INSERT INTO enrolment (journey_id, contact_id, number, step_id, since, entered_at)"
            " SELECT journey_id, contact_id, 2, step_id, since, entered_at FROM enrolment"
        )


def test_j2_a_published_version_is_pinned(road: Road) -> None:
    road.publish(wait("a", "b", days=1), wait("b", days=1))
    road.happens("begun", "ana")
    road.turn()
    road.publish(wait("a", days=1))
    road.happens("begun", "bia")
    road.later(days=1)
    assert (road.at("ana"), road.at("bia")) == ("b", "exit")


def test_j2_those_inside_move_by_node_after_a_dry_run_and_their_waits_keep_their_beginning(road: Road) -> None:
    road.publish(wait("a", days=3))
    road.happens("begun", "ana")
    road.later(days=1)
    with pytest.raises(Problem, match="move_nowhere"):
        road.publish(wait("b", days=5), inside="move")
    told = road.publish(wait("b", days=5), inside="move", to={"a": "b"}, try_only=True)
    assert (told.moves, road.at("ana")) == ([actions.Move("a", 1, "b")], "a")
    road.publish(wait("a", days=5), inside="move")
    road.later(days=3, hours=23)
    assert road.at("ana") == "a"
    road.later(hours=1)
    assert road.at("ana") == "exit", "five days from when the wait began"


def test_j2_those_inside_exit_and_what_had_not_left_is_taken_back(road: Road) -> None:
    road.publish(message())
    road.happens("begun", "ana")
    road.turn()
    assert road.publish(message("other"), inside="exit").exits == 1
    assert (road.at("ana"), road.messages(State.CANCELLED)) == ("published", [("ana", "hello")])


def test_j3_a_day_is_24_hours_and_a_calendar_day_is_the_contacts_own(road: Road) -> None:
    road.contact("kyoto", zone="Asia/Tokyo")
    road.publish({"id": "dawn", "kind": "wait_day", "days": 1, "at": "09:00", "next": "end"})
    road.happens("begun", "ana", "kyoto")
    road.turn()
    # Monday noon UTC is 21:00 in Tokyo: 09:00 of Tuesday there is midnight UTC; ana has the company's zone, UTC here.
    assert road.one(
        "SELECT wake_at FROM enrolment e JOIN contact c ON c.id = contact_id WHERE external_id = 'kyoto'"
    ) == (MONDAY + timedelta(hours=12))
    road.later(hours=12)
    assert (road.at("kyoto"), road.at("ana")) == ("exit", "dawn")
    road.later(hours=9)
    assert road.at("ana") == "exit"


def test_j3_a_changed_zone_reckons_the_wait_anew(road: Road) -> None:
    road.publish({"id": "dawn", "kind": "wait_day", "days": 1, "at": "09:00", "next": "end"})
    road.happens("begun", "ana")
    road.turn()
    stored = upsert_contact(road.connection, ContactValues(external_id="ana", zone="Asia/Tokyo"), road.now)
    people_changed(road.connection, stored.changes, road.now)
    road.later(hours=12)
    assert road.at("ana") == "exit"


@pytest.mark.parametrize(("past", "where"), [("go_on", "exit"), ("exit", "past"), ("otherwise", "late")])
def test_j3_a_past_date_does_what_the_node_says(road: Road, past: str, where: str) -> None:
    upsert_account(
        road.connection,
        AccountValues(external_id="acme", attributes={"renewal_date": "2026-12-01"}),
        road.now,
    )
    road.contact("dora", "acme")
    dated = {
        "id": "due",
        "kind": "wait_date",
        "attribute": "account.renewal_date",
        "days": 7,
        "past": past,
        "next": "end",
    }
    road.publish(
        {**dated, "otherwise": "late"} if past == "otherwise" else dated,
        *([LONG | {"id": "late"}] if past == "otherwise" else []),
    )
    road.happens("begun", "dora", "ana")  # ana has no such date
    road.turn()
    assert (road.at("dora"), road.at("ana")) == ("due", where)
    road.later(hours=21)
    assert road.at("dora") == "exit"
    upsert_account(
        road.connection, AccountValues(external_id="acme", attributes={"renewal_date": "2026-11-01"}), road.now
    )
    road.contact("elsa", "acme")
    road.happens("begun", "elsa")
    road.turn()
    assert road.at("elsa") == where


BUY = {"id": "buy", "kind": "wait_event", "event": "bought", "within": {"days": 1}, "next": "end", "otherwise": "long"}


@pytest.mark.parametrize(("after", "where"), [(0, "exit"), (23.99, "exit"), (24, "long"), (25, "long")])
def test_j4_of_event_and_time_out_the_one_that_happened_first_wins_however_late_it_is_heard(
    road: Road, after: float, where: str
) -> None:
    road.publish(BUY, LONG)
    road.happens("begun", "ana")
    road.turn()
    happened = road.now + timedelta(hours=after, seconds=1 if after == 0 else 0)
    road.now += timedelta(hours=26)
    road.happens("bought", "ana", at=happened)
    road.later(hours=0)
    assert road.at("ana") == where


def test_j4_an_event_before_the_wait_does_not_count_and_the_first_that_fits_does(road: Road) -> None:
    road.publish(BUY | {"where": {"plan": "pro"}, "next": "again"}, BUY | {"id": "again"}, LONG)
    road.happens("bought", "ana", plan="pro")
    road.later(hours=1)
    road.happens("begun", "ana")
    road.later(hours=1)
    road.happens("bought", "ana", plan="free")
    road.later(hours=1)
    assert road.at("ana") == "buy"
    road.happens("bought", "ana", plan="pro")
    road.turn()
    assert road.at("ana") == "again", "one event satisfies one wait"
    road.happens("bought", "ana")
    road.later(seconds=1)
    assert road.path("ana") == ["buy", "again", "end"]


@pytest.mark.parametrize("day", [1, 29])
def test_j5_an_exit_acts_at_once_in_the_middle_of_a_wait_and_takes_back_what_has_not_left(road: Road, day: int) -> None:
    road.publish(message(then="long"), LONG, exits=[{"event": "signed"}])
    road.happens("begun", "ana", "bia")
    road.turn()
    road.becomes(State.SENT, "bia")
    road.later(days=day)
    road.happens("signed", "ana", "bia")
    road.turn()
    assert (road.at("ana"), road.at("bia")) == ("event", "event")
    assert (road.messages(State.CANCELLED), road.messages(State.SENT)) == ([("ana", "hello")], [("bia", "hello")])


def test_j5_a_goal_converts_at_once_and_only_what_happened_inside_counts(road: Road) -> None:
    road.publish(LONG, goal={"event": "bought", "where": {"plan": "pro"}})
    road.happens("bought", "ana", plan="pro")
    road.later(hours=1)
    road.happens("begun", "ana", "bia")
    road.later(hours=1)
    road.happens("bought", "bia", plan="free")
    road.turn()
    assert (road.at("ana"), road.at("bia")) == ("long", "long")
    road.happens("bought", "bia", plan="pro")
    road.turn()
    assert (road.at("ana"), road.at("bia")) == ("long", "goal")
    found = figures(road.connection, road.one("SELECT id FROM journey"))
    assert (found.entered, found.inside, found.converted, found.seconds) == (2, 1, 1, 3600.0)


def test_j5_what_happens_to_the_account_ends_the_journey_of_all_its_contacts(road: Road) -> None:
    road.contact("dora", "acme")
    road.contact("elsa", "acme")
    road.publish(LONG, exits=[{"event": "signed"}])
    road.happens("begun", "dora", "elsa", "ana")
    road.turn()
    account = road.one("SELECT id FROM account")
    from pauta.events.actions import record_events

    rows = {"account_id": [account], "name": ["signed"], "at": [road.now]}
    record_events(road.connection, rows, source="test", now=road.now)
    road.turn()
    assert [road.at(name) for name in ("dora", "elsa", "ana")] == ["event", "event", "long"]


def test_j6_a_late_event_triggers_nothing_and_a_duplicate_neither(road: Road) -> None:
    road.publish(wait(hours=1), again={"rule": "after_exit"})
    road.happens("begun", "ana", at=road.now - timedelta(hours=25))
    road.happens("begun", "bia", at=road.now - timedelta(hours=23))
    road.turn()
    assert road.one("SELECT count(*) FROM enrolment") == 1
    assert road.at("bia") == "exit"
    road.turn()
    assert road.one("SELECT count(*) FROM enrolment") == 1


def test_j7_what_happened_before_a_journey_was_published_lets_nobody_in(road: Road) -> None:
    road.happens("begun", "ana")
    road.publish(LONG)
    road.happens("begun", "bia")
    road.turn()
    assert road.one("SELECT count(*) FROM enrolment") == 1
    assert road.at("bia") == "long"


@pytest.mark.parametrize(
    ("held", "where", "state"),
    [("wait", "hello", State.PLANNED), ("skip", "long", State.CANCELLED), ("exit", "held", State.CANCELLED)],
)
def test_j8_a_message_that_the_gate_holds(road: Road, held: str, where: str, state: State) -> None:
    road.publish(message(then="long", held=held), LONG)
    road.happens("begun", "ana")
    road.turn()
    road.connection.execute(
        "UPDATE message SET state = 1, day = wished + 2, due = %s, policy_version = 1", (road.now + timedelta(days=2),)
    )
    road.later(minutes=1)
    assert (road.at("ana"), road.messages(state)) == (where, [("ana", "hello")])


@pytest.mark.parametrize(("held", "where"), [("wait", "long"), ("skip", "long"), ("exit", "held")])
def test_j8_a_message_that_the_gate_does_not_let_through(road: Road, held: str, where: str) -> None:
    road.publish(message(then="long", held=held), LONG)
    road.happens("begun", "ana")
    road.turn()
    road.becomes(State.SUPPRESSED, "ana")
    road.later(minutes=1)
    assert road.at("ana") == where


@pytest.mark.parametrize(("waits", "made", "left_hours"), [("shift", [], 24), ("now", ["ana"], 0), ("skip", [], 0)])
def test_j9_a_pause_and_what_fell_into_it(road: Road, waits: actions.Waits, made: list[str], left_hours: int) -> None:
    road.publish(wait("wait", "hello", days=2), message(then="long"), LONG)
    road.happens("begun", "ana")
    road.later(days=1)
    actions.pause(road.connection, road.now, "trip")
    road.happens("begun", "bia")
    road.later(days=3)
    assert (road.at("ana"), road.one("SELECT count(*) FROM enrolment")) == ("wait", 1)
    actions.resume(road.connection, road.now, "trip", waits)
    road.turn()
    assert [contact for contact, _ in road.messages()] == made
    assert road.at("ana") == {"shift": "wait", "now": "hello", "skip": "long"}[waits]
    if left_hours:
        road.later(hours=left_hours - 1)
        assert road.at("ana") == "wait"
        road.later(hours=1)
        assert road.at("ana") == "hello"


def test_j9_nothing_leaves_in_a_pause_and_stopping_takes_all_back(road: Road) -> None:
    road.publish(message())
    road.happens("begun", "ana")
    road.turn()
    actions.pause(road.connection, road.now, "trip")
    assert road.one("SELECT state FROM proposal") == 1
    actions.resume(road.connection, road.now, "trip", "shift")
    assert road.one("SELECT state FROM proposal") == 0
    assert actions.stop(road.connection, road.now, "trip") == 1
    assert (road.at("ana"), road.messages(State.CANCELLED)) == ("stopped", [("ana", "hello")])


def test_j10_chance_is_the_same_each_time_and_new_percentages_change_nobody_who_was_there(road: Road) -> None:
    def split(percent: float) -> dict[str, Any]:
        shares = [{"percent": percent, "next": "a"}, {"percent": 100 - percent, "next": "b"}]
        return {"id": "split", "kind": "split", "shares": shares}

    crowd = [f"c{number}" for number in range(60)]
    for name in crowd:
        road.contact(name)
    road.publish(split(50), wait("a", hours=1), wait("b", hours=1), again={"rule": "after_exit"})
    road.happens("begun", *crowd)
    road.turn()
    first = [road.at(name) for name in crowd]
    assert 15 < first.count("a") < 45
    road.later(hours=2)
    road.publish(split(5), wait("a", hours=1), wait("b", hours=1), again={"rule": "after_exit"})
    road.happens("begun", *crowd)
    road.turn()
    assert [road.at(name) for name in crowd] == first


def test_j11_who_moves_too_often_rests_and_shows(road: Road) -> None:
    circle = [{"id": f"w{number}", "kind": "wait", "minutes": 1, "next": f"w{(number + 1) % 2}"} for number in range(2)]
    way_out = {
        "id": "w1",
        "kind": "wait_event",
        "event": "x",
        "within": {"minutes": 1},
        "next": "end",
        "otherwise": "w0",
    }
    road.publish(circle[0], way_out)
    road.happens("begun", "ana")
    road.turn()
    road.later(minutes=99)
    assert road.one("SELECT stuck FROM enrolment") is False
    road.later(minutes=5)
    assert road.one("SELECT stuck FROM enrolment") is True
    before = len(road.path("ana"))
    assert before == 102
    road.later(days=1)
    assert len(road.path("ana")) == before


def test_j12_two_contacts_that_become_one_have_one_enrolment(road: Road) -> None:
    road.publish(message(then="long"), LONG, again={"rule": "after_exit"})
    road.happens("begun", "ana")
    road.later(days=1)
    road.happens("begun", "bia")
    road.turn()
    merge_contacts(road.connection, "ana", "bia", road.now, "test")
    assert road.one("SELECT count(*) FROM enrolment WHERE ended = 0") == 1
    assert road.one("SELECT count(*) FROM message WHERE state < 2") == 1
    assert road.one("SELECT count(DISTINCT contact_id) FROM enrolment") == 1


def test_j12_erasing_a_contact_ends_its_enrolment_in_the_same_transaction(road: Road) -> None:
    road.publish(message(then="long"), LONG)
    road.happens("begun", "ana", "bia")
    road.turn()
    erase(road.connection, "ana", road.now, actor="test", reason="asked")
    assert road.one("SELECT array_agg(ended ORDER BY contact_id) FROM enrolment") == [10, 0]
    road.later(days=1)
    assert road.messages(State.OPEN) == [("bia", "hello")]


def test_branches_by_rule_and_by_what_somebody_did_with_a_message(road: Road) -> None:
    rule = {"combinator": "and", "rules": [{"field": "contact.language", "operator": "=", "value": "es"}]}
    road.contact("eva", language="es")
    fork = {
        "id": "fork",
        "kind": "branch",
        "ways": [{"rule": rule, "next": "spanish"}, {"message": "hello", "did": "opened", "next": "reader"}],
        "otherwise": "other",
    }
    ends = [LONG | {"id": key} for key in ("spanish", "reader", "other")]
    road.publish(message(then="fork"), fork, *ends)
    road.happens("begun", "eva", "ana", "bia")
    road.turn()
    for name in ("eva", "ana", "bia"):
        road.becomes(State.SENT, name)
    road.connection.execute(
        "INSERT INTO response (message_id, proposal_id, contact_id, opened_at, machine_opened_at)"
        " SELECT m.id, m.proposal_id, m.contact_id, CASE WHEN c.external_id = 'ana' THEN now() END, now()"
        " FROM message m JOIN contact c ON c.id = m.contact_id"
    )
    road.later(minutes=1)
    assert [road.at(name) for name in ("eva", "ana", "bia")] == ["spanish", "reader", "other"]


def test_a_task_is_waited_for_and_wakes_whoever_waits(road: Road) -> None:
    from pauta.team.users import Profile, add_user

    add_user(road.connection, road.now, "caio@pauta.example", Profile("Caio", None, "csm", "pt-BR"))
    task = {"id": "call", "kind": "task", "title": "Call", "within": {"days": 3}, "next": "long", "otherwise": "end"}
    road.publish(task, LONG)
    road.happens("begun", "ana", "bia")
    road.turn()
    assert road.one("SELECT count(*) FROM task WHERE title = 'Call' AND contact IN ('ana', 'bia')") == 2
    road.later(days=1)
    road.connection.execute("UPDATE task SET done_at = %s WHERE contact = 'ana'", (road.now,))
    road.turn()
    assert (road.at("ana"), road.at("bia")) == ("long", "call")
    road.later(days=2)
    assert road.at("bia") == "exit"


def test_values_stages_and_other_journeys(road: Road) -> None:
    road.publish(LONG, name="other", entry={"kind": "api"})
    road.publish(
        {"id": "a", "kind": "set", "attribute": "score", "value": 7, "next": "b"},
        {"id": "b", "kind": "set", "attribute": "stage", "value": "active", "next": "c"},
        {"id": "c", "kind": "start", "journey": "other", "next": "d"},
        {"id": "d", "kind": "goal", "next": "e"},
        wait("e", "f", days=1),
        {"id": "f", "kind": "leave", "journey": "other", "next": "end"},
    )
    road.happens("begun", "ana")
    road.turn()
    assert road.one("SELECT attributes ->> 'score' || stage FROM contact WHERE external_id = 'ana'") == "7active"
    assert road.at("ana", "other") == "long"
    assert road.one("SELECT count(converted_at) FROM enrolment") == 1
    road.later(days=1)
    assert (road.at("ana"), road.at("ana", "other")) == ("exit", "taken_out")


def test_a_date_lets_each_contact_in_once_for_each_date(road: Road) -> None:
    def renews(day: str) -> None:
        values = AccountValues(external_id="acme", attributes={"renewal_date": day})
        upsert_account(road.connection, values, road.now)

    renews("2027-02-23")
    road.contact("dora", "acme")
    entry = {"kind": "date", "attribute": "account.renewal_date", "days": 90, "at": "09:00"}
    road.publish(wait(days=1), entry=entry)
    road.later(hours=20)
    assert road.one("SELECT count(*) FROM enrolment") == 0
    road.later(days=1, hours=2)
    assert road.one("SELECT count(*) FROM enrolment") == 1
    road.later(days=3)
    renews("2027-03-01")
    road.later(days=3)
    assert road.one("SELECT array_agg(key ORDER BY id) FROM enrolment") == ["2027-02-23", "2027-03-01"]


def test_by_api_only_into_what_is_live(road: Road) -> None:
    road.publish(LONG)
    assert enter_named(road.connection, road.now, "trip", ["ana", "bia"]) == 2
    assert enter_named(road.connection, road.now, "trip", ["ana"]) == 0
    actions.pause(road.connection, road.now, "trip")
    with pytest.raises(Problem, match="no_entry"):
        enter_named(road.connection, road.now, "trip", ["ana"])


def test_a_rule_takes_out_before_the_next_step(road: Road) -> None:
    rule = {"combinator": "and", "rules": [{"field": "contact.stage", "operator": "=", "value": "churned"}]}
    road.publish(wait("wait", "hello", days=1), message(), exit_when=rule)
    road.happens("begun", "ana", "bia")
    road.turn()
    upsert_contact(road.connection, ContactValues(external_id="ana", stage="churned"), road.now)
    road.later(days=1)
    assert (road.at("ana"), names(road.messages())) == ("rule", ["hello"])


def test_figures_and_the_contacts_behind_them(road: Road) -> None:
    road.publish(wait("a", "b", days=1), wait("b", days=1))
    road.happens("begun", "ana")
    road.later(days=1)
    road.happens("begun", "bia")
    road.turn()
    journey = road.one("SELECT id FROM journey")
    found = {one.node: (one.came, one.waiting, one.passed) for one in figures(road.connection, journey).nodes}
    assert found == {"a": (2, 1, 1), "b": (1, 1, 0)}
    assert [one.contact for one in travellers(road.connection, journey, "a", "in", None, 9)] == ["bia", "ana"]
    assert [one.contact for one in travellers(road.connection, journey, "a", "waiting", None, 9)] == ["bia"]
    assert [one.contact for one in travellers(road.connection, journey, "a", "passed", None, 9)] == ["ana"]
    assert END["id"] not in found
