"""The secrets behind links and return addresses: read by whoever makes or opens one, replaced by an operator."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection

from pauta.core.problems import Problem
from pauta.core.tokens import Purpose, TokenKey, number_in, token

VALID = timedelta(days=400)
"""How long links work after their key was replaced; the law wants them to work for 60 days, people for a year."""

RETURN, UNSUBSCRIBE, REPLY = "b+", "u+", "r+"
"""What the addresses begin with to which bounces, unsubscribe mails and answers go; a token follows."""

_MOST = 256


@dataclass(frozen=True)
class LinkKeys:
    """The keys by their numbers, and the one that makes new tokens."""

    by_number: Mapping[int, TokenKey]
    newest: TokenKey

    def token(self, purpose: Purpose, number: int) -> str:
        """A token of today for a number."""
        return token(self.newest, purpose, number)

    def token_of(self, purpose: Purpose, number: int, at: datetime) -> str:
        """The token for a number as it would have been made at a time, for what must be the same when said again."""
        before = [key for key in self.by_number.values() if key.since <= at]
        return token(max(before, key=lambda key: key.since, default=self.newest), purpose, number)

    def number_in(self, purpose: Purpose, given: str) -> int | None:
        """The number for which a token was made; None when it was not made here, or too long ago."""
        return number_in(self.by_number, purpose, given)


def link_keys(connection: Connection[Any]) -> LinkKeys:
    """The keys of this installation; the first one was made with the database."""
    rows = connection.execute("SELECT id, secret, created_at FROM link_key ORDER BY created_at, id").fetchall()
    keys = [TokenKey(*row) for row in rows]
    return LinkKeys({key.number: key for key in keys}, keys[-1])


def renew_link_key(connection: Connection[Any], now: datetime) -> int:
    """Make new links from a new key from now on, and forget keys whose links are all too old; the number of the key.

    A Problem when there is no number left, after 256 new keys within a year.
    """
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('pauta.link_key', 0))")
    keys = sorted(link_keys(connection).by_number.values(), key=lambda key: key.since)
    old = [key.number for key, after in itertools.pairwise(keys) if after.since < now - VALID]
    connection.execute("DELETE FROM link_key WHERE id = ANY(%s)", (old,))
    taken = {key.number for key in keys} - set(old)
    free = next((number for number in range(_MOST) if number not in taken), None)
    if free is None:
        raise Problem("email.link_keys_used_up", "key")
    connection.execute("INSERT INTO link_key VALUES (%s, %s, %s)", (free, secrets.token_bytes(32), now))
    return free
