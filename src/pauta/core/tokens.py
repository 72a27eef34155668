"""Tokens that stand for a number in links and addresses: they show nothing of it, and nobody else can make one.

Deterministic authenticated encryption (SIV, RFC 5297, with HMAC-SHA256 in both places): the tag over the number is the
nonce under which it is hidden. 40 lower-case letters and digits, as mail servers may change the case of addresses.
"""

from __future__ import annotations

import hmac
from base64 import b32decode, b32encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

LENGTH = 40
_TAG, _NUMBER = 16, 8
_ALPHABET = frozenset("abcdefghijklmnopqrstuvwxyz234567")


class Purpose(StrEnum):
    """What a token is for; one for one thing is worth nothing for another."""

    CHOICES = "choices"
    RETURN = "return"
    MESSAGE_ID = "message id"


@dataclass(frozen=True, slots=True)
class TokenKey:
    """A secret of 32 bytes, the number from 0 to 255 by which tokens name it, and since when it is used (UTC)."""

    number: int
    secret: bytes
    since: datetime


def token(key: TokenKey, purpose: Purpose, number: int) -> str:
    """The token for a number from 0 to 2**63."""
    plain = number.to_bytes(_NUMBER, "big")
    tag = _digest(_own_secret(key.secret, purpose), plain)[:_TAG]
    hidden = _hide(key.secret, purpose, tag, plain)
    return b32encode(bytes([key.number]) + tag + hidden).decode("ascii").lower()


def number_in(keys: Mapping[int, TokenKey], purpose: Purpose, given: str) -> int | None:
    """The number for which one of the keys (by their numbers) made the token for this purpose; None when none did."""
    text = given.lower()
    if len(text) != LENGTH or not _ALPHABET.issuperset(text):
        return None
    raw = b32decode(text.upper())
    key = keys.get(raw[0])
    if key is None:
        return None
    tag = raw[1 : 1 + _TAG]
    plain = _hide(key.secret, purpose, tag, raw[1 + _TAG :])
    good = hmac.compare_digest(tag, _digest(_own_secret(key.secret, purpose), plain)[:_TAG])
    return int.from_bytes(plain, "big") if good else None


def _hide(secret: bytes, purpose: Purpose, tag: bytes, number: bytes) -> bytes:
    stream = _digest(_own_secret(secret, f"{purpose} hidden"), tag)[:_NUMBER]
    return bytes(one ^ other for one, other in zip(number, stream, strict=True))


@lru_cache(maxsize=1024)
def _own_secret(secret: bytes, purpose: str) -> bytes:
    return _digest(secret, purpose.encode())


def _digest(secret: bytes, data: bytes) -> bytes:
    return hmac.digest(secret, data, "sha256")
