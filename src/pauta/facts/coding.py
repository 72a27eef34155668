"""From rows of the database to the columns of the gate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from pauta.core.gate import facts as gate
from pauta.core.gate.vocabulary import ALWAYS, NEVER, MessageType
from pauta.core.law import number_of
from pauta.facts.rows import Database, KindFacts, ProposalFacts, Rows, Scope
from pauta.messages.states import State
from pauta.people.lawful import InForce, Recipients

EPOCH = date(1970, 1, 1)
PLANNED_FIRST = 2.0**40
"""Added to the value of a planned message: in its tier it goes before new ones, and the earlier place first, so that
a new message moves a planned one only from a higher tier."""

NEWEST_ID = 2**62
"""Ids from here on stand for messages that are proposed and not written yet."""


@dataclass(frozen=True)
class Proposed:
    """A proposal that has no messages yet, and the contacts who would get one."""

    proposal: ProposalFacts
    contact_ids: NDArray[np.int64]


class Lookup:
    """From ids of the database to rows of the facts."""

    def __init__(self, contacts: Rows) -> None:
        self.order = np.argsort(contacts["id"], kind="stable")
        self.ids = contacts["id"][self.order]
        starts = np.ones(len(contacts), dtype=bool)
        starts[1:] = contacts["account_key"][1:] != contacts["account_key"][:-1]
        self.account_of = (np.cumsum(starts) - 1).astype(np.int32)
        self.keys = contacts["account_key"][starts]
        self.accounts = len(self.keys)

    def of(self, contact_ids: NDArray[np.int64]) -> NDArray[np.int32]:
        """Rows of these contacts, who must be known."""
        return self.order[np.searchsorted(self.ids, contact_ids)].astype(np.int32)

    def has(self, contact_ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of these contacts are among the facts."""
        if len(self.ids) == 0:
            return np.zeros(len(contact_ids), dtype=bool)
        places = np.minimum(np.searchsorted(self.ids, contact_ids), len(self.ids) - 1)
        return np.asarray(self.ids[places] == contact_ids)

    def known(self, found: Rows) -> Rows:
        """The rows whose contact is among the facts."""
        return found[self.has(found["contact_id"])]

    def accounts_of(self, keys: NDArray[np.int64]) -> NDArray[np.int32]:
        """Rows of these account keys; -1 for one that has no contacts."""
        if self.accounts == 0:
            return np.full(len(keys), -1, np.int32)
        places = np.minimum(np.searchsorted(self.keys, keys), self.accounts - 1)
        return np.where(self.keys[places] == keys, places, -1).astype(np.int32)


def _positions(kinds: tuple[KindFacts, ...], ids: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.searchsorted(np.array([kind.id for kind in kinds], dtype=np.int64), ids).astype(np.int32)


def names(kinds: tuple[KindFacts, ...], topics: tuple[str, ...], scope: Scope) -> tuple[gate.Names, gate.Kinds]:
    """Names of everything coded; the topics of open messages come first, as consents are coded by them."""
    topics += tuple(sorted({kind.topic for kind in kinds} - set(topics)))
    teams = tuple(sorted({kind.team for kind in kinds}))
    campaigns = tuple(sorted({kind.campaign for kind in kinds} - {""}))
    names = gate.Names(
        topics=topics,
        teams=teams,
        campaigns=campaigns,
        stages=scope.stages,
        segments=scope.names.segments,
        conditions=scope.names.conditions,
        events=scope.names.events,
    )
    positions = ({name: n for n, name in enumerate(part)} for part in (topics, teams, campaigns))
    topic_at, team_at, campaign_at = positions
    coded = gate.Kinds(
        type=np.array([MessageType[kind.type] for kind in kinds], dtype=np.int8),
        topic=np.array([topic_at[kind.topic] for kind in kinds], dtype=np.int32),
        team=np.array([team_at[kind.team] for kind in kinds], dtype=np.int32),
        campaign=np.array([campaign_at.get(kind.campaign, -1) for kind in kinds], dtype=np.int32),
        urgent=np.array([kind.urgent for kind in kinds], dtype=bool),
    )
    return names, coded


class Places:
    """Zones and holiday calendars of contacts: their own, else their account's, else the company's.

    ``law`` is that of the country said of them or of their account: where our company is says nothing of theirs.
    """

    def __init__(self, connection: Database, now: datetime, contacts: Rows) -> None:
        rows = connection.execute("SELECT id, zone, country, region FROM place")
        known = {row[0]: row[1:] for row in rows}
        last = connection.execute("SELECT zone, country, region FROM company").fetchone() or ("UTC", None, None)
        pairs, inverse = np.unique(
            contacts["place"].astype(np.int64) << 32 | contacts["account_place"].astype(np.int64), return_inverse=True
        )
        resolved = [_resolve(known[pair >> 32], known[pair & 0xFFFFFFFF], last) for pair in pairs.tolist()]
        self.zones = tuple(sorted({zone for zone, _ in resolved})) or ("UTC",)
        self.calendars = tuple(sorted({calendar for _, calendar in resolved})) or (("", ""),)
        law_at = np.array(
            [number_of(known[pair >> 32][1] or known[pair & 0xFFFFFFFF][1]) for pair in pairs.tolist()], dtype=np.int64
        )
        self.law = law_at[inverse]
        zone_at = np.array([self.zones.index(zone) for zone, _ in resolved], dtype=np.int16)
        calendar_at = np.array([self.calendars.index(calendar) for _, calendar in resolved], dtype=np.int16)
        self.zone = zone_at[inverse]
        self.calendar = calendar_at[inverse]
        local = [now.astimezone(ZoneInfo(zone)) for zone in self.zones]
        self.today = np.array([(moment.date() - EPOCH).days for moment in local], dtype=np.int32)[self.zone]
        self.minute = np.array([moment.hour * 60 + moment.minute for moment in local], dtype=np.int16)[self.zone]


_Place = tuple[str | None, str | None, str | None]


def _resolve(own: _Place, account: _Place, company: _Place) -> tuple[str, tuple[str, str]]:
    """Zone, and country with region: those of the first that names a country."""
    zone = own[0] or account[0] or company[0] or "UTC"
    calendar = next(((place[1], place[2] or "") for place in (own, account, company) if place[1]), ("", ""))
    return zone, calendar


def contacts(found: Rows, lookup: Lookup, places: Places, standing: Rows, held: Rows) -> gate.Contacts:
    """Contacts as columns; of the conditions (``standing``) and the holds by hand (``held``) each gets its own."""
    own = standing[(standing["contact_id"] != 0) & lookup.has(standing["contact_id"])]
    conditions = np.zeros(len(found), dtype=np.uint64)
    np.bitwise_or.at(conditions, lookup.of(own["contact_id"]), _bits(own))
    _, person = np.unique(found["person_id"], return_inverse=True)
    return gate.Contacts(
        account=lookup.account_of,
        person=person.astype(np.int32),
        today=places.today,
        minute=places.minute,
        zone=places.zone,
        calendar=places.calendar,
        stage=found["stage"],
        segments=found["segments"].astype(np.uint64),
        conditions=conditions,
        reachable=found["reachable"].astype(np.uint8),
        consent_known=np.ones(len(found), dtype=bool),
        paused_until=_held_until(found["paused_until"], lookup, held),
        best_minute=found["best_minute"],
    )


def _held_until(paused_until: gate.Int32, lookup: Lookup, held: Rows) -> gate.Int32:
    """Until when each contact gets nothing that is not transactional: by its own pause, or by a colleague's hand."""
    until = paused_until.copy()
    own = held[(held["contact_id"] != 0) & lookup.has(held["contact_id"])]
    np.maximum.at(until, lookup.of(own["contact_id"]), own["until"])
    whole = np.full(lookup.accounts, ALWAYS, dtype=np.int32)
    accounts = lookup.accounts_of(held["account_key"])
    shared = (held["contact_id"] == 0) & (accounts >= 0)
    np.maximum.at(whole, accounts[shared], held["until"][shared])
    return np.maximum(until, whole[lookup.account_of])


def recipients(found: Rows, lookup: Lookup, places: Places) -> Recipients:
    """The contacts as the law sees them."""
    order = lookup.order
    return Recipients(lookup.ids, places.law[order], found["account_key"][order] > 0, places.today[order])


def consents(lookup: Lookup, found: InForce) -> gate.Consents:
    """Consent entries that are in force, as columns."""
    entries = found.entries
    return gate.Consents(
        contact=lookup.of(entries["contact_id"]),
        channel=entries["channel"].astype(np.int8),
        topic=entries["topic"],
        granted=entries["granted"],
        marketing=found.marketing,
        service=found.service,
    )


def events(lookup: Lookup, found: Rows) -> gate.Events:
    """Events of known accounts and contacts as columns."""
    account = lookup.accounts_of(found["account_key"])
    own = found["contact_id"] != 0
    kept = (account >= 0) & (~own | lookup.has(found["contact_id"]))
    found, account, own = found[kept], account[kept], own[kept]
    contact = np.full(len(found), -1, np.int32)
    contact[own] = lookup.of(found["contact_id"][own])
    return gate.Events(account=account, contact=contact, name=found["name"].astype(np.int16), day=found["day"])


def account_conditions(lookup: Lookup, standing: Rows) -> gate.Bits:
    """The conditions of the accounts themselves, as bits."""
    account = lookup.accounts_of(standing["account_key"])
    chosen = (standing["contact_id"] == 0) & (account >= 0)
    conditions = np.zeros(lookup.accounts, dtype=np.uint64)
    np.bitwise_or.at(conditions, account[chosen], _bits(standing[chosen]))
    return conditions


def _bits(standing: Rows) -> gate.Bits:
    return np.uint64(1) << standing["name"].astype(np.uint64)


def preferences(lookup: Lookup, found: Rows) -> gate.Preferences:
    """Preferences as columns."""
    return gate.Preferences(
        contact=lookup.of(found["contact_id"]),
        topic=found["topic"],
        limit=found["at_most"].astype(np.int32),
        days=found["days"].astype(np.int32),
    )


def touches(lookup: Lookup, found: Rows, kinds: tuple[KindFacts, ...]) -> gate.Touches:
    """Touches as columns."""
    return gate.Touches(
        contact=lookup.of(found["contact_id"]),
        day=found["day"],
        kind=_positions(kinds, found["kind_id"]),
        channel=found["channel"].astype(np.int8),
        id=found["id"],
    )


def messages(
    lookup: Lookup,
    found: Rows,
    proposals: dict[int, ProposalFacts],
    kinds: tuple[KindFacts, ...],
    proposed: Proposed | None,
) -> gate.Messages:
    """Open messages of the ledger, then the proposed ones, whose ids follow all others (they are the youngest)."""
    count = len(proposed.contact_ids) if proposed is not None else 0
    proposal_ids = np.concatenate([found["proposal_id"], np.full(count, proposed.proposal.id if proposed else 0)])
    ordered = [proposals[number] for number in sorted(proposals)]
    at = np.searchsorted(np.array(sorted(proposals), dtype=np.int64), proposal_ids)
    planned_value = PLANNED_FIRST - found["day"].astype(np.float64)
    own_value = np.array([one.value for one in ordered], dtype=np.float64)[at]
    own_value[: len(found)] = np.where(found["state"] == State.PLANNED, planned_value, own_value[: len(found)])
    youngest = NEWEST_ID + np.arange(count, dtype=np.int64)
    contact_ids = np.concatenate([found["contact_id"], proposed.contact_ids if proposed else np.empty(0, np.int64)])
    return gate.Messages(
        contact=lookup.of(contact_ids),
        kind=_positions(kinds, np.array([one.kind_id for one in ordered], dtype=np.int32))[at],
        tier=np.array([one.tier for one in ordered], dtype=np.int8)[at],
        value=own_value,
        not_before=np.array([_day(one.not_before, ALWAYS) for one in ordered], dtype=np.int32)[at],
        expires=np.array([_day(one.expires, NEVER) for one in ordered], dtype=np.int32)[at],
        minute=np.array([one.minute for one in ordered], dtype=np.int16)[at],
        wished=np.concatenate([found["wished"], np.full(count, ALWAYS, np.int32)]),
        channels=_remaining(_channel_table(ordered)[at], found["wish_from"]),
        id=np.concatenate([found["id"], youngest]),
    )


def _channel_table(proposals: Sequence[ProposalFacts]) -> NDArray[np.int8]:
    width = max((len(one.channels) for one in proposals), default=1)
    table = np.full((len(proposals), width), -1, dtype=np.int8)
    for row, one in enumerate(proposals):
        table[row, : len(one.channels)] = one.channels
    return table


def _remaining(wishes: NDArray[np.int8], first: NDArray[np.int16]) -> NDArray[np.int8]:
    """The wishes without those on which an earlier message of the same proposal has failed already."""
    rows = np.flatnonzero(first)
    if len(rows):
        width = wishes.shape[1]
        padded = np.hstack([wishes[rows], np.full((len(rows), width), -1, np.int8)])
        places = first[rows, None] + np.arange(width)
        wishes[rows] = np.take_along_axis(padded, places.astype(np.intp), axis=1)
    return wishes


def _day(value: date | None, without: int) -> int:
    return without if value is None else (value - EPOCH).days
