"""Owners hear what became of their messages: in their inbox all day, and by one mail the morning after."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import Connection

from pauta.campaigns.audience import company_today
from pauta.campaigns.outcomes import tell_owners
from pauta.reports.inbox_text import as_text, told
from pauta.team.inbox import Told, take_unmailed
from pauta.team.notices import Kind, notify

MORNING = 8
"""Hour of the company's day from which on the mail about the days before leaves."""


def tell(connection: Connection[Any], now: datetime) -> None:
    """Tell owners, in the caller's transaction, what became of their messages; nothing when that was done just now."""
    if tell_owners(connection, now) and _is_morning(connection, now):
        _mail(connection, now)


def _is_morning(connection: Connection[Any], now: datetime) -> bool:
    row = connection.execute("SELECT zone FROM company WHERE id = 1").fetchone()
    return now.astimezone(ZoneInfo(row[0] if row else "UTC")).hour >= MORNING


def _mail(connection: Connection[Any], now: datetime) -> None:
    """One mail to each user about everything that no mail has told yet, in the user's language."""
    entries = take_unmailed(connection, now, Told.OUTCOMES, company_today(connection, now))
    rows = connection.execute(
        "SELECT id, language FROM pauta_user WHERE id = ANY(%s) AND disabled_at IS NULL",
        ([one.user_id for one in entries],),
    )
    languages = dict(rows.fetchall())
    for user_id, own in groupby(entries, key=lambda one: one.user_id):
        if user_id in languages:
            text = "\n\n".join(as_text(told(one, languages[user_id])) for one in own)
            notify(connection, now, [user_id], Kind.OUTCOMES, text=text)
