"""One SMTP conversation that never waits: bytes in, bytes out, and what they mean for the messages under way.

Commands are pipelined (RFC 2920): MAIL, RCPT and DATA go out in one write; the body with its final dot and the next
envelope in another. At most one final dot is unanswered at any time, so that a connection that dies leaves at most one
message whose fate is unknown. Without PIPELINING the same commands go one by one.
"""

from __future__ import annotations

import re
import ssl
from collections import deque
from dataclasses import dataclass

from pauta.channels.base import Outcome, OutcomeKind, Outgoing
from pauta.channels.email.address import smtp_address
from pauta.channels.email.reply import Reply, ReplyError, ReplyParser, Stage, address_bad, outcome_kind
from pauta.channels.email.session import Session
from pauta.core.problems import Problem
from pauta.platform.clock import monotonic

_CHUNK = 65536
_BARE = re.compile(rb"\r\n|\r|\n")


@dataclass(slots=True)
class _Envelope:
    """A message whose MAIL, RCPT and DATA are under way, with the first refusal among the answers."""

    outgoing: Outgoing
    refusal: tuple[Stage, Reply] | None = None
    ready: bool = False


class SmtpConnection:
    """An open session with the messages that are under way on it.

    The pool asks ``can_take`` and ``ready``, calls ``begin`` and ``complete``, and collects ``answered``. ``orphans``
    are messages without an answer whose final dot was not even asked for when the conversation broke off.
    """

    def __init__(self, session: Session, answer_timeout: float, max_messages: int) -> None:
        self._session = session
        self._answer_timeout = answer_timeout
        self._messages_left = max_messages
        self._parser = ReplyParser()
        self._expected: deque[Stage] = deque()
        self._to_write = b""
        self._queued = self._written = self._dot_at = 0
        self._envelope: _Envelope | None = None
        self._dotted: Outgoing | None = None
        self.answered: list[tuple[Outgoing, Outcome]] = []
        self.orphans: list[Outgoing] = []
        self.alive = True
        self.broken = False
        self.used_at = monotonic()

    def fileno(self) -> int:
        return self._session.socket.fileno()

    @property
    def can_take(self) -> bool:
        """Whether ``begin`` may be called."""
        return (
            self.alive
            and self._envelope is None
            and self._messages_left > 0
            and (self._session.pipelining or not self._expected)
        )

    @property
    def ready(self) -> bool:
        """Whether the server waits for the body of the current message: ``complete`` is next."""
        return self._envelope is not None and self._envelope.ready

    @property
    def current(self) -> Outgoing:
        """The message that ``ready`` is about."""
        assert self._envelope is not None
        return self._envelope.outgoing

    @property
    def pipelining(self) -> bool:
        """Whether a message may follow another in the same write; not when this connection has taken its last one."""
        return self._session.pipelining and self._messages_left > 0

    @property
    def worn_out(self) -> bool:
        """Whether the connection has done its share and nothing is under way on it."""
        return self.alive and self._messages_left == 0 and not self.busy

    @property
    def busy(self) -> bool:
        """Whether any answer is awaited or any byte is still to be written."""
        return bool(self._expected or self._envelope or self._to_write)

    @property
    def writing(self) -> bool:
        """Whether bytes wait for room in the socket."""
        return bool(self._to_write)

    @property
    def deadline(self) -> float:
        """When the server will have been silent for too long (monotonic seconds)."""
        return self.used_at + self._answer_timeout

    def begin(self, outgoing: Outgoing) -> None:
        """Send the envelope of a message; one that this server cannot take fails at once."""
        commands = self._take(outgoing)
        if commands:
            self._write(commands)

    def complete(self, following: Outgoing | None) -> None:
        """Send the body of the current message with its final dot and, in the same write, the next envelope."""
        outgoing = self.current
        body = _stuffed(outgoing.content)
        self._dotted = outgoing
        self._dot_at = self._queued + len(body)
        self._expected.append(Stage.DOT)
        self._envelope = None
        self._write(body + self._take(following) if following else body)

    def withdraw(self) -> None:
        """Do not send the current message after all: only breaking off can stop a server that waits for its body."""
        outgoing = self.current
        self._envelope = None
        self._answer(outgoing, OutcomeKind.UNSENT, text="withdrawn before its final dot")
        self.break_off("a message was withdrawn")

    def receive(self) -> None:
        """Read what the server has said and draw the consequences."""
        while self.alive:
            try:
                data = self._session.socket.recv(_CHUNK)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            except OSError as error:
                self.break_off(f"the connection broke: {error}")
                return
            if not data:
                self.break_off("the server closed the connection")
                return
            self._understand(data)
            if len(data) < _CHUNK and not isinstance(self._session.socket, ssl.SSLSocket):
                return

    def flush(self) -> None:
        """Write as much as the socket takes now."""
        while self._to_write and self.alive:
            try:
                written = self._session.socket.send(self._to_write)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            except OSError as error:
                self.break_off(f"the connection broke: {error}")
                return
            self.used_at = monotonic()
            self._written += written
            self._to_write = self._to_write[written:]

    def break_off(self, why: str) -> None:
        """Close at once. A message whose final dot is out is ``lost``; others under way are ``orphans``."""
        if self._dotted is not None:
            kind = OutcomeKind.LOST if self._written >= self._dot_at else OutcomeKind.UNSENT
            self._answer(self._dotted, kind, text=why)
            self._dotted = None
        if self._envelope is not None:
            self.orphans.append(self._envelope.outgoing)
            self._envelope = None
        self.broken = True
        self._close()

    def quit(self) -> None:
        """Take leave politely, without waiting for the answer; only for a connection that is not busy."""
        if self.alive:
            self._write(b"QUIT\r\n")
            self._close()

    def _close(self) -> None:
        self.alive = False
        self._to_write = b""
        self._expected.clear()
        self._session.socket.close()

    def _write(self, data: bytes) -> None:
        self._queued += len(data)
        self._to_write += data
        self.flush()

    def _take(self, outgoing: Outgoing) -> bytes:
        """The commands with which the message's envelope begins; empty when it failed before a word was said."""
        try:
            mail, rcpt = self._commands(outgoing)
        except Problem as problem:
            self._answer(outgoing, OutcomeKind.FAILED, text=str(problem), bad=problem.code == "email.address_invalid")
            return b""
        self._messages_left -= 1
        self._envelope = _Envelope(outgoing)
        if self._session.pipelining:
            self._expected.extend((Stage.MAIL, Stage.RCPT, Stage.DATA))
            return mail + rcpt + b"DATA\r\n"
        self._expected.append(Stage.MAIL)
        return mail

    def _commands(self, outgoing: Outgoing) -> tuple[bytes, bytes]:
        """MAIL and RCPT with the extensions the message needs; Problem when the server does not offer them."""
        offers = self._session.offers
        sender = smtp_address(outgoing.sender) if outgoing.sender else ""
        recipient = smtp_address(outgoing.recipient)
        size = len(outgoing.content)
        extensions = ""
        if "SIZE" in offers:
            if 0 < self._session.max_size < size:
                raise Problem("email.too_large", "content", size=size, limit=self._session.max_size)
            extensions += f" SIZE={size}"
        if not outgoing.content.isascii():
            if "8BITMIME" not in offers:
                raise Problem("email.server_lacks", "content", extension="8BITMIME")
            extensions += " BODY=8BITMIME"
        if not (sender + recipient).isascii():
            if "SMTPUTF8" not in offers:
                raise Problem("email.server_lacks", "email", extension="SMTPUTF8")
            extensions += " SMTPUTF8"
        return f"MAIL FROM:<{sender}>{extensions}\r\n".encode(), f"RCPT TO:<{recipient}>\r\n".encode()

    def _understand(self, data: bytes) -> None:
        try:
            for reply in self._parser.feed(data):
                self.used_at = monotonic()
                if not self._expected:
                    self.break_off(f"the server took leave: {reply.code} {reply.text}")
                    return
                self._on_reply(self._expected.popleft(), reply)
                if reply.code == 421:
                    self._later_for_all(reply)
                if not self.alive:
                    return
        except ReplyError as error:
            self.break_off(str(error))

    def _on_reply(self, stage: Stage, reply: Reply) -> None:
        match stage:
            case Stage.DOT:
                assert self._dotted is not None
                outgoing, self._dotted = self._dotted, None
                self._judge(outgoing, stage, reply)
            case Stage.MAIL | Stage.RCPT:
                self._on_envelope(stage, reply)
            case Stage.DATA:
                self._on_data(reply)

    def _on_envelope(self, stage: Stage, reply: Reply) -> None:
        assert self._envelope is not None
        if not reply.good and self._envelope.refusal is None:
            self._envelope.refusal = (stage, reply)
        if self._session.pipelining:
            return
        if self._envelope.refusal:
            self._refuse(b"RSET\r\n", Stage.RSET)
        elif stage is Stage.MAIL:
            self._expected.append(Stage.RCPT)
            self._write(f"RCPT TO:<{smtp_address(self._envelope.outgoing.recipient)}>\r\n".encode())
        else:
            self._expected.append(Stage.DATA)
            self._write(b"DATA\r\n")

    def _on_data(self, reply: Reply) -> None:
        assert self._envelope is not None
        if reply.code == 354 and self._envelope.refusal is None:
            self._envelope.ready = True
        elif reply.code == 354:  # RFC 2920, 3.1: the server waits for a mail to nobody, which we end at once
            self._refuse(b".\r\n", Stage.VOID)
        elif reply.good:
            raise ReplyError(f"the server answered DATA with {reply.code}")
        else:
            self._envelope.refusal = self._envelope.refusal or (Stage.DATA, reply)
            self._refuse(b"RSET\r\n", Stage.RSET)

    def _refuse(self, command: bytes, stage: Stage) -> None:
        """The current message was refused: say so and clear the table for the next."""
        assert self._envelope is not None
        assert self._envelope.refusal is not None
        self._judge(self._envelope.outgoing, *self._envelope.refusal)
        self._envelope = None
        self._expected.append(stage)
        self._write(command)

    def _later_for_all(self, reply: Reply) -> None:
        """421: the server closes the channel; it has refused what it has not answered (RFC 5321, 3.8)."""
        if self._envelope is not None:
            self._judge(self._envelope.outgoing, Stage.OPEN, reply)
            self._envelope = None
        self.break_off(f"{reply.code} {reply.text}")

    def _judge(self, outgoing: Outgoing, stage: Stage, reply: Reply) -> None:
        kind = outcome_kind(stage, reply)
        self._answer(outgoing, kind, reply.code, reply.status, reply.text, address_bad(stage, reply))

    def _answer(
        self, outgoing: Outgoing, kind: OutcomeKind, code: int = 0, status: str = "", text: str = "", bad: bool = False
    ) -> None:
        self.answered.append((outgoing, Outcome(outgoing.reference, kind, code, status, text, bad)))


def _stuffed(content: bytes) -> bytes:
    """The content as DATA takes it: CRLF lines, leading dots doubled, ended by the final dot (RFC 5321, 4.5.2)."""
    breaks = content.count(b"\r\n")
    if content.count(b"\n") != breaks or content.count(b"\r") != breaks:
        content = _BARE.sub(b"\r\n", content)
    if b"\r\n." in content:
        content = content.replace(b"\r\n.", b"\r\n..")
    if content[:1] == b".":
        content = b"." + content
    return content + (b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n")
