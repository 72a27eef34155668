"""R6 to R9: hours of calls and texts, as policies that a company puts in force."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from pauta.core.gate.case import decide_case
from pauta.messages.states import State
from pauta.platform.clock import advance, start_simulation
from pauta.policies.actions import replace_all
from pauta.policies.ready import ready_policy
from tests.law.conftest import Court


def goes(name: str, now: str, zone: str, country: str, channel: str, kind: str = "promotional") -> str:
    """When a message leaves by UTC under a ready policy; ``now`` is a local time."""
    case: dict[str, Any] = {
        "now": now,
        "zone": zone,
        "country": country,
        "policies": [ready_policy(name, "en")],
        "accounts": [{"id": "acme", "contacts": [{"id": "ana"}]}],
        "touches": [],
        "open": [{"id": "m", "contact": "ana", "type": kind, "channels": [channel]}],
    }
    return str(decide_case(case)[0]["at"])


@pytest.mark.parametrize(
    ("now", "leaves"),
    [
        ("2026-11-23T08:59:00+01:00", "2026-11-23T08:00:00Z"),
        ("2026-11-23T20:59:00+01:00", "2026-11-23T19:59:00Z"),
        ("2026-11-23T21:00:00+01:00", "2026-11-24T08:00:00Z"),
        ("2026-11-27T21:30:00+01:00", "2026-11-30T08:00:00Z"),  # a weekend
        ("2026-12-07T21:30:00+01:00", "2026-12-09T08:00:00Z"),  # the Immaculate Conception
    ],
)
def test_r6_spain_calls_neither_at_night_nor_on_weekends_nor_on_holidays(now: str, leaves: str) -> None:
    assert goes("spain-calls", now, "Europe/Madrid", "ES", "call") == leaves


@pytest.mark.parametrize(
    ("name", "now", "leaves"),
    [
        ("brazil-calls", "2026-11-23T21:00:00-03:00", "2026-11-24T12:00:00Z"),
        ("brazil-calls", "2026-11-28T10:00:00-03:00", "2026-11-30T12:00:00Z"),
        ("rio-calls", "2026-11-23T18:00:00-03:00", "2026-11-24T11:00:00Z"),
    ],
)
def test_r7_brazil_calls_on_weekdays_and_stricter_in_states(name: str, now: str, leaves: str) -> None:
    assert goes(name, now, "America/Sao_Paulo", "BR", "call") == leaves


def test_r7_brazil_mail_may_rest_on_a_legitimate_interest_until_somebody_opposes(court: Court) -> None:
    court.person("ana", "BR")
    court.says("ana", "legitimate interest")
    assert court.writes("ana")[0] is State.SENT
    court.says("ana", "opposition", granted=False)
    assert court.writes("ana", topic="offers")[0] is State.SUPPRESSED


@pytest.mark.parametrize(
    ("now", "kind", "leaves"),
    [
        ("2026-11-28T07:30:00-05:00", "promotional", "2026-11-28T13:00:00Z"),
        ("2026-11-28T20:00:00-05:00", "promotional", "2026-11-29T13:00:00Z"),
        ("2026-11-28T20:00:00-05:00", "transactional", "2026-11-29T01:00:00Z"),
    ],
)
def test_r8_united_states_texts_only_by_day_where_the_recipient_is(now: str, kind: str, leaves: str) -> None:
    assert goes("us-texts-and-calls", now, "America/New_York", "US", "sms", kind) == leaves


def test_r9_hours_are_half_open_and_asked_again_when_a_message_fires(court: Court) -> None:
    replace_all(court.connection, [ready_policy("office-hours", "en")], "ana", court.now)
    court.person("ana", "BR", zone="America/Sao_Paulo")
    court.says("ana")
    start_simulation(court.file, datetime(2026, 11, 23, 20, 59, tzinfo=UTC))  # 17:59 in São Paulo
    assert court.writes("ana")[0] is State.SENT
    advance(court.file, datetime(2026, 11, 23, 21, tzinfo=UTC))
    message = court.write("ana", topic="tips")
    assert court.became_of(message)[0] is State.PLANNED
    due = "SELECT due FROM message WHERE id = %s"
    assert court.one(due, message) == datetime(2026, 11, 24, 11, tzinfo=UTC)
    court.run("UPDATE contact SET place_id = 0 WHERE external_id = 'ana'")  # to UTC, unseen by the planner
    court.run("UPDATE company SET zone = 'America/Mexico_City'")
    advance(court.file, datetime(2026, 11, 24, 11, tzinfo=UTC))  # 5:00 in Mexico City
    assert court.became_of(message)[0] is State.PLANNED
    assert court.one(due, message) == datetime(2026, 11, 24, 14, tzinfo=UTC)
    advance(court.file, datetime(2026, 11, 24, 14, tzinfo=UTC))
    assert court.became_of(message)[0] is State.SENT
