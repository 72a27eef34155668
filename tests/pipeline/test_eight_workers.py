"""Eight workers, real processes, make the plan that one makes where accounts share no capacity."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pauta.platform import database
from pauta.platform.clock import start_simulation
from pauta.platform.embedded import Home
from pauta.platform.partitions import PARTITIONS
from tests.conftest import MONDAY
from tests.faults import company
from tests.faults.processes import ended, start, wait_until

ACCOUNTS, CONTACTS, WORKERS = 150, 3000, 8
PATIENCE = 240
POLICIES: list[dict[str, Any]] = [
    {"kind": "hold", "name": "outage", "while": "outage", "scope": "account", "held": {"types": ["promotional"]}},
    {"kind": "time", "name": "working days", "hours": ["08:00", "18:00"], "weekdays": [1, 2, 3, 4, 5],
     "holidays": True},
    {"kind": "cap", "name": "two a week", "limit": 2, "days": 7, "window": "rolling", "scope": "contact"},
    {"kind": "cap", "name": "one promotion", "limit": 1, "days": 5, "window": "rolling", "scope": "contact",
     "held": {"types": ["promotional"]}, "counts": {"types": ["promotional"]}},
    {"kind": "cap", "name": "eight a day", "limit": 8, "days": 1, "window": "rolling", "scope": "account"},
    {"kind": "spacing", "name": "apart", "held": {"topics": ["tips"]}, "from": {"topics": ["launch"]}, "days": 3,
     "scope": "account"},
    {"kind": "mix", "name": "half", "type": "promotional", "percent": 50, "days": 30, "min_touches": 3},
]  # fmt: skip
CAMPAIGNS: list[dict[str, Any]] = [
    {"name": "launch", "type": "promotional", "topic": "launch", "tier": 1, "value": 5},
    {"name": "tips", "type": "educational", "topic": "tips", "tier": 2, "value": 9, "after": 2},
    {"name": "offers", "type": "promotional", "topic": "offers", "tier": 2, "value": 3, "expires": 9},
    {"name": "survey", "type": "relationship", "topic": "survey", "tier": 3, "value": 1},
]


@pytest.mark.long
@pytest.mark.timeout(900)
def test_eight_workers_plan_what_one_plans(server: Home, tmp_path: Path) -> None:
    alone = plan_of(1, POLICIES, server, tmp_path)
    together = plan_of(WORKERS, POLICIES, server, tmp_path)
    assert together == alone
    assert len(alone) == len(CAMPAIGNS) * CONTACTS
    verdicts, rules = Counter(said[0] for said in alone.values()), {said[4] for said in alone.values()}
    assert min(verdicts[verdict] for verdict in range(3)) > 100
    assert len(rules) > 5, "the rules are in each other's way"


def plan_of(
    workers: int,
    policies: list[dict[str, Any]],
    server: Home,
    tmp_path: Path,
) -> dict[tuple[str, int], tuple[Any, ...]]:
    """Verdict, channel, day, moment, rule, reason and winner of each campaign's message to each contact."""
    with new_database(server, f"plan_of_{workers}") as url, ExitStack() as running:
        build(url, policies)
        clock = tmp_path / f"clock of {workers}"
        start_simulation(clock, MONDAY)
        environment = {
            "PAUTA_DATA_DIR": str(tmp_path / "data"),
            "DATABASE_URL": url,
            "PAUTA_CLOCK_FILE": str(clock),
            "PAUTA_SMTP_URL": "smtp://127.0.0.1:9",
            "PAUTA_PLAN_BATCH": "300",
            "PAUTA_LOG_LEVEL": "error",
            "PAUTA_WORKERS": str(workers),
        }
        for _ in range(workers):
            running.enter_context(ended(start([sys.executable, "-m", "pauta.worker"], environment, tmp_path / "log")))
        with database.connect(url, autocommit=True) as connection:
            shared = "SELECT count(DISTINCT owner), count(*) FROM lease WHERE until > clock_timestamp()"
            assert wait_until(lambda: connection.execute(shared).fetchone() == (workers, PARTITIONS), PATIENCE)
            unplanned = "SELECT count(*) FROM launch_part WHERE done_at IS NULL"
            launch_all(url)
            assert wait_until(lambda: connection.execute(unplanned).fetchone() == (0,), PATIENCE)
            return {
                (campaign, contact): tuple(said)
                for campaign, contact, *said in connection.execute(
                    "SELECT c.name, m.contact_id, m.verdict, m.channel, m.day, m.due, m.rule, m.reason, w.proposal_id "
                    "FROM message m JOIN campaign c ON c.proposal_id = m.proposal_id "
                    "LEFT JOIN message w ON w.id = m.winner AND w.part = m.part"
                )
            }


@contextmanager
def new_database(server: Home, name: str) -> Iterator[str]:
    """A fresh migrated database of that name, gone afterwards."""
    with database.connect(server.url_of("postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE pauta STRATEGY FILE_COPY")
        try:
            yield server.url_of(name)
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def build(url: str, policies: list[dict[str, Any]]) -> None:
    """Accounts, a tenth of the contacts without one, some who never consented, and what they got last month."""
    with database.connect(url) as connection:
        company.build(connection, MONDAY, ACCOUNTS, CONTACTS, policies)
        connection.execute("UPDATE contact SET account_id = NULL, account_key = -id, part = id % 64 WHERE id % 10 = 0")
        connection.execute("UPDATE consent SET part = c.part FROM contact c WHERE c.id = contact_id")
        connection.execute(
            "INSERT INTO consent (part, contact_id, channel, topic, granted, basis, source, at, recorded_at)"
            " SELECT part, contact_id, channel, topic, false, 'withdrawal', 'test', at + interval '1 second',"
            " recorded_at FROM consent WHERE contact_id % 17 = 0"
        )
        connection.execute(
            "INSERT INTO kind (type, topic, team, urgent) SELECT type, topic, 'marketing', false "
            "FROM unnest(ARRAY['promotional', 'educational'], ARRAY['launch', 'tips']) AS k (type, topic)"
        )
        connection.execute(
            """
            INSERT INTO touch (part, id, account_key, contact_id, kind_id, channel, day, at, external_id)
            SELECT c.part, 4 * c.id + n, c.account_key, c.id,
                   (SELECT id FROM kind WHERE topic = CASE WHEN (c.id + n) % 3 = 0 THEN 'launch' ELSE 'tips' END),
                   0, d.day, d.day, n::text
            FROM contact c CROSS JOIN generate_series(0, 3) n
            CROSS JOIN LATERAL (SELECT DATE '2026-11-22' - (c.id * (n + 3) % 29)::int AS day) d
            WHERE n < c.id % 5
            """
        )


def launch_all(url: str) -> None:
    """Launch the campaigns in one transaction, for tomorrow or later, so that nothing leaves while they are planned."""
    with database.connect(url) as connection:
        for campaign in CAMPAIGNS:
            terms = {key: value for key, value in campaign.items() if key not in ("after", "expires")}
            terms["not_before"] = (MONDAY + timedelta(days=campaign.get("after", 1))).date()
            if "expires" in campaign:
                terms["expires"] = (MONDAY + timedelta(days=campaign["expires"])).date()
            company.launch(connection, MONDAY, **terms)
