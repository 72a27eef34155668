"""Contacts and accounts that nobody has touched for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, LiteralString

from psycopg import Connection
from psycopg.rows import class_row

from pauta.campaigns.audience import company_today

Conn = Connection[Any]


@dataclass(frozen=True, slots=True)
class Silent:
    """A contact or an account: when it was reached last (None: never), and what is planned for it next."""

    number: int
    id: str
    name: str
    account: str | None
    account_name: str | None
    stage: str | None
    last: date | None
    next: date | None


_TOUCHED: LiteralString = """
EXISTS (SELECT 1 FROM touch t WHERE t.part = {x}.part AND t.account_key = {x}.account_key {same_t}
        AND t.day BETWEEN %(since)s AND %(today)s)
OR EXISTS (SELECT 1 FROM message m WHERE m.part = {x}.part AND m.account_key = {x}.account_key {same_m}
           AND m.state IN (2, 3, 5) AND m.day >= %(since)s)
"""
_DAYS: LiteralString = """
CROSS JOIN LATERAL (
    SELECT max(day) FILTER (WHERE gone) AS last, min(day) FILTER (WHERE NOT gone) AS next FROM (
        SELECT t.day, t.day <= %(today)s AS gone FROM touch t
        WHERE t.part = {x}.part AND t.account_key = {x}.account_key {same_t}
        UNION ALL
        SELECT m.day, m.state <> 1 FROM message m
        WHERE m.part = {x}.part AND m.account_key = {x}.account_key {same_m} AND m.state IN (1, 2, 3, 5)
    ) reached
) days
"""
_CONTACTS: LiteralString = """
SELECT x.id AS number, x.external_id AS id,
       coalesce(nullif(trim(x.first_name || ' ' || x.last_name), ''), x.email, x.external_id) AS name,
       a.external_id AS account, a.name AS account_name, x.stage, days.last, days.next
FROM (SELECT x.* FROM contact x WHERE x.id > %(after)s AND (%(stage)s::text IS NULL OR x.stage = %(stage)s)
      AND NOT ({touched}) ORDER BY x.id LIMIT %(most)s) x
LEFT JOIN account a ON a.id = x.account_id {days} ORDER BY x.id
"""
_ACCOUNTS: LiteralString = """
SELECT x.id AS number, x.external_id AS id, x.name, NULL AS account, NULL AS account_name, x.stage, days.last, days.next
FROM (SELECT x.* FROM (SELECT *, id AS account_key, (id %% 64)::smallint AS part FROM account) x
      WHERE x.id > %(after)s AND (%(stage)s::text IS NULL OR x.stage = %(stage)s)
      AND NOT ({touched}) ORDER BY x.id LIMIT %(most)s) x
{days} ORDER BY x.id
"""


def silent_contacts(conn: Conn, now: datetime, days: int, stage: str | None, after: int, most: int) -> list[Silent]:
    """Contacts whom nothing has reached for so many days, in order of their numbers, from the one after ``after``."""
    same: dict[str, LiteralString] = {"same_t": "AND t.contact_id = x.id", "same_m": "AND m.contact_id = x.id"}
    return _silent(conn, now, _CONTACTS, same, days, stage, after, most)


def silent_accounts(conn: Conn, now: datetime, days: int, stage: str | None, after: int, most: int) -> list[Silent]:
    """Accounts none of whose contacts anything has reached for so many days, likewise."""
    return _silent(conn, now, _ACCOUNTS, {"same_t": "", "same_m": ""}, days, stage, after, most)


def nobody(conn: Conn, *, accounts: bool) -> bool:
    """Whether there is no contact, or no account, at all."""
    row = conn.execute(f"SELECT NOT EXISTS (SELECT FROM {'account' if accounts else 'contact'})").fetchone()
    return bool(row and row[0])


def _silent(
    conn: Conn,
    now: datetime,
    query: LiteralString,
    same: dict[str, LiteralString],
    days: int,
    stage: str | None,
    after: int,
    most: int,
) -> list[Silent]:
    today = company_today(conn, now)
    given = {"since": today - timedelta(days=days), "today": today, "stage": stage, "after": after, "most": most}
    text = query.format(touched=_TOUCHED.format(x="x", **same), days=_DAYS.format(x="x", **same))
    with conn.cursor(row_factory=class_row(Silent)) as cursor:
        return cursor.execute(text, given).fetchall()
