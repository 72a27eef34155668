"""A company whose mail leaves through a scripted post office, and workers that take their turns when the test says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection

from pauta.channels.base import Hooks, Outcome, OutcomeKind, Outgoing
from pauta.core.gate.vocabulary import Channel
from pauta.messages.states import Lane
from pauta.people.actions import suppress
from pauta.people.addresses import AddressState
from pauta.pipeline.journal import Journal
from pauta.platform import database
from pauta.platform.clock import Clock, advance
from pauta.platform.settings import Settings
from pauta.worker import Worker

PATIENT = 600
"""Seconds of a lease that does not run out within a test, though nobody's heart beats."""


@dataclass
class Post:
    """A channel's way out that answers as told, by a part of the recipient, and keeps what reached it."""

    answers: dict[str, OutcomeKind] = field(default_factory=dict)
    received: list[Outgoing] = field(default_factory=list)
    meanwhile: Callable[[Outgoing], None] = lambda _outgoing: None

    def deliver(self, batch: Iterable[Outgoing], hooks: Hooks) -> Iterator[Outcome]:
        """One outcome for each message, with the hooks called as a real channel does."""
        for outgoing in batch:
            kind = next((kind for part, kind in self.answers.items() if part in outgoing.recipient), OutcomeKind.SENT)
            if kind is OutcomeKind.UNSENT or not hooks.before_dot(outgoing):
                kind = OutcomeKind.UNSENT
            elif kind in (OutcomeKind.SENT, OutcomeKind.LOST):
                self.received.append(outgoing)
            self.meanwhile(outgoing)
            code = {OutcomeKind.SENT: 250, OutcomeKind.LATER: 451, OutcomeKind.FAILED: 550}.get(kind, 0)
            outcome = Outcome(outgoing.reference, kind, code, text="as told")
            hooks.after_answer(outgoing, outcome)
            yield outcome

    def close(self) -> None:
        """Nothing is open."""

    def ids(self) -> list[int]:
        """The messages that reached it, by id."""
        return [int(one.reference.split(".")[1]) for one in self.received]


class Office:
    """The test's database, clock and post, and the workers that it hires."""

    def __init__(self, settings: Settings, connection: Connection[Any]) -> None:
        assert settings.clock_file is not None
        self.settings = settings
        self.connection = connection
        self.clock = Clock(settings.clock_file)
        self.file = settings.clock_file
        self.post = Post()

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def later(self, **time: float) -> datetime:
        """Let time pass; the moment that it is then."""
        moment = self.now + timedelta(**time)
        advance(self.file, moment)
        return moment

    def worker(self, lane: Lane = Lane.BULK, **changed: Any) -> Worker:
        """A worker at its desk, who does nothing yet."""
        hired = Worker(
            replace(
                self.settings,
                **{
                    "lease_seconds": PATIENT,
                    "smtp_url": "smtp://127.0.0.1:9",
                    "web_url": "https://pauta.example",
                    **changed,
                },
            ),
            lane,
            self.clock,
            threading.Event(),
        )
        hired.sender.close()
        hired.sender = self.post
        hired.beat(self.connection)
        self.connection.commit()
        hired.journal = Journal(hired.journals, hired.owner)
        return hired

    def settle(self, worker: Worker, turns: int = 50) -> None:
        """Let a worker take turns until there is nothing to do."""
        with self.transaction() as connection:
            for _ in range(turns):
                busy = turn(worker, connection)
                connection.commit()
                if not busy:
                    return
        raise AssertionError("the worker finds something to do for ever")

    @contextmanager
    def transaction(self) -> Iterator[Connection[Any]]:
        """A connection of its own; the test's own is committed first, so that everybody sees what it wrote."""
        self.connection.commit()
        with database.connect(self.settings.database_url) as connection:
            yield connection

    def one(self, query: str, *params: object) -> Any:
        """The one value that a query gives."""
        row = self.connection.execute(query, params).fetchone()
        self.connection.commit()
        return row[0] if row else None

    def all(self, query: str, *params: object) -> list[Any]:
        """The rows that a query gives."""
        rows = self.connection.execute(query, params).fetchall()
        self.connection.commit()
        return rows

    def suppress(self, address: str) -> None:
        """Never write to an address again."""
        suppress(
            self.connection,
            Channel.email,
            [address],
            [AddressState.COMPLAINED],
            ["complaint"],
            source="test",
            now=self.now,
        )
        self.connection.commit()

    def run(self, query: str, *params: object) -> None:
        """Change something, committed."""
        self.connection.execute(query, params)
        self.connection.commit()


def turn(worker: Worker, connection: Connection[Any]) -> bool:
    """One turn in the worker's lane."""
    return worker.fast_turn(connection) if worker.leases.lane is Lane.FAST else worker.bulk_turn(connection)
