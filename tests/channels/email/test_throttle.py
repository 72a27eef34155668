"""Mailbox providers get so many mails a minute; what is too much is told when to come again, and nobody else waits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest

from pauta.channels.base import Hooks, Outcome, OutcomeKind, Outgoing, Stream
from pauta.channels.email import smtp, throttle
from pauta.channels.email.providers import sender_from
from pauta.channels.email.smtp import SmtpPool
from pauta.channels.email.throttle import Throttled
from pauta.core.problems import Problem
from pauta.platform.settings import Settings, load
from tests.channels.email.peers import Recorder

SENT, UNSENT = OutcomeKind.SENT, OutcomeKind.UNSENT


class Post:
    """A way out that takes everything."""

    def deliver(self, batch: Iterable[Outgoing], hooks: Hooks) -> Iterator[Outcome]:
        for one in batch:
            outcome = Outcome(one.reference, SENT, 250)
            hooks.after_answer(one, outcome)
            yield outcome

    def close(self) -> None: ...


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that stands until it is moved."""
    now = [1000.0]
    monkeypatch.setattr(smtp, "monotonic", lambda: now[0])
    monkeypatch.setattr(throttle, "monotonic", lambda: now[0])
    return now


def sent(sender: Throttled, to: str, count: int) -> list[Outcome]:
    batch = [Outgoing(str(number), "a@sur.example", to.format(number), b"x") for number in range(count)]
    return list(sender.deliver(batch, Recorder()))


def test_what_is_too_much_is_told_when_its_turn_is_one_after_the_other(time: list[float]) -> None:
    outcomes = sent(Throttled(Post(), {"gmail": 60}, 1.0), "r{}@gmail.com", 4)
    assert [(one.kind, round(one.wait_seconds, 3)) for one in outcomes] == [
        *((SENT, 0), (UNSENT, 1.0)),
        *((UNSENT, 2.0), (UNSENT, 3.0)),
    ]
    assert outcomes[1].text == "pauta:held_back 60 gmail"


def test_turns_that_were_promised_are_not_promised_again(time: list[float]) -> None:
    sender = Throttled(Post(), {"gmail": 60}, 1.0)
    sent(sender, "r{}@gmail.com", 3)
    time[0] += 0.5
    (again,) = sent(sender, "r{}@gmail.com", 1)
    assert (again.kind, again.wait_seconds) == (UNSENT, 2.5)
    time[0] += 0.5
    assert sent(sender, "r{}@gmail.com", 1)[0].kind is SENT


def test_in_a_minute_no_more_leave_than_are_allowed(time: list[float]) -> None:
    sender, left = Throttled(Post(), {"outlook": 30}, 1.0), 0
    for _ in range(240):
        left += sum(one.kind is SENT for one in sent(sender, "r{}@outlook.com", 5))
        time[0] += 0.25
    assert 30 <= left <= 31


def test_others_do_not_wait_and_workers_share(time: list[float]) -> None:
    sender = Throttled(Post(), {"gmail": 60}, 0.5)
    assert [one.kind for one in sent(sender, "r{}@acme.example", 9)] == [SENT] * 9
    assert [one.wait_seconds for one in sent(sender, "r{}@gmail.com", 3)] == [0, 2.0, 4.0]


def test_what_is_slowed_may_change_at_any_time(time: list[float]) -> None:
    slowed: dict[str, int] = {}
    sender = Throttled(Post(), {}, 0.5, slowed)
    assert [one.kind for one in sent(sender, "r{}@gmail.com", 9)] == [SENT] * 9
    slowed["gmail"] = 1440
    outcomes = sent(sender, "r{}@gmail.com", 3) + sent(sender, "r{}@acme.example", 1)
    assert [(one.kind, round(one.wait_seconds)) for one in outcomes] == [
        *((SENT, 0), (UNSENT, 120), (UNSENT, 240)),
        (SENT, 0),
    ]
    assert outcomes[1].text == "pauta:slowed 1440 gmail"
    assert sent(sender, "r{}@gmail.com", 1)[0].wait_seconds == 360, "turns that were promised stay promised"
    slowed.clear()
    assert sent(sender, "r{}@gmail.com", 1)[0].kind is SENT


def test_everybody_may_be_slowed_together(time: list[float]) -> None:
    sender = Throttled(Post(), {"gmail": 600}, 1.0, {"*": 2})
    assert [one.kind for one in sent(sender, "r{}@gmail.com", 2)] == [SENT, UNSENT]
    (held,) = sent(sender, "r{}@acme.example", 1)
    assert (held.kind, held.text, held.wait_seconds) == (UNSENT, "pauta:slowed 2 *", 86_400)


def test_only_bulk_mail_is_held_back() -> None:
    chosen = replace(Settings(), mailbox_rates="gmail=600, yahoo=300")
    bulk, transactional = sender_from(chosen, Stream.BULK), sender_from(chosen, Stream.TRANSACTIONAL)
    assert isinstance(bulk, Throttled)
    assert isinstance(transactional, SmtpPool)
    assert chosen.per_mailbox == {"gmail": 600, "yahoo": 300}


@pytest.mark.parametrize("value", ["gmail", "gmail=0", "gmail=x", "acme=5", "gmail=5;yahoo=3"])
def test_rates_that_are_none(value: str) -> None:
    with pytest.raises(Problem, match="setting_not_rates"):
        load({"PAUTA_MAILBOX_RATES": value})
