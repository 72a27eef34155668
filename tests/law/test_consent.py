"""R1 to R6: what the ledger keeps, and on which basis people may be written to under the law of where they live."""

from __future__ import annotations

from datetime import date, timedelta

import psycopg
import pytest

from pauta.core.gate.reasons import Reason
from pauta.core.gate.vocabulary import Channel
from pauta.messages.states import State
from tests.law.conftest import DENIED, GONE, Court


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE consent SET granted = NOT granted",
        "UPDATE consent SET at = at - interval '1 day'",
        "UPDATE consent SET basis = 'contract', ground = 7",
        'UPDATE consent SET proof = \'{"ip": "198.51.100.1"}\'',
        "UPDATE consent SET wording = 'something else'",
        "UPDATE consent SET expires_on = NULL",
        "DELETE FROM consent",
    ],
)
def test_r1_the_ledger_is_only_added_to(court: Court, change: str) -> None:
    court.person("ana", "ES")
    court.says("ana", proof={"ip": "203.0.113.7"}, wording="Yes, please", expires_on=date(2030, 1, 1))
    with pytest.raises(psycopg.errors.RaiseException, match="neither changed nor deleted"):
        court.connection.execute(change)
    court.connection.rollback()
    assert court.one("SELECT count(*) FROM consent") == 1


def test_r1_an_entry_keeps_everything_that_proves_it(court: Court) -> None:
    court.person("ana", "ES")
    said = {"wording": "Sí, quiero el boletín (v3)", "locale": "es", "country": "ES", "actor": "key:shop"}
    court.says("ana", **said, proof={"ip": "203.0.113.7", "confirmed_at": "2026-11-23T12:00:00Z"})
    kept = "SELECT basis, wording, locale, country, actor, proof->>'ip', at = recorded_at FROM consent"
    assert court.all(kept) == [("consent", *said.values(), "203.0.113.7", True)]


def test_r2_without_an_entry_nothing_but_transactional_mail_leaves(court: Court) -> None:
    court.person("ana", "US")
    assert court.writes("ana") == DENIED
    assert court.writes("ana", "relationship") == DENIED
    assert court.writes("ana", "transactional") == GONE
    court.says("ana", channel=Channel.sms)
    assert court.writes("ana", topic="tips") == DENIED


def test_r3_the_end_of_a_consent_is_seen_ahead(court: Court) -> None:
    court.on(date(2026, 2, 25))
    court.person("ana", "CA")
    court.says("ana", "implied:purchase", date(2024, 3, 1))
    before, after = (court.write("ana", not_before=date(2026, 2, 26 + days), tier=3) for days in (2, 0))
    late = court.write("ana", not_before=date(2026, 3, 1))
    assert court.became_of(late) == DENIED
    for message in (before, after):
        assert court.became_of(message) == (State.PLANNED, Reason.clear)
    court.says("ana", "implied:purchase", date(2026, 2, 20))
    assert court.became_of(court.write("ana", not_before=date(2026, 3, 1))) == (State.PLANNED, Reason.clear)


def test_r3_what_carries_no_marketing_any_more_may_carry_service(court: Court) -> None:
    court.on(date(2026, 11, 20))
    court.person("ana", "ES")
    court.says("ana", expires_on=date(2026, 11, 24))
    court.says("ana", "contract")
    monday = date(2026, 11, 24)
    assert court.became_of(court.write("ana", not_before=monday)) == DENIED
    assert court.became_of(court.write("ana", "relationship", not_before=monday)) == (State.PLANNED, Reason.clear)


@pytest.mark.parametrize(
    ("country", "phone", "home", "allowed"),
    [
        ("BR", None, None, True),
        ("ES", None, None, False),
        (None, "+5511987654321", None, True),
        (None, "+34600111222", None, False),
        ("BR", "+34600111222", None, False),
        ("ES", "+5511987654321", None, False),
        (None, "+14165550123", None, False),
        (None, "+12125550123", None, True),
        (None, None, None, False),
        (None, None, "BR", True),
        ("BR", None, "ES", True),
    ],
)
def test_r2_the_law_is_that_of_the_recipient_and_the_strictest_where_nobody_knows(
    court: Court, country: str | None, phone: str | None, home: str | None, allowed: bool
) -> None:
    court.person("ana", country, phone=phone)
    court.says("ana", "legitimate interest", country=home or "")
    assert court.writes("ana") == (GONE if allowed else DENIED)


def test_r3_casl_implied_consent_expires(court: Court) -> None:
    court.on(date(2024, 3, 1))
    court.person("ana", "CA")
    court.says("ana", "implied:purchase")
    court.on(date(2026, 2, 28))
    assert court.writes("ana") == GONE
    waiting = court.write("ana", topic="tips", not_before=date(2026, 3, 2))
    court.on(date(2026, 3, 1))
    assert court.writes("ana") == DENIED
    court.on(date(2026, 3, 2))
    assert court.became_of(waiting) == DENIED
    court.says("ana", "implied:purchase", date(2026, 3, 1))
    assert court.writes("ana", topic="offers") == GONE


def test_r3_casl_inquiries_carry_six_months_and_contracts_two_years_from_their_end(court: Court) -> None:
    court.on(date(2026, 1, 31))
    for name, basis in (("ana", "implied:inquiry"), ("beto", "implied:contract")):
        court.person(name, "CA")
        court.says(name, basis)
    court.on(date(2026, 7, 30))
    assert court.writes("ana") == GONE
    court.on(date(2026, 7, 31))
    assert court.writes("ana") == DENIED
    court.on(date(2028, 1, 30))
    assert court.writes("beto") == GONE
    court.on(date(2028, 1, 31))
    assert court.writes("beto") == DENIED


def test_r3_casl_published_addresses_are_for_people_at_work(court: Court) -> None:
    court.person("ana", "CA", company="acme")
    court.person("beto", "CA")
    for name in ("ana", "beto"):
        court.says(name, "published")
    assert (court.writes("ana"), court.writes("beto")) == (GONE, DENIED)


def test_r3_express_consent_has_no_end_but_the_one_that_was_said(court: Court) -> None:
    for name, ends in (("ana", None), ("beto", date(2026, 12, 1))):
        court.person(name, "CA")
        court.says(name, expires_on=ends)
    court.on(date(2026, 11, 30))
    assert (court.writes("ana"), court.writes("beto")) == (GONE, GONE)
    court.on(date(2026, 12, 1))
    assert (court.writes("ana"), court.writes("beto")) == (GONE, DENIED)
    court.on(date(2046, 12, 1))
    assert court.writes("ana") == GONE


def test_r4_can_spam_holds_for_companies_and_ends_with_an_opt_out(court: Court) -> None:
    court.person("ana", "US", company="acme")
    court.says("ana", "legitimate interest")
    assert court.writes("ana") == GONE
    court.says("ana", "withdrawal", granted=False)
    assert court.writes("ana", topic="offers") == DENIED


@pytest.mark.parametrize("basis", ["soft opt-in", "legitimate interest", "implied:purchase", "contract"])
def test_r5_an_objection_is_absolute_until_somebody_expressly_agrees(court: Court, basis: str) -> None:
    court.person("ana", "BR")
    court.says("ana", basis, court.now.date() - timedelta(days=9))
    court.says("ana", "withdrawal", court.now.date() - timedelta(days=5), granted=False)
    court.says("ana", basis, court.now.date() - timedelta(days=1))
    assert court.writes("ana") == DENIED
    court.says("ana", "consent", topic="news")
    assert court.writes("ana") == GONE


def test_r5_nothing_that_is_dated_in_the_future_outlives_an_objection(court: Court) -> None:
    court.person("ana", "ES")
    for _ in range(2):
        court.says("ana", day=court.now.date() + timedelta(days=300))
    assert court.all("SELECT count(*), max(at) FROM consent") == [(1, court.now)]
    assert court.writes("ana") == GONE
    court.later(minutes=1)
    court.says("ana", "withdrawal", granted=False)
    assert court.writes("ana", topic="offers") == DENIED


def test_r5_gdpr_a_soft_opt_in_carries_mail_and_an_interest_alone_does_not(court: Court) -> None:
    for name, basis in (("ana", "soft opt-in"), ("beto", "legitimate interest"), ("carla", "contract")):
        court.person(name, "DE")
        court.says(name, basis)
    assert [court.writes(name) for name in ("ana", "beto", "carla")] == [GONE, DENIED, DENIED]
    assert [court.writes(name, "operational") for name in ("ana", "beto", "carla")] == [GONE, GONE, GONE]


def test_r6_spain_lssi_knows_no_legitimate_interest_not_even_for_companies(court: Court) -> None:
    court.person("ana", "ES", company="acme")
    court.says("ana", "legitimate interest")
    assert court.writes("ana") == DENIED
    court.says("ana", "soft opt-in")
    assert court.writes("ana", topic="offers") == GONE
