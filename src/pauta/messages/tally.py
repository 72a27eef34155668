"""The tally of messages: what the calendar counts, kept up to date by triggers, folded here."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

_LOCK = 7_261_004


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
