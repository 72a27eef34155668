"""Every provider, whatever it does, gives each message exactly one outcome, and the one that is true."""

from __future__ import annotations

import pytest

from pauta.channels.base import OutcomeKind, Outgoing
from tests.channels.conformance import PROVIDERS, Provider
from tests.channels.email.peers import Recorder

SENT, LATER, FAILED, LOST, UNSENT = OutcomeKind
LARGE = 3_000_000
"""Bytes that do not fit into the buffers between us and the provider."""

every = pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)


def outgoing(count: int = 1, content: bytes = b"Subject: hello\r\n\r\nhello\r\n") -> list[Outgoing]:
    return [
        Outgoing(str(number), "b@sur.example", f"r{number}@acme.example", content, f"name{number}")
        for number in range(count)
    ]


@every
@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        ("accepting", SENT),
        ("refusing the address", FAILED),
        ("refusing the content", FAILED),
        ("asking for less", LATER),
        ("refusing our key", LATER),
        ("overloaded", LATER),
        ("failing inside", LOST),
        ("silent after the request", LOST),
        ("hanging up after the request", LOST),
        ("absent", UNSENT),
    ],
)
def test_the_outcome_of_one_message(provider: Provider, behaviour: str, kind: OutcomeKind) -> None:
    recorder = Recorder()
    with provider.behaving(behaviour) as way:
        (outcome,) = way.sender.deliver(outgoing(), recorder)
        accepted = len(way.contents())
    assert (outcome.reference, outcome.kind) == ("0", kind), outcome
    assert recorder.answers == [outcome]
    assert accepted == (kind is SENT)
    assert outcome.text or kind is SENT
    assert len(recorder.dots) == (kind not in (UNSENT,) and behaviour not in _REFUSED_BEFORE.get(provider.name, ()))


_REFUSED_BEFORE = {"smtp": ("refusing the address", "asking for less", "refusing our key")}
"""What a provider says before the message itself is written, so that nobody has to be asked whether it may leave."""


@every
def test_the_refusal_of_a_content_says_nothing_against_the_address(provider: Provider) -> None:
    with provider.behaving("refusing the content") as way:
        (outcome,) = way.sender.deliver(outgoing(), Recorder())
    assert not outcome.address_bad


@every
def test_what_was_not_written_to_its_end_did_not_leave(provider: Provider) -> None:
    with provider.behaving("breaking off within the request") as way:
        outcomes = list(way.sender.deliver(outgoing(1, b"x" * LARGE), Recorder()))
    assert [outcome.kind for outcome in outcomes] == [UNSENT], outcomes


@every
def test_what_may_not_leave_any_more_does_not(provider: Provider) -> None:
    with provider.behaving("accepting") as way:
        outcomes = list(way.sender.deliver(outgoing(3), Recorder(lambda one: one.reference != "1")))
        assert len(way.contents()) == 2
    assert {outcome.reference: outcome.kind for outcome in outcomes} == {"0": SENT, "1": UNSENT, "2": SENT}


@every
def test_each_message_of_a_batch_has_one_outcome_and_arrives_as_it_is(provider: Provider) -> None:
    contents = [b"Subject: %d\r\n\r\ntext %d\r\n" % (number, number) for number in range(20)]
    batch = [
        Outgoing(str(number), "b@sur.example", f"r{number}@acme.example", content)
        for number, content in enumerate(contents)
    ]
    recorder = Recorder()
    with provider.behaving("accepting") as way:
        outcomes = list(way.sender.deliver(iter(batch), recorder))
        assert sorted(way.contents()) == sorted(contents)
    assert sorted(int(outcome.reference) for outcome in outcomes) == list(range(20))
    assert {outcome.kind for outcome in outcomes} == {SENT}
    assert sorted(recorder.dots) == sorted(str(number) for number in range(20))


@every
def test_nothing_is_read_from_a_batch_before_it_can_leave(provider: Provider) -> None:
    """What is not read yet can still be recalled."""
    read: list[str] = []

    def batch() -> object:
        for one in outgoing(20):
            read.append(one.reference)
            yield one

    with provider.behaving("accepting") as way:
        outcomes = way.sender.deliver(batch(), Recorder())  # type: ignore[arg-type]
        next(iter(outcomes))
        assert len(read) < 6
        assert len(list(outcomes)) == 19
