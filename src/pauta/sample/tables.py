"""The sample as rows of tables, made from a seed and a date alone: the same on every machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from psycopg.types.json import Jsonb

from pauta.core.law import basis_of
from pauta.platform.partitions import partition_of
from pauta.sample.accounts import Account, make_accounts, places
from pauta.sample.contacts import Contact, Relation, make_contacts
from pauta.sample.happenings import (
    Condition,
    Event,
    invoice_conditions,
    invoice_events,
    make_invoices,
    make_tickets,
    renewal_events,
    ticket_conditions,
    ticket_events,
    usage_events,
)
from pauta.sample.history import Kind, Touch, by_account, make_touches
from pauta.sample.permissions import make_consents, make_preferences, make_suppressions

Row = tuple[object, ...]
SOURCE: Final = "sample"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows to be copied into a table."""

    name: str
    columns: tuple[str, ...]
    rows: list[Row]


def make_tables(seed: int, today: date) -> list[Table]:
    """Every table of the sample that is filled by COPY, in an order that foreign keys allow."""
    accounts = make_accounts(seed, today)
    contacts, relations = make_contacts(seed, accounts, today)
    customers = [account for account in accounts if account.is_customer]
    people = by_account(contacts)
    tickets = make_tickets(seed, people, customers, today)
    invoices = make_invoices(seed, customers, today)
    touches = list(make_touches(seed, contacts, customers, tickets, invoices, today))
    events = [*ticket_events(tickets), *usage_events(seed, customers, people, today)]
    events += [*renewal_events(customers, today), *invoice_events(invoices)]
    conditions = [*ticket_conditions(tickets), *invoice_conditions(invoices)]
    stamp = midnight(today)
    return [
        _places(),
        _accounts(accounts, stamp),
        _contacts(contacts, stamp),
        _relations(relations),
        _consents(seed, contacts, today),
        _preferences(seed, contacts, stamp),
        _suppressions(seed, contacts, stamp),
        _events(events),
        _conditions(conditions),
        *_touches(touches),
    ]


def midnight(day: date) -> datetime:
    """The beginning of a day in UTC: when the sample's rows were made."""
    return datetime.combine(day, time(), UTC)


def _places() -> Table:
    rows: list[Row] = [(place.id, place.zone, place.country, place.region) for place in places()]
    return Table("place", ("id", "zone", "country", "region"), rows)


def _accounts(accounts: Iterable[Account], stamp: datetime) -> Table:
    columns = ("id", "external_id", "name", "place_id", "stage", "owner", "attributes", "created_at", "changed_at")
    rows: list[Row] = [
        (
            account.id,
            f"A{account.id:05}",
            account.name,
            account.place.id if account.place_known else 0,
            account.stage,
            account.manager.email,
            Jsonb(account.attributes),
            midnight(account.since),
            stamp,
        )
        for account in accounts
    ]
    return Table("account", columns, rows)


def _contacts(contacts: Iterable[Contact], stamp: datetime) -> Table:
    columns = (
        *("id", "external_id", "account_id", "account_key", "part", "person_id", "first_name", "last_name", "email"),
        *("email_state", "phone", "phone_state", "postal_address", "place_id", "language", "stage", "segments"),
        *("best_minute", "paused_until", "attributes", "created_at", "changed_at"),
    )
    rows: list[Row] = [
        (
            *(one.id, f"C{one.id:05}", one.account.id if one.account else None, one.account_key, one.part),
            *(one.person_id, one.first_name, one.last_name, one.email, int(one.email_state), one.phone),
            *(int(one.phone_state), one.postal_address, one.place_id, one.language, one.stage, list(one.segments)),
            *(one.best_minute, one.paused_until, Jsonb(one.attributes)),
            *(midnight(one.account.since) if one.account else stamp - timedelta(days=60), stamp),
        )
        for one in contacts
    ]
    return Table("contact", columns, rows)


def _relations(relations: Iterable[Relation]) -> Table:
    rows: list[Row] = [(one.contact_id, one.account_id, one.role) for one in relations]
    return Table("relation", ("contact_id", "account_id", "role"), rows)


def _consents(seed: int, contacts: list[Contact], today: date) -> Table:
    columns = (
        *("part", "contact_id", "channel", "topic", "granted", "basis", "ground"),
        *("source", "wording", "at", "recorded_at"),
    )
    rows: list[Row] = [
        (
            *(one.contact.part, one.contact.id, int(one.channel), one.topic, one.granted, one.basis),
            *(int(basis_of(one.basis)), one.source, one.wording, one.at, one.at),
        )
        for one in make_consents(seed, contacts, today)
    ]
    return Table("consent", columns, rows)


def _preferences(seed: int, contacts: list[Contact], stamp: datetime) -> Table:
    columns = ("contact_id", "topic", "part", "at_most", "days", "changed_at")
    rows: list[Row] = [
        (one.contact.id, one.topic, one.contact.part, one.at_most, one.days, stamp)
        for one in make_preferences(seed, contacts)
    ]
    return Table("preference", columns, rows)


def _suppressions(seed: int, contacts: list[Contact], stamp: datetime) -> Table:
    rows: list[Row] = [
        (int(one.channel), one.address, int(one.state), one.reason, SOURCE, stamp)
        for one in make_suppressions(seed, contacts)
    ]
    return Table("suppression", ("channel", "address", "state", "reason", "source", "at"), rows)


def _events(events: Iterable[Event]) -> Table:
    columns = (
        *("part", "account_key", "contact_id", "name", "at", "recorded_at", "day"),
        *("properties", "source", "external_id"),
    )
    rows: list[Row] = [
        (
            *(partition_of(one.account_key), one.account_key, one.contact_id, one.name, one.at, one.at, one.day),
            *(Jsonb(one.properties), SOURCE, f"{SOURCE}-{number}"),
        )
        for number, one in enumerate(events, start=1)
    ]
    return Table("event", columns, rows)


def _conditions(conditions: Iterable[Condition]) -> Table:
    columns = ("part", "account_key", "contact_id", "name", "began_at", "ended_at", "source", "external_id")
    rows: list[Row] = [
        (
            *(partition_of(one.account_key), one.account_key, one.contact_id, one.name, one.began_at, one.ended_at),
            *(SOURCE, f"{SOURCE}-{number}"),
        )
        for number, one in enumerate(conditions, start=1)
    ]
    return Table("condition", columns, rows)


def _touches(touches: list[Touch]) -> Iterator[Table]:
    """The signatures that occur, numbered, and the touches that point at them."""
    numbers = {kind: number for number, kind in enumerate(sorted({touch.kind for touch in touches}), start=1)}
    kinds: list[Row] = [(number, *kind) for kind, number in numbers.items()]
    yield Table("kind", ("id", *Kind._fields), kinds)
    columns = ("part", "id", "account_key", "contact_id", "kind_id", "channel", "day", "at", "external_id")
    rows: list[Row] = [
        (
            *(one.contact.part, number, one.contact.account_key, one.contact.id, numbers[one.kind]),
            *(int(one.channel), one.day, one.at, f"{SOURCE}-{number}"),
        )
        for number, one in enumerate(touches, start=1)
    ]
    yield Table("touch", columns, rows)
