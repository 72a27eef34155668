"""Runs of imports: dry and real, in chunks, killed and resumed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pauta.core.problems import Problem
from pauta.people.actions import ContactValues, upsert_contact
from pauta.people.imports.reading import Chunk
from pauta.people.imports.rows import Prepared, Reader
from pauta.people.imports.running import Tally
from pauta.platform.database import connect
from tests.conftest import MONDAY
from tests.people.conftest import Importer

ROWS = 3_000
MIXED = "id,email,account,phone\n" + "".join(
    f"{number % 2_900},{'broken' if number % 50 == 0 else f'c{number % 2_700}@x.example'},A{number % 40},\n"
    for number in range(ROWS)
)
WISHES = {"sets": ("consent.email.*=granted", "consent.basis=form", "country=BR")}
COUNTS = "SELECT (SELECT count(*) FROM contact), (SELECT count(*) FROM account), (SELECT count(*) FROM consent)"


def test_a_dry_run_tells_what_the_real_run_does_and_writes_nothing(importer: Importer) -> None:
    dry = importer("contacts", MIXED, dry=True, batch=700, **WISHES)
    dry_rejects = importer.rejects.read_bytes()
    assert importer.rows(COUNTS) == [(0, 0, 0)]
    assert importer.rows("SELECT count(*) FROM import_run") == [(0,)]
    real = importer("contacts", MIXED, batch=700, **WISHES)
    assert dry == real
    assert dry_rejects == importer.rejects.read_bytes()
    assert importer.rows(COUNTS) == [(real.created, 40, real.created)]
    assert real.rejected == 60 + 98


def test_chunks_of_any_size_come_to_the_same(importer: Importer) -> None:
    importer("contacts", MIXED, batch=100, **WISHES)
    again = importer("contacts", MIXED, batch=1_000, **WISHES)
    assert (again.created, again.changed) == (0, 0)
    sharing = "SELECT count(DISTINCT person_id), count(DISTINCT lower(email)) FROM contact"
    persons, addresses = importer.rows(sharing)[0]
    assert persons == addresses


def test_an_interrupted_run_is_taken_up_where_it_stopped(importer: Importer) -> None:
    class Interrupted(Exception):
        pass

    def interrupt(tally: Tally) -> None:
        if tally.done == 1_400:
            raise Interrupted

    wishes = {**WISHES, "where": ("id!=17",)}
    whole = importer("contacts", MIXED, batch=700, dry=True, **wishes)
    with pytest.raises(Interrupted):
        importer("contacts", MIXED, batch=700, progress=interrupt, **wishes)
    seen: list[int] = []
    resumed = importer(
        "contacts", MIXED, batch=700, resume=True, progress=lambda tally: seen.append(tally.done), **wishes
    )
    rejects = importer.rejects.read_text(encoding="utf-8").splitlines()
    assert seen == [2_100, 2_800, 3_000]
    assert len(rejects) == 1 + resumed.rejected
    assert resumed == whole
    assert (resumed.created + resumed.rejected, resumed.left_out, len(resumed.reasons)) == (ROWS - 2, 2, 2)
    assert importer.rows("SELECT state, rows_done, rows_created FROM import_run") == [("done", ROWS, resumed.created)]
    with pytest.raises(Problem, match="import_nothing_to_resume"):
        importer("contacts", MIXED, resume=True, **wishes)


def test_a_reader_that_dies_is_told_and_nothing_is_lost(importer: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Reader.prepare

    def die(reader: Reader, chunk: Chunk) -> Prepared:
        if chunk.last > 1_400:
            os.kill(os.getpid(), signal.SIGKILL)
        return read(reader, chunk)

    with monkeypatch.context() as dying:
        dying.setattr(Reader, "prepare", die)
        with pytest.raises(Problem) as raised:
            importer("contacts", MIXED, batch=700, **WISHES)
    assert raised.value.code == "import_reader_died"
    assert importer.rows("SELECT rows_done FROM import_run") == [(1_400,)]
    assert importer("contacts", MIXED, batch=700, resume=True, **WISHES).done == ROWS


def test_two_imports_at_the_same_time_see_that_they_share_people(importer: Importer, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Importer(importer.database, tmp_path / "other")
    texts = [
        "id,email,account\n" + "".join(f"{name}{n},c{n}@x.example,A{n % 7}\n" for n in range(2_000)) for name in "ab"
    ]
    with ThreadPoolExecutor(2) as threads:
        runs = [
            threads.submit(one, "contacts", text, batch=100) for one, text in zip((importer, other), texts, strict=True)
        ]
        assert [run.result().created for run in runs] == [2_000, 2_000]
    counts = "SELECT count(*), count(DISTINCT person_id), count(DISTINCT account_id), count(DISTINCT lower(email))"
    assert importer.rows(f"{counts} FROM contact") == [(4_000, 2_000, 7, 2_000)]


def test_contacts_that_somebody_adds_meanwhile_are_seen(importer: Importer) -> None:
    rows = 3_000
    text = "id,email\n" + "".join(f"{n},c{n}@x.example\n" for n in range(rows))

    def add() -> None:
        for number in range(0, rows, 150):
            values = ContactValues(external_id=f"api{number}", email=f"C{number}@x.example")
            with connect(importer.database) as connection:
                upsert_contact(connection, values, MONDAY)

    with ThreadPoolExecutor(1) as thread:
        adding = thread.submit(add)
        importer("contacts", text, batch=100)
        adding.result()
    sharing = "SELECT count(*), count(DISTINCT person_id), count(DISTINCT lower(email)) FROM contact"
    assert importer.rows(sharing) == [(rows + 20, rows, rows)]


@pytest.mark.fault
def test_kill_9_in_the_middle_loses_nothing_and_repeats_nothing(importer: Importer, tmp_path: Path) -> None:
    rows = 60_000
    file = tmp_path / "many.csv"
    file.write_text("email\n" + "".join(f"c{number}@x.example\n" for number in range(rows)), encoding="utf-8")
    rejected = tmp_path / "many.rejected.csv"
    command = [
        *(sys.executable, "-c", "from pauta.cli import main; main()", "import", "contacts", str(file), "--yes"),
        *("--set", "consent.email.*=granted", "--set", "consent.basis=form", "--rejects", str(rejected)),
    ]
    environment = {**os.environ, "PAUTA_DATABASE_URL": importer.database, "PAUTA_IMPORT_BATCH": "2000"}
    environment.pop("DATABASE_URL", None)
    process = subprocess.Popen(command, env=environment, cwd=tmp_path, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while importer.rows("SELECT count(*) FROM import_run WHERE rows_done > 4000") == [(0,)]:
        assert time.monotonic() < until
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    stored = "SELECT rows_done, (SELECT count(*) FROM contact), (SELECT count(*) FROM consent) FROM import_run"
    ((done, contacts, consents),) = importer.rows(stored)
    assert 0 < done < rows
    assert (contacts, consents) == (done, done)
    result = subprocess.run([*command, "--resume"], env=environment, cwd=tmp_path, capture_output=True, check=False)
    assert result.returncode == 0, result.stderr
    assert importer.rows(COUNTS) == [(rows, 0, rows)]
    assert importer.rows("SELECT state, rows_done, rows_created FROM import_run") == [("done", rows, rows)]
