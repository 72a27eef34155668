"""When and to whom something happened, as rows of a file say it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from psycopg import Connection

from pauta.core.problems import Problem
from pauta.people.imports.fields import Batch, Field, Refusals
from pauta.people.queries import Found, find_contacts

Said = datetime | date
"""A time with or without offset, or a day."""

_MOST_DAYS_AGO = 36_500


def read_said(text: str) -> Said:
    """A day (``2026-05-01``), a time on the wall there (``2026-05-01T12:00``), or an instant (``...-03:00``)."""
    try:
        return date.fromisoformat(text) if len(text) <= len("2026-05-01") else datetime.fromisoformat(text)
    except ValueError as error:
        raise Problem("import_not_moment", value=text) from error


def whole_number(low: int, high: int) -> Any:
    """A reader of whole numbers between two bounds."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
            raise Problem("import_not_whole", value=text, low=low, high=high)
        return int(text)

    return read


CONTACT_FIELD = Field(
    "contact",
    names=frozenset(
        (
            "contact_id",
            "email",
            "e_mail",
            "correo",
            "correo_electronico",
            "customer_id",
            "contacto",
            "contato",
            "user_id",
        )
    ),
)
AT_FIELD = Field(
    "at",
    read_said,
    frozenset(("date", "datetime", "sent_at", "fecha", "data", "enviado_em", "enviado_el")),
    dated=True,
)
DAYS_AGO_FIELD = Field("days_ago", whole_number(0, _MOST_DAYS_AGO), frozenset(("dias_atras", "hace_dias")))


def need_one_of(given: Collection[str], names: Sequence[str], code: str, kind: str) -> None:
    """A Problem when none of these fields is given."""
    if not set(names) & set(given):
        raise Problem(code, names[0], kind=kind, fields=", ".join(names))


def blank_rows(batch: Batch, names: Sequence[str], code: str) -> Refusals:
    """Refuse rows in which all of these fields are blank."""
    filled = zip(*(batch.column(name) for name in names), strict=True)
    return {
        place: Problem(code, names[0], fields=", ".join(names))
        for place, values in enumerate(filled)
        if all(value is None for value in values)
    }


def rows_to_come(batch: Batch, field: str, now: datetime) -> Refusals:
    """Refuse rows that tell of the future; a day may be tomorrow's, which somewhere it is already."""

    def to_come(said: Said | None) -> bool:
        if said is None:
            return False
        if isinstance(said, datetime):
            return said > now if said.tzinfo else said.date() > (now + timedelta(days=1)).date()
        return said > (now + timedelta(days=1)).date()

    return {
        place: Problem("import_in_future", field, value=said.isoformat())
        for place, said in enumerate(batch.column(field))
        if to_come(said)
    }


def when_columns(batch: Batch) -> dict[str, list[Any]]:
    """The staging columns that say when."""
    said = batch.column("at")
    return {
        "at": [one if isinstance(one, datetime) and one.tzinfo else None for one in said],
        "local_at": [one if isinstance(one, datetime) and not one.tzinfo else None for one in said],
        "day": [one if one is not None and not isinstance(one, datetime) else None for one in said],
        "days_ago": batch.column("days_ago"),
    }


def contacts_of(connection: Connection[Any], batch: Batch) -> tuple[Found, Refusals]:
    """The contacts that the rows name, and the rows whose contact is unknown."""
    names = batch.column("contact")
    found = find_contacts(connection, names)
    unknown = {
        place: Problem("import_contact_unknown", "contact", value=names[place])
        for place in found.missing
        if names[place] is not None
    }
    return found, unknown
