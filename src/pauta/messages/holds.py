"""Holds by hand: a colleague keeps everything that is not transactional from a contact or an account until a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from psycopg.rows import class_row

from pauta.core.problems import Problem
from pauta.messages.actions import Conn, request_plan
from pauta.messages.ledger import wake
from pauta.platform.partitions import PARTITIONS, partition_of
from pauta.team.roles import Caller, Right


@dataclass(frozen=True, slots=True)
class StandingHold:
    """A hold that is not lifted; of the account itself when ``contact_id`` is None. ``until`` is the first free day."""

    id: int
    account_key: int
    contact_id: int | None
    until: date
    reason: str
    actor: str
    at: datetime


def hold_until(
    connection: Conn,
    now: datetime,
    who: Caller,
    *,
    account_key: int,
    contact_id: int | None,
    until: date,
    today: date,
    reason: str,
) -> int:
    """Hold a contact, or (None) everybody under an account key, until a day; the hold's number.

    ``today`` is the date where they are. Problems: no reason, or a day that is not to come.
    """
    who.require(Right.CONTACTS_HOLD)
    if not reason.strip():
        raise Problem("messages.field_missing", field="reason")
    if until <= today:
        raise Problem("messages.hold_over", field="until", until=until, today=today)
    row = connection.execute(
        "INSERT INTO manual_hold (part, account_key, contact_id, until, reason, actor, at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id",
        (partition_of(account_key), account_key, contact_id, until, reason.strip(), who.actor, now),
    ).fetchone()
    assert row is not None
    _plan_again(connection, now, account_key)
    return int(row[0])


def lift_hold(connection: Conn, now: datetime, who: Caller, hold_id: int, today: date) -> StandingHold:
    """Lift a hold, which is returned as it stood; a Problem when there is none that stands today.

    ``today`` is the date where the company is.
    """
    who.require(Right.CONTACTS_HOLD)
    with connection.cursor(row_factory=class_row(StandingHold)) as cursor:
        lifted = cursor.execute(
            "UPDATE manual_hold SET lifted_at = %s, lifted_by = %s WHERE id = %s AND lifted_at IS NULL"
            " AND until > %s RETURNING id, account_key, contact_id, until, reason, actor, at",
            (now, who.actor, hold_id, today),
        ).fetchone()
    if lifted is None:
        raise Problem("messages.hold_gone", field="hold", hold=hold_id)
    _plan_again(connection, now, lifted.account_key)
    return lifted


def _plan_again(connection: Conn, now: datetime, account_key: int) -> None:
    request_plan(connection, [account_key], now)
    wake(connection)


def standing_holds(connection: Conn, account_key: int, contact_id: int | None, today: date) -> list[StandingHold]:
    """What holds a contact, its account's holds included, or (None) anybody under an account key; the longest first."""
    with connection.cursor(row_factory=class_row(StandingHold)) as cursor:
        return cursor.execute(
            "SELECT id, account_key, contact_id, until, reason, actor, at FROM manual_hold"
            f" WHERE part = abs(%(key)s::bigint) %% {PARTITIONS} AND account_key = %(key)s AND lifted_at IS NULL"
            " AND until > %(today)s"
            " AND (%(contact)s::bigint IS NULL OR coalesce(contact_id, %(contact)s) = %(contact)s)"
            " ORDER BY until DESC, id",
            {"key": account_key, "contact": contact_id, "today": today},
        ).fetchall()
