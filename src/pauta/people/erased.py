"""Addresses that were erased: known again by a keyed hash, though nobody can read them any more.

HMAC-SHA256 over the address as it is compared, with a key that this installation makes once. The key lies beside the
hashes, so that a backup is complete: without it every erased address could be written to again.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection

from pauta.core.gate.vocabulary import Channel

Conn = Connection[Any]

_KEY_BYTES = 32


def remember_erased(connection: Conn, channel: Channel, addresses: Collection[str], now: datetime) -> None:
    """Keep the hashes of addresses (of ``email``, or phones under ``sms``) whose owner asked to be forgotten."""
    connection.execute(
        "INSERT INTO erasure_key (id, secret) VALUES (1, %s) ON CONFLICT DO NOTHING",
        (secrets.token_bytes(_KEY_BYTES),),
    )
    connection.execute(
        "INSERT INTO erased_address (channel, digest, at) SELECT %s, digest, %s FROM unnest(%s::bytea[]) AS digest"
        " ON CONFLICT DO NOTHING",
        (channel.value, now, _digests(connection, sorted(addresses))),
    )


def erased_among(connection: Conn, channel: Channel, addresses: Collection[str | None]) -> set[str]:
    """Those of these addresses that were erased, in lower case."""
    if connection.execute("SELECT 1 FROM erased_address LIMIT 1").fetchone() is None:
        return set()
    asked = sorted({address.lower() for address in addresses if address})
    by_digest = dict(zip(_digests(connection, asked), asked, strict=True))
    known = connection.execute(
        "SELECT digest FROM erased_address WHERE channel = %s AND digest = ANY(%s::bytea[])",
        (channel.value, list(by_digest)),
    )
    return {by_digest[bytes(digest)] for (digest,) in known}


def let_back(connection: Conn, channel: Channel, address: str) -> int:
    """Forget that an address was erased, because its owner is back; how many that were."""
    digests = _digests(connection, [address])
    return connection.execute(
        "DELETE FROM erased_address WHERE channel = %s AND digest = ANY(%s::bytea[])", (channel.value, digests)
    ).rowcount


def _digests(connection: Conn, addresses: Sequence[str]) -> list[bytes]:
    row = connection.execute("SELECT secret FROM erasure_key").fetchone()
    return [hmac.digest(row[0], address.lower().encode(), "sha256") for address in addresses] if row else []
