"""Addresses: what is taken, what is refused, and which channel's suppression closes what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pauta.core.gate.vocabulary import Channel
from pauta.core.problems import Problem
from pauta.people.addresses import parse_email, parse_phone, suppressed_as, usual_emails


@pytest.mark.parametrize(
    "address",
    [
        "ana@acme.example",
        "ana.maria+news@mail.acme.example",
        "o'neil@acme.example",
        "josé@acme.example",
        "ana@münchen.example",
    ],
)
def test_addresses_that_a_mail_server_takes(address: str) -> None:
    assert parse_email(f" {address} ") == address


@pytest.mark.parametrize(
    "address",
    ["ana", "ana@", "@acme.example", "ana@acme", "ana@@acme.example", "ana maria@acme.example", "ana@acme..example",
     ".ana@acme.example", "ana@-acme.example", "a" * 65 + "@acme.example", "ana@acme.example\nRCPT TO:<x@y.example>"],
)  # fmt: skip
def test_addresses_that_are_refused(address: str) -> None:
    with pytest.raises(Problem, match="people_email_invalid"):
        parse_email(address)


@given(st.lists(st.from_regex(r"[a-c.+-]{0,4}@?([a-c.-]{0,3}\.)?[a-c-]{0,3}", fullmatch=True)))
def test_the_quick_answer_for_a_column_never_takes_what_a_single_look_refuses(addresses: list[str]) -> None:
    if usual_emails(addresses):
        assert all(parse_email(address) == address for address in addresses if address)


def test_the_quick_answer_takes_usual_columns_and_leaves_others_to_a_closer_look() -> None:
    usual = ["ana@acme.example", "", "bruno.reis+news@mail.acme-labs.example", "carla_1@x.co"]
    assert usual_emails(usual)
    assert usual_emails([])
    for odd in ("josé@acme.example", "a" * 65 + "@acme.example", "ana", " ana@acme.example"):
        assert not usual_emails([*usual, odd])


@pytest.mark.parametrize(
    ("phone", "country", "expected"),
    [
        ("(11) 98765-4321", "BR", "+5511987654321"),
        ("+55 11 98765-4321", None, "+5511987654321"),
        ("+5511987654321", "ES", "+5511987654321"),
        ("612 34 56 78", "ES", "+34612345678"),
    ],
)
def test_phones_become_international(phone: str, country: str | None, expected: str) -> None:
    assert parse_phone(phone, country) == expected


@pytest.mark.parametrize(("phone", "country"), [("98765-4321", None), ("12", "BR"), ("ask Ana", "BR")])
def test_phones_that_are_refused(phone: str, country: str | None) -> None:
    with pytest.raises(Problem, match="people_phone_invalid"):
        parse_phone(phone, country)


def test_phone_channels_share_one_suppression() -> None:
    assert {suppressed_as(channel) for channel in (Channel.sms, Channel.whatsapp, Channel.call, Channel.voice)} == {
        Channel.sms
    }
    with pytest.raises(Problem, match="people_channel_without_address"):
        suppressed_as(Channel.print)
