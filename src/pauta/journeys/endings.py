"""How contacts leave journeys: the numbers that the table of enrolments keeps."""

from __future__ import annotations

from enum import IntEnum


class End(IntEnum):
    """How an enrolment ended; INSIDE while it has not."""

    INSIDE = 0
    EXIT = 1
    GOAL = 2
    EVENT = 3
    RULE = 4
    HELD = 5
    PAST = 6
    TAKEN_OUT = 7
    PUBLISHED = 8
    STOPPED = 9
    GONE = 10
