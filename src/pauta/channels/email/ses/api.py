"""One connection to the API of Amazon SES: signed requests, one after the other.

What matters for the fate of a mail is how far a request came, so the steps are apart: connect, write, read.
"""

from __future__ import annotations

import json
import select
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from pauta.channels.email.ses.account import Account
from pauta.channels.email.ses.answers import Answer, object_in, read
from pauta.channels.email.ses.signature import Scope, authorization, stamp
from pauta.platform.clock import Clock, monotonic

_IDLE_SECONDS = 20.0
SEND_PATH = "/v2/email/outbound-emails"
ACCOUNT_PATH = "/v2/email/account"

Broken = (OSError, HTTPException)
"""How a conversation ends that had to go on."""


class Line:
    """A connection, opened when it is needed. ``seconds``: the longest wait for each step."""

    def __init__(self, account: Account, seconds: float) -> None:
        self._account = account
        endpoint = urlsplit(account.endpoint)
        kind = HTTPSConnection if endpoint.scheme == "https" else HTTPConnection
        self._http = kind(endpoint.hostname or "", endpoint.port, timeout=seconds)
        self._host = endpoint.netloc
        self._path = endpoint.path
        self._used_at = 0.0

    def connect(self) -> None:
        """Be connected; a connection that AWS has closed meanwhile, or soon will, is replaced. OSError without one."""
        sock = self._http.sock
        if sock is not None:
            said_something = bool(select.select([sock], [], [], 0)[0])
            if said_something or monotonic() - self._used_at > _IDLE_SECONDS:
                self._http.close()
        if self._http.sock is None:
            self._http.connect()

    def write(self, method: str, path: str, document: object = None) -> None:
        """Send a signed request; when this raises one of ``Broken``, not all of it went out."""
        body = b"" if document is None else json.dumps(document).encode()
        now = Clock().now()  # the machine's, never a simulated one: AWS compares with its own
        headers = {"Host": self._host, "X-Amz-Date": stamp(now)}
        if body:
            headers["Content-Type"] = "application/json"
        scope = Scope(self._account.key_id, self._account.secret, self._account.region, "ses")
        signed = authorization(scope, method, self._path + path, "", headers, body, now)
        try:
            self._http.request(method, self._path + path, body or None, {**headers, "Authorization": signed})
        except Broken:
            self.close()
            raise

    def answer(self) -> Answer:
        """Wait for the answer; one of ``Broken`` when none comes."""
        try:
            response = self._http.getresponse()
            body = response.read()
        except Broken:
            self.close()
            raise
        self._used_at = monotonic()
        return read(response.status, dict(response.getheaders()), body)

    def ask(self, path: str) -> tuple[int, dict[str, Any]]:
        """A question that changes nothing: status and answer. One of ``Broken`` without an answer."""
        self.connect()
        self.write("GET", path)
        response = self._http.getresponse()
        body = response.read()
        self._used_at = monotonic()
        return response.status, object_in(body)

    def close(self) -> None:
        """Hang up."""
        self._http.close()
