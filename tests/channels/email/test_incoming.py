"""What comes in is told apart: each shape of bounce, complaint and answer, as many mail servers write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pauta.channels.email.incoming import Bounce, Kind, read

SHAPES = Path(__file__).parents[2] / "cases" / "mail" / "shapes.jsonl"
CASES: list[dict[str, Any]] = [json.loads(line) for line in SHAPES.read_text(encoding="utf-8").splitlines()]
OURS = "a" * 40


def test_there_are_shapes_enough() -> None:
    assert len([case for case in CASES if case["kind"] in ("bounce", "complaint")]) >= 60
    assert len({case["name"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_each_shape_is_known(case: dict[str, Any], line_end: str) -> None:
    found = read(case["mail"].replace("{id}", OURS).replace("\n", line_end).encode())
    assert (found.kind, found.bounce, found.status) == (Kind(case["kind"]), case["bounce"], case["status"])
    if "{id}" in case["mail"]:
        assert f"{OURS}@sur.example" in found.message_ids


REPORTED = next(case["mail"] for case in CASES if case["name"] == "Postfix, no such user")


def test_a_report_names_where_it_failed_and_where_it_was_written_to() -> None:
    assert read(REPORTED.encode()).recipients == ("ana@acme.example",)
    forwarded = REPORTED.replace(
        "Final-Recipient: rfc822; ana@acme.example",
        "Original-Recipient: rfc822;Ana@Acme.example\nFinal-Recipient: rfc822; <ANA@elsewhere.example>",
    )
    assert read(forwarded.encode()).recipients == ("ana@elsewhere.example", "ana@acme.example")
    assert read(REPORTED.replace("rfc822; ana@acme.example", "x400; /S=ana").encode()).recipients == ()


@pytest.mark.parametrize(
    "mail",
    [
        REPORTED.replace("User unknown", "User\0unknown"),
        REPORTED.replace("Diagnostic-Code", "X-None").replace("Status: 5.1.1", "Status: 5.1.1 \0"),
        "From: MAILER-DAEMON@x.example\nSubject: failure notice\n\n550 5.1.1 User\0unknown",
    ],
)
def test_what_is_said_can_be_stored(mail: str) -> None:
    found = read(mail.encode())
    assert (found.bounce, found.status) == (Bounce.hard, "5.1.1")
    assert "\0" not in found.said


@given(st.binary(max_size=400))
def test_no_bytes_break_it_or_give_an_address_up(raw: bytes) -> None:
    assert read(raw).bounce is not Bounce.hard


@given(st.text(st.characters(categories=["L", "Z"]), max_size=80))
def test_words_that_nobody_knows_are_never_hard(words: str) -> None:
    """Unless they happen to be words that servers write, which random ones are not."""
    mail = f"Return-Path: <>\nFrom: MAILER-DAEMON@x.example\nSubject: failure notice\n\n{words}"
    assert read(mail.encode("utf-8", "replace")).bounce is not Bounce.hard
