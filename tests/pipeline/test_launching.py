"""A launch writes each message once, with its verdict; and a plan moves only what it must."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from pauta.campaigns import actions as campaigns
from pauta.channels.base import OutcomeKind
from pauta.messages.states import State, Unit
from pauta.people.actions import move_contact
from pauta.pipeline import launching
from pauta.pipeline.people import people_changed
from pauta.platform.partitions import PARTITIONS
from pauta.policies.actions import replace_all
from pauta.worker import Worker
from tests.faults import company
from tests.pipeline.office import Office

ONE_A_WEEK = [{"kind": "cap", "name": "one a week", "limit": 1, "days": 7, "window": "rolling", "scope": "contact"}]
WARM_UP = [{"kind": "capacity", "name": "warm-up", "channel": "email", "limit": 2, "per": "day"}]


def at_work(office: Office) -> Worker:
    """A worker who owns everything and has settled what was left."""
    worker = office.worker()
    with office.transaction() as connection:
        worker._own(connection)
        worker._settled_parts(connection)
    return worker


def step_of(office: Office, campaign_id: int, parts: tuple[int, ...]) -> launching.LaunchStep:
    proposal_id = office.one("SELECT proposal_id FROM campaign WHERE id = %s", campaign_id)
    return launching.LaunchStep(campaign_id, proposal_id, parts)


def write(office: Office, worker: Worker, step: launching.LaunchStep) -> int:
    with office.transaction() as connection:
        return launching.launch_parts(connection, office.now, worker.leases, step)


def test_every_partition_is_written_once(office: Office) -> None:
    company.build(office.connection, office.now, 20, 40, [])
    step = step_of(office, company.launch(office.connection, office.now, "launch"), tuple(range(PARTITIONS)))
    worker = at_work(office)
    assert write(office, worker, step) == 40
    assert write(office, worker, step) == 0
    assert company.states(office.connection) == {State.PLANNED: 40}
    assert office.one("SELECT state FROM campaign") == "launched"
    assert office.one("SELECT sum(messages) FROM launch_part") == 40
    assert office.one("SELECT count(*) FROM message m JOIN message_key k ON k.message_id = m.id") == 40


def test_a_lower_tier_waits_until_the_higher_is_written_everywhere(office: Office) -> None:
    company.build(office.connection, office.now, 20, 40, WARM_UP)
    low = company.launch(office.connection, office.now, "low", tier=2)
    high = company.launch(office.connection, office.now + timedelta(seconds=1), "high", tier=1)
    worker, here, there = at_work(office), tuple(range(32)), tuple(range(32, PARTITIONS))

    def next_of(parts: tuple[int, ...]) -> launching.LaunchStep | None:
        with office.transaction() as connection:
            return launching.next_step(connection, parts, 10_000)

    def write_all(parts: tuple[int, ...]) -> list[int]:
        written = []
        while step := next_of(parts):
            written.append(step.campaign_id)
            write(office, worker, step)
        return list(dict.fromkeys(written))

    assert write_all(here) == [high]
    set_aside = (
        "INSERT INTO quarantine (unit, part, id, error, since, tries, again_at) SELECT %s, part, %s, '', now(), 1,"
    )
    office.run(f"{set_aside} now() + interval '1 hour' FROM generate_series(32, 63) part", Unit.LAUNCH, high)
    lower = next_of(here)
    assert lower is not None
    assert lower.campaign_id == low
    office.run("DELETE FROM quarantine")
    assert write_all(there) == [high, low]
    assert write_all(here) == [low]


def test_the_tally_counts_what_a_launch_has_written(office: Office) -> None:
    company.build(office.connection, office.now, 20, 40, [{**WARM_UP[0], "limit": 15}])
    office.run(
        "INSERT INTO consent (part, contact_id, channel, topic, granted, basis, source, at, recorded_at)"
        " SELECT part, contact_id, channel, topic, false, 'withdrawal', 'test', at + interval '1 second', recorded_at"
        " FROM consent WHERE contact_id <= 5"
    )
    step = step_of(office, company.launch(office.connection, office.now, "launch"), tuple(range(PARTITIONS)))
    write(office, at_work(office), step)
    kind = office.one("SELECT kind_id FROM proposal")
    written = office.all(
        "SELECT %s, channel, state, verdict, wished, day, count(*)::int FROM message"
        " GROUP BY channel, state, verdict, wished, day ORDER BY count(*), day",
        kind,
    )
    assert [row[-1] for row in written] == [5, 5, 15, 15]
    assert (
        office.all(
            "SELECT kind_id, channel, state, verdict, wished, day, messages FROM message_tally ORDER BY messages, day"
        )
        == written
    )


def test_ids_ascend_from_partition_to_partition(office: Office) -> None:
    company.build(office.connection, office.now, 20, 40, ONE_A_WEEK)
    worker = at_work(office)
    for name in ("first", "second"):
        step = step_of(office, company.launch(office.connection, office.now, name), tuple(range(PARTITIONS)))
        write(office, worker, step)
    assert office.one("SELECT count(DISTINCT part) FROM message") > 1
    by_id = office.all("SELECT part, account_key FROM message WHERE proposal_id = %s ORDER BY id", step.proposal_id)
    assert by_id == sorted(by_id)
    assert office.one(
        "SELECT count(*) FROM message late JOIN message early ON early.id = late.winner"
        " AND early.contact_id = late.contact_id"
    ) == office.one("SELECT count(*) FROM message WHERE winner <> 0")
    assert office.one("SELECT count(*) FROM message WHERE winner <> 0") == 40


def test_one_who_moves_between_partitions_gets_one_message(office: Office) -> None:
    company.build(office.connection, office.now, 2, 2, [])
    campaign_id = company.launch(office.connection, office.now, "launch")
    worker = at_work(office)
    old, account = office.all("SELECT part, account_key FROM contact WHERE id = 1")[0]
    other = office.one("SELECT id FROM account WHERE id <> %s", account)
    assert write(office, worker, step_of(office, campaign_id, (old,))) == 1
    people_changed(office.connection, move_contact(office.connection, 1, other, office.now), office.now)
    rest = tuple(part for part in range(PARTITIONS) if part != old)
    assert write(office, worker, step_of(office, campaign_id, rest)) == 1
    assert office.all("SELECT contact_id, part FROM message ORDER BY contact_id") == [(1, other), (2, other)]


def test_one_who_moves_to_where_the_launch_has_been_gets_one_message(office: Office) -> None:
    company.build(office.connection, office.now, 2, 3, [])
    campaign_id = company.launch(office.connection, office.now, "launch")
    worker = at_work(office)
    old, account = office.all("SELECT part, account_key FROM contact WHERE id = 1")[0]
    other = office.one("SELECT id FROM account WHERE id <> %s", account)
    rest = tuple(part for part in range(PARTITIONS) if part != old)
    assert write(office, worker, step_of(office, campaign_id, rest)) == 1
    people_changed(office.connection, move_contact(office.connection, 1, other, office.now), office.now)
    office.settle(worker)
    assert office.all("SELECT contact_id, count(*) FROM message GROUP BY 1 ORDER BY 1") == [(1, 1), (2, 1), (3, 1)]
    assert office.one("SELECT state FROM campaign") == "launched"
    assert office.one("SELECT sum(messages) FROM launch_part") == 3
    people_changed(office.connection, move_contact(office.connection, 1, account, office.now), office.now)
    assert office.one("SELECT count(*) FROM launch_part WHERE done_at IS NULL") == 0, "the launch is over"


def test_a_launch_that_is_cancelled_half_way_stops(office: Office) -> None:
    company.build(office.connection, office.now, 2, 2, [])
    campaign_id = company.launch(office.connection, office.now, "launch")
    worker = at_work(office)
    assert write(office, worker, step_of(office, campaign_id, (1,))) == 1
    campaigns.cancel(office.connection, office.now, campaign_id)
    assert write(office, worker, step_of(office, campaign_id, tuple(range(PARTITIONS)))) == 0
    office.settle(worker)
    assert office.post.received == []
    assert company.states(office.connection) == {State.CANCELLED: 1}, "workers finish what the door did not"


def test_only_a_higher_tier_moves_what_is_planned(office: Office) -> None:
    company.build(office.connection, office.now, 1, 1, ONE_A_WEEK)
    friday = (office.now + timedelta(days=4)).date()
    company.launch(office.connection, office.now, "first", tier=2, value=1, not_before=friday)
    worker = office.worker()
    office.settle(worker)
    company.launch(office.connection, office.now, "same tier", tier=2, value=100)
    office.settle(worker)
    assert days(office) == {"first": friday, "same tier": friday + timedelta(days=7)}
    assert office.one("SELECT count(*) FROM message_change") == 0, "what stays is not written"
    company.launch(office.connection, office.now, "higher", tier=1, not_before=friday)
    office.settle(worker)
    assert days(office)["higher"] == friday
    assert days(office)["first"] == friday + timedelta(days=7)


def days(office: Office) -> dict[str, date]:
    return dict(
        office.all(
            "SELECT p.occurrence, m.day FROM message m JOIN proposal p ON p.id = m.proposal_id WHERE m.state = 1"
        )
    )


def test_the_winner_among_new_messages_is_named_by_its_real_number(office: Office) -> None:
    one = [{"kind": "cap", "name": "one", "limit": 1, "days": 1, "window": "rolling", "scope": "account"}]
    company.build(office.connection, office.now, 1, 3, one)
    step = step_of(office, company.launch(office.connection, office.now, "launch"), tuple(range(PARTITIONS)))
    write(office, at_work(office), step)
    rows = office.all("SELECT id, winner FROM message ORDER BY day")
    assert [winner for _, winner in rows] == [0, rows[0][0], rows[0][0]]


def test_the_counters_of_a_capacity_are_exact(office: Office) -> None:
    company.build(office.connection, office.now, 3, 5, WARM_UP)
    company.launch(office.connection, office.now, "launch")
    office.post.answers["@"] = OutcomeKind.UNSENT
    worker = office.worker()
    office.settle(worker)
    assert used(office) == placed(office) == [2, 2, 1]
    office.run("INSERT INTO plan_request SELECT DISTINCT part, account_key, now() FROM message")
    office.settle(worker)
    assert used(office) == placed(office) == [2, 2, 1]
    office.post.answers.clear()
    worker.rest_until = 0.0
    office.settle(worker)
    assert used(office) == placed(office) == [2, 2, 1]
    assert company.states(office.connection) == {State.SENT: 2, State.PLANNED: 3}


def used(office: Office) -> list[int]:
    return [count for (count,) in office.all("SELECT used FROM capacity_use ORDER BY period")]


def placed(office: Office) -> list[int]:
    return [
        count for (count,) in office.all("SELECT count(*) FROM message WHERE day IS NOT NULL GROUP BY day ORDER BY day")
    ]


def test_new_policies_decide_what_is_planned_again(office: Office) -> None:
    company.build(office.connection, office.now, 1, 1, [])
    wednesday = (office.now + timedelta(days=2)).date()
    company.launch(office.connection, office.now, "launch", not_before=wednesday)
    worker = office.worker()
    office.settle(worker)
    fridays = {"kind": "time", "name": "fridays", "weekdays": [5]}
    replace_all(office.connection, [fridays], "ana", office.now)
    office.later(days=2, hours=4)
    office.settle(worker)
    assert office.post.received == [], "nothing leaves on old policies"
    assert office.one("SELECT day FROM message") == wednesday + timedelta(days=2)
    assert office.one("SELECT policy_version FROM message") == office.one("SELECT max(version) FROM policy_version")


def test_what_waits_without_a_day_is_looked_at_again(office: Office) -> None:
    hold = {"kind": "hold", "name": "angry", "while": "angry", "scope": "account"}
    company.build(office.connection, office.now, 1, 1, [hold])
    office.run(
        "INSERT INTO condition (part, account_key, contact_id, name, source, began_at) "
        "SELECT part, account_key, id, 'angry', 'test', now() FROM contact"
    )
    company.launch(office.connection, office.now, "launch")
    worker = office.worker()
    office.settle(worker)
    assert company.states(office.connection) == {State.OPEN: 1}
    look = office.one("SELECT due FROM message")
    assert timedelta() < look - office.now <= timedelta(days=1)
    office.run("UPDATE condition SET ended_at = now()")
    office.settle(worker)
    assert office.post.received == [], "nobody was told"
    office.later(seconds=(look - office.now).total_seconds())
    office.settle(worker)
    assert company.states(office.connection) == {State.SENT: 1}


@pytest.mark.parametrize(
    ("terms", "waits"), [({}, True), ({"urgent": True}, False), ({"type": "transactional"}, False)]
)
def test_nothing_leaves_while_a_launch_can_be_undone(office: Office, terms: dict[str, Any], waits: bool) -> None:
    company.build(office.connection, office.now, 2, 4, [])
    worker = office.worker()
    company.launch(office.connection, office.now, "launch", grace=timedelta(seconds=60), **terms)
    office.settle(worker)
    assert len(office.post.received) == (0 if waits else 4)
    office.run("INSERT INTO plan_request SELECT DISTINCT part, account_key, %s FROM message", office.now)
    office.later(seconds=59)
    office.settle(worker)
    assert len(office.post.received) == (0 if waits else 4), "a new plan leaves the moment as it is"
    office.later(seconds=1)
    office.settle(worker)
    assert len(office.post.received) == 4


def test_an_undone_launch_has_sent_nothing(office: Office) -> None:
    company.build(office.connection, office.now, 2, 4, [])
    worker = office.worker()
    campaign = company.launch(office.connection, office.now, "launch", grace=timedelta(seconds=300))
    office.settle(worker)
    office.later(seconds=299)
    undone = campaigns.undo(office.connection, office.now, campaign)
    assert (undone.left, undone.state) == (0, "draft")
    office.later(seconds=10)
    office.settle(worker)
    assert office.post.received == []
