"""Accounts and contacts one by one, as those who look at them want to see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString

from psycopg import Connection
from psycopg.rows import class_row

from pauta.core.gate.vocabulary import CHANNELS
from pauta.core.law import Basis
from pauta.people.addresses import AddressState

_ACCOUNT: LiteralString = """
SELECT account.id, external_id, name, zone, country, region, stage, owner, attributes, created_at, changed_at
FROM account JOIN place ON place.id = account.place_id WHERE external_id = %s
"""
_CONTACT: LiteralString = """
SELECT contact.external_id, account.external_id AS account, first_name, last_name, email, email_state,
       phone, phone_state, postal_address, zone, country, region, language,
       contact.stage, segments, best_minute, paused_until, contact.attributes, contact.created_at, contact.changed_at,
       NOT EXISTS (SELECT FROM unmeasured WHERE unmeasured.contact_id = contact.id) AS measured
FROM contact JOIN place ON place.id = contact.place_id LEFT JOIN account ON account.id = contact.account_id
WHERE contact.id = %s
"""


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account; zone, country and region are its own, not the company's. Times are UTC."""

    id: int
    external_id: str
    name: str
    zone: str | None
    country: str | None
    region: str | None
    stage: str | None
    owner: str | None
    attributes: dict[str, Any]
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ContactView:
    """A contact; zone, country and region are their own, not the account's. ``best_minute`` is -1 for none."""

    external_id: str
    account: str | None
    first_name: str
    last_name: str
    email: str | None
    email_state: AddressState
    phone: str | None
    phone_state: AddressState
    postal_address: str | None
    zone: str | None
    country: str | None
    region: str | None
    language: str | None
    stage: str | None
    segments: list[str]
    best_minute: int
    paused_until: date | None
    attributes: dict[str, Any]
    created_at: datetime
    changed_at: datetime
    measured: bool


@dataclass(frozen=True, slots=True)
class ConsentView:
    """One entry of the consent ledger. Topic ``*`` means every topic; ``ground`` is the basis as the law knows it."""

    id: int
    channel: str
    ground: Basis
    topic: str
    granted: bool
    basis: str
    source: str
    wording: str
    locale: str
    country: str
    actor: str
    expires_on: date | None
    proof: dict[str, str]
    at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class PreferenceView:
    """How often a contact wants a topic: at most ``at_most`` messages in any ``days`` days."""

    topic: str
    at_most: int
    days: int


def account(connection: Connection[Any], external_id: str) -> AccountView | None:
    """One account by its external id; None when there is none."""
    with connection.cursor(row_factory=class_row(AccountView)) as cursor:
        return cursor.execute(_ACCOUNT, (external_id,)).fetchone()


def contact(connection: Connection[Any], contact_id: int) -> ContactView:
    """One contact that exists, by its number."""
    with connection.cursor(row_factory=class_row(ContactView)) as cursor:
        found = cursor.execute(_CONTACT, (contact_id,)).fetchone()
    assert found is not None
    return found


def consents(connection: Connection[Any], contact_id: int) -> list[ConsentView]:
    """What a contact has granted and denied, in the order in which it counts."""
    rows = connection.execute(
        """
        SELECT id, channel, ground, topic, granted, basis, source, wording, locale, country, actor, expires_on, proof,
               at, recorded_at
        FROM consent
        WHERE contact_id = %s AND part = (SELECT part FROM contact WHERE id = %s) ORDER BY at, id
        """,
        (contact_id, contact_id),
    )
    return [ConsentView(number, CHANNELS[channel], Basis(ground), *rest) for number, channel, ground, *rest in rows]


def preferences(connection: Connection[Any], contact_id: int) -> list[PreferenceView]:
    """How often a contact wants which topic."""
    with connection.cursor(row_factory=class_row(PreferenceView)) as cursor:
        query = "SELECT topic, at_most, days FROM preference WHERE contact_id = %s ORDER BY topic"
        return cursor.execute(query, (contact_id,)).fetchall()
