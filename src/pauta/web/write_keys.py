"""The keys with which programs send events: asked of the database once in a while, and not at every request."""

from __future__ import annotations

import asyncio
from typing import Any

from psycopg import Connection
from psycopg_pool import ConnectionPool

from pauta.platform import clock
from pauta.team.queries import Key, key_by_secret

Pool = ConnectionPool[Connection[Any]]

KEY_SECONDS = 2.0
"""How long a key is believed without asking again, and how long a revoked one may still be taken."""
_MOST_KEYS = 1_000


class KnownKeys:
    """Keys that were asked for lately, by their secrets; in memory alone."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._keys: dict[str, tuple[Key, float]] = {}

    async def find(self, secret: str) -> Key | None:
        """The key with this secret, unless it is unknown or revoked."""
        found = self._keys.get(secret)
        if found and found[1] > clock.monotonic():
            return found[0]
        key = await asyncio.to_thread(self._look_up, secret)
        self._keys.pop(secret, None)
        if key is not None:
            if len(self._keys) >= _MOST_KEYS:
                self._keys.clear()
            self._keys[secret] = (key, clock.monotonic() + KEY_SECONDS)
        return key

    def _look_up(self, secret: str) -> Key | None:
        with self._pool.connection() as connection:
            return key_by_secret(connection, secret)
