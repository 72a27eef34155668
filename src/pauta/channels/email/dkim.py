"""DKIM signatures (RFC 6376) over the bytes of finished mails: relaxed/relaxed, RSA with SHA-256.

The headers that say who writes what to whom are signed, those to unsubscribe among them (RFC 8058, section 4). From,
Subject, Date and the like are named once more than they are there, so that nobody can add another one.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

BITS: Final = 2048
SIGNED: Final = (
    *(b"from", b"to", b"reply-to", b"subject", b"date", b"message-id", b"mime-version", b"content-type"),
    *(b"list-unsubscribe", b"list-unsubscribe-post", b"feedback-id"),
)
"""Header fields that a signature covers, where they are there."""
ONCE_MORE: Final = (b"from", b"to", b"reply-to", b"subject", b"date", b"message-id", b"content-type")
"""Those that a mail may have once: named once more than they are there, so that another one breaks the signature."""

REWRITTEN: Final = frozenset({b"message-id", b"date"})
"""Header fields that some providers write anew, so that a signature over ours would break."""

_BLANKS = re.compile(rb"[ \t]{2,}|\t")
"""Blanks that are not one space already, which nearly all of them are."""
_FOLDS = re.compile(rb"\r\n(?=[ \t])")
_LINE = 72


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs for a domain with the private key (PEM) that the domain publishes under a selector."""

    domain: str
    selector: str
    private_key: str

    def signed(self, mail: bytes, but: frozenset[bytes] = frozenset()) -> bytes:
        """The mail (CRLF lines) with its signature, over all of ``SIGNED`` but some, as the first header field."""
        head, _, body = mail.partition(b"\r\n\r\n")
        fields = _fields(head + b"\r\n")
        names: list[bytes] = [name for name in SIGNED if name in fields and name not in but]
        names += [name for name in ONCE_MORE if name not in but]
        start = (
            b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d="
            + self.domain.encode("ascii")
            + b"; s="
            + self.selector.encode("ascii")
            + b";\r\n h="
            + _folded(names)
            + b";\r\n bh="
            + b64encode(sha256(relaxed_body(body)).digest())
            + b";\r\n b="
        )
        covered = b"".join(fields.pop(name) for name in names if name in fields)
        own = relaxed_field(start + b"\r\n").removesuffix(b"\r\n")
        signature = b64encode(_key(self.private_key).sign(covered + own, padding.PKCS1v15(), hashes.SHA256()))
        lines = b"\r\n ".join(signature[at : at + _LINE] for at in range(0, len(signature), _LINE))
        return start + lines + b"\r\n" + mail


def new_key() -> str:
    """A new private key, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode("ascii")


def public_key(private_key: str) -> str:
    """The public half as it stands in DNS: base64 of its DER form."""
    der = (
        _key(private_key)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return b64encode(der).decode("ascii")


def relaxed_field(field: bytes) -> bytes:
    """A header field in the relaxed form of RFC 6376, 3.4.2; ends with CRLF."""
    name, _, value = _FOLDS.sub(b"", field).partition(b":")
    return name.strip(b" \t").lower() + b":" + _BLANKS.sub(b" ", value).strip(b" \t\r\n") + b"\r\n"


def relaxed_body(body: bytes) -> bytes:
    """A body in the relaxed form of RFC 6376, 3.4.4."""
    text = _BLANKS.sub(b" ", body if body.endswith(b"\r\n") or not body else body + b"\r\n")
    text = text.replace(b" \r\n", b"\r\n")
    kept = text.rstrip(b"\r\n")
    return kept + b"\r\n" if kept else b""


def _fields(head: bytes) -> dict[bytes, bytes]:
    """The header fields by name, each in its relaxed form; of several with one name the last, which is signed first."""
    found: dict[bytes, bytes] = {}
    for field in _FOLDS.sub(b"", head).split(b"\r\n"):
        name, colon, _ = field.partition(b":")
        if colon:
            found[name.strip(b" \t").lower()] = relaxed_field(field + b"\r\n")
    return found


def _folded(names: Sequence[bytes]) -> bytes:
    lines: list[bytes] = [names[0]]
    for name in names[1:]:
        if len(lines[-1]) + len(name) + 1 > _LINE - 4:
            lines[-1] += b":"
            lines.append(name)
        else:
            lines[-1] += b":" + name
    return b"\r\n ".join(lines)


@lru_cache(maxsize=256)
def _key(private_key: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(private_key.encode("ascii"), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("not an RSA key")
    return key
