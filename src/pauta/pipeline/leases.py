"""Which worker owns which partitions: leases with an epoch, on the database's clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from pauta.messages.states import Lane
from pauta.platform.clock import monotonic
from pauta.platform.partitions import PARTITIONS


class LeaseLostError(Exception):
    """A partition that a transaction needs belongs to somebody else by now."""


@dataclass(frozen=True)
class Acquired:
    """A partition just taken, who had it before, and how many seconds ago that one's lease ran out (negative: not yet,
    it was given back)."""

    part: int
    previous_owner: str
    seconds_over: float


class Leases:
    """The partitions of one worker.

    ``deadlines`` are on this machine's monotonic clock and earlier than what the database says, as each is counted from
    before the statement that took or renewed the lease.
    """

    def __init__(self, owner: str, lane: Lane, seconds: float, send_seconds: float) -> None:
        self.owner = owner
        self.lane = lane
        self.seconds = seconds
        self.send_seconds = send_seconds
        self.deadlines: dict[int, float] = {}
        self.epochs: dict[int, int] = {}

    @property
    def parts(self) -> tuple[int, ...]:
        """Partitions that are owned, as far as this worker knows."""
        return tuple(sorted(self.deadlines))

    def can_send(self, part: int) -> bool:
        """Whether more of the lease is left than handing over one message can take."""
        return self.deadlines.get(part, 0.0) - monotonic() > self.send_seconds

    def expire(self, connection: Connection[Any], dead: Iterable[str]) -> None:
        """End the leases of workers that are known to be dead, so that nobody waits for them to run out."""
        names = list(dead)
        connection.execute(
            "WITH left_behind AS (SELECT part FROM lease WHERE owner = ANY(%s) AND until > '-infinity' "
            "FOR UPDATE SKIP LOCKED) "
            "UPDATE lease SET until = '-infinity' FROM left_behind WHERE lease.part = left_behind.part",
            (names,),
        )
        connection.execute("DELETE FROM worker WHERE name = ANY(%s)", (names,))

    def others(self, connection: Connection[Any]) -> list[str]:
        """Names of all other workers that hold leases or have said that they live."""
        rows = connection.execute(
            "SELECT owner FROM lease WHERE owner NOT IN ('', %(me)s) AND until > '-infinity' "
            "UNION SELECT name FROM worker WHERE name <> %(me)s",
            {"me": self.owner},
        )
        return [name for (name,) in rows]

    def announce(self, connection: Connection[Any]) -> int:
        """Say that this worker lives; return how many partitions are its fair share."""
        connection.execute(
            "INSERT INTO worker (name, lane, seen_at) VALUES (%s, %s, clock_timestamp()) "
            "ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at",
            (self.owner, self.lane),
        )
        connection.execute(
            "DELETE FROM worker WHERE seen_at < clock_timestamp() - make_interval(secs => %s)", (10 * self.seconds,)
        )
        (living,) = connection.execute(
            "SELECT count(*) FROM worker WHERE lane = %s AND seen_at > clock_timestamp() - make_interval(secs => %s)",
            (Lane.BULK, self.seconds),
        ).fetchone() or (1,)
        return -(-PARTITIONS // max(int(living), 1))

    def acquire(self, connection: Connection[Any], share: int) -> list[Acquired]:
        """Take free or expired partitions up to the share; give back what is above it."""
        surplus = self.parts[share:]
        if surplus:
            self.give_back(connection, surplus)
        wanted = share - len(self.deadlines)
        if wanted <= 0:
            return []
        before = monotonic()
        taken = connection.execute(
            """
            WITH free AS (
                SELECT part, owner, until FROM lease WHERE until < clock_timestamp()
                ORDER BY part LIMIT %(wanted)s FOR UPDATE SKIP LOCKED)
            UPDATE lease SET owner = %(owner)s, epoch = epoch + 1,
                             until = clock_timestamp() + make_interval(secs => %(seconds)s)
            FROM free WHERE lease.part = free.part
            RETURNING lease.part, lease.epoch, free.owner,
                      CASE WHEN free.owner = '' THEN -1
                           WHEN free.until = '-infinity' THEN 1e9
                           ELSE extract(epoch FROM clock_timestamp() - free.until) END
            """,
            {"wanted": wanted, "owner": self.owner, "seconds": self.seconds},
        ).fetchall()
        for part, epoch, _, _ in taken:
            self.deadlines[part] = before + self.seconds
            self.epochs[part] = epoch
        return [Acquired(part, owner, float(over)) for part, _, owner, over in taken]

    def renew(self, connection: Connection[Any]) -> None:
        """Prolong what is owned. What a running transaction has locked waits for the next time: nobody can take it."""
        before = monotonic()
        renewed = connection.execute(
            """
            WITH mine AS (SELECT part FROM lease WHERE owner = %(owner)s FOR UPDATE SKIP LOCKED)
            UPDATE lease SET until = clock_timestamp() + make_interval(secs => %(seconds)s)
            FROM mine WHERE lease.part = mine.part RETURNING lease.part
            """,
            {"owner": self.owner, "seconds": self.seconds},
        ).fetchall()
        for (part,) in renewed:
            if part in self.deadlines:
                self.deadlines[part] = before + self.seconds

    def lock(self, connection: Connection[Any], parts: Iterable[int]) -> None:
        """Lock the leases of these partitions until the transaction ends; LeaseLostError unless all are still owned.

        While the row is locked nobody can take the partition, whatever the clock says.
        """
        wanted = sorted(set(parts))
        held = connection.execute(
            "SELECT part, epoch FROM lease WHERE part = ANY(%s) AND owner = %s AND until > clock_timestamp() "
            "ORDER BY part FOR UPDATE",
            (wanted, self.owner),
        ).fetchall()
        if [(part, self.epochs.get(part)) for part in wanted] != held:
            kept = {part for part, _ in held}
            for part in wanted:
                if part not in kept:
                    self.forget(part)
            raise LeaseLostError(wanted)

    def forget(self, part: int) -> None:
        """Stop treating a partition as owned."""
        self.deadlines.pop(part, None)
        self.epochs.pop(part, None)

    def give_back(self, connection: Connection[Any], parts: Iterable[int]) -> None:
        """Free partitions that nothing is under way in; the next owner need not wait."""
        given = list(parts)
        for part in given:
            self.forget(part)
        connection.execute(
            "UPDATE lease SET owner = '', until = '-infinity' WHERE part = ANY(%s) AND owner = %s", (given, self.owner)
        )
