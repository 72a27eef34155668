"""Fewer mails a minute to a mailbox provider than the mail server would take: what is too much comes again later.

A provider is known by the domain of the recipient. Companies whose own domain is with Google or Microsoft are not:
their mailboxes take mail by other rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pauta.channels.base import Hooks, Outcome, OutcomeKind, Outgoing, Sender
from pauta.channels.email.smtp import TokenBucket
from pauta.platform.clock import monotonic

MAILBOXES: Final[Mapping[str, re.Pattern[str]]] = {
    "gmail": re.compile(r"(gmail|googlemail)\.com"),
    "outlook": re.compile(r"(outlook|hotmail|live|msn)\.[a-z]{2,3}(\.[a-z]{2})?"),
    "yahoo": re.compile(r"((yahoo|ymail|rocketmail)\.[a-z]{2,3}(\.[a-z]{2})?|aol\.com)"),
    "icloud": re.compile(r"(icloud|me|mac)\.com"),
    "uol": re.compile(r"(uol|bol)\.com\.br"),
    "terra": re.compile(r"terra\.(com|com\.br|es)"),
}
"""Providers of mailboxes by the domains that they give to people."""


def mailbox_of(address: str) -> str:
    """The provider of an address's mailbox; "" for every other."""
    domain = address.rpartition("@")[2].lower()
    return next((name for name, domains in MAILBOXES.items() if domains.fullmatch(domain)), "")


class _Lane:
    """The mails of one provider: at most so many a minute, the others told when to come again."""

    def __init__(self, name: str, most: int, per_minute: float) -> None:
        self._words = f"held back: {name} gets at most {most} mails a minute"
        self._seconds = 60.0 / per_minute
        self._bucket = TokenBucket(1 / self._seconds)
        self._promised = 0.0

    def refusal(self, outgoing: Outgoing) -> Outcome | None:
        """None when the mail may go on; otherwise when its turn will be, one after the other."""
        if self._bucket.take():
            return None
        now = monotonic()
        self._promised = max(now, self._promised) + self._seconds
        return Outcome(outgoing.reference, OutcomeKind.UNSENT, text=self._words, wait_seconds=self._promised - now)


class Throttled:
    """A sender that keeps to so many mails a minute for each provider; ``share`` of each is this process's."""

    def __init__(self, sender: Sender, per_minute: Mapping[str, int], share: float) -> None:
        self._sender = sender
        self._lanes = {name: _Lane(name, most, most * share) for name, most in per_minute.items()}

    def deliver(self, batch: Iterable[Outgoing], hooks: Hooks) -> Iterator[Outcome]:
        """As the sender does; what is too much now is ``unsent``, with the seconds after which to try again."""
        held: list[tuple[Outgoing, Outcome]] = []

        def passing() -> Iterator[Outgoing]:
            for outgoing in batch:
                lane = self._lanes.get(mailbox_of(outgoing.recipient))
                refusal = lane.refusal(outgoing) if lane else None
                if refusal is None:
                    yield outgoing
                else:
                    held.append((outgoing, refusal))

        yield from self._sender.deliver(passing(), hooks)
        for outgoing, refusal in held:
            hooks.after_answer(outgoing, refusal)
            yield refusal

    def close(self) -> None:
        """Give back what the sender holds open."""
        self._sender.close()
