"""``segments``: a rule asked about a whole base, and what a thousand events change in ten segments."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from psycopg import Connection

from bench.database import installation
from bench.measure import clock, durability, memory, report
from bench.people import SEED
from bench.running import ready
from pauta.pipeline.segments import keep_segments
from pauta.platform.database import connect
from pauta.segments import queries
from pauta.segments.actions import create_segment

EVENTS_EACH = 20
NEWS = 1000
OTHERS = 9

_PEOPLE = (
    """
    INSERT INTO company (id, name, zone, country, language, sender, postal_address)
    VALUES (1, 'Sur', 'America/Sao_Paulo', 'BR', 'pt-BR', 'a@sur.example', 'x')
    """,
    """
    INSERT INTO account (id, external_id, name, attributes, created_at, changed_at)
    SELECT n, 'a' || n, 'Account ' || n, jsonb_build_object('plan', (ARRAY['gold', 'silver', 'basic'])[1 + n %% 3]),
           %(now)s, %(now)s
    FROM generate_series(1, %(n)s / 20) n
    """,
    """
    INSERT INTO contact (id, external_id, account_id, account_key, part, person_id, email, email_state, language,
                         attributes, created_at, changed_at)
    SELECT n, 'c' || n, 1 + n %% (%(n)s / 20), 1 + n %% (%(n)s / 20), (1 + n %% (%(n)s / 20)) %% 64, n,
           'c' || n || '@bench.example', 1, (ARRAY['pt-BR', 'es', 'en'])[1 + n %% 3],
           jsonb_build_object('seats', n %% 500), %(now)s, %(now)s
    FROM generate_series(1, %(n)s) n
    """,
    "SELECT setval('contact_id_seq', %(n)s), setseed(0.20261)",
)
_EVENTS = """
INSERT INTO event (part, account_key, contact_id, name, at, day, properties, source)
SELECT c.part, c.account_key, c.id, drawn.name, drawn.at, drawn.at::date,
       jsonb_build_object('seconds', drawn.seconds), 'b'
FROM contact c CROSS JOIN LATERAL (
  SELECT (ARRAY['login', 'login', 'login', 'report', 'export', 'invite', 'upgrade', 'ticket', 'search', 'share'])
         [1 + (random() * 10)::int %% 10] AS name,
         %(now)s::timestamptz - (%(round)s + random()) * interval '9 days' AS at, (random() * 100)::int AS seconds
  WHERE c.id IS NOT NULL
) AS drawn
"""
RULE: dict[str, Any] = {
    "combinator": "and",
    "rules": [
        {"field": "account.attributes.plan", "operator": "in", "value": ["gold", "silver"]},
        {"field": "event.login", "operator": "did", "value": {"at_least": 3, "within_days": 90}},
        {"field": "event.upgrade", "operator": "didNot", "value": {"within_days": 30}},
    ],
}
"""Two kinds of events, counted, and an attribute of the account: about one contact in three is in it."""


def run(n: int) -> None:
    """Find the members of a segment among ``n`` contacts with twenty events each, then follow a thousand events."""
    now = datetime.now(UTC)
    with memory() as seen, installation() as (_, url), connect(url) as connection:
        _store(connection, n, now)
        create_segment(connection, "active", "Active", RULE, actor="bench", now=now)
        connection.commit()
        ready()
        begun = clock()
        keep_segments(connection, now)
        connection.commit()
        seconds = clock() - begun
        found = queries.segment(connection, "active")
        told = {"events": n * EVENTS_EACH, "members": found.members, **durability(connection)}
        report("segments.full", n, seconds, seen, **told)
        for number in range(OTHERS):
            rule = {"combinator": "and", "rules": [{**RULE["rules"][1], "value": {"at_least": 4 + number}}]}
            create_segment(connection, f"other-{number}", "Other", rule, actor="bench", now=now)
        while keep_segments(connection, now):
            connection.commit()
        _happen(connection, n, now)
        connection.commit()
        begun = clock()
        while keep_segments(connection, now):
            connection.commit()
        seconds = clock() - begun
        told = {"contacts": n, "segments": OTHERS + 1, **durability(connection)}
        report("segments.delta", NEWS, seconds, seen, **told)


def _store(connection: Connection[Any], n: int, now: datetime) -> None:
    """The company with its events, those of the same days one after another, as they come in."""
    for statement in _PEOPLE:
        connection.execute(statement, {"n": n, "now": now})
    for number in reversed(range(EVENTS_EACH)):
        connection.execute(_EVENTS, {"now": now, "round": number})
        connection.commit()
    connection.execute("ANALYZE contact, account, event")
    connection.commit()


def _happen(connection: Connection[Any], n: int, now: datetime) -> None:
    """A login of contacts all over the base."""
    connection.execute(
        "INSERT INTO event (part, account_key, contact_id, name, at, day, source)"
        " SELECT part, account_key, id, 'login', %(now)s, (%(now)s::timestamptz)::date, 'b'"
        " FROM contact WHERE id IN (SELECT 1 + (number * %(seed)s) %% %(n)s FROM generate_series(1, %(news)s) number)",
        {"now": now, "seed": SEED, "n": n, "news": NEWS},
    )
