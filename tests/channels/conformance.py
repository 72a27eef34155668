"""What every provider of a channel has to show. A new one adds an entry to ``PROVIDERS`` and gets all of the suite.

The doubles stand at sockets: a mail server that follows a script, the API of Amazon SES on loopback.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace

from pauta.channels.base import Sender
from pauta.channels.email.ses.sending import Pace, SesPool
from pauta.channels.email.session import Server
from pauta.channels.email.smtp import SmtpPool
from tests.channels.email.peers import Peer, free_port, scripted
from tests.channels.email.ses.mock import ACCEPTED, ANSWERS, BREAKS_OFF, HANGS_UP, SILENT, Answer, ses

PATIENCE = 0.4
"""Seconds that a sender waits for an answer."""


@dataclass
class Way:
    """A sender, and the contents that the provider has accepted so far."""

    sender: Sender
    contents: Callable[[], list[bytes]]


@dataclass(frozen=True)
class Provider:
    """A provider's name, and how it is brought to behave in one way by the name of it."""

    name: str
    behaving: Callable[[str], AbstractContextManager[Way]]


# --- SMTP ------------------------------------------------------------------------------------------------------------


def _talk(rcpt: str = "250 ok", dot: str = "250 kept") -> Callable[[Peer], None]:
    """A conversation in which RCPT and the final dot are answered so, again and again."""

    def talk(peer: Peer) -> None:
        peer.greet()
        while line := peer.hear():
            if line.startswith("RCPT"):
                peer.say(rcpt)
            elif line == "DATA":
                peer.say("354 go")
                with suppress(AssertionError):  # a message that was withdrawn ends without its final dot
                    _kept.append(peer.content())
                if not dot:
                    return
                peer.say(dot)
            else:
                peer.say("250 ok")

    return talk


def _silent(peer: Peer) -> None:
    peer.greet()
    while (line := peer.hear()) != "DATA":
        peer.say("250 ok" if line else "")
    peer.say("354 go")
    peer.content()
    time.sleep(3 * PATIENCE)


def _breaking_off(peer: Peer) -> None:
    peer.greet()
    while peer.hear() != "DATA":
        peer.say("250 ok")


_kept: list[bytes] = []
_SMTP: Mapping[str, Callable[[Peer], None]] = {
    "accepting": _talk(),
    "refusing the address": _talk(rcpt="550 5.1.1 no such user"),
    "refusing the content": _talk(dot="554 5.6.0 a virus"),
    "asking for less": _talk(rcpt="451 4.7.1 too many, slow down"),
    "refusing our key": _talk(rcpt="530 5.7.0 sign in first"),
    "overloaded": _talk(dot="452 4.3.1 no room now"),
    "failing inside": _talk(dot=""),
    "silent after the request": _silent,
    "hanging up after the request": _talk(dot=""),
    "breaking off within the request": _breaking_off,
}


@contextmanager
def _smtp(behaviour: str) -> Iterator[Way]:
    _kept.clear()
    server = Server(port=free_port(), connections=1, connect_timeout=PATIENCE, answer_timeout=PATIENCE)
    if behaviour == "absent":
        yield Way(SmtpPool(server), list)
        return
    with scripted(_SMTP[behaviour]) as port:
        pool = SmtpPool(replace(server, port=port))
        yield Way(pool, lambda: list(_kept) if behaviour == "accepting" else [])
        pool.close()


# --- Amazon SES ------------------------------------------------------------------------------------------------------

_SES: Mapping[str, Answer | str] = {
    "accepting": ACCEPTED,
    "refusing the address": ANSWERS["address refused"],
    "refusing the content": ANSWERS["content refused"],
    "asking for less": ANSWERS["throttled"],
    "refusing our key": ANSWERS["wrong key"],
    "overloaded": ANSWERS["overloaded"],
    "failing inside": ANSWERS["broken inside"],
    "silent after the request": SILENT,
    "hanging up after the request": HANGS_UP,
    "breaking off within the request": BREAKS_OFF,
}


@contextmanager
def _ses(behaviour: str) -> Iterator[Way]:
    pace = Pace(connections=1, seconds=PATIENCE)
    with ses(_SES.get(behaviour, ACCEPTED)) as mock:
        account = mock.account
        if behaviour == "absent":
            account = replace(account, endpoint=f"http://127.0.0.1:{free_port()}")
        pool = SesPool(account, pace)
        yield Way(pool, mock.mails)
        pool.close()


PROVIDERS = (Provider("smtp", _smtp), Provider("ses", _ses))
