"""The consent ledger: entries are only ever added, and count in the order of the time they state.

A grant without a date never undoes a denial: a list of addresses that somebody exported long ago must not open again
those who have said no since. Whoever can name the day of the grant says it, and the order of time decides. Nothing is
said in the future: an entry that names a later time than that at which it is recorded counts as of then, or else what
somebody takes back today would come before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

import numpy as np
from psycopg import Connection

from pauta.core import law
from pauta.core.gate.vocabulary import Channel
from pauta.people.staging import Columns, stage
from pauta.people.wire import append_rows
from pauta.platform.copy import array_text
from pauta.webhooks.announcing import announce, wanted
from pauta.webhooks.kinds import Kind

_TYPES: dict[str, LiteralString] = {
    "contact_id": "bigint",
    "channel": "smallint",
    "topic": "text",
    "granted": "boolean",
    "basis": "text",
    "ground": "smallint",
    "source": "text",
    "wording": "text",
    "locale": "text",
    "country": "text",
    "actor": "text",
    "expires_on": "date",
    "proof": "jsonb",
    "at": "timestamptz",
    "external_id": "text",
}
_NEW: dict[str, str] = {**_TYPES, "part": "smallint", "recorded_at": "timestamptz"}
_APPEND = """
WITH judged AS MATERIALIZED (
  SELECT staged.*, contact.part, contact.account_key, CASE
    WHEN staged.external_id IS NULL AND EXISTS (
      SELECT FROM consent AS entry
      WHERE entry.part = contact.part AND entry.contact_id = contact.id
        AND (entry.channel, entry.topic, entry.granted, entry.basis, entry.source, entry.wording)
          = (staged.channel, staged.topic, staged.granted, staged.basis, staged.source, coalesce(staged.wording, ''))
        AND (staged.at IS NULL OR entry.at = staged.at OR staged.at > %(now)s AND entry.at = entry.recorded_at)
      ) THEN 'said before'
    WHEN staged.granted AND staged.at IS NULL AND coalesce((
      SELECT NOT entry.granted FROM consent AS entry
      WHERE entry.part = contact.part AND entry.contact_id = contact.id AND entry.channel = staged.channel
        AND entry.topic IN (staged.topic, '*')
      ORDER BY entry.at DESC, entry.id DESC LIMIT 1), false) THEN 'withdrawn'
    ELSE 'new' END AS verdict
  FROM staged_consent AS staged JOIN contact ON contact.id = staged.contact_id
  WHERE contact.id = ANY(%(contact_ids)s::bigint[])
), added AS (
  INSERT INTO consent (part, contact_id, channel, topic, granted, basis, ground, source, wording, locale, country,
    actor, expires_on, proof, at, recorded_at, external_id)
  SELECT part, contact_id, channel, topic, granted, basis, ground, source, coalesce(wording, ''), coalesce(locale, ''),
    coalesce(country, ''), coalesce(actor, ''), expires_on, coalesce(proof, '{}'), least(at, %(now)s), %(now)s,
    external_id
  FROM judged WHERE verdict = 'new' ORDER BY position
  ON CONFLICT (external_id) WHERE external_id IS NOT NULL DO NOTHING
  RETURNING contact_id, id
)
SELECT (SELECT count(*) FROM added), (SELECT count(*) FROM judged WHERE verdict = 'withdrawn'),
  (SELECT array_agg(DISTINCT account_key) FROM judged WHERE contact_id IN (SELECT contact_id FROM added)),
  (SELECT array_agg(id) FROM added)
"""

_ADDED = """
SELECT c.id, c.external_id, a.external_id, e.channel, e.topic, e.granted, e.basis, e.source, e.at
FROM contact c JOIN consent e ON e.part = c.part AND e.contact_id = c.id LEFT JOIN account a ON a.id = c.account_id
WHERE c.id = ANY(%s) AND e.id = ANY(%s) ORDER BY e.id
"""


@dataclass(frozen=True, slots=True)
class Appended:
    """How many entries were added, how many undated grants a denial kept out, and the account keys concerned."""

    added: int
    withdrawn: int
    keys: frozenset[int]


def append_consents(connection: Connection[Any], columns: Columns, now: datetime) -> Appended:
    """Add entries in the order given.

    Columns: contact_id, channel, topic, granted, basis, source, wording, its locale, country (where it was said, two
    letters), actor, expires_on, proof (JSON text), at (None: as of now, and undoing no denial), external_id. An entry
    whose external id is known is there already; without an external id, one that says the same of the same contact (at
    the same time, when it names one) is.
    """
    stage(connection, "staged_consent", _TYPES, {**columns, "ground": _grounds(columns)})
    asked = {"now": now, "contact_ids": array_text(np.array(columns["contact_id"], np.int64))}
    row = connection.execute(_APPEND, asked).fetchone()
    assert row is not None
    added, withdrawn, keys, numbers = row
    if added and wanted(connection, Kind.CONSENT_CHANGED):
        _announce(connection, now, columns["contact_id"], numbers)
    return Appended(added, withdrawn, frozenset(keys or ()))


def _announce(connection: Connection[Any], now: datetime, contacts: Sequence[int], numbers: Sequence[int]) -> None:
    """Have webhooks told of entries that were added."""
    rows = connection.execute(_ADDED, (list(contacts), list(numbers)))
    told = [
        (
            contact_id,
            {
                "contact": contact,
                "account": account,
                "channel": Channel(channel).name,
                "topic": topic,
                "state": "granted" if granted else "denied",
                "basis": basis,
                "source": source,
                "at": at.isoformat(),
            },
        )
        for contact_id, contact, account, channel, topic, granted, basis, source, at in rows
    ]
    announce(connection, now, Kind.CONSENT_CHANGED, told)


def append_first_consents(connection: Connection[Any], columns: Columns, now: datetime) -> int:
    """Add the first entries of contacts that were made in this transaction, and so have nothing to compare with.

    Columns as for ``append_consents``, less external_id, and with the partitions of the contacts as ``part``. Returns
    their number.
    """
    complete = {
        **columns,
        **{
            name: ["" if text is None else text for text in columns[name]]
            for name in ("wording", "locale", "country", "actor")
            if name in columns
        },
        "proof": [proof or "{}" for proof in columns["proof"]],
        "ground": _grounds(columns),
        "at": _no_later(columns["at"], now),
        "recorded_at": [now] * len(columns["at"]),
    }
    append_rows(connection, "consent", _NEW, complete)
    return len(columns["at"])


def _no_later(given: Sequence[datetime | str | None], now: datetime) -> list[datetime | str]:
    """These times (ISO 8601 or not), those that are left out or still to come as now."""
    ahead = {at for at in set(given) if at is None or _moment(at) > now}
    return [now if at is None or at in ahead else at for at in given]


def _moment(at: datetime | str) -> datetime:
    return datetime.fromisoformat(at) if isinstance(at, str) else at


def _grounds(columns: Columns) -> list[int]:
    """What the law knows the basis of each grant as; a denial needs none."""
    return [
        law.basis_of(basis).value if granted else law.Basis.express.value
        for basis, granted in zip(columns["basis"], columns["granted"], strict=True)
    ]
