"""Search over contacts, accounts and campaigns, by the beginning of what they are called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import class_row

from pauta.people.names import CONTACT_NAME, plain

Conn = Connection[Any]

SHORTEST = 2
"""Letters that a search needs."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found: ``what`` is contact, account or campaign; ``id`` its external id or name."""

    what: str
    id: str
    title: str
    detail: str


_CONTACT_HIT = """
SELECT 'contact' AS what, c.external_id AS id, coalesce(nullif(trim(c.first_name || ' ' || c.last_name), ''), c.email,
       c.external_id) AS title, concat_ws(' · ', c.email, a.name) AS detail
FROM ({found}) c LEFT JOIN account a ON a.id = c.account_id
"""
_CONTACTS = """
SELECT DISTINCT ON (id) * FROM (
    (SELECT * FROM contact WHERE external_id = %(q)s LIMIT 1)
    UNION ALL (SELECT * FROM contact WHERE id = (SELECT contact_id FROM contact_alias WHERE external_id = %(q)s))
    UNION ALL (SELECT * FROM contact WHERE lower(email) LIKE lower(%(prefix)s) LIMIT %(most)s)
    UNION ALL (SELECT * FROM contact WHERE {name} LIKE {wanted} LIMIT %(most)s)
    UNION ALL (SELECT * FROM contact WHERE {last} LIKE {wanted} LIMIT %(most)s)
) hits ORDER BY id LIMIT %(most)s
"""
_ACCOUNTS = """
SELECT 'account' AS what, external_id AS id, name AS title, coalesce(stage, '') AS detail FROM (
    (SELECT * FROM account WHERE external_id = %(q)s)
    UNION (SELECT * FROM account
           WHERE to_tsvector('simple'::regconfig, {name}) @@ to_tsquery('simple', {words}) LIMIT %(most)s)
) hits ORDER BY name, id LIMIT %(most)s
"""
_CAMPAIGNS = """
SELECT 'campaign' AS what, name AS id, name AS title, concat_ws(' · ', team, state) AS detail FROM campaign
WHERE strpos({name}, {wanted}) > 0 ORDER BY id DESC LIMIT %(most)s
"""


def search(conn: Conn, asked: str, most: int) -> list[Hit]:
    """Contacts, accounts and campaigns that are called so, at most ``most`` of each; accents and case do not matter.

    Contacts are found by the beginning of their name, family name or e-mail address, accounts by words of their name,
    campaigns by any part of it, all of them by their external id.
    """
    said = " ".join(asked.split())
    if len(said) < SHORTEST:
        return []
    words = re.findall(r"\w+", said)
    given = {
        "q": said,
        "prefix": _escaped(said) + "%",
        "part": said,
        "words": " & ".join(f"{word}:*" for word in words),
        "most": most,
    }
    queries = [_contacts(), _filled(_CAMPAIGNS, name=plain("name"), wanted=plain("%(part)s::text"))]
    if words:
        queries.insert(1, _filled(_ACCOUNTS, name=plain("name"), words=plain("%(words)s::text")))
    with conn.cursor(row_factory=class_row(Hit)) as cursor:
        return [hit for query in queries for hit in cursor.execute(query, given).fetchall()]


def _contacts() -> sql.SQL:
    found = _CONTACTS.format(name=plain(CONTACT_NAME), last=plain("last_name"), wanted=plain("%(prefix)s::text"))
    return sql.SQL(_CONTACT_HIT.format(found=found))


def _filled(query: str, **parts: str) -> sql.SQL:
    return sql.SQL(query.format(**parts))


def _escaped(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)
