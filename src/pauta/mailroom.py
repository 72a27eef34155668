"""The mail room: takes in bounces, complaints, answers and unsubscribe mails by SMTP or LMTP, and acts, then answers.

What it cannot act on now, because the database is away or the message is still being sent, it refuses for now; whoever
sent it tries again. What the database will never take, it refuses for good.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
from collections.abc import Sequence

import psycopg
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from pauta.channels.email.links import link_keys
from pauta.channels.email.providers import return_domains
from pauta.pipeline.incoming import TooEarly, known_recipient, take
from pauta.platform import log
from pauta.platform.clock import Clock
from pauta.platform.database import connect
from pauta.platform.settings import Settings, load

MAX_MAIL = 5_000_000
"""Bytes of the largest mail that is read."""

_PASSING = (psycopg.OperationalError, psycopg.InterfaceError, TooEarly)
"""Connections, locks and disks that come back, and a message that is about to be recorded."""


class MailRoom:
    """What the SMTP server asks at each command."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._domains = return_domains(settings)

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take in what goes to an address that stands in one of our mails, and nothing else."""
        local, _, domain = address.rpartition("@")
        if domain.lower() not in self._domains:
            return "550 5.7.1 not for this server"
        try:
            known = await asyncio.to_thread(self._is_known, local)
        except psycopg.Error as error:
            return _refused(error)
        if not known:
            return "550 5.1.1 no such address"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Act on the mail, once for each address to which it goes."""
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        if isinstance(server, LMTP):  # an answer for each recipient, RFC 2033, 4.2
            return "\r\n".join([await self._answer(raw, [address]) for address in envelope.rcpt_tos])
        return await self._answer(raw, envelope.rcpt_tos)

    async def _answer(self, raw: bytes, addresses: Sequence[str]) -> str:
        try:
            for address in addresses:
                await asyncio.to_thread(self._take, raw, address.rpartition("@")[0])
        except (psycopg.Error, TooEarly) as error:
            return _refused(error)
        return "250 2.0.0 taken"

    def _is_known(self, local: str) -> bool:
        with connect(self._settings.database_url) as connection:
            return known_recipient(link_keys(connection), local)

    def _take(self, raw: bytes, local: str) -> None:
        with connect(self._settings.database_url) as connection:
            taken = take(connection, self._clock.now(), raw, local)
        told = {"kind": taken.incoming.kind, "bounce": taken.incoming.bounce, "status": taken.incoming.status}
        log.logger("mailroom").info("mail taken", message=taken.message_id, new=taken.new, **told)


def _refused(error: psycopg.Error | TooEarly) -> str:
    """The answer, after a line in the log that tells nothing of the mail: the rest of an error may hold addresses."""
    told = {"error": type(error).__name__}
    if isinstance(error, psycopg.Error) and error.diag.message_primary:
        told["why"] = error.diag.message_primary
    elif isinstance(error, psycopg.OperationalError):
        told["why"] = str(error)  # of the connection alone
    if isinstance(error, _PASSING):
        log.logger("mailroom").warning("mail refused for now", **told)
        return "451 4.3.0 not now; try again"
    log.logger("mailroom").error("mail refused for good", **told)
    return "554 5.3.0 not taken"


async def serve(settings: Settings, clock: Clock) -> None:
    """Take mails in until SIGTERM or SIGINT."""
    room = MailRoom(settings, clock)
    loop = asyncio.get_running_loop()
    spoken = LMTP if settings.incoming_protocol == "lmtp" else SMTP
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    server = await loop.create_server(
        lambda: spoken(
            room, data_size_limit=MAX_MAIL, hostname=min(return_domains(settings)), ident="Pauta", loop=loop
        ),
        settings.incoming_host,
        settings.incoming_port,
    )
    log.logger("mailroom").info("listening", port=settings.incoming_port)
    await stop.wait()
    server.close()


def main() -> None:
    """Serve as the settings say."""
    argparse.ArgumentParser(prog="pauta.mailroom", description=__doc__).parse_args()
    settings = load()
    clock = Clock(settings.clock_file)
    log.set_up(settings.log_level, settings.log_format, clock, "mailroom")
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # the library logs every command, addresses and all
    asyncio.run(serve(settings, clock))


if __name__ == "__main__":
    main()
