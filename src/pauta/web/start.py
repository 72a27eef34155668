"""The start page: where all messages stand, and where to go from here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import psycopg
from babel import Locale
from babel.dates import format_timedelta
from babel.numbers import format_decimal
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from psycopg_pool import PoolTimeout

from pauta.campaigns.queries import Campaign, campaigns
from pauta.reports.status import Status, StopStatus, status
from pauta.team.roles import Right
from pauta.web.catcher import shown_moment
from pauta.web.operators import operators
from pauta.web.pages import STYLE, page, words
from pauta.web.state import language_of, state_of

router = APIRouter(include_in_schema=False)

_CAMPAIGNS = 20
_SECONDS = 2.0
_TONES = {"sent": "good", "queued": "wait", "held": "wait", "failed": "bad", "unknown": "bad"}


@router.get("/", dependencies=[operators(Right.STATUS_READ)])
def show_start(request: Request) -> HTMLResponse:
    """Where all messages stand."""
    state = state_of(request)
    try:
        with state.pool.connection(timeout=_SECONDS) as connection:
            now = status(connection, state.clock.now())
            recent = campaigns(connection)[:_CAMPAIGNS]
    except (PoolTimeout, psycopg.OperationalError):
        said = words(language_of(request))
        return page(request, "refused", 503, title=said["database_away"], sentence=said["database_away_told"])
    language = Locale.parse(language_of(request), sep="-")
    return page(
        request,
        "start",
        stops=[_stop(one) for one in now.stops],
        tiles=list(_tiles(now, language)),
        facts=list(_facts(now, language)),
        campaigns=[_campaign(one) for one in recent],
    )


def _stop(one: StopStatus) -> dict[str, str | None]:
    return {"channel": one.channel, "reason": one.reason, "actor": one.actor, **shown_moment(one.at)}


def _campaign(one: Campaign) -> dict[str, str]:
    return {"name": one.name, "team": one.terms.team, "type": one.terms.type, "state": one.state}


def _tiles(now: Status, language: Locale) -> Iterator[dict[str, str]]:
    counts = {"open": now.messages["open"], "planned": now.messages["planned"], "queued": now.queued}
    for name, count in {**counts, **now.messages}.items():
        tone = _TONES.get(name, "") if count else ""
        yield {"name": name, "tone": tone, "shown": format_decimal(count, locale=language)}


def _facts(now: Status, language: Locale) -> Iterator[dict[str, str]]:
    wait = timedelta(seconds=round(now.oldest_wait_seconds))
    yield {"name": "oldest_wait", "shown": format_timedelta(wait, threshold=2, locale=language)}
    yield {"name": "rate", "shown": format_decimal(now.rate, locale=language)}
    yield {"name": "workers", "shown": format_decimal(len(now.workers), locale=language)}
    yield {"name": "partitions", "shown": f"{now.partitions_owned} / {now.partitions_owned + now.partitions_free}"}


@router.get("/pauta.css")
def style() -> Response:
    """The style sheet of all pages."""
    return Response(STYLE, media_type="text/css", headers={"Cache-Control": "public, max-age=300"})
