"""The import of consents: entries of the consent ledger, one a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from pauta.people.changes import Changes
from pauta.people.consents import append_consents
from pauta.people.imports.fields import Applied, Batch, Field, Refusals, Setting
from pauta.people.imports.stated_consent import PROOF_FIELDS, SOURCE, read_channel, read_decision, read_moment
from pauta.people.imports.when import CONTACT_FIELD, contacts_of

EVERY_TOPIC = "*"


@dataclass(frozen=True)
class Consents:
    """What contacts granted or denied. A row that names an address speaks for every contact with it."""

    kind: str = "consents"
    keeps_attributes: bool = False
    equal_rows_count: bool = False
    fields: tuple[Field, ...] = (
        Field(CONTACT_FIELD.name, names=CONTACT_FIELD.names, needed=True),
        Field("channel", read_channel, frozenset(("canal",)), needed=True),
        Field("topic", names=frozenset(("tema", "topico", "assunto"))),
        Field(
            "granted", read_decision, frozenset(("consent", "status", "consentimento", "consentimiento")), needed=True
        ),
        Field("basis", names=frozenset(("legal_basis", "base_legal", "base")), needed=True),
        Field("source", names=frozenset(("origem", "origen", "fonte", "fuente"))),
        *PROOF_FIELDS,
        Field("at", read_moment, frozenset(("date", "data", "fecha", "granted_at", "consented_at")), dated=True),
        Field("external_id", names=frozenset(("id",))),
    )

    def family_field(self, name: str) -> Field | None:
        """None: consents have no open-ended fields."""

    def implied(self, given: Collection[str]) -> Mapping[str, str]:  # noqa: ARG002
        """Nothing: an entry without external id is known by what it says."""
        return {}

    def check(self, given: Collection[str]) -> None:
        """Nothing besides the needed fields."""

    def prepare(self, batch: Batch, setting: Setting) -> Refusals:  # noqa: ARG002
        """Nothing to complete."""
        return {}

    def apply(self, connection: Connection[Any], batch: Batch, setting: Setting) -> Applied:
        """Append the entries that are not there yet."""
        found, refused = contacts_of(connection, batch)
        entries = [(place, person.id) for place, people in enumerate(found.contacts) for person in people]

        def column(name: str, otherwise: Any = None) -> list[Any]:
            values = batch.column(name)
            return [otherwise if values[place] is None else values[place] for place, _ in entries]

        columns = {
            "contact_id": [number for _, number in entries],
            "channel": [channel.value for channel in column("channel")],
            "topic": column("topic", EVERY_TOPIC),
            "granted": column("granted"),
            "basis": column("basis"),
            "source": column("source", SOURCE),
            **{field.name: column(field.name) for field in PROOF_FIELDS},
            "at": column("at"),
            "external_id": _ids(column("external_id")),
        }
        appended = append_consents(connection, columns, setting.now)
        notes = Counter({"import_consent_kept_denied": appended.withdrawn})
        return Applied(Changes(created=appended.added, keys=appended.keys), refused, +notes)


def _ids(given: list[str | None]) -> list[str | None]:
    """External ids of entries: where one row speaks for several contacts, those after the first are counted."""
    ids: list[str | None] = []
    times: Counter[str] = Counter()
    for external_id in given:
        if external_id is None:
            ids.append(None)
            continue
        times[external_id] += 1
        number = times[external_id]
        ids.append(external_id if number == 1 else f"{external_id}/{number}")
    return ids
