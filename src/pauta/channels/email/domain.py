"""What DNS says of a domain that sends mail: whether receivers can believe it (RFC 7208, 6376, 7489)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import dns.exception
import dns.resolver
import dns.reversename

from pauta.channels.email.signing import Key

MOST_LOOKUPS = 10
"""Look-ups in DNS that a receiver makes for one SPF record (RFC 7208, 4.6.4)."""

_LOOKING_UP = re.compile(r"[+?~-]?(include:|a\b|mx\b|ptr\b|exists:)|redirect=", re.I)
_FURTHER = re.compile(r"(?:[+?~-]?include:|redirect=)(\S+)", re.I)
_OPEN = re.compile(r"(^|\s)\+?all(\s|$)", re.I)
_POLICY = re.compile(r"(?:^|;)\s*p\s*=\s*(\w+)", re.I)
_SECONDS = 5.0


@dataclass(frozen=True)
class Said:
    """One thing that was looked at: whether it is well, the key of what to say of it, and the values in that."""

    good: bool
    key: str
    values: dict[str, object] = field(default_factory=dict)


class Domain:
    """A domain as a resolver sees it; raises ``dns.exception.DNSException`` when DNS does not answer."""

    def __init__(self, name: str, resolver: dns.resolver.Resolver | None = None) -> None:
        self.name = name
        self._resolver = resolver or dns.resolver.Resolver()
        self._resolver.lifetime = _SECONDS

    def checked(self, key: Key | None) -> Iterator[Said]:
        """SPF, DKIM with the key in use (None: mails are not signed), DMARC; one finding for each."""
        yield self._spf()
        yield self._dkim(key)
        yield self._dmarc()

    def publishes(self, key: Key) -> bool:
        """Whether DNS has the record of a key."""
        return any(_tag(text, "p") == key.public_key for text in self._texts(key.name))

    def server(self, host: str) -> Iterator[Said]:
        """Whether the addresses of a mail server have names that lead back to them."""
        addresses = [text for kind in ("A", "AAAA") for text in self._found(host, kind)]
        if not addresses:
            yield Said(False, "host_unknown", {"host": host})
        for address in addresses:
            names = self._found(dns.reversename.from_address(address).to_text(), "PTR")
            leads_back = any(address in self._found(name, kind) for name in names for kind in ("A", "AAAA"))
            yield Said(leads_back, "ptr" if leads_back else "ptr_missing", {"host": host, "address": address})

    def _spf(self) -> Said:
        records = self._spf_records(self.name)
        values: dict[str, object] = {"domain": self.name}
        if not records:
            return Said(False, "spf_missing", values)
        if len(records) > 1:
            return Said(False, "spf_many", values)
        if _OPEN.search(records[0]):
            return Said(False, "spf_open", values)
        lookups = self._lookups(records[0], 0)
        if lookups > MOST_LOOKUPS:
            return Said(False, "spf_long", {**values, "lookups": lookups})
        return Said(True, "spf", values)

    def _spf_records(self, name: str) -> list[str]:
        return [text for text in self._texts(name) if text.lower().split(" ")[0] == "v=spf1"]

    def _lookups(self, record: str, before: int) -> int:
        """Look-ups for a record and for those that it includes; counting ends where receivers have given up."""
        count = before + sum(1 for term in record.split()[1:] if _LOOKING_UP.match(term))
        for name in _FURTHER.findall(record):
            if count <= MOST_LOOKUPS:
                for further in self._spf_records(name)[:1]:
                    count = self._lookups(further, count)
        return count

    def _dkim(self, key: Key | None) -> Said:
        if key is None:
            return Said(False, "dkim_missing", {"domain": self.name})
        values: dict[str, object] = {"domain": self.name, "selector": key.selector, "name": key.name}
        return Said(True, "dkim", values) if self.publishes(key) else Said(False, "dkim_differs", values)

    def _dmarc(self) -> Said:
        """The policy of the domain, or of the nearest one above it that has one."""
        name = self.name
        while "." in name:
            for text in self._texts(f"_dmarc.{name}"):
                found = _POLICY.search(text)
                if text.lower().startswith("v=dmarc1") and found:
                    return Said(True, "dmarc", {"domain": self.name, "policy": found[1].lower()})
            name = name.partition(".")[2]
        return Said(False, "dmarc_missing", {"domain": self.name})

    def _texts(self, name: str) -> list[str]:
        answers = self._answers(name, "TXT")
        return [b"".join(one.strings).decode("utf-8", "replace") for one in answers]

    def _found(self, name: str, kind: str) -> list[str]:
        return [one.to_text().rstrip(".") for one in self._answers(name, kind)]

    def _answers(self, name: str, kind: str) -> list[Any]:
        try:
            return list(self._resolver.resolve(name, kind))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []


def _tag(record: str, name: str) -> str:
    """The value of a tag of a DKIM record, without blanks."""
    for part in record.split(";"):
        key, _, value = part.partition("=")
        if key.strip() == name:
            return "".join(value.split())
    return ""
