"""Webhooks by API, and what they are told."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from tests.web.conftest import Call


def test_webhooks_are_made_changed_and_removed(call: Call, connection: Connection[Any]) -> None:
    form = {"url": "https://hooks.acme.example/pauta", "kinds": ["consent.changed"]}
    made = call("PUT", "/webhooks/crm", json=form).json()
    assert made["secret"].startswith("whsec_")
    changed = call("PUT", "/webhooks/crm", json={**form, "kinds": ["message.sent", "consent.changed"]}).json()
    assert (changed["secret"], changed["kinds"]) == (None, ["consent.changed", "message.sent"])
    assert "secret" not in call("GET", "/webhooks").json()[0]
    assert call("POST", "/webhooks/crm/secret").json()["secret"] != made["secret"]
    assert call("PUT", "/webhooks/crm", json={**form, "kinds": ["everything"]}).status_code == 422
    assert call("PUT", "/webhooks/crm", json={**form, "url": "nonsense"}).json()["code"] == "webhooks.url"
    assert call("POST", "/webhooks/crm/disable").status_code == 204
    assert call("GET", "/webhooks").json()[0]["disabled_by"] == "key:admin"
    assert call("POST", "/webhooks/crm/enable").status_code == 204
    assert call("POST", "/webhooks/crm/test").status_code == 202
    (told,) = call("GET", "/webhooks/crm/deliveries").json()
    assert (told["kind"], told["tries"], told["delivered_at"]) == ("webhook.test", 0, None)
    assert call("POST", f"/webhooks/crm/deliveries/{told['id']}/again").status_code == 202
    assert call("DELETE", "/webhooks/crm").status_code == 204
    assert call("GET", "/webhooks/crm/deliveries").status_code == 404
    secrets = connection.execute("SELECT count(*) FROM audit WHERE detail::text LIKE '%whsec_%'").fetchone()
    assert secrets == (0,)


def test_a_change_of_consent_is_told(call: Call) -> None:
    call("PUT", "/contacts/ana", json={"email": "ana@acme.example"})
    call("PUT", "/webhooks/crm", json={"url": "https://hooks.acme.example/", "kinds": ["consent.changed"]})
    said = {"channel": "email", "topic": "news", "state": "granted", "basis": "consent", "source": "form"}
    assert call("POST", "/contacts/ana/consents", json=said).status_code == 201
    (told,) = call("GET", "/webhooks/crm/deliveries").json()
    data = told["body"]["data"]
    assert {name: data[name] for name in ("contact", *said)} == {"contact": "ana", **said}
