"""What all requests of one web process share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection
from psycopg_pool import ConnectionPool
from starlette.requests import Request

from pauta.calendar.limits import Limits
from pauta.events.intake.keeping import Keeper
from pauta.platform.clock import Clock
from pauta.platform.http import RateLimit
from pauta.platform.settings import LANGUAGES, Settings
from pauta.platform.words import language_of_header
from pauta.tracking.recorder import Recorder
from pauta.web.write_keys import KnownKeys

REQUESTS_PER_SECOND = 200
"""Requests a second that one key may make on average, in each web process."""

REQUESTS_AT_ONCE = 400
"""Requests that one key may make in a burst."""


RESETS_PER_SECOND = 1 / 60
"""Requests a second for a new password that one network address may make on average, in each web process."""

RESETS_AT_ONCE = 10
"""Such requests in a burst."""

VISITS_PER_SECOND = 1
"""Requests a second that one link in a mail, or one network address without a good one, may make on average."""

VISITS_AT_ONCE = 60
"""Such requests in a burst."""


SENDINGS_PER_SECOND = 2_000
"""Requests with events that one key may make a second on average; a request holds up to 500 KB of them."""

SENDINGS_AT_ONCE = 4_000
"""Such requests in a burst."""


@dataclass(frozen=True)
class WebState:
    """Settings, database connections, clock and rate limits of one web process."""

    settings: Settings
    pool: ConnectionPool[Connection[Any]]
    clock: Clock
    recorder: Recorder
    keeper: Keeper
    write_keys: KnownKeys
    limits: Limits = field(default_factory=Limits)
    limit: RateLimit = field(default_factory=lambda: RateLimit(REQUESTS_PER_SECOND, REQUESTS_AT_ONCE))
    links: RateLimit = field(default_factory=lambda: RateLimit(VISITS_PER_SECOND, VISITS_AT_ONCE))
    strangers: RateLimit = field(default_factory=lambda: RateLimit(VISITS_PER_SECOND, VISITS_AT_ONCE))
    sources: RateLimit = field(default_factory=lambda: RateLimit(SENDINGS_PER_SECOND, SENDINGS_AT_ONCE))
    resets: RateLimit = field(default_factory=lambda: RateLimit(RESETS_PER_SECOND, RESETS_AT_ONCE))


def state_of(request: Request) -> WebState:
    """The state of the process that answers a request."""
    state: WebState = request.app.state.web
    return state


def language_of(request: Request) -> str:
    """The language of an answer: ``?lang=``, else that of who signed in, else Accept-Language, else the company's."""
    for asked in (request.query_params.get("lang", ""), getattr(request.state, "language", "")):
        if asked in LANGUAGES:
            return asked
    fallback = state_of(request).settings.company_lang
    return language_of_header(request.headers.get("accept-language", ""), fallback)
