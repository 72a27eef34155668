"""The company whose ledger the tests write: Ana and Bruno at Acme in São Paulo, Diego on his own in Madrid."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from pauta.policies.actions import replace_all

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""A Monday noon UTC: morning in São Paulo, one o'clock in Madrid."""

ACME, ANA, BRUNO, DIEGO = 1, 11, 12, 13
DIEGO_KEY = -DIEGO

TWO_A_WEEK = {"kind": "cap", "name": "two a week", "limit": 2, "days": 7, "held": {"except_types": ["transactional"]}}


def settle(connection: Connection[Any], policies: tuple[dict[str, Any], ...] = ()) -> None:
    """Write the company, its people with consent to everything by e-mail, a published template and the policies."""
    connection.execute(
        "INSERT INTO company VALUES (1, 'Sur', 'America/Sao_Paulo', 'BR', 'SP', 'pt-BR', 'a@sur.example', 'x')"
    )
    connection.execute("INSERT INTO place (id, zone, country) VALUES (1, 'Europe/Madrid', 'ES')")
    connection.execute(
        "INSERT INTO account (id, external_id, name, stage, attributes, created_at, changed_at) VALUES"
        " (%s, 'acme', 'Acme', 'adoption', %s, %s, %s)",
        (ACME, Jsonb({"plan": "gold", "seats": 40, "renewal": "2026-12-20", "tags": ["a"]}), NOW, NOW),
    )
    for number, name, account, key, place in (
        (ANA, "ana", ACME, ACME, 0),
        (BRUNO, "bruno", ACME, ACME, 0),
        (DIEGO, "diego", None, DIEGO_KEY, 1),
    ):
        connection.execute(
            "INSERT INTO contact (id, external_id, account_id, account_key, part, person_id, first_name, email,"
            " email_state, place_id, created_at, changed_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 1, %s, %s, %s)",
            (number, name, account, key, abs(key) % 64, number, name.title(), f"{name}@acme.example", place, NOW, NOW),
        )
        connection.execute(
            "INSERT INTO consent (part, contact_id, channel, topic, granted, basis, source, at, recorded_at)"
            " VALUES (%s, %s, 0, '*', true, 'contract', 'test', %s, %s)",
            (abs(key) % 64, number, NOW, NOW),
        )
    connection.execute(
        "INSERT INTO template (id, name, created_at) VALUES (1, 'hello', %s), (2, 'empty', %s)", (NOW, NOW)
    )
    connection.execute(
        "INSERT INTO template_version (template_id, version, language, subject, body, text, compiled, figures, actor,"
        " published_at) VALUES (1, 1, 'en', 'Hi', '', '', '{}', '{}', 'carla', %s)",
        (NOW,),
    )
    if policies:
        replace_all(connection, policies, "carla", NOW)


def add_touch(connection: Connection[Any], contact: int, key: int, day: str, number: int) -> None:
    """Something that reached a contact by e-mail on a day."""
    connection.execute(
        "INSERT INTO kind (id, type, topic, team, campaign, urgent)"
        " VALUES (900, 'promotional', 'news', '', 'spring', false) ON CONFLICT DO NOTHING"
    )
    connection.execute(
        "INSERT INTO touch VALUES (%s, %s, %s, %s, 900, 0, %s, %s, %s)",
        (abs(key) % 64, number, key, contact, day, NOW, f"touch-{number}"),
    )
