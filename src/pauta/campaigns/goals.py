"""What a campaign is for: an event that those who get it are to have, within some days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pauta.core.problems import Problem
from pauta.messages.terms import NAME_LENGTH

MOST_DAYS = 366
USUAL_DAYS = 14


@dataclass(frozen=True, slots=True)
class Goal:
    """The name of the event, and within how many days after the message it counts; no event for no goal."""

    event: str
    days: int


NO_GOAL: Final = Goal("", 0)


def read_goal(document: Mapping[str, Any]) -> Goal:
    """The goal in a campaign's JSON document; a Problem names the field that is wrong."""
    event, days = document.get("goal_event") or "", document.get("goal_days") or USUAL_DAYS
    if not isinstance(event, str) or len(event) > NAME_LENGTH or "\0" in event:
        raise Problem("messages.not_a_name", field="goal_event", length=NAME_LENGTH)
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
        raise Problem("campaigns.not_goal_days", field="goal_days", value=days, most=MOST_DAYS)
    return Goal(event.strip(), days) if event.strip() else NO_GOAL
