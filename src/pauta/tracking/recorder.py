"""Hits on their way from the web server to the database: nobody who follows a link waits for a statement."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg import Connection
from psycopg_pool import ConnectionPool, PoolTimeout

from pauta.channels.email.links import LinkKeys, link_keys
from pauta.platform import log
from pauta.tracking.actions import Arrival, judge_hits, record_hits

FLUSH_SECONDS = 0.25
"""How long a hit waits at most until it is written, and what a process that is killed may lose."""
KEYS_SECONDS = 5.0
"""How old the keys may be by which links are told from forgeries."""
AT_ONCE = 5_000
MOST_WAITING = 200_000
"""Hits that wait while there is no database; beyond them the oldest are dropped, and that is logged."""

Pool = ConnectionPool[Connection[Any]]


class Recorder:
    """Takes hits in and writes them, in a thread of its own, a few times a second; then lets them be judged.

    ``has_room`` says whether the disk may take more; while it does not, hits wait in memory.
    """

    def __init__(self, pool: Pool, has_room: Callable[[], bool]) -> None:
        self._pool = pool
        self._has_room = has_room
        self._waiting: deque[Arrival] = deque(maxlen=MOST_WAITING)
        self._dropped = 0
        self._keys: LinkKeys | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def keys(self) -> LinkKeys | None:
        """The keys of links, at most a few seconds old; None while the database has not been reached yet."""
        return self._keys

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, and end."""
        self._stopping.set()
        self._thread.join()

    def take(self, arrival: Arrival) -> None:
        """Have a hit written within a moment."""
        self._dropped += len(self._waiting) == MOST_WAITING
        self._waiting.append(arrival)

    def _run(self) -> None:
        turn = 0
        while not self._stopping.wait(0 if turn == 0 else FLUSH_SECONDS):
            if turn % round(KEYS_SECONDS / FLUSH_SECONDS) == 0 or self._keys is None:
                self._guarded(self._read_keys)
            self._guarded(self.flush)
            turn += 1
        self._guarded(self.flush)

    def flush(self) -> None:
        """Write what waits, and tell people from programs in it."""
        if not self._waiting or not self._has_room():
            return
        if self._dropped:
            log.logger(__name__).warning("hits dropped", count=self._dropped)
            self._dropped = 0
        batch = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
        try:
            with self._pool.connection() as connection:
                record_hits(connection, batch)
        except (psycopg.Error, PoolTimeout):
            self._waiting.extendleft(reversed(batch))
            raise
        with self._pool.connection() as connection:
            judge_hits(connection)

    def _read_keys(self) -> None:
        with self._pool.connection() as connection:
            self._keys = link_keys(connection)

    def _guarded(self, work: Callable[[], None]) -> None:
        """Do some work; where the database is not there, try again later."""
        try:
            work()
        except (psycopg.Error, PoolTimeout) as error:
            log.logger(__name__).warning("hits wait", why=str(error), waiting=len(self._waiting))
