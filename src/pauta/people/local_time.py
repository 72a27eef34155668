"""When something happened at a contact or an account, in the ways in which people say it, as SQL over staged rows.

A staged row says ``at`` (an instant), or ``local_at`` (the clock on the contact's wall), or ``day`` (there), or
``days_ago`` (counted from today, there). The zone is the contact's, else its account's, else the company's.
"""

from __future__ import annotations

from typing import Final, LiteralString

WHEN_TYPES: Final[dict[str, LiteralString]] = {
    "at": "timestamptz",
    "local_at": "timestamp",
    "day": "date",
    "days_ago": "integer",
}
"""Columns that say when, with their types."""

TIMED: Final = """
SELECT staged.*, contact.part AS contact_part, contact.account_key AS contact_key, timed.zone,
  coalesce(staged.day, (timed.now_there - staged.days_ago * interval '1 day')::date,
    ((coalesce(staged.at, staged.local_at AT TIME ZONE timed.zone)) AT TIME ZONE timed.zone)::date) AS happened_on,
  coalesce(staged.at, staged.local_at AT TIME ZONE timed.zone, least(%(now)s,
    (coalesce(staged.day, (timed.now_there - staged.days_ago * interval '1 day')::date) + time '12:00')
    AT TIME ZONE timed.zone)) AS happened_at
FROM {staged} AS staged
LEFT JOIN contact ON contact.id = staged.contact_id AND contact.id = ANY(%(contact_ids)s)
LEFT JOIN account ON account.id = coalesce(contact.account_id, staged.account_id)
LEFT JOIN place AS own ON own.id = contact.place_id
LEFT JOIN place AS home ON home.id = account.place_id
LEFT JOIN company ON true
CROSS JOIN LATERAL (
  SELECT coalesce(own.zone, home.zone, company.zone, 'UTC') AS zone,
    %(now)s AT TIME ZONE coalesce(own.zone, home.zone, company.zone, 'UTC') AS now_there
) AS timed
"""
"""Every row of the staging table ``{staged}`` with ``happened_at`` and ``happened_on`` (the date there), and with
``contact_part`` and ``contact_key``. Needs the columns contact_id, account_id and WHEN_TYPES."""
