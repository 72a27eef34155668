"""Mails that came in and answer to no message of ours: kept for a while, so that somebody can look at them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from hashlib import sha256
from itertools import starmap
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

MAIL = "mail"
"""Stands where reports of providers name the provider."""

MOST = 10_000
"""So many are kept, the newest: anybody can write to the address of complaints."""
_LONGEST = 10_000
"""Letters that are kept of a mail."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A mail that answers to nothing: what it is, the code of a bounce (RFC 3463), and what it says. ``at`` is UTC."""

    id: int
    at: datetime
    kind: str
    status: str
    text: str


def keep_unmatched(connection: Connection[Any], now: datetime, kind: str, status: str, raw: bytes) -> None:
    """Keep a mail, the same one once; it goes with the reports of providers when their time is over."""
    connection.execute(
        "INSERT INTO provider_report (provider, external_id, said, happened, at, received_at, status, raw)"
        " VALUES (%s, %s, %s, 'other', %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (MAIL, sha256(raw).hexdigest(), kind, now, now, status, _readable(raw)),
    )
    connection.execute(
        "DELETE FROM provider_report WHERE provider = %(mail)s AND id <= ("
        "SELECT id FROM provider_report WHERE provider = %(mail)s ORDER BY id DESC OFFSET %(most)s LIMIT 1)",
        {"mail": MAIL, "most": MOST},
    )


def unmatched(connection: Connection[Any], most: int) -> list[Unmatched]:
    """The newest mails that answer to nothing."""
    with connection.cursor(row_factory=class_row(Unmatched)) as cursor:
        return cursor.execute(
            "SELECT id, at, said AS kind, status, raw AS text FROM provider_report WHERE provider = %s AND raw <> ''"
            " ORDER BY id DESC LIMIT %s",
            (MAIL, most),
        ).fetchall()


def _readable(raw: bytes) -> str:
    """Head and texts of a mail and of what it encloses, decoded, so that an erasure finds what it looks for."""
    mail = message_from_bytes(raw, policy=policy.compat32)
    pieces = [_line(name, mail[name]) for name in ("From", "To", "Subject", "Date") if mail[name]]
    for part in mail.walk():
        enclosed = part.get_payload() if part.get_content_maintype() == "message" else ()
        pieces += ["\n".join(starmap(_line, one.items())) for one in enclosed if isinstance(one, Message)]
        body = part.get_payload(decode=True)
        if isinstance(body, bytes) and part.get_content_maintype() in ("text", "message"):
            pieces.append(body.decode("utf-8", "replace"))
    return "\n\n".join(filter(str.strip, pieces))[:_LONGEST].replace("\0", "") or "-"


def _line(name: str, value: object) -> str:
    """A header, decoded as far as it can be (RFC 2047)."""
    try:
        return f"{name}: {make_header(decode_header(str(value)))}"
    except (HeaderParseError, LookupError, UnicodeError):
        return f"{name}: {value}"
