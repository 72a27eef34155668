"""Fewer mails to a mailbox provider than the mail server would take: what is too much comes again later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pauta.channels.base import Hooks, Outcome, OutcomeKind, Outgoing, Sender
from pauta.channels.email.smtp import TokenBucket
from pauta.core.mailboxes import EVERYWHERE, provider_of
from pauta.platform.clock import monotonic

HELD_BACK: Final = "pauta:held_back"
"""Begins what is said of a mail that waits for its turn; how many go a minute and to whom follow."""
SLOWED: Final = "pauta:slowed"
"""The same of one that waits since readers complain; how many go a day, and to whom."""

_MINUTE, _DAY = 60.0, 86_400.0


class _Lane:
    """The mails of one provider: at most so many in a span of seconds, the others told when to come again."""

    def __init__(self, words: str, most: int, span: float, share: float) -> None:
        self.most = most
        self._words = words
        self._seconds = span / (most * share)
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
    """A sender that keeps to so many mails a minute for each provider, and to so many a day for those that are slowed
    (``EVERYWHERE`` for all mails together), who may change at any time; ``share`` of each is this process's."""

    def __init__(
        self, sender: Sender, per_minute: Mapping[str, int], share: float, slowed: Mapping[str, int] | None = None
    ) -> None:
        self._sender = sender
        self._share = share
        self._slowed: Mapping[str, int] = {} if slowed is None else slowed
        self._slow: dict[str, _Lane] = {}
        self._lanes = {
            name: _Lane(f"{HELD_BACK} {most} {name}", most, _MINUTE, share) for name, most in per_minute.items()
        }

    def deliver(self, batch: Iterable[Outgoing], hooks: Hooks) -> Iterator[Outcome]:
        """As the sender does; what is too much now is ``unsent``, with the seconds after which to try again."""
        self._slow = {name: self._lane(name, most) for name, most in self._slowed.items()}
        if not self._slow and not self._lanes:
            yield from self._sender.deliver(batch, hooks)
            return
        held: list[tuple[Outgoing, Outcome]] = []

        def passing() -> Iterator[Outgoing]:
            for outgoing in batch:
                refusal = self._refusal(outgoing)
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

    def _lane(self, name: str, most: int) -> _Lane:
        known = self._slow.get(name)
        words = f"{SLOWED} {most} {name}"
        return known if known and known.most == most else _Lane(words, most, _DAY, self._share)

    def _refusal(self, outgoing: Outgoing) -> Outcome | None:
        provider = provider_of(outgoing.recipient.rpartition("@")[2])
        lanes = (self._slow.get(provider), self._slow.get(EVERYWHERE), self._lanes.get(provider))
        return next(filter(None, (lane.refusal(outgoing) for lane in lanes if lane)), None)
