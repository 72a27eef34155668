"""When a wait ends, and which way chance leads. All moments are UTC; a day of a contact is a day where they are."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from hashlib import blake2s

from pauta.core.calendar import date_of, day_number, instant_of, moment_of, wall_to_instant
from pauta.core.calendar import local_day_and_minute as local_at
from pauta.core.journey.document import SplitNode, WaitDateNode, WaitDayNode, WaitNode

MOST_MOVES = 100
"""Steps within an hour after which an enrolment rests."""

_QUARTER = 900


def minute_of(clock: str) -> int:
    """The minute of the day of a clock time such as 09:30."""
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def comes_somewhere(clock: str, after: datetime, now: datetime) -> bool:
    """Whether it has become that time in any zone since ``after``; zones differ by quarters of an hour."""
    first, last = ((moment.timestamp() - 60 * minute_of(clock)) // _QUARTER for moment in (after, now))
    return last > first


def wall(zone: str, day: date, clock: str) -> datetime:
    """The moment at which it is that time on a day in a zone; a time that a gap skips moves forward, of a doubled one
    the first is taken."""
    return moment_of(wall_to_instant(zone, day_number(day), minute_of(clock)))


def end_of_wait(node: WaitNode, since: datetime) -> datetime:
    """When a wait for a length of time ends; a day is 24 hours."""
    return since + timedelta(seconds=node.seconds)


def end_of_days(node: WaitDayNode, since: datetime, zone: str) -> datetime:
    """When a wait for an hour on the contact's clock ends: never before ``since``, and on an allowed weekday."""
    start, _ = local_at(instant_of(since), zone)
    day = date_of(start + node.days)
    end = wall(zone, day, node.at)
    while end < since or (node.weekdays and day.isoweekday() not in node.weekdays):
        day += timedelta(days=1)
        end = wall(zone, day, node.at)
    return end


def end_of_date(node: WaitDateNode, stated: str | None, zone: str) -> datetime | None:
    """When a wait for a date ends, given what the attribute says; None when that is no date."""
    try:
        day = date.fromisoformat(node.date or (stated or "")[:10])
    except ValueError:
        return None
    return wall(zone, day - timedelta(days=node.days), node.at)


def share_of(node: SplitNode, salt: str, contact: int) -> int:
    """The place of the share that a contact falls into: the same each time, and another one only as far as changed
    percentages make it necessary."""
    digest = blake2s(f"{salt}:{node.id}:{contact}".encode(), digest_size=8).digest()
    point = int.from_bytes(digest, "big") / 2**64 * 100
    total = 0.0
    for place, share in enumerate(node.shares):
        total += share.percent
        if point < total:
            return place
    return max(place for place, share in enumerate(node.shares) if share.percent)


def moved_too_often(moves: int, since: datetime | None, now: datetime) -> tuple[int, datetime, bool]:
    """One step more: the steps counted, since when, and whether they are too many for an hour."""
    if since is None or now - since >= timedelta(hours=1):
        return 1, now, False
    return moves + 1, since, moves + 1 > MOST_MOVES
