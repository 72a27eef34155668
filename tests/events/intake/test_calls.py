"""What calls say, and why some say nothing that can be understood."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pauta.core.problems import Problem
from pauta.events.intake.calls import Call, Letter, Request, letters, read, readable, when
from tests.conftest import MONDAY

HOUR = timedelta(hours=1)


def call(door: str = "track", **said: Any) -> Call:
    body, _ = readable(door, json.dumps(said).encode())
    (letter,) = letters(Request(7, 3, "key:shop", door, body, MONDAY))
    return read(letter)


def test_a_call_is_known_by_the_id_that_its_sender_gave_it() -> None:
    said = call(userId="ana", event="Opened", messageId="m1", properties={"plan": "gold"})
    assert (said.letter.external_id, said.user, said.name, said.facts) == ("3:m1", "ana", "Opened", {"plan": "gold"})
    assert call(userId="ana", event="Opened").letter.external_id == "3:7.0"
    assert len(call(userId="ana", event="Opened", messageId="x" * 1000).letter.external_id) < 100


def test_numbers_serve_as_ids() -> None:
    assert (call(userId=12, event="x").user, call(anonymousId=1.5, event="x").visitor) == ("12", "1.5")


def test_pages_and_screens_are_events_with_their_names_as_properties() -> None:
    page = call("page", userId="ana", name="Prices", category="Shop", properties={"url": "/prices"})
    assert (page.kind, page.name) == ("page", "page")
    assert page.facts == {"name": "Prices", "category": "Shop", "url": "/prices"}


def test_each_call_of_a_batch_says_what_it_is() -> None:
    body = json.dumps({"batch": [{"type": "track", "userId": "a", "event": "x"}, {"type": "alias"}]}).encode()
    first, second = letters(Request(7, 3, "key:shop", "batch", body, MONDAY))
    assert read(first).name == "x"
    with pytest.raises(Problem, match="intake_alias"):
        read(second)


@pytest.mark.parametrize(
    ("said", "code", "field"),
    [
        ({"event": "x"}, "intake_nobody", "userId"),
        ({"userId": " ", "event": "x"}, "intake_nobody", "userId"),
        ({"userId": "ana"}, "intake_name", "event"),
        ({"userId": "ana", "event": "x" * 201}, "intake_name", "event"),
        ({"userId": "a" * 201, "event": "x"}, "intake_id_long", "userId"),
        ({"userId": ["ana"], "event": "x"}, "intake_form", "userId"),
        ({"userId": "ana", "event": "x", "properties": [1]}, "intake_form", "properties"),
        ({"userId": "ana", "event": "x", "properties": {"a": ["\0"]}}, "intake_unclean", "properties"),
        ({"userId": "a\0", "event": "x"}, "intake_unclean", "userId"),
        ({"userId": "ana", "event": "x", "timestamp": "yesterday"}, "intake_time", "timestamp"),
        ({"userId": "ana", "event": "x", "timestamp": "1900-01-01"}, "intake_time", "timestamp"),
        ({"userId": "ana", "event": "x", "properties": {"a": "x" * 40_000}}, "intake_too_large", ""),
    ],
)
def test_what_cannot_be_understood_has_a_reason(said: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Problem) as refused:
        call(**said)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_a_kind_is_one_of_six() -> None:
    body = json.dumps({"batch": [{"type": "delete", "userId": "a"}]}).encode()
    (letter,) = letters(Request(7, 3, "key:shop", "batch", body, MONDAY))
    with pytest.raises(Problem, match="intake_kind_unknown"):
        read(letter)


def test_an_account_needs_its_id() -> None:
    with pytest.raises(Problem, match="intake_group"):
        call("group", userId="ana")


def test_half_a_letter_does_not_cost_a_whole_batch() -> None:
    body, key = readable("batch", b'{"batch":[{"type":"track","userId":"a","event":"\\ud83d"}],"writeKey":"k"}')
    (letter,) = letters(Request(7, 3, "key:shop", "batch", body, MONDAY))
    assert (read(letter).name, key) == ("?", "k")


@pytest.mark.parametrize("body", [b"", b"[]", b'{"batch":{}}', b'{"a":NaN}', b"\xff", b"[" * 100_000, b'{"batch":[1'])
def test_what_is_no_json_is_refused_at_the_door(body: bytes) -> None:
    for door in ("track", "batch"):
        with pytest.raises(Problem, match="web_not_json"):
            readable(door, body if door == "batch" or body != b'{"batch":{}}' else b"[1]")


@pytest.mark.parametrize(
    ("said", "sent_at", "at"),
    [
        (None, None, MONDAY),
        ("2026-11-23T11:00:00Z", None, MONDAY - HOUR),
        ("2026-11-23T08:00:00-03:00", None, MONDAY - HOUR),
        ("2026-11-23T11:00:00", None, MONDAY - HOUR),
        ((MONDAY - HOUR).timestamp(), None, MONDAY - HOUR),
        ((MONDAY - HOUR).timestamp() * 1000, None, MONDAY - HOUR),
        # The sender's clock is three hours ahead, and sent what was an hour old.
        ((MONDAY + 2 * HOUR).isoformat(), MONDAY + 3 * HOUR, MONDAY - HOUR),
        ((MONDAY + timedelta(minutes=5)).isoformat(), None, MONDAY + timedelta(minutes=5)),
        ((MONDAY + timedelta(minutes=6)).isoformat(), None, MONDAY),
        ((MONDAY + 9000 * 24 * HOUR).isoformat(), None, MONDAY),
    ],
)
def test_times_are_told_by_our_clock(said: str | float | None, sent_at: datetime | None, at: datetime) -> None:
    """J6: a time more than five minutes ahead is that of the receipt."""
    assert when(said, sent_at, MONDAY) == at
    assert when(said, sent_at, MONDAY).tzinfo is UTC


@pytest.mark.parametrize(("said", "sent"), [("0001-01-01", "9999-12-31"), ("9999-12-31", "0001-01-01")])
def test_clocks_that_lie_millennia_apart_are_no_times(said: str, sent: str) -> None:
    with pytest.raises(Problem, match="intake_time"):
        call(userId="ana", event="x", timestamp=f"{said}T00:00:00Z", sentAt=f"{sent}T00:00:00Z")


def test_what_lies_too_deep_is_a_problem_wherever_the_stack_ends() -> None:
    for depth in range(500, 1500):
        raw = b'{"userId":"ana","event":"x","properties":{"a":' + b"[" * depth + b"]" * depth + b"}}"
        with suppress(Problem):
            read(Letter(3, "key:shop", "track", raw, MONDAY, None, "3:m1"))
