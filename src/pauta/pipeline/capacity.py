"""Counting the places of capacities anew, from the messages and touches that hold them.

Plans draw places from counters and give them back as messages move; what a cancelled or refused message held comes
back here. Until then a counter is too high, never too low, so that a limit is never exceeded.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection

from pauta.core.gate.policies import Capacity, Filter
from pauta.core.gate.vocabulary import Channel
from pauta.messages.states import State
from pauta.policies.queries import PolicySet
from pauta.segments.source import IN_SEGMENTS

CAPACITY_LOCK = 726_100
"""Class of the advisory locks that guard the counters, one for each capacity policy."""

_REACH = {"day": timedelta(days=2), "week": timedelta(days=8), "month": timedelta(days=32)}
"""How far back the current period can begin, wherever the contact is."""
_FIELDS = {
    "types": "type",
    "topics": "topic",
    "teams": "team",
    "campaigns": "campaign",
    "stages": "stage",
}


def lock_counters(connection: Connection[Any], now: datetime, policies: PolicySet) -> list[int]:
    """Lock the counters of all capacities until the transaction ends; the ids of their policies.

    Counters that say nothing yet of these policies are set first, so that nobody draws from one that stands at zero
    because a policy is new.
    """
    numbers = sorted(number for number, _ in _capacities(policies))
    for number in numbers:
        connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", (CAPACITY_LOCK, number))
    if numbers:
        _count(connection, now, policies, _stale(connection, policies, None))
    return numbers


def recount(connection: Connection[Any], now: datetime, policies: PolicySet, seconds: float) -> None:
    """Set the counters that nobody has counted for so many seconds to what is reserved or used.

    In the caller's transaction; of several workers that come at once the first does it for all.
    """
    if _stale(connection, policies, seconds):
        lock_counters(connection, now, policies)
        _count(connection, now, policies, _stale(connection, policies, seconds))


def _stale(connection: Connection[Any], policies: PolicySet, seconds: float | None) -> set[int]:
    """Capacities that were not counted under these policies, or not within so many seconds (None: however long ago)."""
    fresh = connection.execute(
        "SELECT policy_id FROM capacity_count WHERE version = %s"
        " AND (%s::float8 IS NULL OR at > clock_timestamp() - make_interval(secs => %s))",
        (policies.version, seconds, seconds),
    )
    return {number for number, _ in _capacities(policies)} - {number for (number,) in fresh}


def _count(connection: Connection[Any], now: datetime, policies: PolicySet, numbers: set[int]) -> None:
    for number, policy in _capacities(policies):
        if number not in numbers:
            continue
        condition, values = _condition(policy.counts)
        contact, people = (
            (", contact_id", "JOIN contact ON contact.id = contact_id") if _asks_contacts(policy) else ("", "")
        )
        connection.execute("DELETE FROM capacity_use WHERE policy_id = %s", (number,))
        connection.execute(
            f"""
            INSERT INTO capacity_use (policy_id, period, used)
            SELECT %(policy)s, date_trunc(%(per)s, day)::date, sum(places)
            FROM (SELECT p.kind_id, m.* FROM (
                      SELECT proposal_id, day, channel{contact}, count(*) AS places FROM message
                      WHERE channel = %(channel)s AND day >= %(since)s AND state = ANY(%(holding)s)
                      GROUP BY proposal_id, day, channel{contact}) m JOIN proposal p ON p.id = m.proposal_id
                  UNION ALL
                  SELECT kind_id, 0, day, channel{contact}, count(*) FROM touch
                  WHERE channel = %(channel)s AND day >= %(since)s GROUP BY kind_id, day, channel{contact}
                 ) held JOIN kind ON kind.id = held.kind_id {people}
            WHERE {condition} GROUP BY 2
            """,
            {
                "policy": number,
                "per": policy.per,
                "channel": Channel[policy.channel].value,
                "since": (now - _REACH[policy.per]).date(),
                "holding": [State.PLANNED, State.SENDING, State.SENT, State.UNKNOWN],
                **values,
            },
        )
        connection.execute(
            "INSERT INTO capacity_count (policy_id, version, at) VALUES (%s, %s, clock_timestamp())"
            " ON CONFLICT (policy_id) DO UPDATE SET (version, at) = (excluded.version, excluded.at)",
            (number, policies.version),
        )


def _capacities(policies: PolicySet) -> list[tuple[int, Capacity]]:
    pairs = zip(policies.ids, policies.policies, strict=True)
    return [(number, policy) for number, policy in pairs if isinstance(policy, Capacity)]


def _asks_contacts(policy: Capacity) -> bool:
    """Whether places depend on who holds them; joining millions of contacts takes most of the time of a count."""
    asked = policy.counts
    return (asked.stages, asked.except_stages, asked.segments, asked.except_segments) != (None, None, None, None)


def _condition(counts: Filter) -> tuple[str, dict[str, object]]:
    """A filter as a condition on kind, contact and channel, with the values of its parameters."""
    told: list[str] = ["true"]
    values: dict[str, object] = {}
    for sign, prefix in (("", ""), ("NOT ", "except_")):
        for field, column in _FIELDS.items():
            wanted = getattr(counts, prefix + field)
            if wanted is not None:
                told.append(f"{sign}(coalesce({column}, '') = ANY(%({prefix}{field})s))")
                values[prefix + field] = list(wanted)
        segments = getattr(counts, f"{prefix}segments")
        if segments is not None:
            told.append(f"{sign}{IN_SEGMENTS.format(names=f'%({prefix}segments)s', c='contact')}")
            values[f"{prefix}segments"] = list(segments)
        channels = getattr(counts, f"{prefix}channels")
        if channels is not None:
            told.append(f"{sign}(channel = ANY(%({prefix}channels)s))")
            values[f"{prefix}channels"] = [Channel[name].value for name in channels]
        urgent = getattr(counts, f"{prefix}urgent")
        if urgent is not None:
            told.append(f"{sign}(urgent = %({prefix}urgent)s)")
            values[f"{prefix}urgent"] = urgent
    return " AND ".join(told), values
