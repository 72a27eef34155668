"""A mail server that breaks off, or falls silent, at every point: nothing is lost, no bulk message arrives twice."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pauta.messages.states import State
from pauta.platform import database
from tests.faults import company, sink
from tests.faults.installation import PATIENCE, installed, stalls_watched
from tests.faults.processes import wait_until
from tests.faults.promises import findings, is_quiet, ledger, what_is_left

HARM = {
    "drop_at_greeting": 0.1,
    "drop_in_body": 0.04,
    "drop_after_dot": 0.04,
    "drop_after_keep": 0.04,
    "hang_at_greeting": 0.05,
    "hang_in_body": 0.01,
    "hang_after_dot": 0.01,
    "hang_after_keep": 0.01,
}
INVOICES = 60


@pytest.mark.parametrize(
    "contacts",
    [
        pytest.param(200, marks=pytest.mark.timeout(900)),
        pytest.param(3000, marks=[pytest.mark.fault, pytest.mark.timeout(3600)]),
    ],
)
def test_conversations_that_end_anywhere(contacts: int, data_dir: Path, tmp_path: Path) -> None:
    cap = [{"kind": "cap", "name": "one", "limit": 1, "days": 7, "counts": {"except_types": ["transactional"]}}]
    with installed(data_dir, tmp_path) as running, stalls_watched() as stalls:
        sink.order(running.mailbox, **HARM)
        now = datetime.now(UTC)
        with database.connect(running.url) as connection:
            company.build(connection, now, contacts // 10, contacts, cap)
            company.launch(connection, now, "launch", expires=now.date())
        asked = set()
        for number in range(INVOICES):
            with database.connect(running.url) as connection:
                asked.add(company.send_one(connection, datetime.now(UTC), number + 1, f"invoice-{number}"))
            time.sleep(0.05)
        assert wait_until(lambda: running.kept > contacts // 2, PATIENCE + contacts), "no mail gets through"
        sink.order(running.mailbox)
        # a transactional mail whose answer was lost is sent again after half a minute at the latest
        assert wait_until(lambda: is_quiet(running.url), PATIENCE, 0.5), what_is_left(running.url)
        rows = ledger(running)
        people = {f"{row.contact}@customer.example": row for row in rows.values()}
        told = Counter(one["where"] for one in sink.cuts(running.mailbox))
        silent = Counter(
            one["recipient"] for one in sink.cuts(running.mailbox) if one["where"] in ("body", "dot", "keep")
        )
        cut = Counter({row.id: silent[f"{row.contact}@customer.example"] for row in rows.values()})
        found = findings(
            running,
            rows,
            asked,
            cap=1,
            account_cap=contacts,
            capacity=0,
            moved=set(),
            cut=cut,
            stalled=bool(stalls),
        )
        unknown = sum(row.state == State.UNKNOWN for row in rows.values())
        twice = sum(row.received > 1 for row in rows.values())
        print(f"{dict(told)}: {unknown} unknown, {twice} transactional ones twice, {len(people)} people")
        assert set(told) == {"greeting", "body", "dot", "keep"}
        assert asdict(found) == {name: [] for name in asdict(found)}
