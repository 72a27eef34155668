"""What Amazon SES answers to a mail, turned into our outcomes by a table.

SES knows no idempotency keys: a mail given twice is sent twice. So an answer that leaves open whether the mail was
taken counts as no answer, and bulk mail is not given again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pauta.channels.base import Outcome, OutcomeKind

_SENT, _LATER, _FAILED, _LOST, _ = OutcomeKind

ERRORS: Mapping[str, OutcomeKind] = {
    "AccountSuspendedException": _LATER,  # ours to mend with AWS; nothing is wrong with the mail
    "SendingPausedException": _LATER,
    "MailFromDomainNotVerifiedException": _LATER,
    "NotFoundException": _LATER,  # the configuration set does not exist
    "LimitExceededException": _LATER,
    "TooManyRequestsException": _LATER,
    "ThrottlingException": _LATER,
    "Throttling": _LATER,
    "ServiceUnavailable": _LATER,
    "ServiceUnavailableException": _LATER,
    "MessageRejected": _FAILED,
    "BadRequestException": _FAILED,
    "InternalFailure": _LOST,
    "InternalServiceErrorException": _LOST,
}
"""By the name of the error (SES API v2, SendEmail, and the errors common to all actions)."""

THROTTLED = frozenset({"TooManyRequestsException", "ThrottlingException", "Throttling"})
_STATUSES: Mapping[int, OutcomeKind] = {403: _LATER, 404: _LATER, 413: _FAILED, 429: _LATER, 503: _LATER}
"""Where the name says nothing. 403: our key or our clock is at fault, not the mail."""
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer over HTTP: its status, and the name and words of the error, or the id that SES gave the mail."""

    status: int
    error: str = ""
    text: str = ""

    @property
    def throttled(self) -> bool:
        """Whether SES asks for fewer mails a second, or for none today."""
        return self.status == 429 or self.error in THROTTLED

    @property
    def kind(self) -> OutcomeKind:
        """What it means for the mail."""
        if 200 <= self.status < 300:
            return _SENT
        named = ERRORS.get(self.error) or _STATUSES.get(self.status)
        return named or (_FAILED if 400 <= self.status < 500 else _LOST)

    def outcome(self, reference: str) -> Outcome:
        """The outcome of the mail with that reference."""
        return Outcome(reference, self.kind, self.status, text=f"{self.error} {self.text}".strip()[:_LONGEST])


def read(status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    """An answer of SES, or of whatever stands before it and answers in its place."""
    said = object_in(body)
    if 200 <= status < 300:
        return Answer(status, text=str(said.get("MessageId", "")))
    named = headers.get("x-amzn-ErrorType") or str(said.get("__type") or said.get("code") or "")
    words = said.get("message") or said.get("Message") or body[:_LONGEST].decode("utf-8", "replace")
    return Answer(status, named.split(":")[0].rpartition("#")[2], " ".join(str(words).replace("\0", " ").split()))


def object_in(body: bytes) -> dict[str, Any]:
    """The JSON object in the body of an answer; an empty one for whatever else it is."""
    try:
        said = json.loads(body or b"{}")
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
