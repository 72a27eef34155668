from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pauta.core.problems import Problem
from pauta.messages.terms import read_terms, written


def test_terms_have_the_defaults_of_the_reference() -> None:
    terms = read_terms({"type": "educational"})
    assert (terms.tier, terms.value, terms.channels, terms.minute, terms.urgent) == (2, 0.0, ("email",), -1, False)


def test_what_is_written_reads_the_same() -> None:
    document = {
        "type": "promotional",
        "topic": "news",
        "team": "marketing",
        "tier": 0,
        "value": 2.5,
        "urgent": True,
        "channels": ["sms", "email"],
        "not_before": "2026-12-01",
        "expires": "2026-12-24",
        "at": "09:05",
        "unread_days": 3,
    }
    terms = read_terms(document)
    assert written(terms) == document
    assert terms.channel_codes == [1, 0]
    assert terms.minute == 545
    assert terms.expires == date(2026, 12, 24)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"type": None}, "messages.field_missing", "type"),
        ({"type": "spam"}, "messages.not_one_of", "type"),
        ({"tier": 4}, "messages.not_a_tier", "tier"),
        ({"tier": True}, "messages.not_a_tier", "tier"),
        ({"value": "much"}, "messages.not_a_number", "value"),
        ({"value": float("inf")}, "messages.not_a_number", "value"),
        ({"urgent": "yes"}, "messages.not_a_flag", "urgent"),
        ({"topic": 7}, "messages.not_a_name", "topic"),
        ({"topic": "a\0b"}, "messages.not_a_name", "topic"),
        ({"channels": []}, "messages.channels_empty", "channels"),
        ({"channels": ["email", "fax"]}, "messages.not_one_of", "channels[1]"),
        ({"channels": ["sms", "call"]}, "channel_without_provider", "channels"),
        ({"channels": ["email", "email"]}, "messages.channels_twice", "channels"),
        ({"not_before": "soon"}, "messages.not_a_date", "not_before"),
        ({"expires": 20261224}, "messages.not_a_date", "expires"),
        ({"not_before": "2026-12-02", "expires": "2026-12-01"}, "messages.window_empty", "expires"),
        ({"at": "24:00"}, "messages.not_an_hour", "at"),
        ({"at": "9"}, "messages.not_an_hour", "at"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Problem) as caught:
        read_terms({"type": "educational"} | change)
    assert (caught.value.code, caught.value.field) == (code, field)
