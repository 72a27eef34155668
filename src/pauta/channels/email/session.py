"""Opening a session with an SMTP server: greeting, EHLO, encryption, sign-in. Blocking, under one time limit."""

from __future__ import annotations

import re
import socket
import ssl
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from pauta.channels.email.reply import Reply, ReplyError, ReplyParser
from pauta.core.problems import Problem
from pauta.platform.clock import monotonic

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_CHUNK = 65536


class Security(StrEnum):
    """How the connection is encrypted: not at all, by STARTTLS if it is offered or in any case, or from the start."""

    NONE = "none"
    IF_OFFERED = "if_offered"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True)
class Server:
    """One SMTP server and how it may be used. Times are in seconds, ``per_second`` in messages (0: no limit)."""

    host: str = "127.0.0.1"
    port: int = 2525
    security: Security = Security.NONE
    verify: bool = True
    ca_file: str = ""
    user: str = ""
    password: str = ""
    greeting_name: str = "localhost"
    connections: int = 4
    per_second: float = 0.0
    connect_timeout: float = 10.0
    answer_timeout: float = 60.0
    idle_timeout: float = 30.0
    messages_per_connection: int = 1000

    def __post_init__(self) -> None:
        if self.user and self.security is Security.NONE and self.host not in _LOOPBACK:
            raise Problem("smtp.password_unencrypted", "smtp_starttls", host=self.host)
        if re.search(r"[\x00-\x20\x7f-\uffff]", self.greeting_name) or not self.greeting_name:
            raise Problem("smtp.greeting_name_invalid", "greeting_name", value=self.greeting_name)


class Refused(Exception):
    """The server answered, but will not have a session with us (now)."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"{reply.code} {reply.text}")
        self.reply = reply


@dataclass(slots=True)
class Session:
    """An open session: the socket, non-blocking from here on, and what the server offers."""

    socket: socket.socket
    offers: dict[str, str]

    @property
    def pipelining(self) -> bool:
        return "PIPELINING" in self.offers

    @property
    def max_size(self) -> int:
        """The largest mail the server takes, in bytes; 0 when it names no limit."""
        size = self.offers.get("SIZE", "")
        return int(size) if size.isascii() and size.isdigit() else 0


def open_session(server: Server) -> Session:
    """Connect and get ready to send. Raises OSError (network, TLS), ReplyError, or Refused with the server's words."""
    connection: socket.socket = socket.create_connection((server.host, server.port), timeout=server.connect_timeout)
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if server.security is Security.TLS:
            connection = _encrypted(connection, server)
        deadline = monotonic() + server.connect_timeout
        dialogue = _Dialogue(connection, deadline)
        dialogue.ask(None)
        offers = _greet(dialogue, server)
        offered = server.security is Security.IF_OFFERED and "STARTTLS" in offers
        if offered or server.security is Security.STARTTLS:
            dialogue.ask(b"STARTTLS")
            if not dialogue.parser.empty:
                raise ReplyError("the server sent something between STARTTLS and the encryption")
            connection = _encrypted(connection, server)
            dialogue = _Dialogue(connection, deadline)
            offers = _greet(dialogue, server)
        if server.user:
            if not isinstance(connection, ssl.SSLSocket) and server.host not in _LOOPBACK:
                raise Refused(Reply(538, "the server offers no encryption, so the password was not sent"))
            _sign_in(dialogue, server, offers.get("AUTH", "").upper().split())
        connection.setblocking(False)
    except BaseException:
        connection.close()
        raise
    return Session(connection, offers)


class _Dialogue:
    """One question, one answer, until the deadline."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline
        self._replies: list[Reply] = []
        self.parser = ReplyParser()

    def ask(self, command: bytes | None, accept: Callable[[Reply], bool] = lambda reply: reply.good) -> Reply:
        """Send a command (None: just listen) and return the answer; raises Refused when it is not the one hoped for."""
        if command is not None:
            self._connection.sendall(command + b"\r\n")
        while not self._replies:
            self._connection.settimeout(max(0.001, self._deadline - monotonic()))
            data = self._connection.recv(_CHUNK)
            if not data:
                raise ConnectionError("the server closed the connection")
            self._replies = self.parser.feed(data)
        reply = self._replies.pop(0)
        if self._replies:
            raise ReplyError("the server answered more than it was asked")
        if not accept(reply):
            raise Refused(reply)
        return reply


def _greet(dialogue: _Dialogue, server: Server) -> dict[str, str]:
    try:
        reply = dialogue.ask(b"EHLO " + server.greeting_name.encode())
    except Refused as refused:
        if refused.reply.code not in (500, 502, 504):
            raise
        dialogue.ask(b"HELO " + server.greeting_name.encode())
        return {}
    offers = {}
    for line in reply.text.split("\n")[1:]:
        keyword, _, values = line.strip().partition(" ")
        offers[keyword.upper()] = values
    return offers


def _encrypted(connection: socket.socket, server: Server) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=server.ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not server.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(connection, server_hostname=server.host)


def _sign_in(dialogue: _Dialogue, server: Server, mechanisms: list[str]) -> None:
    user, password = server.user.encode(), server.password.encode()
    if "PLAIN" in mechanisms:
        dialogue.ask(b"AUTH PLAIN " + b64encode(b"\0" + user + b"\0" + password))
    elif "LOGIN" in mechanisms:
        dialogue.ask(b"AUTH LOGIN", lambda reply: reply.code == 334)
        dialogue.ask(b64encode(user), lambda reply: reply.code == 334)
        dialogue.ask(b64encode(password))
    else:
        raise Refused(Reply(504, "the server offers none of the ways to sign in that we know (PLAIN, LOGIN)"))
