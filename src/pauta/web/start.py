"""The start page: where all messages stand, and where to go from here."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from pauta.campaigns.queries import campaigns
from pauta.messages.queries import stops
from pauta.team.roles import Right
from pauta.web.catcher import shown_moment
from pauta.web.operators import operators
from pauta.web.pages import STYLE, page
from pauta.web.state import state_of

router = APIRouter(include_in_schema=False)

_CAMPAIGNS = 20


@router.get("/", dependencies=[operators(Right.STATUS_READ)])
def show_start(request: Request) -> HTMLResponse:
    """Where all messages stand."""
    state = state_of(request)
    with state.pool.connection() as connection:
        standing = stops(connection)
        recent = campaigns(connection)[:_CAMPAIGNS]
    return page(
        request,
        "start",
        stops=[
            {"channel": one.channel, "reason": one.reason, "actor": one.actor, **shown_moment(one.at)}
            for one in standing
        ],
        tiles=[],
        facts=[],
        campaigns=[
            {"name": one.name, "team": one.terms.team, "type": one.terms.type, "state": one.state} for one in recent
        ],
    )


@router.get("/pauta.css")
def style() -> Response:
    """The style sheet of all pages."""
    return Response(STYLE, media_type="text/css", headers={"Cache-Control": "public, max-age=300"})
