"""Amazon SES as its documentation describes it, on a loopback port: it checks signatures and answers as it is told."""

from __future__ import annotations

import json
import re
import socket
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pauta.channels.email.ses.account import Account
from pauta.channels.email.ses.signature import Scope, authorization

KEY_ID, SECRET, REGION = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "eu-west-1"
MESSAGE_ID = "0102018f2c6e7b10-1f0c1a3b-9b8e-4d5c-8a57-7f2b6a0c9d11-000000"

Answer = tuple[int, dict[str, str], dict[str, Any]]
"""Status, headers, document."""


def error(status: int, name: str, message: str) -> Answer:
    """An error as the API (version 2, REST with JSON) answers it."""
    return status, {"x-amzn-ErrorType": name}, {"message": message}


ACCEPTED: Answer = (200, {}, {"MessageId": MESSAGE_ID})
ANSWERS = {
    "address refused": error(400, "BadRequestException", "Missing final '@domain'"),
    "content refused": error(400, "MessageRejected", "Transaction failed: File contains a virus"),
    "unverified": error(400, "MessageRejected", "Email address is not verified. The following identities failed"),
    "throttled": error(429, "TooManyRequestsException", "Maximum sending rate exceeded."),
    "quota": error(400, "LimitExceededException", "Daily message quota exceeded."),
    "paused": error(400, "SendingPausedException", "Email sending for the account is disabled."),
    "no such set": error(404, "NotFoundException", "Configuration set <x> does not exist."),
    "wrong key": error(403, "UnrecognizedClientException", "The security token included in the request is invalid."),
    "overloaded": error(503, "ServiceUnavailable", "The service is temporarily unavailable."),
    "broken inside": error(500, "InternalFailure", "The request processing has failed."),
    "gateway": (502, {}, {}),
}

SILENT, HANGS_UP, BREAKS_OFF = "silent", "hangs up", "breaks off"
"""What it does instead of answering: it waits; it closes after reading all; it closes before it has read all."""


@dataclass
class Mock:
    """What reached the mock, and how it answers the next requests, the last answer again and again."""

    answers: list[Answer | str] = field(default_factory=lambda: [ACCEPTED])
    received: list[dict[str, Any]] = field(default_factory=list)
    connections: int = 0
    keeps_connections: bool = True
    port: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def account(self) -> Account:
        return Account(KEY_ID, SECRET, REGION, "marketing", f"http://127.0.0.1:{self.port}")

    @property
    def url(self) -> str:
        """As a setting."""
        secret = SECRET.replace("/", "%2F").replace("+", "%2B")
        return f"ses://{KEY_ID}:{secret}@{REGION}/marketing?endpoint=http://127.0.0.1:{self.port}"

    def mails(self) -> list[bytes]:
        return [b64decode(one["Content"]["Raw"]["Data"]) for one in self.received]

    def next(self) -> Answer | str:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def _handler(mock: Mock, lock: threading.Lock) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            with lock:
                mock.connections += 1

        def log_message(self, *_: object) -> None: ...

        def do_POST(self) -> None:
            with lock:
                answer = mock.next()
            if answer == BREAKS_OFF:
                self._reset()
                return
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if answer in (SILENT, HANGS_UP):
                if answer == SILENT:
                    mock.released.wait(20)
                self.close_connection = True
                return
            assert not isinstance(answer, str)
            if not self._is_signed(body):
                answer = error(403, "InvalidSignatureException", "The request signature we calculated does not match")
            elif answer[0] == 200:
                with lock:
                    mock.received.append(json.loads(body))
            self._say(answer)

        def do_GET(self) -> None:
            quota = {"Max24HourSend": 50000.0, "MaxSendRate": 14.0, "SentLast24Hours": 12.0}
            told = {"SendingEnabled": True, "ProductionAccessEnabled": True, "SendQuota": quota}
            answer: Answer = (200, {}, told)
            self._say(answer if self._is_signed(b"") else error(403, "InvalidSignatureException", "no"))

        def _is_signed(self, body: bytes) -> bool:
            given = self.headers.get("Authorization", "")
            named = re.search(r"SignedHeaders=([^,]+)", given)
            at = datetime.strptime(self.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            signed = {name: self.headers[name] for name in named[1].split(";")} if named else {}
            scope = Scope(KEY_ID, SECRET, REGION, "ses")
            return given == authorization(scope, self.command, self.path, "", signed, body, at) and "host" in signed

        def _say(self, answer: Answer) -> None:
            status, headers, document = answer
            body = json.dumps(document).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = not mock.keeps_connections

        def _reset(self) -> None:
            """Let go in the middle: what is unread makes the system answer with a reset."""
            self.close_connection = True
            with suppress(OSError):
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            self.connection.close()

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None: ...


@contextmanager
def ses(*answers: Answer | str) -> Iterator[Mock]:
    """A mock that answers so, then the last of these for ever; without any it accepts everything."""
    mock = Mock()
    if answers:
        mock.answers = list(answers)
    server = _Server(("127.0.0.1", 0), _handler(mock, threading.Lock()))
    mock.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield mock
    finally:
        mock.released.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
