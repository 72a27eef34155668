"""The application: `uvicorn --factory pauta.web.app:create_app` runs it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from importlib.metadata import version
from threading import Thread

import psycopg
from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry

from pauta.events.intake.keeping import Keeper
from pauta.facts.warming import warm_up
from pauta.platform import database, log
from pauta.platform.clock import Clock
from pauta.platform.disk import room
from pauta.platform.home import home_of
from pauta.platform.http import BodyLimit, DefaultHeaders
from pauta.platform.settings import Settings, load
from pauta.tracking.recorder import Recorder
from pauta.web import (
    catcher,
    feed_files,
    health,
    hooks,
    intake,
    metrics,
    preferences,
    problems,
    reference,
    screens,
    sign_up,
    tracking,
)
from pauta.web.api import (
    accounts,
    approvals,
    audit,
    calendar,
    campaign_days,
    campaigns,
    company,
    contacts,
    dead_letters,
    events,
    feeds,
    gate,
    holds,
    inbox,
    journeys,
    keys,
    lists,
    mails,
    messages,
    mix,
    policies,
    privacy,
    ready_journeys,
    recipients,
    requests,
    rights,
    search,
    segments,
    session,
    silence,
    status,
    stop,
    tasks,
    team,
    templates,
    timeline,
    topics,
    users,
    webhooks,
)
from pauta.web.door import POOL_SIZE
from pauta.web.hooks import ProviderReports
from pauta.web.metrics import RequestTimes
from pauta.web.openapi import api_router, describe_refusals, operation_id
from pauta.web.state import WebState
from pauta.web.write_keys import KnownKeys

_LARGEST_BODY = 8_000_000

_NOUNS = (
    accounts,
    approvals,
    audit,
    calendar,
    campaign_days,
    campaigns,
    company,
    contacts,
    dead_letters,
    events,
    feeds,
    gate,
    holds,
    inbox,
    journeys,
    keys,
    lists,
    mails,
    messages,
    mix,
    policies,
    privacy,
    ready_journeys,
    recipients,
    requests,
    rights,
    search,
    segments,
    session,
    silence,
    status,
    stop,
    tasks,
    team,
    templates,
    timeline,
    topics,
    users,
    webhooks,
)

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

_DESCRIPTION = (
    "Pauta is a control tower for customer communication: every message passes one gate, which says send, queue or "
    "suppress, and why. Sign in (`POST /session`), or send your key as "
    "`Authorization: Bearer pauta_…`. Answers that refuse something are problem "
    "documents (RFC 9457) in the language of Accept-Language: en, es or pt-BR."
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The web application on the settings given, or on those of the environment."""
    chosen = settings or load()
    log.set_up(chosen.log_level, chosen.log_format, Clock(chosen.clock_file), "web")
    app = FastAPI(
        title="Pauta",
        version=version("pauta"),
        description=_DESCRIPTION,
        lifespan=_lifespan_of(chosen, warm=settings is None),
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        generate_unique_id_function=operation_id,
    )
    app.state.times = CollectorRegistry()
    app.state.reports = ProviderReports(app.state.times)
    app.add_middleware(BodyLimit, limit=_LARGEST_BODY)
    app.add_middleware(RequestTimes, registry=app.state.times)
    app.add_middleware(DefaultHeaders, headers=_HEADERS)
    problems.install(app, _HEADERS)
    for pages in (
        health,
        hooks,
        intake,
        metrics,
        catcher,
        feed_files,
        preferences,
        sign_up,
        tracking,
        reference,
        screens,
    ):
        app.include_router(pages.router)
    app.include_router(_api())
    describe_refusals(app)
    return app


def _lifespan_of(settings: Settings, *, warm: bool) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        url = settings.database_url or home_of(settings.data_dir).url
        with database.pool(url, POOL_SIZE) as pool:
            keeper = Keeper(pool)
            recorder = Recorder(pool, lambda: not room(settings).short)
            app.state.web = WebState(settings, pool, Clock(settings.clock_file), recorder, keeper, KnownKeys(pool))
            recorder.start()
            keeper.start()
            if warm:
                Thread(target=_warm_up, args=(url, settings, app.state.web.clock), daemon=True).start()
            try:
                yield
            finally:
                keeper.stop()
                recorder.stop()

    return lifespan


def _warm_up(url: str, settings: Settings, clock: Clock) -> None:
    """Let nobody wait for the gate to be compiled; without a database there is nothing to wait for either."""
    with suppress(psycopg.Error):
        warm_up(url, settings.data_dir, clock.now())


def _api() -> APIRouter:
    api = api_router()
    for noun in _NOUNS:
        api.include_router(noun.router)
    return api
