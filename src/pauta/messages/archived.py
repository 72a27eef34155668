"""What was sent, byte for byte."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from pauta.core.archive import content_hash, expand
from pauta.platform.partitions import PARTITIONS


def archived_mail(connection: Connection[Any], message_id: int) -> bytes | None:
    """The bytes of a message's newest hand-over, as they were given to the server; None when nothing was handed over.

    ValueError when the bytes are not those that were stored.
    """
    row = connection.execute(
        """
        SELECT archive.body, skeleton.body, archive.hash FROM archive JOIN skeleton ON skeleton.id = archive.skeleton_id
        WHERE part = ANY(%s) AND message_id = %s ORDER BY number DESC LIMIT 1
        """,
        (list(range(PARTITIONS)), message_id),
    ).fetchone()
    if row is None:
        return None
    packed, dictionary, digest = row
    content = expand(packed, dictionary)
    if content_hash(content) != digest:
        raise ValueError(f"the archive of message {message_id} was changed")
    return content
