"""What a command works with: the settings, one transaction, the time, who runs it, and the language of its answer."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

from pauta.commands.ready import ready_database
from pauta.platform import database
from pauta.platform.clock import Clock
from pauta.platform.settings import Settings, load
from pauta.platform.words import language_of_environment


@dataclass(frozen=True)
class Session:
    """One run of a command; ``now`` is UTC, ``actor`` is what the audit calls who runs it."""

    settings: Settings
    connection: Connection[Any]
    now: datetime
    actor: str
    language: str


@contextmanager
def session() -> Iterator[Session]:
    """A session whose transaction is committed at the end of the block, or undone by an error."""
    settings = load()
    with ready_database(settings) as url, database.connect(url) as connection:
        yield Session(settings, connection, Clock(settings.clock_file).now(), whoever_runs_it(), language(settings))


def language(settings: Settings) -> str:
    """The language of a command's answer: the locale's (``--lang`` sets it), else the company's."""
    return language_of_environment(os.environ, settings.company_lang)


def whoever_runs_it() -> str:
    """The operating system's user as the audit names it."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # a user without a name, as in some containers
        return f"cli:{os.getuid()}"
