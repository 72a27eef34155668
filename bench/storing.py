"""Writes the company of the benchmarks: ``python -m bench.storing URL CONTACTS NOW policies|free``."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from bench.people import (
    COUNTRIES,
    HISTORY_KINDS,
    PLANNED_KIND,
    POLICIES,
    TEAMS,
    TOPICS,
    TYPES,
    ZONES,
    People,
    people,
)
from pauta.facts import AccountChoice
from pauta.messages.states import State
from pauta.pipeline.planning import decide, write_changes
from pauta.platform.copy import copy_rows
from pauta.platform.database import connect
from pauta.platform.partitions import PARTITIONS, PARTITIONS_PER_TABLE, TABLES_PER_PARTITIONED
from pauta.policies.actions import replace_all
from pauta.policies.queries import current


def store(url: str, company: People, now: datetime, policies: list[dict[str, Any]]) -> None:
    """Write the company, and let PostgreSQL see what is there."""
    with connect(url) as connection:
        _ground(connection, company, now)
        _history(connection, company, now)
        replace_all(connection, policies, "bench", now)
        _plan(connection, now)
    with connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def _ground(connection: Connection[Any], company: People, now: datetime) -> None:
    connection.execute(
        "INSERT INTO company (id, name, zone, language, sender, postal_address) "
        "VALUES (1, 'Bench', 'America/Sao_Paulo', 'en', 'Ana <ana@bench.example>', 'Rua Um, 1')"
    )
    for number, (zone, country) in enumerate(zip(ZONES, COUNTRIES, strict=True), start=1):
        connection.execute("INSERT INTO place (id, zone, country) VALUES (%s, %s, %s)", (number, zone, country))
    for number, name in enumerate(sorted(set(TEAMS)), start=1):
        connection.execute("INSERT INTO team (id, name, title) VALUES (%s, %s, %s)", (number, name, name.title()))
    accounts, contacts = company.accounts, company.contacts
    moment = np.datetime64(now.replace(tzinfo=None), "us")
    account_ids = np.arange(1, accounts + 1)
    copy_rows(
        connection,
        "account",
        {
            "id": account_ids,
            "external_id": [f"a{number}" for number in account_ids],
            "name": [f"Account {number}" for number in account_ids],
            "place_id": company.zone + 1,
            "created_at": np.full(accounts, moment),
            "changed_at": np.full(accounts, moment),
        },
        {"id": "int8", "external_id": "text", "name": "text", "place_id": "int4", **_MOMENTS},
    )
    ids = np.arange(1, contacts + 1)
    keys = company.account + 1
    copy_rows(
        connection,
        "contact",
        {
            "id": ids,
            "external_id": [f"c{number}" for number in ids],
            "account_id": keys,
            "account_key": keys,
            "part": keys % PARTITIONS,
            "person_id": ids,
            "first_name": [f"Bruno {number}" for number in ids],
            "email": [f"c{number}@bench.example" for number in ids],
            "email_state": np.ones(contacts, np.int16),
            "phone_state": np.ones(contacts, np.int16),
            "stage": ["onboarding" if new else "adoption" for new in company.onboarding.tolist()],
            "created_at": np.full(contacts, moment),
            "changed_at": np.full(contacts, moment),
        },
        {
            "id": "int8", "external_id": "text", "account_id": "int8", "account_key": "int8", "part": "int2",
            "person_id": "int8", "first_name": "text", "email": "text", "email_state": "int2", "phone_state": "int2",
            "stage": "text", **_MOMENTS,
        },
    )  # fmt: skip
    connection.execute(
        "INSERT INTO consent (part, contact_id, channel, topic, granted, basis, source, at, recorded_at) "
        "SELECT part, id, channel, '*', true, 'express', 'bench', %(now)s, %(now)s "
        "FROM contact, unnest(ARRAY[0, 1]) channel WHERE id <> ALL(%(without)s::int8[])",
        {"now": now, "without": (np.flatnonzero(company.without_consent) + 1).tolist()},
    )
    connection.execute(
        "INSERT INTO condition (part, account_key, name, began_at, source) "
        "SELECT key %% 64, key, 'open_complaint', %s, 'bench' FROM unnest(%s::int8[]) key",
        (now, (company.complaint + 1).tolist()),
    )
    connection.execute(
        "INSERT INTO event (part, account_key, name, at, day, source) "
        "SELECT key %% 64, key, 'ticket_closed_unhappy', %s, %s, 'bench' FROM unnest(%s::int8[]) key",
        (now - timedelta(days=2), (now - timedelta(days=2)).date(), (company.unhappy + 1).tolist()),
    )


def _copy_by_table(
    connection: Connection[Any], parent: str, columns: dict[str, NDArray[Any]], types: dict[str, str]
) -> None:
    """Fill the physical tables themselves, in bulk and past the tally, which no benchmark reads."""
    tables = columns["part"] // PARTITIONS_PER_TABLE
    for table in range(TABLES_PER_PARTITIONED):
        rows = np.flatnonzero(tables == table)
        copy_rows(connection, f"{parent}_{table}", {name: column[rows] for name, column in columns.items()}, types)


def _plan(connection: Connection[Any], now: datetime) -> None:
    """Give the messages that are there already the places that the gate gives them."""
    for first in range(0, PARTITIONS, 8):
        decided = decide(connection, now, AccountChoice(tuple(range(first, first + 8))), current(connection))
        write_changes(connection, now, decided)
    connection.execute("TRUNCATE message_change")


_MOMENTS = {"created_at": "timestamptz", "changed_at": "timestamptz"}


def _history(connection: Connection[Any], company: People, now: datetime) -> None:
    """Six touches for each contact, and a message that is planned already."""
    for number in range(HISTORY_KINDS):
        connection.execute(
            "INSERT INTO kind (id, type, topic, team, campaign, urgent) VALUES (%s, %s, %s, %s, %s, false)",
            (number + 1, TYPES[number], TOPICS[number], TEAMS[number], f"past {number}"),
        )
    connection.execute(
        "INSERT INTO kind (id, type, topic, team, campaign, urgent) "
        "VALUES (%s, 'educational', 'tips', 'success', 'tips', false)",
        (PLANNED_KIND + 1,),
    )
    connection.execute("SELECT setval('kind_id_seq', 100)")
    touches = len(company.touch_contact)
    keys = company.account[company.touch_contact] + 1
    _copy_by_table(
        connection,
        "touch",
        {
            "part": keys % PARTITIONS,
            "id": np.arange(1, touches + 1),
            "account_key": keys,
            "contact_id": company.touch_contact + 1,
            "kind_id": company.touch_kind + 1,
            "channel": company.touch_channel,
            "day": company.touch_day.astype("M8[D]"),
            "at": company.touch_day.astype("M8[D]").astype("M8[us]"),
            "external_id": np.array([f"t{number}" for number in range(touches)], dtype=object),
        },
        {
            "part": "int2", "id": "int8", "account_key": "int8", "contact_id": "int8", "kind_id": "int4",
            "channel": "int2", "day": "date", "at": "timestamptz", "external_id": "text",
        },
    )  # fmt: skip
    connection.execute("INSERT INTO template (id, name, created_at) VALUES (1000000, 'planned', %s)", (now,))
    connection.execute(
        "INSERT INTO proposal (id, source, occurrence, kind_id, tier, value, channels, template_id, actor, created_at) "
        "VALUES (1000000, 'api', 'planned', %s, 2, 5, '{0,1}', 1000000, 'bench', %s)",
        (PLANNED_KIND + 1, now),
    )
    connection.execute(
        """
        INSERT INTO message (part, id, account_key, contact_id, proposal_id, lane, state, verdict, reason, rule, winner,
                             channel, wished, day, due, policy_version, created_at, changed_at)
        SELECT c.part, nextval('message_ids'), c.account_key, c.id, 1000000, 0, %(planned)s, 1, 8, 0, 0, 0, %(today)s,
               DATE '1970-01-01' + given.day,
               (DATE '1970-01-01' + given.day)::timestamp AT TIME ZONE 'UTC' + interval '15 hours', 1, %(now)s, %(now)s
        FROM unnest(%(days)s::int4[]) WITH ORDINALITY AS given (day, id) JOIN contact c ON c.id = given.id
        """,
        {"planned": State.PLANNED, "today": now.date(), "now": now, "days": company.planned_day.tolist()},
    )


if __name__ == "__main__":
    store(
        sys.argv[1],
        people(int(sys.argv[2]), datetime.fromisoformat(sys.argv[3])),
        datetime.fromisoformat(sys.argv[3]),
        POLICIES if sys.argv[4] == "policies" else [],
    )
