"""Handing mails to an SMTP server: a few pooled connections, one thread, no message waiting for another's answer.

One selector loop serves all connections: next to threads that also render, blocking sockets would wait for the
interpreter's lock longer than for the server.
"""

from __future__ import annotations

import selectors
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pauta.channels.base import Hooks, Outcome, OutcomeKind, Outgoing
from pauta.channels.email.connection import SmtpConnection
from pauta.channels.email.reply import Reply, ReplyError
from pauta.channels.email.session import Refused, Server, open_session
from pauta.platform.clock import monotonic

_BURST_SECONDS = 0.1
_LONGEST_WAIT = 1.0
_MOST_DEATHS = 3


class TokenBucket:
    """At most ``per_second`` messages a second on average, in bursts of a tenth of a second; 0 means no limit."""

    def __init__(self, per_second: float) -> None:
        self._per_second = per_second
        self._most = max(1.0, per_second * _BURST_SECONDS)
        self._tokens = self._most
        self._at = monotonic()

    def take(self) -> bool:
        """Use one token if there is one."""
        if not self._per_second:
            return True
        now = monotonic()
        self._tokens = min(self._most, self._tokens + (now - self._at) * self._per_second)
        self._at = now
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True

    @property
    def wait(self) -> float:
        """Seconds until the next token."""
        return max(0.0, (1.0 - self._tokens) / self._per_second) if self._per_second else 0.0


class SmtpPool:
    """Connections to one server, kept open between batches. Used by one thread at a time."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._bucket = TokenBucket(server.per_second)
        self._connections: list[SmtpConnection] = []

    def deliver(self, batch: Iterable[Outgoing], hooks: Hooks) -> Iterator[Outcome]:
        """Hand over every message of ``batch``, read only as fast as messages leave; one outcome each, in any order.

        ``hooks.before_dot`` is asked right before the bytes with a message's final dot are written. A message is
        ``lost`` when its final dot went out and no answer came; all others without an answer are ``unsent``.
        """
        self._connections = [connection for connection in self._connections if self._usable(connection)]
        run = _Run(self._server, self._bucket, self._connections, batch, hooks)
        try:
            yield from run.outcomes()
        finally:
            for connection in self._connections:
                if connection.busy:
                    connection.break_off("the delivery was stopped")
            self._connections = [connection for connection in self._connections if connection.alive]

    def close(self) -> None:
        """Take leave of the server on every connection."""
        for connection in self._connections:
            connection.quit()
        self._connections = []

    def _usable(self, connection: SmtpConnection) -> bool:
        """Whether the connection can still be used; the server may have closed it, or be about to."""
        connection.receive()
        if connection.alive and monotonic() - connection.used_at > self._server.idle_timeout:
            connection.quit()
        return connection.alive


@dataclass(slots=True)
class _Closed:
    """Why no connection can be had, and what that means for the messages that are left."""

    kind: OutcomeKind
    text: str
    reply: Reply | None = None

    def outcome(self, outgoing: Outgoing) -> Outcome:
        if self.reply is None:
            return Outcome(outgoing.reference, self.kind, text=self.text)
        return Outcome(outgoing.reference, self.kind, self.reply.code, self.reply.status, self.text)


class _Run:
    """One call of ``deliver``: the messages still to come, and the loop that serves the connections."""

    def __init__(
        self,
        server: Server,
        bucket: TokenBucket,
        connections: list[SmtpConnection],
        batch: Iterable[Outgoing],
        hooks: Hooks,
    ) -> None:
        self._server = server
        self._bucket = bucket
        self._connections = connections
        self._batch = iter(batch)
        self._hooks = hooks
        self._again: deque[Outgoing] = deque()
        self._tried: set[str] = set()
        self._exhausted = False
        self._starved = False
        self._most = server.connections
        self._deaths = 0
        self._closed: _Closed | None = None
        self._answered: list[tuple[Outgoing, Outcome]] = []
        self._selector = selectors.DefaultSelector()

    def outcomes(self) -> Iterator[Outcome]:
        """Serve the connections until every message has its outcome."""
        for connection in self._connections:
            self._selector.register(connection, selectors.EVENT_READ)
        try:
            while True:
                self._feed()
                self._gather()
                yield from self._report()
                if self._finished:
                    return
                self._listen()
        finally:
            self._selector.close()

    @property
    def _nothing_left(self) -> bool:
        return self._exhausted and not self._again

    @property
    def _finished(self) -> bool:
        return self._nothing_left and not any(connection.busy for connection in self._connections)

    def _pull(self) -> Outgoing | None:
        if self._again:
            return self._again.popleft()
        outgoing = None if self._exhausted else next(self._batch, None)
        self._exhausted = outgoing is None
        return outgoing

    def _look_ahead(self) -> bool:
        """Whether there is another message, before a connection is opened for it."""
        following = self._pull()
        self._again.extendleft([following] if following else [])
        return following is not None

    def _next(self) -> Outgoing | None:
        """The next message, if there is one and the rate allows it."""
        if self._nothing_left:
            return None
        if not self._bucket.take():
            self._starved = True
            return None
        return self._pull()

    def _feed(self) -> None:
        """Give every connection what it can take; open another while there is more."""
        self._starved = False
        for connection in self._connections:
            self._serve(connection)
        self._gather()
        while self._wants_connection and self._look_ahead() and (opened := self._open()) is not None:
            self._connections.append(opened)
            self._selector.register(opened, selectors.EVENT_READ)
            self._serve(opened)
            self._gather()
        if self._closed and not self._connections:
            while (outgoing := self._pull()) is not None:
                self._answered.append((outgoing, self._closed.outcome(outgoing)))

    def _serve(self, connection: SmtpConnection) -> None:
        while connection.ready:
            following = self._next() if connection.pipelining else None
            if self._hooks.before_dot(connection.current):
                connection.complete(following)
            else:
                connection.withdraw()
                self._again.extend([following] if following else [])
        while connection.can_take and (outgoing := self._next()) is not None:
            connection.begin(outgoing)

    @property
    def _wants_connection(self) -> bool:
        idle = self._nothing_left or self._starved or self._closed
        return not idle and len(self._connections) < self._most

    def _open(self) -> SmtpConnection | None:
        try:
            session = open_session(self._server)
        except Refused as refused:
            self._shut(_Closed(OutcomeKind.LATER, refused.reply.text, refused.reply))
        except (OSError, ReplyError) as error:
            self._shut(_Closed(OutcomeKind.UNSENT, f"no connection: {error}"))
        else:
            return SmtpConnection(session, self._server.answer_timeout, self._server.messages_per_connection)
        return None

    def _shut(self, closed: _Closed) -> None:
        """No further connection beside those that stand; when none stands, nothing more can be sent in this run."""
        self._most = len(self._connections)
        if not self._connections:
            self._closed = closed

    def _listen(self) -> None:
        """Wait until the server says something, room appears, a token falls or an answer is overdue."""
        wait = self._watch()
        for key, events in self._selector.select(wait):
            connection = key.fileobj
            assert isinstance(connection, SmtpConnection)
            if events & selectors.EVENT_WRITE:
                connection.flush()
            if events & selectors.EVENT_READ:
                connection.receive()
        now = monotonic()
        for connection in self._connections:
            if connection.busy and connection.deadline <= now:
                connection.break_off("the server did not answer in time")

    def _watch(self) -> float:
        """Tell the selector what to watch; returns the seconds it may wait."""
        now = monotonic()
        wait = min(_LONGEST_WAIT, self._bucket.wait) if self._starved else _LONGEST_WAIT
        for connection in self._connections:
            events = selectors.EVENT_READ | (selectors.EVENT_WRITE if connection.writing else 0)
            if connection.alive and self._selector.get_key(connection).events != events:
                self._selector.modify(connection, events)
            if connection.busy:
                wait = min(wait, connection.deadline - now)
        return max(0.0, wait)

    def _gather(self) -> None:
        """Collect what became known; bury the connections that ended."""
        for connection in list(self._connections):
            if connection.worn_out:
                connection.quit()
            if any(outcome.code for _, outcome in connection.answered):
                self._deaths = 0
            self._answered += connection.answered
            connection.answered = []
            if not connection.alive:
                self._bury(connection)

    def _bury(self, connection: SmtpConnection) -> None:
        self._selector.unregister(connection)
        self._connections.remove(connection)
        self._deaths += connection.broken
        if self._deaths >= _MOST_DEATHS * self._server.connections:
            self._closed = _Closed(OutcomeKind.UNSENT, "the server keeps breaking connections off")
        for outgoing in connection.orphans:
            self._retry(outgoing)

    def _retry(self, outgoing: Outgoing) -> None:
        """A message that a dying connection had not completed gets one more connection, then it is ``unsent``."""
        if outgoing.reference in self._tried:
            text = "the connection broke off before the message was complete"
            self._answered.append((outgoing, Outcome(outgoing.reference, OutcomeKind.UNSENT, text=text)))
        else:
            self._tried.add(outgoing.reference)
            self._again.append(outgoing)

    def _report(self) -> Iterator[Outcome]:
        answered, self._answered = self._answered, []
        for outgoing, outcome in answered:
            self._hooks.after_answer(outgoing, outcome)
            yield outcome
