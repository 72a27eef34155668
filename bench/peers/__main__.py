"""``python -m bench.peers --python PYTHON [--n N] [PEER]``: Pauta and its peers, or one of them, send the same mails.

Each has the same readers, the same mail of 10 KB, PostgreSQL with the same settings, and the same mail server on
loopback, one after the other. The time runs from the order to send until the mail server has counted every mail.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from psycopg import Connection, conninfo

from bench.content import source
from bench.database import installation, store
from bench.launch import BENCH, PORT, campaign
from bench.measure import clock, cpu_seconds, difference, durability, memory, report
from bench.running import Sink, wait, workers
from pauta.campaigns import actions as campaigns
from pauta.platform.database import connect

SITES = Path(__file__).parent / "sites"
CONTACTS = 5_300
"""Of whom about 5,000 have given their consent."""
START_SECONDS = 3.0
"""How long a worker that says nothing is given to start."""


@dataclass(frozen=True)
class Work:
    """What is to be sent: a file that names readers and content, and how many readers there are."""

    file: Path
    readers: int


def main() -> None:
    """Let each send the mails, Pauta first."""
    parser = argparse.ArgumentParser(prog="bench.peers")
    parser.add_argument("--python", type=Path, required=True, help="The Python that has the peers installed.")
    parser.add_argument("--n", type=int, default=CONTACTS, help="How many contacts Pauta has.")
    parser.add_argument("peer", nargs="?", choices=["nuntius", "post_office"], help="Only this one beside Pauta.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pauta-peers-") as folder:
        work = pauta(given.n, Path(folder) / "work.json")
        if given.peer != "post_office":
            for senders in (4, 8):
                nuntius(given.python, work, senders)
        if given.peer != "nuntius":
            for processes, threads in ((1, 5), (2, 5)):
                post_office(given.python, work, processes, threads)


def pauta(n: int, file: Path) -> Work:
    """Launch a campaign to ``n`` contacts and deliver it; the work for the others is what that sent."""
    now = datetime.now(UTC)
    with installation() as (data_dir, url), _sink() as sink:
        store(url, n, now, policies=False)
        campaign_id = campaign(url, now, stopped=False)
        with (
            memory(own=False) as seen,
            workers(url, data_dir, smtp_url=f"smtp://127.0.0.1:{PORT}", web_url="https://bench.example"),
            connect(url, autocommit=True) as connection,
        ):
            connection.execute("DELETE FROM message")
            spent, begun = cpu_seconds(), clock()
            with connect(url) as door:
                campaigns.launch(door, now, campaign_id, BENCH)
            wait(connection, f"SELECT state = 'launched' FROM campaign WHERE id = {campaign_id}")
            launched = clock() - begun
            readers = connection.execute(
                "SELECT c.email, c.first_name, a.name FROM message m JOIN contact c ON c.id = m.contact_id"
                " JOIN account a ON a.id = c.account_id WHERE m.channel = 0 AND m.day IS NOT NULL ORDER BY c.id"
            ).fetchall()
            seconds = _until(sink, len(readers), begun)
            wait(connection, f"SELECT count(*) = {len(readers)} FROM message WHERE state = 3")
            report(
                "peers.pauta",
                len(readers),
                seconds,
                seen,
                launched=round(launched, 3),
                settled=round(clock() - begun, 3),
                counted=sink.mails,
                cpu_seconds=difference(cpu_seconds(), spent),
                **durability(connection),
            )
    mail = source()
    file.write_text(json.dumps({"readers": readers, "subject": mail.subject, "html": mail.body, "text": mail.text}))
    return Work(file, len(readers))


def nuntius(python: Path, work: Work, senders: int) -> None:
    """A campaign of nuntius: from the moment it is set to be sent, with its worker running and idle."""
    with _site(python, BENCH_SENDERS=str(senders)) as site, _sink() as sink, memory(own=False) as seen:
        subprocess.run([python, SITES / "nuntius_prepare.py", work.file], env=site.environment, check=True)
        with _process(
            [python, "-m", "django", "nuntius_worker", "--skip-checks", "--settings", "nuntius_site"], site.environment
        ):
            time.sleep(START_SECONDS)
            spent, begun = cpu_seconds(), clock()
            site.connection.execute("UPDATE nuntius_campaign SET status = 1")
            seconds = _until(sink, work.readers, begun)
            wait(site.connection, f"SELECT count(*) = {work.readers} FROM nuntius_campaignsentevent WHERE result = '?'")
            used, settled = difference(cpu_seconds(), spent), round(clock() - begun, 3)
    told = {"settled": settled, "counted": sink.mails, "cpu_seconds": used, "senders": senders}
    report("peers.nuntius", work.readers, seconds, seen, **told, **site.told)


def post_office(python: Path, work: Work, processes: int, threads: int) -> None:
    """The queue of django-post-office: from the first mail that is put into it."""
    with (
        _site(python, BENCH_THREADS=str(threads)) as site,
        _sink() as sink,
        memory(own=False) as seen,
        _process([python, SITES / "post_office_run.py", work.file, str(processes)], site.environment) as process,
    ):
        _hear(process, "ready")
        spent, begun = cpu_seconds(), clock()
        _tell(process)
        _hear(process, "queued")
        queued = round(clock() - begun, 3)
        seconds = _until(sink, work.readers, begun)
        wait(site.connection, f"SELECT count(*) = {work.readers} FROM post_office_email WHERE status = 0")
        used, settled = difference(cpu_seconds(), spent), round(clock() - begun, 3)
        _tell(process)
    told = {"queued": queued, "settled": settled, "counted": sink.mails, "cpu_seconds": used}
    report("peers.post_office", work.readers, seconds, seen, processes=processes, threads=threads, **told, **site.told)


@dataclass(frozen=True)
class Site:
    """A peer's site: a connection to its database, the environment of its programs, and what it is."""

    connection: Connection[Any]
    environment: dict[str, str]
    told: dict[str, str]


@contextmanager
def _site(python: Path, **settings: str) -> Iterator[Site]:
    """An empty database for a peer, on a server as Pauta has it."""
    with installation() as (_, url):
        with connect(url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE peer")
        parts = conninfo.conninfo_to_dict(url)
        environment = {
            **os.environ,
            "PGHOST": str(parts["host"]),
            "PGUSER": str(parts["user"]),
            "PGDATABASE": "peer",
            "PYTHONPATH": str(SITES),
            "BENCH_SMTP_PORT": str(PORT),
            **settings,
        }
        with connect(conninfo.make_conninfo(url, dbname="peer"), autocommit=True) as connection:
            yield Site(connection, environment, {**_versions(python), **durability(connection)})


def _versions(python: Path) -> dict[str, str]:
    asked = (
        "import json, platform; from importlib.metadata import version; print(json.dumps({'python':"
        " platform.python_version()} | {n: version(n) for n in ('Django', 'nuntius', 'django-post-office')}))"
    )
    said = subprocess.run([python, "-c", asked], check=True, capture_output=True, text=True).stdout
    versions: dict[str, str] = json.loads(said)
    return versions


@contextmanager
def _sink() -> Iterator[Sink]:
    sink = Sink(PORT)
    try:
        yield sink
    finally:
        sink.close()


@contextmanager
def _process(command: list[Any], environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A program of a peer, ended with the block."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


def _hear(process: subprocess.Popen[str], word: str) -> None:
    """Wait until the program says the word."""
    assert process.stdout is not None
    if process.stdout.readline().strip() != word:
        raise RuntimeError(f"{process.args} did not say {word}")


def _tell(process: subprocess.Popen[str]) -> None:
    """Let the program go on."""
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def _until(sink: Sink, mails: int, begun: float) -> float:
    """Seconds from ``begun`` until the mail server has counted so many mails."""
    while sink.mails < mails:
        time.sleep(0.005)
    return clock() - begun


if __name__ == "__main__":
    main()
