"""``pauta doctor``: what could keep this installation from working, and how to mend it."""

from __future__ import annotations

import fcntl
import shutil
import smtplib
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit

import dns.exception
import psycopg
import typer
from dns.resolver import Resolver
from psycopg import Connection

from pauta.channels.email.address import OWNER
from pauta.channels.email.domain import Domain, Said
from pauta.channels.email.providers import SES, carriers
from pauta.channels.email.ses.account import Account
from pauta.channels.email.ses.api import ACCOUNT_PATH, Broken, Line
from pauta.channels.email.signing import domain_of, keys
from pauta.commands.session import language
from pauta.core.problems import Problem
from pauta.people.company import company
from pauta.platform import database
from pauta.platform.clock import Clock
from pauta.platform.embedded import running_database
from pauta.platform.home import usable
from pauta.platform.settings import Settings, load
from pauta.platform.words import say, tell
from pauta.reports.status import set_aside

_OLDEST_MAJOR = 18
_LEAST_FREE_BYTES = 2_000_000_000
_MOST_SKEW_SECONDS = 1.0
_SAFE = ("fsync", "full_page_writes", "synchronous_commit")
_SECONDS = 5.0
_OWN_NAMES = ("127.0.0.1", "::1", "localhost")

app = typer.Typer(rich_markup_mode=None)


@app.command()
def check_installation(
    what: Annotated[Literal["installation", "mail"], typer.Argument(help="This installation, or its mail in DNS.")] = (
        "installation"
    ),
) -> None:
    """Check this installation, or what DNS says of the domain that its mails are from, and say what to mend."""
    settings = load()
    well = True
    for finding in doctor_mail(settings) if what == "mail" else doctor(settings):
        typer.echo(f"{'ok ' if finding.good else '!! '} {finding.said(language(settings))}")
        well = well and finding.good
    raise typer.Exit(0 if well else 1)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: whether it is as it should be, and the key and values of what to say about it."""

    good: bool
    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    section: str = "doctor"

    def said(self, lang: str) -> str:
        """The finding as one sentence; a bad one tells how to mend it."""
        return tell(f"{self.section}.{self.key}", lang, **self.values)


@dataclass(frozen=True)
class Refusal:
    """A check that ended with a Problem."""

    problem: Problem
    good: bool = False

    def said(self, lang: str) -> str:
        """The problem's sentence."""
        return say(self.problem, lang)


def doctor(settings: Settings) -> Iterator[Finding | Refusal]:
    """Look at the data folder, the disk, the database, the ports and the mail server, one finding after the other."""
    checks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (_disk, _database, _ports, _mail, _links)
    for check in checks:
        try:
            yield from check(settings)
        except Problem as problem:
            yield Refusal(problem)


def doctor_mail(settings: Settings, resolver: Resolver | None = None) -> Iterator[Finding | Refusal]:
    """Look at what DNS says of the sender's domain, and at the mail server, one finding after the other."""
    try:
        with running_database(settings) as url, database.connect(url) as connection:
            names = _senders(connection, settings)
            used = [key for key in keys(connection) if key.used_from and not key.retired_at]
    except psycopg.OperationalError as error:
        yield Refusal(Problem("database_unreachable", field="database_url", why=str(error).strip().split("\n")[0]))
        return
    try:
        for name in names:
            signing = [key for key in used if f".{name}".endswith(f".{key.domain}")]
            for said in Domain(name, resolver).checked(max(signing, key=lambda key: len(key.domain), default=None)):
                yield Finding(said.good, said.key, said.values, "doctor_mail")
        for url in carriers(settings):
            for said in _carrier(Domain(names[0], resolver), settings, url):
                yield Finding(said.good, said.key, said.values, "doctor_mail")
    except Problem as problem:
        yield Refusal(problem)
    except dns.exception.DNSException as error:
        yield Finding(False, "dns_silent", {"domain": ", ".join(names), "why": str(error)}, "doctor_mail")


def _senders(connection: Connection[Any], settings: Settings) -> list[str]:
    """The domains that mails are from: the company's first, then those that campaigns name, and those of colleagues
    who look after accounts and whose domain has a key."""
    own = domain_of(company(connection).sender or settings.sender)
    senders = connection.execute(
        "SELECT DISTINCT sender FROM campaign WHERE sender NOT IN ('', %s)", (OWNER,)
    ).fetchall()
    owners = connection.execute(
        "SELECT DISTINCT lower(split_part(a.owner, '@', 2)) FROM account a"
        " JOIN dkim_key k ON k.domain = lower(split_part(a.owner, '@', 2)) AND k.retired_at IS NULL"
    ).fetchall()
    return list(dict.fromkeys([own, *sorted(domain_of(one) for (one,) in senders), *sorted(one for (one,) in owners)]))


def _carrier(domain: Domain, settings: Settings, url: str) -> Iterator[Said]:
    """Whether a provider can be used, and will be believed."""
    if url.startswith(SES):
        yield from _ses(Account.of(url), settings)
    else:
        yield from _server(domain, urlsplit(url))


def _ses(account: Account, settings: Settings) -> Iterator[Said]:
    """Whether Amazon SES lets us send, how much, and whether we hear of what becomes of it."""
    line = Line(account, _SECONDS)
    where: dict[str, object] = {"region": account.region}
    try:
        status, told = line.ask(ACCOUNT_PATH)
    except Broken as error:
        yield Said(False, "ses_silent", {**where, "why": str(error)})
        return
    finally:
        line.close()
    if status != 200:
        yield Said(False, "ses_refused", {**where, "why": told.get("message", status)})
        return
    quota = told.get("SendQuota", {})
    named = {"rate": "MaxSendRate", "day": "Max24HourSend", "sent": "SentLast24Hours"}
    limits = {name: round(quota.get(theirs, 0)) for name, theirs in named.items()}
    if not told.get("SendingEnabled"):
        yield Said(False, "ses_paused", where)
    elif not told.get("ProductionAccessEnabled"):
        yield Said(False, "ses_sandbox", {**where, **limits})
    else:
        yield Said(True, "ses", {**where, **limits})
    fits = 0 < settings.smtp_rate <= limits["rate"]
    rates = {"rate": limits["rate"], "own": settings.smtp_rate}
    yield Said(fits, "ses_rate" if fits else "ses_rate_missing", {**where, **rates})
    yield Said(bool(settings.ses_topics), "ses_topics" if settings.ses_topics else "ses_topics_missing", where)


def _server(domain: Domain, url: SplitResult) -> Iterator[Said]:
    """Whether a mail server encrypts, and has a name; one on this machine has its way out elsewhere."""
    host = url.hostname or ""
    if host in _OWN_NAMES:
        yield Said(True, "mail_local", {"host": host})
        return
    yield from domain.server(host)
    safe = url.scheme == "smtps" or _offers_tls(host, url.port or 25)
    yield Said(safe, "tls" if safe else "tls_missing", {"host": host})


def _offers_tls(host: str, port: int) -> bool:
    try:
        with smtplib.SMTP(host, port, timeout=_SECONDS) as server:
            server.ehlo()
            return server.has_extn("starttls")
    except (OSError, smtplib.SMTPException):
        return False


def _disk(settings: Settings) -> Iterator[Finding]:
    folder = usable(settings.data_dir)
    free = shutil.disk_usage(folder).free
    values = {"folder": folder, "free": round(free / 1e9, 1), "least": _LEAST_FREE_BYTES // 1_000_000_000}
    yield Finding(free >= _LEAST_FREE_BYTES, "disk" if free >= _LEAST_FREE_BYTES else "disk_full", values)


def _database(settings: Settings) -> Iterator[Finding]:
    try:
        with running_database(settings) as url, database.connect(url) as connection:
            yield _version(connection)
            for name in _SAFE:
                if _shown(connection, name) == "off":
                    yield Finding(False, "database_unsafe", {"name": name})
            yield _skew(connection)
            yield from _postal_address(connection)
            yield from _aside(connection)
    except psycopg.OperationalError as error:
        why = str(error).strip().split("\n")[0]
        raise Problem("database_unreachable", field="database_url", why=why) from None


def _version(connection: Connection[Any]) -> Finding:
    major = connection.info.server_version // 10_000
    good = major >= _OLDEST_MAJOR
    return Finding(good, "database" if good else "database_old", {"major": major, "oldest": _OLDEST_MAJOR})


def _shown(connection: Connection[Any], name: str) -> str:
    (value,) = connection.execute("SELECT current_setting(%s)", (name,)).fetchone() or ("",)
    return str(value)


def _skew(connection: Connection[Any]) -> Finding:
    """Leases run on the database's clock, days and hours on this machine's."""
    before = Clock().now()
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    after = Clock().now()
    there: datetime = row[0] if row else before
    skew = max((before - there).total_seconds(), (there - after).total_seconds(), 0.0)
    good = skew <= _MOST_SKEW_SECONDS
    return Finding(good, "clocks" if good else "clocks_differ", {"skew": round(skew, 1)})


def _postal_address(connection: Connection[Any]) -> Iterator[Finding]:
    """Whether mails can tell where their sender is; nothing to tell of a database that is still empty."""
    if connection.execute("SELECT to_regclass('company')").fetchone() == (None,):
        return
    row = connection.execute("SELECT postal_address FROM company").fetchone()
    good = bool(row and row[0].strip())
    yield Finding(good, "postal_address" if good else "postal_address_missing")


def _aside(connection: Connection[Any]) -> Iterator[Finding]:
    """What the workers keep apart; nothing to tell of a database that is still empty."""
    if connection.execute("SELECT to_regclass('quarantine')").fetchone() == (None,):
        return
    found = set_aside(connection)
    for one in found:
        yield Finding(False, "set_aside", {"count": one.count, "unit": one.unit, "error": one.error})
    if not found:
        yield Finding(True, "none_aside")


def _ports(settings: Settings) -> Iterator[Finding]:
    ports = [("web_port", settings.web_host, settings.web_port)]
    if settings.catcher_enabled:
        ports.append(("catcher_smtp_port", "127.0.0.1", settings.catcher_smtp_port))
    running = _is_up(settings.data_dir)
    yield Finding(True, "up" if running else "not_up")
    for name, host, port in ports:
        answered = _greeted(host, port) is not None
        good = answered == running
        key = ("port_answers" if running else "port_free") if good else ("port_silent" if running else "port_taken")
        yield Finding(good, key, {"name": name, "port": port})


def _is_up(data_dir: Path) -> bool:
    """Whether ``pauta up`` runs on the data folder: it holds the lock."""
    file = data_dir / "up.lock"
    if not file.exists():
        return False
    with file.open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _mail(settings: Settings) -> Iterator[Finding]:
    for url in carriers(settings):
        if not url.startswith(SES):  # SES wants an account: see `pauta doctor mail`
            yield from _mail_server(settings, url)


def _mail_server(settings: Settings, url: str) -> Iterator[Finding]:
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (465 if parts.scheme == "smtps" else 25)
    values = {"host": host, "port": port}
    own_catcher = settings.catcher_enabled and port == settings.catcher_smtp_port and host in ("127.0.0.1", "localhost")
    if own_catcher and not _is_up(settings.data_dir):
        yield Finding(True, "mail_catcher", values)
        return
    greeting = _greeted(host, port, listen=parts.scheme == "smtp")
    good = greeting is not None and (parts.scheme == "smtps" or greeting.startswith(b"220"))
    yield Finding(good, "mail" if good else "mail_silent", values)


def _links(settings: Settings) -> Iterator[Finding]:
    good = bool(settings.link_url)
    yield Finding(good, "links" if good else "links_lead_nowhere", {"url": settings.link_url or settings.web_url})


def _greeted(host: str, port: int, *, listen: bool = False) -> bytes | None:
    """What a server says first (nothing when it is not listened to), or None when none answers."""
    try:
        with socket.create_connection((host, port), timeout=_SECONDS) as connection:
            return connection.recv(512) if listen else b""
    except OSError:
        return None
