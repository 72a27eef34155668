"""Webhooks hear what became of messages, and administrators of webhooks that are given up."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg import Connection

from pauta.channels.base import OutcomeKind
from pauta.pipeline.announcing import tell_disabled
from pauta.pipeline.merging import merge_contacts
from pauta.platform.settings import Settings
from pauta.privacy.erasing import erase
from pauta.team.users import Profile, add_user
from pauta.webhooks.actions import save_webhook
from pauta.webhooks.kinds import Kind
from tests.faults import company
from tests.pipeline.office import Office


@pytest.fixture
def office(settings: Settings, connection: Connection[Any]) -> Office:
    """A company of one account with three contacts, c1 to c3, whose webhook wants what was sent and what failed."""
    made = Office(settings, connection)
    company.build(connection, made.now, 1, 3, [])
    save_webhook(connection, made.now, "crm", "https://x.example/", [Kind.MESSAGE_SENT, Kind.MESSAGE_FAILED])
    made.post.answers["c2"] = OutcomeKind.FAILED
    company.launch(connection, made.now, "spring")
    made.settle(made.worker())
    return made


def test_what_was_sent_and_what_failed_is_told_by_contact_and_campaign(office: Office) -> None:
    told = office.all(
        "SELECT kind, body -> 'data' ->> 'contact', body -> 'data' ->> 'campaign', body -> 'data' ->> 'channel'"
        " FROM webhook_delivery ORDER BY 2"
    )
    assert told == [
        ("message.sent", "c1", "spring", "email"),
        ("message.failed", "c2", "spring", "email"),
        ("message.sent", "c3", "spring", "email"),
    ]


def test_what_webhooks_were_told_follows_a_merge_and_goes_with_an_erasure(office: Office) -> None:
    merge_contacts(office.connection, "c1", "c3", office.now, "ana")
    office.connection.commit()
    assert office.one("SELECT count(*) FROM webhook_delivery WHERE contact_id = 1") == 2
    erase(office.connection, "c1", office.now, actor="ana", reason="asked")
    office.connection.commit()
    assert office.all("SELECT kind FROM webhook_delivery") == [("message.failed",)]


def test_administrators_are_told_of_a_webhook_that_is_given_up(office: Office) -> None:
    add_user(office.connection, office.now, "renata@pauta.example", Profile("Renata", "", "admin", "pt-BR"))
    tell_disabled(office.connection, office.now, "crm")
    office.connection.commit()
    assert office.all("SELECT kind, about FROM inbox_entry WHERE kind = 'webhook_disabled'") == [
        ("webhook_disabled", "crm")
    ]
