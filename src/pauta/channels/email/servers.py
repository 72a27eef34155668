"""The mail server as the settings describe it."""

from __future__ import annotations

import re
import socket
from urllib.parse import unquote, urlsplit

from pauta.channels.email.session import Security, Server
from pauta.platform.settings import Settings

_PORTS = {"smtp": 25, "smtps": 465}
_STARTTLS = {"required": Security.STARTTLS, "allowed": Security.IF_OFFERED, "never": Security.NONE}


def server_from(settings: Settings, url: str) -> Server:
    """The server of an ``smtp://`` or ``smtps://`` URL.

    The certificate is checked wherever encryption is not merely ``allowed``.

    Every sending process (the workers and the fast lane) gets its share of ``smtp_rate``. Raises Problem when a
    password would travel unencrypted.
    """
    parts = urlsplit(url)
    security = Security.TLS if parts.scheme == "smtps" else _STARTTLS[settings.smtp_starttls]
    return Server(
        host=parts.hostname or "127.0.0.1",
        port=parts.port or _PORTS[parts.scheme],
        security=security,
        verify=security is not Security.IF_OFFERED,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        greeting_name=_own_name(),
        connections=settings.smtp_connections,
        per_second=settings.smtp_rate / (settings.workers + 1),
        connect_timeout=settings.send_seconds,
        answer_timeout=settings.send_seconds,
    )


def _own_name() -> str:
    name = socket.gethostname()
    return name if re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9.\-]*[A-Za-z0-9])?", name) else "localhost"
