"""A name server on this machine that knows what a test tells it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset

Records = Mapping[tuple[str, str], Sequence[str]]
"""What stands in DNS: texts of records, by name and type."""


@contextmanager
def resolver(records: Records, at: tuple[str, int] = ("127.0.0.1", 0)) -> Iterator[dns.resolver.Resolver]:
    """A resolver that asks such a server, and nobody else. The server is on a free port, or where others ask for it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(at)
        answering = threading.Thread(target=_answer, args=(server, records), daemon=True)
        answering.start()
        asking = dns.resolver.Resolver(configure=False)
        asking.nameservers = [server.getsockname()[0]]
        asking.port = server.getsockname()[1]
        yield asking
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ending:
            ending.sendto(b"", server.getsockname())
        answering.join()


def _answer(server: socket.socket, records: Records) -> None:
    while True:
        wire, whom = server.recvfrom(65535)
        if not wire:
            return
        query = dns.message.from_wire(wire)
        (question,) = query.question
        name, kind = question.name.to_text().rstrip("."), dns.rdatatype.to_text(question.rdtype)
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        if (name, kind) in records:
            reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *records[name, kind]))
        elif not any(known == name for known, _ in records):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        server.sendto(reply.to_wire(), whom)
