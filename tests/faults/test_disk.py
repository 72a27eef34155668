"""A disk that fills up: nothing new is taken in, everybody is told why, nothing is lost, and work goes on by itself."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from pauta.channels.base import Outcome, OutcomeKind
from pauta.core.problems import Problem
from pauta.messages.states import Lane
from pauta.pipeline import journal
from pauta.platform import database
from pauta.platform.words import say
from pauta.team.actions import create_key
from tests.faults import company, sink
from tests.faults.installation import PATIENCE, PAUTA, Installation, installed, stalls_watched
from tests.faults.processes import wait_until
from tests.faults.promises import cut_off, findings, is_quiet, ledger, what_is_left

SIZE_MB, RESERVE_MB = 1200, 400
CONTACTS = 2000
CAP = [{"kind": "cap", "name": "two a week", "limit": 2, "days": 7, "counts": {"except_types": ["transactional"]}}]


@contextmanager
def small_disk(folder: Path, megabytes: int = SIZE_MB) -> Iterator[None]:
    """A file system of its own on the folder; skips the test where that is not permitted."""
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    options = f"size={megabytes}m,mode=711"
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, check=False)
    if made.returncode != 0:
        pytest.skip(f"no small disk could be mounted here: {made.stderr.decode().strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill(folder: Path, left_mb: int) -> None:
    """Leave so many megabytes."""
    free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
    with (folder / "ballast").open("ab", buffering=0) as ballast:
        with suppress(OSError):
            os.posix_fallocate(ballast.fileno(), ballast.tell(), max(1, free - left_mb * 1_000_000))
        while not left_mb:  # to the last page, whoever frees one meanwhile
            try:
                ballast.write(b"\0" * 4096)
            except OSError:
                return


def test_a_journal_without_room_lets_no_dot_leave_and_keeps_no_half_line(tmp_path: Path) -> None:
    with small_disk(tmp_path / "journals", megabytes=1):
        written = journal.Journal(tmp_path / "journals", "me")
        while written.dot("1.2.3"):
            pass
        assert not written.dot("1.2.4")
        written.answer(Outcome("1.2.3", OutcomeKind.SENT, 250))
        said = journal.read(tmp_path / "journals", "me")
        assert said == {"1.2.3": journal.Entry("1.2.3", None)}
        written.clear()
        assert written.dot("1.3.1")
        assert journal.read(tmp_path / "journals", "me") == {"1.3.1": journal.Entry("1.3.1", None)}
        written.end()
        written.close()


@pytest.mark.timeout(1800)
@pytest.mark.fault
def test_a_disk_that_fills_up(data_dir: Path, tmp_path: Path) -> None:
    settings = {"PAUTA_DISK_RESERVE_MB": str(RESERVE_MB), "PAUTA_GRACE_SECONDS": "0"}
    with small_disk(data_dir), installed(data_dir, tmp_path, settings) as running, stalls_watched() as stalls:
        now = datetime.now(UTC)
        sink.order(running.mailbox, pause_before_answer=1.0)  # so that there is still something to send
        with database.connect(running.url) as connection:
            company.build(connection, now, CONTACTS // 10, CONTACTS, CAP)
            key = create_key(connection, now, "faults", "admin")
            company.launch(connection, now, "first", expires=now.date())
        assert running.moves(20)
        asked = {taken_in(running, key, "before")}

        fill(data_dir, RESERVE_MB * 9 // 10)
        nothing_new_is_taken_in(running, key, data_dir)
        assert running.moves(20), "what is planned goes on leaving"

        sink.order(running.mailbox, pause_before_answer=0.05)
        fill(data_dir, 0)
        time.sleep(2)
        with suppress(psycopg.Error), database.connect(running.url, autocommit=True) as connection:
            connection.execute("SELECT pg_switch_wal()")  # the next segment finds no room: PostgreSQL crashes
        time.sleep(8)
        assert post(running, key, "meanwhile") == (507, 0, full(data_dir))
        assert running.parent.poll() is None
        code, words = command(running, "status")
        assert (code, words) == (2, full(data_dir))

        (data_dir / "ballast").unlink()
        asked |= {taken_in(running, key, name) for name in ("before", "meanwhile", "after")}
        with database.connect(running.url) as connection:
            company.launch(connection, now, "second", expires=now.date())
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
        assert asdict(found) == {name: [] for name in asdict(found)}
        assert sum(row.lane == Lane.BULK for row in rows.values()) == 2 * CONTACTS


def nothing_new_is_taken_in(running: Installation, key: str, data_dir: Path) -> None:
    """Every door says the same, in the language of who asks; what stops things stays open."""
    assert post(running, key, "refused") == (507, 0, full(data_dir))
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(running.web.removesuffix("/api/v1") + "/readyz", timeout=10)
    assert refusal.value.code == 503
    assert b"disk is nearly full" in refusal.value.read()
    code, words = command(running, "status")
    assert code == 0
    assert words == full(data_dir)
    people = running.folder / "people.csv"
    people.write_text("external_id,email\nx,x@customer.example\n")
    assert command(running, "import", "contacts", str(people), "--yes")[0] == 2
    assert command(running, "doctor")[0] == 1
    assert command(running, "stop", "--reason", "test")[0] == 0
    assert command(running, "stop", "--lift")[0] == 0


def taken_in(running: Installation, key: str, name: str) -> int:
    """Ask until a transactional message is taken in; its id."""
    assert wait_until(lambda: post(running, key, name)[0] == 202, PATIENCE, 0.5), post(running, key, name)
    return post(running, key, name)[1]


def full(data_dir: Path) -> str:
    """What is said, without its figures: mails go on leaving meanwhile."""
    return masked(say(Problem("disk_short", folder=str(data_dir), free=0, reserve=RESERVE_MB), "pt-BR"))


def masked(words: str) -> str:
    """A sentence with every number of megabytes as one."""
    return re.sub(r"\d+ MB", "N MB", words)


def post(running: Installation, key: str, name: str) -> tuple[int, int, str]:
    """Ask for a transactional message: the status (0: no answer), the message's id, what was said of a refusal."""
    body = {"contact": "c1", "template": "hello", "type": "transactional", "topic": "invoice", "team": "finance"}
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Idempotency-Key": name,
               "Accept-Language": "pt-BR"}  # fmt: skip
    request = urllib.request.Request(f"{running.web}/messages", json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, int(json.load(answer)["id"]), ""
    except urllib.error.HTTPError as refusal:
        return refusal.code, 0, masked(json.load(refusal)["detail"])
    except OSError:
        return 0, 0, ""


def command(running: Installation, *words: str) -> tuple[int, str]:
    """Run a command in Portuguese: its exit code and its last line."""
    ran = subprocess.run(
        [PAUTA, "--lang", "pt-BR", *words],
        env={**os.environ, **running.environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return ran.returncode, masked((ran.stdout + ran.stderr).strip().split("\n")[-1])
