"""Handing mails to Amazon SES: one request for each, as they are, over a few connections side by side.

SES has no batch for finished mails (SendBulkEmail renders templates of its own), and no idempotency keys. So each mail
is one request, whose fate is told apart: what did not go out entirely is ``unsent``, what went out and got no answer is
``lost``.
"""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from queue import LifoQueue
from threading import Lock

from pauta.channels.base import Hooks, Outcome, OutcomeKind, Outgoing
from pauta.channels.email.ses.account import Account
from pauta.channels.email.ses.api import SEND_PATH, Broken, Line
from pauta.channels.email.smtp import TokenBucket
from pauta.platform.clock import monotonic

MAX_BYTES = 40_000_000
"""Largest mail that SES takes by this API, encoded."""
TAG = "pauta"
"""Name of the tag under which SES tells our name of a mail in what it reports."""
BREATH_SECONDS = 1.0
"""How long nothing leaves after SES has asked for fewer mails a second."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How SES may be used: connections, seconds to wait for each step of a request, mails a second (0: no limit)."""

    connections: int = 4
    seconds: float = 10.0
    per_second: float = 0.0


class SesPool:
    """Connections to SES for one account, kept open between batches. ``deliver`` is used by one thread at a time."""

    def __init__(self, account: Account, pace: Pace) -> None:
        self._account = account
        self._pace = pace
        self._bucket = TokenBucket(pace.per_second)
        self._threads = ThreadPoolExecutor(pace.connections, thread_name_prefix="ses")
        self._lines: LifoQueue[Line] = LifoQueue()
        for _ in range(pace.connections):
            self._lines.put(Line(account, pace.seconds))
        self._asking = Lock()
        self._unreachable = ""
        self._rest_until = 0.0

    def deliver(self, batch: Iterable[Outgoing], hooks: Hooks) -> Iterator[Outcome]:
        """Hand over every message of ``batch``, read only as fast as messages leave; one outcome each, in any order.

        ``hooks.before_dot`` is asked right before a request is written, one message at a time.
        """
        self._unreachable = ""
        under_way: dict[Future[Outcome], Outgoing] = {}
        try:
            for outgoing in batch:
                self._wait_for_turn()
                under_way[self._threads.submit(self._send, outgoing, hooks)] = outgoing
                if len(under_way) >= self._pace.connections:
                    yield from _finished(under_way, hooks)
            while under_way:
                yield from _finished(under_way, hooks)
        finally:
            wait(under_way)

    def close(self) -> None:
        """Hang up on every connection."""
        self._threads.shutdown()
        while not self._lines.empty():
            self._lines.get().close()

    def _wait_for_turn(self) -> None:
        """Wait for the next token, and for the end of a rest."""
        time.sleep(max(0.0, self._rest_until - monotonic()))
        while not self._bucket.take():
            time.sleep(self._bucket.wait)

    def _send(self, outgoing: Outgoing, hooks: Hooks) -> Outcome:
        """The whole way of one mail, in a thread of its own."""
        reference = outgoing.reference
        data = b64encode(outgoing.content).decode("ascii")
        if len(data) > MAX_BYTES:
            return Outcome(reference, OutcomeKind.FAILED, text=f"larger than the {MAX_BYTES} bytes that SES takes")
        if self._unreachable:
            return Outcome(reference, OutcomeKind.UNSENT, text=self._unreachable)
        line = self._lines.get()
        try:
            return self._exchange(line, outgoing, self._request(outgoing, data), hooks)
        finally:
            self._lines.put(line)

    def _exchange(self, line: Line, outgoing: Outgoing, document: object, hooks: Hooks) -> Outcome:
        reference = outgoing.reference
        try:
            line.connect()
        except Broken as error:
            self._unreachable = f"no connection: {error}"
            return Outcome(reference, OutcomeKind.UNSENT, text=self._unreachable)
        with self._asking:
            may_leave = hooks.before_dot(outgoing)
        if not may_leave:
            return Outcome(reference, OutcomeKind.UNSENT, text="withdrawn before it was sent")
        try:
            line.write("POST", SEND_PATH, document)
        except Broken as error:
            return Outcome(reference, OutcomeKind.UNSENT, text=f"the connection broke off: {error}")
        try:
            answer = line.answer()
        except Broken as error:
            return Outcome(reference, OutcomeKind.LOST, text=f"no answer: {error or type(error).__name__}")
        if answer.throttled:
            self._rest_until = monotonic() + BREATH_SECONDS
        return answer.outcome(reference)

    def _request(self, outgoing: Outgoing, data: str) -> dict[str, object]:
        """The body of SendEmail (API v2). The sender is the one of the mail itself."""
        chosen = self._account.configuration_set
        return {
            "Destination": {"ToAddresses": [outgoing.recipient]},
            "Content": {"Raw": {"Data": data}},
            **({"ConfigurationSetName": chosen} if chosen else {}),
            **({"EmailTags": [{"Name": TAG, "Value": outgoing.name}]} if outgoing.name else {}),
        }


def _finished(under_way: dict[Future[Outcome], Outgoing], hooks: Hooks) -> Iterator[Outcome]:
    """The outcomes that are known by now; waits for the first."""
    for future in wait(under_way, return_when=FIRST_COMPLETED).done:
        outcome = future.result()
        hooks.after_answer(under_way.pop(future), outcome)
        yield outcome
