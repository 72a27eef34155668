"""Replies off the wire, however they are cut, and what their codes mean for a message."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pauta.channels.base import OutcomeKind
from pauta.channels.email.reply import (
    MAX_LINE,
    MAX_LINES,
    Reply,
    ReplyError,
    ReplyParser,
    Stage,
    address_bad,
    outcome_kind,
)

SENT, LATER, FAILED, LOST, UNSENT = OutcomeKind
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=40)
replies = st.builds(Reply, st.integers(200, 599), st.lists(texts, min_size=1, max_size=4).map("\n".join))


def wire(reply: Reply) -> bytes:
    *first, last = reply.text.split("\n")
    return "".join([*(f"{reply.code}-{line}\r\n" for line in first), f"{reply.code} {last}\r\n"]).encode()


@given(st.lists(replies, max_size=6), st.lists(st.integers(0, 600), max_size=20))
def test_replies_are_read_however_they_are_cut(sent: list[Reply], cuts: list[int]) -> None:
    data = b"".join(wire(reply) for reply in sent)
    parser = ReplyParser()
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    read = [reply for start, end in pairwise(edges) for reply in parser.feed(data[start:end])]
    assert read == [Reply(reply.code, reply.text.replace("\0", "\ufffd")) for reply in sent]
    assert parser.empty


@given(
    st.lists(st.one_of(st.binary(max_size=60), st.sampled_from([b"250 ok\r\n", b"250-", b"\r\n", b"4"])), max_size=30)
)
def test_anything_else_is_an_error_and_nothing_worse(pieces: list[bytes]) -> None:
    parser = ReplyParser()
    try:
        for piece in pieces:
            for reply in parser.feed(piece):
                assert 200 <= reply.code < 600
    except ReplyError:
        pass


@pytest.mark.parametrize(
    "line", [b"25\r\n", b"600 x\r\n", b"199 x\r\n", b"250x\r\n", b"\xb2\xb3\xb4 x\r\n", b"\r\n", b" 250\r\n"]
)
def test_lines_that_are_no_reply(line: bytes) -> None:
    with pytest.raises(ReplyError):
        ReplyParser().feed(line)


def test_the_lines_of_one_reply_have_one_code() -> None:
    with pytest.raises(ReplyError):
        ReplyParser().feed(b"250-a\r\n251 b\r\n")


def test_a_server_cannot_fill_the_memory() -> None:
    with pytest.raises(ReplyError):
        ReplyParser().feed(b"2" * (MAX_LINE + 1))
    with pytest.raises(ReplyError):
        ReplyParser().feed(b"250-x\r\n" * (MAX_LINES + 1))


def test_a_bare_code_and_a_bare_line_feed_are_tolerated() -> None:
    assert ReplyParser().feed(b"250\r\n354 go\n") == [Reply(250, ""), Reply(354, "go")]


@pytest.mark.parametrize(
    ("stage", "code", "kind"),
    [
        (Stage.DOT, 250, SENT),
        (Stage.DOT, 451, LATER),
        (Stage.DOT, 552, FAILED),
        (Stage.DOT, 554, FAILED),
        (Stage.DOT, 421, LATER),
        (Stage.RCPT, 450, LATER),
        (Stage.RCPT, 452, LATER),
        (Stage.RCPT, 550, FAILED),
        (Stage.RCPT, 552, LATER),
        (Stage.RCPT, 503, LATER),
        (Stage.MAIL, 530, LATER),
        (Stage.MAIL, 550, FAILED),
        (Stage.MAIL, 552, FAILED),
        (Stage.DATA, 554, FAILED),
        (Stage.DATA, 451, LATER),
        (Stage.OPEN, 535, LATER),
    ],
)
def test_codes_become_our_words(stage: Stage, code: int, kind: OutcomeKind) -> None:
    assert outcome_kind(stage, Reply(code, "")) is kind


@pytest.mark.parametrize(
    ("code", "text", "bad"),
    [
        (550, "5.1.1 no such user", True),
        (550, "5.1.10 null MX", True),
        (552, "5.2.2 mailbox full", False),
        (550, "5.7.1 policy", False),
        (550, "no such user", False),
        (450, "4.1.1 try again", False),
    ],
)
def test_only_a_bad_address_is_a_bad_address(code: int, text: str, bad: bool) -> None:
    assert address_bad(Stage.RCPT, Reply(code, text)) is bad
    assert not address_bad(Stage.MAIL, Reply(code, text))


def test_enhanced_status() -> None:
    assert Reply(550, "5.1.1 no").status == "5.1.1"
    assert Reply(250, "2.0.0").status == "2.0.0"
    assert Reply(250, "15.1.1 x").status == ""
    assert Reply(250, "ok").status == ""
