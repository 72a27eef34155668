"""Batches of one import that two sessions store at the same time, and commit one after another.

A batch that only adds people lets the next one begin as soon as it has asked the database all it wants to know. What it
adds is not committed then, and so not to be seen: the next one looks here.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from threading import Event


class Stopped(Exception):
    """The batch before this one failed, so that this one must not be kept."""


class Turn:
    """The place of a batch in the order of its import; one that stands alone has nobody before it."""

    def __init__(self, before: Turn | None = None) -> None:
        self.accounts: dict[str, int] = {}
        """Ids of the accounts that this batch makes, by external id."""
        self._addresses: AbstractSet[str] = frozenset()
        self._before = before
        self._asked, self._over = Event(), Event()
        self._kept = False

    @property
    def accounts_before(self) -> dict[str, int]:
        """Accounts that the batch before this one made."""
        return self._before.accounts if self._before else {}

    def claim(self, addresses: AbstractSet[str]) -> None:
        """Say which addresses (in lower case) this batch has; waits for the batch before when that has one of them."""
        self._addresses = addresses
        if self._before and not self._before._addresses.isdisjoint(self._addresses):
            self.wait_for_before()

    def let_on(self) -> None:
        """Let the next batch begin: this one changes nothing that is stored, and will ask nothing more."""
        self._asked.set()

    def wait_until_asked(self) -> None:
        """Wait until the next batch may begin."""
        self._asked.wait()

    def wait_for_before(self) -> None:
        """Wait until the batch before this one is committed; Stopped when it is not."""
        if self._before:
            self._before._over.wait()
            if not self._before._kept:
                raise Stopped

    def end(self, *, kept: bool) -> None:
        """Tell the next batch that this one is committed, or failed."""
        self._kept, self._before = kept, None
        self._over.set()
        self._asked.set()
