"""Which entries of the consent ledger are in force: the law of whoever is written to decides, as of a day.

A grant that the law does not carry, or no longer, counts as if it had not been said, and what was said before it stands
again. A denial always counts; after it only what somebody expressly agrees to opens anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import numpy as np
import phonenumbers
from numpy.typing import NDArray
from psycopg import Connection

from pauta.core import law
from pauta.core.gate.vocabulary import NEVER, Channel
from pauta.core.law import Basis, Purpose
from pauta.platform.copy import fetch_array

Rows = NDArray[Any]

ENTRY = np.dtype(
    [
        ("id", "i8"),
        ("contact_id", "i8"),
        ("channel", "i2"),
        ("topic", "i4"),
        ("granted", "?"),
        ("ground", "i2"),
        ("ends", "i4"),
        ("country", "i4"),
        ("at", "M8[us]"),
    ]
)
"""An entry of the ledger: ``topic`` as its reader numbers it, -1 for every topic; ``ends`` an epoch day or NEVER;
``country`` two letters as one number, 0 for none."""

ENTRY_COLUMNS = f"""id, contact_id, channel, {{topic}} AS topic, granted, ground,
    coalesce(expires_on - DATE '1970-01-01', {NEVER}) AS ends,
    ascii(country) * 256 + ascii(substr(country, 2)) AS country, at"""
"""What to select for ``ENTRY``."""


@dataclass(frozen=True, slots=True)
class Recipients:
    """Those who are written to, by ascending id: under whose law by what is said of them (see ``law.number_of``),
    whether as members of a company, and the epoch day of their today."""

    ids: NDArray[np.int64]
    law: NDArray[np.int64]
    business: NDArray[np.bool_]
    today: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class InForce:
    """Entries that count, in the order given, and the first epoch day on which each carries no marketing any more, and
    on which it carries nothing: NEVER for denials, and for grants without an end."""

    entries: Rows
    marketing: law.Days
    service: law.Days


def in_force(connection: Connection[Any], entries: Rows, recipients: Recipients) -> InForce:
    """Those of these entries (of ``ENTRY``, of the recipients, in order of time) that count today."""
    limited = entries["granted"] & ((entries["ground"] != Basis.express) | (entries["ends"] != NEVER))
    until = np.full((2, len(entries)), NEVER, np.int32)
    if not limited.any():
        return InForce(entries, *until)
    rows = np.flatnonzero(limited)
    chosen = entries[rows]
    who = np.searchsorted(recipients.ids, chosen["contact_id"])
    laws = _laws(connection, chosen, recipients.law[who])
    today, business = recipients.today[who], recipients.business[who]
    until[:, rows] = [_carried(chosen, laws, business, one) for one in (Purpose.marketing, Purpose.service)]
    counts = np.ones(len(entries), bool)
    counts[rows] = (until[:, rows].max(axis=0) > today) & ~_objected(entries, rows)
    return InForce(entries[counts], *until[:, counts])


@dataclass(frozen=True, slots=True)
class Said:
    """An entry that counts, by its id: what a contact granted or denied, and whether it is for marketing too."""

    id: int
    contact_id: int
    channel: Channel
    topic: str
    granted: bool
    service: bool


def counting(connection: Connection[Any], contact_ids: Collection[int], now: datetime) -> list[Said]:
    """The entries of these contacts that count on the day that it is in UTC, in order of time."""
    ids = sorted(contact_ids)
    mine = "(part, contact_id) IN (SELECT part, id FROM contact WHERE id = ANY(%(ids)s))"
    said = connection.execute(f"SELECT DISTINCT topic FROM consent WHERE {mine}", {"ids": ids})
    topics = ["*", *sorted({topic for (topic,) in said} - {"*"})]
    columns = ENTRY_COLUMNS.format(topic="array_position(%(topics)s::text[], topic) - 2")
    query = f"SELECT {columns} FROM consent WHERE {mine} ORDER BY at, id"
    entries = fetch_array(connection, query, {"ids": ids, "topics": topics}, ENTRY)
    people = connection.execute(
        "SELECT c.id, coalesce(own.country, home.country), c.account_key > 0 FROM contact c"
        " JOIN place own ON own.id = c.place_id LEFT JOIN account a ON a.id = c.account_id"
        " LEFT JOIN place home ON home.id = a.place_id WHERE c.id = ANY(%s) ORDER BY c.id",
        (ids,),
    ).fetchall()
    recipients = Recipients(
        np.array([number for number, *_ in people], np.int64),
        np.array([law.number_of(country) for _, country, _ in people], np.int64),
        np.array([business for *_, business in people], bool),
        np.full(len(people), (now.date() - _EPOCH).days, np.int32),
    )
    found = in_force(connection, entries, recipients)
    return [
        Said(
            int(entry["id"]),
            int(entry["contact_id"]),
            Channel(entry["channel"]),
            topics[entry["topic"] + 1],
            granted,
            service,
        )
        for entry, granted, service in zip(
            found.entries,
            found.entries["granted"].tolist(),
            (found.marketing <= (now.date() - _EPOCH).days).tolist(),
            strict=True,
        )
    ]


def _carried(
    chosen: Rows, laws: tuple[NDArray[np.int64], NDArray[np.int64]], business: NDArray[np.bool_], purpose: Purpose
) -> law.Days:
    """Until when each grant carries a purpose, under the stricter of the two laws."""
    day = chosen["at"].astype("datetime64[D]").astype(np.int64).astype(np.int32)
    ground, channel = chosen["ground"].astype(np.int64), chosen["channel"].astype(np.int64)
    each = [law.carried_until(one, ground, purpose, channel, business, day) for one in laws]
    carried: law.Days = np.minimum(np.minimum(*each), chosen["ends"])
    return carried


def _laws(
    connection: Connection[Any], chosen: Rows, declared: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The laws of where the recipients are said to be and of where their phones are from, each standing in for the
    other; of where the entry was made, where neither is known."""
    ids, inverse = np.unique(chosen["contact_id"], return_inverse=True)
    found = dict(
        connection.execute(
            "SELECT id, left(phone, 5) FROM contact WHERE id = ANY(%s) AND phone LIKE '+%%'", (ids.tolist(),)
        ).fetchall()
    )
    phone = np.array([_law_of_phone(found.get(number, "")) for number in ids.tolist()], np.int64)[inverse]
    first, second = np.where(declared == law.UNKNOWN, phone, declared), np.where(phone == law.UNKNOWN, declared, phone)
    nowhere = np.flatnonzero(first == law.UNKNOWN)
    said = [
        law.number_of(chr(code >> 8) + chr(code & 255)) if code else law.UNKNOWN for code in chosen["country"][nowhere]
    ]
    first[nowhere] = second[nowhere] = said
    return first, second


@lru_cache(maxsize=4096)
def _law_of_phone(begins: str) -> int:
    """The law of where numbers begin like this: the country code, and in North America the area code."""
    if not begins:
        return law.UNKNOWN
    try:
        number = phonenumbers.parse(f"{begins}5550123")
    except phonenumbers.NumberParseException:
        return law.UNKNOWN
    country = phonenumbers.region_code_for_number(number) or phonenumbers.region_code_for_country_code(
        number.country_code or 0
    )
    return law.number_of(country)


def _objected(entries: Rows, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of these grants, none of which was expressly made or all of which end, come after an objection."""
    weak = rows[entries["ground"][rows] != Basis.express]
    denied = entries["contact_id"][~entries["granted"]]
    concerned = set(weak[np.isin(entries["contact_id"][weak], denied)].tolist())
    if not concerned:
        return np.zeros(len(rows), bool)
    after: set[int] = set()
    objections: dict[tuple[int, int], dict[int, bool]] = defaultdict(dict)
    people = np.isin(entries["contact_id"], entries["contact_id"][sorted(concerned)])
    for row in np.flatnonzero(people).tolist():
        entry = entries[row]
        topics, topic = objections[int(entry["contact_id"]), int(entry["channel"])], int(entry["topic"])
        if not entry["granted"]:
            if topic == _EVERY:
                topics.clear()
            topics[topic] = True
        elif entry["ground"] == Basis.express:
            topics[topic] = False
        elif topics.get(topic, topics.get(_EVERY, False)):
            after.add(row)
    return np.isin(rows, sorted(after))


_EVERY = -1
_EPOCH = date(1970, 1, 1)
