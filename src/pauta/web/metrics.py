"""What monitoring reads at ``/metrics``, in Prometheus' text format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pauta.platform.clock import monotonic
from pauta.platform.disk import Room, room
from pauta.reports.status import UNITS, Status, status
from pauta.team.roles import Right
from pauta.web.operators import operators
from pauta.web.state import state_of

router = APIRouter(include_in_schema=False)

_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class RequestTimes:
    """ASGI middleware that measures how long each route takes to answer, by method, route and status."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self.app = app
        self.times = Histogram(
            "pauta_request_seconds",
            "How long a request took to be answered.",
            ("method", "route", "status"),
            buckets=_BUCKETS,
            registry=registry,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and measure it; unknown addresses count together, so that nobody can make new series."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, answered = monotonic(), 500

        async def noted(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            route = getattr(scope.get("route"), "path", "unknown")
            self.times.labels(scope["method"], route, str(answered)).observe(monotonic() - began)


class _Standing(Collector):
    """The installation's status as gauges."""

    def __init__(self, now: Status, disk: Room) -> None:
        self._now = now
        self._disk = disk

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Each gauge with its values."""
        now = self._now
        messages = GaugeMetricFamily("pauta_messages", "Messages by state.", labels=["state"])
        for state, count in now.messages.items():
            messages.add_metric([state], count)
        yield messages
        launches = GaugeMetricFamily(
            "pauta_launch_parts_left", "Partitions of a launch to be written.", labels=["campaign"]
        )
        for launch in now.launches:
            launches.add_metric([launch.campaign], launch.parts - launch.parts_done)
        yield launches
        leases = GaugeMetricFamily("pauta_partitions", "Partitions by whether a worker owns them.", labels=["lease"])
        leases.add_metric(["owned"], now.partitions_owned)
        leases.add_metric(["free"], now.partitions_free)
        yield leases
        yield GaugeMetricFamily("pauta_messages_queued", "Messages that go later than they wished.", now.queued)
        yield GaugeMetricFamily(
            "pauta_oldest_wait_seconds", "Longest time due without leaving.", now.oldest_wait_seconds
        )
        yield GaugeMetricFamily("pauta_sent_per_second", "Handed over per second in the last minute.", now.rate)
        yield GaugeMetricFamily("pauta_workers", "Workers known.", len(now.workers))
        aside = GaugeMetricFamily("pauta_set_aside", "Units kept apart since they met a defect.", labels=["unit"])
        for unit in UNITS:
            aside.add_metric([unit], sum(one.count for one in now.set_aside if one.unit == unit))
        yield aside
        yield GaugeMetricFamily("pauta_disk_free_bytes", "Room where the data is kept.", self._disk.free_mb * 1_000_000)
        yield GaugeMetricFamily("pauta_stops", "Stop switches that stand.", len(now.stops))


@router.get("/metrics", dependencies=[operators(Right.STATUS_READ)])
def show_metrics(request: Request) -> Response:
    """Messages by state, waits, leases, launches and request times."""
    state = state_of(request)
    with state.pool.connection() as connection:
        now = status(connection, state.clock.now())
    standing = CollectorRegistry()
    standing.register(_Standing(now, room(state.settings)))
    times: Any = request.app.state.times
    return Response(generate_latest(standing) + generate_latest(times), media_type=_CONTENT_TYPE)
