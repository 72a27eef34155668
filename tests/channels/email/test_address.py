"""Addresses: what goes into an SMTP command and what never does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pauta.channels.email.address import sender_mailbox, smtp_address
from pauta.core.problems import Problem


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("ana@acme.example", "ana@acme.example"),
        ("Ana.Souza+news@Acme.Example", "Ana.Souza+news@Acme.Example"),
        ("o'brien_x=y{z}@sub.acme-1.example", "o'brien_x=y{z}@sub.acme-1.example"),
        ("ana@exämple.example", "ana@xn--exmple-cua.example"),
        ("joão@acme.example", "joão@acme.example"),
        ("pauta@localhost", "pauta@localhost"),
    ],
)
def test_good_addresses(address: str, written: str) -> None:
    assert smtp_address(address) == written


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ana",
        "@acme.example",
        "ana@",
        "a b@acme.example",
        "ana@acme .example",
        "ana@@acme.example",
        ".ana@acme.example",
        "ana.@acme.example",
        "a..b@acme.example",
        "ana@-acme.example",
        "ana@acme..example",
        "<ana@acme.example>",
        "ana@acme.example>\r\nRSET",
        "ana\r\n@acme.example",
        "ana\u0000@acme.example",
        '"a b"@acme.example',
        "ana@acme.example\n",
        "ana@[127.0.0.1]",
        "ana,bob@acme.example",
        "a\u200bna@acme.example",
        "ana\u2028@acme.example",
        "ana\ud800@acme.example",
        "a" * 65 + "@acme.example",
        "ana@" + "a" * 64 + ".example",
        "ana@" + "a." * 126 + "example",
    ],
)
def test_bad_addresses(address: str) -> None:
    with pytest.raises(Problem, match=r"email\.address_invalid"):
        smtp_address(address)


@given(st.text(st.characters(), max_size=30), st.text(st.sampled_from(list("ab.-@<> \r\n\té\x00")), max_size=12))
def test_no_address_can_end_its_command(left: str, right: str) -> None:
    try:
        written = smtp_address(f"{left}@{right}")
    except Problem:
        return
    assert not set(written) & set("<>\r\n\0 \t")
    assert written.count("@") == 1
    written.encode()


@pytest.mark.parametrize(
    ("sender", "name", "address"),
    [
        ("ana@acme.example", "", "ana@acme.example"),
        ("Ana Souza <ana@acme.example>", "Ana Souza", "ana@acme.example"),
        ('"Acme, Inc." <ana@exämple.example> ', "Acme, Inc.", "ana@xn--exmple-cua.example"),
    ],
)
def test_senders_as_people_write_them(sender: str, name: str, address: str) -> None:
    assert sender_mailbox(sender) == (name, address)


@pytest.mark.parametrize(
    "sender",
    [
        "Ana",
        "Ana ana@acme.example",
        "Ana <ana@acme.example",
        "Ana <ana@acme,example>",
        "ana@acme..example",
        "ana@acme.example, bia@acme.example",
        "Ana\r\nBcc: all <ana@acme.example>",
        "<>",
    ],
)
def test_senders_with_a_slip_are_refused_with_the_whole_of_them(sender: str) -> None:
    with pytest.raises(Problem) as refusal:
        sender_mailbox(sender)
    assert (refusal.value.code, refusal.value.field) == ("email.sender_invalid", "sender")
    assert refusal.value.values == {"sender": sender}
