"""Tokens hide the number for which they stand, and cannot be made without the key."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pauta.core.tokens import LENGTH, Purpose, TokenKey, number_in, token

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
KEY = TokenKey(7, bytes(range(32)), SINCE)
OTHER = TokenKey(7, bytes(32), SINCE)
KEYS = {7: KEY}


@given(st.integers(0, 2**63 - 1), st.sampled_from(Purpose))
def test_a_token_gives_its_number_back_whatever_its_case(number: int, purpose: Purpose) -> None:
    made = token(KEY, purpose, number)
    assert len(made) == LENGTH
    assert number_in(KEYS, purpose, made) == number
    assert number_in(KEYS, purpose, made.upper()) == number


@given(st.integers(0, 2**63 - 1), st.integers(0, LENGTH - 1), st.sampled_from("0123456789abcdef"))
def test_a_token_in_which_anything_differs_is_none(number: int, place: int, letter: str) -> None:
    made = token(KEY, Purpose.CHOICES, number)
    forged = made[:place] + letter + made[place + 1 :]
    assert number_in(KEYS, Purpose.CHOICES, forged) == (number if forged == made else None)


def test_a_token_for_one_thing_is_worth_nothing_for_another() -> None:
    made = token(KEY, Purpose.RETURN, 4)
    assert number_in(KEYS, Purpose.CHOICES, made) is None
    assert number_in({7: OTHER}, Purpose.RETURN, made) is None
    assert number_in({}, Purpose.RETURN, made) is None


@pytest.mark.parametrize(
    "text", ["", "a" * 49, "a" * 51, "1" * 50, "é" * 50, "a" * 49 + "g", " " + "a" * 49, "+" + "1" * 49]
)
def test_what_is_no_token_is_none(text: str) -> None:
    assert number_in(KEYS, Purpose.CHOICES, text) is None


def test_tokens_show_nothing_of_their_numbers() -> None:
    """Neighbours share the key's number alone, and no more letters than chance gives."""
    made = [token(KEY, Purpose.CHOICES, number) for number in range(200)]
    assert len({one[2:] for one in made}) == 200
    shared = [
        sum(a == b for a, b in zip(one[2:], next_one[2:], strict=True)) for one, next_one in itertools.pairwise(made)
    ]
    assert sum(shared) / len(shared) < 5
