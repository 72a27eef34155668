"""Pages for those who run Pauta: open on the machine itself, with a key or a session from elsewhere."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBasic, HTTPBasicCredentials, HTTPBearer, SecurityScopes
from psycopg import Connection

from pauta.core.problems import Problem
from pauta.team.queries import key_by_secret
from pauta.team.roles import Caller, Right, caller
from pauta.web.browsers import COOKIE, user_of_cookie
from pauta.web.state import state_of

_basic = HTTPBasic(auto_error=False)
_bearer = HTTPBearer(auto_error=False)


def _admit(
    request: Request,
    basic: Annotated[HTTPBasicCredentials | None, Depends(_basic)],
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    wanted: SecurityScopes,
) -> None:
    if _from_this_machine(request):
        return
    secret = basic.password if basic else bearer.credentials if bearer else ""
    with state_of(request).pool.connection() as connection:
        asking = _asking(request, connection, secret)
    if asking is None:
        raise Problem("key_needed_here")
    for right in wanted.scopes:
        asking.require(Right(right))


def _asking(request: Request, connection: Connection[Any], secret: str) -> Caller | None:
    key = key_by_secret(connection, secret)
    if key is not None:
        return caller(f"key:{key.name}", key.role, key.team)
    user = user_of_cookie(request, connection, request.cookies.get(COOKIE, ""))
    return user.caller if user else None


def operators(right: Right) -> Any:
    """A dependency that lets in whoever sits at this machine, and from elsewhere who has the right.

    Whoever has not signed in is asked for a key: browsers ask for the key as the password of any user name.
    """
    return Security(_admit, scopes=[right.value])


def _from_this_machine(request: Request) -> bool:
    """Whether the caller is this machine and meant it: a foreign page that points its own name here is not let in."""
    if state_of(request).settings.web_url:  # behind a proxy everybody seems to be this machine
        return False
    host = request.url.hostname or ""
    ours = urlsplit(state_of(request).settings.public_url).hostname
    return _is_loopback(request.client.host if request.client else "") and (
        _is_loopback(host) or host in ("localhost", ours)
    )


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
