"""What a command works with: the settings, one transaction, the time, who runs it, and the language of its answer."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from psycopg import Connection

from pauta.commands.ready import ready_database
from pauta.core.problems import Problem
from pauta.platform import database
from pauta.platform.clock import Clock
from pauta.platform.settings import Settings, load
from pauta.platform.words import language_of_environment
from pauta.team.roles import Caller, Right, caller
from pauta.team.users import user_by_email

ACTING = "PAUTA_AS"
"""Environment variable that ``pauta --as`` sets: in whose name a command runs."""


@dataclass(frozen=True)
class Session:
    """One run of a command; ``now`` is UTC."""

    settings: Settings
    connection: Connection[Any]
    now: datetime
    caller: Caller
    language: str

    @property
    def actor(self) -> str:
        """What the audit calls who runs the command."""
        return self.caller.actor


@contextmanager
def session(right: Right) -> Iterator[Session]:
    """A session whose transaction is committed at the end of the block, or undone by an error.

    Whoever has the machine may do everything; as somebody else (``--as``) one needs the right like by any other door.
    """
    settings = load()
    with ready_database(settings) as url, database.connect(url) as connection:
        asking = whoever_asks(connection)
        asking.require(right)
        yield Session(settings, connection, Clock(settings.clock_file).now(), asking, language(settings))


def whoever_asks(connection: Connection[Any]) -> Caller:
    """The user of ``--as`` with the rights that a user has, or else the operating system's user with all of them."""
    email = os.environ.get(ACTING)
    if not email:
        return caller(whoever_runs_it(), "admin")
    user = user_by_email(connection, email)
    if user.disabled_at:
        raise Problem("acting_disabled", "--as", value=email)
    return replace(user.caller, actor=f"{whoever_runs_it()} as {user.email}")


def language(settings: Settings) -> str:
    """The language of a command's answer: the locale's (``--lang`` sets it), else the company's."""
    return language_of_environment(os.environ, settings.company_lang)


def whoever_runs_it() -> str:
    """The operating system's user as the audit names it."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # a user without a name, as in some containers
        return f"cli:{os.getuid()}"
