"""Eight workers, twenty colliding campaigns, a month on one simulated clock, kills and stops at random: caps hold."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pauta.messages.states import State
from pauta.platform import database
from pauta.platform.clock import advance
from tests.conftest import MONDAY
from tests.faults import company, sink
from tests.faults.installation import free_ports
from tests.faults.processes import start, start_sink, wait_until

ACCOUNTS, CONTACTS, CAMPAIGNS, WORKERS = 100, 500, 20, 8
PATIENCE = 180
POLICIES = [
    {"kind": "cap", "name": "two a week", "limit": 2, "days": 7, "window": "rolling", "scope": "contact"},
    {"kind": "cap", "name": "one promotion", "limit": 1, "days": 5, "window": "rolling", "scope": "contact",
     "held": {"types": ["promotional"]}, "counts": {"types": ["promotional"]}},
    {"kind": "cap", "name": "four a day", "limit": 4, "days": 1, "window": "rolling", "scope": "account"},
    {"kind": "time", "name": "working days", "hours": ["08:00", "18:00"], "weekdays": [1, 2, 3, 4, 5]},
    {"kind": "capacity", "name": "warm-up", "channel": "email", "limit": 150, "per": "day"},
]  # fmt: skip


@dataclass
class Fleet:
    """Worker processes, some of which are killed or stopped for a while."""

    environment: dict[str, str]
    log: Path
    workers: list[subprocess.Popen[bytes]]
    harm: Counter[str]

    def grow(self, count: int) -> None:
        """Start workers until there are that many."""
        for _ in range(count - len(self.workers)):
            self.workers.append(start([sys.executable, "-m", "pauta.worker"], self.environment, self.log))

    def hurt(self, chance: random.Random, over: threading.Event) -> None:
        """Kill one and start another, or stop one for longer than its lease, until it is over."""
        while not over.wait(chance.uniform(0.5, 3.0)):
            victim = chance.randrange(len(self.workers))
            if chance.random() < 0.4:
                self.workers[victim].kill()
                self.workers[victim].wait()
                self.workers[victim] = start([sys.executable, "-m", "pauta.worker"], self.environment, self.log)
                self.harm["killed"] += 1
            else:
                self.workers[victim].send_signal(signal.SIGSTOP)
                over.wait(chance.uniform(0.5, 6.0))
                self.workers[victim].send_signal(signal.SIGCONT)
                self.harm["stopped"] += 1

    def end(self) -> None:
        """Stop every worker."""
        for worker in self.workers:
            with suppress(ProcessLookupError):
                worker.send_signal(signal.SIGCONT)
            worker.terminate()
        for worker in self.workers:
            try:
                worker.wait(30)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()


@pytest.mark.parametrize(
    ("days", "step"),
    [
        pytest.param(6, timedelta(hours=6), id="week", marks=pytest.mark.timeout(900)),
        pytest.param(30, timedelta(hours=1), id="month", marks=[pytest.mark.fault, pytest.mark.timeout(7200)]),
    ],
)
def test_no_cap_is_exceeded_and_hardly_a_place_is_wasted(
    days: int, step: timedelta, database: str, clock_file: Path, data_dir: Path, tmp_path: Path
) -> None:
    with running(database, clock_file, data_dir, tmp_path) as fleet:
        launch_everything(database, days)
        fleet.grow(1)
        settle(database, MONDAY)
        promised = planned_places(database, (MONDAY + timedelta(days=days)).date())
        fleet.grow(WORKERS)
        over = threading.Event()
        chaos = threading.Thread(target=fleet.hurt, args=(random.Random(days), over))
        chaos.start()
        try:
            moment = MONDAY
            while moment < MONDAY + timedelta(days=days):
                moment += step
                advance(clock_file, moment)
                settle(database, moment)
        finally:
            over.set()
            chaos.join()
        delivered = len({mail["message_id"] for mail in sink.mails(tmp_path / "mails")})
        print(f"{fleet.harm}; promised {promised}, delivered {delivered}")
        assert delivered >= 0.99 * promised
        assert delivered >= days * 20
        assert_caps_hold(database, tmp_path / "mails")


@contextmanager
def running(database: str, clock_file: Path, data_dir: Path, tmp_path: Path) -> Iterator[Fleet]:
    """The mail server, and room for workers on the test's database and clock."""
    (port,) = free_ports(1)
    environment = {
        "PAUTA_DATA_DIR": str(data_dir),
        "DATABASE_URL": database,
        "PAUTA_CLOCK_FILE": str(clock_file),
        "PAUTA_WEB_URL": "https://pauta.example",
        "PAUTA_SMTP_URL": f"smtp://127.0.0.1:{port}",
        "PAUTA_LEASE_SECONDS": "3",
        "PAUTA_SEND_SECONDS": "1",
        "PAUTA_LOG_LEVEL": "error",
        "PAUTA_WORKERS": str(WORKERS),
    }
    with ExitStack() as stack:
        mail_server = start_sink(port, tmp_path / "mails", "--clock", str(clock_file))
        stack.callback(mail_server.wait)
        stack.callback(mail_server.kill)
        fleet = Fleet(environment, tmp_path / "workers.log", [], Counter())
        stack.callback(fleet.end)
        yield fleet


def launch_everything(url: str, days: int) -> None:
    """Twenty campaigns to everybody, of all types, tiers and dates, wished for the same few days."""
    types = ("promotional", "educational", "relationship", "operational")
    with database.connect(url) as connection:
        company.build(connection, MONDAY, ACCOUNTS, CONTACTS, POLICIES)
        for number in range(CAMPAIGNS):
            company.launch(
                connection,
                MONDAY,
                f"campaign {number}",
                type=types[number % 4],
                topic=f"topic {number % 3}",
                tier=1 + number % 3,
                value=number,
                not_before=(MONDAY + timedelta(days=number * days // CAMPAIGNS)).date(),
                at=f"{8 + number % 9:02}:30",
            )


def settle(url: str, now: datetime) -> None:
    """Wait until the workers have nothing left to do at this moment."""
    question = """
        SELECT NOT EXISTS (SELECT FROM message WHERE state = 2 OR (state < 2 AND due <= %s))
               AND NOT EXISTS (SELECT FROM launch_part WHERE done_at IS NULL)
               AND NOT EXISTS (SELECT FROM plan_request)
    """
    with database.connect(url, autocommit=True) as connection:
        settled = wait_until(lambda: connection.execute(question, (now,)).fetchone() == (True,), PATIENCE)
        assert settled, connection.execute("SELECT * FROM message WHERE state < 3 ORDER BY due LIMIT 5").fetchall()


def planned_places(url: str, until: date) -> int:
    """Places before a day, as one worker has planned them."""
    with database.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM message WHERE state IN (%s, %s) AND day < %s", (State.PLANNED, State.SENT, until)
        ).fetchone()
    return int(row[0]) if row else 0


def assert_caps_hold(url: str, mailbox: Path) -> None:
    """Count what the mail server received, by the local day of each recipient."""
    with database.connect(url) as connection:
        people = {
            email: (account, ZoneInfo(zone))
            for email, account, zone in connection.execute(
                "SELECT c.email, c.account_key, p.zone FROM contact c JOIN account a ON a.id = c.account_id "
                "JOIN place p ON p.id = a.place_id"
            ).fetchall()
        }
        promotional = {
            number
            for (number,) in connection.execute(
                "SELECT m.id FROM message m JOIN proposal p ON p.id = m.proposal_id JOIN kind k ON k.id = p.kind_id "
                "WHERE k.type = 'promotional'"
            ).fetchall()
        }
        mails = sink.mails(mailbox)
        messages = company.messages_of(connection, mails)
    touches: dict[str, list[date]] = defaultdict(list)
    promotions: dict[str, list[date]] = defaultdict(list)
    accounts: Counter[tuple[int, date]] = Counter()
    total: Counter[date] = Counter()
    seen: set[str] = set()
    for mail, message in zip(mails, messages, strict=True):
        assert mail["message_id"] not in seen
        seen.add(mail["message_id"])
        account, zone = people[mail["recipient"]]
        local = datetime.fromtimestamp(mail["at"], UTC).astimezone(zone)
        assert local.isoweekday() <= 5
        assert 8 <= local.hour < 18
        touches[mail["recipient"]].append(local.date())
        if message in promotional:
            promotions[mail["recipient"]].append(local.date())
        accounts[account, local.date()] += 1
        total[local.date()] += 1
    assert max(most_in(days, 7) for days in touches.values()) == 2
    assert max(most_in(days, 5) for days in promotions.values()) == 1
    assert max(accounts.values()) <= 4
    assert max(total.values()) <= 150


def most_in(days: list[date], window: int) -> int:
    """The most of these days that lie in one run of ``window`` days."""
    return max(sum(0 <= (other - day).days < window for other in days) for day in days)
