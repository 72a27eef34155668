"""What every request to the web server meets: a size limit, a rate limit, and headers on its answer."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pauta.platform import clock

_KEPT_BUCKETS = 10_000


class RateLimit:
    """A token bucket for each name, in this process: ``rate`` requests a second on average, ``burst`` at once.

    Several web processes allow as many times the rate. The least recently used buckets are forgotten, which means full.
    """

    def __init__(self, rate: float, burst: int) -> None:
        self._rate = rate
        self._burst = burst
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_for(self, name: str) -> float:
        """Take a token; 0.0 when there was one, otherwise the seconds until there is one."""
        now = clock.monotonic()
        with self._lock:
            tokens, since = self._buckets.pop(name, (float(self._burst), now))
            tokens = min(self._burst, tokens + (now - since) * self._rate)
            taken = tokens >= 1
            self._buckets[name] = (tokens - 1 if taken else tokens, now)
            if len(self._buckets) > _KEPT_BUCKETS:
                self._buckets.popitem(last=False)
            return 0.0 if taken else (1 - tokens) / self._rate


class BodyTooLarge(HTTPException):
    """A request's body is longer than the limit."""

    def __init__(self) -> None:
        super().__init__(status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


@dataclass(frozen=True)
class BodyLimit:
    """ASGI middleware that ends a request with BodyTooLarge as soon as its body exceeds ``limit`` bytes."""

    app: ASGIApp
    limit: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting its body, whatever its headers claim."""
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self.limit:
                raise BodyTooLarge
            return message

        await self.app(scope, counted, send)


@dataclass(frozen=True)
class DefaultHeaders:
    """ASGI middleware that adds headers to every answer that has not set them itself."""

    app: ASGIApp
    headers: Mapping[str, str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the headers of its answer."""

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    present.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, completed)
