"""Providers of mailboxes are told by the domain, the same in Python and in the database."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg import Connection

from pauta.core.mailboxes import PROVIDERS, provider_of, title_of

DOMAINS = [
    ("gmail.com", "gmail"),
    ("GoogleMail.com", "gmail"),
    ("hotmail.com", "outlook"),
    ("hotmail.com.br", "outlook"),
    ("live.co.uk", "outlook"),
    ("yahoo.com.br", "yahoo"),
    ("aol.com", "yahoo"),
    ("me.com", "icloud"),
    ("bol.com.br", "uol"),
    ("terra.com.br", "terra"),
    ("acme.example", ""),
    ("gmail.com.evil.example", ""),
    ("notgmail.com", ""),
    ("live.solutions.example", ""),
]


@pytest.mark.parametrize(("domain", "provider"), DOMAINS)
def test_the_provider_of_a_domain(domain: str, provider: str) -> None:
    assert provider_of(domain) == provider


def test_the_database_reads_the_domains_alike(connection: Connection[Any]) -> None:
    for domain, provider in DOMAINS:
        asked = [(name, f"^{one.domains}$") for name, one in PROVIDERS.items()]
        found = [
            name
            for name, pattern in asked
            if connection.execute("SELECT lower(%s) ~ %s", (domain, pattern)).fetchone() == (True,)
        ]
        assert found == ([provider] if provider else [])


def test_providers_are_called_as_people_call_them() -> None:
    assert [title_of(one) for one in ("outlook", "uol", "acme.example")] == ["Microsoft", "UOL", "acme.example"]
