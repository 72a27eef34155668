"""What programs sent is understood here: people and accounts are made or changed, events recorded, visitors known.

One transaction takes requests out of the intake and leaves what they said, so that each call counts once, whatever is
killed when. A call that cannot be understood goes to the dead letters, with the reason, and stops no other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection

from pauta.core.gate.policies import Hold
from pauta.core.problems import Problem
from pauta.events.actions import record_events
from pauta.events.intake import traits
from pauta.events.intake.actions import (
    TRAITS,
    Dead,
    Past,
    bury,
    keep_for_visitors,
    save_visitors,
    take_of_visitors,
)
from pauta.events.intake.calls import Call, letters, read
from pauta.events.intake.queries import Known, known, owners, waiting
from pauta.events.intake.story import Story, tell
from pauta.messages.ledger import lock_parts
from pauta.people.changes import Changes
from pauta.people.locks import lock_people
from pauta.people.places import NOWHERE, place_ids
from pauta.people.queries import account_ids
from pauta.people.staging import Columns
from pauta.people.storing import store_accounts, store_contacts
from pauta.pipeline.merging import merge_contacts
from pauta.pipeline.people import people_changed
from pauta.pipeline.quarantine import DROPPED
from pauta.platform import log
from pauta.platform.partitions import PARTITIONS, partition_of
from pauta.policies.queries import current

Conn = Connection[Any]

MOST_REQUESTS = 1000
MOST_BYTES = 2_000_000
"""Of requests that are understood together; a batch of the largest size fits in any case."""


def digest(connection: Conn, now: datetime) -> int:
    """Understand the oldest requests that wait; how many those were. One process at a time does this."""
    if connection.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('pauta.intake', 0))").fetchone() != (
        True,
    ):
        return 0
    requests = waiting(connection, MOST_REQUESTS, MOST_BYTES)
    calls: list[Call] = []
    dead: list[Dead] = []
    for letter in (letter for request in requests for letter in letters(request)):
        try:
            calls.append(read(letter))
        except Problem as problem:
            dead.append(Dead(letter, problem))
    dead += _understood(connection, calls, now)
    if dead:
        bury(connection, dead)
    connection.execute("DELETE FROM intake WHERE id = ANY(%s)", ([one.id for one in requests],))
    return len(requests)


def _understood(connection: Conn, calls: Sequence[Call], now: datetime) -> list[Dead]:
    """Act on these calls; those that fail, alone, and why."""
    if not calls:
        return []
    try:
        with connection.transaction():
            return _act(connection, calls, now)
    except DROPPED:
        raise
    except Problem as problem:
        if len(calls) == 1:
            return [Dead(calls[0].letter, problem)]
    except Exception as error:  # noqa: BLE001 - a defect of ours, or what no database keeps, must not stop all others
        if len(calls) == 1:
            log.logger(__name__).error("event not understood", call=calls[0].letter.external_id, exc_info=error)
            return [Dead(calls[0].letter, Problem("intake_failed"))]
    middle = len(calls) // 2
    return _understood(connection, calls[:middle], now) + _understood(connection, calls[middle:], now)


def _act(connection: Conn, calls: Sequence[Call], now: datetime) -> list[Dead]:
    lock_people(connection)
    people = known(connection, {name for call in calls for name in (call.user, call.previous) if name})
    names = {name: one.external_id for name, one in people.items()}
    story = tell(calls, owners(connection, {call.visitor for call in calls if call.visitor}), names)
    past = take_of_visitors(connection, story.links) if story.links else []
    for one in past:
        if one.name == TRAITS:
            owner = story.links[one.visitor]
            story.traits[owner] = traits.merged(one.properties, story.traits.get(owner, {}))
    people = {one.external_id: one for one in people.values()}
    people |= known(connection, story.traits.keys() - people.keys())
    changes, accounts = _store_accounts(connection, story, now)
    stored, numbers, dead = _store_contacts(connection, story, people, accounts, now)
    save_visitors(connection, {visitor: numbers[owner] for visitor, owner in story.links.items()}, now)
    keep_for_visitors(connection, [*story.unnamed, *(call for call, owner in story.happened if not owner)])
    changes += stored
    _lock_before_events(connection, story, changes)
    changes += _record(connection, story, past, numbers, now)
    people_changed(connection, changes, now)
    for call in story.merges:
        merge_contacts(connection, names.get(call.user, call.user), call.previous, now, call.letter.source)
    return dead


def _lock_before_events(connection: Conn, story: Story, changes: Changes) -> None:
    """Take the locks of partitions that moves and merges will want: who has them may be waiting to record events."""
    parts = {partition_of(key) for move in changes.moves for key in (move.old_key, move.new_key)}
    if story.merges:
        parts = set(range(PARTITIONS))
    if parts:
        lock_parts(connection, sorted(parts))


def _store_accounts(connection: Conn, story: Story, now: datetime) -> tuple[Changes, dict[str, int]]:
    """Make or change the accounts that the calls name; what changed, and their ids by what the calls call them."""
    if not story.accounts:
        return Changes(), {}
    ids = account_ids(connection, story.accounts)
    rows = connection.execute(
        "SELECT id, external_id FROM account WHERE id = ANY(%s)", (list(ids.values()),)
    ).fetchall()
    names: dict[int, str] = dict(rows)
    said: dict[str, dict[str, Any]] = {}
    for name, given in story.accounts.items():
        external_id = names[ids[name]] if name in ids else name
        said[external_id] = traits.merged(said.get(external_id, {}), given)
    profiles = [traits.of_account(given) for given in said.values()]
    columns: Columns = {
        "external_id": list(said),
        "name": [one.columns.get("name") for one in profiles],
        "place_id": _places(connection, profiles),
        "attributes": [json.dumps(one.attributes) for one in profiles],
    }
    stored = store_accounts(connection, columns, now)
    made = dict(zip(said, stored.ids, strict=True))
    return stored.changes, {name: ids.get(name) or made[name] for name in story.accounts}


def _store_contacts(
    connection: Conn, story: Story, people: Mapping[str, Known], accounts: Mapping[str, int], now: datetime
) -> tuple[Changes, dict[str, int], list[Dead]]:
    """Make or change the contacts of whom something is said; what changed, all numbers by external id, and what could
    not be taken of what is said."""
    country = connection.execute("SELECT country FROM company").fetchone()
    profiles = {
        name: traits.of_contact(given, country[0] if country else None)
        for name, given in story.traits.items()
        if given or name not in people
    }
    homes, others = _homes(story, people, accounts)
    numbers = {name: one.id for name, one in people.items()}
    chosen = sorted({name for name, one in profiles.items() if one or name not in people} | homes.keys())
    changes = Changes()
    if chosen:
        rows = [profiles.get(name) or traits.Profile() for name in chosen]
        plain = ("first_name", "last_name", "email", "phone", "postal_address", "language")
        columns: Columns = {
            "external_id": chosen,
            "account_id": [homes.get(name) for name in chosen],
            **{name: [one.columns.get(name) for one in rows] for name in plain},
            "place_id": _places(connection, rows),
            "attributes": [json.dumps(one.attributes) for one in rows],
        }
        stored = store_contacts(connection, columns, now)
        changes = stored.changes
        numbers |= dict(zip(chosen, stored.ids, strict=True))
    _relate(connection, [(numbers[name], account) for name, account in others])
    dead = [
        Dead(story.told_by[name].letter, one.refused[0])
        for name, one in profiles.items()
        if one.refused and name in story.told_by
    ]
    return changes, numbers, dead


def _homes(
    story: Story, people: Mapping[str, Known], accounts: Mapping[str, int]
) -> tuple[dict[str, int], list[tuple[str, int]]]:
    """The account of each contact that had none, and the other accounts to which contacts belong."""
    homes: dict[str, int] = {}
    others = []
    for name, account in story.members:
        home = (people[name].account_id if name in people else None) or homes.setdefault(name, accounts[account])
        if home != accounts[account]:
            others.append((name, accounts[account]))
    return homes, others


def _relate(connection: Conn, pairs: Sequence[tuple[int, int]]) -> None:
    if pairs:
        connection.execute(
            "INSERT INTO relation (contact_id, account_id) SELECT * FROM unnest(%s::bigint[], %s::bigint[])"
            " ON CONFLICT DO NOTHING",
            ([contact for contact, _ in pairs], [account for _, account in pairs]),
        )


def _record(connection: Conn, story: Story, past: Sequence[Past], numbers: Mapping[str, int], now: datetime) -> Changes:
    """Record what contacts did, and what visitors did who are known from now on; the account keys for which a policy
    waits for such an event."""
    rows = [
        (numbers[story.links[one.visitor]], one.name, one.external_id, one.at, one.properties, one.source)
        for one in past
        if one.name != TRAITS
    ]
    rows += [
        (numbers[owner], call.name, call.letter.external_id, call.at, call.facts, call.letter.source)
        for call, owner in story.happened
        if owner
    ]
    changes = Changes()
    for source in sorted({row[5] for row in rows}):
        ids, names, external_ids, moments, properties, _ = zip(*(row for row in rows if row[5] == source), strict=True)
        columns = {
            "contact_id": ids,
            "name": names,
            "external_id": external_ids,
            "at": moments,
            "properties": [json.dumps(one, ensure_ascii=False) for one in properties],
        }
        recorded = record_events(connection, columns, source=source, now=now)
        if _awaited(connection) & set(names):
            changes += recorded
    return changes


def _awaited(connection: Conn) -> set[str]:
    """The names of events after which a policy holds messages."""
    return {one.event for one in current(connection).policies if isinstance(one, Hold) and one.event}


def _places(connection: Conn, profiles: Iterable[traits.Profile]) -> list[int | None]:
    triples = [one.place for one in profiles]
    ids: dict[Any, int | None] = {**place_ids(connection, {one for one in triples if one != NOWHERE}), NOWHERE: None}
    return [ids[one] for one in triples]
