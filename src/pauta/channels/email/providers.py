"""Which provider carries which stream of mails: a mail server by SMTP, or Amazon SES, by the scheme of its URL."""

from __future__ import annotations

from collections.abc import Mapping

from pauta.channels.base import Sender, Stream
from pauta.channels.email.servers import server_from
from pauta.channels.email.ses.account import Account
from pauta.channels.email.ses.sending import Pace, SesPool
from pauta.channels.email.smtp import SmtpPool
from pauta.channels.email.throttle import Throttled
from pauta.platform.settings import Settings

SES = "ses://"


def url_of(settings: Settings, stream: Stream) -> str:
    """The provider of a stream, as a URL."""
    own = {Stream.BULK: settings.bulk_url, Stream.TRANSACTIONAL: settings.transactional_url}[stream]
    return own or settings.mail_server


def leaves(settings: Settings, stream: Stream) -> bool:
    """Whether mails of a stream leave this machine; otherwise the local catcher takes them."""
    return url_of(settings, stream) != settings.catcher_url


def return_domain_of(settings: Settings, stream: Stream) -> str:
    """Where the bounces of a stream go; empty when Pauta takes in none."""
    own = {Stream.BULK: settings.bulk_return_domain, Stream.TRANSACTIONAL: settings.transactional_return_domain}[stream]
    return own or settings.return_domain


def return_domains(settings: Settings) -> frozenset[str]:
    """Every domain whose mail the mail room takes in, in lower case."""
    found = (return_domain_of(settings, stream).lower() for stream in Stream)
    return frozenset(domain for domain in (*found, settings.return_domain.lower()) if domain)


def rewrites(settings: Settings, stream: Stream) -> bool:
    """Whether the provider puts a Message-ID and a Date of its own into each mail, so that a signature must not
    cover ours."""
    return url_of(settings, stream).startswith(SES)


def sender_from(settings: Settings, stream: Stream, slowed: Mapping[str, int] | None = None) -> Sender:
    """The way out of a stream. Raises Problem for settings with which no mail could leave, or not safely.

    ``slowed`` may change later: how many bulk mails a day mailbox providers get at most.
    """
    url = url_of(settings, stream)
    if url.startswith(SES):
        share = settings.smtp_rate / (settings.workers + 1)
        pool: Sender = SesPool(Account.of(url), Pace(settings.smtp_connections, settings.send_seconds, share))
    else:
        pool = SmtpPool(server_from(settings, url))
    if stream is Stream.TRANSACTIONAL:
        return pool
    return Throttled(pool, settings.per_mailbox, 1 / settings.workers, slowed)


def carriers(settings: Settings) -> tuple[str, ...]:
    """Every provider that carries a stream, as a URL."""
    return tuple(dict.fromkeys(url_of(settings, stream) for stream in Stream))
