"""Signatures that others than their maker verify, and that break when anything covered is changed."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import dkim
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pauta.channels.email import mime
from pauta.channels.email.dkim import REWRITTEN, Signer, new_key, public_key, relaxed_body, relaxed_field
from pauta.core.render import Rendered

KEY = new_key()
RECORD = f"v=DKIM1; k=rsa; p={public_key(KEY)}"
SIGNER = Signer("acme.example", "p1", KEY)
LINK = "https://pauta.example/unsubscribe/" + "a" * 40
HEADERS = {"List-Unsubscribe": f"<{LINK}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
OPENDKIM = shutil.which("opendkim") or shutil.which("opendkim", path="/usr/sbin:/usr/local/sbin")


def mail(subject: str = "Olá, Ana", text: str = "Olá  mundo \n\n\n") -> bytes:
    """A finished mail, not signed."""
    skeleton = mime.skeleton(mime.Mailbox("ana@acme.example", "Ana"))
    rendered = Rendered(subject, f"<p>{text}</p>" * 50, text)
    now = datetime(2026, 11, 23, tzinfo=UTC)
    return mime.build(skeleton, rendered, mime.Mailbox("b@sur.example", "Beto"), "<1@acme.example>", now, HEADERS)


def verified(signed: bytes) -> bool:
    """What dkimpy says."""

    def found(name: bytes, timeout: int = 5) -> bytes:
        assert name == b"p1._domainkey.acme.example."
        return RECORD.encode()

    return bool(dkim.verify(signed, dnsfunc=found))


@given(st.text(max_size=200), st.text(max_size=2000))
@settings(max_examples=40)
def test_every_mail_is_signed_well(subject: str, text: str) -> None:
    assert verified(SIGNER.signed(mail(subject, text.replace("\0", ""))))


@pytest.mark.parametrize("body", [b"", b"\r\n", b"\r\n\r\n", b"a", b" a \t b \r\n\r\n\r\n", b"\ta\r\n", b"a\r\n \r\n"])
def test_bodies_at_the_edge_are_signed_well(body: bytes) -> None:
    assert verified(SIGNER.signed(b"From: ana@acme.example\r\nSubject:  a\r\n\tb \r\n\r\n" + body))


def test_the_examples_of_the_standard() -> None:
    """RFC 6376, 3.4.5."""
    assert relaxed_field(b"A: X\r\n") == b"a:X\r\n"
    assert relaxed_field(b"B : Y\t\r\n\tZ  \r\n") == b"b:Y Z\r\n"
    assert relaxed_body(b" C \r\nD \t E\r\n\r\n\r\n") == b" C\r\nD E\r\n"


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click", b"List-Unsubscribe-Post: none"),
        (b"unsubscribe/aaaa", b"unsubscribe/baaa"),
        (b"To: Beto", b"To: Ana"),
        (b"mundo", b"Mundo"),
        (b"To: Beto", b"Subject: another\r\nTo: Beto"),
        (b"To: Beto", b"From: other@acme.example\r\nTo: Beto"),
        (b"To: Beto", b"Reply-To: thief@x.example\r\nTo: Beto"),
    ],
)
def test_whatever_is_changed_breaks_the_signature(said: bytes, instead: bytes) -> None:
    signed = SIGNER.signed(mail())
    assert said in signed
    changed = signed.replace(said, instead, 1)
    assert verified(signed)
    assert not verified(changed)


def test_what_a_provider_writes_anew_can_be_left_out() -> None:
    """Amazon SES puts a Message-ID and a Date of its own into each mail."""
    signed = SIGNER.signed(mail(), REWRITTEN)
    changed = re.sub(rb"(?m)^(Message-ID|Date): [^\r]*", rb"\1: another", signed)
    assert changed != signed
    assert verified(changed)
    assert not verified(re.sub(rb"(?m)^(Message-ID|Date): [^\r]*", rb"\1: another", SIGNER.signed(mail())))


def test_the_headers_to_unsubscribe_are_covered() -> None:
    """RFC 8058, section 4."""
    tag = SIGNER.signed(mail()).partition(b" h=")[2].partition(b";")[0]
    covered = b"".join(tag.split()).split(b":")
    assert {b"from", b"list-unsubscribe", b"list-unsubscribe-post"} <= set(covered)


@pytest.mark.skipif(OPENDKIM is None, reason="opendkim is not installed; apt install opendkim")
@pytest.mark.parametrize(("said", "instead", "outcome"), [(b"", b"", "succeeded"), (b"mundo", b"Mundo", "failed")])
def test_opendkim_says_the_same(tmp_path: Path, said: bytes, instead: bytes, outcome: str) -> None:
    (tmp_path / "mail").write_bytes(SIGNER.signed(mail()).replace(said, instead, 1) if said else SIGNER.signed(mail()))
    (tmp_path / "dns").write_text(f"p1._domainkey.acme.example {RECORD}\n")
    (tmp_path / "conf").write_text(f"Mode v\nTestDNSData {tmp_path / 'dns'}\n")
    command = [str(OPENDKIM), "-x", str(tmp_path / "conf"), "-vvv", "-t", str(tmp_path / "mail")]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "verification (s=p1" in told.stdout + told.stderr
    assert outcome in told.stdout + told.stderr
