"""Passwords: what makes a good one, and the slow hash that is kept of it (Argon2id, RFC 9106)."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from pauta.core.problems import Problem

SHORTEST = 12
LONGEST = 200
_FEWEST_LETTERS = 5

_hasher = PasswordHasher()


def hash_password(password: str, email: str) -> str:
    """What is kept of a password; takes tens of milliseconds and 64 MB on purpose.

    A Problem when it is too short or long, of too few different letters, or the address itself.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise Problem("password_length", "password", shortest=SHORTEST, longest=LONGEST)
    if len(set(password)) < _FEWEST_LETTERS or password.lower() in email.lower():
        raise Problem("password_weak", "password")
    return _hasher.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether this is the password; where none is kept it takes as long, so that nobody learns who has an account."""
    try:
        _hasher.verify(kept or _nobodys(), password)
    except VerificationError:
        return False
    return kept is not None


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody's password")
