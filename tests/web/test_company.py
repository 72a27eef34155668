"""The company by API: told, checked, audited; the gate decides anew when its place changes."""

from __future__ import annotations

import pytest

from pauta.platform import database as pauta_database
from pauta.platform.settings import Settings
from tests.web.conftest import As, Call
from tests.web.test_governance import send

COMPANY = {
    "name": "Mareia",
    "zone": "America/Sao_Paulo",
    "country": "Brasil",
    "region": "BR-SP",
    "language": "pt-BR",
    "sender": "Ana <ana@mareia.example>",
    "postal_address": "Rua das Marés, 100",
    "measures": "everything",
}


def test_a_company_is_told_and_everybody_writes_numbers_as_there(call: Call) -> None:
    assert call("GET", "/company").json()["zone"] == "UTC"
    saved = call("PUT", "/company", json=COMPANY)
    assert saved.json() == COMPANY | {"country": "BR", "region": "SP"}
    assert call("GET", "/company", role="reader").json() == saved.json()
    assert call("GET", "/session", role="reader").json()["country"] == "BR"
    entry = call("GET", "/audit?subject=company").json()[0]
    assert entry["detail"]["postal_address"] == "Rua das Marés, 100"
    call("PUT", "/company", json=COMPANY | {"name": "Maré"})
    assert call("GET", "/audit?subject=company").json()[0]["detail"] == {"name": "Maré"}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("zone", "Brasilia", "people_zone_unknown"),
        ("country", "Atlantis", "people_country_unknown"),
        ("region", "São Paulo", "people_region_invalid"),
        ("language", "french", "people_language_invalid"),
        ("sender", "ana", "email.sender_invalid"),
        ("name", "", "web_field_length"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(call: Call, field: str, value: str, code: str) -> None:
    refused = call("PUT", "/company", json=COMPANY | {field: value}).json()
    assert (refused["field"], refused["code"]) == (field, code)
    assert call("GET", "/company").json()["name"] == ""


def test_another_place_lets_the_gate_decide_anew(by: As, call: Call, settings: Settings) -> None:
    def asked() -> int:
        with pauta_database.connect(settings.database_url) as connection:
            rows = connection.execute("DELETE FROM plan_request RETURNING 1").fetchall()
        return len(rows)

    send(by, "bruno", "relationship", "check-in")
    asked()
    call("PUT", "/company", json=COMPANY)
    assert asked() == 1
    call("PUT", "/company", json=COMPANY | {"name": "Maré", "sender": ""})
    assert asked() == 0
