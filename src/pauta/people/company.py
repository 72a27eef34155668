"""The company that an installation speaks for: what mails say of it, and the last resort for place and language."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from pauta.channels.email.address import sender_mailbox
from pauta.people.measuring import Measures
from pauta.people.places import parse_country, parse_language, parse_region, parse_zone


@dataclass(frozen=True, slots=True)
class Company:
    """What is told of the company; texts are empty where nobody has told them yet.

    ``sample`` marks the fictional one of the demonstration.
    """

    name: str = ""
    postal_address: str = ""
    sender: str = ""
    language: str = "en"
    zone: str = "UTC"
    country: str | None = None
    region: str | None = None
    measures: Measures = Measures.bulk
    sample: bool = False

    @property
    def place(self) -> tuple[str, str | None, str | None]:
        """What the gate reads of it: whose days and holidays count where a contact's own are unknown."""
        return self.zone, self.country, self.region


@dataclass(frozen=True, slots=True)
class CompanyValues:
    """What is newly said of the company; empty texts leave what is stored as it is."""

    name: str = ""
    postal_address: str = ""
    sender: str = ""
    language: str = ""
    zone: str = ""


def company(connection: Connection[Any]) -> Company:
    """The company, as far as it was told."""
    return _stored(connection) or Company()


def save_company(connection: Connection[Any], values: CompanyValues, *, zone: str, language: str) -> bool:
    """Make the company, or change what is said of it, as ``replace_company`` does.

    ``zone`` and ``language`` are for a company that is new and of which neither is said.
    """
    said = {name: text for name, text in asdict(values).items() if text.strip()}
    before = _stored(connection) or Company(zone=zone, language=language)
    return replace_company(connection, replace(before, **said))


def replace_company(connection: Connection[Any], told: Company) -> bool:
    """Write down all that is told of the company, ``sample`` aside; a Problem names a wrong value.

    True when its place changed, so that the gate has to decide what is open anew.
    """
    if told.sender:
        sender_mailbox(told.sender)
    after = Company(
        name=told.name.strip(),
        postal_address=told.postal_address.strip(),
        sender=told.sender.strip(),
        language=parse_language(told.language),
        zone=parse_zone(told.zone),
        country=parse_country(told.country) if told.country else None,
        region=parse_region(told.region) if told.region else None,
        measures=told.measures,
    )
    before = company(connection)
    connection.execute(
        """
        INSERT INTO company (id, name, postal_address, sender, language, zone, country, region, measures)
        VALUES (1, %(name)s, %(postal_address)s, %(sender)s, %(language)s, %(zone)s, %(country)s, %(region)s,
                %(measures)s)
        ON CONFLICT (id) DO UPDATE
        SET (name, postal_address, sender, language, zone, country, region, measures) = ROW (
          excluded.name, excluded.postal_address, excluded.sender, excluded.language, excluded.zone, excluded.country,
          excluded.region, excluded.measures)
        """,
        asdict(after),
    )
    return before.place != after.place


def _stored(connection: Connection[Any]) -> Company | None:
    with connection.cursor(row_factory=class_row(Company)) as cursor:
        return cursor.execute(
            "SELECT name, postal_address, sender, language, zone, country, region, measures, sample"
            " FROM company WHERE id = 1"
        ).fetchone()
