"""Whatever process is killed at whatever moment: nothing is lost, nothing sent twice, no cap exceeded."""

from __future__ import annotations

import itertools
import os
import random
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from pauta.platform import database
from tests.faults.installation import PATIENCE, Installation, installed, stalls_watched
from tests.faults.processes import wait_until
from tests.faults.promises import cut_off, findings, is_quiet, ledger, report, what_is_left
from tests.faults.stages import FAST, WORKER, WORKING
from tests.faults.work import ACCOUNT_CAP, BATCH, CAP, working

ROUND = (
    *(["worker"] * 9),
    *(["fast lane"] * 3),
    *("web", "web", "mail server", "command", "command", "postgres"),
)
"""Who is killed, in what proportion; the parent and everything at once come with each fifth round."""
WAYS = ("one connection", "killed", "fast", "crash")


@pytest.mark.parametrize(
    "kills",
    [
        pytest.param(20, marks=pytest.mark.timeout(900)),
        pytest.param(int(os.environ.get("FAULTS_KILLS", "1000")), marks=[pytest.mark.fault, pytest.mark.timeout(7200)]),
    ],
)
def test_nothing_is_lost_and_nothing_sent_twice(kills: int, data_dir: Path, tmp_path: Path) -> None:
    chance = random.Random(int(os.environ.get("FAULTS_SEED", kills)))
    began = time.monotonic()
    with (
        installed(data_dir, tmp_path, {"PAUTA_IMPORT_BATCH": "20", "PAUTA_PLAN_BATCH": "50"}) as running,
        stalls_watched() as stalls,
        working(running, chance) as work,
    ):
        assert running.moves(10), "no mail left"
        for number, (victim, wanted) in enumerate(itertools.islice(victims(chance), kills)):
            if number % 100 == 0:
                print(f"{number} kills, {running.kept} mails", flush=True)
            strike(running, victim, wanted, chance)
            assert work.errors == []
            if chance.random() < 0.3:
                time.sleep(chance.uniform(0.0, 0.3))  # several a second at times
            else:
                assert running.moves(), "no mail left any more"
        seconds = round(time.monotonic() - began)
        work.end()
        assert wait_until(lambda: is_quiet(running.url), PATIENCE + kills, 1), what_is_left(running.url)
        rows = ledger(running)
        found = findings(
            running,
            rows,
            set(work.accepted.values()),
            cap=CAP,
            account_cap=ACCOUNT_CAP,
            capacity=work.limit,
            moved=work.moved,
            cut=cut_off(running),
            stalled=bool(stalls),
        )
        more = {"seconds": seconds, "contacts": contacts_of(running), "campaigns": len(work.launched),
                "recalled": len(work.recalled), "invoices": len(work.accepted), "imports resumed": work.resumed,
                "places": work.limit, "stalls of the machine": stalls}  # fmt: skip
        file = os.environ.get("FAULTS_REPORT")
        report(running, rows, found, more, Path(file) if file else None)
        assert asdict(found) == {name: [] for name in asdict(found)}
        assert contacts_of(running) == len(work.batches) * BATCH
        assert len(set(work.accepted.values())) == len(work.accepted)


def victims(chance: random.Random) -> Iterator[tuple[str, str]]:
    """Who is killed next, and at what stage or in what way; an empty stage leaves that to chance."""
    at_worker, at_fast, ways = (itertools.cycle(one) for one in (("", *WORKER), ("", *FAST), WAYS))
    working = itertools.cycle((WORKING, WORKING, ""))
    stages = {"worker": at_worker, "fast lane": at_fast, "postgres": ways, "web": working, "command": working}
    for number in itertools.count():
        some = [*ROUND, *(["parent", "everything at once"] if number % 5 == 2 else [])]
        chance.shuffle(some)
        for victim in some:
            yield victim, next(stages[victim]) if victim in stages else ""


def strike(running: Installation, victim: str, wanted: str, chance: random.Random) -> None:
    """Kill one; where there is none of that sort, wait for one to come."""
    if victim == "parent":
        running.kill_parent()
    elif victim == "everything at once":
        running.kill_all()
    elif victim == "mail server":
        running.kill_mail_server()
    elif victim == "postgres":
        assert wait_until(lambda: running.hurt_postgres(wanted, chance), PATIENCE), "PostgreSQL did not come back"
    else:
        assert wait_until(lambda: running.kill(victim, chance, wanted), PATIENCE), f"no {victim} came back"


def contacts_of(running: Installation) -> int:
    """How many contacts there are, each once."""
    with database.connect(running.url) as connection:
        row = connection.execute("SELECT count(DISTINCT external_id), count(*) FROM contact").fetchone()
    assert row is not None
    assert row[0] == row[1]
    return int(row[0])
