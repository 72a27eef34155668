"""The local mail catcher: an SMTP server on loopback that takes every mail, keeps it, and delivers none.

``python -m pauta.channels.email.catcher [--port 2525] [--store FOLDER]``; what is not given comes from the settings. A
mail is answered with 250 only after it is on disk; mails that arrive together share one commit.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sqlite3
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from pauta.channels.email.caught import add_mails, open_store, store_folder
from pauta.platform import log
from pauta.platform.clock import Clock
from pauta.platform.settings import load

MAX_MAIL = 32 * 1024 * 1024
_HOST = "127.0.0.1"


class _Keeper:
    """Writes the mails that wait, all in one commit, and tells those who brought them."""

    def __init__(self, connection: sqlite3.Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._waiting: list[tuple[str, str, bytes]] = []
        self._written: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None

    async def keep(self, sender: str, recipient: str, raw: bytes) -> None:
        """Return when the mail is on disk."""
        self._waiting.append((sender, recipient, raw))
        if self._written is None:
            self._written = asyncio.get_running_loop().create_future()
        if self._task is None:
            self._task = asyncio.create_task(self._write_all())
        await asyncio.shield(self._written)

    async def finish(self) -> None:
        """Return when everything that waits is written."""
        if self._task is not None:
            await self._task

    async def _write_all(self) -> None:
        while self._written is not None:
            mails, written = self._waiting, self._written
            self._waiting, self._written = [], None
            try:
                await asyncio.to_thread(add_mails, self._connection, mails, self._clock.now())
            except sqlite3.Error as error:
                written.set_exception(error)
            else:
                written.set_result(None)
        self._task = None


class _Handler:
    """What aiosmtpd asks at each command."""

    def __init__(self, keeper: _Keeper) -> None:
        self._keeper = keeper

    async def handle_EHLO(  # noqa: N802 - the library's name
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Offer PIPELINING: commands are read from a buffer, one after the other, in any case."""
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the mail; refuse it for now when it cannot be written."""
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        try:
            await self._keeper.keep(envelope.mail_from or "", ", ".join(envelope.rcpt_tos), raw)
        except sqlite3.Error as error:
            return f"451 4.3.0 the mail could not be kept: {error}"
        return "250 2.0.0 kept"


async def serve(port: int, store: Path, clock: Clock) -> None:
    """Catch mails until SIGTERM or SIGINT; then finish what was accepted and close."""
    keeper = _Keeper(open_store(store), clock)
    handler = _Handler(keeper)
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    server = await loop.create_server(
        lambda: SMTP(handler, enable_SMTPUTF8=True, data_size_limit=MAX_MAIL, hostname="catcher.localhost", loop=loop),
        _HOST,
        port,
    )
    log.logger("catcher").info("listening", port=port, store=str(store))
    await stop.wait()
    server.close()
    await keeper.finish()


def main() -> None:
    """Read the command line and serve."""
    settings = load()
    parser = argparse.ArgumentParser(prog="pauta.channels.email.catcher", description=__doc__)
    parser.add_argument("--port", type=int, default=settings.catcher_smtp_port)
    parser.add_argument("--store", type=Path, default=store_folder(settings.data_dir))
    options = parser.parse_args()
    clock = Clock(settings.clock_file)
    log.set_up(settings.log_level, settings.log_format, clock, "catcher")
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # the library logs every command, addresses and all
    asyncio.run(serve(options.port, options.store, clock))


if __name__ == "__main__":
    main()
