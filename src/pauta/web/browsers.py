"""Browsers that signed in: their cookie, and proof that a request comes from a page of ours."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request, Response
from psycopg import Connection

from pauta.core.problems import Problem
from pauta.team import sessions
from pauta.team.users import User
from pauta.web.state import state_of

COOKIE = "pauta_session"
HEADER = "X-Pauta"
_READING = ("GET", "HEAD", "OPTIONS")


def user_of_cookie(request: Request, connection: Connection[Any], token: str) -> User | None:
    """Who signed in with the browser that has this token; None when that is over."""
    state = state_of(request)
    return sessions.user_of(connection, state.clock.now(), token, timedelta(hours=state.settings.session_hours))


def require_own_page(request: Request) -> None:
    """Refuse a request that changes something unless a page of ours made it (CSRF).

    Pages of others cannot set our header without asking first, and browsers tell the truth in ``Origin``.
    """
    if request.method in _READING:
        return
    if HEADER not in request.headers or not _is_ours(request):
        raise Problem("session_foreign", header=HEADER)


def _is_ours(request: Request) -> bool:
    origin = request.headers.get("origin", "")
    ours = urlsplit(state_of(request).settings.public_url).netloc
    return origin.startswith(("http://", "https://")) and urlsplit(origin).netloc in (ours, request.url.netloc)


def set_cookie(request: Request, response: Response, token: str) -> None:
    """Let the browser keep the token of a new session: out of reach of scripts, sent to us alone."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(sessions.LONGEST_SESSION.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=state_of(request).settings.public_url.startswith("https://"),
    )


def clear_cookie(response: Response) -> None:
    """Let the browser forget the token."""
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")
