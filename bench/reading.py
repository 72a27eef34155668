"""``import``, ``preview`` and ``why``: what people wait for."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bench.content import source
from bench.database import installation, store
from bench.measure import clock, cpu_seconds, durability, memory, report
from bench.people import SEED
from bench.running import ready
from pauta.campaigns import actions as campaigns
from pauta.campaigns.preview import impact, outlook
from pauta.campaigns.queries import campaign
from pauta.content.actions import publish
from pauta.platform.database import connect
from pauta.reports.why import why as why_contact

ASKED = 300


def import_(n: int) -> None:
    """Import ``n`` contacts of a CSV file with the command, the database running already."""
    with memory() as seen, installation() as (data_dir, url), tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "contacts.csv"
        _write_contacts(file, n)
        environment = {**os.environ, "DATABASE_URL": url, "PAUTA_DATA_DIR": str(data_dir)}
        command = [str(Path(sys.executable).with_name("pauta")), "import", "contacts", str(file), "--yes"]
        stated = ["--set", "consent.email.*=granted", "--set", "consent.basis=express"]
        spent, begun = _spent(), clock()
        subprocess.run([*command, *stated], env=environment, check=True, stdout=sys.stderr)
        seconds, used = clock() - begun, _spent()
        each = {program: round((used[program] - spent[program]) / n * 1e6, 1) for program in used}
        with connect(url) as connection:
            stored = connection.execute("SELECT count(*) FROM contact").fetchone()
            assert stored == (n,)
            report("import", n, seconds, seen, cpu_microseconds_each=each, **durability(connection))


def _spent() -> dict[str, float]:
    """CPU seconds so far, of commands that have ended and of PostgreSQL."""
    ended = os.times()
    return {"command": ended.children_user + ended.children_system, "postgres": cpu_seconds()["postgres"]}


def _write_contacts(file: Path, n: int) -> None:
    dice = np.random.default_rng(SEED)
    countries = dice.choice(["BR", "MX", "CO", "PT", "ES"], n)
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow(["id", "email", "first_name", "last_name", "account", "country", "employees", "plan"])
        for number in range(n):
            writer.writerow(
                (f"c{number}", f"c{number}@bench.example", "Bruno", f"Lima {number}", f"a{number // 20}",
                 countries[number], number % 500, "pro")
            )  # fmt: skip


def preview(n: int) -> None:
    """Preview a campaign to ``n`` contacts: the strip of 30 days from a sample, one day counted exactly, and all days
    counted exactly, as in the background."""
    now = datetime.now(UTC)
    with memory() as seen, installation() as (_, url):
        store(url, n, now)
        with connect(url) as connection:
            publish(connection, "month", {"en": source()}, "bench", now)
            fields = {"type": "promotional", "topic": "offers", "team": "marketing", "channels": ["email", "sms"]}
            draft = campaigns.read_draft(
                {"name": "month", "template": "month", "audience": {"everyone": True}, **fields}
            )
            chosen = campaign(connection, campaigns.create(connection, now, draft, "bench"))
            outlook(connection, now, chosen, days=1)
            ready()
            begun = clock()
            strip = outlook(connection, now, chosen)
            error = max(one.error for one in strip.days)
            told = {"sampled": strip.sampled, "error": error, **durability(connection)}
            report("preview.strip", n, clock() - begun, seen, **told)
            begun = clock()
            impact(connection, now, chosen)
            report("preview.day", n, clock() - begun, seen, **durability(connection))
            begun = clock()
            exact = outlook(connection, now, chosen, exact=True)
            off = max(abs(day.send - guess.send) for day, guess in zip(exact.days, strip.days, strict=True))
            report("preview.days", n, clock() - begun, seen, sample_was_off_by=off, **durability(connection))


def why(n: int) -> None:
    """Explain everything open for single contacts of a company of ``n``."""
    now = datetime.now(UTC)
    with memory() as seen, installation() as (_, url):
        store(url, n, now)
        chosen = np.random.default_rng(SEED).integers(1, n + 1, ASKED + 1).tolist()
        with connect(url) as connection:
            why_contact(connection, now, f"c{chosen[0]}", "en")
            seconds = []
            for number in chosen[1:]:
                begun = clock()
                why_contact(connection, now, f"c{number}", "en")
                seconds.append(clock() - begun)
            p50, p99 = np.percentile(np.array(seconds) * 1000, [50, 99]).round(1).tolist()
            report("why", ASKED, sum(seconds), seen, contacts=n, p50_ms=p50, p99_ms=p99, **durability(connection))
