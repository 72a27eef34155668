"""A company that writes to people in many countries, and what becomes of its messages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import Any

import pytest
from psycopg import Connection

from pauta.channels.email.links import link_keys
from pauta.content.actions import publish
from pauta.core.gate.reasons import REASONS, Reason
from pauta.core.gate.vocabulary import Channel
from pauta.core.render import TemplateSource
from pauta.core.tokens import Purpose
from pauta.messages.actions import propose_one
from pauta.messages.states import Lane, State
from pauta.messages.terms import Terms
from pauta.people.actions import (
    AccountValues,
    ConsentEntry,
    ContactValues,
    append_consent,
    upsert_account,
    upsert_contact,
)
from pauta.people.company import CompanyValues, save_company
from pauta.people.queries import find_contacts
from pauta.platform.clock import start_simulation
from pauta.platform.settings import Settings
from pauta.team.actions import save_team
from pauta.web.app import create_app
from pauta.worker import Worker
from tests.conftest import ADMIN
from tests.pipeline.office import Office
from tests.web.conftest import TestClient

NEWS = "<html><body><p>Hello {{ contact.first_name }}</p></body></html>"
GONE = (State.SENT, Reason.delivered)
DENIED = (State.SUPPRESSED, Reason.consent)


class Court(Office):
    """An office with one worker, in which people of many countries are written to."""

    @cached_property
    def clerk(self) -> Worker:
        """The worker of what is planned."""
        return self.worker()

    def worker_of_fast(self) -> Worker:
        """A worker of the fast lane; the clerk, whose partitions it takes, has gone home then."""
        self.__dict__.pop("clerk", None)
        return self.worker(Lane.FAST)

    def on(self, day: date) -> None:
        """Let it be noon UTC of a day."""
        start_simulation(self.file, datetime.combine(day, time(12), UTC))

    def person(self, name: str, country: str | None = None, *, company: str | None = None, **values: Any) -> int:
        """A contact who lives somewhere, at a company or alone; their number."""
        if company:
            upsert_account(self.connection, AccountValues(external_id=company, name=company), self.now)
        given = {"email": f"{name}@mail.example", "first_name": name, "country": country, "account": company, **values}
        upsert_contact(self.connection, ContactValues(external_id=name, **given), self.now)
        self.connection.commit()
        return find_contacts(self.connection, [name]).contacts[0][0].id

    def says(
        self, name: str, basis: str = "consent", day: date | None = None, *, granted: bool = True, **rest: Any
    ) -> None:
        """An entry of the ledger about e-mails of every topic, unless said otherwise."""
        at = self.now if day is None else datetime.combine(day, time(12), UTC)
        entry = {"channel": Channel.email, "granted": granted, "basis": basis, "source": "test", "at": at, **rest}
        number = find_contacts(self.connection, [name]).contacts[0][0].id
        append_consent(self.connection, [number], ConsentEntry(**entry), self.now)
        self.connection.commit()

    def write(self, name: str, kind: str = "promotional", topic: str = "news", **rest: Any) -> int:
        """Ask for a message to a contact; its id."""
        asked = Terms(type=kind, topic=topic, team="marketing", channels=("email",), **rest)
        key = str(self.one("SELECT count(*) FROM proposal"))
        made = propose_one(self.connection, self.now, asked, contact=name, template="hello", key=key, who=ADMIN)
        self.connection.commit()
        return made.message_id

    def became_of(self, message_id: int) -> tuple[State, Reason]:
        """Let the workers work; where the message stands then."""
        fast = self.one("SELECT lane FROM message WHERE id = %s", message_id) == Lane.FAST
        self.settle(self.worker_of_fast() if fast else self.clerk)
        state, reason = self.all("SELECT state, reason FROM message WHERE id = %s", message_id)[0]
        return State(state), REASONS[reason]

    def writes(self, name: str, kind: str = "promotional", **rest: Any) -> tuple[State, Reason]:
        """What becomes of a message that is written now."""
        return self.became_of(self.write(name, kind, **rest))

    def token(self, message_id: int) -> str:
        """What stands in the links of the message's mail."""
        made = link_keys(self.connection).token(Purpose.CHOICES, message_id)
        self.connection.commit()
        return made

    def mail(self, message_id: int) -> str:
        """The mail as the server got it."""
        sent = {int(one.reference.split(".")[1]): one for one in self.post.received}
        return sent[message_id].content.decode()


@pytest.fixture
def court(settings: Settings, connection: Connection[Any]) -> Court:
    """A company with an address and a template, and nobody to write to."""
    told = CompanyValues("Sur", "Rua das Marés, 100\nRecife", "Sur <hello@sur.example>")
    save_company(connection, told, zone="UTC", language="en")
    save_team(connection, "marketing", "Marketing")
    here = Court(settings, connection)
    publish(connection, "hello", {"en": TemplateSource("Hello", NEWS)}, "ana", here.now)
    connection.commit()
    return here


@pytest.fixture
def web(settings: Settings) -> Iterator[TestClient]:
    """A browser of somebody who gets mails."""
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8025", client=("127.0.0.1", 50000)) as client:
        yield client
