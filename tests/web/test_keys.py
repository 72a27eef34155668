"""Keys by API, and what is done with events that nobody understood."""

from __future__ import annotations

import json
from typing import Any

from psycopg import Connection

from pauta.events.intake.actions import take_in
from pauta.pipeline.digesting import digest
from tests.conftest import MONDAY
from tests.web.conftest import Call


def test_a_key_is_made_used_and_revoked(call: Call, connection: Connection[Any]) -> None:
    made = call("POST", "/keys", json={"name": "site", "role": "source"})
    assert made.status_code == 201
    assert made.json()["secret"].startswith("pauta_")
    listed = {one["name"]: one for one in call("GET", "/keys").json()}
    assert (listed["site"]["role"], listed["site"]["revoked_at"]) == ("source", None)
    assert "secret" not in json.dumps(list(listed.values()))
    assert call("POST", "/keys/site/revoke").status_code == 204
    assert call("POST", "/keys/site/revoke").status_code == 404
    assert {one["name"]: one for one in call("GET", "/keys").json()}["site"]["revoked_at"] is not None
    audited = connection.execute("SELECT detail FROM audit WHERE subject = 'key:site' ORDER BY id").fetchall()
    assert audited == [({"role": "source"},), ({"revoked": True},)]


def test_events_that_nobody_understood_are_told_replayed_and_thrown_away(
    call: Call, connection: Connection[Any]
) -> None:
    call("POST", "/keys", json={"name": "site", "role": "source"})
    number = connection.execute("SELECT id FROM api_key WHERE name = 'site'").fetchone()
    assert number is not None
    for event in ("", "Opened"):
        take_in(connection, [(number[0], "track", json.dumps({"event": event}).encode(), MONDAY)])
    digest(connection, MONDAY)
    connection.commit()
    told = call("GET", "/events/dead-letters", headers={"Accept-Language": "pt-BR"}).json()
    assert (told["waiting"], told["count"], [one["key"] for one in told["letters"]]) == (0, 2, ["site", "site"])
    assert told["letters"][0]["code"] == "intake_nobody"
    assert told["letters"][0]["reason"] == "O evento não diz de quem é; informe userId ou anonymousId."
    newest = told["letters"][0]["id"]
    page = call("GET", f"/events/dead-letters?before={newest}&most=1").json()
    assert [one["id"] for one in page["letters"]] == [newest - 1]
    assert call("POST", "/events/dead-letters/replay", json={"ids": [newest]}).json() == {"count": 1}
    assert call("GET", "/events/dead-letters").json()["waiting"] == 1
    assert call("POST", "/events/dead-letters/discard", json={"ids": None}).json() == {"count": 1}
    assert call("GET", "/events/dead-letters").json()["count"] == 0
