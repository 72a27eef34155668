"""The strips of a contact or of a whole account: one row of coming days for each message that has not left yet.

What stands in the ledger gives the place; which rules close which days is asked of the gate on the facts of now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from psycopg import Connection

from pauta import facts
from pauta.campaigns.room import Room
from pauta.core.gate.explain import channels_of, rule_name
from pauta.core.gate.plan import Plan, plan
from pauta.core.gate.reasons import VERDICTS
from pauta.core.gate.sentences import Decision, sentence
from pauta.core.gate.vocabulary import BOARD_DAYS, CHANNELS, NEVER
from pauta.events.queries import StandingCondition, standing_conditions
from pauta.facts import AccountChoice, Loaded
from pauta.messages.holds import StandingHold, standing_holds
from pauta.messages.queries import MessageView, open_messages
from pauta.policies import queries as policies
from pauta.policies.queries import PolicySet
from pauta.policies.sentences import sentence as policy_sentence
from pauta.reports.exceptions import HELD, HeldByHand, overridden
from pauta.reports.missing import HeldBack
from pauta.reports.wording import day_in_words, rule_in_words

Conn = Connection[Any]

DAYS = 30
"""Length of a row."""

MOST_MESSAGES = 200
"""Rows of one account; those with the earliest places come first."""

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class RuleTold:
    """A rule that closes some day: its kind (cap, hold, window …), and what it says."""

    rule: str
    kind: str
    sentence: str


@dataclass(frozen=True, slots=True)
class StripDay:
    """One day of a row. ``state``: open, closed, or place (the message stands here); ``rules`` close it."""

    day: date
    state: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """The days of a message on one of its channels."""

    channel: str
    days: tuple[StripDay, ...]


@dataclass(frozen=True, slots=True)
class CameFirst:
    """A message or touch that came first; ``id`` is negative for a touch. ``day`` is the day that it has."""

    id: int
    what: str
    team: str
    contact: str
    contact_id: str
    day: date


@dataclass(frozen=True, slots=True)
class StripRow:
    """One message that has not left: why it stands so (None: a plan is due), its rows, and what came first."""

    message: MessageView
    name: str
    text: str | None
    rows: tuple[ChannelRow, ...]
    winners: tuple[CameFirst, ...]


@dataclass(frozen=True, slots=True)
class Strips:
    """The rows of a contact or an account, the rules that they name, the conditions and the holds that stand."""

    today: date
    rules: tuple[RuleTold, ...]
    messages: tuple[StripRow, ...]
    conditions: tuple[StandingCondition, ...]
    holds: tuple[StandingHold, ...]


def strips(conn: Conn, now: datetime, account_key: int, contact_id: int | None, lang: str, days: int = DAYS) -> Strips:
    """The strips of one contact, or (None) of everybody under an account key; names and sentences in ``lang``."""
    views = [one for one in open_messages(conn, account_key) if contact_id in (None, one.contact_id)]
    views.sort(key=lambda one: (one.day or date.max, one.wished, one.id))
    shown = views[:MOST_MESSAGES]
    in_force = policies.current(conn)
    loaded = facts.load(conn, now, AccountChoice.of([account_key]), in_force)
    rows = {int(number): row for row, number in enumerate(loaded.messages["id"])}
    fitted = Room(in_force).fitted(loaded)
    traced = [rows[view.id] for view in shown if view.id in rows]
    decided = plan(fitted, in_force.policies, traced) if traced else None
    fitted_facts = replace(loaded, facts=fitted)
    held = HeldByHand(conn, fitted_facts, account_key, lang)
    asked = _Asked(conn, fitted_facts, in_force, decided, held, lang, days)
    held_back = HeldBack(conn, shown, lang)
    told = tuple(asked.row(view, rows.get(view.id), held_back) for view in shown)
    today = asked.today(contact_id)
    return Strips(
        today=today,
        rules=_rules(conn, told, lang),
        messages=told,
        conditions=tuple(standing_conditions(conn, account_key)),
        holds=tuple(standing_holds(conn, account_key, contact_id, today)),
    )


class _Asked:
    """What the gate says of the messages of one account."""

    def __init__(
        self,
        conn: Conn,
        loaded: Loaded,
        in_force: PolicySet,
        decided: Plan | None,
        held: HeldByHand,
        lang: str,
        days: int,
    ) -> None:
        self.conn, self.held = conn, held
        self.loaded, self.policies, self.decided, self.lang, self.days = loaded, in_force.policies, decided, lang, days
        self.names = _names(conn, loaded.contacts["id"].tolist())
        self.rules = [rule_name(self.policies, one) for one in decided.traced.number.tolist()] if decided else []

    def today(self, contact_id: int | None) -> date:
        """Where the contact is; for an account, the earliest of its contacts."""
        contacts = self.loaded.facts.contacts.today
        if contact_id is not None:
            contacts = contacts[self.loaded.contacts["id"] == contact_id]
        return _EPOCH + timedelta(days=int(contacts.min())) if len(contacts) else _EPOCH

    def row(self, view: MessageView, row: int | None, held_back: HeldBack) -> StripRow:
        """One message; without days when the gate does not plan it (the fast lane, or held back)."""
        name = self.names.get(view.contact_id, (view.contact, view.contact))[0]
        if row is None or self.decided is None:
            text = held_back.sentence(view) or overridden(self.conn, view, self.lang, "goes_past")
            return StripRow(view, name, text, (), ())
        rows = tuple(
            ChannelRow(CHANNELS[code], tuple(self._days(row, wish, view, CHANNELS[code])))
            for wish, code in enumerate(channels_of(self.loaded.facts, row))
        )
        winners = tuple(self._came_first(int(code)) for code in self.decided.winners_of(row))
        return StripRow(view, name, self._sentence(self.decided, row, view, name), rows, winners)

    def _days(self, row: int, wish: int, view: MessageView, channel: str) -> list[StripDay]:
        assert self.decided is not None
        position = self.decided.trace_position(row)
        closed = self.decided.traced.closed[position, :, wish].tolist()
        base = int(self.decided.traced.base[position])
        today = int(self.loaded.facts.contacts.today[self.loaded.facts.messages.contact[row]])
        names = [HELD if name == "pause" and self.held.of(row) else name for name in self.rules]
        found = []
        for number in range(today, min(today + self.days, base + BOARD_DAYS)):
            day = _EPOCH + timedelta(days=number)
            rules = tuple(name for name, bits in zip(names, closed, strict=True) if bits >> (number - base) & 1)
            placed = day == view.day and channel == view.channel
            found.append(StripDay(day, "place" if placed else "closed" if rules else "open", rules))
        return found

    def _sentence(self, decided: Plan, row: int, view: MessageView, name: str) -> str | None:
        placed = None if decided.day[row] == NEVER else _EPOCH + timedelta(days=int(decided.day[row]))
        if placed != view.day or VERDICTS[decided.verdict[row]].value != view.verdict or not view.planned:
            return None
        by_hand = self.held.sentence(row, int(decided.rule[row]))
        return by_hand or sentence(
            Decision(self.loaded.facts, self.policies, decided, row, name, partial(self._called, view.contact)),
            self.lang,
        )

    def _called(self, contact: str, code: int) -> str:
        """What came first, and whose it was where that is another contact."""
        first = self._came_first(code)
        whose = "" if first.contact_id == contact else f"{first.contact}, {first.contact_id}; "
        return f"{first.what} ({whose}{day_in_words(first.day, self.lang)})"

    def _came_first(self, code: int) -> CameFirst:
        assert self.decided is not None
        touches, messages = self.loaded.facts.touches, self.loaded.facts.messages
        sent = code < len(touches.id)
        row = code if sent else code - len(touches.id)
        source = touches if sent else messages
        kind = self.loaded.kinds[source.kind[row]]
        contact = int(self.loaded.contacts["id"][source.contact[row]])
        day = _EPOCH + timedelta(days=int(touches.day[row] if sent else self.decided.day[row]))
        what = kind.campaign or kind.topic or kind.type
        return CameFirst(int(source.id[row]), what, kind.team, *self.names.get(contact, ("", "")), day)


def _names(conn: Conn, contacts: Sequence[int]) -> dict[int, tuple[str, str]]:
    """What people call contacts, and their external ids."""
    rows = conn.execute(
        "SELECT id, coalesce(nullif(trim(first_name || ' ' || last_name), ''), email, external_id), external_id"
        " FROM contact WHERE id = ANY(%s)",
        (list(contacts),),
    )
    return {number: (name, external_id) for number, name, external_id in rows}


def _rules(conn: Conn, told: Sequence[StripRow], lang: str) -> tuple[RuleTold, ...]:
    """Every rule that the rows name, in the order of the policies, built-in ones first."""
    named = {rule for one in told for row in one.rows for day in row.days for rule in day.rules}
    named |= {one.message.rule for one in told if one.message.rule}
    written = {rule["name"]: rule for rule in policies.rules(conn)}
    built_in = sorted(named - written.keys())
    return tuple(RuleTold(name, name, rule_in_words(name, lang)) for name in built_in) + tuple(
        RuleTold(name, rule["kind"], policy_sentence(rule, lang)) for name, rule in written.items() if name in named
    )
