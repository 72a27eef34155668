"""Pauses between failed sign-ins, which grow: of one account, and of one network address. Nothing here commits."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection

Conn = Connection[Any]

FREE_BY_ACCOUNT = 5
"""Failures of one account in a row before the first pause."""

FREE_BY_ADDRESS = 50
"""Failures from one network address before the first pause: an office may share one."""

LONGEST = timedelta(minutes=15)
FORGOTTEN = timedelta(hours=12)
"""Failures count no more when there was none for this long."""


def take(connection: Conn, now: datetime, email: str, address: str) -> timedelta:
    """Count a sign-in as failed until ``forgive`` says otherwise; zero, or how long to wait, then nothing is counted.

    Counting comes first, so that many guesses at once are no more than one after the other.
    """
    free = _free(email, address)
    connection.execute(
        "INSERT INTO sign_in_attempt (who, failures, last_at) SELECT who, 0, %s FROM unnest(%s::text[]) AS who"
        " ON CONFLICT (who) DO NOTHING",
        (now, sorted(free)),
    )
    rows = connection.execute(
        "SELECT who, failures, last_at FROM sign_in_attempt WHERE who = ANY(%s) ORDER BY who FOR UPDATE", (list(free),)
    ).fetchall()
    wait: timedelta = max(last_at + pause(failures - free[who]) - now for who, failures, last_at in rows)
    if wait > timedelta():
        return wait
    connection.execute(
        "UPDATE sign_in_attempt SET last_at = %(now)s,"
        " failures = CASE WHEN last_at < %(forgotten)s THEN 0 ELSE failures END + 1 WHERE who = ANY(%(who)s)",
        {"now": now, "forgotten": now - FORGOTTEN, "who": list(free)},
    )
    return timedelta()


def forgive(connection: Conn, now: datetime, email: str, address: str) -> None:
    """Take a counted failure back, as it was none: the account begins anew, the network address has one less.

    What is forgotten is cleared away.
    """
    account, network = _free(email, address)
    connection.execute("DELETE FROM sign_in_attempt WHERE who = %s", (account,))
    connection.execute("UPDATE sign_in_attempt SET failures = failures - 1 WHERE who = %s", (network,))
    connection.execute(
        "DELETE FROM sign_in_attempt WHERE who IN"
        " (SELECT who FROM sign_in_attempt WHERE last_at < %s FOR UPDATE SKIP LOCKED)",
        (now - FORGOTTEN,),
    )


def pause(failures: int) -> timedelta:
    """How long to wait after this many failures beyond the free ones: 2 s after the first, then twice as long each."""
    if failures < 1:
        return timedelta()
    return min(timedelta(seconds=2 ** min(failures, 20)), LONGEST)


def _free(email: str, address: str) -> Mapping[str, int]:
    """The two that are counted, and how many failures each has free. Addresses of people are kept as hashes."""
    account = hashlib.sha256(email.lower().encode()).hexdigest()
    return {f"account {account}": FREE_BY_ACCOUNT, f"network {address}": FREE_BY_ADDRESS}
