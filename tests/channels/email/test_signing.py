"""Keys of signatures: waiting, in use, retired; and which of them signs for whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from psycopg import Connection

from pauta.channels.email.signing import feedback_name, find_key, keys, make_key, signers, use_key
from pauta.core.problems import Problem
from tests.conftest import MONDAY

MAIL = b"From: a@acme.example\r\n\r\nHello\r\n"


def test_a_key_signs_from_when_it_is_used_until_another_is(connection: Connection[Any]) -> None:
    first = make_key(connection, "Acme.example.", "", MONDAY)
    assert first.name == "pauta-20261123._domainkey.acme.example"
    assert signers(connection).signed(MAIL, "acme.example") == MAIL
    use_key(connection, first, MONDAY)
    assert b"; s=pauta-20261123;" in signers(connection).signed(MAIL, "acme.example")
    second = make_key(connection, "acme.example", "Second", MONDAY)
    assert b"; s=pauta-20261123;" in signers(connection).signed(MAIL, "acme.example")
    use_key(connection, second, MONDAY + timedelta(days=1))
    assert b"; s=second;" in signers(connection).signed(MAIL, "acme.example")
    assert connection.execute("SELECT selector FROM dkim_key WHERE private_key = ''").fetchall() == [
        ("pauta-20261123",)
    ]
    assert [(key.selector, key.retired_at is None) for key in keys(connection)] == [
        ("pauta-20261123", False),
        ("second", True),
    ]
    with pytest.raises(Problem, match="key_retired"):
        use_key(connection, find_key(connection, "acme.example", "pauta-20261123"), MONDAY)


@pytest.mark.parametrize(
    ("domain", "signs"),
    [
        ("acme.example", b"d=acme.example"),
        ("ACME.example", b"d=acme.example"),
        ("deep.mail.acme.example", b"d=acme.example"),
        ("news.acme.example", b"d=news.acme.example"),
        ("notacme.example", b""),
        ("example", b""),
    ],
)
def test_the_nearest_domain_signs(connection: Connection[Any], domain: str, signs: bytes) -> None:
    for name in ("acme.example", "news.acme.example"):
        use_key(connection, make_key(connection, name, "p1", MONDAY), MONDAY)
    signed = signers(connection).signed(MAIL, domain)
    assert signs + b";" in signed if signs else signed == MAIL


@pytest.mark.parametrize(
    ("domain", "selector", "code"),
    [
        ("acme", "", "email.domain_invalid"),
        ("a b.example", "", "email.domain_invalid"),
        ("acme.example", "é", "email.selector_invalid"),
        ("acme.example", "taken", "email.selector_taken"),
    ],
)
def test_what_is_no_key_is_refused(connection: Connection[Any], domain: str, selector: str, code: str) -> None:
    make_key(connection, "acme.example", "taken", MONDAY)
    with pytest.raises(Problem, match=code):
        make_key(connection, domain, selector, MONDAY)


def test_the_record_is_in_pieces_that_dns_can_hold(connection: Connection[Any]) -> None:
    key = make_key(connection, "acme.example", "p1", MONDAY)
    pieces = key.zone_line.split('"')[1::2]
    assert "".join(pieces) == key.record
    assert max(map(len, pieces)) <= 255


def test_the_sender_of_a_domain_keeps_its_name() -> None:
    assert 5 <= len(feedback_name("acme.example")) <= 15
    assert feedback_name("acme.example") != feedback_name("sur.example")
