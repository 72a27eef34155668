"""The company that this installation speaks for: what mails say of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from pauta.channels.email.address import sender_mailbox
from pauta.people.places import parse_language, parse_zone


@dataclass(frozen=True, slots=True)
class CompanyValues:
    """What is said of the company; empty texts leave what is stored as it is."""

    name: str = ""
    postal_address: str = ""
    sender: str = ""
    language: str = ""
    zone: str = ""


def company(connection: Connection[Any]) -> CompanyValues:
    """The company as it is stored; all empty before anything was said of it."""
    with connection.cursor(row_factory=class_row(CompanyValues)) as cursor:
        row = cursor.execute("SELECT name, postal_address, sender, language, zone FROM company").fetchone()
    return row or CompanyValues()


def save_company(connection: Connection[Any], values: CompanyValues, *, zone: str, language: str) -> None:
    """Make the company, or change what is said of it; a Problem names a wrong value.

    ``zone`` and ``language`` are for a company that is new and of which neither is said.
    """
    if values.sender:
        sender_mailbox(values.sender)
    given = {
        "name": values.name.strip(),
        "postal_address": values.postal_address.strip(),
        "sender": values.sender.strip(),
        "language": parse_language(values.language) if values.language else "",
        "zone": parse_zone(values.zone) if values.zone else "",
        "usual_language": language,
        "usual_zone": zone,
    }
    connection.execute(
        """
        INSERT INTO company AS kept (id, name, postal_address, sender, language, zone)
        VALUES (1, %(name)s, %(postal_address)s, %(sender)s, coalesce(nullif(%(language)s, ''), %(usual_language)s),
                coalesce(nullif(%(zone)s, ''), %(usual_zone)s))
        ON CONFLICT (id) DO UPDATE SET
          name = coalesce(nullif(%(name)s, ''), kept.name),
          postal_address = coalesce(nullif(%(postal_address)s, ''), kept.postal_address),
          sender = coalesce(nullif(%(sender)s, ''), kept.sender),
          language = coalesce(nullif(%(language)s, ''), kept.language),
          zone = coalesce(nullif(%(zone)s, ''), kept.zone)
        """,
        given,
    )
