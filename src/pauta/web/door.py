"""The door of the API: who asks, whether they may, and the one transaction of their request."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes
from psycopg import Connection

from pauta.core.problems import Problem
from pauta.platform.disk import require_room
from pauta.team import actions
from pauta.team.queries import key_by_secret
from pauta.team.roles import Caller, Right, caller
from pauta.web.browsers import COOKIE, require_own_page, user_of_cookie
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

_cookie = APIKeyCookie(
    name=COOKIE,
    auto_error=False,
    scheme_name="session",
    description="The cookie of a browser that signed in. Requests that change something carry `X-Pauta: 1` as well.",
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
    caller: Caller
    language: str

    @property
    def actor(self) -> str:
        """Who asks, as the audit names them."""
        return self.caller.actor

    @property
    def team(self) -> str:
        """The team for which the caller speaks; may be empty."""
        return self.caller.team

    def audit(self, action: Right, subject: str, **detail: object) -> None:
        """Record a write of this request."""
        actions.audit(self.connection, self.now, self.actor, action.value, subject, _plain(detail))


def _plain(detail: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in detail.items() if value is not None}


def _admit(
    request: Request,
    connection: Transaction,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    token: Annotated[str | None, Security(_cookie)],
    wanted: SecurityScopes,
) -> Door:
    state = state_of(request)
    asking = _key(connection, credentials.credentials) if credentials else _user(request, connection, token)
    wait = state.limit.wait_for(asking.actor)
    if wait:
        raise Problem("web_too_fast", seconds=math.ceil(wait))
    for right in wanted.scopes:
        asking.require(Right(right))
    return Door(connection, state.clock.now(), asking, language_of(request))


def _key(connection: Connection[Any], secret: str) -> Caller:
    key = key_by_secret(connection, secret)
    if key is None:
        raise Problem("key_wrong")
    return caller(f"key:{key.name}", key.role, key.team)


def _user(request: Request, connection: Connection[Any], token: str | None) -> Caller:
    if token is None:
        raise Problem("key_missing")
    user = user_of_cookie(request, connection, token)
    if user is None:
        raise Problem("session_over")
    request.state.language = user.language
    require_own_page(request)
    return user.caller


def allowed(right: Right) -> Any:
    """A dependency that lets in who has the right; a Problem for a stranger, without the right, or too fast."""
    return Security(_admit, scopes=[right.value])


def _admit_with_room(request: Request, door: Annotated[Door, Security(_admit)]) -> Door:
    require_room(state_of(request).settings)
    return door


def taking_in(right: Right) -> Any:
    """Like ``allowed``, for what brings much to be kept; a Problem while the disk is nearly full."""
    return Security(_admit_with_room, scopes=[right.value])


Known = Annotated[Door, Security(_admit)]
"""Lets in whoever has a key or a session, whatever the rights."""
