"""What an installation has to do while it is under fire: imports, launches, recalls, moves, policies, invoices."""

from __future__ import annotations

import csv
import json
import random
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import psycopg

from pauta.campaigns import actions as campaigns
from pauta.platform import database
from pauta.policies.actions import replace_all
from pauta.team.actions import create_key
from tests.conftest import ADMIN
from tests.faults import company
from tests.faults.installation import PAUTA, Installation, persistently
from tests.faults.processes import start

BATCH, EACH_ACCOUNT = 400, 10
TYPES = (("later", "promotional"), ("offers", "promotional"), ("news", "educational"), ("warm", "relationship"))
"""The campaigns of each batch of contacts; the first is for tomorrow, and is planned anew until it is taken back."""
CAP, ACCOUNT_CAP = 2, 15
FIRST_LIMIT, MORE = 100, 100
"""Places of the capacity at first, and how many more with each change of the policies."""


def policies(limit: int) -> list[dict[str, Any]]:
    """The policies in force: two caps, and a capacity of so many relationship mails a day."""
    bulk = {"except_types": ["transactional"]}
    warm = {"types": ["relationship"]}
    return [
        {"kind": "cap", "name": "two a week", "limit": CAP, "days": 7, "counts": bulk},
        {"kind": "cap", "name": "account", "limit": ACCOUNT_CAP, "days": 1, "scope": "account", "counts": bulk},
        {"kind": "capacity", "name": "warm-up", "channel": "email", "limit": limit, "per": "day", "counts": warm,
         "held": warm},
    ]  # fmt: skip


@contextmanager
def working(running: Installation, chance: random.Random) -> Iterator[Work]:
    """Work that ends with the block at the latest."""
    work = Work(running, chance)
    try:
        work.begin()
        yield work
    finally:
        work.abandon()


@dataclass
class Work:
    """Threads that keep an installation busy until it is over, and what they were promised."""

    running: Installation
    chance: random.Random
    over: threading.Event = field(default_factory=threading.Event)
    abandoned: threading.Event = field(default_factory=threading.Event)
    limit: int = FIRST_LIMIT
    batches: list[int] = field(default_factory=list)
    moved: set[str] = field(default_factory=set)
    launched: dict[str, int] = field(default_factory=dict)
    recalled: set[str] = field(default_factory=set)
    accepted: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    resumed: int = 0
    key: str = ""
    threads: list[threading.Thread] = field(default_factory=list)

    def begin(self) -> None:
        """Write the company, and start working."""
        now = datetime.now(UTC)
        with database.connect(self.running.url) as connection:
            company.build(connection, now, 0, 0, policies(self.limit))
            self.key = create_key(connection, now, "faults", "admin")
        self.import_batch(0)
        self.threads = [
            threading.Thread(target=self._guarded, args=(work,), daemon=True) for work in (self.market, self.invoice)
        ]
        for thread in self.threads:
            thread.start()

    def end(self) -> None:
        """Stop working; what had begun is finished, and what was to leave tomorrow is taken back."""
        self.over.set()
        for thread in self.threads:
            thread.join()
        for name in [name for name in self.launched if name.startswith("later")]:
            self.recall(name)
        assert self.errors == []

    def abandon(self) -> None:
        """Leave everything as it is."""
        self.over.set()
        self.abandoned.set()
        for command in list(self.running.commands):
            command.kill()
        for thread in self.threads:
            thread.join()

    def _guarded(self, work: Any) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - the test fails with it at its end
            self.errors.append(f"{type(error).__name__}: {error}")

    def market(self) -> None:
        """Batch after batch of new contacts, four campaigns each; recalls, moves and new policies among them."""
        for batch in range(1, 100_000):
            if self.over.is_set():
                return
            first = batch % len(TYPES)
            self.launch(batch - 1, [*TYPES[first:], *TYPES[:first]])
            if batch % 3 == 0:
                self.recall(f"{TYPES[1 + first % 3][0]} {batch - 1}")
            self.import_batch(batch)
            if batch % 2 == 0:
                self.move_contacts(batch - 1)
                self.change_policies()
            self.pause(batch)

    def pause(self, batch: int) -> None:
        """Let the mails of earlier batches leave first."""
        question = "SELECT count(*) FROM message WHERE state < 3 AND due < now()"
        while not self.over.is_set() and not self.over.wait(0.3):
            with suppress(psycopg.Error), database.connect(self.running.url) as connection:
                if (connection.execute(question).fetchone() or (0,))[0] < BATCH:
                    return

    def import_batch(self, batch: int) -> None:
        """Import new contacts by the command, as often as it takes."""
        rows = [
            (f"c{number}", f"c{number}@customer.example", f"Bruno {number}", f"a{number // EACH_ACCOUNT}")
            for number in range(batch * BATCH, (batch + 1) * BATCH)
        ]
        consent = ["--set", "consent.email.*=granted", "--set", "consent.basis=test"]
        self._import(f"batch-{batch}", rows, ["--set", f"stage=b{batch}", "--set", "zone=UTC", *consent])
        self.batches.append(batch)

    def move_contacts(self, batch: int) -> None:
        """Move some of a batch's contacts to another account, while their mails are on their way."""
        numbers = range(batch * BATCH, (batch + 1) * BATCH, 13)
        rows = [
            (f"c{number}", f"c{number}@customer.example", f"Bruno {number}", f"x{number % 7}") for number in numbers
        ]
        self._import(f"moves-{batch}", rows, [])
        self.moved |= {f"c{number}" for number in numbers}

    def _import(self, name: str, rows: Sequence[tuple[str, ...]], more: list[str]) -> None:
        file = self.running.folder / f"{name}.csv"
        with file.open("w", newline="") as opened:
            writer = csv.writer(opened)
            writer.writerow(("external_id", "email", "first_name", "account"))
            writer.writerows(rows)
        command = [PAUTA, "import", "contacts", str(file), "--yes", *more]
        for how in [[], *[["--resume"], []] * 200]:
            if self.abandoned.is_set():
                return
            if self.command([*command, *how]):
                self.resumed += how == ["--resume"]
                return
        raise AssertionError(f"{name} could not be imported")

    def command(self, command: list[str]) -> bool:
        """Run a command, which may be killed meanwhile; whether it came to its end."""
        process = start(command, self.running.environment, self.running.folder / "commands.log")
        self.running.commands.append(process)
        done = process.wait() == 0
        self.running.commands.remove(process)
        if not done:
            time.sleep(0.1)
        return done

    def launch(self, batch: int, campaigns: Sequence[tuple[str, str]]) -> None:
        """Launch a batch's campaigns, each by its name and type."""
        for name, kind in campaigns:
            number = persistently(partial(self._launch, f"{name} {batch}", batch, kind), self.over)
            if number:
                self.launched[f"{name} {batch}"] = number

    def _launch(self, name: str, batch: int, kind: str) -> int:
        now = datetime.now(UTC)
        day = now.date() + timedelta(days=name.startswith("later"))
        with database.connect(self.running.url) as connection:
            known = connection.execute("SELECT id FROM campaign WHERE name = %s", (name,)).fetchone()
            if known:  # the answer to the commit was lost
                return int(known[0])
            one_of = {"filter": {"all": [{"field": "contact.stage", "op": "=", "value": f"b{batch}"}]}}
            terms = {"type": kind, "topic": "offers", "team": "marketing", "channels": ["email"]}
            dates = {"not_before": day.isoformat(), "expires": day.isoformat()}
            draft = campaigns.read_draft({"name": name, "template": "hello", "audience": one_of, **terms, **dates})
            number = campaigns.create(connection, now, draft, "ana")
            campaigns.launch(connection, now, number, ADMIN)
            return number

    def recall(self, name: str) -> None:
        """Take a campaign back by the command, as often as it takes."""
        if name in self.launched:
            for _ in range(200):
                if self.abandoned.is_set():
                    return
                if self.command([PAUTA, "campaign", "cancel", name]):
                    self.recalled.add(name)
                    return
            raise AssertionError(f"{name} could not be taken back")

    def change_policies(self) -> None:
        """More places: everything that is planned is planned again."""
        limit = self.limit + MORE

        def change() -> int:
            with database.connect(self.running.url) as connection:
                return replace_all(connection, policies(limit), "ana", datetime.now(UTC))

        if persistently(change, self.over) is not None:
            self.limit = limit

    def invoice(self) -> None:
        """Ask the API for transactional mails, one after the other, as a program would that tries again."""
        number = 0
        while not self.over.wait(0.2):
            contact = self.chance.randrange(BATCH * len(self.batches))
            message = self.ask(f"invoice-{number}", f"c{contact}")
            if message:
                self.accepted[f"invoice-{number}"] = message
            number += 1

    def ask(self, key: str, contact: str) -> int | None:
        """Post one message until it is taken in; its id, or None when it is over before."""
        body = {"contact": contact, "template": "hello", "type": "transactional", "topic": "invoice"}
        request = urllib.request.Request(
            f"{self.running.web}/messages",
            json.dumps({**body, "team": "finance", "tier": 0}).encode(),
            {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", "Idempotency-Key": key},
        )
        while not self.over.is_set():
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    return int(json.load(answer)["id"])
            except urllib.error.HTTPError as refusal:
                if refusal.code not in (429, 503, 507):
                    raise AssertionError(f"{refusal.code}: {refusal.read().decode()}") from None
            except (OSError, urllib.error.URLError, ValueError):
                pass
            self.over.wait(0.1)
        return None
