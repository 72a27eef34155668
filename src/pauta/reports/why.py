"""Why a contact gets what it gets: all that is planned, waiting, held or gone lately, and which rules close which days.

What the ledger says of a message is told as it stands; the strips of days are asked of the gate on the facts of now.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import Connection

from pauta import facts
from pauta.campaigns.room import Room
from pauta.channels import base
from pauta.core.gate.explain import channels_of, rule_name
from pauta.core.gate.plan import Plan, plan
from pauta.core.gate.reasons import VERDICTS
from pauta.core.gate.sentences import Decision, sentence
from pauta.core.gate.vocabulary import BOARD_DAYS, CHANNELS, NEVER
from pauta.core.problems import Problem
from pauta.facts import AccountChoice, Loaded
from pauta.messages.queries import ALL_PARTS, MessageView, Recipient, find_recipients, messages_of
from pauta.policies.queries import PolicySet, current
from pauta.reports.exceptions import HELD, HeldByHand, overridden
from pauta.reports.missing import HeldBack
from pauta.reports.wording import day_in_words, phrase, rule_in_words

Conn = Connection[Any]

LATELY = timedelta(days=30)
"""How long a message that has come to its end is still told."""

STRIP_DAYS = 21
"""Length of a strip; longer when the place of the message lies beyond."""

_EPOCH = date(1970, 1, 1)
_NO_PROVIDER = {"address": "provider"}
"""On a channel without a provider nobody has an address that could be used."""


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
    asked = _ask_gate(conn, now, recipient, [view for view in found if view.state in ("open", "planned")], lang)
    first = _came_first(conn, recipient.account_key, [view.winner for view in found if view.winner])
    held_back = HeldBack(conn, found, lang)
    told = []
    for view in found:
        winner = first.get(view.winner)
        strips, said = asked.get(view.id, ((), None))
        by_hand = overridden(conn, view, lang)
        text = (
            said if said and view.reason not in _HELD_BACK else _sentence(view, held_back, winner, recipient.zone, lang)
        )
        text = f"{text}; {by_hand}" if by_hand else text
        told.append(Told(view, text, winner, strips))
    coming = [one for one in told if one.message.state in ("open", "planned", "sending", "held")]
    coming.sort(key=lambda one: (one.message.day or one.message.wished, one.message.id))
    ended = [one for one in told if one.message.state not in ("open", "planned", "sending", "held")]
    ended.sort(key=lambda one: (one.message.changed_at, one.message.id), reverse=True)
    return Why(recipient, tuple(coming), tuple(ended))


_HELD_BACK = ("stopped", "paused")
"""What the gate does not know of."""

_SAID_OTHERWISE = ("clear", "delivered", "overridden")
"""What needs no reason beside where the message stands."""


def what(view: MessageView) -> str:
    """What people call a message: its campaign, its topic, or its template."""
    return view.campaign or view.topic or view.template


def _sentence(view: MessageView, held_back: HeldBack, first: CameFirst | None, zone: str, lang: str) -> str:
    place = _place(view, zone, lang)
    reason = held_back.reason(view)
    if view.rule:
        reason = phrase("why.because", lang, reason=reason, rule=rule_in_words(view.rule, lang))
    parts = [place] if view.reason in _SAID_OTHERWISE and not view.rule else [place, reason]
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


def _came_first(conn: Conn, account_key: int, winners: list[int]) -> dict[int, CameFirst]:
    """The messages and touches with these ids, negative for touches, of an account key, or sent under it."""
    if not winners:
        return {}
    rows = conn.execute(
        """
        SELECT m.id, coalesce(nullif(k.campaign, ''), nullif(k.topic, ''), k.type), m.day
        FROM message m JOIN proposal p ON p.id = m.proposal_id JOIN kind k ON k.id = p.kind_id
        WHERE %(key)s IN (m.account_key, m.sent_key) AND m.part = ANY(%(parts)s) AND m.id = ANY(%(ids)s)
        UNION ALL
        SELECT -t.id, coalesce(nullif(k.campaign, ''), nullif(k.topic, ''), k.type), t.day
        FROM touch t JOIN kind k ON k.id = t.kind_id
        WHERE %(key)s IN (t.account_key, t.sent_key) AND t.part = ANY(%(parts)s) AND t.id = ANY(%(touches)s)
        """,
        {"key": account_key, "parts": ALL_PARTS, "ids": winners, "touches": [-number for number in winners]},
    )
    return {number: CameFirst(number, name, day) for number, name, day in rows}


_Asked = dict[int, tuple[tuple[Strip, ...], str | None]]
"""Strips of messages by id, and the gate's own sentence where it still says what the ledger says."""


def _ask_gate(conn: Conn, now: datetime, recipient: Recipient, views: Sequence[MessageView], lang: str) -> _Asked:
    """What the gate says now of open and planned messages; the fast lane is not planned and is left out."""
    if not views:
        return {}
    policies = current(conn)
    loaded = facts.load(conn, now, AccountChoice.of([recipient.account_key]), policies)
    rows = {int(number): row for row, number in enumerate(loaded.messages["id"])}
    known = [view for view in views if view.id in rows]
    if not known:
        return {}
    fitted = Room(policies).fitted(loaded)
    decided = plan(fitted, policies.policies, [rows[view.id] for view in known])
    fitted_facts = replace(loaded, facts=fitted)
    held = HeldByHand(conn, fitted_facts, recipient.account_key, lang)
    answer = _Answer(fitted_facts, policies, decided, recipient, held)
    return {view.id: (answer.strips(rows[view.id], view), answer.sentence(rows[view.id], view, lang)) for view in known}


class _Answer:
    """What the gate says of the messages of one account, in dates and words."""

    def __init__(
        self, loaded: Loaded, policies: PolicySet, decided: Plan, recipient: Recipient, held: HeldByHand
    ) -> None:
        self.loaded, self.policies, self.decided, self.recipient = loaded, policies.policies, decided, recipient
        self.held = held
        self.rules = [rule_name(self.policies, number) for number in decided.traced.number.tolist()]

    def sentence(self, row: int, view: MessageView, lang: str) -> str | None:
        """The gate's sentence; None when the ledger says something else, because a plan is due."""
        day, verdict = int(self.decided.day[row]), VERDICTS[self.decided.verdict[row]]
        placed = None if day == NEVER else _EPOCH + timedelta(days=day)
        if placed != view.day or verdict.value != view.verdict or not view.planned:
            return None
        by_hand = self.held.sentence(row, int(self.decided.rule[row]))
        if by_hand:
            return by_hand
        name = self.recipient.name or self.recipient.email or self.recipient.external_id
        return sentence(Decision(self.loaded.facts, self.policies, self.decided, row, name, self._called(lang)), lang)

    def _called(self, lang: str) -> Callable[[int], str]:
        """How the touch or message of a code is called: what it is, and its day."""
        touches, messages = self.loaded.facts.touches, self.loaded.facts.messages

        def called(code: int) -> str:
            sent = code < len(touches.id)
            row = code if sent else code - len(touches.id)
            kind = self.loaded.kinds[touches.kind[row] if sent else messages.kind[row]]
            day = _EPOCH + timedelta(days=int(touches.day[row] if sent else self.decided.day[row]))
            return f"{kind.campaign or kind.topic or kind.type} ({day_in_words(day, lang)})"

        return called

    def strips(self, row: int, view: MessageView) -> tuple[Strip, ...]:
        """The strips of one traced message, a channel each, in the order of its wishes."""
        channels = channels_of(self.loaded.facts, row)
        return tuple(Strip(CHANNELS[code], self._spans(row, wish, code, view)) for wish, code in enumerate(channels))

    def _spans(self, row: int, wish: int, code: int, view: MessageView) -> tuple[ClosedDays, ...]:
        position = self.decided.trace_position(row)
        closed = [int(days) for days in self.decided.traced.closed[position, :, wish]]
        other = {} if code in base.PROVIDED else _NO_PROVIDER
        other = {**other, "pause": HELD} if self.held.of(row) else other
        rules = [other.get(name, name) for name in self.rules]
        first = _EPOCH + timedelta(days=int(self.decided.traced.base[position]))
        spans: list[ClosedDays] = []
        for day in self._days(first, view):
            bit = (day - first).days
            closing = tuple(name for name, days in zip(rules, closed, strict=True) if days >> bit & 1)
            if spans and spans[-1].rules == closing:
                spans[-1] = ClosedDays(spans[-1].first, day, closing)
            else:
                spans.append(ClosedDays(day, day, closing))
        return tuple(spans)

    def _days(self, base: date, view: MessageView) -> list[date]:
        today = self.recipient.today
        last = max(today + timedelta(days=STRIP_DAYS - 1), view.day or today)
        last = min(last, base + timedelta(days=BOARD_DAYS - 1))
        if view.expires is not None:
            last = max(today, min(last, view.expires + timedelta(days=1)))
        return [today + timedelta(days=number) for number in range((last - today).days + 1)]
