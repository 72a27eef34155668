"""What a dead worker left is settled by its journal: sent once, or said to be unknown, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pauta.channels.base import Outcome, OutcomeKind
from pauta.core.gate.reasons import REASON_CODE, Reason
from pauta.messages.states import Lane, State
from pauta.people.actions import move_contact
from pauta.people.addresses import AddressState
from pauta.pipeline import delivery, journal, launching, recovery, rendering
from pauta.pipeline.fast import release_fast
from pauta.pipeline.people import people_changed
from pauta.pipeline.release import release
from tests.faults import company
from tests.pipeline.office import Office

GONE = "0123456789ab-4194311-dead"
LETTERHEAD = rendering.Letterhead("pauta@example.com", "https://pauta.example")


class Death(Exception):
    """The worker ends here."""


def claim(office: Office, stage: str) -> Path:
    """A bulk worker by the name ``GONE`` dies at a stage of three messages' way out; its journals' folder."""
    company.build(office.connection, office.now, 3, 3, [])
    company.launch(office.connection, office.now, "launch")
    worker = office.worker()
    with office.transaction() as connection:
        worker._own(connection)
        step = launching.next_step(connection, worker._settled_parts(connection), 100)
        assert step is not None
        launching.launch_parts(connection, office.now, worker.leases, step)
        claimed = release(connection, office.now, worker.leases, 10)
        assert claimed is not None
        assert len(claimed) == 3
        connection.commit()
        if stage != "claimed":
            ready, unready = rendering.prepare(connection, office.now, claimed, GONE, LETTERHEAD)
            assert not unready
            connection.commit()
            left = journal.Journal(worker.journals, GONE)
            for one in ready:
                if stage != "attempt":
                    left.dot(one.outgoing.reference)
                if stage == "answer":
                    left.answer(Outcome(one.outgoing.reference, OutcomeKind.SENT, 250, "2.0.0", "ok\tkept\n"))
            left.close()
        connection.execute("UPDATE lease SET owner = %s, until = '-infinity'", (GONE,))
        connection.execute("DELETE FROM worker")
        connection.commit()
    worker.journal.close()
    return worker.journals


@pytest.mark.parametrize(
    ("stage", "state", "sent"),
    [
        ("claimed", State.SENT, 3),
        ("attempt", State.SENT, 3),
        ("dot", State.UNKNOWN, 0),
        ("answer", State.SENT, 0),
    ],
)
def test_each_stage_of_a_death(office: Office, stage: str, state: State, sent: int) -> None:
    folder = claim(office, stage)
    office.settle(office.worker())
    assert company.states(office.connection) == {state: 3}
    assert len(office.post.received) == sent, "sent by the successor"
    assert office.one("SELECT count(*) FROM attempt WHERE outcome IS NULL") == 0
    assert not (folder / f"{GONE}.journal").exists(), "nobody needs it any more"
    if state == State.UNKNOWN:
        assert office.one("SELECT DISTINCT reason FROM message") == REASON_CODE[Reason.lost]


def test_without_a_journal_nobody_knows(office: Office) -> None:
    folder = claim(office, "attempt")
    (folder / f"{GONE}.journal").unlink()
    office.settle(office.worker())
    assert company.states(office.connection) == {State.UNKNOWN: 3}
    assert office.post.received == []


def test_a_last_line_without_its_end_was_never_followed_by_a_dot(office: Office) -> None:
    folder = claim(office, "dot")
    file = folder / f"{GONE}.journal"
    file.write_bytes(file.read_bytes()[:-1])
    office.settle(office.worker())
    assert company.states(office.connection) == {State.UNKNOWN: 2, State.SENT: 1}
    assert len(office.post.received) == 1


def test_answers_that_the_worker_could_not_record_are_followed(office: Office) -> None:
    folder = claim(office, "attempt")
    left = journal.Journal(folder, GONE)
    kinds = (OutcomeKind.FAILED, OutcomeKind.LATER, OutcomeKind.UNSENT)
    for kind, (part, number) in zip(kinds, office.all("SELECT part, id FROM message ORDER BY id"), strict=True):
        left.dot(f"{part}.{number}.1")
        left.answer(Outcome(f"{part}.{number}.1", kind))
    office.settle(office.worker())
    assert company.states(office.connection) == {State.FAILED: 1, State.PLANNED: 1, State.SENT: 1}


def test_a_contact_who_moved_since_is_settled_by_what_was_said_of_the_old_partition(office: Office) -> None:
    claim(office, "dot")
    part, number = office.all("SELECT part, id FROM message ORDER BY id LIMIT 1")[0]
    for table, column in (("message", "id"), ("attempt", "message_id"), ("archive", "message_id")):
        office.run(f"UPDATE {table} SET part = 40 WHERE part = %s AND {column} = %s", part, number)
    office.settle(office.worker())
    assert company.states(office.connection) == {State.UNKNOWN: 3}
    assert office.post.received == []


def test_the_journal_of_the_living_is_left_alone(office: Office) -> None:
    living = office.worker()
    recovery.forget_journals(office.connection, living.journals)
    assert living.journal.path.exists()


def test_the_journal_of_one_who_was_stopped_for_long_is_left_alone_until_it_has_ended(office: Office) -> None:
    stopped = office.worker()
    office.run("DELETE FROM worker")
    recovery.forget_journals(office.connection, stopped.journals)
    assert stopped.journal.path.exists(), "nobody has seen it for long, and yet it may go on"
    stopped.journal.close()
    recovery.forget_journals(office.connection, stopped.journals)
    assert not stopped.journal.path.exists()


@pytest.mark.parametrize("end", ["buried", "silent"])
def test_mail_that_moved_while_under_way_is_left_to_its_worker_while_that_lives(
    office: Office, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pauta.worker.surely_dead", lambda name, living: False)  # as of workers on two machines
    company.build(office.connection, office.now, 3, 1, [])
    company.launch(office.connection, office.now, "launch")
    first, second = office.worker(), office.worker()
    with office.transaction() as connection:
        office.run("UPDATE lease SET until = 'infinity' WHERE part <> 2")  # the account of the only contact
        first._own(connection)
        step = launching.next_step(connection, first._settled_parts(connection), 100)
        assert step is not None
        launching.launch_parts(connection, office.now, first.leases, step)
        claimed = release(connection, office.now, first.leases, 10)
        assert claimed
        ready, _ = rendering.prepare(connection, office.now, claimed, first.owner, LETTERHEAD)
        connection.commit()
        people_changed(connection, move_contact(connection, claimed[0].contact_id, 3, office.now), office.now)
        connection.commit()
        connection.execute("UPDATE lease SET until = '-infinity' WHERE part = 3")
        connection.commit()
        office.settle(second)
        assert company.states(office.connection) == {State.SENDING: 1}, "the new owner does not know what first does"
        assert first._may_send(ready[0].outgoing.reference)
        connection.execute("UPDATE lease SET owner = 'another', until = 'infinity' WHERE part = 2")
        connection.commit()
        second.settle_again_at = 0.0
        office.settle(second)
        assert company.states(office.connection) == {State.SENDING: 1}, "a send can take longer than a lease"
        if end == "buried":
            connection.execute("DELETE FROM worker WHERE name = %s", (first.owner,))
        else:
            connection.execute("UPDATE worker SET seen_at = '-infinity' WHERE name = %s", (first.owner,))
        connection.commit()
        second.settle_again_at = 0.0
        office.settle(second)
    assert company.states(office.connection) == {State.SENT: 1}
    assert len(office.post.received) == 1


def test_an_address_that_was_refused_for_good_is_not_forgotten_with_its_worker(office: Office) -> None:
    folder = claim(office, "attempt")
    left = journal.Journal(folder, GONE)
    part, number = office.all("SELECT part, id FROM message WHERE contact_id = 1")[0]
    left.dot(f"{part}.{number}.1")
    said = Outcome(f"{part}.{number}.1", OutcomeKind.FAILED, 550, "5.1.1", "no such user", address_bad=True)
    left.answer(said)
    left.close()
    office.settle(office.worker())
    assert office.one("SELECT email_state FROM contact WHERE id = 1") == AddressState.BOUNCED


def test_a_journal_reads_back_what_was_written(tmp_path: Path) -> None:
    written = journal.Journal(tmp_path, "me")
    written.dot("1.2.3")
    written.dot("1.3.1")
    refused = Outcome("1.2.3", OutcomeKind.FAILED, 550, "5.1.1", "no such user", address_bad=True)
    written.answer(replace(refused, text="no\r\nsuch\tuser"))
    assert journal.read(tmp_path, "me") == {
        "1.2.3": journal.Entry("1.2.3", refused),
        "1.3.1": journal.Entry("1.3.1", None),
    }
    written.clear()
    assert journal.read(tmp_path, "me") == {}
    written.dot("1.4.1")
    assert journal.read(tmp_path, "me") == {"1.4.1": journal.Entry("1.4.1", None)}
    written.end()
    assert journal.read(tmp_path, "me") is None


@pytest.mark.parametrize("dot", [False, True])
def test_a_transactional_message_of_a_dead_worker_leaves_again(
    office: Office, dot: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pauta.worker.surely_dead", lambda name, living: False)  # as of a worker on another machine
    company.build(office.connection, office.now, 1, 1, [])
    company.send_one(office.connection, office.now, 1, "invoice")
    dead = office.worker(Lane.FAST)
    with office.transaction() as connection:
        claimed = release_fast(connection, office.now, 10)
        assert claimed
        ready, _ = rendering.prepare(connection, office.now, claimed, dead.owner, LETTERHEAD)
        if dot:
            dead.journal.dot(ready[0].outgoing.reference)
    first = ready[0].outgoing.content
    survivor = office.worker(Lane.FAST, send_seconds=1)
    office.settle(survivor)
    assert company.states(office.connection) == {State.SENDING: 1}, "its worker was seen a moment ago"
    office.run("DELETE FROM worker WHERE name = %s", dead.owner)
    office.settle(survivor)
    assert company.states(office.connection) == {State.SENT: 1}
    assert office.all("SELECT number, outcome FROM attempt ORDER BY number") == [
        (1, delivery.OUTCOME_CODE[OutcomeKind.LOST if dot else OutcomeKind.UNSENT]),
        (2, delivery.OUTCOME_CODE[OutcomeKind.SENT]),
    ]
    name = first.split(b"Message-ID: ")[1].split(b"\r\n")[0]
    assert [name in one.content for one in office.post.received] == [True]


def test_an_interrupted_round_of_the_fast_lane_leaves_nothing_claimed(office: Office) -> None:
    company.build(office.connection, office.now, 1, 1, [])
    company.send_one(office.connection, office.now, 1, "invoice")

    def die(*_: Any) -> None:
        raise Death

    worker = office.worker(Lane.FAST)
    worker._deliver = die  # type: ignore[method-assign]
    with pytest.raises(Death), office.transaction() as connection:
        worker.fast_turn(connection)
    assert company.states(office.connection) == {State.PLANNED: 1}
