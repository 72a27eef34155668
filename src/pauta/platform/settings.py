"""What an installation can set: each setting once, with its default and its meaning."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pauta.core.mailboxes import PROVIDERS
from pauta.core.problems import Problem

LANGUAGES = ("en", "es", "pt-BR")
"""Languages of the product, as tags."""

_PREFIX = "PAUTA_"
_CONFIG = "PAUTA_CONFIG"
_NOT_SETTINGS = (_CONFIG, "PAUTA_AS")

Reader = Callable[[str, object], Any]
"""Turns the raw value of the setting that it is told by name into its typed one, or raises a Problem."""


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise Problem("setting_not_text", field=name, value=value)
    return value


def _flag(name: str, value: object) -> bool:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if isinstance(value, bool):
        return value
    if str(value).lower() not in words:
        raise Problem("setting_not_a_flag", field=name, value=value)
    return words[str(value).lower()]


def _folder(name: str, value: object) -> Path:
    return Path(_text(name, value)).expanduser()


def _file(name: str, value: object) -> Path | None:
    return Path(_text(name, value)).expanduser() if value else None


def _number(low: int, high: int) -> Reader:
    def read(name: str, value: object) -> int:
        try:
            number = int(str(value))
        except ValueError:
            raise Problem("setting_not_a_number", field=name, value=value, low=low, high=high) from None
        if not low <= number <= high:
            raise Problem("setting_not_a_number", field=name, value=value, low=low, high=high)
        return number

    return read


_PORT = _number(1, 32767)  # above it, systems hand out ports to outgoing connections


def _choice(*allowed: str) -> Reader:
    def read(name: str, value: object) -> str:
        if value not in allowed:
            raise Problem("setting_not_a_choice", field=name, value=value, allowed=", ".join(allowed))
        return str(value)

    return read


def _rates(*known: str) -> Reader:
    def read(name: str, value: object) -> str:
        text = _text(name, value)
        for part in filter(None, text.split(",")):
            provider, _, rate = part.strip().partition("=")
            if provider not in known or not re.fullmatch(r"[1-9][0-9]{0,6}", rate):
                raise Problem("setting_not_rates", field=name, value=part, known=", ".join(known))
        return text

    return read


def _url(*schemes: str) -> Reader:
    def read(name: str, value: object) -> str:
        text = _text(name, value)
        if text and not _is_url(text, schemes):
            raise Problem("setting_not_a_url", field=name, schemes=", ".join(f"{scheme}://" for scheme in schemes))
        return text

    return read


def _is_url(text: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    return parts.scheme in schemes and port != 0 and bool(parts.netloc or parts.query)


def _zone(name: str, value: object) -> str:
    try:
        return ZoneInfo(_text(name, value)).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Problem("setting_not_a_zone", field=name, value=value) from None


_SENDER = re.compile(r"[^<>]*<[^<>\s@,;]+@[^<>\s@,;]+>|[^<>\s@,;]+@[^<>\s@,;]+")


def _address(name: str, value: object) -> str:
    text = _text(name, value)
    if not _SENDER.fullmatch(text) or "\n" in text or "\r" in text:
        raise Problem("setting_not_an_address", field=name, value=value)
    return text


def _told(read: Reader, meaning: str) -> dict[str, object]:
    return {"read": read, "meaning": meaning}


@dataclass(frozen=True)
class Settings:
    """Every setting of an installation. Relative paths are counted from the folder of ``pauta.toml``."""

    data_dir: Path = field(
        default=Path(".pauta"),
        metadata=_told(_folder, "Folder that holds everything that Pauta keeps, the embedded database above all."),
    )
    database_url: str = field(
        default="",
        repr=False,
        metadata=_told(
            _url("postgresql", "postgres"),
            "PostgreSQL to use; empty means that Pauta runs its own in the data folder. DATABASE_URL is read too.",
        ),
    )
    web_host: str = field(default="127.0.0.1", metadata=_told(_text, "Address on which the web server listens."))
    web_port: int = field(default=8025, metadata=_told(_PORT, "Port on which the web server listens."))
    web_url: str = field(
        default="",
        metadata=_told(
            _url("http", "https"),
            "Address under which people reach the web server; empty means the one on which it listens.",
        ),
    )
    session_hours: int = field(
        default=12, metadata=_told(_number(1, 720), "Hours without use after which a browser must sign in again.")
    )
    smtp_url: str = field(
        default="",
        repr=False,
        metadata=_told(
            _url("smtp", "smtps"),
            "Mail server: smtp://user:password@host:port, or smtps:// for TLS from the start; "
            "empty means the local mail catcher.",
        ),
    )
    bulk_url: str = field(
        default="",
        repr=False,
        metadata=_told(
            _url("smtp", "smtps", "ses"),
            "Provider of all mails but transactional ones: smtp://, smtps://, or ses://KEY:SECRET@REGION/SET for "
            "Amazon SES; empty means smtp_url.",
        ),
    )
    transactional_url: str = field(
        default="",
        repr=False,
        metadata=_told(
            _url("smtp", "smtps", "ses"),
            "Provider of transactional mails and of those to users, written like bulk_url; empty means smtp_url.",
        ),
    )
    smtp_starttls: str = field(
        default="allowed",
        metadata=_told(
            _choice("required", "allowed", "never"),
            "Whether a connection by smtp:// must, may or must not change to TLS before it sends.",
        ),
    )
    smtp_connections: int = field(
        default=4,
        metadata=_told(_number(1, 200), "Connections that one worker keeps open to the mail server, or to Amazon SES."),
    )
    smtp_rate: int = field(
        default=0,
        metadata=_told(
            _number(0, 1_000_000),
            "Mails a second that all workers together give a mail server, or Amazon SES; 0 means no limit.",
        ),
    )
    mailbox_rates: str = field(
        default="",
        metadata=_told(
            _rates(*PROVIDERS),
            "Mails a minute, but transactional ones, that mailbox providers get at most, such as gmail=600,outlook=300 "
            "(also yahoo, icloud, uol, terra); empty means no limit.",
        ),
    )
    sender: str = field(
        default="Pauta <pauta@localhost.localdomain>",
        metadata=_told(_address, "From address of messages that name no sender of their own."),
    )
    return_domain: str = field(
        default="",
        metadata=_told(
            _text,
            "Domain whose mail reaches incoming_port: bounces, complaints and unsubscribe mails go there; "
            "empty means that Pauta takes in none.",
        ),
    )
    bulk_return_domain: str = field(
        default="",
        metadata=_told(_text, "Return domain of all mails but transactional ones; empty means return_domain."),
    )
    transactional_return_domain: str = field(
        default="", metadata=_told(_text, "Return domain of transactional mails; empty means return_domain.")
    )
    ses_topics: str = field(
        default="",
        metadata=_told(
            _text,
            "Amazon SNS topics (ARNs, separated by commas) from which news of SES about our mails are believed; "
            "empty means none.",
        ),
    )
    webhooks_private: bool = field(
        default=False,
        metadata=_told(_flag, "Whether webhooks may lead to this machine and to addresses of private networks."),
    )
    incoming_host: str = field(default="127.0.0.1", metadata=_told(_text, "Address on which mail is taken in."))
    incoming_port: int = field(default=2526, metadata=_told(_PORT, "Port on which mail is taken in."))
    incoming_protocol: str = field(
        default="smtp",
        metadata=_told(_choice("smtp", "lmtp"), "How a mail server passes mail on to incoming_port: by SMTP or LMTP."),
    )
    catcher_enabled: bool = field(
        default=True,
        metadata=_told(_flag, "Whether a local mail catcher runs, which takes every mail and delivers none."),
    )
    catcher_smtp_port: int = field(default=2525, metadata=_told(_PORT, "Port on which the mail catcher listens."))
    workers: int = field(default=2, metadata=_told(_number(1, 64), "Worker processes that plan and send."))
    company_zone: str = field(
        default="UTC",
        metadata=_told(_zone, "Time zone of contacts for whom neither their own nor their account's is known."),
    )
    company_lang: str = field(
        default="en",
        metadata=_told(
            _choice(*LANGUAGES), "Language of contacts whose own is unknown, and of Pauta where none is asked for."
        ),
    )
    clock_file: Path | None = field(
        default=None,
        metadata=_told(
            _file, "File with a simulated time that all processes share; empty means the clock of the machine."
        ),
    )
    lease_seconds: int = field(
        default=30, metadata=_told(_number(2, 3600), "How long a worker owns a partition before it must renew.")
    )
    send_seconds: int = field(
        default=10,
        metadata=_told(
            _number(1, 3600), "Longest time that handing over one message can take; less than lease_seconds."
        ),
    )
    plan_batch: int = field(
        default=20_000, metadata=_told(_number(1, 1_000_000), "Contacts that are planned in one transaction.")
    )
    send_batch: int = field(
        default=500, metadata=_told(_number(1, 100_000), "Most messages that a worker claims for sending at a time.")
    )
    grace_seconds: int = field(
        default=60,
        metadata=_told(
            _number(0, 3600),
            "Seconds after a campaign's launch before its first message leaves, so that the launch can be undone; "
            "urgent and transactional ones do not wait.",
        ),
    )
    import_batch: int = field(
        default=20_000, metadata=_told(_number(1, 1_000_000), "Rows that an import stores in one transaction.")
    )
    disk_reserve_mb: int = field(
        default=500,
        metadata=_told(
            _number(0, 1_000_000),
            "Megabytes of the data folder's disk that stay free: with less nothing new is taken in, with less than "
            "half of them nothing leaves.",
        ),
    )
    log_level: str = field(
        default="info", metadata=_told(_choice("debug", "info", "warning", "error"), "Least severe events to log.")
    )
    log_format: str = field(
        default="text", metadata=_told(_choice("text", "json"), "How log lines look: for people, or for machines.")
    )

    @property
    def public_url(self) -> str:
        """Address of the web server without a slash at its end."""
        return (self.web_url or f"http://{self.web_host}:{self.web_port}").rstrip("/")

    @property
    def link_url(self) -> str:
        """Address with which the links in mails begin, without a slash at its end; empty where none is fit for it.

        Mails that leave this machine need one that readers can reach, and safely (RFC 8058 wants https).
        """
        away = self.smtp_url or self.bulk_url or self.transactional_url
        return "" if away and not self.web_url.startswith("https://") else self.public_url

    @property
    def grace(self) -> timedelta:
        """How long a launched campaign waits before its first message leaves."""
        return timedelta(seconds=self.grace_seconds)

    @property
    def mail_server(self) -> str:
        """URL of the mail server, which is the local catcher where none is named."""
        return self.smtp_url or self.catcher_url

    @property
    def per_mailbox(self) -> dict[str, int]:
        """Mails a minute by mailbox provider."""
        pairs = (part.strip().partition("=") for part in self.mailbox_rates.split(",") if part)
        return {name: int(rate) for name, _, rate in pairs}

    @property
    def catcher_url(self) -> str:
        """URL of the local catcher."""
        return f"smtp://127.0.0.1:{self.catcher_smtp_port}"

    def environment(self) -> dict[str, str]:
        """Variables from which another process reads these same settings."""
        return {_PREFIX + one.name.upper(): _written(getattr(self, one.name)) for one in fields(self)}


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def declared() -> Iterator[tuple[str, object, str]]:
    """Name, default and meaning of every setting, in the order of the reference page."""
    for one in fields(Settings):
        yield one.name, one.default, one.metadata["meaning"]


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from ``pauta.toml`` (or the file that PAUTA_CONFIG names), overruled by the environment.

    The environment's names are PAUTA_ and the setting's name in capitals; DATABASE_URL stands for PAUTA_DATABASE_URL.
    A wrong value or an unknown name is a Problem that names it.
    """
    environment = os.environ if environment is None else environment
    file = Path(environment.get(_CONFIG, "pauta.toml"))
    raw = {**_from_file(file, required=_CONFIG in environment), **_from_environment(environment)}
    readers = {one.name: one.metadata["read"] for one in fields(Settings)}
    for name in raw:
        if name not in readers:
            nearest = difflib.get_close_matches(name, readers, n=1, cutoff=0.0)[0]
            raise Problem("setting_unknown", field=name, nearest=nearest)
    settings = Settings(**{name: readers[name](name, value) for name, value in raw.items()})
    if settings.send_seconds >= settings.lease_seconds:
        raise Problem("setting_send_not_below_lease", field="send_seconds", lease=settings.lease_seconds)
    return _anchored(settings, file.absolute().parent)


def _from_file(file: Path, *, required: bool) -> dict[str, object]:
    if not file.exists() and not required:
        return {}
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise Problem("settings_unreadable", field=str(file), why=error.strerror) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Problem("settings_not_toml", field=str(file), why=str(error)) from None


def _from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    given = {
        name.removeprefix(_PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(_PREFIX) and name not in _NOT_SETTINGS
    }
    if "DATABASE_URL" in environment:
        given.setdefault("database_url", environment["DATABASE_URL"])
    return dict(given)


def _anchored(settings: Settings, folder: Path) -> Settings:
    """Paths counted from the folder of ``pauta.toml``."""
    clock = settings.clock_file and folder / settings.clock_file
    return replace(settings, data_dir=folder / settings.data_dir, clock_file=clock)
