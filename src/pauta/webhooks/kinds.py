"""What webhooks can be told of."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """A sort of happening; each has its heading in the reference, and one ``announce`` where it happens."""

    MESSAGE_SENT = "message.sent"
    MESSAGE_FAILED = "message.failed"
    MESSAGE_BOUNCED = "message.bounced"
    MESSAGE_COMPLAINED = "message.complained"
    MESSAGE_REPLIED = "message.replied"
    MESSAGE_UNSUBSCRIBED = "message.unsubscribed"
    CONSENT_CHANGED = "consent.changed"
    TEST = "webhook.test"
