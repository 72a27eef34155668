"""The exchange with other programs: understands what they sent."""

from __future__ import annotations

import argparse
import signal
import threading
from types import FrameType

from psycopg import Connection

from pauta.events.intake.actions import NEWS
from pauta.pipeline.digesting import digest
from pauta.pipeline.quarantine import DROPPED
from pauta.platform import log
from pauta.platform.clock import Clock
from pauta.platform.database import connect
from pauta.platform.disk import is_full, room
from pauta.platform.settings import Settings, load

IDLE_SECONDS = 0.5
RETRY_SECONDS = 0.5


class Exchange:
    """One life of the process, with its connections."""

    def __init__(self, settings: Settings, clock: Clock, stopping: threading.Event) -> None:
        self._settings = settings
        self._clock = clock
        self._stopping = stopping

    def live(self) -> None:
        """Take turns until told to stop."""
        url = self._settings.database_url
        with connect(url) as connection, connect(url, autocommit=True) as news:
            news.execute(f"LISTEN {NEWS}")
            while not self._stopping.is_set():
                if not self.turn(connection):
                    for _ in news.notifies(timeout=IDLE_SECONDS, stop_after=1):
                        pass

    def turn(self, connection: Connection[tuple[object, ...]]) -> int:
        """Understand some of what waits; whether there was anything. Nothing is taken while the disk is nearly full."""
        if room(self._settings).short:
            return 0
        done = digest(connection, self._clock.now())
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
    while not stopping.is_set():
        try:
            Exchange(settings, clock, stopping).live()
        except (*DROPPED, OSError) as error:
            if isinstance(error, OSError) and not is_full(error):
                raise
            log.logger(__name__).warning("starting over", why=str(error))
            stopping.wait(RETRY_SECONDS)


if __name__ == "__main__":
    main()
