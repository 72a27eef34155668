"""Fills an empty database with the sample company."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from psycopg import Connection, sql

from pauta.campaigns import actions as campaigns
from pauta.content import actions as content
from pauta.content.topics import save_topic
from pauta.core.problems import Problem
from pauta.policies import actions as policies
from pauta.sample import approvals, company, templates
from pauta.sample.campaigns import COUNCIL, drafts
from pauta.sample.policies import rules
from pauta.sample.tables import Table, make_tables, midnight
from pauta.team import actions as team
from pauta.team import users
from pauta.team.passwords import hash_password

SEED: Final = 2026
ACTOR: Final = "sample"

_SEQUENCES: Final = {
    "place": "place_id_seq",
    "account": "account_id_seq",
    "contact": "contact_id_seq",
    "kind": "kind_id_seq",
    "touch": "touch_ids",
}
"""Tables whose rows bring their numbers along, and the sequences that must go on after them."""


def is_empty(connection: Connection[Any]) -> bool:
    """Whether nobody has put anything of their own into the database yet."""
    row = connection.execute(
        """
        SELECT NOT (EXISTS (SELECT 1 FROM account) OR EXISTS (SELECT 1 FROM contact) OR EXISTS (SELECT 1 FROM template)
          OR EXISTS (SELECT 1 FROM policy_version) OR EXISTS (SELECT 1 FROM kind)
          OR EXISTS (SELECT 1 FROM place WHERE id > 0))
        """
    ).fetchone()
    return bool(row and row[0])


def load(connection: Connection[Any], now: datetime, seed: int = SEED) -> None:
    """Put the sample company into an empty database, its dates relative to today where the company is.

    Problem when the database is not empty.
    """
    if not is_empty(connection):
        raise Problem("sample_not_empty", "data_dir")
    today = now.astimezone(ZoneInfo(company.ZONE)).date()
    _company(connection)
    _team(connection, now)
    for table in make_tables(seed, today):
        _fill(connection, table)
    _council(connection, today)
    _content(connection, today)
    policies.replace_all(connection, rules(today), ACTOR, midnight(today))
    for document in drafts(today):
        campaigns.create(connection, midnight(today), campaigns.read_draft(document), ACTOR)
    approvals.set_rules(connection)
    connection.execute("ANALYZE")


def _company(connection: Connection[Any]) -> None:
    connection.execute(
        """
        INSERT INTO company (id, name, zone, country, region, language, sender, postal_address, sample)
        VALUES (1, %s, %s, %s, %s, %s, %s, %s, true)
        ON CONFLICT (id) DO UPDATE SET (name, zone, country, region, language, sender, postal_address, sample) = ROW (
          excluded.name, excluded.zone, excluded.country, excluded.region, excluded.language, excluded.sender,
          excluded.postal_address, excluded.sample)
        """,
        (
            *(company.NAME, company.ZONE, company.COUNTRY, company.REGION, company.LANGUAGE),
            *(company.SENDER, company.POSTAL_ADDRESS),
        ),
    )


def _team(connection: Connection[Any], now: datetime) -> None:
    for name, title in company.TEAMS.items():
        team.save_team(connection, name, title)
    for one in company.COLLEAGUES:
        profile = users.Profile(one.name, one.team, one.role, one.language, one.rights)
        users.add_user(connection, now, one.email, profile)
    kept = hash_password(company.DEMO_PASSWORD, "")
    for one in company.demo_accounts():
        users.set_password(connection, users.user_by_email(connection, one.email).id, kept)


def _fill(connection: Connection[Any], table: Table) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, table.columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in table.rows:
            copy.write_row(row)
    if table.name in _SEQUENCES:
        connection.execute("SELECT setval(%s, %s)", (_SEQUENCES[table.name], len(table.rows)))


def _council(connection: Connection[Any], today: date) -> None:
    """The list of customers who advise the company: those who decide, at companies that recommend it."""
    connection.execute("INSERT INTO contact_list (name, created_at) VALUES (%s, %s)", (COUNCIL, midnight(today)))
    connection.execute(
        """
        INSERT INTO contact_list_member (list_id, contact_id)
        SELECT contact_list.id, contact.id FROM contact_list, contact
        WHERE contact_list.name = %s AND contact.segments @> ARRAY['decision-maker']
          AND contact.stage IN ('advocate', 'renewal', 'established')
        """,
        (COUNCIL,),
    )


def _content(connection: Connection[Any], today: date) -> None:
    for name, titles in templates.TOPICS.items():
        save_topic(connection, name, dict(zip(("pt-BR", "es", "en"), titles, strict=True)))
    for name in templates.NAMES:
        content.publish(connection, name, templates.source(name), ACTOR, midnight(today))
