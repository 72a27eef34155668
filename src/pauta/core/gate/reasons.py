"""Verdicts and the one closed list of reasons.

A stored code is the position in the tuple: append, never reorder.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Verdict(StrEnum):
    """What the gate says of one message."""

    send = "send"
    queue = "queue"
    suppress = "suppress"


class Reason(StrEnum):
    """Why a message is where it is. Up to `capacity` these are the kinds of rules, in the order they are asked."""

    window = "window"
    address = "address"
    consent = "consent"
    channel = "channel"
    guard = "guard"
    hold = "hold"
    time = "time"
    preference = "preference"
    cap = "cap"
    spacing = "spacing"
    concurrency = "concurrency"
    mix = "mix"
    capacity = "capacity"
    expired = "expired"
    clear = "clear"
    waited = "waited"
    # From here on: given by the pipeline, never by the gate.
    missing_figure = "missing_figure"
    missing_approval = "missing_approval"
    cancelled = "cancelled"
    stopped = "stopped"
    paused = "paused"
    rejected = "rejected"
    later = "later"
    lost = "lost"
    delivered = "delivered"
    overridden = "overridden"
    read = "read"


VERDICTS: Final = tuple(Verdict)
REASONS: Final = tuple(Reason)
VERDICT_CODE: Final = {verdict: code for code, verdict in enumerate(VERDICTS)}
REASON_CODE: Final = {reason: code for code, reason in enumerate(REASONS)}

RULE_WINDOW: Final = -1
RULE_ADDRESS: Final = -2
RULE_CONSENT: Final = -3
RULE_PAUSE: Final = -4
RULE_PREFERENCE: Final = -5
NO_RULE: Final = -128
"""The rule of a message that nothing stood in the way of."""

BUILTIN_RULES: Final = {
    RULE_WINDOW: "window",
    RULE_ADDRESS: "address",
    RULE_CONSENT: "consent",
    RULE_PAUSE: "pause",
    RULE_PREFERENCE: "preference",
}
"""Rules without a policy: number and name. The number of a policy is its position in the sequence given to plan()."""
