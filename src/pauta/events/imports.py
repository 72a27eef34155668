"""The imports of events and of standing conditions, at contacts or at accounts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from pauta.core.problems import Problem
from pauta.events.actions import open_conditions, record_events
from pauta.people.imports.fields import Applied, Batch, Field, Refusals, Setting
from pauta.people.imports.stated_consent import read_moment
from pauta.people.imports.when import (
    AT_FIELD,
    CONTACT_FIELD,
    DAYS_AGO_FIELD,
    blank_rows,
    contacts_of,
    need_one_of,
    rows_to_come,
    when_columns,
)
from pauta.people.queries import account_ids

SOURCE = "import"

_WHO = ("contact", "account")
_WHEN = ("at", "days_ago")
_FIELDS = (
    Field(
        "name",
        names=frozenset(("event", "condition", "evento", "condicao", "condicion", "nome", "nombre")),
        needed=True,
    ),
    CONTACT_FIELD,
    Field("account", names=frozenset(("account_id", "company", "empresa", "conta", "cuenta"))),
    AT_FIELD,
    DAYS_AGO_FIELD,
    Field("external_id", names=frozenset(("id", "event_id", "ticket_id"))),
)


@dataclass(frozen=True)
class Happenings:
    """What both kinds have in common: who, when, and an identity made of both when the file gives none."""

    equal_rows_count: bool = True

    def family_field(self, name: str) -> Field | None:
        """None: there are no open-ended fields."""

    def implied(self, given: Collection[str]) -> Mapping[str, str]:
        """The row's own words serve as external id."""
        return {} if "external_id" in given else {"external_id": "name, contact, account, at, days_ago"}

    def prepare(self, batch: Batch, setting: Setting) -> Refusals:
        """Identities; rows without who, or of the future, are refused."""
        said = list(zip(*(batch.column(name) for name in ("name", *_WHO, *_WHEN)), strict=True))
        words = ("/".join("" if word is None else str(word) for word in row) for row in said)
        batch.values.setdefault("external_id", [f"{SOURCE}:{text}" for text in words])
        return {**rows_to_come(batch, "at", setting.now), **blank_rows(batch, _WHO, "import_row_who_missing")}


@dataclass(frozen=True)
class Events(Happenings):
    """What happened; other columns become properties."""

    kind: str = "events"
    keeps_attributes: bool = True
    fields: tuple[Field, ...] = _FIELDS

    def check(self, given: Collection[str]) -> None:
        """Who and when are needed."""
        need_one_of(given, _WHO, "import_who_missing", self.kind)
        need_one_of(given, _WHEN, "import_when_missing", self.kind)

    def prepare(self, batch: Batch, setting: Setting) -> Refusals:
        """As for all happenings; and an event needs its time."""
        return {**super().prepare(batch, setting), **blank_rows(batch, _WHEN, "import_row_when_missing")}

    def apply(self, connection: Connection[Any], batch: Batch, setting: Setting) -> Applied:
        """Record the events that are not there yet."""
        kept, columns, refused = _resolved(connection, batch)
        columns["properties"] = kept.attributes or []
        return Applied(record_events(connection, columns, source=SOURCE, now=setting.now), refused)


@dataclass(frozen=True)
class Conditions(Happenings):
    """What stands at a contact or an account until it is ended; without a time, from now on."""

    kind: str = "conditions"
    keeps_attributes: bool = False
    fields: tuple[Field, ...] = (
        *_FIELDS,
        Field(
            "ended_at",
            read_moment,
            frozenset(("ended", "closed_at", "fim", "fin", "fechado_em", "cerrado_el")),
            dated=True,
        ),
    )

    def check(self, given: Collection[str]) -> None:
        """Who is needed."""
        need_one_of(given, _WHO, "import_who_missing", self.kind)

    def apply(self, connection: Connection[Any], batch: Batch, setting: Setting) -> Applied:
        """Open or end the conditions."""
        kept, columns, refused = _resolved(connection, batch)
        columns["at"] = [
            setting.now if all(columns[name][place] is None for name in ("at", "local_at", "day", "days_ago")) else at
            for place, at in enumerate(columns["at"])
        ]
        columns["ended"] = kept.column("ended_at")
        return Applied(open_conditions(connection, columns, source=SOURCE, now=setting.now), refused)


def _resolved(connection: Connection[Any], batch: Batch) -> tuple[Batch, dict[str, Any], Refusals]:
    """The rows whose contact or account exists, their staging columns, and why the others are refused."""
    found, refused = contacts_of(connection, batch)
    names = batch.column("account")
    accounts = account_ids(connection, {name for name in names if name is not None})
    refused |= {
        place: Problem("import_account_unknown", "account", value=name)
        for place, name in enumerate(names)
        if name is not None and name not in accounts
    }
    kept = batch.without(refused)
    people = [people[0].id if people else None for place, people in enumerate(found.contacts) if place not in refused]
    columns: dict[str, Any] = {
        "contact_id": people,
        "account_id": [name and accounts[name] for name in kept.column("account")],
        "name": kept.values["name"],
        "external_id": kept.values["external_id"],
        **when_columns(kept),
    }
    return kept, columns, refused
