"""The tally of messages: what the calendar counts, kept up to date by triggers, folded here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from pauta.core.gate.vocabulary import NEVER

_LOCK = 7_261_004

COUNTED = ("channel", "state", "verdict", "wished", "day")
"""What tells the messages of one kind apart in the tally."""


def count_new(connection: Connection[Any], proposal_id: int, columns: Mapping[str, NDArray[Any]]) -> None:
    """Count new messages of a proposal that were written past the trigger.

    The columns are those of ``COUNTED``, one row per message; days are epoch days, ``NEVER`` for none.
    """
    places = [np.unique(columns[name], return_inverse=True) for name in COUNTED]
    sort = np.zeros(len(columns["state"]), dtype=np.int64)
    for values, place in places:
        sort = sort * len(values) + place
    _, example, counts = np.unique(sort, return_index=True, return_counts=True)
    connection.execute(
        """
        INSERT INTO message_tally (kind_id, channel, state, verdict, wished, day, messages)
        SELECT proposal.kind_id, channel, new.state, verdict, DATE '1970-01-01' + wished,
               DATE '1970-01-01' + nullif(day, %s), messages
        FROM proposal, unnest(%s::int2[], %s::int2[], %s::int2[], %s::int4[], %s::int4[], %s::int4[])
             AS new (channel, state, verdict, wished, day, messages)
        WHERE proposal.id = %s
        """,
        (NEVER, *(columns[name][example].tolist() for name in COUNTED), counts.tolist(), proposal_id),
    )


def fold(connection: Connection[Any]) -> int:
    """Sum up what was appended since the last time, for each kind that it concerns; how many rows went into it.

    Readers see the sums or the rows that went into them, never both; of several that fold at once one does.
    """
    if connection.execute("SELECT pg_try_advisory_xact_lock(%s)", (_LOCK,)).fetchone() != (True,):
        return 0
    row = connection.execute(
        """
        WITH folded AS (
            DELETE FROM message_tally WHERE kind_id IN (SELECT kind_id FROM message_tally WHERE fresh) RETURNING *
        ), summed AS (
            INSERT INTO message_tally (kind_id, channel, state, verdict, wished, day, messages, fresh)
            SELECT kind_id, channel, state, verdict, wished, day, sum(messages), false FROM folded
            GROUP BY kind_id, channel, state, verdict, wished, day HAVING sum(messages) <> 0
        )
        SELECT count(*) FROM folded
        """
    ).fetchone()
    return int(row[0]) if row else 0
