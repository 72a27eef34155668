"""Calendar files at the secret addresses of feeds. The address is the key; the owner's right counts at each reading."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from pauta.calendar.feeds import feed_at, written
from pauta.core.problems import Problem
from pauta.team.queries import keys
from pauta.team.roles import Caller, Right, caller
from pauta.team.users import user_by_email
from pauta.web.door import Transaction
from pauta.web.state import state_of

router = APIRouter(include_in_schema=False)


@router.get("/feeds/{secret}.ics")
def show_feed(request: Request, connection: Transaction, secret: str) -> Response:
    """The feed as a calendar file; 404 for everybody else."""
    feed = feed_at(connection, secret)
    owner = _owner(connection, feed.actor)
    if owner is None:
        raise Problem("web_not_found", path="/feeds")
    owner.require(Right.CAMPAIGNS_READ)
    host = request.url.hostname or "pauta"
    content = written(connection, state_of(request).clock.now(), feed, host)
    return Response(
        content, media_type="text/calendar; charset=utf-8", headers={"Cache-Control": "private, max-age=300"}
    )


def _owner(connection: Transaction, actor: str) -> Caller | None:
    """Whoever made the feed, as they are now; None when they are let in no more."""
    sort, _, name = actor.partition(":")
    if sort == "user":
        user = user_by_email(connection, name)
        return None if user.disabled_at else user.caller
    found = [key for key in keys(connection) if key.name == name and key.revoked_at is None]
    return caller(actor, found[0].role, found[0].team) if found else None
