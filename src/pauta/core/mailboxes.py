"""Whose mailboxes those of a domain are: the providers that give addresses to people.

Companies whose own domain is with Google or Microsoft are not among them: their mailboxes take mail by other rules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider of mailboxes: how people call it, and its domains as a regular expression that Python and PostgreSQL
    read alike."""

    title: str
    domains: str


PROVIDERS: Final[Mapping[str, Provider]] = {
    "gmail": Provider("Gmail", r"(gmail|googlemail)\.com"),
    "outlook": Provider("Microsoft", r"(outlook|hotmail|live|msn)\.[a-z]{2,3}(\.[a-z]{2})?"),
    "yahoo": Provider("Yahoo", r"((yahoo|ymail|rocketmail)\.[a-z]{2,3}(\.[a-z]{2})?|aol\.com)"),
    "icloud": Provider("iCloud", r"(icloud|me|mac)\.com"),
    "uol": Provider("UOL", r"(uol|bol)\.com\.br"),
    "terra": Provider("Terra", r"terra\.(com|com\.br|es)"),
}

EVERYWHERE: Final = "*"
"""All of them together, and everybody else's mailboxes."""


@lru_cache(maxsize=16_384)
def provider_of(domain: str) -> str:
    """The provider of the mailboxes of a domain; "" for every other."""
    found = (name for name, one in PROVIDERS.items() if re.fullmatch(one.domains, domain.lower()))
    return next(found, "")


def title_of(provider: str) -> str:
    """How people call a provider; what is none keeps its name."""
    return PROVIDERS[provider].title if provider in PROVIDERS else provider
