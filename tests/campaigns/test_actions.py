from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection

from pauta.campaigns import actions, queries
from pauta.campaigns.lists import read_names, save_list
from pauta.core.problems import Problem
from pauta.messages import queries as messages
from pauta.platform.database import connect
from tests.conftest import ADMIN
from tests.messages.cast import ACME, ANA, BRUNO, NOW, settle

DOCUMENT = {"name": "news", "type": "promotional", "topic": "news", "template": "hello", "audience": {"everyone": True}}


@pytest.fixture
def base(connection: Connection[Any]) -> Connection[Any]:
    settle(connection)
    return connection


def create(base: Connection[Any], **changes: Any) -> int:
    return actions.create(base, NOW, actions.read_draft(DOCUMENT | changes), "cli:ana")


def launched(base: Connection[Any]) -> int:
    campaign = create(base)
    actions.launch(base, NOW, campaign, ADMIN)
    return campaign


def write_message(base: Connection[Any], campaign: int, number: int, contact: int, state: int) -> None:
    base.execute(
        "INSERT INTO message (part, id, account_key, contact_id, proposal_id, lane, state, verdict, reason, rule,"
        " winner, channel, wished, day, due, policy_version, created_at, changed_at)"
        " SELECT 1, %s, %s, %s, proposal_id, 0, %s, 0, 14, 0, 0, 0, %s, %s, %s, 1, %s, %s FROM campaign WHERE id = %s",
        (number, ACME, contact, state, NOW.date(), NOW.date(), NOW, NOW, NOW, campaign),
    )


def proposal_state(base: Connection[Any]) -> int:
    row = base.execute("SELECT state FROM proposal").fetchone()
    assert row is not None
    return int(row[0])


def test_a_draft_is_what_its_author_wrote(base: Connection[Any]) -> None:
    made = queries.campaign(base, create(base, expires="2026-12-24", channels=["email", "sms"], at="10:00"))
    assert (made.name, made.state, made.template, made.actor) == ("news", "draft", "hello", "cli:ana")
    assert (made.terms.channels, made.terms.minute, made.audience) == (("email", "sms"), 600, {"everyone": True})
    assert queries.campaign_named(base, "news") == made
    assert queries.campaigns(base) == [made]


def test_a_draft_can_be_written_anew_until_it_is_launched(base: Connection[Any]) -> None:
    campaign = create(base)
    actions.update(base, NOW, campaign, actions.read_draft(DOCUMENT | {"name": "spring", "tier": 0}), "cli:ana")
    assert queries.campaign(base, campaign).terms.tier == 0
    create(base)
    with pytest.raises(Problem) as caught:
        actions.update(base, NOW, campaign, actions.read_draft(DOCUMENT), "cli:ana")
    assert caught.value.code == "campaigns.name_taken"
    actions.launch(base, NOW, campaign, ADMIN)
    with pytest.raises(Problem) as caught:
        actions.update(base, NOW, campaign, actions.read_draft(DOCUMENT | {"name": "spring"}), "cli:ana")
    assert caught.value.code == "campaigns.no_update"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": None}, "messages.field_missing"),
        ({"name": "  "}, "campaigns.not_a_name"),
        ({"color": "red"}, "campaigns.field_unknown"),
        ({"template": "none"}, "messages.template_unknown"),
        ({"template": "empty"}, "messages.template_unpublished"),
        ({"audience": {"list": "none"}}, "campaigns.list_unknown"),
        ({"audience": None}, "campaigns.audience_shape"),
        ({"team": "nobody"}, "messages.not_one_of"),
        ({"type": "spam"}, "messages.not_one_of"),
    ],
)
def test_a_draft_with_something_wrong_is_refused(base: Connection[Any], change: dict[str, Any], code: str) -> None:
    base.execute("INSERT INTO team (name, title) VALUES ('marketing', 'Marketing')")
    with pytest.raises(Problem) as caught:
        create(base, **change)
    assert caught.value.code == code


def test_a_name_is_taken_once(base: Connection[Any]) -> None:
    create(base)
    with pytest.raises(Problem) as caught:
        create(base)
    assert caught.value.code == "campaigns.name_taken"


def test_a_launch_leaves_the_partitions_to_the_workers(base: Connection[Any]) -> None:
    campaign = queries.campaign(base, launched(base))
    assert (campaign.state, campaign.launched_at) == ("launching", NOW)
    proposal = base.execute(
        "SELECT p.source, p.occurrence, k.type, k.campaign, p.channels FROM proposal p JOIN kind k ON k.id = p.kind_id"
    ).fetchall()
    assert proposal == [("campaign", "news", "promotional", "news", [0])]
    assert base.execute("SELECT count(*), count(done_at) FROM launch_part").fetchone() == (64, 0)
    assert queries.progress(base, campaign) == queries.Progress(64, 0, 0, ())
    with pytest.raises(Problem) as caught:
        actions.launch(base, NOW, campaign.id, ADMIN)
    assert caught.value.code == "campaigns.no_launch"


def test_a_launch_needs_contacts_and_time(base: Connection[Any]) -> None:
    nobody = {"filter": {"all": [{"field": "contact.stage", "op": "=", "value": "none"}]}}
    with pytest.raises(Problem) as caught:
        actions.launch(base, NOW, create(base, audience=nobody), ADMIN)
    assert caught.value.code == "campaigns.audience_empty"
    past = create(base, name="past", expires="2026-11-23")
    night = datetime(2026, 11, 24, 2, tzinfo=UTC)  # still Monday where the company is
    with pytest.raises(Problem) as caught:
        actions.launch(base, night.replace(hour=4), past, ADMIN)
    assert caught.value.code == "campaigns.expired"
    actions.launch(base, night, past, ADMIN)


def test_the_last_partition_makes_it_launched_also_when_two_finish_at_once(database: str) -> None:
    with connect(database) as first:
        settle(first)
        campaign = launched(first)
        actions.finish_parts(first, campaign, dict.fromkeys(range(62), 5), NOW)
        assert queries.campaign(first, campaign).state == "launching"
    with connect(database) as left, connect(database) as right:
        actions.finish_parts(left, campaign, {62: 1}, NOW)
        last = threading.Thread(target=actions.finish_parts, args=(right, campaign, {63: 2}, NOW))
        last.start()
        time.sleep(0.2)
        left.commit()
        last.join()
        right.commit()
        done = queries.campaign(left, campaign)
        assert done.state == "launched"
        assert queries.progress(left, done).proposed == 62 * 5 + 3


def test_a_paused_campaign_goes_on_where_it_stood(base: Connection[Any]) -> None:
    campaign = launched(base)
    actions.pause(base, campaign)
    assert (queries.campaign(base, campaign).state, proposal_state(base)) == ("paused", 1)
    actions.resume(base, NOW, campaign)
    assert (queries.campaign(base, campaign).state, proposal_state(base)) == ("launching", 0)
    actions.finish_parts(base, campaign, dict.fromkeys(range(64), 0), NOW)
    actions.pause(base, campaign)
    actions.resume(base, NOW, campaign)
    assert queries.campaign(base, campaign).state == "launched"
    with pytest.raises(Problem):
        actions.resume(base, NOW, campaign)


def test_a_draft_can_be_neither_paused_nor_resumed(base: Connection[Any]) -> None:
    campaign = create(base)
    with pytest.raises(Problem, match="no_pause"):
        actions.pause(base, campaign)
    with pytest.raises(Problem, match="no_resume"):
        actions.resume(base, NOW, campaign)


def test_cancelling_takes_back_what_has_not_left(base: Connection[Any]) -> None:
    campaign = launched(base)
    for number, state in enumerate((0, 1, 8, 2, 3, 5), start=1):
        write_message(base, campaign, number, ANA, state)
    other = create(base, name="other")
    actions.launch(base, NOW, other, ADMIN)
    write_message(base, other, 99, BRUNO, 1)
    assert actions.withdraw(base, NOW, campaign, 1, "cli:ana") == 0  # nothing before it is cancelled
    actions.cancel(base, NOW, campaign)
    assert (
        queries.campaign(base, campaign).state,
        base.execute("SELECT min(state) FROM proposal WHERE occurrence = 'news'").fetchone(),
    ) == ("cancelled", (2,))
    assert base.execute(
        "SELECT count(*) FROM launch_part WHERE campaign_id = %s AND done_at IS NULL", (campaign,)
    ).fetchone() == (0,)
    assert actions.withdraw(base, NOW, campaign, 2, "cli:ana") == 0
    assert actions.withdraw(base, NOW, campaign, 1, "cli:ana") == 3
    states = [messages.message(base, number).state for number in range(1, 7)]
    assert states == ["cancelled", "cancelled", "cancelled", "sending", "sent", "unknown"]
    assert messages.message(base, 99).state == "planned"
    assert [change.state for change in messages.history(base, 2)] == ["planned"]
    assert base.execute("SELECT account_key FROM plan_request").fetchall() == [(ACME,)]
    actions.cancel(base, NOW, campaign)
    assert actions.withdraw(base, NOW, campaign, 1, "x") == 0
    tallies = queries.progress(base, queries.campaign(base, campaign)).tallies
    assert (tallies[0].state, tallies[0].reason, tallies[0].messages) == ("cancelled", "cancelled", 3)


def test_cancelling_and_launching_do_not_lock_each_other_out(database: str) -> None:
    with connect(database) as first:
        settle(first)
        campaign = launched(first)
    with connect(database) as worker, connect(database) as door:
        worker.execute("SELECT part FROM lease WHERE part = 1 FOR UPDATE")
        actions.cancel(door, NOW, campaign)
        door.commit()
        write_message(worker, campaign, 1, ANA, 1)  # it had begun before the campaign was cancelled
        worker.commit()
        assert actions.withdraw(door, NOW, campaign, 1, "x") == 1


def test_a_list_is_filled_from_a_file(base: Connection[Any], tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(
        "note,email\nx,ana@acme.example\ny,NOBODY@acme.example\nz, Bruno@acme.example \n,\n", encoding="utf-8"
    )
    saved = save_list(base, NOW, "pilot", read_names(file))
    assert (saved.members, saved.unknown) == (2, ("NOBODY@acme.example",))
    audience = queries.campaign(base, create(base, audience={"list": "pilot"})).audience
    assert audience == {"list": "pilot"}
    assert save_list(base, NOW, "pilot", ["ana", "ana"]).members == 1
    assert base.execute("SELECT contact_id FROM contact_list_member").fetchall() == [(ANA,)]


def test_a_file_that_names_nobody_makes_no_list(base: Connection[Any], tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    with pytest.raises(Problem) as caught:
        read_names(file)
    assert caught.value.code == "campaigns.file_unreadable"
    file.write_text("phone\n1\n", encoding="utf-8")
    with pytest.raises(Problem) as caught:
        read_names(file)
    assert caught.value.code == "campaigns.list_column"
    with pytest.raises(Problem) as caught:
        save_list(base, NOW, "pilot", ["nobody"])
    assert caught.value.code == "campaigns.list_empty"
