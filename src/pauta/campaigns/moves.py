"""Moving a campaign to another day, before its launch or after it: the impact first, then the move."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from pauta import facts
from pauta.campaigns.approving import void_changed
from pauta.campaigns.audience import company_today
from pauta.campaigns.forecasts import DayImpact, day_forecast, scaled, tally
from pauta.campaigns.preview import SAMPLE, SEED, Trial, outlook
from pauta.campaigns.queries import Campaign, campaign
from pauta.campaigns.rivals import losers, lost, winners, won
from pauta.campaigns.room import Room
from pauta.core.gate.facts import Facts
from pauta.core.gate.plan import Plan
from pauta.core.gate.vocabulary import NEVER
from pauta.core.problems import Problem
from pauta.facts import AccountChoice
from pauta.messages.ledger import lock_parts, wake
from pauta.platform.copy import fetch_array
from pauta.policies.queries import current

Conn = Connection[Any]

_EPOCH = date(1970, 1, 1)
_KEY = np.dtype([("account_key", "i8")])
_HASHES = 1 << 30


@dataclass(frozen=True, slots=True)
class Move:
    """What a move would do: the day it is for now and the new one, each in full, and the campaign's new last day."""

    campaign: str
    contacts: int
    sampled: int
    before: DayImpact
    after: DayImpact
    expires: date | None


def preview_move(conn: Conn, now: datetime, chosen: Campaign, day: date) -> Move:
    """The impact of moving a campaign to another day, from a sample of accounts. Problem when it cannot be moved."""
    today = company_today(conn, now)
    expires = _moved_expiry(chosen, day, today)
    if chosen.state == "draft":
        first = max(today, chosen.terms.not_before or today)
        found = outlook(conn, now, chosen, [first, day])
        before, after = found.days
        return Move(chosen.name, found.contacts, found.sampled, before, after, expires)
    return _Standing(conn, now, chosen).move(day, expires)


def move(conn: Conn, now: datetime, campaign_id: int, day: date, actor: str) -> Campaign:
    """Let a campaign begin on another day; its last day moves along. Its messages follow by ``replan``.

    From the commit on nothing of it leaves before that day; what was approved for another one needs approval again.
    Problem when it is over, or the day has passed.
    """
    conn.execute("SELECT 1 FROM campaign WHERE id = %s FOR NO KEY UPDATE", (campaign_id,))
    chosen = campaign(conn, campaign_id)
    given = {
        "day": day,
        "expires": _moved_expiry(chosen, day, company_today(conn, now)),
        "id": campaign_id,
        "proposal": chosen.proposal_id,
    }
    conn.execute("UPDATE campaign SET not_before = %(day)s, expires = %(expires)s WHERE id = %(id)s", given)
    conn.execute("UPDATE proposal SET not_before = %(day)s, expires = %(expires)s WHERE id = %(proposal)s", given)
    void_changed(conn, now, [campaign_id], actor)
    return campaign(conn, campaign_id)


def replan(conn: Conn, now: datetime, chosen: Campaign, part: int) -> int:
    """Let what a moved campaign has open in one partition wish for its new day, and plan it again; how many messages.

    A message that nobody came to plan again stays where it is until it is due, and is decided on the new day then.
    """
    lock_parts(conn, [part])
    moved = conn.execute(
        """
        WITH moved AS (
            UPDATE message SET wished = %(day)s
            WHERE part = %(part)s AND proposal_id = %(proposal)s AND state IN (0, 1) RETURNING part, account_key
        ), asked AS (
            INSERT INTO plan_request (part, account_key, at)
            SELECT DISTINCT part, account_key, %(now)s::timestamptz FROM moved ORDER BY part, account_key
            ON CONFLICT (part, account_key) DO UPDATE SET at = plan_request.at
        )
        SELECT count(*) FROM moved
        """,
        {"day": chosen.terms.not_before, "part": part, "proposal": chosen.proposal_id, "now": now},
    ).fetchone()
    wake(conn)
    return int(moved[0]) if moved else 0


def _moved_expiry(chosen: Campaign, day: date, today: date) -> date | None:
    """The last day of a campaign that is moved to a day; a Problem when it cannot be."""
    if chosen.state == "cancelled":
        raise Problem("campaigns.no_move", field="campaign", campaign=chosen.name, state=chosen.state)
    if day < today:
        raise Problem("campaigns.day_past", field="day", day=day, today=today)
    first = chosen.terms.not_before or today
    return chosen.terms.expires and chosen.terms.expires + max(timedelta(0), day - first)


class _Standing:
    """A launched campaign whose messages stand in the ledger, on a sample of their accounts."""

    def __init__(self, conn: Conn, now: datetime, chosen: Campaign) -> None:
        self.trial, self.chosen = Trial(conn, now, chosen), chosen
        self.policies = current(conn)
        row = conn.execute(
            "SELECT count(*) FROM message WHERE proposal_id = %s AND state IN (0, 1)", (chosen.proposal_id,)
        ).fetchone()
        self.contacts = int(row[0]) if row else 0
        share = min(1.0, SAMPLE / max(1, self.contacts))
        keys = fetch_array(
            conn,
            "SELECT DISTINCT account_key FROM message WHERE proposal_id = %(proposal)s AND state IN (0, 1)"
            " AND hashint8extended(account_key, %(seed)s) & %(mask)s < %(drawn)s",
            {"proposal": chosen.proposal_id, "seed": SEED, "mask": _HASHES - 1, "drawn": round(share * _HASHES)},
            _KEY,
        )["account_key"]
        loaded = facts.load(conn, now, AccountChoice.of(keys.tolist()), self.policies)
        self.own: NDArray[np.bool_] = loaded.messages["proposal_id"] == chosen.proposal_id
        self.room = Room(self.policies, int(self.own.sum()) / max(1, self.contacts))
        self.loaded = replace(loaded, facts=self.room.fitted(loaded))

    def move(self, day: date, expires: date | None) -> Move:
        """What becomes of the campaign's messages and of all others when it is for another day."""
        before = self.room.decide(self.loaded.facts)
        after = self.room.decide(self._wishing(day, expires))
        first = max(self.trial.today, self.chosen.terms.not_before or self.trial.today)
        return Move(
            self.chosen.name,
            self.contacts,
            int(self.own.sum()),
            self._impact(first, after, before),
            self._impact(day, before, after),
            expires,
        )

    def _wishing(self, day: date, expires: date | None) -> Facts:
        messages = self.loaded.facts.messages
        number, last = (day - _EPOCH).days, NEVER if expires is None else (expires - _EPOCH).days
        return replace(
            self.loaded.facts,
            messages=replace(
                messages,
                not_before=np.where(self.own, number, messages.not_before).astype(messages.not_before.dtype),
                expires=np.where(self.own, last, messages.expires).astype(messages.expires.dtype),
                wished=np.where(self.own, number, messages.wished).astype(messages.wished.dtype),
            ),
        )

    def _impact(self, day: date, other: Plan, decided: Plan) -> DayImpact:
        """One of the two days: the campaign's verdicts, and who goes later than with the other."""
        rows = np.flatnonzero(self.own)
        scale = self.contacts / max(1, len(rows))
        accounts = self.loaded.facts.contacts.account[self.loaded.facts.messages.contact[rows]]
        told = day_forecast(day, decided.verdict[rows], accounts, self.contacts)
        return DayImpact(
            *(told.day, told.send, told.queue, told.suppress, told.error),
            counts=self.trial.named(scaled(tally(decided, rows), scale)),
            losers=losers(scaled(lost(self.loaded, other, decided, ~self.own), scale)),
            winners=winners(scaled(won(self.loaded, decided, rows), scale)),
        )
