"""R19 and R20: to be forgotten, and to be told."""

from __future__ import annotations

from datetime import timedelta

from pauta.messages.states import State
from pauta.privacy.erasing import erase
from pauta.privacy.held import held, purposes
from pauta.privacy.retention import remove_old
from tests.law.conftest import Court
from tests.web.conftest import TestClient


def test_r19_after_an_erasure_the_address_is_found_nowhere_and_stays_closed(court: Court, web: TestClient) -> None:
    court.person("ana", "ES")
    court.says("ana", proof={"who": "ana@mail.example"}, actor="user:ana@mail.example")
    court.writes("ana")
    web.post("/sign-up?lang=es", data={"email": "ana@mail.example", "name": "ana"})
    court.became_of(court.one("SELECT max(id) FROM message"))
    erase(court.connection, "ana", court.now, actor="user:carla@sur.example", reason="asked")
    court.connection.commit()
    tables = court.all("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    for (table,) in tables:
        found = court.one(f'SELECT count(*) FROM "{table}" AS row WHERE row::text ILIKE %s', "%ana@mail.example%")
        assert found == 0, table
    court.person("ana", "ES")
    court.says("ana")
    assert court.writes("ana")[0] is State.SUPPRESSED
    assert court.writes("ana", "transactional")[0] is State.SUPPRESSED


def test_r20_everything_held_is_told_with_its_purpose_and_decisions(court: Court) -> None:
    court.person("ana", "ES")
    court.says("ana", wording="Sí (v3)", locale="es", country="ES", expires_on=court.now.date() + timedelta(days=9))
    court.writes("ana")
    told = held(court.connection, "ana")
    assert told["profile"][0]["email"] == "ana@mail.example"
    (entry,) = told["consents"]
    assert (entry["wording"], entry["locale"], entry["country"], entry["expires_on"]) == (
        *("Sí (v3)", "es", "ES"),
        (court.now.date() + timedelta(days=9)).isoformat(),
    )
    (message,) = told["messages"]
    assert (message["verdict"], message["reason"]) == ("send", "delivered")
    assert "Hello ana" in message["mail"]
    assert all(purposes("es")[section] for section in told)


def test_r20_what_is_older_than_its_time_goes_and_the_proof_stays(court: Court) -> None:
    court.person("ana", "ES")
    court.says("ana")
    court.writes("ana")
    assert court.one("SELECT count(*) FROM archive") == 1
    court.later(days=731)
    remove_old(court.connection, court.now)
    assert court.one("SELECT count(*) FROM archive") == 0
    assert court.one("SELECT sum(removed) FROM retention_run WHERE kind = 'mails'") == 1
