"""The SMTP pool against real sockets: every message gets exactly one outcome, and the right one."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pauta.channels.base import OutcomeKind, Outgoing
from pauta.channels.email.session import Server
from pauta.channels.email.smtp import SmtpPool
from tests.channels.email.peers import (
    MAIL,
    Peer,
    Recorder,
    SinkProcess,
    free_port,
    kinds,
    outgoing,
    scripted,
    wait_until,
)
from tests.faults.sink import counts, mails, order

SENT, LATER, FAILED, LOST, UNSENT = OutcomeKind
SMTP_SINK = shutil.which("smtp-sink") or shutil.which("smtp-sink", path="/usr/sbin")


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[SinkProcess]:
    process = SinkProcess(tmp_path / "sink")
    process.start()
    yield process
    process.kill()


_pools: list[SmtpPool] = []


@pytest.fixture(autouse=True)
def _close_pools() -> Iterator[None]:
    yield
    while _pools:
        _pools.pop().close()


def pool_at(port: int, connections: int = 1, answer_timeout: float = 10.0, **values: Any) -> SmtpPool:
    _pools.append(SmtpPool(Server(port=port, connections=connections, answer_timeout=answer_timeout, **values)))
    return _pools[-1]


# --- the good way ----------------------------------------------------------------------------------------------------


def test_every_message_is_sent_once(sink: SinkProcess) -> None:
    recorder = Recorder()
    pool = pool_at(sink.port, connections=4)
    outcomes = list(pool.deliver(outgoing(200), recorder))
    assert kinds(outcomes) == {SENT: 200}
    assert sorted(int(outcome.reference) for outcome in outcomes) == list(range(200))
    assert sorted(mail["recipient"] for mail in mails(sink.folder)) == sorted(o.recipient for o in outgoing(200))
    assert sorted(recorder.dots) == sorted(outcome.reference for outcome in outcomes)
    assert recorder.answers == outcomes
    assert (outcomes[0].code, outcomes[0].status) == (250, "2.0.0")
    assert counts(sink.folder)["connections"] == 4


def test_connections_are_kept_between_batches(sink: SinkProcess) -> None:
    pool = pool_at(sink.port, connections=2)
    for _ in range(3):
        assert kinds(list(pool.deliver(outgoing(20), Recorder()))) == {SENT: 20}
    assert counts(sink.folder)["connections"] == 2
    pool.close()


def test_one_message_needs_one_connection(sink: SinkProcess) -> None:
    assert kinds(list(pool_at(sink.port, connections=8).deliver(outgoing(1), Recorder()))) == {SENT: 1}
    assert counts(sink.folder)["connections"] == 1


def test_a_worn_out_connection_is_replaced(sink: SinkProcess) -> None:
    pool = pool_at(sink.port, messages_per_connection=5)
    assert kinds(list(pool.deliver(outgoing(23), Recorder()))) == {SENT: 23}
    assert counts(sink.folder)["connections"] == 5


def test_an_idle_connection_is_given_up(sink: SinkProcess) -> None:
    pool = pool_at(sink.port, idle_timeout=0.05)
    list(pool.deliver(outgoing(1), Recorder()))
    time.sleep(0.1)
    assert kinds(list(pool.deliver(outgoing(1), Recorder()))) == {SENT: 1}
    assert counts(sink.folder)["connections"] == 2


def test_a_connection_that_the_server_closed_meanwhile_costs_nothing(sink: SinkProcess) -> None:
    pool = pool_at(sink.port, connections=3)
    assert kinds(list(pool.deliver(outgoing(9), Recorder()))) == {SENT: 9}
    sink.kill()
    sink.start()
    assert kinds(list(pool.deliver(outgoing(9), Recorder()))) == {SENT: 9}


def test_content_arrives_as_it_is_but_for_its_dots() -> None:
    content = b".first\r\n\r\n..two\r\nend.\r\n.\r\nafter\r\n"
    arrived = []

    def talk(peer: Peer) -> None:
        peer.greet("PIPELINING")
        peer.envelope()
        arrived.append(peer.content())
        peer.say("250 kept")
        peer.hear()

    with scripted(talk) as port:
        pool = pool_at(port)
        assert kinds(list(pool.deliver(outgoing(1, content), Recorder()))) == {SENT: 1}
        pool.close()
    assert arrived == [b"..first\r\n\r\n...two\r\nend.\r\n..\r\nafter\r\n"]


@pytest.mark.parametrize("content", [b"a\nb", b"a\n.\nMAIL FROM:<x@y.example>\n", b"a\r.\rb", b"\n.\n", b"."])
def test_no_content_can_end_itself(content: bytes) -> None:
    """Bare line breaks become CRLF, so a server that takes them for line ends sees no final dot (SMTP smuggling)."""
    arrived = []

    def talk(peer: Peer) -> None:
        peer.greet("PIPELINING")
        peer.envelope()
        arrived.append(peer.content())
        assert peer.pending == b""
        peer.say("250 kept")
        peer.hear()

    with scripted(talk) as port:
        pool = pool_at(port)
        assert kinds(list(pool.deliver(outgoing(1, content), Recorder()))) == {SENT: 1}
        pool.close()
    (got,) = arrived
    assert got.count(b"\r") == got.count(b"\n") == got.count(b"\r\n")
    assert b"\r\n.\r\n" not in b"\r\n" + got


def test_body_and_next_envelope_share_a_write_and_one_dot_is_out_at_a_time() -> None:
    seen = []

    def talk(peer: Peer) -> None:
        peer.greet("PIPELINING")
        peer.envelope()
        for _ in range(3):
            peer.content()
            time.sleep(0.05)
            peer.connection.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                peer.pending += peer.connection.recv(65536)
            peer.connection.settimeout(10)
            seen.append(peer.pending)
            peer.say("250 kept")
            if peer.pending:
                peer.envelope()
        assert peer.hear() == "QUIT"

    with scripted(talk) as port:
        pool = pool_at(port)
        assert kinds(list(pool.deliver(outgoing(3), Recorder()))) == {SENT: 3}
        pool.close()
    assert [piece.count(b"DATA\r\n") for piece in seen] == [1, 1, 0]
    assert not any(b"hello" in piece for piece in seen)


def test_without_pipelining_each_command_waits_for_its_answer() -> None:
    def talk(peer: Peer) -> None:
        peer.greet("SIZE 10000")
        for _ in range(3):
            for answer in ("250 ok", "250 ok", "354 go"):
                assert peer.hear()
                assert peer.pending == b""
                peer.say(answer)
            peer.content()
            assert peer.pending == b""
            peer.connection.settimeout(0.05)
            with pytest.raises(TimeoutError):
                peer.connection.recv(1)
            peer.connection.settimeout(10)
            peer.say("250 kept")
        assert peer.hear() == "QUIT"

    with scripted(talk) as port:
        pool = pool_at(port)
        assert kinds(list(pool.deliver(outgoing(3), Recorder()))) == {SENT: 3}
        pool.close()


def test_an_old_server_that_knows_only_helo() -> None:
    def talk(peer: Peer) -> None:
        peer.say("220 old")
        assert peer.hear().startswith("EHLO")
        peer.say("502 what?")
        assert peer.hear().startswith("HELO")
        peer.say("250 hello")
        for answer in ("250 ok", "250 ok", "354 go"):
            peer.hear()
            peer.say(answer)
        peer.content()
        peer.say("250 kept")
        peer.hear()

    with scripted(talk) as port:
        pool = pool_at(port)
        assert kinds(list(pool.deliver(outgoing(1), Recorder()))) == {SENT: 1}
        pool.close()


def test_the_rate_is_kept(sink: SinkProcess) -> None:
    pool = pool_at(sink.port, connections=4, per_second=100.0)
    start = time.monotonic()
    assert kinds(list(pool.deliver(outgoing(60), Recorder()))) == {SENT: 60}
    assert 0.45 < time.monotonic() - start < 2.0


def test_the_batch_is_read_only_as_fast_as_it_leaves(sink: SinkProcess) -> None:
    read = 0

    def batch() -> Iterator[Outgoing]:
        nonlocal read
        for one in outgoing(50):
            read += 1
            yield one

    ahead = []
    for answered, _ in enumerate(pool_at(sink.port, connections=2).deliver(batch(), Recorder())):
        ahead.append(read - answered)
    assert max(ahead) <= 7


@pytest.mark.skipif(SMTP_SINK is None, reason="postfix's smtp-sink is not installed")
def test_against_smtp_sink() -> None:
    port = free_port()
    process = subprocess.Popen([str(SMTP_SINK), "-u", "nobody", f"127.0.0.1:{port}", "100"])
    try:
        wait_until(lambda: _answers(port))
        outcomes = list(pool_at(port, connections=4).deliver(outgoing(3000, MAIL * 50), Recorder()))
        assert kinds(outcomes) == {SENT: 3000}
    finally:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


# --- refusals --------------------------------------------------------------------------------------------------------


def test_a_refused_recipient_does_not_disturb_the_others(sink: SinkProcess) -> None:
    order(sink.folder, rcpt={"ana3@": 550, "ana4@": 451, "ana5@": 552})
    outcomes = {o.reference: o for o in pool_at(sink.port).deliver(outgoing(10), Recorder())}
    assert {reference: outcome.kind for reference, outcome in outcomes.items() if outcome.kind != SENT} == {
        "3": FAILED,
        "4": LATER,
        "5": LATER,
    }
    assert (outcomes["3"].code, outcomes["3"].status, outcomes["3"].address_bad) == (550, "5.1.1", True)
    assert not outcomes["4"].address_bad
    assert len(mails(sink.folder)) == 7


def test_a_refused_message_never_asks_for_its_dot(sink: SinkProcess) -> None:
    order(sink.folder, rcpt={"ana1@": 550})
    recorder = Recorder()
    list(pool_at(sink.port).deliver(outgoing(3), recorder))
    assert sorted(recorder.dots) == ["0", "2"]


def test_a_refusal_after_the_dot(sink: SinkProcess) -> None:
    order(sink.folder, dot={"ana1@": 452, "ana2@": 554})
    outcomes = {o.reference: o for o in pool_at(sink.port).deliver(outgoing(4), Recorder())}
    assert [outcomes[str(number)].kind for number in range(4)] == [SENT, LATER, FAILED, SENT]
    assert len(mails(sink.folder)) == 2


def test_data_accepted_although_the_recipient_was_refused() -> None:
    """RFC 2920, 3.1: the client sends a dot alone, and nothing of the message."""
    contents = []

    def talk(peer: Peer) -> None:
        peer.greet("PIPELINING")
        for _ in range(3):
            assert peer.hear()
        peer.say("250 ok", "550 5.1.1 nobody", "354 go")
        contents.append(peer.content())
        peer.say("554 no valid recipients")
        peer.envelope()
        contents.append(peer.content())
        peer.say("250 kept")
        peer.hear()

    with scripted(talk) as port:
        pool = pool_at(port)
        outcomes = {o.reference: o.kind for o in pool.deliver(outgoing(2), Recorder())}
        pool.close()
    assert outcomes == {"0": FAILED, "1": SENT}
    assert contents == [b"", MAIL]


def test_lock_step_refusal_goes_on_after_rset() -> None:
    def talk(peer: Peer) -> None:
        peer.greet("8BITMIME")
        peer.hear()
        peer.say("250 ok")
        peer.hear()
        peer.say("550 5.7.1 policy")
        assert peer.hear() == "RSET"
        peer.say("250 ok")
        for answer in ("250 ok", "250 ok", "354 go"):
            peer.hear()
            peer.say(answer)
        peer.content()
        peer.say("250 kept")
        peer.hear()

    with scripted(talk) as port:
        pool = pool_at(port)
        outcomes = {o.reference: o for o in pool.deliver(outgoing(2), Recorder())}
        pool.close()
    assert [outcomes["0"].kind, outcomes["1"].kind] == [FAILED, SENT]
    assert not outcomes["0"].address_bad


def test_421_in_the_greeting_is_later_for_all(sink: SinkProcess) -> None:
    order(sink.folder, refuse=421)
    outcomes = list(pool_at(sink.port, connections=3).deliver(outgoing(5), Recorder()))
    assert kinds(outcomes) == {LATER: 5}
    assert {outcome.code for outcome in outcomes} == {421}
    assert counts(sink.folder)["connections"] == 1


def test_421_in_the_middle_is_later_for_what_is_under_way() -> None:
    def first(peer: Peer) -> None:
        peer.greet("PIPELINING")
        peer.envelope()
        peer.content()
        peer.say("421 4.3.2 shutting down")

    def second(peer: Peer) -> None:
        peer.say("554 5.3.2 closed for today")

    with scripted(first, second) as port:
        outcomes = list(pool_at(port).deliver(outgoing(4), Recorder()))
    assert kinds(outcomes) == {LATER: 4}
    assert [outcome.code for outcome in outcomes] == [421, 421, 554, 554]


def test_multi_line_answers() -> None:
    def talk(peer: Peer) -> None:
        peer.say("220-welcome", "220-to the", "220 server")
        peer.hear()
        peer.say("250-server", "250-SIZE", "250-PIPELINING", "250 HELP")
        for _ in range(3):
            peer.hear()
        peer.say("250-2.1.0 first", "250 2.1.0 second", "250-ok", "250 ok", "354-now", "354 go")
        peer.content()
        peer.say("250-2.0.0 kept", "250 2.0.0 as 17")
        peer.hear()

    with scripted(talk) as port:
        pool = pool_at(port)
        (outcome,) = pool.deliver(outgoing(1), Recorder())
        pool.close()
    assert (outcome.kind, outcome.text) == (SENT, "2.0.0 kept\n2.0.0 as 17")


def test_what_the_server_lacks_fails_before_a_word_is_said(sink: SinkProcess) -> None:
    def talk(peer: Peer) -> None:
        peer.greet("PIPELINING", "SIZE 100")
        peer.envelope()
        peer.content()
        peer.say("250 kept")
        assert peer.hear() == "QUIT"

    batch = [
        Outgoing("large", "pauta@ours.example", "ana@acme.example", b"x" * 101),
        Outgoing("eight bits", "pauta@ours.example", "ana@acme.example", "é".encode()),
        Outgoing("utf-8", "pauta@ours.example", "joão@acme.example", MAIL),
        Outgoing("injection", "pauta@ours.example", "ana@acme.example>\r\nRCPT TO:<eve@evil.example", MAIL),
        Outgoing("good", "pauta@ours.example", "ana@acme.example", MAIL),
    ]
    with scripted(talk) as port:
        pool = pool_at(port)
        outcomes = {o.reference: o for o in pool.deliver(batch, Recorder())}
        pool.close()
    assert {reference: outcome.kind for reference, outcome in outcomes.items()} == {
        "large": FAILED,
        "eight bits": FAILED,
        "utf-8": FAILED,
        "injection": FAILED,
        "good": SENT,
    }
    assert [reference for reference, outcome in outcomes.items() if outcome.address_bad] == ["injection"]


def test_extensions_are_used_when_they_are_offered() -> None:
    heard = []

    def talk(peer: Peer) -> None:
        peer.greet("PIPELINING", "SIZE 1000", "8BITMIME", "SMTPUTF8")
        peer.envelope()
        heard.extend(peer.heard[1:3])
        peer.content()
        peer.say("250 kept")
        peer.hear()

    with scripted(talk) as port:
        pool = pool_at(port)
        message = Outgoing("1", "pauta@ours.example", "joão@exämple.example", "é\r\n".encode())
        assert kinds(list(pool.deliver([message], Recorder()))) == {SENT: 1}
        pool.close()
    assert heard == [
        "MAIL FROM:<pauta@ours.example> SIZE=4 BODY=8BITMIME SMTPUTF8",
        "RCPT TO:<joão@xn--exmple-cua.example>",
    ]


# --- what breaks -----------------------------------------------------------------------------------------------------


def test_nobody_listens() -> None:
    recorder = Recorder()
    outcomes = list(pool_at(free_port(), connections=3).deliver(outgoing(5), recorder))
    assert kinds(outcomes) == {UNSENT: 5}
    assert recorder.dots == []


def test_a_dot_without_an_answer_is_lost_and_the_rest_goes_on(sink: SinkProcess) -> None:
    order(sink.folder, drop_after_dot=0.3)
    outcomes = list(pool_at(sink.port, connections=2).deliver(outgoing(60), Recorder()))
    found = kinds(outcomes)
    assert found[LOST] == counts(sink.folder)["dropped"] > 5
    wait_until(lambda: found[SENT] == counts(sink.folder)["answers"])
    assert found[SENT] == len(mails(sink.folder))
    assert found[LOST] + found[SENT] == 60


def test_kept_but_unanswered_is_lost_too(sink: SinkProcess) -> None:
    order(sink.folder, drop_after_keep=0.3)
    outcomes = list(pool_at(sink.port, connections=2).deliver(outgoing(60), Recorder()))
    assert kinds(outcomes)[LOST] == counts(sink.folder)["dropped"] > 5
    assert len(mails(sink.folder)) == 60


def test_a_killed_server_leaves_no_message_without_an_outcome(sink: SinkProcess) -> None:
    batch = outgoing(5000)
    recorder = Recorder()
    killer = threading.Thread(target=lambda: (wait_until(lambda: len(recorder.answers) > 100), sink.kill()))
    killer.start()
    outcomes = list(pool_at(sink.port, connections=4).deliver(batch, recorder))
    killer.join()
    assert sorted(int(outcome.reference) for outcome in outcomes) == list(range(5000))
    found = kinds(outcomes)
    assert set(found) <= {SENT, LOST, UNSENT}
    assert found[LOST] <= 4
    assert found[UNSENT] > 0
    kept = {mail["recipient"] for mail in mails(sink.folder)}
    by_kind = {kind: {batch[int(o.reference)].recipient for o in outcomes if o.kind == kind} for kind in OutcomeKind}
    assert by_kind[SENT] <= kept
    assert not by_kind[UNSENT] & kept
    assert len(recorder.dots) == len(set(recorder.dots))


def test_a_silent_server_is_given_up() -> None:
    def silent(peer: Peer) -> None:
        peer.greet("PIPELINING")
        peer.envelope()
        peer.content()
        peer.connection.recv(65536)
        while peer.connection.recv(65536):
            pass

    with scripted(silent, lambda peer: None) as port:
        start = time.monotonic()
        outcomes = {o.reference: o.kind for o in pool_at(port, answer_timeout=0.3).deliver(outgoing(2), Recorder())}
        assert time.monotonic() - start < 5
    assert outcomes == {"0": LOST, "1": UNSENT}


def test_a_server_that_does_not_greet_is_given_up() -> None:
    def mute(peer: Peer) -> None:
        peer.connection.recv(1)

    with scripted(mute) as port:
        outcomes = list(pool_at(port, connect_timeout=0.2).deliver(outgoing(2), Recorder()))
    assert kinds(outcomes) == {UNSENT: 2}


def test_a_slow_connection_does_not_hold_the_others_up() -> None:
    """Three connections, one of which waits a second before each answer."""

    def talk_with(pause: float) -> object:
        def talk(peer: Peer) -> None:
            peer.greet("PIPELINING")
            while True:
                if not peer.hear():
                    return
                if peer.heard[-1] == "QUIT":
                    return
                peer.hear()
                peer.hear()
                peer.say("250 ok", "250 ok", "354 go")
                peer.content()
                time.sleep(pause)
                peer.say("250 kept")

        return talk

    with scripted(talk_with(1.0), talk_with(0.0)) as port:  # type: ignore[arg-type]
        pool = pool_at(port, connections=3)
        start = time.monotonic()
        arrived = [time.monotonic() - start for _ in pool.deliver(outgoing(300), Recorder())]
        pool.close()
    assert sorted(arrived)[295] < 0.9


@pytest.mark.parametrize("answer", ["hello", "999 no", "25", "250-a\r\n251 b", "\x00\x01"])
def test_what_is_no_smtp_breaks_the_connection_off(answer: str) -> None:
    def talk(peer: Peer) -> None:
        peer.greet("PIPELINING")
        peer.hear()
        peer.say(answer)
        while peer.connection.recv(65536):
            pass

    with scripted(talk) as port:
        outcomes = list(pool_at(port).deliver(outgoing(1), Recorder()))
    assert kinds(outcomes) == {UNSENT: 1}


def test_a_message_that_breaks_its_connections_is_given_up_and_the_rest_goes_on() -> None:
    def talk(peer: Peer) -> None:
        peer.greet("PIPELINING")
        while peer.hear() not in ("", "QUIT"):
            if "ana2@" in peer.hear():
                return
            peer.hear()
            peer.say("250 ok", "250 ok", "354 go")
            peer.content()
            peer.say("250 kept")

    with scripted(talk) as port:
        pool = pool_at(port)
        outcomes = {o.reference: o.kind for o in pool.deliver(outgoing(5), Recorder())}
        pool.close()
    assert outcomes["2"] == UNSENT
    assert list(outcomes.values()).count(SENT) >= 3


def test_a_server_that_always_breaks_off_is_given_up() -> None:
    met = []

    def talk(peer: Peer) -> None:
        met.append(peer)
        peer.greet("PIPELINING")
        peer.hear()

    with scripted(talk) as port:
        outcomes = list(pool_at(port, connections=2).deliver(outgoing(500), Recorder()))
    assert kinds(outcomes) == {UNSENT: 500}
    assert len(met) <= 8


def test_a_message_may_be_withdrawn_before_its_dot(sink: SinkProcess) -> None:
    recorder = Recorder(lambda message: message.reference not in ("2", "5"))
    outcomes = {o.reference: o.kind for o in pool_at(sink.port).deliver(outgoing(8), recorder)}
    assert {reference for reference, kind in outcomes.items() if kind == UNSENT} == {"2", "5"}
    assert {mail["recipient"] for mail in mails(sink.folder)} == {
        f"ana{number}@acme.example" for number in range(8) if number not in (2, 5)
    }
    assert counts(sink.folder)["dots"] == 6


def test_stopping_in_the_middle_closes_what_is_under_way(sink: SinkProcess) -> None:
    pool = pool_at(sink.port, connections=2)
    delivery = pool.deliver(outgoing(100), Recorder())
    next(delivery)
    delivery.close()  # type: ignore[attr-defined]
    assert kinds(list(pool.deliver(outgoing(10), Recorder()))) == {SENT: 10}


def test_a_large_mail_through_a_narrow_pipe() -> None:
    content = b"x" * 76 + b"\r\n"
    content *= 60_000
    arrived = []

    def talk(peer: Peer) -> None:
        peer.greet("PIPELINING")
        peer.envelope()
        pieces = []
        while not (pieces and b"".join(pieces[-2:]).endswith(b"\r\n.\r\n")):
            pieces.append(peer.connection.recv(100_000))
            time.sleep(0.001)
        arrived.append(b"".join(pieces))
        peer.say("250 kept")
        peer.hear()

    with scripted(talk) as port:
        pool = pool_at(port)
        assert kinds(list(pool.deliver(outgoing(1, content), Recorder()))) == {SENT: 1}
        pool.close()
    assert arrived == [content + b".\r\n"]
