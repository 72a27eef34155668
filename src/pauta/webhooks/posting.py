"""One request to an address that somebody named: never to this machine or its network, unless the operator says so."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from pauta.platform.clock import monotonic

SECONDS = 15.0
"""How long an address may take to answer."""
LONGEST_ANSWER = 1_000
"""Characters of an answer that are kept."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; ``status`` is None when nothing did, and ``text`` says why."""

    status: int | None
    text: str
    milliseconds: int

    @property
    def good(self) -> bool:
        """Whether it was taken."""
        return self.status is not None and 200 <= self.status < 300


class _Forbidden(OSError):
    """The address leads to this machine or its network."""


def post(url: str, body: bytes, headers: Mapping[str, str], *, private: bool) -> Answer:
    """Post a body and wait for the answer; redirects are not followed.

    The name is looked up once, and the connection goes to the very address that was judged: who changes the name's
    address in between gains nothing (DNS rebinding). ``private`` allows addresses that are not public.
    """
    begun = monotonic()
    try:
        status, text = _posted(url, body, headers, private=private)
    except (OSError, ValueError, http.client.HTTPException) as error:  # ValueError: a name or path that cannot be sent
        status, text = None, f"{type(error).__name__.lstrip('_')}: {error}"
    return Answer(status, text.replace("\0", "")[:LONGEST_ANSWER], round(1000 * (monotonic() - begun)))


def _posted(url: str, body: bytes, headers: Mapping[str, str], *, private: bool) -> tuple[int, str]:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    address = _judged(host, port, private=private)
    with closing(http.client.HTTPConnection(host, port, timeout=SECONDS)) as connection:
        plain = socket.create_connection((address, port), timeout=SECONDS)
        connection.sock = plain
        if parts.scheme == "https":
            connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        hang_up = threading.Timer(SECONDS, _hang_up, (connection.sock,))
        hang_up.start()
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        usual = 443 if parts.scheme == "https" else 80
        named = host if ":" not in host else f"[{host}]"
        given = {**headers, "Host": named if port == usual else f"{named}:{port}"}
        try:
            connection.request("POST", target, body, given)
            answer = connection.getresponse()
            return answer.status, answer.read(4 * LONGEST_ANSWER).decode("utf-8", "replace")
        finally:
            hang_up.cancel()


def _hang_up(plain: socket.socket) -> None:
    """End what trickles: each byte in time, and the answer never."""
    with suppress(OSError):
        plain.shutdown(socket.SHUT_RDWR)


def _judged(host: str, port: int, *, private: bool) -> str:
    """The first address of a host; an error when any of them is not public."""
    found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for address in found:
        number = ip_address(address.partition("%")[0])
        number = getattr(number, "ipv4_mapped", None) or number
        if not private and (not number.is_global or number.is_multicast):
            raise _Forbidden(f"{host} leads to {address}, which is not a public address")
    return found[0]
