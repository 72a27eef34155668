"""The import of preferences: how often contacts want topics."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from pauta.people.actions import set_preferences
from pauta.people.imports.fields import Applied, Batch, Field, Refusals, Setting
from pauta.people.imports.when import CONTACT_FIELD, contacts_of, whole_number

_MOST = 366


@dataclass(frozen=True)
class Preferences:
    """How often contacts want topics. A row that names an address speaks for every contact with it."""

    kind: str = "preferences"
    keeps_attributes: bool = False
    equal_rows_count: bool = False
    fields: tuple[Field, ...] = (
        Field(CONTACT_FIELD.name, names=CONTACT_FIELD.names, needed=True),
        Field("topic", names=frozenset(("tema", "topico", "assunto")), needed=True),
        Field("at_most", whole_number(0, _MOST), frozenset(("maximo", "limit", "limite")), needed=True),
        Field("days", whole_number(1, _MOST), frozenset(("dias",)), needed=True),
    )

    def family_field(self, name: str) -> Field | None:
        """None: preferences have no open-ended fields."""

    def implied(self, given: Collection[str]) -> Mapping[str, str]:  # noqa: ARG002
        """Nothing: a preference is known by contact and topic."""
        return {}

    def check(self, given: Collection[str]) -> None:
        """Nothing besides the needed fields."""

    def prepare(self, batch: Batch, setting: Setting) -> Refusals:  # noqa: ARG002
        """Nothing to complete."""
        return {}

    def apply(self, connection: Connection[Any], batch: Batch, setting: Setting) -> Applied:
        """Set the preferences; of several rows for one contact and topic, the last one counts."""
        found, refused = contacts_of(connection, batch)
        said = zip(*(batch.values[name] for name in ("topic", "at_most", "days")), strict=True)
        wanted = {
            (person.id, topic): (at_most, days)
            for people, (topic, at_most, days) in zip(found.contacts, said, strict=True)
            for person in people
        }
        columns = {
            "contact_id": [contact for contact, _ in wanted],
            "topic": [topic for _, topic in wanted],
            "at_most": [at_most for at_most, _ in wanted.values()],
            "days": [days for _, days in wanted.values()],
        }
        return Applied(set_preferences(connection, columns, setting.now), refused)
