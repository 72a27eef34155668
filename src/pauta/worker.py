"""A worker process: plans, releases and delivers what it has leased, or serves the fast lane, until it is told to stop.

Whatever breaks (the database restarts, a lease is lost), the worker drops everything it believed, takes a new name and
starts over; what the old name left is settled by its journal like that of any dead worker.
"""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import psycopg
from psycopg import Connection

from pauta.campaigns.actions import withdraw_cancelled
from pauta.channels.base import OutcomeKind, Sender, Stream
from pauta.channels.email.providers import sender_from
from pauta.content.footer import LINK_FIGURES
from pauta.facts.warming import warm_up
from pauta.messages.actions import unhold_figures
from pauta.messages.ledger import NEWS
from pauta.messages.states import Lane, Unit
from pauta.messages.tally import fold
from pauta.pipeline import delivery, journeys, launching, recovery, rendering, reported
from pauta.pipeline.capacity import recount
from pauta.pipeline.fallback import follow_unread, recall_read
from pauta.pipeline.fast import release_fast
from pauta.pipeline.journal import Journal
from pauta.pipeline.leases import LeaseLostError, Leases
from pauta.pipeline.notices import send_notices
from pauta.pipeline.quarantine import DROPPED, DefectError, forget_old, set_aside
from pauta.pipeline.release import Claimed, plan_requested, release
from pauta.pipeline.reputation import slowed, watch_campaigns, watch_complaints
from pauta.pipeline.segments import keep_segments_until
from pauta.pipeline.telling import tell
from pauta.platform import log, settings
from pauta.platform.clock import Clock, monotonic
from pauta.platform.database import connect
from pauta.platform.disk import Room, is_full, room
from pauta.platform.identity import new_name, surely_dead
from pauta.platform.settings import Settings
from pauta.policies.queries import current
from pauta.privacy.retention import remove_old
from pauta.tracking.actions import judge_hits

IDLE_SECONDS = 0.25
RETRY_SECONDS = 0.5
TIDY_SECONDS = 60.0
UNREAD_SECONDS = 600.0
NEVER = float("inf")
SECONDS_CLAIMED = 1.0
"""How long the sending of one claim may take, so that a stop or an unsubscribe is in force within that time."""
SHORTEST_REST = 0.25
LONGEST_REST = 15.0
PROBES = 20
SPLIT = 8
"""Into how many pieces a batch is split that met a defect, until the piece that fails is found."""


class Worker:
    """One life of a worker under one name: from the first lease to the first thing that breaks."""

    def __init__(self, settings: Settings, lane: Lane, clock: Clock, stopping: threading.Event) -> None:
        self.settings = settings
        self.clock = clock
        self.stopping = stopping
        self.url = settings.database_url
        self.owner = new_name()
        self.living = {self.owner}
        """Names of all workers of this process that live: this one, and its deputy."""
        self.journals = Path(settings.data_dir) / "journals"
        self.leases = Leases(self.owner, lane, settings.lease_seconds, settings.send_seconds)
        stream = Stream.TRANSACTIONAL if lane is Lane.FAST else Stream.BULK
        self.slowed: dict[str, int] = {}
        self.sender: Sender = sender_from(settings, stream, self.slowed)
        self.letterhead = rendering.Letterhead.of(settings, stream)
        self.settle_at: dict[int, float] = {}
        self.settle_again_at = 0.0
        self.seen_until = 0.0
        self.seen_since = 0.0
        self.claimed_at = 0.0
        self.claims = settings.send_batch
        self.tidy_at = 0.0
        self.unread_at = 0.0
        self.split = 1
        self.rest_until = 0.0
        self.rest_seconds = SHORTEST_REST
        self.was_short = False
        self.deputy: Worker | None = None
        self.look_at = 0.0
        self.broken = threading.Event()
        self.journal: Journal

    def live(self) -> None:
        """Take turns until told to stop; a turn says whether there was anything to do."""
        turn = self.fast_turn if self.leases.lane is Lane.FAST else self.bulk_turn
        with connect(self.url) as connection, connect(self.url, autocommit=True) as news:
            _limit_idle_transactions(connection, self.settings.lease_seconds)
            news.execute(f"LISTEN {NEWS}")
            self.beat(news)
            self.journal = Journal(self.journals, self.owner)  # once the worker is known: others tidy up
            heart = threading.Thread(target=self._keep_beating, daemon=True)
            heart.start()
            if self.letterhead.link_url:
                unhold_figures(connection, LINK_FIGURES, self.clock.now())
                connection.commit()
            try:
                while not self.stopping.is_set() and not self.broken.is_set():
                    busy = turn(connection)
                    connection.commit()
                    if not busy:
                        for _ in news.notifies(timeout=IDLE_SECONDS, stop_after=1):
                            pass
                connection.rollback()
                self._dismiss(connection)
                self.leases.give_back(connection, set(self.leases.parts) - set(self.settle_at))
                self.retire(connection)
            finally:
                self.broken.set()
                self.let_go()
                if self.deputy is not None:
                    self.deputy.let_go()
                heart.join()

    def retire(self, connection: Connection[Any]) -> None:
        """Say that this worker is no more, with nothing left behind."""
        connection.execute("DELETE FROM worker WHERE name = %s", (self.owner,))
        connection.commit()
        self.journal.end()

    def let_go(self) -> None:
        """Close what the worker holds open; what it has not settled is left to others."""
        self.journal.close()
        self.sender.close()

    def beat(self, connection: Connection[Any]) -> int:
        """Say that this worker lives and prolong its leases; return its fair share of partitions."""
        before = monotonic()
        share = self.leases.announce(connection)
        self.leases.renew(connection)
        if before > self.seen_until:
            self.seen_since = before  # for a while nobody saw it: what it had in hand may be somebody else's
        self.seen_until = before + self.settings.lease_seconds
        return share

    def _keep_beating(self) -> None:
        try:
            with connect(self.url, autocommit=True) as connection:
                while not self.broken.wait(self.settings.lease_seconds / 5):
                    self.beat(connection)
        except psycopg.Error:
            self.broken.set()

    def bulk_turn(self, connection: Connection[Any]) -> bool:
        """One round over the owned partitions: own, settle, plan, launch, release, deliver."""
        self._own(connection)
        now = self.clock.now()
        parts = self._settled_parts(connection)
        if not parts:
            return False
        self._tidy(connection)
        planned = not self._room.short and self._plan(connection, now, parts)
        moved = not self._room.short and self._move_journeys(connection, now)
        released = self._guarded(connection, lambda: self._send(connection, now))
        busy = bool(planned or moved or released)
        self.split = self.split if busy else 1
        return self._stand_in(connection) or busy

    def _plan(self, connection: Connection[Any], now: datetime, parts: tuple[int, ...]) -> bool:
        """Plan anew what that was asked for, and write the next part of a launch; whether there was anything."""
        together = max(1, self.settings.plan_batch // self.split)
        planned = self._guarded(connection, lambda: plan_requested(connection, now, self.leases, together))
        step = launching.next_step(connection, parts, together)
        if step is not None:
            self._guarded(connection, lambda: launching.launch_parts(connection, now, self.leases, step))
        return bool(planned or step)

    def _move_journeys(self, connection: Connection[Any], now: datetime) -> bool:
        """Act on what happened, and move those who are due; whether there was anything."""
        steps = [partial(step, connection, now, self.split) for step in journeys.STEPS]
        return sum(self._guarded(connection, step) for step in steps) > 0

    def _send(self, connection: Connection[Any], now: datetime) -> bool:
        """Release and deliver what is due in the worker's lane; whether anything was."""
        if self._resting or self._room.gone:
            return False
        self.claimed_at = monotonic()
        if self.leases.lane is Lane.FAST:
            claimed = release_fast(connection, now, self._batch)
        else:
            claimed = release(connection, now, self.leases, self._batch)
        if claimed:
            self._deliver(connection, claimed)
        return claimed is not None

    def _guarded(self, connection: Connection[Any], work: Callable[[], int]) -> int:
        """Do some work and commit it. Where it meets a defect, smaller pieces are tried from then on; what is found to
        fail alone is set aside, so that it stops neither this worker nor, after it, all others."""
        try:
            done = work()
        except DefectError as defect:
            connection.rollback()
            if len(defect.named) > 1:
                self.split *= SPLIT
                return 1
            self.split = 1
            log.logger(__name__).error("set aside", unit=defect.unit.name, named=defect.named, exc_info=defect)
            if defect.unit is Unit.MESSAGE:
                delivery.put_back(connection, self.clock.now(), defect.named, defect.told)
            else:
                set_aside(connection, defect.unit, defect.named, defect.told)
            done = 1
        connection.commit()
        return done

    def fast_turn(self, connection: Connection[Any]) -> bool:
        """One round of the fast lane. Claim and attempt are one transaction, so every claim has an owner."""
        self._bury(connection)
        now = self.clock.now()
        silent = self.settings.lease_seconds + self.settings.send_seconds
        settled = recovery.settle_fast(connection, now, silent, self.journals)
        connection.commit()
        sent = self._guarded(connection, lambda: self._send(connection, now))
        heard = self._hear(connection, now)
        told = 0 if self._resting else send_notices(connection, now, self.sender, self.settings)
        self.split = self.split if sent else 1
        return bool(settled or heard or told or sent)

    def _stand_in(self, connection: Connection[Any]) -> bool:
        """Do the fast lane's work for as long as its process is stopped or hangs; whether there was any."""
        if monotonic() > self.look_at:
            self.look_at = monotonic() + self.settings.lease_seconds / 2
            silent = self._silent_fast_lane(connection)
            if silent and self.deputy is None:
                log.logger(__name__).warning("the fast lane is silent: doing its work")
                deputy = Worker(self.settings, Lane.FAST, self.clock, self.stopping)
                self.living.add(deputy.owner)
                deputy.living = self.living
                deputy.beat(connection)
                connection.commit()
                deputy.journal = Journal(self.journals, deputy.owner)
                self.deputy = deputy
            elif silent is False:
                self._dismiss(connection)
        if self.deputy is None:
            return False
        self.deputy.beat(connection)
        connection.commit()
        return self.deputy.fast_turn(connection)

    def _dismiss(self, connection: Connection[Any]) -> None:
        """Leave the fast lane to others again."""
        if self.deputy is not None:
            self.deputy.retire(connection)
            self.deputy.let_go()
            self.living.discard(self.deputy.owner)
            self.deputy = None

    def _silent_fast_lane(self, connection: Connection[Any]) -> bool | None:
        """Whether there is a fast lane that says nothing any more, and none that does; None when there is none."""
        row = connection.execute(
            "SELECT NOT bool_or(seen_at > clock_timestamp() - make_interval(secs => %s)) FROM worker "
            "WHERE lane = %s AND name <> %s",
            (
                self.settings.lease_seconds + self.settings.send_seconds,
                Lane.FAST,
                self.deputy.owner if self.deputy else "",
            ),
        ).fetchone()
        return row[0] if row else None

    def _hear(self, connection: Connection[Any], now: datetime) -> int:
        """Act on what providers report, one report after the other; how many."""
        heard = 0
        until = monotonic() + SECONDS_CLAIMED
        while monotonic() < until and (done := self._guarded(connection, lambda: reported.act(connection, now))):
            heard += done
        return heard

    def _own(self, connection: Connection[Any]) -> None:
        share = self.leases.announce(connection)
        self._bury(connection)
        for one in self.leases.acquire(connection, share):
            wait = 0.0 if one.seconds_over < 0 else max(0.0, self.settings.send_seconds - one.seconds_over)
            self.settle_at[one.part] = monotonic() + wait
        connection.commit()

    def _bury(self, connection: Connection[Any]) -> None:
        """End what workers held whose process is known to be dead, rather than wait for it to run out."""
        dead = [name for name in self.leases.others(connection) if surely_dead(name, living=self.living)]
        if dead:
            self.leases.expire(connection, dead)

    def _tidy(self, connection: Connection[Any]) -> None:
        """Put in order, now and then, what others may have left."""
        if monotonic() > self.tidy_at:
            recount(connection, self.clock.now(), current(connection), TIDY_SECONDS)
            connection.commit()
            withdraw_cancelled(connection, self.clock.now(), self.leases.parts)
            connection.commit()
            fold(connection)
            connection.commit()
            forget_old(connection)
            connection.commit()
            tell(connection, self.clock.now())
            connection.commit()
            remove_old(connection, self.clock.now())
            connection.commit()
            judge_hits(connection)
            connection.commit()
            recall_read(connection, self.clock.now(), self.leases.parts)
            connection.commit()
            watch_complaints(connection, self.clock.now())
            connection.commit()
            self.slowed.clear()
            self.slowed.update(slowed(connection))
            self.tidy_at = monotonic() + TIDY_SECONDS
        if monotonic() > self.unread_at:
            follow_unread(connection, self.clock.now(), self.leases.parts)
            connection.commit()
            watch_campaigns(connection, self.clock.now())
            connection.commit()
            self.unread_at = monotonic() + UNREAD_SECONDS

    def _settled_parts(self, connection: Connection[Any]) -> tuple[int, ...]:
        """Owned partitions in which nothing of a former owner is open any more, after settling what can be settled.

        All are settled again now and then: mail that came here with its contact may have lost its worker since.
        """
        again = monotonic() >= self.settle_again_at
        ripe = [part for part in self.leases.parts if self.settle_at.get(part, 0.0 if again else NEVER) <= monotonic()]
        if ripe:
            self.leases.lock(connection, ripe)
            recovery.settle_parts(connection, self.clock.now(), ripe, self.leases, self.journals)
            recovery.forget_journals(connection, self.journals)
            connection.commit()
            self.settle_at = {part: at for part, at in self.settle_at.items() if part not in ripe}
        if again:
            self.settle_again_at = monotonic() + self.settings.lease_seconds
        return tuple(part for part in self.leases.parts if part not in self.settle_at)

    def _deliver(self, connection: Connection[Any], claimed: list[Claimed]) -> None:
        """Render, hand over and record. Claim and attempts are one transaction, so nothing comes between them."""
        now = self.clock.now()
        ready, unready = rendering.prepare(connection, now, claimed, self.owner, self.letterhead)
        delivery.hold_unready(connection, now, unready)
        connection.commit()
        until = monotonic() + SECONDS_CLAIMED
        outcomes, left = delivery.hand_over(
            self.sender,
            ready,
            delivery.Hooks(self.journal, self._may_send),
            lambda: monotonic() < until and not self.stopping.is_set() and not self.journal.full,
        )
        delivery.record(connection, self.clock.now(), outcomes + left)
        connection.commit()
        self.journal.clear()
        self.claims = max(PROBES, len(outcomes)) if left else min(2 * self.claims, self.settings.send_batch)
        tried = [one for one in outcomes if not one.wait_seconds]  # the others were told to come later, not refused
        if tried:
            self._rest(all(one.kind is OutcomeKind.UNSENT for one in tried))

    @property
    def _room(self) -> Room:
        """Room on the disk; a change for the worse or better is logged."""
        found = room(self.settings)
        if found.short != self.was_short:
            self.was_short = found.short
            told = {"folder": str(found.folder), "free_mb": found.free_mb, "reserve_mb": found.reserve_mb}
            log.logger(__name__).warning("disk nearly full" if found.short else "room on the disk again", **told)
        return found

    @property
    def _resting(self) -> bool:
        return monotonic() < self.rest_until

    @property
    def _batch(self) -> int:
        """How many to claim: what the mail server takes in a second; a few, while it takes nothing; fewer and fewer,
        while one among them meets a defect."""
        wanted = self.claims if self.rest_seconds == SHORTEST_REST else PROBES
        return max(1, wanted // self.split)

    def _rest(self, nothing_left: bool) -> None:
        """Pause, longer each time, while the mail server takes nothing at all."""
        self.rest_seconds = min(2 * self.rest_seconds, LONGEST_REST) if nothing_left else SHORTEST_REST
        self.rest_until = monotonic() + self.rest_seconds if nothing_left else 0.0

    def _may_send(self, reference: str) -> bool:
        part = int(reference.split(".", 1)[0])
        if self.leases.lane is Lane.BULK:
            return self.leases.can_send(part)
        return self.seen_until - monotonic() > self.settings.send_seconds and self.seen_since < self.claimed_at


def _limit_idle_transactions(connection: Connection[Any], seconds: float) -> None:
    """A worker that is stopped in mid-transaction must not keep its partitions for ever."""
    connection.execute(f"SET idle_in_transaction_session_timeout = '{int(seconds * 1000)}ms'")
    connection.commit()


def main() -> None:
    """Run a worker until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="pauta.worker")
    parser.add_argument("--lane", choices=("bulk", "transactional"), default="bulk")
    lane = Lane.FAST if parser.parse_args().lane == "transactional" else Lane.BULK
    stopping = threading.Event()
    given = settings.load()
    clock = Clock(given.clock_file)
    log.set_up(given.log_level, given.log_format, clock, f"worker {lane.name.lower()}")

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if lane is Lane.BULK:
        threading.Thread(target=keep_segments_until, args=(stopping, given.database_url, clock), daemon=True).start()
    while not stopping.is_set():
        try:
            warm_up(given.database_url, given.data_dir, clock.now())
            Worker(given, lane, clock, stopping).live()
        except (*DROPPED, LeaseLostError, OSError) as error:
            if isinstance(error, OSError) and not is_full(error):
                raise
            log.logger(__name__).warning("starting over", why=str(error))
            stopping.wait(RETRY_SECONDS)


if __name__ == "__main__":
    main()
