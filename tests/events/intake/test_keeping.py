"""Requests are kept by many at once, and no more of them wait than memory holds."""

from __future__ import annotations

import asyncio

import pytest

from pauta.events.intake import keeping
from pauta.events.intake.keeping import Keeper
from pauta.platform import database as pauta_database
from tests.conftest import MONDAY
from tests.loops import run


def test_large_requests_fill_the_queue_sooner_until_they_are_kept(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_BYTES", 20)

    async def fill(keeper: Keeper) -> list[bool]:
        full = [keeper.is_full]
        waiting = []
        for _ in range(2):
            waiting.append(asyncio.create_task(keeper.keep(1, "track", b"0123456789", MONDAY)))
            await asyncio.sleep(0)
            full.append(keeper.is_full)
        keeper.start()
        await asyncio.gather(*waiting)
        keeper.stop()
        return [*full, keeper.is_full]

    with pauta_database.pool(database, 1) as pool:
        assert run(fill(Keeper(pool))) == [False, False, True, False]
        with pool.connection() as connection:
            assert connection.execute("SELECT count(*) FROM intake").fetchone() == (2,)
