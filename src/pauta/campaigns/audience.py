"""Who a campaign is for, read from the database: how many they are, and who."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection, sql

from pauta.campaigns.filters import Audience, read_audience
from pauta.core.problems import Problem
from pauta.platform.copy import fetch_array
from pauta.segments.source import SOURCE

Conn = Connection[Any]

_ID = np.dtype([("id", "i8")])
_MEMBER = np.dtype([("id", "i8"), ("account_key", "i8")])
_HASHES = 1 << 30


def company_today(connection: Conn, now: datetime) -> date:
    """The date where the company is; in UTC when there is no company yet."""
    row = connection.execute(
        "SELECT (%s::timestamptz AT TIME ZONE coalesce((SELECT zone FROM company WHERE id = 1), 'UTC'))::date", (now,)
    ).fetchone()
    assert row is not None
    return date.fromisoformat(str(row[0]))


def audience_of(connection: Conn, document: object, now: datetime) -> Audience:
    """The audience that a document describes; a Problem when it is malformed or names what does not exist."""
    audience = read_audience(document, company_today(connection, now))
    name = audience.params.get("list")
    if (
        name is not None
        and connection.execute("SELECT 1 FROM contact_list WHERE name = %s", (name,)).fetchone() is None
    ):
        raise Problem("campaigns.list_unknown", field="audience.list", list=name)
    segment = audience.params.get("segment")
    if (
        segment is not None
        and connection.execute("SELECT 1 FROM segment WHERE key = %s", (segment,)).fetchone() is None
    ):
        raise Problem("campaigns.segment_unknown", field="audience.segment", key=segment)
    return audience


def count(connection: Conn, audience: Audience) -> int:
    """How many contacts an audience has now."""
    query = sql.SQL("SELECT count(*) FROM {} WHERE {}").format(SOURCE, audience.where)
    row = connection.execute(query, audience.params).fetchone()
    assert row is not None
    return int(row[0])


def is_empty(connection: Conn, audience: Audience) -> bool:
    """Whether an audience has no contact at all."""
    query = sql.SQL("SELECT 1 FROM {} WHERE {} LIMIT 1").format(SOURCE, audience.where)
    return connection.execute(query, audience.params).fetchone() is None


def contact_ids(connection: Conn, audience: Audience, parts: Iterable[int]) -> NDArray[np.int64]:
    """The contacts of an audience in these partitions, ascending."""
    query = sql.SQL("SELECT c.id FROM {} WHERE c.part = ANY(%(parts)s) AND {}").format(SOURCE, audience.where)
    return np.sort(fetch_array(connection, query, audience.params | {"parts": list(parts)}, _ID)["id"])


def members(connection: Conn, audience: Audience, parts: Iterable[int]) -> NDArray[Any]:
    """The contacts of an audience in these partitions with ``id`` and ``account_key``, in order of id."""
    return _members(connection, audience, sql.SQL("c.part = ANY(%(parts)s)"), {"parts": list(parts)})


def sample(connection: Conn, audience: Audience, share: float, seed: int) -> NDArray[Any]:
    """The contacts of about that share of the accounts of an audience, with ``id`` and ``account_key``, in order of id.

    Accounts are drawn by a hash of their keys: the same seed draws the same accounts.
    """
    drawn = sql.SQL("hashint8extended(c.account_key, %(seed)s) & %(mask)s < %(drawn)s")
    given = {"seed": seed, "mask": _HASHES - 1, "drawn": round(share * _HASHES)}
    return _members(connection, audience, drawn, given)


def _members(connection: Conn, audience: Audience, where: sql.Composable, given: Mapping[str, object]) -> NDArray[Any]:
    query = sql.SQL("SELECT c.id, c.account_key FROM {} WHERE {} AND {}").format(SOURCE, where, audience.where)
    found = fetch_array(connection, query, {**audience.params, **given}, _MEMBER)
    return found[np.argsort(found["id"])]
