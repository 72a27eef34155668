"""What a process is in the middle of, as its database connections, the mail server and its journal show it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg

from pauta.platform import database
from tests.faults import sink

STATEMENTS = (
    ("launch: writing verdicts", ("COPY message_", "COPY message_key", "UPDATE launch_part", "message_tally")),
    ("archive and attempts", ("COPY archive", "COPY attempt", "INTO skeleton")),
    ("storing outcomes", ("UPDATE attempt SET ended_at",)),
    (
        "claimed, not rendered",
        (
            "sent_key = NULL",
            "c.stage, c.attributes",
            "FROM proposal p JOIN template t",
            "max(attempt.number)",
            "postal_address FROM company",
        ),
    ),
    ("drawing from a capacity", ("capacity_use", "capacity_count", "pg_advisory_xact_lock")),
    ("planning anew", ("plan_request", "UPDATE message SET state = new.state", "INSERT INTO message_change")),
    ("settling what another left", ("LEFT JOIN attempt a",)),
    ("leases", ("lease", "INTO worker", "FROM worker", "DELETE FROM worker")),
    ("campaign taken back", ("c.state = 'cancelled'", "state = 'cancelled'")),
    ("commit", ("COMMIT", "commit")),
)
"""Stages by words of the statement that a transaction ran last; the first that fits counts."""

SMTP = {
    "greeting": "SMTP: greeting",
    "ehlo": "SMTP: greeting",
    "mail": "SMTP: MAIL said",
    "rcpt": "SMTP: RCPT said",
    "data": "SMTP: DATA said",
    "body": "SMTP: body under way",
    "dot": "final dot out, no answer",
}
ANSWERED = "answered, not in the journal"
JOURNALLED = "in the journal, not in the database"
READING = "reading facts"
IDLE = "between batches"
WORKING = "in a transaction"
AWAY = "database away"

WORKER = (
    *(
        "launch: writing verdicts",
        "claimed, not rendered",
        "archive and attempts",
        "drawing from a capacity",
        "planning anew",
    ),
    *("settling what another left", "leases", "SMTP: greeting", "SMTP: MAIL said", "SMTP: RCPT said"),
    *("SMTP: DATA said", "SMTP: body under way", "final dot out, no answer", ANSWERED, JOURNALLED),
    *("storing outcomes", "campaign taken back", "commit", READING),
)
"""Stages at which a worker is to be caught."""

FAST = (
    *("claimed, not rendered", "archive and attempts", "SMTP: MAIL said", "SMTP: RCPT said", "SMTP: body under way"),
    *("final dot out, no answer", ANSWERED, JOURNALLED, "storing outcomes", "settling what another left"),
)
"""Stages at which the fast lane is to be caught."""


def stages(pid: int, url: str, journals: Path, mailbox: Path, port: int) -> list[str]:
    """Everything that a stopped process is in the middle of, the most telling first; never empty."""
    found = [*_smtp(pid, journals, mailbox, port), *_transactions(pid, url)]
    return found or [IDLE]


def transaction(pid: int, url: str) -> list[str]:
    """Whether a stopped process, of the web or a command, is in the middle of a transaction; never empty."""
    found = [AWAY if stage == AWAY else WORKING for stage in _transactions(pid, url)]
    return found or [IDLE]


def unanswered(journals: Path, pid: int | None = None) -> set[str]:
    """References whose final dot is in a journal without an answer; of one process, or of all."""
    dots, answers = _lines(journals, pid)
    return dots - answers


def _lines(journals: Path, pid: int | None) -> tuple[set[str], set[str]]:
    dots: set[str] = set()
    answers: set[str] = set()
    for path in journals.glob("*.journal" if pid is None else f"*-{pid}-*.journal"):
        with suppress(FileNotFoundError):
            for line in path.read_text().split("\n")[:-1]:
                word, reference, *_ = line.split("\t")
                (dots if word == "dot" else answers).add(reference)
    return dots, answers


def _smtp(pid: int, journals: Path, mailbox: Path, port: int) -> Iterator[str]:
    dots, answers = _lines(journals, pid)
    now = _phases(pid, mailbox, port)
    if dots - answers and "dot" in now:
        yield SMTP["dot"]
    elif dots - answers and "answered" in now:
        yield ANSWERED
    for phase in ("greeting", "ehlo", "mail", "rcpt", "data", "body"):
        if phase in now:
            yield SMTP[phase]
    if answers and not dots - answers:
        yield JOURNALLED


def _phases(pid: int, mailbox: Path, port: int) -> set[str]:
    with suppress(psutil.Error):
        told = sink.phases(mailbox)
        return {
            told[one.laddr.port]
            for one in psutil.Process(pid).net_connections("tcp")
            if one.raddr and one.raddr.port == port and one.laddr.port in told
        }
    return set()


def _transactions(pid: int, url: str) -> Iterator[str]:
    try:
        with database.connect(url, autocommit=True) as connection:
            rows = connection.execute(
                "SELECT query FROM pg_stat_activity WHERE application_name = %s AND pid <> pg_backend_pid()"
                " AND state IN ('active', 'idle in transaction') ORDER BY state DESC, xact_start",
                (f"pauta {pid}",),
            ).fetchall()
    except psycopg.Error:
        yield AWAY
        return
    for (query,) in rows:
        yield next((name for name, words in STATEMENTS if any(word in query for word in words)), READING)
