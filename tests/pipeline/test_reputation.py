"""Complaints stop a stream by themselves, a person lets it go again, and owners hear of what goes wrong."""

from __future__ import annotations

from typing import Any

import pytest

from pauta.channels.base import OutcomeKind, Stream
from pauta.core.gate.vocabulary import Channel
from pauta.messages import actions as messages
from pauta.messages.queries import stopped_channels, stops
from pauta.messages.states import Lane, State
from pauta.messages.tally import fold
from pauta.pipeline.reputation import FEWEST_MAILS, slowed, watch_campaigns, watch_complaints
from pauta.team.inbox import entries
from pauta.team.users import Profile, add_user
from tests.faults import company
from tests.pipeline.office import Office

MAILS = 2_000


@pytest.fixture
def office(office: Office) -> Office:
    """Two contacts, a kind of bulk and one of transactional messages, and Renata, who answers for mails."""
    company.build(office.connection, office.now, 1, 2, [])
    office.run("SELECT setval('contact_id_seq', 100)")
    add_user(office.connection, office.now, "renata@pauta.example", Profile("Renata", "marketing", "admin", "pt-BR"))
    for number, kind in ((901, "promotional"), (902, "transactional")):
        office.run(
            "INSERT INTO kind (id, type, topic, team, urgent) VALUES (%s, %s, 'x', 'marketing', false)", number, kind
        )
        office.run(
            "INSERT INTO proposal"
            " (id, source, occurrence, kind_id, tier, value, channels, template_id, actor, created_at)"
            " SELECT %s, 'api', %s::text, %s, 2, 0, '{0}', min(id), 'ana', %s FROM template",
            number,
            number,
            number,
            office.now,
        )
    office.connection.commit()
    return office


def arrive(office: Office, count: int, proposal: int = 901, domain: str = "acme.example", complaints: int = 0) -> None:
    """Mails arrive at a domain today, some of which are called spam."""
    given = {"domain": domain, "now": office.now, "count": count, "proposal": proposal, "complaints": complaints}
    office.connection.execute(
        """
        WITH c AS (
            INSERT INTO contact (external_id, account_key, part, person_id, email, created_at, changed_at)
            SELECT 'n' || nextval('message_ids'), 1, 1, n, 'n' || n || '@' || %(domain)s, %(now)s, %(now)s
            FROM generate_series(1, %(count)s) n RETURNING id
        ), m AS (
            INSERT INTO message (part, id, account_key, contact_id, proposal_id, lane, state, verdict, reason, rule,
                                 winner, channel, wished, day, policy_version, created_at, changed_at)
            SELECT 1, nextval('message_ids'), 1, id, %(proposal)s, 0, 3, 0, 0, 0, 0, 0, %(now)s::date, %(now)s::date, 0,
                   %(now)s, %(now)s FROM c RETURNING id, contact_id, proposal_id)
        INSERT INTO response (message_id, proposal_id, contact_id, complained_at)
        SELECT id, proposal_id, contact_id, %(now)s FROM m LIMIT %(complaints)s
        """,
        given,
    )
    fold(office.connection)
    office.connection.commit()


def watch(office: Office) -> list[tuple[str | None, str | None]]:
    """Look at complaints; what is stopped then."""
    with office.transaction() as connection:
        watch_complaints(connection, office.now)
    return [(one.channel, one.stream) for one in stops(office.connection)]


def told(office: Office) -> list[tuple[str, str]]:
    return [(one.kind, one.about) for one in reversed(entries(office.connection, 1, 50))]


def test_a_stream_stops_itself_at_three_in_a_thousand(office: Office) -> None:
    arrive(office, MAILS, complaints=5)
    assert watch(office) == []
    assert told(office) == [("complaints", "*")], "colleagues hear of it from one in a thousand on"
    arrive(office, 1, complaints=1)
    assert watch(office) == [], "2.999 in a thousand"
    arrive(office, 1, complaints=1)
    assert watch(office) == [("email", "bulk")]
    assert watch(office) == [("email", "bulk")], "one stop is enough"
    assert told(office) == [("complaints", "*"), ("stream_stopped", "*")]
    (stood,) = stops(office.connection)
    assert (stood.actor, "7 reclamações em 2002" in stood.reason) == ("pauta", True)
    assert office.all("SELECT kind, user_id FROM notice") == [("stream_stopped", 1)]
    assert office.one("SELECT count(*) FROM audit WHERE actor = 'pauta' AND action = 'stop.use'") == 1


def test_what_is_stopped_is_that_stream_alone(office: Office) -> None:
    arrive(office, MAILS, complaints=9)
    company.launch(office.connection, office.now, "spring")
    company.send_one(office.connection, office.now, 1, "invoice")
    assert watch(office) == [("email", "bulk")]
    assert stopped_channels(office.connection, Stream.TRANSACTIONAL) == frozenset()
    assert stopped_channels(office.connection, Stream.BULK) == {Channel.email}
    office.settle(office.worker())
    office.settle(office.worker(Lane.FAST))
    sent = "SELECT k.type FROM message m JOIN proposal p ON p.id = m.proposal_id JOIN kind k ON k.id = p.kind_id"
    assert office.all(f"{sent} WHERE m.state = {State.SENT} AND p.source = 'api' AND p.id < 900") == [
        ("transactional",)
    ]
    assert office.one("SELECT count(*) FROM message m JOIN campaign USING (proposal_id) WHERE m.state = 1") == 2
    with office.transaction() as connection:
        messages.lift(connection, "email", "ana", office.now, Stream.BULK)
    office.settle(office.worker())
    assert office.one("SELECT count(*) FROM message m JOIN campaign USING (proposal_id) WHERE m.state = 3") == 2


def test_after_a_person_let_it_go_only_what_comes_then_counts(office: Office) -> None:
    arrive(office, MAILS, complaints=9)
    assert watch(office) == [("email", "bulk")]
    office.later(minutes=5)
    with office.transaction() as connection:
        messages.lift(connection, "email", "ana", office.now, Stream.BULK)
    assert watch(office) == []
    office.later(minutes=5)
    arrive(office, MAILS, complaints=20)
    assert watch(office) == [("email", "bulk")]


def test_transactional_mails_have_a_reputation_of_their_own(office: Office) -> None:
    arrive(office, MAILS, proposal=902, complaints=9)
    assert watch(office) == [("email", "transactional")]


def test_the_complaints_of_one_provider_are_enough(office: Office) -> None:
    arrive(office, 10 * MAILS)
    arrive(office, FEWEST_MAILS, domain="yahoo.com.br", complaints=2)
    assert watch(office) == []
    arrive(office, FEWEST_MAILS, domain="ymail.com", complaints=2)
    assert watch(office) == [("email", "bulk")]
    assert told(office) == [("stream_stopped", "Yahoo")]


@pytest.mark.parametrize(("mails", "complaints"), [(FEWEST_MAILS - 1, 400), (FEWEST_MAILS, 2)])
def test_few_mails_or_few_readers_stop_nothing(office: Office, mails: int, complaints: int) -> None:
    arrive(office, mails, complaints=complaints)
    assert watch(office) == []
    assert told(office) == []


def test_what_is_older_than_a_week_is_forgotten(office: Office) -> None:
    arrive(office, MAILS, complaints=9)
    office.later(days=8)
    assert watch(office) == []


def test_bulk_mails_are_slowed_from_one_in_a_thousand_on(office: Office) -> None:
    arrive(office, 13_999, domain="gmail.com", complaints=13)
    watch(office)
    assert slowed(office.connection) == {}, "less than one in a thousand"
    arrive(office, 1, domain="googlemail.com", complaints=1)
    arrive(office, 14_000)
    assert watch(office) == []
    assert slowed(office.connection) == {"gmail": 1_000}, "half of what went there on a day"
    assert told(office) == [("complaints", "Gmail")]
    office.later(days=1)
    arrive(office, 7_000, domain="gmail.com", complaints=14)
    watch(office)
    assert slowed(office.connection)["gmail"] == 1_000, "it stays what it was while they complain"
    office.later(days=8)
    watch(office)
    assert slowed(office.connection) == {}


def test_transactional_mails_are_never_slowed(office: Office) -> None:
    arrive(office, MAILS, proposal=902, complaints=4)
    watch(office)
    assert slowed(office.connection) == {}
    assert told(office) == [("complaints", "*")]


def test_workers_keep_to_what_is_slowed(office: Office) -> None:
    office.run("INSERT INTO slowed (provider, per_day, since) VALUES ('gmail', 24, %s)", office.now)
    arrive(office, 1_000, domain="gmail.com", complaints=2)
    worker = office.worker()
    office.settle(worker)
    assert worker.slowed == {}, "two complaints are too few to say anything"
    arrive(office, 1, domain="gmail.com", complaints=1)
    worker.tidy_at = 0.0
    office.settle(worker)
    assert worker.slowed == {"*": 72, "gmail": 72}


def campaign(office: Office, number: int, arrived: int, opened: int, failed: int = 0, days_ago: int = 30) -> None:
    """A campaign of so many days ago, and what came of it."""
    row: list[Any] = office.all(
        "INSERT INTO kind (type, topic, team, campaign, urgent) VALUES ('promotional', 'x', 'marketing', %s, false)"
        " RETURNING id",
        f"campaign {number}",
    )
    (kind,) = row[0]
    proposal = office.one(
        "INSERT INTO proposal (source, occurrence, kind_id, tier, value, channels, template_id, actor, created_at)"
        " SELECT 'campaign', %s, %s, 2, 0, '{0}', min(id), 'ana', now() FROM template RETURNING id",
        f"campaign {number}",
        kind,
    )
    office.run(
        "INSERT INTO campaign (name, type, topic, team, tier, value, urgent, channels, audience, template_id, state,"
        " proposal_id, actor, created_at, launched_at)"
        " SELECT %s, 'promotional', 'x', 'marketing', 2, 0, false, '{email}', '{}', min(id), 'launched', %s, 'cli:x',"
        " %s, %s - make_interval(days => %s) FROM template",
        f"campaign {number}",
        proposal,
        office.now,
        office.now,
        days_ago,
    )
    for state, count in ((State.SENT, arrived), (State.FAILED, failed)):
        office.run(
            "INSERT INTO message_tally (kind_id, channel, state, verdict, wished, day, messages, fresh)"
            " VALUES (%s, 0, %s, 0, '2026-11-20', '2026-11-20', %s, false)",
            kind,
            state,
            count,
        )
    office.run(
        "INSERT INTO response (message_id, proposal_id, contact_id, opened_at)"
        " SELECT nextval('message_ids'), %s, 1, %s FROM generate_series(1, %s)",
        proposal,
        office.now,
        opened,
    )


def watched(office: Office) -> list[tuple[str, str]]:
    with office.transaction() as connection:
        watch_campaigns(connection, office.now)
    return told(office)


def test_owners_hear_of_bounces_once(office: Office) -> None:
    campaign(office, 1, 951, 200, failed=49, days_ago=1)
    assert watched(office) == []
    campaign(office, 2, 95, 20, failed=5, days_ago=1)
    campaign(office, 3, 94, 20, failed=5, days_ago=1)
    campaign(office, 4, 50, 20, failed=50, days_ago=10)
    assert watched(office) == [("bounces", "campaign 2")], "99 mails are too few, and ten days ago is too long ago"
    office.later(days=1)
    assert watched(office) == [("bounces", "campaign 2")]


def test_owners_hear_when_many_unsubscribe(office: Office) -> None:
    campaign(office, 1, 100, 30, days_ago=2)
    campaign(office, 2, 99, 30, days_ago=2)
    campaign(office, 3, 100, 30, days_ago=9)
    left = "SELECT r.message_id FROM response r JOIN campaign c USING (proposal_id) WHERE c.name = %s LIMIT %s"
    leave = f"UPDATE response SET unsubscribed_at = %s WHERE message_id IN ({left})"
    office.run(leave, office.now, "campaign 1", 1)
    for number in (2, 3):
        office.run(leave, office.now, f"campaign {number}", 9)
    assert watched(office) == [], "one of a hundred; too few mails; too long ago"
    office.run(leave, office.now, "campaign 1", 2)
    assert watched(office) == [("unsubscribed", "campaign 1")]
    assert watched(office) == [("unsubscribed", "campaign 1")], "once"


def test_owners_hear_of_a_campaign_that_is_opened_much_less_than_those_before(office: Office) -> None:
    for number, opened in enumerate((20, 30, 25)):
        campaign(office, number, 100, opened, days_ago=30 - number)
    campaign(office, 8, 100, 15, days_ago=3)
    campaign(office, 9, 100, 3, days_ago=0)
    assert watched(office) == [], "15 % are 0.6 of 25 %, and the last one was launched just now"
    campaign(office, 10, 100, 13, days_ago=2)
    assert watched(office) == [("opens_declined", "campaign 10")]


def test_a_worker_watches_by_itself(office: Office) -> None:
    arrive(office, MAILS, complaints=9)
    campaign(office, 2, 95, 20, failed=5, days_ago=1)
    office.settle(office.worker())
    assert [(one.channel, one.stream) for one in stops(office.connection)] == [("email", "bulk")]
    assert told(office) == [("stream_stopped", "acme.example"), ("bounces", "campaign 2")]


def measured_of(office: Office, number: int, measured: int, of: int) -> None:
    """Mails of a campaign that tell whether they are opened, of so many that are looked at."""
    office.connection.execute(
        """
        WITH m AS (
            INSERT INTO message (part, id, account_key, contact_id, proposal_id, lane, state, verdict, reason, rule,
                                 winner, channel, wished, day, policy_version, created_at, changed_at)
            SELECT 1, nextval('message_ids'), 1, 1, proposal_id, 0, 3, 0, 0, 0, 0, 0, %(now)s::date, %(now)s::date, 0,
                   %(now)s, %(now)s FROM campaign, generate_series(1, %(of)s) WHERE name = %(name)s RETURNING id)
        INSERT INTO attempt (part, message_id, number, owner, started_at, ended_at, outcome, measured)
        SELECT 1, id, 1, '', %(now)s, %(now)s, %(taken)s, row_number() OVER () <= %(measured)s FROM m
        """,
        {
            "now": office.now,
            "name": f"campaign {number}",
            "measured": measured,
            "of": of,
            "taken": tuple(OutcomeKind).index(OutcomeKind.SENT),
        },
    )


def test_mails_that_are_not_measured_are_not_taken_for_mails_that_nobody_opens(office: Office) -> None:
    for number, opened in enumerate((20, 30, 25)):
        campaign(office, number, 100, opened, days_ago=30 - number)
    campaign(office, 4, 1000, 0, days_ago=3)
    measured_of(office, 4, 0, 10)
    campaign(office, 5, 1000, 80, days_ago=3)
    measured_of(office, 5, 4, 10)
    assert watched(office) == [], "nothing is known of the one; the other is opened in 20 % of what is known"
    campaign(office, 6, 1000, 50, days_ago=2)
    measured_of(office, 6, 4, 10)
    assert watched(office) == [("opens_declined", "campaign 6")]
