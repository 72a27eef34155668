"""What colleagues decided by hand, in words: messages sent past the policies, and whom they hold until a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from psycopg import Connection

from pauta.core.gate.reasons import RULE_PAUSE
from pauta.core.gate.vocabulary import ALWAYS
from pauta.facts import Loaded
from pauta.messages.holds import StandingHold, standing_holds
from pauta.messages.queries import MessageView
from pauta.reports.wording import day_in_words, phrase
from pauta.team.queries import names_of

HELD = "held"
"""The rule of days that a colleague closes by hand."""

_EPOCH = date(1970, 1, 1)


class HeldByHand:
    """The holds that stand over the contacts of some facts, where they last longer than the contact's own pause."""

    def __init__(self, connection: Connection[Any], loaded: Loaded, account_key: int, lang: str) -> None:
        self._loaded, self._lang = loaded, lang
        today = _EPOCH + timedelta(days=int(loaded.facts.contacts.today.min())) if len(loaded.contacts) else _EPOCH
        self._holds = standing_holds(connection, account_key, None, today)
        self._names = names_of(connection, [one.actor for one in self._holds])

    def of(self, row: int) -> StandingHold | None:
        """The hold over the contact of a message (by its row in the facts) that lasts longest; None without one that
        lasts still."""
        contact = int(self._loaded.facts.messages.contact[row])
        until = int(self._loaded.facts.contacts.paused_until[contact])
        if until == ALWAYS or until == int(self._loaded.contacts["paused_until"][contact]):
            return None
        number, day = int(self._loaded.contacts["id"][contact]), _EPOCH + timedelta(days=until)
        lasting = (one for one in self._holds if one.contact_id in (None, number) and one.until == day)
        return next(lasting, None)

    def sentence(self, row: int, rule: int) -> str | None:
        """Why a message waits that this rule of the gate makes wait; None when it is not a hold by hand."""
        hold = self.of(row) if rule == RULE_PAUSE else None
        if hold is None:
            return None
        day = day_in_words(hold.until, self._lang)
        return phrase("why.held_by", self._lang, day=day, by=self._names[hold.actor], why=hold.reason)


def overridden(connection: Connection[Any], view: MessageView, lang: str, key: str = "overridden") -> str | None:
    """Who sent a message past the policies and why, by a key of the catalogue; None when nobody did."""
    if view.overridden_by is None:
        return None
    by = names_of(connection, [view.overridden_by])[view.overridden_by]
    return phrase(f"why.{key}", lang, by=by, why=view.overridden_why)
