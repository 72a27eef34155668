"""Encryption and sign-in, with a certificate of our own making."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pauta.channels.base import OutcomeKind
from pauta.channels.email.session import Security, Server
from pauta.channels.email.smtp import SmtpPool
from pauta.core.problems import Problem
from tests.channels.email.peers import Peer, Recorder, kinds, outgoing, scripted

SENT, LATER, FAILED, LOST, UNSENT = OutcomeKind
OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="the openssl program is not installed")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a key and a certificate for 127.0.0.1 that nobody has signed but itself."""
    folder = tmp_path_factory.mktemp("tls")
    made = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    files = ["-keyout", folder / "key.pem", "-out", folder / "cert.pem"]
    subprocess.run([str(OPENSSL), *made.split(), *files], check=True, capture_output=True)
    (folder / "both.pem").write_bytes((folder / "key.pem").read_bytes() + (folder / "cert.pem").read_bytes())
    return folder


def encrypt(peer: Peer, certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "both.pem")
    peer.connection = context.wrap_socket(peer.connection, server_side=True)
    peer.connection.settimeout(10)


def take_mails(peer: Peer, count: int) -> None:
    for _ in range(count):
        peer.envelope()
        peer.content()
        peer.say("250 kept")
    assert peer.hear() == "QUIT"
    peer.connection.close()


def starttls(certificate: Path, count: int, *, offers: tuple[str, ...] = ()) -> Callable[[Peer], None]:
    def talk(peer: Peer) -> None:
        peer.greet("PIPELINING", "STARTTLS")
        assert peer.hear() == "STARTTLS"
        peer.say("220 go")
        encrypt(peer, certificate)
        assert peer.hear().startswith("EHLO")
        lines = ["secret", "PIPELINING", *offers]
        peer.say(*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}")
        if offers:
            sign_in(peer, offers[0])
        take_mails(peer, count)

    return talk


def sign_in(peer: Peer, offer: str) -> None:
    if "PLAIN" in offer:
        assert b64decode(peer.hear().removeprefix("AUTH PLAIN ")) == b"\0pauta\0s\xc3\xa9same"
    else:
        assert peer.hear() == "AUTH LOGIN"
        peer.say("334 VXNlcm5hbWU6")
        assert b64decode(peer.hear()) == b"pauta"
        peer.say("334 UGFzc3dvcmQ6")
        assert b64decode(peer.hear()) == "sésame".encode()
    peer.say("235 welcome")


def delivered(port: int, count: int, **values: Any) -> dict[OutcomeKind, int]:
    pool = SmtpPool(Server(port=port, connections=1, connect_timeout=5.0, **values))
    try:
        return kinds(list(pool.deliver(outgoing(count), Recorder())))
    finally:
        pool.close()


@needs_openssl
def test_starttls_with_a_certificate_that_is_trusted(certificate: Path) -> None:
    with scripted(starttls(certificate, 20)) as port:
        values = {"security": Security.STARTTLS, "ca_file": str(certificate / "cert.pem")}
        assert delivered(port, 20, **values) == {SENT: 20}


@needs_openssl
def test_tls_from_the_first_byte(certificate: Path) -> None:
    def talk(peer: Peer) -> None:
        encrypt(peer, certificate)
        peer.greet("PIPELINING")
        take_mails(peer, 20)

    with scripted(talk) as port:
        values = {"security": Security.TLS, "ca_file": str(certificate / "cert.pem")}
        assert delivered(port, 20, **values) == {SENT: 20}


@needs_openssl
@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_an_unknown_certificate_is_refused(certificate: Path, security: Security) -> None:
    def talk(peer: Peer) -> None:
        if security is Security.STARTTLS:
            peer.greet("STARTTLS")
            peer.hear()
            peer.say("220 go")
        encrypt(peer, certificate)

    with scripted(talk) as port:
        assert delivered(port, 2, security=security) == {UNSENT: 2}


@needs_openssl
def test_the_check_can_be_switched_off(certificate: Path) -> None:
    with scripted(starttls(certificate, 1)) as port:
        assert delivered(port, 1, security=Security.STARTTLS, verify=False) == {SENT: 1}


@needs_openssl
@pytest.mark.parametrize("offer", ["AUTH PLAIN LOGIN", "AUTH LOGIN"])
def test_signing_in(certificate: Path, offer: str) -> None:
    with scripted(starttls(certificate, 1, offers=(offer,))) as port:
        values = {"security": Security.IF_OFFERED, "verify": False, "user": "pauta", "password": "sésame"}
        assert delivered(port, 1, **values) == {SENT: 1}


def test_a_wrong_password_is_later_for_all() -> None:
    def talk(peer: Peer) -> None:
        peer.greet("AUTH PLAIN")
        peer.hear()
        peer.say("535 5.7.8 wrong")

    with scripted(talk) as port:
        assert delivered(port, 3, user="pauta", password="guess") == {LATER: 3}


def test_starttls_must_be_offered_when_it_is_required() -> None:
    def talk(peer: Peer) -> None:
        peer.greet("PIPELINING")
        assert peer.hear() == "STARTTLS"
        peer.say("502 what?")

    with scripted(talk) as port:
        assert delivered(port, 2, security=Security.STARTTLS) == {LATER: 2}


@pytest.mark.parametrize("injected", ["250 injected\r\n", "250 inj"])
def test_nothing_is_believed_that_was_said_before_the_encryption(injected: str) -> None:
    def talk(peer: Peer) -> None:
        peer.greet("STARTTLS")
        peer.hear()
        peer.connection.sendall(f"220 go\r\n{injected}".encode())
        assert peer.connection.recv(1) == b""

    with scripted(talk) as port:
        assert delivered(port, 2, security=Security.STARTTLS, verify=False) == {UNSENT: 2}


def test_a_server_that_drips_is_given_up_in_time() -> None:
    def talk(peer: Peer) -> None:
        while True:
            peer.connection.sendall(b"220-wait\r\n")
            time.sleep(0.02)

    with scripted(talk) as port:
        start = time.monotonic()
        pool = SmtpPool(Server(port=port, connect_timeout=0.3))
        assert kinds(list(pool.deliver(outgoing(1), Recorder()))) == {UNSENT: 1}
        assert time.monotonic() - start < 2


def test_a_password_is_not_sent_in_the_clear() -> None:
    with pytest.raises(Problem, match=r"smtp\.password_unencrypted"):
        Server(host="mail.example", security=Security.NONE, user="pauta", password="secret")


def test_the_greeting_name_cannot_carry_a_command() -> None:
    with pytest.raises(Problem, match=r"smtp\.greeting_name_invalid"):
        Server(greeting_name="x\r\nMAIL FROM:<a@b.example>")


@pytest.fixture(autouse=True)
def _no_leaks(recwarn: pytest.WarningsRecorder) -> Iterator[None]:
    yield
    assert [warning for warning in recwarn if warning.category is ResourceWarning] == []
