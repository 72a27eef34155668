"""Touches from outside the ledger: what reached a contact before Pauta, or beside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from psycopg import Connection, sql

from pauta.core.gate.vocabulary import TYPES, MessageType
from pauta.core.problems import Problem
from pauta.messages.actions import kind_id
from pauta.people.changes import Changes
from pauta.people.imports.fields import Applied, Batch, Field, Refusals, Setting
from pauta.people.imports.guessing import read_boolean
from pauta.people.imports.stated_consent import read_channel
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
from pauta.people.local_time import TIMED, WHEN_TYPES
from pauta.people.staging import Columns, stage

_WHEN = ("at", "days_ago")
_IDENTITY = ("contact", "channel", "type", "topic", "team", "campaign", *_WHEN)
_TYPES: dict[str, LiteralString] = {
    "contact_id": "bigint",
    "account_id": "bigint",
    "kind_id": "integer",
    "channel": "smallint",
    "external_id": "text",
    **WHEN_TYPES,
}
_ADD = """
INSERT INTO touch (part, id, account_key, contact_id, kind_id, channel, day, at, external_id)
SELECT contact_part, nextval('touch_ids'), contact_key, contact_id, kind_id, channel, happened_on, happened_at,
  external_id
FROM ({timed}) AS timed
WHERE NOT EXISTS (
  SELECT FROM touch AS known WHERE known.part = timed.contact_part
  AND known.contact_id = timed.contact_id AND known.external_id = timed.external_id)
ON CONFLICT (part, contact_id, external_id) DO NOTHING
RETURNING account_key
"""


def add_touches(connection: Connection[Any], columns: Columns, now: datetime) -> Changes:
    """Add what reached contacts; a touch whose external id its contact has already is there already.

    Columns: contact_id, kind_id, channel, external_id, and when it was (see ``pauta.people.local_time``).
    """
    stage(connection, "staged_touch", _TYPES, columns)
    rows = connection.execute(
        sql.SQL(_ADD).format(timed=sql.SQL(TIMED).format(staged=sql.Identifier("staged_touch"))),
        {"now": now, "contact_ids": list(columns["contact_id"])},
    ).fetchall()
    return Changes(created=len(rows), keys=frozenset(key for (key,) in rows))


def read_type(text: str) -> str:
    """A message type by its name."""
    if text.lower() not in MessageType.__members__:
        raise Problem("import_type_of_message_unknown", value=text, types=", ".join(TYPES))
    return text.lower()


@dataclass(frozen=True)
class Touches:
    """The import of touches, one a row; equal rows are several touches."""

    kind: str = "touches"
    keeps_attributes: bool = False
    equal_rows_count: bool = True
    fields: tuple[Field, ...] = (
        Field(CONTACT_FIELD.name, names=CONTACT_FIELD.names, needed=True),
        Field("channel", read_channel, frozenset(("canal",)), needed=True),
        Field("type", read_type, frozenset(("message_type", "tipo")), needed=True),
        Field("topic", names=frozenset(("tema", "topico", "assunto"))),
        Field("team", names=frozenset(("equipe", "equipo", "time"))),
        Field("campaign", names=frozenset(("campanha", "campana"))),
        Field("urgent", read_boolean, frozenset(("urgente",))),
        AT_FIELD,
        DAYS_AGO_FIELD,
        Field("external_id", names=frozenset(("id", "message_id", "touch_id"))),
    )

    def family_field(self, name: str) -> Field | None:
        """None: touches have no open-ended fields."""

    def implied(self, given: Collection[str]) -> Mapping[str, str]:
        """The row's own words serve as external id."""
        return {} if "external_id" in given else {"external_id": ", ".join(_IDENTITY)}

    def check(self, given: Collection[str]) -> None:
        """When it was is needed."""
        need_one_of(given, _WHEN, "import_when_missing", self.kind)

    def prepare(self, batch: Batch, setting: Setting) -> Refusals:
        """Identities; rows without a time, or of the future, are refused."""
        if "external_id" not in batch.values:
            said = zip(*(batch.column(name) for name in _IDENTITY), strict=True)
            batch.values["external_id"] = ["/".join("" if word is None else str(word) for word in row) for row in said]
        return {**rows_to_come(batch, "at", setting.now), **blank_rows(batch, _WHEN, "import_row_when_missing")}

    def apply(self, connection: Connection[Any], batch: Batch, setting: Setting) -> Applied:
        """Add the touches that are not there yet."""
        found, refused = contacts_of(connection, batch)
        kept = batch.without(refused)
        columns = {
            "contact_id": [people[0].id for people in found.contacts if people],
            "kind_id": _kinds(connection, kept),
            "channel": [channel.value for channel in kept.values["channel"]],
            "external_id": kept.values["external_id"],
            **when_columns(kept),
        }
        return Applied(add_touches(connection, columns, setting.now), refused)


def _kinds(connection: Connection[Any], batch: Batch) -> list[int]:
    """The kind of every row; files have few, so each is asked for once."""
    texts = [[value or "" for value in batch.column(name)] for name in ("type", "topic", "team", "campaign")]
    signatures = list(zip(*texts, (bool(urgent) for urgent in batch.column("urgent")), strict=True))
    known = {signature: kind_id(connection, *signature) for signature in sorted(set(signatures))}
    return [known[signature] for signature in signatures]
