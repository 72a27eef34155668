"""A small company for tests that kill things: accounts, contacts who consented, one template, policies, campaigns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from psycopg import Connection

from pauta.campaigns import actions as campaigns
from pauta.channels.email.links import link_keys
from pauta.content.actions import publish
from pauta.core.render import TemplateSource
from pauta.core.tokens import Purpose
from pauta.messages import actions as messages
from pauta.messages.terms import Terms
from pauta.policies.actions import replace_all
from tests.conftest import ADMIN

ZONES = ("America/Sao_Paulo", "America/Mexico_City", "Europe/Madrid", "America/Bogota", "Europe/Lisbon")
BODY = """<mjml><mj-body><mj-section><mj-column>
<mj-text>Olá {{ contact.first_name }}</mj-text>
</mj-column></mj-section></mj-body></mjml>"""


def build(
    connection: Connection[Any], now: datetime, accounts: int, contacts: int, policies: list[dict[str, Any]]
) -> None:
    """Write the company; contact n is ``cn`` of account 1 + n mod ``accounts``, in one of five zones by account."""
    connection.execute(
        "INSERT INTO company (id, name, zone, language, sender, postal_address) "
        "VALUES (1, 'Acme', 'America/Sao_Paulo', 'pt-BR', 'Ana <ana@acme.example>', 'Rua das Marés, 100')"
    )
    connection.execute("INSERT INTO team (name, title) VALUES ('marketing', 'Marketing'), ('finance', 'Finance')")
    for number, zone in enumerate(ZONES, start=1):
        connection.execute("INSERT INTO place (id, zone) VALUES (%s, %s)", (number, zone))
    connection.execute("SELECT setval('place_id_seq', (SELECT max(id) FROM place))")
    connection.execute(
        "INSERT INTO account (external_id, name, place_id, created_at, changed_at) "
        "SELECT 'a' || n, 'Account ' || n, 1 + n %% 5, %s, %s FROM generate_series(1, %s) n",
        (now, now, accounts),
    )
    connection.execute(
        """
        INSERT INTO contact (id, external_id, account_id, account_key, part, person_id, first_name, email, email_state,
                             created_at, changed_at)
        SELECT n, 'c' || n, a.id, a.id, a.id %% 64, n, 'Bruno ' || n, 'c' || n || '@customer.example', 1,
               %(now)s, %(now)s
        FROM generate_series(1, %(contacts)s) n JOIN account a ON a.external_id = 'a' || (1 + n %% %(accounts)s)
        """,
        {"now": now, "contacts": contacts, "accounts": accounts},
    )
    connection.execute(
        "INSERT INTO consent (part, contact_id, channel, topic, granted, basis, source, at, recorded_at) "
        "SELECT part, id, 0, '*', true, 'express', 'test', %s, %s FROM contact",
        (now, now),
    )
    publish(connection, "hello", {"pt-BR": TemplateSource("Olá {{ contact.first_name }}", BODY)}, "ana", now)
    replace_all(connection, policies, "ana", now)


def launch(connection: Connection[Any], now: datetime, name: str, grace: timedelta = timedelta(), **terms: Any) -> int:
    """Create and launch a campaign to everybody; its id."""
    fields = {"type": "promotional", "topic": "offers", "team": "marketing", "channels": ["email"], **terms}
    dates = {key: value.isoformat() if isinstance(value, date) else value for key, value in fields.items()}
    draft = campaigns.read_draft({"name": name, "template": "hello", "audience": {"everyone": True}, **dates})
    campaign_id = campaigns.create(connection, now, draft, "ana")
    campaigns.launch(connection, now, campaign_id, ADMIN, grace)
    return campaign_id


def send_one(connection: Connection[Any], now: datetime, contact: int, key: str) -> int:
    """Propose a transactional message by its idempotency key; its id, the same however often it is asked."""
    terms = Terms(type="transactional", topic="invoice", team="finance", tier=0)
    accepted = messages.propose_one(connection, now, terms, contact=f"c{contact}", template="hello", key=key, who=ADMIN)
    return accepted.message_id


def states(connection: Connection[Any], where: str = "true") -> dict[int, int]:
    """How many messages are in each state."""
    rows: Sequence[tuple[int, int]] = connection.execute(
        f"SELECT state, count(*) FROM message WHERE {where} GROUP BY state"
    ).fetchall()
    return dict(rows)


def messages_of(connection: Connection[Any], mails: Sequence[Mapping[str, Any]]) -> list[int]:
    """The messages that the mail server received, by the Message-IDs of their mails."""
    keys = link_keys(connection)
    found = [keys.number_in(Purpose.MESSAGE_ID, mail["message_id"].strip("<>").split("@")[0]) for mail in mails]
    assert None not in found
    return [number for number in found if number]
