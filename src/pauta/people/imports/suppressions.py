"""The import of suppressions: addresses that must not be written to again, whoever has them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from pauta.core.gate.vocabulary import Channel
from pauta.core.problems import Problem
from pauta.people.actions import suppress
from pauta.people.addresses import AddressState, parse_email, parse_phone, suppressed_as
from pauta.people.changes import Changes
from pauta.people.imports.fields import Applied, Batch, Field, Refusals, Setting
from pauta.people.imports.stated_consent import SOURCE, read_channel

_STATES = {state.name.lower(): state for state in AddressState if state > AddressState.OK}


def read_addressed(text: str) -> Channel:
    """The channel under which addresses of a channel are suppressed; a Problem when it has no address of its own."""
    return suppressed_as(read_channel(text))


def read_state(text: str) -> AddressState:
    """Why an address is closed: ``invalid``, ``bounced``, ``complained`` or ``erased``."""
    if text.lower() not in _STATES:
        raise Problem("import_state_unknown", value=text, states=", ".join(_STATES))
    return _STATES[text.lower()]


@dataclass(frozen=True)
class Suppressions:
    """Addresses, one a row, with the channel that they belong to."""

    kind: str = "suppressions"
    keeps_attributes: bool = False
    equal_rows_count: bool = False
    fields: tuple[Field, ...] = (
        Field(
            "address",
            names=frozenset(("email", "e_mail", "phone", "correo", "correo_electronico", "telefone", "telefono")),
            needed=True,
        ),
        Field("channel", read_addressed, frozenset(("canal",)), needed=True),
        Field("state", read_state, frozenset(("estado", "situacao", "status")), needed=True),
        Field("reason", names=frozenset(("motivo", "razon", "razao"))),
    )

    def family_field(self, name: str) -> Field | None:
        """None: suppressions have no open-ended fields."""

    def implied(self, given: Collection[str]) -> Mapping[str, str]:  # noqa: ARG002
        """Nothing: a suppression is known by channel and address."""
        return {}

    def check(self, given: Collection[str]) -> None:
        """Nothing besides the needed fields."""

    def prepare(self, batch: Batch, setting: Setting) -> Refusals:
        """Addresses as contacts have them; those that are none are refused."""
        refused: Refusals = {}
        rows = zip(batch.column("address"), batch.column("channel"), strict=True)
        for place, (address, channel) in enumerate(rows):
            if address is None or channel is None:
                continue
            try:
                read = parse_email(address) if channel is Channel.email else parse_phone(address, setting.country)
                batch.values["address"][place] = read
            except Problem as problem:
                refused[place] = Problem(problem.code, "address", **problem.values)
        return refused

    def apply(self, connection: Connection[Any], batch: Batch, setting: Setting) -> Applied:
        """Close the addresses, for all contacts who have them now or later."""
        changes = Changes()
        for channel in sorted(set(batch.values["channel"])):
            rows = [place for place, own in enumerate(batch.values["channel"]) if own is channel]
            addresses, states, reasons = ([batch.column(name)[place] for place in rows] for name in _SUPPRESSED)
            given = (connection, channel, addresses, states, [reason or "" for reason in reasons])
            changes += suppress(*given, source=SOURCE, now=setting.now)
        return Applied(changes)


_SUPPRESSED = ("address", "state", "reason")
