"""What every channel has in common: something to hand over, and the closed list of what can become of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from pauta.core.gate.vocabulary import Channel

PROVIDED: Final = frozenset({Channel.email})
"""Channels that have a provider: the gate counts nobody as reachable by any other."""


class Stream(StrEnum):
    """Mails that are kept apart, so that what happens to one sort does not hurt the other: each with a provider, a
    return domain and a reputation of its own, where the settings say so."""

    BULK = "bulk"
    TRANSACTIONAL = "transactional"


class OutcomeKind(StrEnum):
    """What became of one hand-over.

    ``sent``: the provider accepted it. ``later``: the provider said "not now". ``failed``: it said no, for good.
    ``lost``: everything went out and no answer came back; nobody knows. ``unsent``: it certainly did not go out.
    """

    SENT = "sent"
    LATER = "later"
    FAILED = "failed"
    LOST = "lost"
    UNSENT = "unsent"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message ready for a provider: who it is from and to, in the channel's own addresses, and its exact bytes.

    ``reference`` is the caller's own key; it comes back in the outcome and is never shown to the provider. ``name`` is
    our signed name of the message, which a provider gives back in what it reports of it; "" for none.
    """

    reference: str
    sender: str
    recipient: str
    content: bytes
    name: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the message ``reference``, with the provider's own words.

    ``code`` is the provider's reply code (0: there was no reply), ``status`` its enhanced status such as ``5.1.1``
    ("" when it gave none), ``text`` its words or, without a reply, what happened. ``address_bad`` says that the
    address itself was refused and must not be written to again. ``wait_seconds`` is how long a message that is unsent
    is to wait.
    """

    reference: str
    kind: OutcomeKind
    code: int = 0
    status: str = ""
    text: str = ""
    address_bad: bool = False
    wait_seconds: float = 0.0


class Hooks(Protocol):
    """What the caller does at the two moments that decide whether a message can be known to be sent."""

    def before_dot(self, outgoing: Outgoing) -> bool:
        """Called right before the bytes that complete the message are written. False: do not send it (``unsent``)."""

    def after_answer(self, outgoing: Outgoing, outcome: Outcome) -> None:
        """Called with each outcome, before it is yielded."""


class Sender(Protocol):
    """A channel's way out: takes messages, gives exactly one outcome for each, in any order."""

    def deliver(self, batch: Iterable[Outgoing], hooks: Hooks) -> Iterator[Outcome]:
        """Hand every message of ``batch`` over; one outcome for each."""

    def close(self) -> None:
        """Give back what the sender holds open."""
