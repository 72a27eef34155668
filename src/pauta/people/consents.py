"""The consent ledger: entries are only ever added, and count in the order of the time they state.

A grant without a date never undoes a denial: a list of addresses that somebody exported long ago must not write again to
those who have said no since. Whoever can name the day of the grant says it, and the order of time decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

from pauta.platform.copy import Column, copy_rows

CONSENT_COLUMNS = {
    "contact_id": "int8",
    "channel": "int2",
    "topic": "text",
    "granted": "bool",
    "basis": "text",
    "source": "text",
    "wording": "text",
    "at": "text",
    "external_id": "text",
}
"""Columns in which entries are handed over. ``at`` is ISO 8601 with offset, NULL for "as of now, and undoing no denial"."""

_STAGE = f"""
CREATE TEMPORARY TABLE IF NOT EXISTS staged_consent (
  {", ".join(f"{name} {kind}" for name, kind in CONSENT_COLUMNS.items())}, position bigserial)
"""
_APPEND = """
WITH judged AS (
  SELECT staged.*, contact.part, contact.account_key, contact.created_at < %(now)s AS known,
    staged.granted AND staged.at IS NULL AND coalesce((
      SELECT NOT entry.granted FROM consent AS entry
      WHERE entry.part = contact.part AND entry.contact_id = contact.id AND entry.channel = staged.channel
        AND entry.topic IN (staged.topic, '*')
      ORDER BY entry.at DESC, entry.id DESC LIMIT 1), false) AS withdrawn
  FROM staged_consent AS staged JOIN contact ON contact.id = staged.contact_id
), added AS (
  INSERT INTO consent (part, contact_id, channel, topic, granted, basis, source, wording, at, recorded_at, external_id)
  SELECT part, contact_id, channel, topic, granted, basis, source, coalesce(wording, ''),
    coalesce(at::timestamptz, %(now)s), %(now)s,
    coalesce(external_id, concat_ws(':', 'stated', contact_id, channel, granted, topic, basis, at, nullif(wording, '')))
  FROM judged WHERE NOT withdrawn ORDER BY position
  ON CONFLICT (external_id) DO NOTHING
  RETURNING contact_id
)
SELECT (SELECT count(*) FROM added), (SELECT count(*) FROM judged WHERE withdrawn),
  (SELECT array_agg(DISTINCT account_key) FROM judged WHERE known AND contact_id IN (SELECT contact_id FROM added))
"""


@dataclass(frozen=True, slots=True)
class Appended:
    """How many entries were added, how many undated grants a denial kept out, and the account keys concerned."""

    added: int
    withdrawn: int
    keys: frozenset[int]


def append_consents(connection: Connection[Any], columns: Mapping[str, Column], now: datetime) -> Appended:
    """Add entries in the order given; ``columns`` are among CONSENT_COLUMNS.

    An entry whose external id is known is there already; without an external id, one that says the same of the same contact is.
    """
    connection.execute(_STAGE)
    connection.execute("TRUNCATE staged_consent RESTART IDENTITY")
    copy_rows(connection, "staged_consent", columns, {name: CONSENT_COLUMNS[name] for name in columns})
    row = connection.execute(_APPEND, {"now": now}).fetchone()
    assert row is not None
    added, withdrawn, keys = row
    return Appended(added, withdrawn, frozenset(keys or ()))
