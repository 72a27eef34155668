"""Data is kept for its time and no longer, in batches, with proof."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from psycopg import Connection

from pauta.core.problems import Problem
from pauta.platform.database import connect
from pauta.platform.settings import Settings
from pauta.privacy import retention
from pauta.privacy.retention import KINDS, keep, kept, remove_old, runs
from tests.faults import company
from tests.pipeline.office import Office

TABLES = {
    "mails": "archive",
    "history": "message_change",
    "events": "event",
    "touches": "touch",
    "readings": "hit",
    "visitors": "visitor_event",
    "dead_letters": "dead_letter",
    "webhooks": "webhook_delivery",
    "segments": "segment_change",
    "sign_ups": "sign_up",
    "inbox": "inbox_entry",
    "reports": "provider_report",
    "audit": "audit",
}


ROWS = (
    "INSERT INTO event (part, account_key, contact_id, name, at, day, source)"
    " VALUES (1, 1, 1, 'x', %(at)s, %(day)s, '')",
    "INSERT INTO touch (part, id, account_key, contact_id, kind_id, channel, day, at, external_id)"
    " SELECT 1, nextval('touch_ids'), 1, 1, min(id), 0, %(day)s, %(at)s, %(name)s FROM kind",
    "INSERT INTO hit (message_id, proposal_id, contact_id, at, what, target, links, ip, agent, head)"
    " VALUES (1, 1, 1, %(at)s, 0, '', 0, '', '', false)",
    "INSERT INTO visitor_event (anonymous_id, name, at, source, external_id) VALUES ('v', 'x', %(at)s, '', %(name)s)",
    "INSERT INTO dead_letter (key_id, door, body, code, field, received_at, external_id)"
    " VALUES (1, 'track', '', '', '', %(at)s, %(name)s)",
    "WITH one AS (INSERT INTO webhook (name, url, kinds, secret, created_at) VALUES (%(name)s, '', '{}', '', %(at)s)"
    " RETURNING id) INSERT INTO webhook_delivery (webhook_id, kind, body, created_at)"
    " SELECT id, '', '{}', %(at)s FROM one",
    "INSERT INTO segment_change (segment_id, contact_id, entered, at) VALUES (1, 1, true, %(at)s)",
    "INSERT INTO sign_up (contact_id, made, email, topics, source, wording, locale, proof, at)"
    " VALUES (1, false, '', '{}', '', '', '', '{}', %(at)s)",
    "INSERT INTO audit (at, actor, action, subject) VALUES (%(at)s, '', '', '')",
    "INSERT INTO inbox_entry (user_id, kind, about, day, detail, changed_at)"
    " SELECT id, 'task', '', %(day)s, '{}', %(at)s FROM pauta_user",
    "INSERT INTO provider_report (provider, external_id, said, happened, at, received_at)"
    " VALUES ('ses', %(name)s, '', 'other', %(at)s, %(at)s)",
    "INSERT INTO message_change (part, message_id, at, state, verdict, reason, rule)"
    " SELECT part, id, %(at)s, 1, 0, 0, 0 FROM message LIMIT 1",
)


@pytest.fixture
def office(settings: Settings, connection: Connection[Any]) -> Office:
    """A company of one account with three contacts, who got a mail each."""
    made = Office(settings, connection)
    company.build(connection, made.now, 1, 3, [])
    company.launch(connection, made.now, "spring")
    made.settle(made.worker())
    return made


def test_mails_go_when_their_time_is_over_and_not_before(office: Office) -> None:
    office.later(days=729)
    assert remove_old(office.connection, office.now) == 0
    office.later(days=2)
    assert remove_old(office.connection, office.now) == 3
    assert office.one("SELECT count(*) FROM archive") == 0
    assert office.one("SELECT count(*) FROM message") == 3
    found = {(one.kind, one.removed) for one in runs(office.connection, office.now.date()) if one.removed}
    assert found == {("mails", 3)}
    assert {one.kind: one.last_removed for one in kept(office.connection)}["mails"] == 3


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_removed_and_what_is_younger_stays(office: Office, kind: str) -> None:
    old = office.now - timedelta(days=5000)
    office.run("UPDATE attempt SET started_at = %s WHERE message_id = (SELECT min(message_id) FROM attempt)", old)
    office.run(
        "INSERT INTO pauta_user (email, name, role, language, created_at) VALUES ('a@b.cl', '', 'admin', 'en', %s)", old
    )
    for moment in (old, office.now):
        for statement in ROWS:
            office.connection.execute(statement, {"at": moment, "day": moment.date(), "name": str(moment)})
    table = TABLES[kind]
    before = office.one(f"SELECT count(*) FROM {table}")
    for name in KINDS:
        keep(office.connection, name, 1000 if name == kind else None, office.now, "ana")
    assert remove_old(office.connection, office.now) == 1
    assert office.one(f"SELECT count(*) FROM {table}") == before - 1 > 0


def test_what_is_much_goes_in_batches_until_it_is_done_for_the_day(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    office.later(days=800)
    today = office.now.date()
    assert [remove_old(office.connection, office.now) for _ in range(3)] == [2, 1, 0]
    mails = next(one for one in runs(office.connection, today) if one.kind == "mails")
    assert (mails.removed, mails.done_at) == (3, office.now)
    keep(office.connection, "mails", 30, office.now, "ana")
    assert next(one for one in runs(office.connection, today) if one.kind == "mails").done_at is None


def test_one_worker_at_a_time(office: Office, database: str) -> None:
    office.later(days=800)
    with connect(database) as other:
        assert remove_old(other, office.now) == 3
        assert remove_old(office.connection, office.now) == 0


def test_a_worker_does_it_by_itself(office: Office) -> None:
    office.later(days=800)
    worker = office.worker()
    worker.tidy_at = 0.0
    office.settle(worker)
    assert office.one("SELECT count(*) FROM archive") == 0


@pytest.mark.parametrize(
    ("kind", "days", "code"), [("mail", 30, "privacy.kind_unknown"), ("audit", 30, "privacy.days_too_few")]
)
def test_wrong_times_are_refused(office: Office, kind: str, days: int, code: str) -> None:
    with pytest.raises(Problem, match=code):
        keep(office.connection, kind, days, office.now, "ana")
    assert office.one("SELECT count(*) FROM retention") == 0


def test_what_was_looked_at_on_an_earlier_day_is_not_looked_at_again(office: Office) -> None:
    office.later(days=800)
    old = office.one("SELECT min(started_at) FROM attempt")
    remove_old(office.connection, office.now)
    office.run("INSERT INTO archive SELECT part, message_id, number, 1, '', '' FROM attempt")
    office.later(days=1)
    assert remove_old(office.connection, office.now) == 0
    office.run("UPDATE attempt SET started_at = %s", old + timedelta(days=70))
    office.later(days=1)
    assert remove_old(office.connection, office.now) == 3
