"""The promises of the gate, held against what the mail server received, and the report of a run."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection

from pauta.messages.states import FINAL_STATES, Lane, State
from pauta.pipeline.delivery import OUTCOME_CODE
from pauta.platform import database
from tests.faults import company, sink
from tests.faults.installation import Installation

OUTCOME_NAMES = {code: str(kind) for kind, code in OUTCOME_CODE.items()}
QUIET = """
    SELECT NOT EXISTS (SELECT FROM message WHERE state <> ALL(%s))
           AND NOT EXISTS (SELECT FROM launch_part WHERE done_at IS NULL)
           AND NOT EXISTS (SELECT FROM plan_request)
           AND NOT EXISTS (SELECT FROM attempt WHERE outcome IS NULL)
"""


@dataclass(frozen=True)
class Message:
    """A row of the ledger, and how many mails of it arrived."""

    id: int
    contact: str
    account_key: int
    campaign: str
    lane: int
    state: int
    day: str
    type: str
    received: int


def is_quiet(url: str) -> bool:
    """Whether every message is in a final state and nothing is left to do."""
    with suppress(psycopg.Error), database.connect(url) as connection:
        return connection.execute(QUIET, (list(FINAL_STATES),)).fetchone() == (True,)
    return False


def what_is_left(url: str) -> object:
    """What keeps an installation from being quiet, for the report of a failure."""
    with suppress(psycopg.Error), database.connect(url) as connection:
        return {
            "open": connection.execute(
                "SELECT * FROM message WHERE state <> ALL(%s) LIMIT 3", (list(FINAL_STATES),)
            ).fetchall(),
            "launches": connection.execute("SELECT * FROM launch_part WHERE done_at IS NULL LIMIT 3").fetchall(),
            "plans": connection.execute("SELECT * FROM plan_request LIMIT 3").fetchall(),
            "attempts": connection.execute("SELECT * FROM attempt WHERE outcome IS NULL LIMIT 3").fetchall(),
            "aside": connection.execute("SELECT * FROM quarantine LIMIT 3").fetchall(),
            "leases": connection.execute("SELECT owner, min(until), count(*) FROM lease GROUP BY 1").fetchall(),
        }
    return "database away"


def number_of(reference: str) -> int:
    """The message of an attempt's reference."""
    return int(reference.split(".")[1])


def cut_off(running: Installation) -> Counter[int]:
    """How many final dots of each message have lost their answer."""
    return Counter(number_of(reference) for reference in running.unanswered)


def ledger(running: Installation) -> dict[int, Message]:
    """Every message, with the mails of it that arrived."""
    with database.connect(running.url) as connection:
        received = Counter(company.messages_of(connection, sink.mails(running.mailbox)))
        rows = connection.execute(
            "SELECT m.id, c.external_id, m.account_key, k.campaign, m.lane, m.state, m.day::text, k.type "
            "FROM message m JOIN contact c ON c.id = m.contact_id JOIN proposal p ON p.id = m.proposal_id "
            "JOIN kind k ON k.id = p.kind_id"
        ).fetchall()
    return {row[0]: Message(*row, received[row[0]]) for row in rows}


@dataclass(frozen=True)
class Findings:
    """What a run broke; every list should be empty."""

    lost: list[int]
    sent_without_mail: list[int]
    mail_without_sending: list[int]
    bulk_twice: list[int]
    transactional_not_sent: list[int]
    transactional_too_often: list[int]
    unknown_without_cause: list[int]
    contacts_over_cap: list[str]
    accounts_over_cap: list[int]
    days_over_capacity: list[str]
    launched_twice: list[str]
    not_archived: list[int]


def findings(
    running: Installation,
    rows: dict[int, Message],
    accepted: set[int],
    *,
    cap: int,
    account_cap: int,
    capacity: int,
    moved: set[str],
    cut: Counter[int],
    stalled: bool,
) -> Findings:
    """Hold the ledger and the mails against the promises; ``cut`` counts final dots without an answer, by message."""
    bulk = [row for row in rows.values() if row.lane == Lane.BULK]
    fast = [row for row in rows.values() if row.lane == Lane.FAST]
    left = [row for row in bulk if row.received or row.state in (State.SENT, State.UNKNOWN)]
    contacts = Counter(row.contact for row in left)
    moved_keys = {row.account_key for row in rows.values() if row.contact in moved}
    accounts = Counter((row.account_key, row.day) for row in left if row.account_key not in moved_keys)
    days = Counter(row.day for row in left if row.type == "relationship")
    again = Counter((row.contact, row.campaign) for row in bulk)
    with database.connect(running.url) as connection:
        archived = {number for (number,) in connection.execute("SELECT message_id FROM archive").fetchall()}
    return Findings(
        lost=sorted(accepted - rows.keys()),
        sent_without_mail=[row.id for row in rows.values() if row.state == State.SENT and not row.received],
        mail_without_sending=[
            row.id for row in rows.values() if row.received and row.state not in (State.SENT, State.UNKNOWN)
        ],
        bulk_twice=[row.id for row in bulk if row.received > 1],
        transactional_not_sent=[row.id for row in fast if row.state != State.SENT],
        transactional_too_often=[] if stalled else [row.id for row in fast if row.received > 1 + cut[row.id]],
        unknown_without_cause=[]
        if stalled
        else [row.id for row in bulk if row.state == State.UNKNOWN and not cut[row.id]],
        contacts_over_cap=[contact for contact, count in contacts.items() if count > cap],
        accounts_over_cap=[key for (key, _), count in accounts.items() if count > account_cap],
        days_over_capacity=[day for day, count in days.items() if count > capacity],
        launched_twice=[f"{contact} {campaign}" for (contact, campaign), count in again.items() if count > 1],
        not_archived=[row.id for row in rows.values() if row.received and row.id not in archived],
    )


def became(connection: Connection[Any], reference: str, rows: dict[int, Message]) -> str:
    """What became of a final dot whose answer nobody could have seen."""
    _, number, attempt = (int(piece) for piece in reference.split("."))
    row = rows[number]
    found = connection.execute(
        "SELECT outcome, answer FROM attempt WHERE message_id = %s AND number = %s AND part = ANY(%s)",
        (number, attempt, list(range(64))),
    ).fetchone()
    arrived = "arrived" if row.received else "did not arrive"
    match found and OUTCOME_NAMES[found[0]]:
        case "sent":
            return "its answer came after all: sent"
        case "unsent":
            return f"the dot had not left the machine: tried again, {State(row.state).name.lower()}"
        case "lost" if row.lane == Lane.BULK:
            return f"bulk: kept as unknown, never sent again (the mail {arrived})"
        case "lost" if row.received > 1:
            return "transactional: sent again under the same Message-ID, arrived twice"
        case "lost":
            return f"transactional: sent again under the same Message-ID, arrived {row.received} time(s)"
        case other:
            return f"other: {other}"


def report(
    running: Installation, rows: dict[int, Message], found: Findings, more: dict[str, Any], file: Path | None
) -> None:
    """Print kills by process and stage, and what became of each unknown; the file gets it as JSON lines."""
    lines = list(_lines(running, rows, found, more))
    for line in lines:
        print("  ".join(f"{value}" if name == "what" else f"{name}: {value}" for name, value in line.items()))
    if file is not None:
        with file.open("a") as out:
            out.writelines(json.dumps(line) + "\n" for line in lines)


def _lines(
    running: Installation, rows: dict[int, Message], found: Findings, more: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    for (victim, stage), count in sorted(running.kills.items()):
        yield {"what": "kills", "process": victim, "stage": stage, "count": count}
    yield {"what": "kills in all", "count": running.kills.total()}
    with database.connect(running.url) as connection:
        ends = Counter((by, became(connection, one, rows)) for one, by in running.unanswered.items())
    for (by, end), count in sorted(ends.items()):
        yield {"what": "final dot without an answer", "cut off by": by, "became": end, "count": count}
    for state, count in sorted(Counter((row.lane, row.state) for row in rows.values()).items()):
        yield {"what": "messages", "lane": Lane(state[0]).name, "state": State(state[1]).name, "count": count}
    twice = [row for row in rows.values() if row.received > 1]
    yield {"what": "arrived more than once", "bulk": sum(row.lane == Lane.BULK for row in twice),
           "transactional": sum(row.lane == Lane.FAST for row in twice)}  # fmt: skip
    yield {"what": "mails received", "count": sum(row.received for row in rows.values()), **more}
    for name, value in asdict(found).items():
        yield {"what": "broken promises", "promise": name, "count": len(value), "which": value[:5]}
