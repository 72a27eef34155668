"""The bytes of a mail, spliced from a skeleton that is built once per template version and sender.

Building an ``EmailMessage`` per recipient costs 2 ms; splicing costs a twentieth of that. Lines end in CRLF, none is
longer than 998 bytes (RFC 5322, 2.1.1), the body is quoted-printable (RFC 2045), so every mail is plain ASCII.
"""

from __future__ import annotations

import re
from base64 import b64encode, encodebytes
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from pauta.channels.email.address import smtp_address
from pauta.core.problems import Problem
from pauta.core.quoted import quoted_printable
from pauta.core.render import Rendered

_FOLD = 76
_WORD_BYTES = 39  # 64 characters as an encoded word: with the longest field name before it under 76
_MAX_LINE = 990
_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ \-]+")
_FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9\-]*")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-]+@[A-Za-z0-9.\-]+>")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029\ud800-\udfff]+")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_OWN_FIELDS = re.compile(
    r"(?i)from|sender|reply-to|to|cc|bcc|subject|date|message-id|mime-version|content-type|content-transfer-encoding"
)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name and an address, as in ``Ana Souza <ana@acme.example>``."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The parts of a mail that are the same for everybody who gets it."""

    head: bytes
    before_text: bytes
    before_html: bytes
    end: bytes


def skeleton(sender: Mailbox, reply_to: Mailbox | None = None, headers: Mapping[str, str] | None = None) -> Skeleton:
    """The constant parts, built once per template version and sender; ``headers`` are those all recipients share."""
    lines = [b"From: " + _mailbox(sender)]
    if reply_to is not None:
        lines.append(b"Reply-To: " + _mailbox(reply_to))
    lines += _fields(headers or {})
    mark = b"=_" + sha256(b"\n".join(lines)).hexdigest()[:24].encode()
    encoding = b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    part = b"--" + mark + b"\r\nContent-Type: text/%s; charset=utf-8\r\n" + encoding
    lines += [b"MIME-Version: 1.0", b'Content-Type: multipart/alternative; boundary="' + mark + b'"', b""]
    return Skeleton(
        head=b"\r\n".join(lines),
        before_text=b"\r\n" + part % b"plain",
        before_html=part % b"html",
        end=b"--" + mark + b"--\r\n",
    )


def build(
    skeleton: Skeleton,
    rendered: Rendered,
    recipient: Mailbox,
    message_id: str,
    date: datetime,
    headers: Mapping[str, str] | None = None,
    reply_to: Mailbox | None = None,
) -> bytes:
    """The complete mail in CRLF lines, without the dot-stuffing that belongs to SMTP.

    ``message_id`` is written with its angle brackets and is the caller's, so that a mail that is sent again keeps its
    own. ``date`` is aware. Raises Problem for an address, a header or a message id that a server could misread.
    """
    if not _MESSAGE_ID.fullmatch(message_id):
        raise Problem("email.message_id_invalid", "message_id", value=message_id)
    own = [
        b"To: " + _mailbox(recipient),
        b"Subject: " + header_text(rendered.subject, len("Subject: ")),
        b"Message-ID: " + message_id.encode(),
        b"Date: " + _date(date.replace(microsecond=0)),
        *([b"Reply-To: " + _mailbox(reply_to)] if reply_to else []),
        *_fields(headers or {}),
        b"",
    ]
    return b"".join(
        (
            b"\r\n".join(own),
            skeleton.head,
            skeleton.before_text,
            quoted_printable(rendered.text),
            skeleton.before_html,
            quoted_printable(rendered.html),
            skeleton.end,
        )
    )


def with_attachment(mail: bytes, name: str, content: bytes) -> bytes:
    """A mail that ``build`` made, with a file beside its text; ``name`` is plain ASCII."""
    head, _, body = mail.partition(b"\r\n\r\n")
    fields, _, kind = head.partition(b"MIME-Version: 1.0\r\n")
    mark = b"=_" + sha256(content + head).hexdigest()[:24].encode()
    file = (
        b'Content-Type: application/octet-stream; name="%s"\r\nContent-Transfer-Encoding: base64\r\n'
        b'Content-Disposition: attachment; filename="%s"\r\n\r\n'
    ) % (name.encode("ascii"), name.encode("ascii"))
    encoded = encodebytes(content).replace(b"\n", b"\r\n")
    return b"".join(
        (
            fields + b"MIME-Version: 1.0\r\n",
            b'Content-Type: multipart/mixed; boundary="' + mark + b'"\r\n\r\n',
            b"--" + mark + b"\r\n" + kind + b"\r\n\r\n" + body,
            b"\r\n--" + mark + b"\r\n" + file + encoded,
            b"--" + mark + b"--\r\n",
        )
    )


def header_text(text: str, used: int = 0) -> bytes:
    """Unstructured header text on one or more folded lines: as it is when ASCII, else encoded words (RFC 2047).

    Line breaks and control characters become one space, so that no text can start a header of its own.
    """
    clean = _CONTROL.sub(" ", text).strip(" ")
    if clean.isascii() and "=?" not in clean:
        if used + len(clean) <= _FOLD:
            return clean.encode()
        folded = _folded(clean, used)
        if folded is not None:
            return folded
    return b"\r\n ".join(_encoded_words(clean))


def _folded(text: str, used: int) -> bytes | None:
    """ASCII text folded at its own single spaces; None when a word is too long or spaces would be lost."""
    words = text.split(" ")
    if "" in words or max(map(len, words)) > _FOLD - used:
        return None
    lines: list[str] = []
    line = ""
    room = _FOLD - used
    for word in words:
        if line and len(line) + 1 + len(word) > room:
            lines.append(line)
            line, room = word, _FOLD - 1
        else:
            line = f"{line} {word}" if line else word
    return "\r\n ".join([*lines, line]).encode()


def _encoded_words(text: str) -> Iterable[bytes]:
    """Encoded words of at most 75 characters, cut between characters (RFC 2047, section 5)."""
    chunk = bytearray()
    for character in text:
        encoded = character.encode()
        if len(chunk) + len(encoded) > _WORD_BYTES:
            yield b"=?utf-8?b?" + b64encode(chunk) + b"?="
            chunk = bytearray()
        chunk += encoded
    yield b"=?utf-8?b?" + b64encode(chunk) + b"?="


def _mailbox(mailbox: Mailbox) -> bytes:
    address = smtp_address(mailbox.address).encode()
    name = _CONTROL.sub(" ", mailbox.name).strip(" ")
    if not name:
        return address
    if _PHRASE.fullmatch(name) and "  " not in name and "=?" not in name and len(name) <= _WORD_BYTES:
        return name.encode() + b" <" + address + b">"
    if name.isascii() and len(name) <= _WORD_BYTES and "=?" not in name:
        return b'"' + re.sub(r'(["\\])', r"\\\1", name).encode() + b'" <' + address + b">"
    return b"\r\n ".join(_encoded_words(name)) + b"\r\n <" + address + b">"


def _fields(headers: Mapping[str, str]) -> list[bytes]:
    """Structured headers of the caller's (List-Unsubscribe and the like), folded after commas; nothing hides there."""
    lines = []
    for name, value in headers.items():
        line = f"{name}: {value}"
        folded = line if len(line) <= _FOLD else line.replace(", ", ",\r\n ")
        bad_name = not _FIELD_NAME.fullmatch(name) or _OWN_FIELDS.fullmatch(name)
        bad_value = _CONTROL.search(value) or not value.isascii() or max(map(len, folded.split("\r\n"))) > _MAX_LINE
        if bad_name or bad_value:
            raise Problem("email.header_invalid", name, value=value)
        lines.append(folded.encode())
    return lines


@lru_cache(maxsize=64)
def _date(date: datetime) -> bytes:
    zone = date.strftime("%z")
    return (
        f"{_WEEKDAYS[date.weekday()]}, {date.day:02} {_MONTHS[date.month - 1]} {date.year} {date:%H:%M:%S} {zone}"
    ).encode()
