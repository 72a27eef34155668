"""A worker that is stopped for longer than its lease and resumed sends nothing that another has taken over."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pauta.messages.states import Lane, State
from pauta.platform import database
from tests.faults import company, sink
from tests.faults.installation import LEASE_SECONDS, PATIENCE, SEND_SECONDS, Installation, installed, stalls_watched
from tests.faults.processes import Patience, wait_until
from tests.faults.promises import Message, cut_off, findings, is_quiet, ledger, what_is_left
from tests.faults.stages import JOURNALLED, unanswered

CONTACTS = 600
CAP = [{"kind": "cap", "name": "two a week", "limit": 2, "days": 7, "counts": {"except_types": ["transactional"]}}]
STAGES = (
    *("claimed, not rendered", "archive and attempts", "SMTP: RCPT said", "SMTP: body under way"),
    *("final dot out, no answer", JOURNALLED, "storing outcomes"),
)


@pytest.mark.parametrize(
    "victims",
    [
        pytest.param({"worker": ("final dot out, no answer",)}, id="short", marks=pytest.mark.timeout(900)),
        pytest.param(
            {"worker": STAGES, "fast lane": STAGES}, id="long", marks=[pytest.mark.fault, pytest.mark.timeout(3600)]
        ),
    ],
)
def test_what_another_took_over_is_not_sent_by_who_was_stopped(
    victims: dict[str, tuple[str, ...]], data_dir: Path, tmp_path: Path
) -> None:
    with installed(data_dir, tmp_path) as running, stalls_watched() as stalls:
        sink.order(running.mailbox, pause=0.02, pause_before_answer=0.2)
        now = datetime.now(UTC)
        with database.connect(running.url) as connection:
            company.build(connection, now, CONTACTS // 10, CONTACTS, CAP)
        asked: set[int] = set()
        plan = [(victim, stage) for victim, stages in victims.items() for stage in stages]
        for round_, (victim, stage) in enumerate(plan):
            start_sending(running, victim, round_, asked)
            stop_past_the_lease(running, victim, stage)
        sink.order(running.mailbox)
        assert wait_until(lambda: is_quiet(running.url), PATIENCE, 0.5), what_is_left(running.url)
        rows = ledger(running)
        found = findings(
            running,
            rows,
            asked,
            cap=2,
            account_cap=CONTACTS,
            capacity=0,
            moved=set(),
            cut=cut_off(running),
            stalled=bool(stalls),
        )
        print_ends(running, rows)
        assert asdict(found) == {name: [] for name in asdict(found)}


def start_sending(running: Installation, victim: str, round_: int, asked: set[int]) -> None:
    """Give the victim something to do."""
    now = datetime.now(UTC)
    with database.connect(running.url) as connection:
        if victim == "fast lane":
            for number in range(100):
                asked.add(company.send_one(connection, now, number + 1, f"invoice-{round_}-{number}"))
        elif round_ % 3 == 0:
            company.launch(connection, now, f"launch {round_}", expires=now.date())


def stop_past_the_lease(running: Installation, victim: str, stage: str) -> None:
    """Stop a process of that sort at a stage until others have settled what it had in hand, and let it go on."""
    pid = catch(running, victim, stage)
    try:
        caught = unanswered(running.journals, pid)
        running.unanswered |= dict.fromkeys(caught, f"{victim} stopped")
        running.kills[f"{victim} stopped", stage] += 1
        assert wait_until(lambda: is_replaced(running, pid), LEASE_SECONDS + SEND_SECONDS + PATIENCE, 0.2)
    finally:
        os.kill(pid, signal.SIGCONT)


def catch(running: Installation, victim: str, stage: str) -> int:
    """Stop a process of that sort when it is at the stage."""
    patience = Patience(PATIENCE)
    while patience.left:
        for pid in running.pids(victim):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
                if stage in running.stage(victim, pid):
                    return pid
                os.kill(pid, signal.SIGCONT)
        time.sleep(0.003)
    raise AssertionError(f"no {victim} was ever at: {stage}")


def is_replaced(running: Installation, pid: int) -> bool:
    """Whether a stopped process owns nothing any more, and nothing of it is undecided."""
    os.kill(pid, signal.SIGSTOP)  # again: somebody else on the machine may have let it go on
    with database.connect(running.url) as connection:
        mine = f"%-{pid}-%"
        return connection.execute(
            "SELECT NOT EXISTS (SELECT FROM lease WHERE owner LIKE %s AND until > clock_timestamp()) AND"
            " NOT EXISTS (SELECT FROM attempt WHERE owner LIKE %s AND outcome IS NULL)",
            (mine, mine),
        ).fetchone() == (True,)


def print_ends(running: Installation, rows: dict[int, Message]) -> None:
    """What became of the dots that were out when their worker was stopped."""
    for reference, by in running.unanswered.items():
        row = rows[int(reference.split(".")[1])]
        print(f"{by}: {reference}: {Lane(row.lane).name} {State(row.state).name}, arrived {row.received} time(s)")
