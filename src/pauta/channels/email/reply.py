"""What an SMTP server says: its replies read off the wire, and its codes turned into our outcomes by a table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from pauta.channels.base import OutcomeKind

MAX_LINE = 4096
MAX_LINES = 200
_CODE = re.compile(rb"[2-5][0-9][0-9]")
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?= |$)")


class Stage(StrEnum):
    """The question that a reply answers."""

    OPEN = "open"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    DOT = "dot"
    RSET = "rset"
    VOID = "void"


class ReplyError(Exception):
    """The server sent something that is no SMTP reply."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply, its lines joined by line breaks, without the codes in front."""

    code: int
    text: str

    @property
    def good(self) -> bool:
        return 200 <= self.code < 300

    @property
    def status(self) -> str:
        """The enhanced status code (RFC 2034), "" when there is none."""
        found = _ENHANCED.match(self.text)
        return found.group() if found else ""


class ReplyParser:
    """Cuts a stream of bytes into replies; keeps what is not complete yet (RFC 5321, 4.2)."""

    def __init__(self) -> None:
        self._buffer = b""
        self._code = 0
        self._lines: list[str] = []

    @property
    def empty(self) -> bool:
        """True when nothing is left over from what was fed."""
        return not self._buffer and not self._lines

    def feed(self, data: bytes) -> list[Reply]:
        """The replies that ``data`` completes, in order. Raises ReplyError for anything that is no reply."""
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        if len(self._buffer) > MAX_LINE:
            raise ReplyError("a reply line is too long")
        return [reply for line in lines if (reply := self._line(line.rstrip(b"\r"))) is not None]

    def _line(self, line: bytes) -> Reply | None:
        code, mark = line[:3], line[3:4]
        if len(line) > MAX_LINE or not _CODE.fullmatch(code) or mark not in (b"", b" ", b"-"):
            raise ReplyError("the server sent something that is no SMTP reply")
        number = int(code)
        if self._lines and number != self._code:
            raise ReplyError("the lines of one reply have different codes")
        text = line[4:].decode("utf-8", "replace").replace("\0", "\ufffd")
        if mark == b"-":
            if len(self._lines) >= MAX_LINES:
                raise ReplyError("a reply has too many lines")
            self._code = number
            self._lines.append(text)
            return None
        if self._lines:
            text = "\n".join([*self._lines, text])
            self._lines = []
        return Reply(number, text)


_LATER = OutcomeKind.LATER
_FAILED = OutcomeKind.FAILED

# Replies that mean something else for us than their first digit says. None as stage: at every stage.
_TABLE: dict[tuple[Stage | None, int], OutcomeKind] = {
    (None, 530): _LATER,  # our own credentials or encryption are at fault, not the recipient
    (None, 534): _LATER,
    (None, 535): _LATER,
    (None, 538): _LATER,
    (Stage.MAIL, 503): _LATER,  # the server lost count of the conversation
    (Stage.RCPT, 503): _LATER,
    (Stage.DATA, 503): _LATER,
    (Stage.RCPT, 552): _LATER,  # a full mailbox, or too many recipients (RFC 5321, 4.5.3.1.10)
}

# The address itself does not exist or takes no mail at all (RFC 3463); not so a full mailbox (5.2.2) or a policy (5.7).
_ADDRESS_BAD = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.10", "5.2.1"})


def outcome_kind(stage: Stage, reply: Reply) -> OutcomeKind:
    """What the refusal ``reply`` at ``stage`` means for the message; ``sent`` for a good answer to the final dot."""
    if stage is Stage.DOT and reply.good:
        return OutcomeKind.SENT
    exception = _TABLE.get((stage, reply.code)) or _TABLE.get((None, reply.code))
    if exception is not None:
        return exception
    return _FAILED if reply.code >= 500 else _LATER


def address_bad(stage: Stage, reply: Reply) -> bool:
    """Whether the refusal is about the address itself, so that it must not be written to again."""
    return stage in (Stage.RCPT, Stage.DOT) and reply.code >= 500 and reply.status in _ADDRESS_BAD
