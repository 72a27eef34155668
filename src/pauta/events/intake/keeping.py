"""Requests on their way from the web server to the database: many are kept by one COPY; each waits for its commit."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import Connection
from psycopg_pool import ConnectionPool, PoolTimeout

from pauta.events.intake.actions import take_in

Pool = ConnectionPool[Connection[Any]]

MOST_AT_ONCE = 500
MOST_WAITING = 5_000
"""Requests that wait at most; whoever comes then is told to come again."""
MOST_BYTES = 100_000_000
"""How large the requests that wait may be together, likewise."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    row: tuple[int, str, bytes, datetime]
    loop: asyncio.AbstractEventLoop
    kept: asyncio.Future[None]


class Keeper:
    """Keeps requests durably, in a thread of its own: by one transaction what came while it kept the last ones."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._queue: deque[_Waiting] = deque()
        self._bytes = 0
        self._news = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def is_full(self) -> bool:
        """Whether more wait than can be kept in a while."""
        return len(self._queue) >= MOST_WAITING or self._bytes >= MOST_BYTES

    def start(self) -> None:
        """Begin to keep."""
        self._thread.start()

    def stop(self) -> None:
        """Keep what waits, and end."""
        with self._news:
            self._stopped = True
            self._news.notify()
        self._thread.join()

    async def keep(self, key_id: int, door: str, body: bytes, now: datetime) -> None:
        """Return when the request is kept for good; the database's error when it is not."""
        loop = asyncio.get_running_loop()
        one = _Waiting((key_id, door, body, now), loop, loop.create_future())
        with self._news:
            self._queue.append(one)
            self._bytes += len(body)
            self._news.notify()
        await one.kept

    def _run(self) -> None:
        while True:
            with self._news:
                while not self._queue and not self._stopped:
                    self._news.wait()
                batch = [self._queue.popleft() for _ in range(min(MOST_AT_ONCE, len(self._queue)))]
                self._bytes -= sum(len(one.row[2]) for one in batch)
            if not batch:
                return
            self._keep(batch)

    def _keep(self, batch: list[_Waiting]) -> None:
        try:
            with self._pool.connection() as connection:
                take_in(connection, [one.row for one in batch])
        except (psycopg.Error, PoolTimeout) as error:
            batch[0].loop.call_soon_threadsafe(_tell, batch, error)
        else:
            batch[0].loop.call_soon_threadsafe(_tell, batch, None)


def _tell(batch: list[_Waiting], error: Exception | None) -> None:
    """Let all that wait go on, in their event loop; who has gone away is not told."""
    for one in batch:
        if one.kept.done():
            continue
        if error is None:
            one.kept.set_result(None)
        else:
            one.kept.set_exception(error)
