"""The table of the law: what each basis carries, where, by which channel, for whom, and for how long."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from pauta.core.gate.vocabulary import ALWAYS, NEVER, Channel
from pauta.core.law import TABLE, UNKNOWN, Basis, Jurisdiction, Purpose, basis_of, carried_until, number_of

EPOCH = date(1970, 1, 1)
AGES_AGO, TODAY = date(1990, 1, 1), date(2026, 11, 23)


def until(
    country: str | None,
    basis: Basis,
    day: date,
    purpose: Purpose = Purpose.marketing,
    channel: Channel = Channel.email,
    *,
    business: bool = False,
) -> int:
    """The first epoch day on which a grant no longer carries messages."""
    law, ground, by = (np.array([code]) for code in (number_of(country), basis, channel))
    return int(carried_until(law, ground, purpose, by, np.array([business]), np.array([_day(day)], np.int32))[0])


def _day(day: date) -> int:
    return (day - EPOCH).days


@pytest.mark.parametrize("country", ["ES", "PT", "DE", "NO", "GB", "BR", "US", "CA", "MX", None])
@pytest.mark.parametrize("channel", Channel)
def test_express_consent_carries_everything_everywhere_without_an_end(country: str | None, channel: Channel) -> None:
    assert until(country, Basis.express, AGES_AGO, channel=channel) == NEVER


@pytest.mark.parametrize(
    ("country", "basis", "channel", "business", "carries"),
    [
        ("ES", Basis.soft_opt_in, Channel.email, False, True),
        ("ES", Basis.legitimate_interest, Channel.email, True, False),
        ("ES", Basis.soft_opt_in, Channel.call, False, False),  # a year, and it is over
        ("PT", Basis.legitimate_interest, Channel.email, True, True),
        ("PT", Basis.legitimate_interest, Channel.email, False, False),
        ("DE", Basis.soft_opt_in, Channel.sms, False, True),
        ("DE", Basis.legitimate_interest, Channel.print, False, True),
        ("DE", Basis.legitimate_interest, Channel.email, True, False),
        ("GB", Basis.legitimate_interest, Channel.email, True, True),
        ("BR", Basis.legitimate_interest, Channel.email, False, True),
        ("BR", Basis.legitimate_interest, Channel.whatsapp, False, False),
        ("US", Basis.published, Channel.email, False, True),
        ("US", Basis.soft_opt_in, Channel.sms, False, False),
        ("CA", Basis.legitimate_interest, Channel.email, True, False),
        ("CA", Basis.published, Channel.email, True, True),
        ("CA", Basis.published, Channel.email, False, False),
        ("MX", Basis.soft_opt_in, Channel.email, False, False),
        (None, Basis.legitimate_interest, Channel.print, False, True),
    ],
)
def test_marketing_needs_what_the_law_of_the_country_asks(
    country: str, basis: Basis, channel: Channel, business: bool, carries: bool
) -> None:
    assert (until(country, basis, AGES_AGO, channel=channel, business=business) > _day(TODAY)) is carries


@pytest.mark.parametrize("country", ["ES", "BR", "US", "CA", None])
def test_a_contract_carries_service_and_no_marketing(country: str | None) -> None:
    assert until(country, Basis.contract, AGES_AGO, Purpose.service) == NEVER
    assert until(country, Basis.contract, AGES_AGO) == ALWAYS


@pytest.mark.parametrize(
    ("day", "months", "basis", "last"),
    [
        (date(2024, 3, 1), 24, Basis.implied_purchase, date(2026, 3, 1)),
        (date(2024, 2, 29), 24, Basis.implied_contract, date(2026, 2, 28)),
        (date(2025, 8, 31), 6, Basis.implied_inquiry, date(2026, 2, 28)),
        (date(1969, 12, 31), 6, Basis.implied_inquiry, date(1970, 6, 30)),
    ],
)
def test_months_end_on_the_same_day_or_the_last_of_the_month(day: date, months: int, basis: Basis, last: date) -> None:
    assert until("CA", basis, day) == _day(last), months


def test_nobody_knows_where_means_what_all_laws_allow() -> None:
    known = [number_of(one.value) for one in Jurisdiction if one is not Jurisdiction.elsewhere] + [number_of("DE")]
    for basis in Basis:
        for channel in Channel:
            for purpose in Purpose:
                untils = [
                    int(
                        carried_until(
                            np.array([law]),
                            np.array([basis]),
                            purpose,
                            np.array([channel]),
                            np.array([False]),
                            np.array([0], np.int32),
                        )[0]
                    )
                    for law in (*known, UNKNOWN)
                ]
                assert untils[-1] == min(untils[:-1]), (basis, channel, purpose)


def test_every_line_names_its_source() -> None:
    assert all(line.source for line in TABLE)


@pytest.mark.parametrize(
    ("text", "basis"),
    [
        ("consent", Basis.express),
        ("registration form, spring 2026", Basis.express),
        ("Legitimate interest", Basis.legitimate_interest),
        ("legitimate_interest", Basis.legitimate_interest),
        ("legítimo interesse", Basis.legitimate_interest),
        (" soft opt-in ", Basis.soft_opt_in),
        ("implied:purchase", Basis.implied_purchase),
        ("contrato", Basis.contract),
    ],
)
def test_bases_are_known_by_how_people_write_them(text: str, basis: Basis) -> None:
    assert basis_of(text) is basis


def test_the_page_of_the_law_has_every_line() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "law.md").read_text(encoding="utf-8")
    for line in TABLE:
        time = "ever" if line.months is None else f"{line.months} months"
        assert f"| {time}{'; companies alone' if line.business else ''} | {line.source} |" in page
