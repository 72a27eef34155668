"""The sample comes out of a seed and a date alone, and looks like a real company."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from psycopg.types.json import Jsonb

from pauta.core.gate.vocabulary import CHANNELS, Channel
from pauta.people.addresses import AddressState
from pauta.sample import company
from pauta.sample.accounts import STAGES
from pauta.sample.tables import Table, make_tables

MONDAY = date(2026, 11, 23)
SEED = 2026
KNOWN = "31fde14b513d7230e830ed46d04e4f4f325062bed2a5aa842aa19d4c98d0377c"


@cache
def tables(seed: int = SEED, today: date = MONDAY) -> dict[str, Table]:
    return {table.name: table for table in make_tables(seed, today)}


@cache
def rows(name: str) -> list[dict[str, Any]]:
    table = tables()[name]
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def fingerprint(made: list[Table]) -> str:
    digest = sha256()
    for table in made:
        digest.update(repr((table.name, table.columns)).encode())
        for row in table.rows:
            digest.update(repr([value.obj if isinstance(value, Jsonb) else value for value in row]).encode())
    return digest.hexdigest()


def test_the_same_seed_makes_the_same_company() -> None:
    assert fingerprint(make_tables(SEED, MONDAY)) == fingerprint(list(tables().values()))


def test_it_is_the_same_on_every_machine() -> None:
    assert fingerprint(list(tables().values())) == KNOWN


def test_another_seed_makes_another_company() -> None:
    assert fingerprint(make_tables(SEED + 1, MONDAY)) != KNOWN


def test_dates_move_with_today() -> None:
    later = {table.name: table for table in make_tables(SEED, MONDAY + timedelta(days=100))}
    days = [row[later["touch"].columns.index("day")] for row in later["touch"].rows]
    ago = MONDAY + timedelta(days=100) - min(days)
    assert timedelta(days=80) <= ago <= timedelta(days=95)


def test_it_has_the_size_that_it_should_have() -> None:
    counts = {name: len(table.rows) for name, table in tables().items()}
    assert (counts["account"], counts["contact"]) == (1_200, 8_000)
    assert counts["touch"] > 80_000
    assert counts["event"] > 20_000
    assert counts["condition"] > 1_500
    assert counts["consent"] > 15_000
    assert counts["preference"] > 1_000
    assert counts["suppression"] > 150


def test_its_customers_live_in_seven_countries_and_many_zones() -> None:
    places = {place["id"]: place for place in rows("place")}
    used = Counter(places[account["place_id"]]["country"] for account in rows("account") if account["place_id"])
    assert set(used) == {"BR", "MX", "CO", "AR", "CL", "PT", "ES"}
    assert min(used.values()) > 30
    brazil = {(place["zone"], place["region"]) for place in places.values() if place["country"] == "BR"}
    assert len({zone for zone, _ in brazil}) >= 7
    assert len({region for _, region in brazil}) >= 12
    for place in places.values():
        ZoneInfo(place["zone"])


def test_people_speak_three_languages_and_are_in_ten_stages() -> None:
    languages = Counter(contact["language"] for contact in rows("contact"))
    assert set(languages) == {"pt-BR", "es", "en", None}
    assert min(languages.values()) > 100
    assert {account["stage"] for account in rows("account")} == set(STAGES)
    assert len(STAGES) == 10
    assert {"smb", "mid-market", "enterprise", "power-user"} <= {
        segment for contact in rows("contact") for segment in contact["segments"]
    }


def test_names_are_many() -> None:
    contacts = rows("contact")
    assert len({contact["first_name"] for contact in contacts}) > 400
    assert len({contact["last_name"] for contact in contacts}) > 1_000
    assert len({account["name"] for account in rows("account")}) == 1_200


def test_every_address_is_in_a_reserved_domain() -> None:
    addresses = [contact["email"] for contact in rows("contact") if contact["email"]]
    addresses += [row["address"] for row in rows("suppression")]
    addresses += [colleague.email for colleague in company.COLLEAGUES] + [company.SENDER.strip(">")]
    assert {address.rpartition(".")[2] for address in addresses} == {"example"}
    assert all(address.isascii() for address in addresses)


def test_who_shares_an_address_is_one_person_under_one_account_key() -> None:
    sharing: dict[str, list[dict[str, Any]]] = {}
    for contact in rows("contact"):
        assert contact["part"] == abs(contact["account_key"]) % 64
        if contact["email"]:
            sharing.setdefault(contact["email"], []).append(contact)
    groups = [group for group in sharing.values() if len(group) > 1]
    assert len(groups) == 65
    for group in sharing.values():
        assert {contact["person_id"] for contact in group} == {min(contact["id"] for contact in group)}
        assert len({contact["account_key"] for contact in group}) == 1
    assert sum(len({contact["account_id"] for contact in group}) == 2 for group in groups) == 25


def test_some_people_belong_to_two_companies_and_some_to_none() -> None:
    homes = {contact["id"]: contact["account_id"] for contact in rows("contact")}
    assert sum(home is None for home in homes.values()) == 150
    relations = rows("relation")
    assert len(relations) > 70
    assert all(homes[relation["contact_id"]] != relation["account_id"] for relation in relations)


def test_some_required_figures_are_missing() -> None:
    customers = [account["attributes"].obj for account in rows("account") if "plan" in account["attributes"].obj]
    without = sum("hours_saved" not in attributes for attributes in customers)
    assert 40 < without < 150
    assert all({"arr", "active_users", "csm_name", "csm_email", "renewal_date"} <= set(one) for one in customers)


def test_all_teams_but_the_lawyers_wrote_by_several_channels_for_ninety_days() -> None:
    kinds = {kind["id"]: kind for kind in rows("kind")}
    touches = rows("touch")
    assert {kinds[touch["kind_id"]]["team"] for touch in touches} == set(company.TEAMS) - {"legal"}
    assert {CHANNELS[touch["channel"]] for touch in touches} == {"email", "call", "whatsapp"}
    days = {touch["day"] for touch in touches}
    assert min(days) <= MONDAY - timedelta(days=85)
    assert max(days) > MONDAY
    assert all(touch["channel"] == Channel.call for touch in touches if touch["day"] > MONDAY)


def test_the_local_day_of_a_touch_is_that_of_its_time() -> None:
    places = {place["id"]: place["zone"] for place in rows("place")}
    accounts = {account["id"]: account["place_id"] for account in rows("account")}
    contacts = {contact["id"]: contact for contact in rows("contact")}
    for touch in rows("touch")[::97]:
        contact = contacts[touch["contact_id"]]
        place = contact["place_id"] or accounts.get(contact["account_id"], 0)
        at: datetime = touch["at"]
        if place:
            assert at.astimezone(ZoneInfo(places[place])).date() == touch["day"]
        assert touch["account_key"] == contact["account_key"]


def test_permissions_are_of_all_sorts() -> None:
    consents = rows("consent")
    assert {consent["basis"] for consent in consents} == {"consent", "soft opt-in", "legitimate interest", "withdrawal"}
    assert any(not consent["granted"] and consent["topic"] == "*" for consent in consents)
    assert any(not consent["granted"] and consent["topic"] != "*" for consent in consents)
    assert all(consent["wording"] for consent in consents if consent["basis"] == "consent")
    agreed = {consent["contact_id"] for consent in consents if consent["channel"] == Channel.email}
    assert any(contact["email"] and contact["id"] not in agreed for contact in rows("contact"))
    assert any(contact["paused_until"] for contact in rows("contact"))
    assert any(preference["at_most"] == 0 for preference in rows("preference"))


def test_consents_of_a_contact_are_in_order_of_time() -> None:
    last: dict[tuple[int, int], datetime] = {}
    for consent in rows("consent"):
        key = (consent["contact_id"], consent["channel"])
        if consent["topic"] == "*" or not consent["granted"]:
            assert key not in last or consent["at"] >= last[key]
            last[key] = consent["at"]


def test_addresses_that_bounced_are_suppressed() -> None:
    suppressed = {row["address"]: row["state"] for row in rows("suppression")}
    broken = (AddressState.BOUNCED, AddressState.COMPLAINED)
    for contact in rows("contact"):
        if contact["email_state"] in broken:
            assert suppressed[contact["email"]] == contact["email_state"]


@pytest.mark.parametrize("name", ["open_ticket", "open_complaint", "invoice_overdue"])
def test_conditions_stand_and_have_stood(name: str) -> None:
    standing = [row for row in rows("condition") if row["name"] == name and row["ended_at"] is None]
    assert len(standing) > 5


def test_the_person_of_the_tutorial_is_there() -> None:
    page = (Path(__file__).parents[2] / "docs" / "tutorial" / "first-campaign.md").read_text(encoding="utf-8")
    (address,) = re.findall(r"pauta why (\S+@\S+)", page)
    assert address in {contact["email"] for contact in rows("contact")}
