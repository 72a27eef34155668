from __future__ import annotations

import threading
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from psycopg import Connection
from psycopg.errors import LockNotAvailable

from pauta.channels.base import Stream
from pauta.core.gate.reasons import Reason
from pauta.core.problems import Problem
from pauta.messages import actions, queries
from pauta.messages.ledger import message_ids
from pauta.messages.terms import read_terms
from pauta.platform.database import connect
from tests.conftest import ADMIN
from tests.messages.cast import ACME, ANA, BRUNO, DIEGO_KEY, NOW, settle

EDUCATIONAL = read_terms({"type": "educational", "topic": "tips"})
TRANSACTIONAL = read_terms({"type": "transactional"})


@pytest.fixture
def ledger(connection: Connection[Any]) -> Connection[Any]:
    settle(connection)
    return connection


def propose(ledger: Connection[Any], key: str = "k1", **changes: Any) -> actions.Accepted:
    given: dict[str, Any] = {"terms": EDUCATIONAL, "contact": "ana", "template": "hello", "who": ADMIN} | changes
    return actions.propose_one(ledger, NOW, given.pop("terms"), key=key, **given)


def requests(ledger: Connection[Any]) -> list[tuple[int, int]]:
    return ledger.execute("SELECT part, account_key FROM plan_request ORDER BY 1, 2").fetchall()


def test_a_message_waits_to_be_planned(ledger: Connection[Any]) -> None:
    accepted = propose(ledger)
    view = queries.message(ledger, accepted.message_id)
    assert (view.state, view.planned, view.wished, view.due) == ("open", False, date(2026, 11, 23), NOW)
    assert (view.contact, view.part, view.account_key, view.topic) == ("ana", 1, ACME, "tips")
    assert requests(ledger) == [(1, ACME)]


def test_a_transactional_message_is_due_at_once_and_asks_for_no_plan(ledger: Connection[Any]) -> None:
    accepted = propose(ledger, terms=TRANSACTIONAL)
    view = queries.message(ledger, accepted.message_id)
    assert (view.state, view.verdict, view.reason, view.due, view.channel) == ("planned", "send", "clear", NOW, "email")
    assert requests(ledger) == []
    assert ledger.execute("SELECT lane FROM message").fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("document", "due"),
    [
        ({"not_before": "2026-11-25"}, datetime(2026, 11, 25, 12, tzinfo=UTC)),
        ({"not_before": "2026-11-25", "at": "07:30"}, datetime(2026, 11, 25, 10, 30, tzinfo=UTC)),
        ({"at": "15:00"}, datetime(2026, 11, 23, 18, tzinfo=UTC)),
        ({"at": "06:00"}, NOW),
    ],
)
def test_a_transactional_message_keeps_its_day_and_hour(
    ledger: Connection[Any], document: dict[str, Any], due: datetime
) -> None:
    accepted = propose(ledger, terms=read_terms({"type": "transactional"} | document))
    assert queries.message(ledger, accepted.message_id).due == due


def test_the_wished_day_is_the_contacts_own(ledger: Connection[Any]) -> None:
    night = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)  # already Tuesday in Madrid, still Monday in São Paulo
    ana = actions.propose_one(ledger, night, EDUCATIONAL, contact="ana", template="hello", key="a", who=ADMIN)
    diego = actions.propose_one(ledger, night, EDUCATIONAL, contact="diego", template="hello", key="d", who=ADMIN)
    assert queries.message(ledger, ana.message_id).wished == date(2026, 11, 23)
    assert queries.message(ledger, diego.message_id).wished == date(2026, 11, 24)


def test_the_same_request_is_taken_once(ledger: Connection[Any]) -> None:
    first = propose(ledger, figures={"hours": 127})
    again = propose(ledger, contact="ANA@acme.example", figures={"hours": 127})
    assert first.new
    assert again == actions.Accepted(first.message_id, new=False)
    assert ledger.execute("SELECT count(*) FROM message").fetchone() == (1,)


@pytest.mark.parametrize(
    "change",
    [
        {"contact": "bruno"},
        {"figures": {"hours": 1}},
        {"sender": "carla@acme.example"},
        {"terms": read_terms({"type": "educational", "topic": "tips", "tier": 1})},
        {"terms": read_terms({"type": "educational", "topic": "tips", "expires": "2026-12-24"})},
        {"terms": read_terms({"type": "educational", "topic": "other"})},
    ],
)
def test_another_request_under_a_used_key_is_refused(ledger: Connection[Any], change: dict[str, Any]) -> None:
    propose(ledger)
    with pytest.raises(Problem) as caught:
        propose(ledger, **change)
    assert caught.value.code == "messages.key_taken"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"contact": "nobody"}, "messages.contact_unknown"),
        ({"sender": "Carla <carla@acme,example>"}, "email.sender_invalid"),
        ({"template": "none"}, "messages.template_unknown"),
        ({"template": "empty"}, "messages.template_unpublished"),
        ({"terms": read_terms({"type": "educational", "expires": "2026-11-22"})}, "messages.expires_past"),
        ({"terms": read_terms({"type": "educational", "team": "nobody"})}, "messages.not_one_of"),
        ({"key": ""}, "messages.field_missing"),
    ],
)
def test_what_a_message_names_must_exist(ledger: Connection[Any], change: dict[str, Any], code: str) -> None:
    ledger.execute("INSERT INTO team (name, title) VALUES ('success', 'Success')")
    with pytest.raises(Problem) as caught:
        propose(ledger, **change)
    assert caught.value.code == code


def test_an_address_that_several_share_is_not_guessed(ledger: Connection[Any]) -> None:
    ledger.execute("UPDATE contact SET email = 'ana@acme.example' WHERE id = %s", (BRUNO,))
    with pytest.raises(Problem) as caught:
        propose(ledger, contact="ana@acme.example")
    assert caught.value.values["ids"] == "ana, bruno"


def test_cancelling_takes_a_message_back_once(ledger: Connection[Any]) -> None:
    accepted = propose(ledger)
    ledger.execute("DELETE FROM plan_request")
    other = propose(ledger, key="k2", contact="bruno")
    ledger.execute("DELETE FROM plan_request")
    actions.cancel(ledger, accepted.message_id, NOW, actor="cli:ana", why="typo")
    view = queries.message(ledger, accepted.message_id)
    assert (view.state, view.reason, view.day, view.due) == ("cancelled", "cancelled", None, None)
    (change,) = queries.history(ledger, accepted.message_id)
    assert (change.state, change.detail) == ("open", "cli:ana: typo")
    assert requests(ledger) == [(1, ACME)]  # its place is free for the other one of the account
    assert queries.message(ledger, other.message_id).state == "open"
    with pytest.raises(Problem) as caught:
        actions.cancel(ledger, accepted.message_id, NOW, actor="cli:ana")
    assert caught.value.code == "messages.message_gone"


@pytest.mark.parametrize("state", [2, 3, 4, 5, 6, 7])
def test_what_is_leaving_or_over_cannot_be_cancelled(ledger: Connection[Any], state: int) -> None:
    accepted = propose(ledger)
    ledger.execute("UPDATE message SET state = %s", (state,))
    with pytest.raises(Problem):
        actions.cancel(ledger, accepted.message_id, NOW, actor="cli:ana")
    assert ledger.execute("SELECT state FROM message").fetchone() == (state,)


def test_a_held_message_comes_back_when_its_figure_does(ledger: Connection[Any]) -> None:
    accepted = propose(ledger)
    actions.hold(ledger, 1, [accepted.message_id], NOW, reason=Reason.missing_figure, detail="hours_saved")
    held = queries.message(ledger, accepted.message_id)
    assert (held.state, held.reason, held.due) == ("held", "missing_figure", None)
    ledger.execute("DELETE FROM plan_request")
    assert actions.unhold(ledger, [DIEGO_KEY], NOW) == 0
    assert actions.unhold(ledger, [ACME], NOW) == 1
    view = queries.message(ledger, accepted.message_id)
    assert (view.state, view.due) == ("open", NOW)
    assert requests(ledger) == [(1, ACME)]


def test_only_messages_held_for_the_mended_reason_come_back(ledger: Connection[Any]) -> None:
    accepted = propose(ledger)
    actions.hold(ledger, 1, [accepted.message_id], NOW, reason=Reason.missing_approval, detail="legal")
    assert actions.unhold(ledger, [ACME], NOW) == 0
    assert actions.unhold_template(ledger, 1, NOW) == 0
    assert actions.unhold(ledger, [ACME], NOW, reason=Reason.missing_approval) == 1


def test_a_new_version_of_a_template_opens_what_it_held(ledger: Connection[Any]) -> None:
    plain, fast = propose(ledger), propose(ledger, key="k2", terms=TRANSACTIONAL)
    for accepted in (plain, fast):
        actions.hold(ledger, 1, [accepted.message_id], NOW, reason=Reason.missing_figure, detail="x")
    assert actions.unhold_template(ledger, 2, NOW) == 0
    assert actions.unhold_template(ledger, 1, NOW) == 2
    assert queries.message(ledger, plain.message_id).state == "open"
    assert queries.message(ledger, fast.message_id).state == "planned"  # nothing plans the fast lane


def test_a_plan_is_asked_for_accounts_with_open_messages_only(ledger: Connection[Any]) -> None:
    propose(ledger)
    ledger.execute("DELETE FROM plan_request")
    assert actions.request_plan(ledger, [ACME, DIEGO_KEY, ACME, 999], NOW) == 1
    assert requests(ledger) == [(1, ACME)]
    assert actions.request_plan(ledger, [], NOW) == 0
    ledger.execute("UPDATE message SET state = 3")
    ledger.execute("DELETE FROM plan_request")
    assert actions.request_plan(ledger, [ACME], NOW) == 0


def test_a_request_that_stands_is_not_lost_to_a_worker_that_plans_meanwhile(database: str) -> None:
    with connect(database) as first:
        settle(first)
        propose(first)
    with connect(database) as changing, connect(database) as worker:
        actions.request_plan(changing, [ACME], NOW)
        worker.execute("SET lock_timeout = '100ms'")
        with pytest.raises(LockNotAvailable):
            worker.execute("DELETE FROM plan_request")
        worker.rollback()


def test_workers_are_woken_when_the_transaction_commits(database: str) -> None:
    with connect(database) as first:
        settle(first)
    with connect(database, autocommit=True) as listener, connect(database) as door:
        listener.execute("LISTEN pauta_work")
        propose(door, terms=TRANSACTIONAL)
        assert list(listener.notifies(timeout=0.2)) == []
        door.commit()
        assert len(list(listener.notifies(timeout=5, stop_after=1))) == 1


def test_kinds_and_keys_are_made_once_by_many_at_once(database: str) -> None:
    with connect(database) as first:
        settle(first)
    made: list[tuple[int, int, bool]] = []

    def run() -> None:
        with connect(database) as own:
            kind = actions.kind_id(own, "promotional", "sale", "marketing")
            time.sleep(0.05)
            accepted = propose(own)
            made.append((kind, accepted.message_id, accepted.new))

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 6
    assert len({(kind, message) for kind, message, _ in made}) == 1
    assert sum(new for _, _, new in made) == 1


def test_ids_are_ascending_and_nobody_gets_one_twice(ledger: Connection[Any]) -> None:
    first, second = message_ids(ledger, 1000), message_ids(ledger, 1000)
    assert len({*first.tolist(), *second.tolist()}) == 2000
    assert (first[1:] > first[:-1]).all()


def test_the_stop_switch_stands_until_it_is_lifted(ledger: Connection[Any]) -> None:
    assert actions.stop(ledger, "email", "bounces", "ana", NOW)
    assert not actions.stop(ledger, "email", "again", "ana", NOW)
    assert queries.stopped_channels(ledger, Stream.BULK) == {0}
    assert actions.stop(ledger, None, "fire", "ana", NOW)
    assert queries.stopped_channels(ledger, Stream.BULK) == set(range(8))
    actions.lift(ledger, None, "ana", NOW + timedelta(minutes=1))
    assert queries.stopped_channels(ledger, Stream.BULK) == {0}
    actions.lift(ledger, "email", "ana", NOW)
    assert queries.stopped_channels(ledger, Stream.BULK) == set()
    for channel in (None, "email"):
        with pytest.raises(Problem):
            actions.lift(ledger, channel, "ana", NOW)
    with pytest.raises(Problem):
        actions.stop(ledger, None, " ", "ana", NOW)
    with pytest.raises(Problem):
        actions.stop(ledger, "fax", "x", "ana", NOW)


def test_a_stream_is_stopped_alone_and_beside_the_channel(ledger: Connection[Any]) -> None:
    assert actions.stop(ledger, "email", "complaints", "pauta", NOW, Stream.BULK)
    assert queries.stopped_channels(ledger, Stream.BULK) == {0}
    assert queries.stopped_channels(ledger, Stream.TRANSACTIONAL) == set()
    assert actions.stop(ledger, "email", "fire", "ana", NOW)
    assert queries.stopped_channels(ledger, Stream.TRANSACTIONAL) == {0}
    actions.lift(ledger, "email", "ana", NOW, Stream.BULK)
    assert [one.stream for one in queries.stops(ledger)] == [None]
    with pytest.raises(Problem):
        actions.lift(ledger, "email", "ana", NOW, Stream.BULK)


def test_open_messages_are_those_of_the_account(ledger: Connection[Any]) -> None:
    ours = [propose(ledger, key=f"k{n}", contact=name).message_id for n, name in enumerate(("ana", "bruno"))]
    propose(ledger, key="d", contact="diego")
    assert [view.id for view in queries.open_messages(ledger, ACME)] == ours
    assert [view.id for view in queries.messages_of(ledger, ACME, [ANA], NOW)] == ours[:1]


def test_attempts_are_told_in_words(ledger: Connection[Any]) -> None:
    accepted = propose(ledger)
    ledger.execute("INSERT INTO attempt VALUES (1, %s, 1, 'w', %s, %s, 0, '250 ok')", (accepted.message_id, NOW, NOW))
    ledger.execute("INSERT INTO attempt VALUES (1, %s, 2, 'w', %s, NULL, NULL, '')", (accepted.message_id, NOW))
    assert [one.outcome for one in queries.attempts(ledger, accepted.message_id)] == ["sent", None]
