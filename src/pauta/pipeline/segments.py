"""Segments kept current by the workers, and the gate told of it where policies ask for a segment."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import psycopg
from psycopg import Connection

from pauta.messages.actions import request_plan
from pauta.platform import log
from pauta.platform.clock import Clock
from pauta.platform.database import connect
from pauta.policies.queries import rules
from pauta.segments.membership import account_keys, keep_current

REST_SECONDS = 1.0
RETRY_SECONDS = 15.0


def keep_segments_until(stopping: threading.Event, url: str, clock: Clock) -> None:
    """Keep the segments current until told to stop, on a connection of its own: asking a large base anew takes seconds,
    for which no message waits. Of several workers one does it at a time."""
    while not stopping.is_set():
        try:
            with connect(url) as connection:
                while not stopping.is_set():
                    busy = keep_segments(connection, clock.now())
                    connection.commit()
                    stopping.wait(0 if busy else REST_SECONDS)
        except psycopg.Error as error:
            log.logger(__name__).warning("segments: starting over", why=str(error))
            stopping.wait(RETRY_SECONDS)


def keep_segments(connection: Connection[Any], now: datetime) -> bool:
    """One round; whether there was anything to do. Messages to those who came or left are planned anew where the
    policies ask for that segment. The caller commits."""
    kept = keep_current(connection, now)
    if kept is None:
        return False
    if kept.changed:
        asked = set(_segments_in(rules(connection)))
        ids = [number for key, changed in kept.changed.items() if key in asked for number in changed]
        request_plan(connection, account_keys(connection, ids), now)
    return kept.done > 0


def _segments_in(document: Any) -> Iterator[str]:
    """The segments that policies name, in filters and in guards."""
    if isinstance(document, dict):
        for field, value in document.items():
            if field in ("segments", "except_segments") and isinstance(value, list):
                yield from value
            else:
                yield from _segments_in(value)
    elif isinstance(document, list):
        for value in document:
            yield from _segments_in(value)
