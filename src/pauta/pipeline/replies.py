"""Answers to mails of a colleague go to that colleague: as a mail of ours, with the answer quoted and attached.

The answer itself cannot be passed on as it is: its sender's domain would not stand behind our server (DMARC).
"""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from psycopg import Connection

from pauta.channels.email.address import smtp_address
from pauta.channels.email.incoming import Readable, readable
from pauta.core.problems import Problem
from pauta.messages.origins import Origin
from pauta.team.notices import Kind, notify

_LONGEST_TEXT = 20_000
_LONGEST_SUBJECT = 300


def forward(connection: Connection[Any], now: datetime, origin: Origin, raw: bytes) -> bool:
    """Write down that the answer to a message goes to whoever looks after the contact's account now, or else to whoever
    made the message; False when neither is a user. It leaves by the fast lane."""
    row = connection.execute(
        """
        SELECT coalesce(
                 (SELECT u.id FROM account a JOIN pauta_user u ON lower(u.email) = lower(a.owner)
                  WHERE a.id = c.account_id AND u.disabled_at IS NULL),
                 (SELECT u.id FROM pauta_user u
                  WHERE lower(u.email) = lower(regexp_replace(p.actor, '^.*[ :]', '')) AND u.disabled_at IS NULL)),
               c.external_id, trim(c.first_name || ' ' || c.last_name), c.email
        FROM contact c, message m JOIN proposal p ON p.id = m.proposal_id
        WHERE c.id = %s AND m.part = %s AND m.id = %s
        """,
        (origin.contact_id, origin.part, origin.id),
    ).fetchone()
    if row is None or row[0] is None:
        return False
    user, contact, name, email = row
    answer = readable(raw)
    notify(
        connection,
        now,
        [user],
        Kind.REPLY,
        contact=contact,
        who=name or contact,
        subject=answer.subject[:_LONGEST_SUBJECT],
        text=answer.text[:_LONGEST_TEXT],
        answer_to=_address(answer, email or ""),
        mail=b64encode(raw).decode("ascii"),
    )
    return True


def _address(answer: Readable, otherwise: str) -> str:
    """To whom an answer to the answer goes."""
    try:
        return smtp_address(parseaddr(answer.sender)[1])
    except Problem:
        return otherwise
