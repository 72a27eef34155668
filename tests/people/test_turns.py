"""Batches that are stored at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet

import pytest

from pauta.people.turns import Stopped, Turn


def test_the_next_batch_begins_when_this_one_has_asked_and_is_kept_after_it() -> None:
    first = Turn()
    second = Turn(first)
    with ThreadPoolExecutor() as threads:
        begun, kept = threads.submit(first.wait_until_asked), threads.submit(second.wait_for_before)
        with pytest.raises(NotYet):
            begun.result(0.05)
        first.let_on()
        begun.result(5)
        with pytest.raises(NotYet):
            kept.result(0.05)
        first.end(kept=True)
        kept.result(5)


def test_who_has_an_address_of_the_batch_before_waits_until_it_is_kept() -> None:
    first = Turn()
    first.claim({"ana@acme.example"})
    Turn(first).claim({"bruno@acme.example"})
    with ThreadPoolExecutor() as threads:
        claimed = threads.submit(Turn(first).claim, {"ana@acme.example"})
        with pytest.raises(NotYet):
            claimed.result(0.05)
        first.end(kept=True)
        claimed.result(5)


def test_nothing_is_kept_after_a_batch_that_failed() -> None:
    first = Turn()
    second, third = Turn(first), Turn(first)
    first.end(kept=False)
    with pytest.raises(Stopped):
        second.wait_for_before()
    second.end(kept=False)
    assert third.accounts_before == {}
