"""The import of contacts: their accounts by name, their places, and the consent that the file or the user states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from psycopg import Connection

from pauta.core.problems import Problem
from pauta.people.addresses import AddressState, parse_email, parse_phone, usual_emails
from pauta.people.imports.columns import places
from pauta.people.imports.fields import Applied, Batch, Field, Refusals, Setting
from pauta.people.imports.guessing import read_date
from pauta.people.imports.stated_consent import CONSENT_FIELDS, consent_field, state_consents
from pauta.people.places import parse_country, parse_language, parse_region, parse_zone
from pauta.people.queries import account_ids
from pauta.people.storing import store_accounts, store_contacts

PLACE_FIELDS = (
    Field(
        "zone", parse_zone, frozenset(("timezone", "time_zone", "zona_horaria", "fuso", "fuso_horario", "huso_horario"))
    ),
    Field("country", parse_country, frozenset(("country_code", "pais"))),
    Field("region", parse_region, frozenset(("state", "estado", "uf", "provincia", "province", "subdivision"))),
)
IDENTITY = Field(
    "external_id",
    names=frozenset(
        ("id", "contact_id", "customer_id", "user_id", "codigo", "id_contacto", "id_contato", "id_cliente")
    ),
    needed=True,
)
_STORED_AS_READ = (
    *("external_id", "first_name", "last_name", "email", "phone", "phone_state", "postal_address"),
    *("language", "stage", "segments", "paused_until"),
)


def read_minute(text: str) -> int:
    """An hour like ``09:30`` as a minute of the day."""
    hours, colon, minutes = text.partition(":")
    if not (hours.isdigit() and int(hours) < 24 and (not colon or (len(minutes) == 2 and minutes.isdigit()))):
        raise Problem("import_not_hour", value=text)
    return int(hours) * 60 + int(minutes or 0)


def read_segments(text: str) -> tuple[str, ...]:
    """Names separated by ``;`` or ``|``, in order."""
    return tuple(sorted({name.strip() for name in text.replace("|", ";").split(";")} - {""}))


@dataclass(frozen=True)
class Contacts:
    """People, one a row."""

    kind: str = "contacts"
    keeps_attributes: bool = True
    equal_rows_count: bool = False
    fields: tuple[Field, ...] = (
        IDENTITY,
        Field(
            "email",
            parse_email,
            frozenset(("e_mail", "mail", "email_address", "correo", "correo_electronico", "endereco_de_email")),
            as_written=usual_emails,
        ),
        Field("first_name", names=frozenset(("firstname", "given_name", "primeiro_nome", "primer_nombre"))),
        Field(
            "last_name", names=frozenset(("lastname", "surname", "family_name", "sobrenome", "apellido", "apellidos"))
        ),
        Field("name", names=frozenset(("full_name", "nome", "nombre", "nome_completo", "nombre_completo"))),
        Field(
            "phone",
            names=frozenset(("telephone", "mobile", "phone_number", "telefone", "telefono", "celular", "movil")),
        ),
        Field("postal_address", names=frozenset(("address", "endereco", "direccion"))),
        Field(
            "account",
            names=frozenset(("company", "company_name", "account_name", "account_id", "empresa", "conta", "cuenta")),
        ),
        *PLACE_FIELDS,
        Field("language", parse_language, frozenset(("lang", "locale", "idioma", "lingua"))),
        Field("stage", names=frozenset(("lifecycle_stage", "etapa", "fase", "estagio"))),
        Field("segments", read_segments, frozenset(("segment", "segmento", "segmentos"))),
        Field("best_hour", read_minute, frozenset(("melhor_hora", "mejor_hora"))),
        Field("paused_until", read_date, frozenset(("pausado_ate", "pausado_hasta")), dated=True),
        *CONSENT_FIELDS,
    )

    def family_field(self, name: str) -> Field | None:
        """``consent.<channel>.<topic>``."""
        return consent_field(name)

    def implied(self, given: Collection[str]) -> Mapping[str, str]:
        """The e-mail address serves as external id."""
        return {"external_id": "email"} if "email" in given and "external_id" not in given else {}

    def check(self, given: Collection[str]) -> None:
        """Stated consent needs its basis."""
        stated = [name for name in given if consent_field(name)]
        if stated and "consent.basis" not in given:
            raise Problem("import_consent_basis", "consent.basis", name=stated[0])

    def prepare(self, batch: Batch, setting: Setting) -> Refusals:
        """External ids from addresses, first and last names from whole ones."""
        if "external_id" not in batch.values:
            batch.values["external_id"] = [email and email.lower() for email in batch.column("email")]
        if "name" in batch.values:
            whole = [(name or "").partition(" ") for name in batch.values.pop("name")]
            for field, part in (("first_name", 0), ("last_name", 2)):
                batch.values.setdefault(field, [name[part].strip() or None for name in whole])
        if "phone" in batch.values:
            _read_phones(batch, setting.country)
        return {}

    def apply(self, connection: Connection[Any], batch: Batch, setting: Setting) -> Applied:
        """Accounts first, then the contacts, then what they consent to."""
        accounts, notes = _accounts(connection, batch, setting)
        refused = _without_account(batch, accounts)
        kept = batch.without(refused)
        columns: dict[str, Any] = {name: kept.values[name] for name in _STORED_AS_READ if name in kept.values}
        if "account" in kept.values:
            columns["account_id"] = [name and accounts[name] for name in kept.values["account"]]
        if (place := places(connection, kept)) is not None:
            columns["place_id"] = place
        if "best_hour" in kept.values:
            columns["best_minute"] = kept.values["best_hour"]
        stored = store_contacts(connection, columns | {"attributes": kept.attributes}, setting.now, setting.turn)
        keys, consent_notes = state_consents(connection, kept, stored, setting)
        notes["import_phone_kept_invalid"] = kept.column("phone_state").count(AddressState.INVALID.value)
        changes = replace(stored.changes, keys=stored.changes.keys | keys)
        return Applied(changes, refused, notes + consent_notes)


def _accounts(connection: Connection[Any], batch: Batch, setting: Setting) -> tuple[dict[str, int], Counter[str]]:
    """Ids of the accounts that the rows name; those that do not exist are made, if the run may."""
    names = sorted(set(batch.column("account")) - {None})
    before = setting.turn.accounts_before
    known = account_ids(connection, names) | {name: before[name] for name in names if name in before}
    new = [name for name in names if name not in known]
    if not new or not setting.create_accounts:
        return known, Counter()
    made = store_accounts(connection, {"external_id": new, "name": new}, setting.now)
    setting.turn.accounts = dict(zip(new, made.ids, strict=True))
    return known | setting.turn.accounts, Counter(import_accounts_made=len(new))


def _without_account(batch: Batch, accounts: Mapping[str, int]) -> Refusals:
    return {
        place: Problem("import_account_unknown", "account", value=name)
        for place, name in enumerate(batch.column("account"))
        if name is not None and name not in accounts
    }


def _read_phones(batch: Batch, country: str | None) -> None:
    """Phones in E.164 form; one that is no phone number stays as it is written, and is marked invalid."""
    states: list[int | None] = []
    phones = batch.values["phone"]
    for place, (phone, own) in enumerate(zip(phones, batch.column("country"), strict=True)):
        try:
            phones[place] = phone and parse_phone(phone, own or country)
            states.append(phone and AddressState.OK.value)
        except Problem:
            states.append(AddressState.INVALID.value)
    batch.values["phone_state"] = states
