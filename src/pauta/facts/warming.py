"""Compiling the gate before anything waits for it."""

from __future__ import annotations

import fcntl
from datetime import datetime
from pathlib import Path

from pauta.core.calendar import day_number, holidays_between
from pauta.core.gate.facts import Facts
from pauta.core.gate.plan import plan
from pauta.facts import AccountChoice, load
from pauta.platform.database import connect
from pauta.policies.queries import PolicySet


def warm_up(url: str, data_dir: Path, now: datetime) -> None:
    """Compile the gate, or load what an earlier process compiled, and read calendars, before anything waits for it."""
    compile_gate(facts_of_nobody(url, now), data_dir)


def facts_of_nobody(url: str, now: datetime) -> Facts:
    """What the gate is told when there is nothing to decide; reads the calendars of the countries where people are."""
    with connect(url) as connection:
        nobody = load(connection, now, AccountChoice((0,), (0,)), PolicySet(0, (), ()))
        countries = connection.execute("SELECT DISTINCT country FROM place WHERE country IS NOT NULL").fetchall()
    today = day_number(now.date())
    for (country,) in countries:
        holidays_between(country, "", today, today)  # the first calendar takes half a second
    return nobody.facts


def compile_gate(nobody: Facts, data_dir: Path) -> None:
    """Compile the gate: of processes that start together one does, for half a minute, and the others find its work."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "compile.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        load_gate(nobody)


def load_gate(nobody: Facts) -> None:
    """Load the gate into this process; it is compiled when no process has done that before."""
    plan(nobody, ())
