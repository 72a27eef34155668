"""What those who run Pauta ask: is it alive, is it ready."""

from __future__ import annotations

import psycopg
from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse
from psycopg_pool import PoolTimeout

from pauta.migrations import newest
from pauta.platform import disk
from pauta.web.state import state_of

router = APIRouter(include_in_schema=False)

_READY_SECONDS = 2.0


@router.get("/healthz")
def healthz() -> PlainTextResponse:
    """Whether the process lives; it asks nobody else."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def readyz(request: Request) -> PlainTextResponse:
    """Whether requests can be answered: the database is there, has the schema of this version, and room to write."""
    state = state_of(request)
    room = disk.room(state.settings)
    if room.short:
        left = f"{room.free_mb} MB left in {room.folder}, {room.reserve_mb} MB are to stay free"
        return PlainTextResponse(f"the disk is nearly full: {left}\n", 503)
    try:
        with state.pool.connection(timeout=_READY_SECONDS) as connection:
            revisions = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    except (PoolTimeout, psycopg.OperationalError):
        return PlainTextResponse("the database does not answer\n", 503)
    except psycopg.errors.UndefinedTable:
        revisions = []
    if revisions != [(newest(),)]:
        return PlainTextResponse("the database is not migrated\n", 503)
    return PlainTextResponse("ready\n")
