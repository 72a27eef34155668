"""What a mail that came in is: a bounce and of which class, a complaint, an answer, or an answer by a machine.

Bounces in the form of RFC 3464 are read by their fields; those in no form by codes and by phrases that mail servers are
known to write. What nobody knows is unknown, and never hard: an address is given up only where it is said to be wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import Parser
from enum import StrEnum
from html import unescape
from typing import Any

from pauta.channels.email.phrases import AUTOMATIC, BOUNCED, GONE, NOT_NOW, POLICY


class Kind(StrEnum):
    """What a mail is. ``other``: nothing to act on, such as the news that a mail was relayed."""

    bounce = "bounce"
    complaint = "complaint"
    unsubscribe = "unsubscribe"
    auto_reply = "auto_reply"
    reply = "reply"
    other = "other"


class Bounce(StrEnum):
    """What a bounce says: the address is wrong; not now; not from you; something that nobody knows."""

    hard = "hard"
    soft = "soft"
    policy = "policy"
    unknown = "unknown"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail that came in. ``bounce``, ``status`` (RFC 3463) and ``said`` are empty where it is none.

    ``message_ids`` are those of the mails to which it answers or which it encloses, without angle brackets.
    ``recipients`` are the addresses of the recipient that failed, in lower case: where it failed, and the one first
    written to, as far as the bounce names them.
    """

    kind: Kind
    bounce: Bounce | None
    status: str
    said: str
    message_ids: tuple[str, ...]
    recipients: tuple[str, ...] = ()


HARD = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.10", "5.2.1"})
"""Enhanced codes that say that the address is wrong or takes no mail at all (RFC 3463, RFC 7505)."""
SOFT = frozenset({"5.2.2", "5.2.3", "5.3.4"})
"""Permanent by their digit, but of this mail or this day: a full mailbox, a mail too large."""

_LONGEST = 500
_WARNING = re.compile(
    r"no action is required|this is a warning|not yet been delivered|will (keep|continue) (on )?trying", re.I
)
_ORIGINAL = re.compile(
    r"^(-{2,}.{0,30}(original|below|copy|returned|begin|included).{0,60}|received: |return-path: )", re.I | re.M
)
_BLOCK_LIST = re.compile(r"spamhaus|blacklist|blocklist", re.I)
_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?:^|[\s:<(\[#-])([45]\d\d)(?=[\s-])")
_ID = re.compile(r"<([^<>\s]+@[^<>\s]+)>")
_ADDRESS = re.compile(r"[^\s<>;]+@[^\s<>;]+")
_FROM_MACHINE = re.compile(r"mailer-daemon|postmaster|mail delivery (sub)?system|bounce|<>", re.I)


def read(raw: bytes) -> Incoming:
    """What the mail is. It never raises: whatever is no mail is ``other``."""
    mail: Message[Any, Any] = message_from_bytes(raw, policy=policy.compat32)
    ids = tuple(dict.fromkeys(_message_ids(mail)))
    feedback = _part(mail, "message/feedback-report")
    if feedback is not None:
        said = _fields(feedback).get("feedback-type", "").lower()
        kinds = {"abuse": Kind.complaint, "opt-out": Kind.unsubscribe, "opt-out-list": Kind.unsubscribe}
        return Incoming(kinds.get(said, Kind.other), None, "", said, ids)
    status = _part(mail, "message/delivery-status")
    if status is not None:
        return _reported(mail, status, ids)
    sender, subject = _header(mail, "From"), _header(mail, "Subject")
    empty = _header(mail, "Return-Path").strip() == "<>"
    if BOUNCED.search(subject) and (_FROM_MACHINE.search(sender) or empty or _header(mail, "X-Failed-Recipients")):
        return _told(_text(mail), ids)
    if _is_automatic(mail, subject):
        return Incoming(Kind.auto_reply, None, "", "", ids)
    if _FROM_MACHINE.search(sender) and (empty or _header(mail, "X-Failed-Recipients")):
        return _told(_text(mail), ids)
    return Incoming(Kind.reply if sender.strip() else Kind.other, None, "", "", ids)


@dataclass(frozen=True, slots=True)
class Readable:
    """What a person sees of a mail."""

    sender: str
    subject: str
    text: str


def readable(raw: bytes) -> Readable:
    """Sender, subject and the first text of a mail; it never raises."""
    mail: Message[Any, Any] = message_from_bytes(raw, policy=policy.compat32)
    subject = " ".join(_header(mail, "Subject").split())
    return Readable(_clean(_header(mail, "From")), _clean(subject), _clean(_text(mail)).strip())


def _reported(mail: Message[Any, Any], status: Message[Any, Any], ids: tuple[str, ...]) -> Incoming:
    """A delivery status notification: the first recipient that failed, else what was delayed or relayed."""
    blocks = list(_blocks(status))
    for wanted in ("failed", "delayed"):
        for fields in blocks:
            if fields.get("action", "").split(" ")[0].lower() == wanted:
                return _failure(fields, _text(mail), ids, delayed=wanted == "delayed")
    if any("action" in fields for fields in blocks):
        return Incoming(Kind.other, None, "", "", ids)
    return _told(_text(mail), ids)


def _failure(fields: dict[str, str], text: str, ids: tuple[str, ...], *, delayed: bool) -> Incoming:
    diagnostic = _clean(fields.get("diagnostic-code", ""))
    said = diagnostic.partition(";")[2].strip() or diagnostic or _clean(fields.get("status", ""))
    stated = _enhanced(fields.get("status", ""))
    within = _enhanced(said)
    status = within if within and (not stated or stated.endswith(".0.0") or stated[0] == within[0]) else stated
    if delayed:
        return Incoming(Kind.other, None, status, said[:_LONGEST], ids)
    return Incoming(
        Kind.bounce,
        bounce_class(status, f"{said}\n{text}" if status.endswith(".0.0") else said),
        status,
        said[:_LONGEST],
        ids,
        tuple(_recipients(fields)),
    )


def _told(text: str, ids: tuple[str, ...]) -> Incoming:
    """A bounce in no form: what stands before the copy of the mail that bounced."""
    start = _ORIGINAL.search(text)
    said = " ".join(_clean(text[: start.start()] if start and start.start() > 40 else text).split())
    status = _enhanced(said)
    if not status:
        code = _CODE.search(said)
        status = f"{code[1][0]}.0.0" if code else ""
    if _WARNING.search(said):
        return Incoming(Kind.other, None, status, said[:_LONGEST], ids)
    return Incoming(Kind.bounce, bounce_class(status, said), status, said[:_LONGEST], ids)


def _recipients(fields: dict[str, str]) -> Iterator[str]:
    for name in ("final-recipient", "original-recipient"):
        address = _ADDRESS.search(fields.get(name, ""))
        if address:
            yield address[0].lower()


def bounce_class(status: str, said: str) -> Bounce:
    """By the code where it says enough, else by what servers are known to write."""
    if status in HARD:
        return Bounce.policy if status == "5.1.1" and _BLOCK_LIST.search(said) else Bounce.hard
    if status.startswith("4.") or status in SOFT:
        return Bounce.policy if status.startswith("4.7.") and POLICY.search(said) else Bounce.soft
    if status.startswith("5.7."):
        return Bounce.policy
    if POLICY.search(said):
        return Bounce.policy
    if NOT_NOW.search(said):
        return Bounce.soft
    return Bounce.hard if GONE.search(said) else Bounce.unknown


def _is_automatic(mail: Message[Any, Any], subject: str) -> bool:
    """RFC 3834, and what programs write that do not know it."""
    submitted = _header(mail, "Auto-Submitted").strip().lower()
    if submitted and submitted != "no":
        return True
    precedence = _header(mail, "Precedence").strip().lower()
    named = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "X-Autogenerated", "X-Vacation")
    said = any(_header(mail, name) for name in named if name != "X-Auto-Response-Suppress")
    return said or precedence in ("auto_reply", "auto-reply", "junk") or bool(AUTOMATIC.search(subject))


def _part(mail: Message[Any, Any], kind: str) -> Message[Any, Any] | None:
    return next((part for part in mail.walk() if part.get_content_type() == kind), None)


def _blocks(status: Message[Any, Any]) -> Iterator[dict[str, str]]:
    """The groups of fields of a message/delivery-status part; Python's parser makes a mail of each."""
    payload = status.get_payload()
    if isinstance(payload, list):
        for block in payload:
            if isinstance(block, Message):
                yield _lowered(block)
    else:
        for text in re.split(r"\r?\n\r?\n", str(payload)):
            yield _lowered(Parser(policy=policy.compat32).parsestr(text.strip() + "\n\n", headersonly=True))


def _fields(part: Message[Any, Any]) -> dict[str, str]:
    return {name: value for block in _blocks(part) for name, value in block.items()}


def _lowered(block: Message[Any, Any]) -> dict[str, str]:
    return {name.lower(): " ".join(_utf8(value).split()) for name, value in block.raw_items()}


def _text(mail: Message[Any, Any]) -> str:
    """The first text that a person can read."""
    for part in mail.walk():
        if part.get_content_type() in ("text/plain", "text/html") and not part.is_multipart():
            payload = part.get_payload(decode=True)
            text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
            return unescape(re.sub(r"<[^>]*>", " ", text)) if part.get_content_type() == "text/html" else text
    return ""


def _message_ids(mail: Message[Any, Any]) -> Iterator[str]:
    """Of what it encloses, then of what it answers to, then as a text within, as bounces in no form have them."""
    for part in mail.walk():
        if part is not mail and part.get("Message-ID"):
            yield from _ID.findall(str(part["Message-ID"]))
    for name in ("In-Reply-To", "References"):
        yield from _ID.findall(_header(mail, name))
    for part in mail.walk():
        if part.get_content_type() in ("text/plain", "text/rfc822-headers") and not part.is_multipart():
            payload = part.get_payload(decode=True)
            text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
            for line in re.findall(r"^[> ]*message-id:[^\n]*(?:\n[ \t][^\n]*)?", text, re.I | re.M):
                yield from _ID.findall(line)


def _header(mail: Message[Any, Any], name: str) -> str:
    """A header as people read it; as it stands where its encoding is broken."""
    written = next((_utf8(value) for one, value in mail.raw_items() if one.lower() == name.lower()), "")
    try:
        return str(make_header(decode_header(written)))
    except (LookupError, ValueError, HeaderParseError):
        return written


def _utf8(value: object) -> str:
    """A header's value as Python keeps it, with the bytes that it could not read, as the UTF-8 that it usually is."""
    return str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _clean(text: str) -> str:
    """Without NUL, which PostgreSQL keeps in no text."""
    return text.replace("\0", " ")


def _enhanced(text: str) -> str:
    found = _ENHANCED.search(text)
    return ".".join(found.groups()) if found else ""
