"""What messages, proposals and the work on them can be: the numbers that their tables keep."""

from __future__ import annotations

from enum import IntEnum


class State(IntEnum):
    """Where a message stands. Final: sent, failed, unknown, suppressed, cancelled."""

    OPEN = 0
    PLANNED = 1
    SENDING = 2
    SENT = 3
    FAILED = 4
    UNKNOWN = 5
    SUPPRESSED = 6
    CANCELLED = 7
    HELD = 8


OPEN_STATES = (State.OPEN, State.PLANNED)
WAITING = f"state < {State.SENDING}"
"""Open or planned, as a condition; in these words, which are those of the partial indexes."""
RECALLABLE = f"state IN ({State.OPEN}, {State.PLANNED}, {State.HELD})"
"""What can still be taken back, as a condition."""
TOUCH_STATES = (State.SENDING, State.SENT, State.UNKNOWN)
FINAL_STATES = (State.SENT, State.FAILED, State.UNKNOWN, State.SUPPRESSED, State.CANCELLED)


class Lane(IntEnum):
    """Which workers move a message, and what holds it.

    Bulk ones go by planned places under leases, fast ones at once. Overridden ones are moved like bulk ones, past the
    policies: only their window, address, consent, pause and channel hold them.
    """

    BULK = 0
    FAST = 1
    OVERRIDDEN = 2


TOUCHED = 9
"""State of a touch in the tally: it reached a contact outside the ledger, or will (a meeting)."""


class ProposalState(IntEnum):
    """Whether the messages of a proposal may leave."""

    LIVE = 0
    PAUSED = 1
    CANCELLED = 2


class Unit(IntEnum):
    """What can be set aside: the plan of an account, a partition of a launch, a message, a provider's report, somebody
    in a journey, what journeys do about what happened."""

    ACCOUNT = 0
    LAUNCH = 1
    MESSAGE = 2
    REPORT = 3
    ENROLMENT = 4
    ROUTE = 5
