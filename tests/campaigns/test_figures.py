"""What came of a campaign: every figure counts the right messages, and opens them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from psycopg import Connection

from pauta.campaigns.figures import Figure, figures
from pauta.campaigns.queries import Campaign, campaign
from pauta.campaigns.recipients import Wanted, recipients
from pauta.channels.base import OutcomeKind
from pauta.events.actions import record_events
from pauta.people.measuring import choose_measured
from pauta.platform.settings import Settings
from pauta.tracking.actions import Answer, note_answer
from tests.faults import company
from tests.pipeline.office import Office

CONTACTS = 12


@pytest.fixture
def office(settings: Settings, connection: Connection[Any]) -> Office:
    """A campaign to twelve contacts of three accounts: c1 is not measured, c2's mail is refused."""
    made = Office(settings, connection)
    company.build(connection, made.now, 3, CONTACTS, [])
    choose_measured(connection, [1], False, "test", made.now)
    made.post.answers["c2@"] = OutcomeKind.FAILED
    company.launch(connection, made.now, "spring", goal_event="signed", goal_days=5)
    made.settle(made.worker())
    made.later(minutes=10)
    return made


def chosen(office: Office) -> Campaign:
    return campaign(office.connection, office.one("SELECT id FROM campaign"))


def answered(office: Office, contact: int, **at: bool) -> None:
    """Somebody, or a program, did these things with the mail to a contact."""
    columns = ", ".join(at)
    office.run(
        f"INSERT INTO response (message_id, proposal_id, contact_id, {columns}) SELECT id, proposal_id, contact_id,"
        f" {', '.join(['%s'] * len(at))} FROM message WHERE contact_id = %s",
        *[office.now] * len(at),
        contact,
    )


def happen(office: Office, contact: int | None, account: int | None = None, name: str = "signed") -> None:
    record_events(
        office.connection,
        {
            "contact_id": [contact],
            "account_id": [account],
            "name": [name],
            "at": [office.now.isoformat()],
            "external_id": [f"{name} {contact} {account} {office.now}"],
        },
        source="test",
        now=office.now,
    )


def contacts_of(office: Office, figure: Figure) -> list[int]:
    found = recipients(office.connection, chosen(office), Wanted(figure=figure), 0, 100)
    return sorted(int(one.contact[1:]) for one in found)


def counted(office: Office) -> dict[str, tuple[int, int]]:
    """How many of how many, and that the rows behind each figure are as many."""
    found = figures(office.connection, chosen(office))
    for one in found.counted:
        assert len(contacts_of(office, one.figure)) == one.messages, one.figure
    return {one.figure.value: (one.messages, one.of) for one in found.counted}


def test_every_figure_counts_its_messages_and_opens_them(office: Office) -> None:
    answered(office, 3, opened_at=True, clicked_at=True)
    answered(office, 4, opened_at=True, machine_opened_at=True)
    answered(office, 5, machine_opened_at=True, scanned_at=True)
    for contact, answer in ((6, Answer.bounced), (7, Answer.complained), (8, Answer.unsubscribed), (9, Answer.replied)):
        message = office.one("SELECT id FROM message WHERE contact_id = %s", contact)
        for later in (0, 5):
            note_answer(office.connection, message, answer, office.now + timedelta(minutes=later))
    found = counted(office)
    assert found == {
        "sent": (12, 12),
        "delivered": (10, 12),
        "opened": (2, 9),
        "clicked": (1, 9),
        "replied": (1, 10),
        "converted": (0, 10),
        "bounced": (2, 12),
        "complained": (1, 10),
        "unsubscribed": (1, 10),
        "machine_opened": (2, 9),
        "scanned": (1, 9),
    }
    assert contacts_of(office, Figure.opened) == [3, 4]
    assert contacts_of(office, Figure.bounced) == [2, 6]
    assert contacts_of(office, Figure.machine_opened) == [4, 5]
    assert office.one("SELECT complained_at FROM response WHERE complained_at IS NOT NULL") == office.now, "the first"
    opened = figures(office.connection, chosen(office)).of(Figure.opened)
    assert opened.rate == pytest.approx(2 / 9)
    assert opened.usual
    assert opened.usual.low == 0.2


def test_a_contact_converts_once_within_the_days_and_not_before(office: Office) -> None:
    happen(office, 3)
    happen(office, 4, name="logged_in")
    office.later(days=1)
    happen(office, 3)
    happen(office, 2)
    office.later(days=3)
    happen(office, 5)
    office.later(days=2)
    happen(office, 6)
    assert contacts_of(office, Figure.converted) == [3, 5], "c2 got no mail, c6 was too late"
    assert counted(office)["converted"] == (2, 11)


def test_an_event_of_the_account_counts_for_all_who_got_the_mail(office: Office) -> None:
    happen(office, None, office.one("SELECT account_id FROM contact WHERE id = 3"))
    assert contacts_of(office, Figure.converted) == [3, 6, 9, 12]


def test_a_draft_has_no_figures(office: Office) -> None:
    office.run("UPDATE campaign SET proposal_id = NULL, launched_at = NULL")
    assert {one.messages for one in figures(office.connection, chosen(office)).counted} == {0}
