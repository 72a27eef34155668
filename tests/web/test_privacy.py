"""Privacy by API: only for those who answer for it, told in their language, and audited."""

from __future__ import annotations

import pytest

from pauta.team.roles import ROLES, Right
from tests.web.conftest import As, Call

REASON = {"reason": "Asked for on 3 March."}
DOORS = (
    ("GET", "/contacts/eva/held", None),
    ("GET", "/contacts/eva/held.html", None),
    ("GET", "/contacts/eva/erasure", None),
    ("POST", "/contacts/eva/erasure", REASON),
    ("GET", "/erasures", None),
    ("GET", "/retention", None),
    ("PUT", "/retention/mails", {"days": 365}),
    ("GET", "/retention/runs", None),
)


@pytest.mark.parametrize(("method", "path", "body"), DOORS)
def test_only_those_who_answer_for_privacy(call: Call, method: str, path: str, body: object) -> None:
    call("PUT", "/contacts/eva", json={"email": "eva@acme.example"})
    for role, rights in ROLES.items():
        if Right.PRIVACY_MANAGE not in rights:
            assert call(method, path, role=role, json=body).status_code == 403, role
    assert call(method, path, json=body).status_code == 200


def test_what_is_held_comes_with_its_purpose_in_ones_language_and_asking_is_audited(by: As) -> None:
    told = by("renata", "GET", "/contacts/eva@acme.example/held").json()
    assert told["sections"]["profile"][0]["email"] == "eva@acme.example"
    assert told["purposes"].keys() == told["sections"].keys()
    assert told["purposes"]["consents"] == "Para comprovar o que o contato aceitou e quando."
    page = by("renata", "GET", "/contacts/eva/held.html")
    assert page.headers["content-disposition"] == 'attachment; filename="held.html"'
    assert "O que está guardado sobre eva" in page.text
    entries = by("renata", "GET", "/audit?action=privacy.manage").json()
    assert [one["subject"] for one in entries] == ["contact:eva", "contact:eva@acme.example"]


def test_an_erased_contact_is_gone_from_every_door_and_stays_closed(by: As) -> None:
    concerned = by("renata", "GET", "/contacts/eva/erasure").json()
    assert concerned == {"contacts": ["eva"], "addresses": ["eva@acme.example"]}
    assert by("renata", "POST", "/contacts/eva/erasure", {"reason": " "}).status_code == 422
    erased = by("renata", "POST", "/contacts/eva/erasure", REASON).json()
    assert erased["removed"]["contacts"] == 1
    assert by("renata", "GET", "/contacts/eva").status_code == 404
    assert by("renata", "POST", "/contacts/eva/erasure", REASON).status_code == 404
    listed = by("renata", "GET", "/erasures").json()
    assert [(one["by"], one["reason"]) for one in listed] == [("Renata", REASON["reason"])]
    assert by("renata", "PUT", "/contacts/eva2", {"email": "Eva@acme.example"}).json()["email_state"] == "erased"
    assert [one for one in by("renata", "GET", "/audit").json() if one["subject"] == "contact:eva"] == []


def test_times_are_changed_within_reason(by: As) -> None:
    assert by("renata", "PUT", "/retention/mails", {"days": 90}).status_code == 200
    assert by("renata", "PUT", "/retention/audit", {"days": 364}).status_code == 422
    assert by("renata", "PUT", "/retention/phones", {"days": 364}).status_code == 404
    kept = {one["kind"]: one["days"] for one in by("renata", "GET", "/retention").json()}
    assert (kept["mails"], kept["audit"]) == (90, None)
    assert by("renata", "GET", "/retention/runs?days=1").json() == []
