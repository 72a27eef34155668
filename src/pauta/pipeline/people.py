"""What follows when people change: rows go along with contacts that moved, and launches and plans look again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from psycopg import Connection

from pauta.campaigns.actions import reopen_parts
from pauta.events.actions import follow as events_follow
from pauta.journeys.leaving import look_again
from pauta.messages.actions import request_plan, unhold
from pauta.messages.moving import follow
from pauta.people.changes import Changes
from pauta.platform.partitions import partition_of


def people_changed(connection: Connection[Any], changes: Changes, now: datetime) -> None:
    """Bring everything in line with changes to people, in their transaction.

    Contacts that moved take events, messages and touches along; a launch that has passed their new partition already,
    and not yet their old one, comes back for them. Waits of journeys are reckoned anew, messages that a missing figure
    held are opened, and plans are made again, for the accounts concerned.
    """
    if changes.moves:
        events_follow(connection, changes.moves)
        follow(connection, changes.moves)
        reopen_parts(connection, [(partition_of(move.old_key), partition_of(move.new_key)) for move in changes.moves])
    look_again(connection, changes.keys)
    unhold(connection, changes.keys, now)
    request_plan(connection, changes.keys, now)
