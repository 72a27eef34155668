"""Journeys on the test's database, with time and events as the test says."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from psycopg import Connection

from pauta.content.actions import publish as publish_template
from pauta.core.render import TemplateSource
from pauta.events.actions import record_events
from pauta.journeys import actions
from pauta.journeys.endings import End
from pauta.messages.states import State
from pauta.people.actions import AccountValues, ContactValues, upsert_account, upsert_contact
from pauta.pipeline.journeys import hear, move_on
from tests.conftest import MONDAY

END = {"id": "end", "kind": "exit"}
START = {"entry": {"kind": "event", "event": "begun"}}


class Road:
    """What a test does with journeys. Contacts are called by their external ids; time begins at MONDAY."""

    def __init__(self, connection: Connection[Any]) -> None:
        self.connection = connection
        self.now = MONDAY
        publish_template(connection, "hello", {"en": TemplateSource("Hello", "<p>Hello</p>", "")}, "ana", self.now)

    def later(self, **time: float) -> None:
        """Let time pass, and workers take their turns."""
        self.now += timedelta(**time)
        self.turn()

    def turn(self) -> None:
        """Let workers act on what happened, and move who is due."""
        for _ in range(200):
            if not hear(self.connection, self.now, 1) + move_on(self.connection, self.now, 1):
                return
        raise AssertionError("there is something to do for ever")

    def contact(self, name: str, account: str | None = None, **values: Any) -> int:
        """A contact, perhaps at an account."""
        if account is not None:
            upsert_account(self.connection, AccountValues(external_id=account, name=account), self.now)
        given = ContactValues(external_id=name, email=f"{name}@acme.example", account=account, **values)
        upsert_contact(self.connection, given, self.now)
        return int(self.one("SELECT id FROM contact WHERE external_id = %s", name))

    def publish(
        self,
        *nodes: dict[str, Any],
        name: str = "trip",
        inside: actions.Inside = "finish",
        to: dict[str, str] | None = None,
        try_only: bool = False,
        **more: Any,
    ) -> actions.Publication:
        """Write and publish a journey; it begins at the first node, and the end is added."""
        document = {**START, "start": nodes[0]["id"], "nodes": [*nodes, END], **more}
        known = self.one("SELECT draft_version FROM journey WHERE name = %s", name)
        if known is None:
            actions.create(self.connection, self.now, name, document, "ana")
        else:
            actions.save_draft(self.connection, self.now, name, document, known)
        return actions.publish(self.connection, self.now, name, "ana", inside, to or {}, try_only=try_only)

    def happens(self, name: str, *contacts: str, at: datetime | None = None, **properties: Any) -> None:
        """An event of contacts, now unless ``at`` says otherwise. Nobody has heard of it yet."""
        import json

        ids = [self.one("SELECT id FROM contact WHERE external_id = %s", one) for one in contacts]
        rows = {
            "contact_id": ids,
            "name": [name] * len(ids),
            "properties": [json.dumps(properties)] * len(ids),
            "at": [at or self.now] * len(ids),
        }
        record_events(self.connection, rows, source="test", now=self.now)

    def at(self, contact: str, journey: str = "trip") -> str:
        """The node at which a contact is, or how it ended."""
        row = self.connection.execute(
            "SELECT s.node, e.ended FROM enrolment e JOIN journey j ON j.id = e.journey_id AND j.name = %s"
            " JOIN contact c ON c.id = e.contact_id AND c.external_id = %s JOIN journey_step s ON s.id = e.step_id"
            " ORDER BY e.number DESC LIMIT 1",
            (journey, contact),
        ).fetchone()
        assert row is not None, "never came in"
        return str(row[0]) if row[1] == End.INSIDE else End(row[1]).name.lower()

    def path(self, contact: str) -> list[str]:
        """Every node that a contact came to in the journey, in order."""
        rows = self.connection.execute(
            "SELECT s.node FROM enrolment_step h JOIN journey_step s ON s.id = h.step_id"
            " JOIN enrolment e ON e.id = h.enrolment_id JOIN contact c ON c.id = e.contact_id"
            " WHERE c.external_id = %s ORDER BY e.id, h.seq",
            (contact,),
        )
        return [node for (node,) in rows]

    def messages(self, *states: State) -> list[tuple[str, str]]:
        """Contact and node of the messages in these states (none: in any), in the order in which they were made."""
        rows = self.connection.execute(
            "SELECT c.external_id, split_part(p.occurrence, ':', 3) FROM message m"
            " JOIN contact c ON c.id = m.contact_id JOIN proposal p ON p.id = m.proposal_id AND p.source = 'journey'"
            " WHERE m.state = ANY(%s) ORDER BY m.id",
            (list(states or State),),
        )
        return [(contact, node) for contact, node in rows]

    def becomes(self, state: State, contact: str) -> None:
        """What becomes of the messages of a contact that have not left, now."""
        self.connection.execute(
            "UPDATE message SET state = %s, due = NULL, policy_version = 1, changed_at = %s"
            " WHERE state < 2 AND contact_id = (SELECT id FROM contact WHERE external_id = %s)",
            (state, self.now, contact),
        )

    def one(self, query: str, *params: object) -> Any:
        """The one value that a query gives."""
        row = self.connection.execute(query, params).fetchone()
        return row[0] if row else None


@pytest.fixture
def road(connection: Connection[Any]) -> Road:
    """Journeys with a template and the contacts ana and bia."""
    made = Road(connection)
    for name in ("ana", "bia"):
        made.contact(name)
    return made


def message(key: str = "hello", then: str = "end", **more: Any) -> dict[str, Any]:
    """A message node."""
    return {"id": key, "kind": "message", "template": "hello", "next": then, **more}


def wait(key: str = "wait", then: str = "end", **span: int) -> dict[str, Any]:
    """A wait for a length of time."""
    return {"id": key, "kind": "wait", "next": then, **span}


def names(rows: Iterable[tuple[str, str]]) -> list[str]:
    """The nodes alone."""
    return [node for _, node in rows]
