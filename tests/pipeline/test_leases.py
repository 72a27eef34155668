"""Who owns which partitions, and that nobody works in one that has gone to somebody else."""

from __future__ import annotations

import time

import psycopg
import pytest

from pauta.channels.base import OutcomeKind
from pauta.messages.states import Lane, State
from pauta.pipeline.leases import LeaseLostError, Leases
from pauta.pipeline.quarantine import DROPPED
from pauta.pipeline.release import release
from pauta.platform.clock import monotonic
from pauta.platform.identity import new_name, surely_dead
from pauta.platform.partitions import PARTITIONS
from pauta.worker import _limit_idle_transactions
from tests.faults import company
from tests.pipeline.office import Office


def lessee(office: Office, name: str, seconds: float = 60.0, lane: Lane = Lane.BULK) -> Leases:
    leases = Leases(name, lane, seconds, 1.0)
    leases.announce(office.connection)
    office.connection.commit()
    return leases


def take(office: Office, leases: Leases) -> list[int]:
    taken = leases.acquire(office.connection, leases.announce(office.connection))
    office.connection.commit()
    return [one.part for one in taken]


def test_two_workers_share_the_partitions(office: Office) -> None:
    first = lessee(office, "first")
    assert take(office, first) == list(range(PARTITIONS))
    second = lessee(office, "second")
    assert take(office, second) == []
    take(office, first)
    assert len(take(office, second)) == PARTITIONS // 2
    assert {*first.parts} | {*second.parts} == {*range(PARTITIONS)}
    assert not {*first.parts} & {*second.parts}


def test_a_fast_worker_leaves_the_partitions_to_the_others(office: Office) -> None:
    lessee(office, "fast", lane=Lane.FAST)
    assert len(take(office, lessee(office, "bulk"))) == PARTITIONS


def test_a_lease_ends_by_the_clock_of_the_database(office: Office) -> None:
    first = lessee(office, "first", seconds=0.2)
    assert len(take(office, first)) == PARTITIONS
    second = lessee(office, "second")
    assert take(office, second) == []
    office.later(days=1)
    assert take(office, second) == [], "the simulated clock is nothing to a lease"
    time.sleep(0.3)
    taken = second.acquire(office.connection, 2)
    assert {one.previous_owner for one in taken} == {"first"}
    assert all(0 < one.seconds_over < 30 for one in taken)


def test_a_renewed_lease_is_not_taken(office: Office) -> None:
    first = lessee(office, "first", seconds=0.5)
    take(office, first)
    second = lessee(office, "second")
    for _ in range(3):
        time.sleep(0.25)
        first.renew(office.connection)
        office.connection.commit()
    assert take(office, second) == []
    assert first.can_send(0) is False, "less is left than a send can take"


def test_who_has_lost_a_partition_cannot_lock_it(office: Office) -> None:
    first = lessee(office, "first", seconds=0.2)
    take(office, first)
    second = lessee(office, "second")
    time.sleep(0.3)
    take(office, second)
    with pytest.raises(LeaseLostError):
        first.lock(office.connection, second.parts[:1])
    office.connection.rollback()
    assert second.parts[0] not in first.parts


def test_an_epoch_shuts_out_who_had_the_partition_under_the_same_name(office: Office) -> None:
    first = lessee(office, "first")
    take(office, first)
    office.run("UPDATE lease SET epoch = epoch + 1 WHERE part = 3")
    first.lock(office.connection, [2, 4])
    with pytest.raises(LeaseLostError):
        first.lock(office.connection, [3])


def test_a_locked_partition_cannot_be_taken_even_when_its_time_is_over(office: Office) -> None:
    first = lessee(office, "first", seconds=0.2)
    take(office, first)
    second = lessee(office, "second")
    with office.transaction() as other:
        first.lock(other, [5])
        time.sleep(0.3)
        second.acquire(office.connection, PARTITIONS)
        office.connection.commit()
        assert {*range(PARTITIONS)} - {*second.parts} == {5}
    second.acquire(office.connection, PARTITIONS)
    assert 5 in second.parts


def test_what_is_given_back_is_free_at_once(office: Office) -> None:
    first = lessee(office, "first")
    take(office, first)
    second = lessee(office, "second")
    first.give_back(office.connection, first.parts)
    taken = second.acquire(office.connection, 3)
    assert [(one.part, one.previous_owner, one.seconds_over) for one in taken] == [
        (0, "", -1),
        (1, "", -1),
        (2, "", -1),
    ]
    assert first.parts == ()


def test_the_dead_lose_their_leases_at_once(office: Office) -> None:
    first = lessee(office, "first")
    take(office, first)
    second = lessee(office, "second")
    assert second.others(office.connection) == ["first"]
    second.expire(office.connection, ["first"])
    taken = second.acquire(office.connection, PARTITIONS)
    assert len(taken) == PARTITIONS
    assert all(one.seconds_over > 1e6 for one in taken), "nobody waits for the dead"


def test_less_left_than_a_send_takes_stops_the_final_dot(office: Office) -> None:
    company.build(office.connection, office.now, 3, 3, [])
    company.launch(office.connection, office.now, "launch")
    worker = office.worker(send_seconds=100)

    def run_down() -> None:
        for part in worker.leases.deadlines:
            worker.leases.deadlines[part] = monotonic() + 99

    office.post.meanwhile = lambda _: run_down()
    with office.transaction() as connection:
        worker.bulk_turn(connection)
    assert len(office.post.received) == 1
    assert company.states(office.connection) == {State.SENT: 1, State.PLANNED: 2}


def test_a_transaction_that_sleeps_too_long_is_ended(office: Office) -> None:
    sleepy = psycopg.connect(office.settings.database_url)
    _limit_idle_transactions(sleepy, 0.2)
    sleepy.execute("SELECT part FROM lease WHERE part = 0 FOR UPDATE")
    time.sleep(0.6)
    assert 0 in take(office, lessee(office, "next"))
    with pytest.raises(DROPPED):
        sleepy.execute("SELECT 1")
    sleepy.close()


def test_a_stale_owner_is_stopped_in_mid_transaction(office: Office) -> None:
    company.build(office.connection, office.now, 3, 3, [])
    company.launch(office.connection, office.now, "launch")
    office.post.answers["@"] = OutcomeKind.UNSENT
    first = office.worker()
    office.settle(first)
    office.run("UPDATE lease SET owner = 'somebody', epoch = epoch + 1")
    with office.transaction() as connection, pytest.raises(LeaseLostError):
        release(connection, office.now, first.leases, 10)
    assert company.states(office.connection) == {State.PLANNED: 3}


def test_names_of_this_process_tell_the_living_from_the_dead() -> None:
    name = new_name()
    machine, number, rest = name.split("-")
    assert not surely_dead(name, living={name})
    assert surely_dead(new_name(), living={name}), "an earlier life of the process that asks"
    deputy = new_name()
    assert not surely_dead(deputy, living={name, deputy}), "one beside the other"
    assert surely_dead(f"{machine}-{2**22 + 7}-{rest}", living={name}), "no process has that number"
    assert not surely_dead(f"{machine}-1-{rest}", living={name})
    assert not surely_dead(f"elsewhere-{number}-{rest}", living={name}), "who knows what lives on another machine"
