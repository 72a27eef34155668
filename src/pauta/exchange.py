"""The exchange with other programs: understands what they sent, and tells webhooks what happens."""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

from psycopg import Connection

from pauta.events.intake import actions as intake
from pauta.pipeline.announcing import tell_disabled
from pauta.pipeline.digesting import digest
from pauta.pipeline.quarantine import DROPPED
from pauta.platform import log
from pauta.platform.clock import Clock, monotonic
from pauta.platform.database import connect
from pauta.platform.disk import is_full, room
from pauta.platform.settings import Settings, load
from pauta.webhooks import announcing as webhooks
from pauta.webhooks.delivering import deliver

IDLE_SECONDS = 0.5
RETRY_SECONDS = 0.5
TELLING_SECONDS = 5.0
"""How long a webhook that is being told may keep the process from ending; it is told again by the next."""

Conn = Connection[Any]


class Exchange:
    """What the process does, in threads with connections of their own, which start over where one breaks."""

    def __init__(self, settings: Settings, clock: Clock, stopping: threading.Event) -> None:
        self._settings = settings
        self._clock = clock
        self._stopping = stopping

    def take_in(self) -> None:
        """Understand what comes in, until told to stop."""
        self._live(intake.NEWS, self._understand)

    def tell(self, *, failing: bool) -> None:
        """Tell webhooks what happens, those that are failing or the others, until told to stop."""
        self._live(webhooks.NEWS, partial(self._deliver, failing=failing))

    def _live(self, channel: str, turn: Callable[[Conn], int]) -> None:
        url = self._settings.database_url
        while not self._stopping.is_set():
            try:
                with connect(url) as connection, connect(url, autocommit=True) as news:
                    news.execute(f"LISTEN {channel}")
                    while not self._stopping.is_set():
                        if not turn(connection):
                            for _ in news.notifies(timeout=IDLE_SECONDS, stop_after=1):
                                pass
            except (*DROPPED, OSError) as error:
                if isinstance(error, OSError) and not is_full(error):
                    raise
                log.logger(__name__).warning("starting over", why=str(error))
                self._stopping.wait(RETRY_SECONDS)

    def _understand(self, connection: Conn) -> int:
        """Understand some of what waits; whether there was anything. Nothing is taken while the disk is nearly full."""
        if room(self._settings).short:
            return 0
        done = digest(connection, self._clock.now())
        connection.commit()
        return done

    def _deliver(self, connection: Conn, *, failing: bool) -> int:
        def disabled(within: Conn, name: str) -> None:
            tell_disabled(within, self._clock.now(), name)

        private = self._settings.webhooks_private
        done = deliver(connection, self._clock.now, failing=failing, private=private, disabled=disabled)
        connection.commit()
        return done


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    argparse.ArgumentParser(prog="pauta.exchange", description=__doc__).parse_args()
    stopping = threading.Event()
    settings = load()
    clock = Clock(settings.clock_file)
    log.set_up(settings.log_level, settings.log_format, clock, "exchange")

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    exchange = Exchange(settings, clock, stopping)
    telling = [
        threading.Thread(target=exchange.tell, kwargs={"failing": failing}, daemon=True) for failing in (False, True)
    ]
    for one in telling:
        one.start()
    exchange.take_in()
    until = monotonic() + TELLING_SECONDS
    for one in telling:
        one.join(max(0.0, until - monotonic()))


if __name__ == "__main__":
    main()
