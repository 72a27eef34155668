"""Tokens that stand for a number in links and addresses: they show nothing of it, and nobody else can make one.

Deterministic authenticated encryption (SIV, RFC 5297, with keyed BLAKE2s, RFC 7693, in both places): the tag over the
number is the nonce under which it is hidden. 50 hexadecimal digits, as mail servers may change the case of addresses.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2s

LENGTH = 50
SEAL_LENGTH = 20
_TAG, _NUMBER = 16, 8
_DIGITS = frozenset("0123456789abcdef")


class Purpose(StrEnum):
    """What a token is for; one for one thing is worth nothing for another."""

    CHOICES = "choices"
    RETURN = "return"
    MESSAGE_ID = "message id"
    READING = "reading"
    SIGN_UP = "sign-up"
    REPLY = "reply"


@dataclass(frozen=True, slots=True)
class TokenKey:
    """A secret of 32 bytes, the number from 0 to 255 by which tokens name it, and since when it is used (UTC)."""

    number: int
    secret: bytes
    since: datetime


def token(key: TokenKey, purpose: Purpose, number: int) -> str:
    """The token for a number from 0 to 2**63."""
    sealing, hiding = _own_secrets(key.secret, purpose)
    tag = _tag(sealing, number)
    return f"{key.number:02x}{tag.hex()}{_masked(hiding, tag, number):016x}"


def number_in(keys: Mapping[int, TokenKey], purpose: Purpose, given: str) -> int | None:
    """The number for which one of the keys (by their numbers) made the token for this purpose; None when none did."""
    text = given.lower()
    if len(text) != LENGTH or not _DIGITS.issuperset(text):
        return None
    key = keys.get(int(text[:2], 16))
    if key is None:
        return None
    sealing, hiding = _own_secrets(key.secret, purpose)
    tag = bytes.fromhex(text[2 : 2 + 2 * _TAG])
    number = _masked(hiding, tag, int(text[2 + 2 * _TAG :], 16))
    return number if hmac.compare_digest(tag, _tag(sealing, number)) else None


def seal(key: TokenKey, purpose: Purpose, text: str) -> str:
    """A short signature, in hexadecimal digits, of a text that stands beside it."""
    sealer = _sealer(key.secret, purpose).copy()
    sealer.update(text.encode())
    return sealer.hexdigest()


@lru_cache(maxsize=1024)
def _sealer(secret: bytes, purpose: str) -> blake2s:
    """What has read its key already: a copy of it costs half of a new one."""
    sealing, _ = _own_secrets(secret, f"{purpose} sealed")
    return blake2s(key=sealing, digest_size=SEAL_LENGTH // 2)


def _tag(secret: bytes, number: int) -> bytes:
    return blake2s(number.to_bytes(_NUMBER, "big"), key=secret, digest_size=_TAG).digest()


def _masked(secret: bytes, tag: bytes, number: int) -> int:
    """The number hidden, or a hidden one shown."""
    return number ^ int.from_bytes(blake2s(tag, key=secret, digest_size=_NUMBER).digest(), "big")


@lru_cache(maxsize=1024)
def _own_secrets(secret: bytes, purpose: str) -> tuple[bytes, bytes]:
    """What seals and what hides the tokens of one purpose."""
    sealing, hiding = (blake2s(use.encode(), key=secret).digest() for use in (purpose, f"{purpose} hidden"))
    return sealing, hiding
