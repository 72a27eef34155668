"""Why a contact gets what it gets: all that is planned, waiting, held or gone lately, and which rules close which days.

What the ledger says of a message is told as it stands; the strips of days are asked of the gate on the facts of now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from psycopg import Connection

from pauta import facts
from pauta.campaigns.room import Room
from pauta.core.gate.plan import Trace, plan
from pauta.core.gate.reasons import BUILTIN_RULES
from pauta.core.gate.vocabulary import BOARD_DAYS, CHANNELS
from pauta.core.problems import Problem
from pauta.facts import AccountChoice, Loaded
from pauta.messages.queries import MessageView, Recipient, find_recipients, messages_of
from pauta.policies.queries import PolicySet, current
from pauta.reports.wording import day_in_words, phrase, rule_in_words

Conn = Connection[Any]

LATELY = timedelta(days=30)
"""How long a message that has come to its end is still told."""

STRIP_DAYS = 21
"""Length of a strip; longer when the place of the message lies beyond."""

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """Days in a row, both named, that are closed for the same rules; none: they are open."""

    first: date
    last: date
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Strip:
    """The coming days of a message on one of its channels."""

    channel: str
    days: tuple[ClosedDays, ...]


@dataclass(frozen=True, slots=True)
class CameFirst:
    """The message or touch that a message gave way to; ``id`` is negative for a touch."""

    id: int
    what: str
    day: date | None


@dataclass(frozen=True, slots=True)
class Told:
    """One message with its place, its reason in words, who came first, and the strips of its channels."""

    message: MessageView
    text: str
    winner: CameFirst | None
    strips: tuple[Strip, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """A contact and its messages: those to come by their day, then those that have come to their end, newest first."""

    contact: Recipient
    coming: tuple[Told, ...]
    ended: tuple[Told, ...]


def why(conn: Conn, now: datetime, contact: str, lang: str, message_id: int | None = None) -> tuple[Why, ...]:
    """Why everyone whom an external id or an address names gets what they get; a Problem when that is nobody.

    ``message_id`` asks about one message only, of whatever age.
    """
    recipients = find_recipients(conn, contact, now)
    if not recipients:
        raise Problem("messages.contact_unknown", field="contact", contact=contact)
    return tuple(_of_one(conn, now, recipient, lang, message_id) for recipient in recipients)


def _of_one(conn: Conn, now: datetime, recipient: Recipient, lang: str, message_id: int | None) -> Why:
    since = now - LATELY if message_id is None else datetime.min.replace(tzinfo=now.tzinfo)
    found = messages_of(conn, recipient.account_key, [recipient.contact_id], since)
    if message_id is not None:
        found = [view for view in found if view.id == message_id]
        if not found:
            raise Problem("messages.message_unknown", field="message", message=message_id)
    strips = _strips(conn, now, recipient, [view for view in found if view.state in ("open", "planned")])
    first = _came_first(conn, recipient.account_key, [view.winner for view in found if view.winner])
    told = [
        Told(
            message=view,
            text=_sentence(view, first.get(view.winner), recipient.zone, lang),
            winner=first.get(view.winner),
            strips=strips.get(view.id, ()),
        )
        for view in found
    ]
    coming = [one for one in told if one.message.state in ("open", "planned", "sending", "held")]
    coming.sort(key=lambda one: (one.message.day or one.message.wished, one.message.id))
    ended = [one for one in told if one.message.state not in ("open", "planned", "sending", "held")]
    ended.sort(key=lambda one: (one.message.changed_at, one.message.id), reverse=True)
    return Why(recipient, tuple(coming), tuple(ended))


def what(view: MessageView) -> str:
    """What people call a message: its campaign, its topic, or its template."""
    return view.campaign or view.topic or view.template


def _sentence(view: MessageView, first: CameFirst | None, zone: str, lang: str) -> str:
    place = _place(view, zone, lang)
    reason = phrase(f"reasons.{view.reason}", lang)
    if view.rule:
        reason = phrase("why.because", lang, reason=reason, rule=rule_in_words(view.rule, lang))
    parts = [place] if view.reason in ("clear", "delivered") and not view.rule else [place, reason]
    if first is not None:
        day = day_in_words(first.day, lang) if first.day else "–"
        parts.append(phrase("why.winner", lang, what=first.what, day=day))
    return "; ".join(parts)


def _place(view: MessageView, zone: str, lang: str) -> str:
    """Where the message stands; its hour is the one on the contact's clock."""
    due = view.due.astimezone(ZoneInfo(zone)) if view.due else None
    if view.state == "open":
        key, day = ("why.waits" if view.planned else "why.undecided"), due.date() if due else view.wished
    else:
        key = {"planned": "why.goes", "sending": "why.leaves"}.get(view.state, f"why.{view.state}")
        day = view.day or view.changed_at.astimezone(ZoneInfo(zone)).date()
    hour = f"{due:%H:%M}" if due else ""
    return phrase(key, lang, day=day_in_words(day, lang), hour=hour, channel=view.channel)


def _came_first(conn: Conn, account_key: int, winners: Sequence[int]) -> dict[int, CameFirst]:
    """The messages and touches with these ids, negative for touches, under an account key."""
    if not winners:
        return {}
    rows = conn.execute(
        """
        SELECT m.id, coalesce(nullif(k.campaign, ''), nullif(k.topic, ''), k.type), m.day
        FROM message m JOIN proposal p ON p.id = m.proposal_id JOIN kind k ON k.id = p.kind_id
        WHERE m.part = abs(%(key)s::bigint) %% 64 AND m.account_key = %(key)s AND m.id = ANY(%(ids)s)
        UNION ALL
        SELECT -t.id, coalesce(nullif(k.campaign, ''), nullif(k.topic, ''), k.type), t.day
        FROM touch t JOIN kind k ON k.id = t.kind_id
        WHERE t.part = abs(%(key)s::bigint) %% 64 AND t.account_key = %(key)s AND -t.id = ANY(%(ids)s)
        """,
        {"key": account_key, "ids": sorted(set(winners))},
    )
    return {number: CameFirst(number, name, day) for number, name, day in rows}


def _strips(
    conn: Conn, now: datetime, recipient: Recipient, views: Sequence[MessageView]
) -> dict[int, tuple[Strip, ...]]:
    """The strips of open and planned messages, by message id; the fast lane is not planned and has none."""
    if not views:
        return {}
    policies = current(conn)
    loaded = facts.load(conn, now, AccountChoice.of([recipient.account_key]), policies)
    rows = {int(number): row for row, number in enumerate(loaded.messages["id"])}
    asked = [view for view in views if view.id in rows]
    if not asked:
        return {}
    fitted = Room(policies).fitted(loaded)
    trace = plan(fitted, policies.policies, [rows[view.id] for view in asked]).trace
    assert trace is not None
    reader = _Reader(loaded, policies, trace, recipient.today)
    return {view.id: reader.strips(position, view) for position, view in enumerate(asked)}


class _Reader:
    """Reads what each rule closed as spans of dates."""

    def __init__(self, loaded: Loaded, policies: PolicySet, trace: Trace, today: date) -> None:
        self.messages, self.trace, self.today = loaded.facts.messages, trace, today
        names = [policy.name for policy in policies.policies]
        self.rules = [names[n] if n >= 0 else BUILTIN_RULES[n] for n in trace.number.tolist()]

    def strips(self, position: int, view: MessageView) -> tuple[Strip, ...]:
        """The strips of one traced message, a channel each, in the order of its wishes."""
        codes = self.messages.channels[self.trace.rows[position]]
        return tuple(
            Strip(CHANNELS[code], self._spans(position, wish, view))
            for wish, code in enumerate(codes.tolist())
            if code >= 0
        )

    def _spans(self, position: int, wish: int, view: MessageView) -> tuple[ClosedDays, ...]:
        closed = self.trace.closed[position, :, wish].astype(np.uint64)
        base = _EPOCH + timedelta(days=int(self.trace.base[position]))
        spans: list[ClosedDays] = []
        for day in self._days(base, view):
            bit = np.uint64((day - base).days)
            rules = tuple(name for name, days in zip(self.rules, closed, strict=True) if days >> bit & np.uint64(1))
            if spans and spans[-1].rules == rules:
                spans[-1] = ClosedDays(spans[-1].first, day, rules)
            else:
                spans.append(ClosedDays(day, day, rules))
        return tuple(spans)

    def _days(self, base: date, view: MessageView) -> list[date]:
        last = max(self.today + timedelta(days=STRIP_DAYS - 1), view.day or self.today)
        last = min(last, base + timedelta(days=BOARD_DAYS - 1))
        if view.expires is not None:
            last = max(self.today, min(last, view.expires + timedelta(days=1)))
        return [self.today + timedelta(days=number) for number in range((last - self.today).days + 1)]
