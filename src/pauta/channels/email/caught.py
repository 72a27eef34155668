"""The mails that the local catcher has taken: one SQLite file in its store folder, written by the catcher alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS mail (
    id INTEGER PRIMARY KEY, sender TEXT NOT NULL, recipient TEXT NOT NULL, subject TEXT NOT NULL,
    message_id TEXT NOT NULL, received_at TEXT NOT NULL, raw BLOB NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS mail_recipient ON mail (recipient);
"""
_FOUND = """
FROM mail WHERE :search = '' OR instr(lower(sender || ' ' || recipient || ' ' || subject || ' ' || message_id), :search)
"""


@dataclass(frozen=True, slots=True)
class CaughtMail:
    """One caught mail as lists show it; ``received_at`` is in UTC."""

    id: int
    sender: str
    recipient: str
    subject: str
    message_id: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class OpenedMail:
    """One caught mail as it is read: its bytes, and what a mail program would show of them."""

    mail: CaughtMail
    headers: tuple[tuple[str, str], ...]
    html: str
    text: str
    raw: bytes


def store_folder(data_dir: Path) -> Path:
    """Where the catcher of an installation keeps its mails."""
    return data_dir / "catcher"


def open_store(store: Path) -> sqlite3.Connection:
    """Open the store for writing, making it if it is not there; what is committed survives any crash."""
    store.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(_file(store), isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.executescript(_SCHEMA)
    return connection


def add_mails(connection: sqlite3.Connection, mails: Sequence[tuple[str, str, bytes]], at: datetime) -> None:
    """Store mails (envelope sender, envelope recipient, bytes) received at an aware time, in one durable commit."""
    rows = []
    for sender, recipient, raw in mails:
        headers = BytesHeaderParser(policy=policy.default).parsebytes(raw)
        rows.append((sender, recipient, _header(headers["Subject"]), _header(headers["Message-ID"]), _stamp(at), raw))
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "INSERT INTO mail (sender, recipient, subject, message_id, received_at, raw) VALUES (?, ?, ?, ?, ?, ?)", rows
    )
    connection.execute("COMMIT")


def list_mails(store: Path, limit: int, search: str = "") -> list[CaughtMail]:
    """The newest mails first; ``search`` finds letters in sender, recipient, subject and Message-ID."""
    columns = "SELECT id, sender, recipient, subject, message_id, received_at"
    return [_mail(row) for row in _query(store, f"{columns} {_FOUND} ORDER BY id DESC LIMIT {int(limit)}", search)]


def count_mails(store: Path, search: str = "") -> int:
    """How many mails were caught, or how many a search finds."""
    rows = _query(store, f"SELECT count(*) {_FOUND}", search)
    return int(rows[0][0]) if rows else 0


def read_mail(store: Path, number: int) -> OpenedMail | None:
    """One mail by its number; None when there is no such mail."""
    query = f"SELECT id, sender, recipient, subject, message_id, received_at, raw FROM mail WHERE id = {int(number)}"
    rows = _query(store, query, "")
    if not rows:
        return None
    *columns, raw = rows[0]
    message = BytesParser(policy=policy.default).parsebytes(raw)
    headers = tuple((name, str(value)) for name, value in message.items())
    return OpenedMail(_mail(tuple(columns)), headers, _body(message, "html"), _body(message, "plain"), raw)


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except LookupError:  # a character set that nobody knows
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _query(store: Path, query: str, search: str) -> list[tuple[Any, ...]]:
    if not _file(store).exists():
        return []
    with closing(sqlite3.connect(f"{_file(store).absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
        return connection.execute(query, {"search": search.lower()}).fetchall()


def _file(store: Path) -> Path:
    return store / "mails.sqlite3"


def _mail(row: tuple[Any, ...]) -> CaughtMail:
    number, sender, recipient, subject, message_id, received_at = row
    return CaughtMail(number, sender, recipient, subject, message_id, datetime.fromisoformat(received_at))


def _header(value: object) -> str:
    return " ".join(str(value or "").split())


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
