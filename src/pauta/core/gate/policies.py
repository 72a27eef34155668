"""Policies: what a company promises its customers, as values. Parsed from and dumped to the JSON of gate cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True, slots=True)
class Filter:
    """Which messages or touches: every field that is given must pass; one without fields takes everything.

    Stages and segments are those of the contact. Something without a campaign is in no list of campaigns.
    """

    types: tuple[str, ...] | None = None
    topics: tuple[str, ...] | None = None
    teams: tuple[str, ...] | None = None
    channels: tuple[str, ...] | None = None
    campaigns: tuple[str, ...] | None = None
    stages: tuple[str, ...] | None = None
    segments: tuple[str, ...] | None = None
    urgent: bool | None = None
    except_types: tuple[str, ...] | None = None
    except_topics: tuple[str, ...] | None = None
    except_teams: tuple[str, ...] | None = None
    except_channels: tuple[str, ...] | None = None
    except_campaigns: tuple[str, ...] | None = None
    except_stages: tuple[str, ...] | None = None
    except_segments: tuple[str, ...] | None = None
    except_urgent: bool | None = None


EVERYTHING: Final = Filter()


@dataclass(frozen=True, slots=True)
class ChannelRule:
    """Closes a channel for everything that does not match ``only``, transactional messages too."""

    name: str
    channel: str
    only: Filter


@dataclass(frozen=True, slots=True)
class Guard:
    """Closes everything for contacts in none of the stages, or none of the segments."""

    name: str
    held: Filter = EVERYTHING
    stages: tuple[str, ...] | None = None
    segments: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Closes everything while a condition stands, or the ``days`` days from an event on."""

    name: str
    held: Filter = EVERYTHING
    condition: str | None = None  # `while` in JSON
    event: str | None = None  # `after` in JSON
    days: int | None = None
    account: bool = False  # scope


@dataclass(frozen=True, slots=True)
class Time:
    """Allowed hours [start, end) in minutes of the local day, ISO weekdays, holidays, and blackout dates."""

    name: str
    held: Filter = EVERYTHING
    hours: tuple[int, int] | None = None
    weekdays: tuple[int, ...] | None = None
    holidays: bool = False
    dates: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Cap:
    """At most ``limit`` counted touches in any run of ``days`` days, in a week, or in a month."""

    name: str
    limit: int
    window: str = "rolling"  # rolling, week, month
    days: int | None = None  # of a rolling window
    account: bool = False  # scope
    held: Filter = EVERYTHING
    counts: Filter = EVERYTHING


@dataclass(frozen=True, slots=True)
class Spacing:
    """Keeps messages of two sorts at least ``days`` days apart, in both directions."""

    name: str
    days: int
    held: Filter = EVERYTHING
    apart_from: Filter = EVERYTHING  # `from` in JSON
    account: bool = False  # scope


@dataclass(frozen=True, slots=True)
class Concurrency:
    """Holds messages of a campaign while the contact is in ``limit`` others."""

    name: str
    limit: int
    held: Filter = EVERYTHING


@dataclass(frozen=True, slots=True)
class Mix:
    """At most ``percent`` of the touches of ``days`` days may be of the type, asked from ``min_touches`` on."""

    name: str
    type: str
    percent: float
    days: int
    min_touches: int = 5
    held: Filter = EVERYTHING


_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class WarmUp:
    """Fewer places for a while: ``days`` has the places of each day from ``since`` on, and before it those of the first
    day. So receivers learn to know a sender by and by."""

    since: date
    days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Capacity:
    """A channel has ``limit`` places per day, week or month, over all accounts; fewer a day while it warms up."""

    name: str
    channel: str
    limit: int
    per: str  # day, week, month
    held: Filter = EVERYTHING
    counts: Filter = EVERYTHING
    warm_up: WarmUp | None = None

    def limit_from(self, first: int) -> int:
        """The places of the period that begins on this epoch day."""
        if self.warm_up is None:
            return self.limit
        place = max(0, first - (self.warm_up.since - _EPOCH).days)
        return min(self.limit, self.warm_up.days[place]) if place < len(self.warm_up.days) else self.limit


Policy = ChannelRule | Guard | Hold | Time | Cap | Spacing | Concurrency | Mix | Capacity

KINDS: Final[dict[str, type]] = {
    "channel": ChannelRule,
    "guard": Guard,
    "hold": Hold,
    "time": Time,
    "cap": Cap,
    "spacing": Spacing,
    "concurrency": Concurrency,
    "mix": Mix,
    "capacity": Capacity,
}
"""Kinds of policies in the order in which the gate asks them (preferences are asked between time and cap)."""


def kind_of(policy: Policy) -> str:
    """The word for the policy's kind, as in JSON and in the list of reasons."""
    return next(kind for kind, policy_type in KINDS.items() if isinstance(policy, policy_type))


@dataclass(frozen=True, slots=True)
class Asked:
    """Names that policies ask for, sorted; facts need to hold no others."""

    segments: tuple[str, ...]
    conditions: tuple[str, ...]
    events: tuple[str, ...]


def names_asked(policies: Sequence[Policy]) -> Asked:
    """The segments, conditions and events that these policies ask for."""
    segments: set[str] = set()
    for policy in policies:
        segments.update(policy.segments or () if isinstance(policy, Guard) else ())
        for part in filters_of(policy):
            segments.update(part.segments or (), part.except_segments or ())
    holds = [policy for policy in policies if isinstance(policy, Hold)]
    return Asked(
        tuple(sorted(segments)),
        tuple(sorted({hold.condition for hold in holds if hold.condition is not None})),
        tuple(sorted({hold.event for hold in holds if hold.event is not None})),
    )


def filters_of(policy: Policy) -> tuple[Filter, ...]:
    """Every filter of a policy."""
    match policy:
        case ChannelRule():
            return (policy.only,)
        case Cap() | Capacity():
            return (policy.held, policy.counts)
        case Spacing():
            return (policy.held, policy.apart_from)
        case _:
            return (policy.held,)
