"""What rules and filters are about: a contact, its account, its places, the company, and the columns of fields."""

from __future__ import annotations

from typing import Final, LiteralString

from psycopg import sql

SOURCE: Final = sql.SQL(
    """
    contact c
    LEFT JOIN account a ON a.id = c.account_id
    LEFT JOIN place cp ON cp.id = c.place_id
    LEFT JOIN place ap ON ap.id = a.place_id
    LEFT JOIN company co ON co.id = 1
    """
)
"""What a condition is about; PostgreSQL leaves out the joins that a condition does not use."""

TEXTS: Final[dict[str, LiteralString]] = {
    "contact.external_id": "c.external_id",
    "contact.email": "lower(c.email)",
    "contact.first_name": "c.first_name",
    "contact.last_name": "c.last_name",
    "contact.language": "coalesce(c.language, co.language)",
    "contact.stage": "c.stage",
    "contact.zone": "coalesce(cp.zone, ap.zone, co.zone)",
    "contact.country": "coalesce(cp.country, ap.country, co.country)",
    "contact.region": "CASE WHEN cp.country IS NOT NULL THEN cp.region WHEN ap.country IS NOT NULL THEN ap.region"
    " ELSE co.region END",
    "account.external_id": "a.external_id",
    "account.name": "a.name",
    "account.owner": "a.owner",
    "account.stage": "a.stage",
    "account.zone": "coalesce(ap.zone, co.zone)",
    "account.country": "coalesce(ap.country, co.country)",
    "account.region": "CASE WHEN ap.country IS NOT NULL THEN ap.region ELSE co.region END",
}
DATES: Final[dict[str, LiteralString]] = {
    "contact.created": "(c.created_at AT TIME ZONE coalesce(co.zone, 'UTC'))::date",
    "contact.paused_until": "c.paused_until",
    "account.created": "(a.created_at AT TIME ZONE coalesce(co.zone, 'UTC'))::date",
}
IN_SEGMENTS: Final[LiteralString] = (
    "({c}.segments && {names}::text[] OR EXISTS (SELECT FROM segment_member sm JOIN segment sg ON sg.id = sm.segment_id"
    " WHERE sm.contact_id = {c}.id AND sg.key = ANY({names}::text[])))"
)
"""Whether the contact ``{c}`` is in one of the segments ``{names}``: its rule holds, or an import said so."""
LISTS: Final[dict[str, LiteralString]] = {"contact.segments": "c.segments"}
ATTRIBUTES: Final[dict[str, LiteralString]] = {
    "contact.attributes.": "c.attributes",
    "account.attributes.": "a.attributes",
}
