"""The keys of DKIM signatures: made, published by whoever runs the domain's DNS, used, replaced and forgotten."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from pauta.channels.email.address import sender_mailbox
from pauta.channels.email.dkim import Signer, new_key, public_key
from pauta.core.problems import Problem

_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_SELECTOR = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is listed; ``used_from`` is None while its record has yet to be published. Times are UTC."""

    domain: str
    selector: str
    public_key: str
    created_at: datetime
    used_from: datetime | None
    retired_at: datetime | None

    @property
    def name(self) -> str:
        """Where the record stands in DNS."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def record(self) -> str:
        """The TXT record as one text."""
        return f"v=DKIM1; k=rsa; p={self.public_key}"

    @property
    def zone_line(self) -> str:
        """The record as a line of a zone file, in pieces of the length that DNS can hold."""
        pieces = " ".join(f'"{self.record[at : at + 250]}"' for at in range(0, len(self.record), 250))
        return f"{self.name}. IN TXT ( {pieces} )"


@dataclass(frozen=True)
class Signers:
    """Who signs for which domain."""

    by_domain: Mapping[str, Signer]

    def signed(self, mail: bytes, domain: str, but: frozenset[bytes] = frozenset()) -> bytes:
        """A mail from an address of that domain, signed for it or for the nearest domain above that has a key.

        Without a key it stays as it is. A signature for a domain above is aligned, too (RFC 7489, 3.1.1). The header
        fields ``but`` are left out of the signature.
        """
        signer = self._nearest(domain)
        return signer.signed(mail, but) if signer else mail

    def signs_for(self, domain: str) -> bool:
        """Whether mails from addresses of that domain are signed."""
        return self._nearest(domain) is not None

    def _nearest(self, domain: str) -> Signer | None:
        name = domain.lower()
        while name:
            if name in self.by_domain:
                return self.by_domain[name]
            name = name.partition(".")[2]
        return None


def signers(connection: Connection[Any]) -> Signers:
    """The keys in use now."""
    rows = connection.execute(
        "SELECT domain, selector, private_key FROM dkim_key WHERE used_from IS NOT NULL AND retired_at IS NULL"
    ).fetchall()
    return Signers({domain: Signer(domain, selector, key) for domain, selector, key in rows})


def keys(connection: Connection[Any]) -> list[Key]:
    """All keys by domain, the oldest first."""
    with connection.cursor(row_factory=class_row(Key)) as cursor:
        return cursor.execute(
            "SELECT domain, selector, public_key, created_at, used_from, retired_at FROM dkim_key ORDER BY domain, id"
        ).fetchall()


def make_key(connection: Connection[Any], domain: str, selector: str, now: datetime) -> Key:
    """A new key of 2048 bits, not used before its record is published. An empty selector is named after the day.

    A Problem for what is no domain, or a selector that is none or taken: records of old keys may still be in DNS.
    """
    named, chosen = _domain(domain), (selector or f"pauta-{now:%Y%m%d}").lower()
    if not _SELECTOR.fullmatch(chosen):
        raise Problem("email.selector_invalid", "selector", value=selector)
    private = new_key()
    made = connection.execute(
        "INSERT INTO dkim_key (domain, selector, private_key, public_key, created_at) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (domain, selector) DO NOTHING",
        (named, chosen, private, public_key(private), now),
    )
    if not made.rowcount:
        raise Problem("email.selector_taken", "selector", value=chosen, domain=named)
    return find_key(connection, named, chosen)


def find_key(connection: Connection[Any], domain: str, selector: str) -> Key:
    """The key of that name; a Problem when there is none."""
    named = _domain(domain)
    found = [key for key in keys(connection) if (key.domain, key.selector) == (named, selector.lower())]
    if not found:
        raise Problem("email.key_unknown", "selector", value=selector, domain=named)
    return found[0]


def use_key(connection: Connection[Any], key: Key, now: datetime) -> None:
    """Sign with this key from now on, and forget the private half of the one before; a Problem for a retired key.

    The record of the one before must stay in DNS for some days, for the mails that are still under way.
    """
    if key.retired_at is not None:
        raise Problem("email.key_retired", "selector", value=key.selector, domain=key.domain)
    connection.execute(
        "UPDATE dkim_key SET retired_at = %s, private_key = '' WHERE domain = %s AND selector <> %s"
        " AND used_from IS NOT NULL AND retired_at IS NULL",
        (now, key.domain, key.selector),
    )
    connection.execute(
        "UPDATE dkim_key SET used_from = %s WHERE domain = %s AND selector = %s AND used_from IS NULL",
        (now, key.domain, key.selector),
    )


def domain_of(sender: str) -> str:
    """The domain of a sender as people write it."""
    return sender_mailbox(sender)[1].rpartition("@")[2].lower()


@lru_cache(maxsize=256)
def feedback_name(domain: str) -> str:
    """Who a domain's mails are from, as the last part of Feedback-ID: 5 to 15 characters that stay the same."""
    return sha256(domain.encode()).hexdigest()[:12]


def _domain(text: str) -> str:
    named = text.strip().lower().rstrip(".")
    if not _DOMAIN.fullmatch(named):
        raise Problem("email.domain_invalid", "domain", value=text)
    return named
