"""The bytes of a mail, checked by the parser of the standard library."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pauta.channels.email.mime import Mailbox, build, header_text, skeleton
from pauta.core.problems import Problem
from pauta.core.render import Rendered

PLAIN = Rendered("Hello", "<p>Hello</p>\n", "Hello\n")
ANA = Mailbox("ana@acme.example", "Ana Souza")
SENDER = Mailbox("pauta@ours.example", "Pauta, da Bruno & Cia.")
AT = datetime(2026, 11, 23, 9, 5, 7, tzinfo=timezone(timedelta(hours=-3)))
ID = "<7.12@ours.example>"

anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)
lines = st.text(st.sampled_from(list("ab .=\t\n\réñ漢🎉<&\"'_?\x00\x7f\x85\u2028-")), max_size=300)


def mail(rendered: Rendered = PLAIN, to: Mailbox = ANA, sender: Mailbox = SENDER, **headers: str) -> bytes:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return build(skeleton(sender), rendered, to, ID, AT, named)


def parsed(raw: bytes) -> EmailMessage:
    message = BytesParser(policy=policy.SMTP).parsebytes(raw)
    assert not message.defects
    return cast(EmailMessage, message)


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def as_lines(text: str) -> str:
    """The text with the line breaks of mails."""
    return re.sub(r"\r\n|\r|\n", "\r\n", text)


def well_formed(raw: bytes) -> bool:
    """ASCII, CRLF only, no line beyond 998 bytes (RFC 5322, 2.1.1)."""
    split = raw.split(b"\r\n")
    return raw.isascii() and all(len(line) <= 998 and b"\r" not in line and b"\n" not in line for line in split)


@given(anything, anything)
def test_any_text_and_html_come_back(text: str, html: str) -> None:
    message = parsed(mail(Rendered("x", html, text)))
    assert as_lines(body(message, "plain")) == as_lines(text)
    assert as_lines(body(message, "html")) == as_lines(html)


@given(lines, lines)
def test_awkward_text_and_html_come_back(text: str, html: str) -> None:
    raw = mail(Rendered("x", html, text))
    assert well_formed(raw)
    message = parsed(raw)
    assert as_lines(body(message, "plain")) == as_lines(text)
    assert as_lines(body(message, "html")) == as_lines(html)


@given(anything)
def test_any_subject_comes_back_and_adds_no_header(subject: str) -> None:
    raw = mail(Rendered(subject, "x", "x"))
    assert well_formed(raw)
    message = parsed(raw)
    assert message.keys() == ["To", "Subject", "Message-ID", "Date", "From", "MIME-Version", "Content-Type"]
    got = "".join(message["Subject"].split())
    assert got == "".join(re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]", " ", subject).split())


@pytest.mark.parametrize(
    "subject",
    [
        "Sua equipe economizou 127 horas — veja como",
        "a" * 500,
        "word " * 60 + "end",
        "=?utf-8?b?eA==?=",
        "two  spaces",
        "a" + " " * 200 + "b",
        "é" * 300,
    ],
)
def test_subjects_are_kept_exactly(subject: str) -> None:
    raw = mail(Rendered(subject, "x", "x"))
    assert parsed(raw)["Subject"] == subject
    head = raw.split(b"\r\n\r\n")[0]
    assert max(map(len, head.split(b"\r\n"))) <= 78


def test_a_subject_cannot_start_a_header() -> None:
    raw = mail(Rendered("Hello\r\nBcc: eve@evil.example\r\n\r\nboo", "x", "x"))
    assert parsed(raw)["Bcc"] is None
    assert parsed(raw)["Subject"] == "Hello Bcc: eve@evil.example boo"


@given(anything)
def test_any_name_comes_back(name: str) -> None:
    raw = mail(to=Mailbox("ana@acme.example", name), sender=Mailbox("pauta@ours.example", name))
    assert well_formed(raw)
    for field in ("To", "From"):
        (address,) = parsed(raw)[field].addresses
        assert address.addr_spec in ("ana@acme.example", "pauta@ours.example")
        got = "".join(address.display_name.split())
        assert got == "".join(re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]", " ", name).split())


@pytest.mark.parametrize("name", ["Ana", 'Ana "the" Souza', "Souza, Ana", "João", "a\\b", "<eve@evil.example>"])
def test_names_are_kept_exactly(name: str) -> None:
    (address,) = parsed(mail(to=Mailbox("ana@acme.example", name)))["To"].addresses
    assert (address.display_name, address.addr_spec) == (name, "ana@acme.example")


def test_what_stands_in_the_head() -> None:
    raw = build(
        skeleton(
            SENDER, Mailbox("bruno@ours.example", "Bruno"), {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        ),
        PLAIN,
        ANA,
        ID,
        AT,
        {"List-Unsubscribe": "<https://ours.example/u/" + "a" * 70 + ">, <mailto:u@ours.example>"},
    )
    message = parsed(raw)
    assert message["From"] == '"Pauta, da Bruno & Cia." <pauta@ours.example>'
    assert message["Reply-To"] == "Bruno <bruno@ours.example>"
    assert message["Message-ID"] == ID
    assert message["Date"] == "Mon, 23 Nov 2026 09:05:07 -0300"
    assert message["Date"].datetime == AT
    assert message["List-Unsubscribe"] == f"<https://ours.example/u/{'a' * 70}>, <mailto:u@ours.example>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message.get_content_type() == "multipart/alternative"


def test_the_same_message_has_the_same_bytes() -> None:
    assert mail() == mail()


def test_an_international_domain_is_written_in_ascii() -> None:
    (address,) = parsed(mail(to=Mailbox("ana@exämple.example")))["To"].addresses
    assert address.addr_spec == "ana@xn--exmple-cua.example"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Evil", "a\r\nBcc: eve@evil.example"),
        ("X-Evil", "a\nb"),
        ("X-Evil\r\nBcc", "eve@evil.example"),
        ("X Evil", "a"),
        ("Subject", "another"),
        ("bcc", "eve@evil.example"),
        ("X-Evil", "é"),
        ("X-Evil", "a" * 2000),
    ],
)
def test_headers_that_could_be_misread_are_refused(name: str, value: str) -> None:
    with pytest.raises(Problem, match=r"email\.header_invalid"):
        build(skeleton(SENDER), PLAIN, ANA, ID, AT, {name: value})
    with pytest.raises(Problem, match=r"email\.header_invalid"):
        skeleton(SENDER, headers={name: value})


@pytest.mark.parametrize("message_id", ["7@ours.example", "<7@ours.example>\r\nBcc: e@e.example", "<7>", "<a b@c>"])
def test_a_message_id_must_be_one(message_id: str) -> None:
    with pytest.raises(Problem, match=r"email\.message_id_invalid"):
        build(skeleton(SENDER), PLAIN, ANA, message_id, AT)


def test_midnight_utc() -> None:
    raw = build(skeleton(SENDER), PLAIN, ANA, ID, datetime(2026, 1, 1, tzinfo=UTC))
    assert parsed(raw)["Date"] == "Thu, 01 Jan 2026 00:00:00 +0000"


def test_short_ascii_stays_readable() -> None:
    assert header_text("Hello, Ana", 9) == b"Hello, Ana"
    assert b"<p>Hello</p>" in mail()
