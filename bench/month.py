"""``calendar.month``: what everybody who opens Pauta waits for, and the search and pages of a contact beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import psutil
from psycopg import Connection

from bench.database import store
from bench.measure import clock, durability, memory, report
from pauta import migrations
from pauta.calendar.limits import Limits
from pauta.calendar.month import month
from pauta.calendar.search import search
from pauta.calendar.timeline import Subject, timeline
from pauta.calendar.wanted import Wanted
from pauta.messages.tally import fold
from pauta.platform.database import connect
from pauta.platform.embedded import owned_server
from pauta.platform.home import home_of
from pauta.reports.strip import strips
from pauta.web.api.calendar import MONTH

CAMPAIGNS = 100
COLD, WARM = 12, 60
CONTACTS_A_MESSAGE = 5
"""Messages for each contact."""


def run(n: int) -> None:
    """Show a month of ``n`` messages of a hundred campaigns: after a restart of PostgreSQL, and again and again."""
    now = datetime.now(UTC)
    wanted = Wanted(now.date() - timedelta(days=10), now.date() + timedelta(days=20))
    with memory() as seen, TemporaryDirectory(prefix="pauta-bench-") as folder:
        Path(folder).chmod(0o711)
        home = home_of(Path(folder) / "pauta")
        with owned_server(home):
            migrations.upgrade(home.url)
            store(home.url, n // CONTACTS_A_MESSAGE, now)
            _campaigns(home.url, now)
        with owned_server(home), connect(home.url) as connection:
            _show(connection, now, wanted, Limits())  # a server compiles the gate when it starts
        cold = []
        for _ in range(COLD):
            with owned_server(home), connect(home.url) as connection:
                connection.execute("SELECT 1")
                cold.append(_timed(partial(_show, connection, now, wanted, Limits())))
        with owned_server(home), connect(home.url) as connection:
            limits = Limits()
            _show(connection, now, wanted, limits)
            warm = [_timed(partial(_show, connection, now, wanted, limits)) for _ in range(WARM)]
            cpu = _cpu(connection, partial(_show, connection, now, wanted, limits))
            beside = _beside(connection, now, n // CONTACTS_A_MESSAGE)
            tally = connection.execute("SELECT count(*) FROM message_tally").fetchone()
            report(
                "calendar.month",
                WARM,
                sum(warm),
                seen,
                messages=n,
                tally_rows=tally and tally[0],
                cold_p95_ms=_p95(cold),
                warm_p95_ms=_p95(warm),
                warm_cpu_ms=cpu,
                **beside,
                **durability(connection),
            )


def _show(connection: Connection[Any], now: datetime, wanted: Wanted, limits: Limits) -> None:
    MONTH.dump_json(month(connection, now, wanted, "pt-BR", limits))
    connection.rollback()


def _beside(connection: Connection[Any], now: datetime, contacts: int) -> dict[str, float]:
    """The 95th percentiles of what stands beside the calendar, in milliseconds."""
    chosen = np.random.default_rng(1).integers(1, contacts + 1, WARM).tolist()
    rows = connection.execute("SELECT account_key, id FROM contact WHERE id = ANY(%s)", (chosen,)).fetchall()
    subjects = [Subject(key, number) for key, number in rows]
    return {
        "search_p95_ms": _p95([_timed(partial(search, connection, f"bruno {number}"[:8], 8)) for number in chosen]),
        "timeline_p95_ms": _p95([_timed(partial(timeline, connection, one, None, 50)) for one in subjects]),
        "strip_p95_ms": _p95(
            [_timed(partial(strips, connection, now, one.account_key, one.contact_id, "en")) for one in subjects]
        ),
    }


def _cpu(connection: Connection[Any], work: Callable[[], object]) -> float:
    """Milliseconds of processor that one view takes, here and in PostgreSQL: what a busy machine does not change."""
    processes = [psutil.Process(), psutil.Process(connection.info.backend_pid)]
    before = sum(sum(one.cpu_times()[:2]) for one in processes)
    for _ in range(WARM):
        work()
    return round(1000 * (sum(sum(one.cpu_times()[:2]) for one in processes) - before) / WARM, 1)


def _timed(work: Callable[[], object]) -> float:
    begun = clock()
    work()
    return clock() - begun


def _p95(seconds: list[float]) -> float:
    return round(float(np.percentile(np.array(seconds) * 1000, 95)), 1)


def _campaigns(url: str, now: datetime) -> None:
    """A hundred campaigns on days ten back and twenty ahead, each to one contact in twenty."""
    with connect(url) as connection:
        connection.execute(
            """
            INSERT INTO kind (id, type, topic, team, campaign, urgent)
            SELECT 1000 + g, (ARRAY['promotional', 'educational', 'relationship', 'operational'])[1 + g %% 4],
                   'topic ' || g, (ARRAY['marketing', 'success', 'product'])[1 + g %% 3], 'campaign ' || g, false
            FROM generate_series(1, %(campaigns)s) g
            """,
            {"campaigns": CAMPAIGNS},
        )
        connection.execute(
            """
            WITH made AS (
                INSERT INTO proposal (id, source, occurrence, kind_id, tier, value, channels, template_id, actor,
                                      created_at)
                SELECT 2000000 + g, 'campaign', 'campaign ' || g, 1000 + g, 2, 0, '{0}', 1000000, 'bench', %(now)s
                FROM generate_series(1, %(campaigns)s) g RETURNING id, occurrence
            )
            INSERT INTO campaign (name, type, topic, team, tier, value, urgent, channels, audience, template_id,
                                  state, proposal_id, actor, created_at, launched_at)
            SELECT occurrence, k.type, k.topic, k.team, 2, 0, false, '{email}', '{"everyone": true}', 1000000,
                   'launched', made.id, 'bench', %(now)s, %(now)s
            FROM made JOIN kind k ON k.campaign = occurrence
            """,
            {"campaigns": CAMPAIGNS, "now": now},
        )
        for campaign in range(1, CAMPAIGNS + 1):
            connection.execute(
                """
                INSERT INTO message (part, id, account_key, contact_id, proposal_id, lane, state, verdict, reason, rule,
                                     winner, channel, wished, day, due, policy_version, created_at, changed_at)
                SELECT c.part, nextval('message_ids'), c.account_key, c.id, 2000000 + %(campaign)s, 0,
                       CASE WHEN placed.day < %(today)s::date THEN 3 ELSE 1 END, 1, 8, 0, 0, 0,
                       %(today)s::date - 10, placed.day,
                       CASE WHEN placed.day >= %(today)s::date THEN placed.day + interval '15 hours' END, 1,
                       %(now)s, %(now)s
                FROM contact c CROSS JOIN LATERAL (
                    SELECT %(today)s::date + ((c.id * %(campaign)s * 7919 %% 31)::int - 10) AS day) placed
                WHERE c.id %% %(every)s = %(campaign)s %% %(every)s
                """,
                {
                    "campaign": campaign,
                    "today": now.date(),
                    "now": now,
                    "every": CAMPAIGNS // CONTACTS_A_MESSAGE,
                },
            )
            connection.commit()
        fold(connection)
    with connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
