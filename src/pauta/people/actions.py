"""Writes of people: accounts, contacts, consents, preferences, pauses, suppressions. Nothing here commits.

Every function returns what changed, so that its caller has the messages concerned planned again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, LiteralString

from psycopg import Connection

from pauta.core.gate.vocabulary import Channel
from pauta.core.problems import Problem
from pauta.people.addresses import AddressState, parse_email, parse_phone, suppressed_as
from pauta.people.changes import Changes
from pauta.people.consents import Appended, append_consents
from pauta.people.erased import let_back
from pauta.people.locks import lock_people
from pauta.people.places import NOWHERE, parse_country, parse_language, parse_region, parse_zone, place_ids
from pauta.people.queries import account_ids
from pauta.people.sharing import settle
from pauta.people.staging import Columns, stage
from pauta.people.storing import Stored, store_accounts, store_contacts

Conn = Connection[Any]
Attributes = Mapping[str, str | int | float | bool]
"""Typed attributes by name; days are ISO dates."""

_PREFERENCE_TYPES: dict[str, LiteralString] = {
    "contact_id": "bigint",
    "topic": "text",
    "at_most": "smallint",
    "days": "smallint",
}
_SET_PREFERENCES = """
WITH merged AS (
  MERGE INTO preference USING (
    SELECT staged.*, contact.part, contact.account_key FROM staged_preference AS staged
    JOIN contact ON contact.id = staged.contact_id
  ) AS staged ON preference.contact_id = staged.contact_id AND preference.topic = staged.topic
  WHEN MATCHED AND (preference.at_most, preference.days) <> (staged.at_most, staged.days) THEN
    UPDATE SET at_most = staged.at_most, days = staged.days, changed_at = %(now)s
  WHEN NOT MATCHED THEN
    INSERT (contact_id, topic, part, at_most, days, changed_at)
    VALUES (staged.contact_id, staged.topic, staged.part, staged.at_most, staged.days, %(now)s)
  RETURNING merge_action() AS done, staged.account_key
)
SELECT count(*) FILTER (WHERE done = 'INSERT'), count(*) FILTER (WHERE done = 'UPDATE'), array_agg(DISTINCT account_key)
FROM merged
"""
_SUPPRESS = """
INSERT INTO suppression (channel, address, state, reason, source, at)
SELECT DISTINCT ON (lower(address)) %(channel)s, address, state, reason, %(source)s, %(now)s
FROM unnest(%(addresses)s::text[], %(states)s::smallint[], %(reasons)s::text[]) AS given (address, state, reason)
ORDER BY lower(address)
ON CONFLICT (channel, lower(address)) WHERE lifted_at IS NULL
DO UPDATE SET state = excluded.state, reason = excluded.reason, source = excluded.source, at = excluded.at
WHERE suppression.state <> excluded.state
RETURNING old.id IS NULL
"""
_MARK = {
    Channel.email: """
    UPDATE contact SET email_state = suppression.state, changed_at = %(now)s FROM suppression
    WHERE lower(contact.email) = ANY(%(addresses)s) AND suppression.channel = 0 AND suppression.lifted_at IS NULL
      AND lower(suppression.address) = lower(contact.email) AND contact.email_state <> suppression.state
    RETURNING contact.account_key
    """,
    Channel.sms: """
    UPDATE contact SET phone_state = suppression.state, changed_at = %(now)s FROM suppression
    WHERE contact.phone = ANY(%(addresses)s) AND suppression.channel = 1 AND suppression.lifted_at IS NULL
      AND suppression.address = contact.phone AND contact.phone_state <> suppression.state
    RETURNING contact.account_key
    """,
}
_UNMARK = {
    Channel.email: """
    UPDATE contact SET email_state = 1, changed_at = %s WHERE lower(email) = lower(%s) RETURNING account_key
    """,
    Channel.sms: """
    UPDATE contact SET phone_state = 1, changed_at = %s WHERE phone = %s RETURNING account_key
    """,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountValues:
    """What is said of an account; None leaves what is stored as it is, attributes are merged key by key."""

    external_id: str
    name: str | None = None
    zone: str | None = None
    country: str | None = None
    region: str | None = None
    stage: str | None = None
    owner: str | None = None
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactValues:
    """What is said of a contact; None leaves what is stored as it is, attributes are merged key by key.

    ``account`` is the external id or the name of an account that exists. ``best_minute`` is a minute of the local day.
    """

    external_id: str
    account: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    postal_address: str | None = None
    zone: str | None = None
    country: str | None = None
    region: str | None = None
    language: str | None = None
    stage: str | None = None
    segments: Sequence[str] | None = None
    best_minute: int | None = None
    paused_until: date | None = None
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEntry:
    """One statement of a contact about a channel and a topic (``*``: every topic), with why it may be relied on."""

    channel: Channel
    granted: bool
    basis: str
    source: str
    at: datetime
    topic: str = "*"
    wording: str = ""
    locale: str = ""
    country: str = ""
    actor: str = ""
    expires_on: date | None = None
    proof: Mapping[str, str] = field(default_factory=dict)
    external_id: str | None = None


def upsert_account(connection: Conn, values: AccountValues, now: datetime) -> Stored:
    """Make the account with this external id, or change what is said of it; a Problem names a wrong value."""
    lock_people(connection)
    columns: dict[str, Sequence[Any]] = {
        "external_id": [_needed("external_id", values.external_id)],
        "name": [values.name],
        "stage": [values.stage],
        "owner": [values.owner and parse_email(values.owner)],
        "place_id": [_place(connection, values)],
        "attributes": [json.dumps(dict(values.attributes))],
    }
    return store_accounts(connection, columns, now)


def upsert_contact(connection: Conn, values: ContactValues, now: datetime) -> Stored:
    """Make the contact with this external id, or change what is said of it; a Problem names a wrong value."""
    lock_people(connection)
    country = parse_country(values.country) if values.country else _company_country(connection)
    columns: dict[str, Sequence[Any]] = {
        "external_id": [_needed("external_id", values.external_id)],
        "account_id": [_account(connection, values.account)],
        "first_name": [values.first_name],
        "last_name": [values.last_name],
        "email": [values.email and parse_email(values.email)],
        "phone": [values.phone and parse_phone(values.phone, country)],
        "postal_address": [values.postal_address],
        "place_id": [_place(connection, values)],
        "language": [values.language and parse_language(values.language)],
        "stage": [values.stage],
        "segments": [None if values.segments is None else tuple(sorted(set(values.segments)))],
        "best_minute": [values.best_minute],
        "paused_until": [values.paused_until],
        "attributes": [json.dumps(dict(values.attributes))],
    }
    return store_contacts(connection, columns, now)


def move_contact(connection: Conn, contact_id: int, account_id: int | None, now: datetime) -> Changes:
    """Make another account (None: no account) the contact's home; what other nouns keep of it follows by the moves."""
    lock_people(connection)
    if account_id and not connection.execute("SELECT FROM account WHERE id = %s", (account_id,)).fetchall():
        raise Problem("people_account_unknown", "account", value=account_id)
    row = connection.execute(
        "UPDATE contact SET account_id = %s, changed_at = %s WHERE id = %s RETURNING lower(email)",
        (account_id, now, contact_id),
    ).fetchone()
    if row is None:
        raise Problem("people_contact_unknown", "contact", value=contact_id)
    return Changes(changed=1) + settle(connection, [row[0]] if row[0] else [], [contact_id])


def append_consent(connection: Conn, contact_ids: Sequence[int], entry: ConsentEntry, now: datetime) -> Appended:
    """Append one statement for these contacts: all that share the address by which it was made."""
    said: dict[str, Any] = {
        "channel": entry.channel.value,
        "proof": json.dumps(dict(entry.proof)),
        "country": parse_country(entry.country) if entry.country else "",
        **{
            name: getattr(entry, name)
            for name in ("topic", "granted", "basis", "source", "wording", "locale", "actor", "expires_on", "at")
        },
    }
    columns: Columns = {
        "contact_id": list(contact_ids),
        **{name: [value] * len(contact_ids) for name, value in said.items()},
        "external_id": [
            entry.external_id and (f"{entry.external_id}/{number}" if number else entry.external_id)
            for number in range(len(contact_ids))
        ],
    }
    return append_consents(connection, columns, now)


def set_preferences(connection: Conn, columns: Columns, now: datetime) -> Changes:
    """Set how often contacts want topics: at most ``at_most`` messages in any ``days`` days.

    Columns: contact_id, topic, at_most, days; each contact and topic once.
    """
    stage(connection, "staged_preference", _PREFERENCE_TYPES, columns)
    row = connection.execute(_SET_PREFERENCES, {"now": now}).fetchone()
    assert row is not None
    created, changed, keys = row
    return Changes(created, changed, frozenset(keys or ()))


def set_preference(connection: Conn, contact_id: int, topic: str, at_most: int, days: int, now: datetime) -> Changes:
    """Set how often a contact wants a topic."""
    for name, value, low in (("at_most", at_most, 0), ("days", days, 1)):
        if not low <= value <= 366:
            raise Problem("people_preference_invalid", name, value=value, low=low)
    columns: Columns = {"contact_id": [contact_id], "topic": [topic], "at_most": [at_most], "days": [days]}
    return set_preferences(connection, columns, now)


def pause(connection: Conn, contact_ids: Sequence[int], until: date | None, now: datetime) -> Changes:
    """Write nothing (but transactional messages) to these contacts before a day of theirs; None ends the pause."""
    keys = connection.execute(
        "UPDATE contact SET paused_until = %s, changed_at = %s "
        "WHERE id = ANY(%s) AND paused_until IS DISTINCT FROM %s RETURNING account_key",
        (until, now, list(contact_ids), until),
    ).fetchall()
    return Changes(changed=len(keys), keys=frozenset(key for (key,) in keys))


def suppress(
    connection: Conn,
    channel: Channel,
    addresses: Sequence[str],
    states: Sequence[AddressState],
    reasons: Sequence[str],
    *,
    source: str,
    now: datetime,
) -> Changes:
    """Never write to these addresses again, whoever has them now or later; each with its state and reason.

    Phones are in E.164 form. A Problem when the channel has no address of its own.
    """
    stored_as = suppressed_as(channel)
    if stored_as is Channel.email:
        addresses = [address.lower() for address in addresses]
    given = {"addresses": list(addresses), "states": [state.value for state in states], "reasons": list(reasons)}
    given |= {"channel": stored_as.value, "source": source, "now": now}
    rows = connection.execute(_SUPPRESS, given).fetchall()
    created = sum(new for (new,) in rows)
    marked = connection.execute(_MARK[stored_as], {"addresses": list(addresses), "now": now}).fetchall()
    return Changes(created, len(rows) - created, frozenset(key for (key,) in marked))


def lift_suppression(connection: Conn, channel: Channel, address: str, now: datetime) -> Changes:
    """Let an address be written to again; a Problem when it is not suppressed."""
    stored_as = suppressed_as(channel)
    lifted = connection.execute(
        "UPDATE suppression SET lifted_at = %s WHERE channel = %s AND lower(address) = lower(%s) AND lifted_at IS NULL",
        (now, stored_as.value, address),
    ).rowcount
    lifted += let_back(connection, stored_as, address)
    if not lifted:
        raise Problem("people_not_suppressed", "address", address=address, channel=channel.name)
    keys = connection.execute(_UNMARK[stored_as], (now, address)).fetchall()
    return Changes(changed=lifted, keys=frozenset(key for (key,) in keys))


def _needed(name: str, value: str) -> str:
    if not value.strip():
        raise Problem("people_value_missing", name)
    return value.strip()


def _place(connection: Conn, values: AccountValues | ContactValues) -> int | None:
    triple = (
        parse_zone(values.zone) if values.zone else None,
        parse_country(values.country) if values.country else None,
        parse_region(values.region) if values.region else None,
    )
    return None if triple == NOWHERE else place_ids(connection, [triple])[triple]


def _account(connection: Conn, name: str | None) -> int | None:
    if name is None:
        return None
    found = account_ids(connection, [name])
    if name not in found:
        raise Problem("people_account_unknown", "account", value=name)
    return found[name]


def _company_country(connection: Conn) -> str | None:
    row = connection.execute("SELECT country FROM company").fetchone()
    return row[0] if row else None
