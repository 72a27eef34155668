"""The import of accounts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from pauta.people.addresses import parse_email, usual_emails
from pauta.people.imports.columns import places
from pauta.people.imports.contacts import PLACE_FIELDS
from pauta.people.imports.fields import Applied, Batch, Field, Refusals, Setting
from pauta.people.storing import store_accounts


@dataclass(frozen=True)
class Accounts:
    """Companies, one a row."""

    kind: str = "accounts"
    keeps_attributes: bool = True
    equal_rows_count: bool = False
    fields: tuple[Field, ...] = (
        Field(
            "external_id",
            names=frozenset(
                ("id", "account_id", "company_id", "codigo", "id_cuenta", "id_conta", "id_empresa", "cnpj")
            ),
            needed=True,
        ),
        Field(
            "name",
            names=frozenset(
                ("account", "account_name", "company", "company_name", "empresa", "nome", "nombre", "conta", "cuenta")
            ),
        ),
        *PLACE_FIELDS,
        Field("stage", names=frozenset(("lifecycle_stage", "etapa", "fase", "estagio"))),
        Field(
            "owner",
            parse_email,
            frozenset(("owner_email", "account_owner", "account_manager", "csm", "responsavel", "responsable")),
            as_written=usual_emails,
        ),
    )

    def family_field(self, name: str) -> Field | None:
        """None: accounts have no open-ended fields."""

    def implied(self, given: Collection[str]) -> Mapping[str, str]:
        """The name serves as external id."""
        return {"external_id": "name"} if "name" in given and "external_id" not in given else {}

    def check(self, given: Collection[str]) -> None:
        """Nothing besides the external id is needed."""

    def prepare(self, batch: Batch, setting: Setting) -> Refusals:  # noqa: ARG002
        """External ids from names."""
        batch.values.setdefault("external_id", batch.column("name"))
        return {}

    def apply(self, connection: Connection[Any], batch: Batch, setting: Setting) -> Applied:
        """Make or change the accounts."""
        stored_as_read = ("external_id", "name", "stage", "owner")
        columns: dict[str, Any] = {name: batch.values[name] for name in stored_as_read if name in batch.values}
        if (place := places(connection, batch)) is not None:
            columns["place_id"] = place
        return Applied(store_accounts(connection, columns | {"attributes": batch.attributes}, setting.now).changes)
