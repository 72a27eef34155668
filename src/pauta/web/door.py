"""The door of the API: who asks, whether they may, and the one transaction of their request."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes
from psycopg import Connection

from pauta.core.problems import Problem
from pauta.team import actions
from pauta.team.queries import key_by_secret
from pauta.team.roles import Right, require
from pauta.web.state import language_of, state_of

POOL_SIZE = 20
"""Database connections of one web process."""

_POOL_SECONDS = 5.0

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="key",
    bearerFormat="pauta_...",
    description="An API key, made by `pauta key create`. Its role decides what it may do.",
)


def _transaction(request: Request) -> Iterator[Connection[Any]]:
    with state_of(request).pool.connection(timeout=_POOL_SECONDS) as connection:
        yield connection


Transaction = Annotated[
    Connection[Any],
    # Committed before the answer leaves ("function"). No more requests than connections may hold a thread, or those
    # that wait for a connection could keep every thread from those that have one.
    Depends(_transaction, scope="function", max_concurrency=POOL_SIZE),
]


@dataclass(frozen=True)
class Door:
    """A request that was let in: its transaction, its time (UTC), who asks, and the language of the answer."""

    connection: Connection[Any]
    now: datetime
    actor: str
    role: str
    team: str
    language: str

    def audit(self, action: Right, subject: str, **detail: object) -> None:
        """Record a write of this request."""
        actions.audit(self.connection, self.now, self.actor, action.value, subject, _plain(detail))


def _plain(detail: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in detail.items() if value is not None}


def _admit(
    request: Request,
    connection: Transaction,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    wanted: SecurityScopes,
) -> Door:
    state = state_of(request)
    key = key_by_secret(connection, credentials.credentials) if credentials else None
    if key is None:
        raise Problem("key_wrong" if credentials else "key_missing")
    wait = state.limit.wait_for(key.name)
    if wait:
        raise Problem("web_too_fast", seconds=math.ceil(wait))
    for right in wanted.scopes:
        require(key.role, Right(right))
    return Door(connection, state.clock.now(), f"key:{key.name}", key.role, key.team, language_of(request))


def allowed(right: Right) -> Any:
    """A dependency that lets in who has the right; a Problem without a valid key, without the right, or too fast."""
    return Security(_admit, scopes=[right.value])
