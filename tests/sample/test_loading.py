"""The sample in the database: loaded fast, once, whole; and its twelve campaigns meet every rule."""

from __future__ import annotations

import time
from collections import Counter
from datetime import date
from typing import Any

import pytest
from psycopg import Connection

from pauta import facts
from pauta.campaigns import queries as campaigns
from pauta.campaigns.audience import audience_of, contact_ids
from pauta.content import queries as content
from pauta.core.gate.plan import plan
from pauta.core.gate.policies import KINDS
from pauta.core.gate.reasons import REASONS, VERDICTS, Verdict
from pauta.core.problems import Problem
from pauta.messages.actions import add_proposal
from pauta.platform import database as pauta_database
from pauta.platform.partitions import PARTITIONS
from pauta.policies import queries as policies
from pauta.sample import company
from pauta.sample.campaigns import LAUNCHED
from pauta.sample.loading import is_empty, load
from tests.conftest import MONDAY

Conn = Connection[Any]
TODAY = date(2026, 11, 23)

_OPEN_ALL = """
INSERT INTO message (part, id, account_key, contact_id, proposal_id, lane, state, verdict, reason, rule, winner,
                     channel, wished, policy_version, created_at, changed_at)
SELECT part, nextval('message_ids'), account_key, id, %(proposal)s, 0, 0, 0, 0, 0, 0, 0,
       greatest(%(first)s, %(today)s), 1, %(now)s, %(now)s
FROM contact WHERE id = ANY(%(contacts)s)
"""


def one(connection: Conn, query: str) -> Any:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_it_loads_once_and_fast(connection: Conn) -> None:
    assert is_empty(connection)
    began = time.process_time()
    load(connection, MONDAY)
    assert time.process_time() - began < 5
    assert not is_empty(connection)
    assert one(connection, "SELECT count(*) FROM contact") == 8_000
    assert one(connection, "SELECT count(*) FROM campaign WHERE state = 'draft'") == 12
    assert one(connection, "SELECT count(DISTINCT team) FROM campaign") == 7
    assert one(connection, "SELECT name FROM company") == company.NAME
    assert one(connection, "SELECT count(*) FROM team") == len(company.TEAMS)
    assert one(connection, "SELECT count(*) FROM pauta_user") == len(company.COLLEAGUES)
    with pytest.raises(Problem, match="sample_not_empty"):
        load(connection, MONDAY)


def test_numbers_go_on_after_those_of_the_sample(connection: Conn) -> None:
    load(connection, MONDAY)
    for table, sequence in (("account", "account_id_seq"), ("contact", "contact_id_seq"), ("touch", "touch_ids")):
        assert one(connection, f"SELECT nextval('{sequence}')") == one(connection, f"SELECT max(id) + 1 FROM {table}")


def test_templates_are_published_in_three_languages(connection: Conn) -> None:
    load(connection, MONDAY)
    listed = content.templates(connection)
    assert len(listed) == 12
    assert {template.languages for template in listed} == {("en", "es", "pt-BR")}
    assert any("account.hours_saved" in template.figures for template in listed)


def test_the_demonstration_launches_campaigns_that_exist(connection: Conn) -> None:
    load(connection, MONDAY)
    assert set(LAUNCHED) <= {campaign.name for campaign in campaigns.campaigns(connection)}


def test_a_database_of_somebody_is_left_alone(database: str, connection: Conn) -> None:
    connection.execute(
        "INSERT INTO account (external_id, name, created_at, changed_at) VALUES ('1', 'Acme', now(), now())"
    )
    connection.commit()
    with pauta_database.connect(database) as other, pytest.raises(Problem, match="sample_not_empty"):
        load(other, MONDAY)


def test_the_twelve_campaigns_meet_every_rule(connection: Conn) -> None:
    """Every verdict happens, every kind of policy decides something, and no campaign is without a collision.

    All but rules for channels: the one of the sample speaks of SMS, for which there is no provider yet.
    """
    load(connection, MONDAY)
    names = _propose_all(connection)
    chosen = policies.current(connection)
    loaded = facts.load(connection, MONDAY, facts.AccountChoice(tuple(range(PARTITIONS))), chosen)
    decided = plan(loaded.facts, chosen.policies)
    verdicts = Counter(VERDICTS[code] for code in decided.verdict.tolist())
    assert all(verdicts[verdict] > 5_000 for verdict in Verdict)
    reasons = Counter(REASONS[code].value for code in decided.reason.tolist())
    assert {*KINDS, "address", "consent", "preference", "expired", "clear"} - {"channel"} <= set(reasons)
    by_campaign = {
        names[proposal]: Counter(decided.verdict[loaded.messages["proposal_id"] == proposal].tolist())
        for proposal in names
    }
    assert all(len(counts) > 1 for counts in by_campaign.values())


def _propose_all(connection: Conn) -> dict[int, str]:
    """Open messages of every campaign for its whole audience; the campaigns' names by proposal."""
    names = {}
    for campaign in campaigns.campaigns(connection):
        audience = audience_of(connection, campaign.audience, MONDAY)
        proposal = add_proposal(
            connection,
            MONDAY,
            campaign.terms,
            source="campaign",
            occurrence=campaign.name,
            template_id=campaign.template_id,
            actor="cli:ana",
            campaign=campaign.name,
        )
        assert proposal is not None
        names[proposal] = campaign.name
        contacts = contact_ids(connection, audience, range(PARTITIONS)).tolist()
        values = {"proposal": proposal, "first": campaign.terms.not_before, "today": TODAY, "now": MONDAY}
        connection.execute(_OPEN_ALL, values | {"contacts": contacts})
    return names
