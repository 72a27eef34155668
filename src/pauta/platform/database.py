"""Connections to PostgreSQL.

Conventions: times are UTC; a transaction is opened where a request or job begins and committed in that one place, so a
connection starts one with its first statement and ``with connect(...)`` commits it at the end of the block.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection
from psycopg_pool import ConnectionPool

from pauta.platform import clock

_PAUSE_SECONDS = 0.05
_OPTIONS: dict[str, Any] = {
    "options": "-c timezone=UTC -c datestyle=ISO -c intervalstyle=postgres -c client_min_messages=warning",
    "client_encoding": "utf8",
}


def _named() -> dict[str, Any]:
    """The options of a connection under the name of this process, which a database on a socket cannot tell."""
    return {**_OPTIONS, "application_name": f"pauta {os.getpid()}"}


def connect(url: str, *, autocommit: bool = False) -> Connection[tuple[Any, ...]]:
    """A connection whose times are UTC; as a context manager it commits, or rolls back on an error, and closes.

    It is for sets of rows: every statement is planned for the tables as they are. Workers live long, and a plan kept
    from when a table was empty reads all of it for ever.
    """
    options = f"{_OPTIONS['options']} -c plan_cache_mode=force_custom_plan"
    return psycopg.connect(url, autocommit=autocommit, **{**_named(), "options": options})


def another(connection: Connection[Any]) -> Connection[tuple[Any, ...]]:
    """A connection to where this one leads, to be used beside others: each of its statements keeps to one core."""
    given = connection.info
    opened = connect(psycopg.conninfo.make_conninfo(given.dsn, password=given.password or None), autocommit=True)
    opened.execute("SET max_parallel_workers_per_gather = 0")
    return opened


@contextmanager
def pool(url: str, size: int) -> Iterator[ConnectionPool[Connection[tuple[Any, ...]]]]:
    """Connections shared by the threads of the web server; one that broke is replaced before it is handed out."""
    shared = ConnectionPool(
        url,
        kwargs=_named(),
        min_size=min(2, size),
        max_size=size,
        check=ConnectionPool.check_connection,
        open=False,
    )
    with shared:
        yield shared


def wait_for(url: str, seconds: float) -> None:
    """Return as soon as the database answers; its own error when it has not within that many seconds."""
    until = clock.monotonic() + seconds
    while True:
        try:
            connect(url).close()
        except psycopg.OperationalError:
            if clock.monotonic() > until:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return
