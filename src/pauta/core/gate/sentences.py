"""The explanation as a sentence that people of customer service understand, in Portuguese, Spanish and English."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal

from pauta.core import calendar
from pauta.core.filling import fill
from pauta.core.gate.explain import channels_of, closed_days, rule_name, span
from pauta.core.gate.facts import Facts
from pauta.core.gate.plan import Plan
from pauta.core.gate.policies import Cap, Capacity, Hold, Mix, Policy, Spacing, kind_of
from pauta.core.gate.reasons import (
    NO_RULE,
    REASONS,
    RULE_ADDRESS,
    RULE_CONSENT,
    RULE_PAUSE,
    RULE_PREFERENCE,
    RULE_WINDOW,
    VERDICTS,
    Reason,
    Verdict,
)
from pauta.core.gate.vocabulary import ALWAYS, CHANNELS, NEVER
from pauta.core.problems import Problem

LOCALES: Final = {"en": "en_GB", "es": "es", "pt-BR": "pt_BR"}
_MOST_WINNERS: Final = 3


@dataclass(frozen=True, slots=True)
class Decision:
    """One traced message of a plan, and what its people and messages are called."""

    facts: Facts
    policies: Sequence[Policy]
    plan: Plan
    row: int
    contact: str  # how the contact is called
    winner: Callable[[int], str]  # how a touch or message is called, by its code as in Plan.winner


@dataclass(frozen=True, slots=True)
class _Speech:
    """Words, dates and lists of one language."""

    words: dict[str, str]
    locale: Locale
    year: int

    def say(self, key: str, **values: object) -> str:
        return fill(self.words[key], values)

    def day(self, day: int) -> str:
        date = calendar.date_of(day)
        pattern = self.words["date" if date.year == self.year else "date.other_year"]
        return format_date(date, pattern, locale=self.locale)

    def channel(self, code: int) -> str:
        return self.words[f"channel.{CHANNELS[code]}"]

    def channels(self, codes: Sequence[int]) -> str:
        return self.all_of([self.channel(code) for code in codes])

    def all_of(self, names: Sequence[str]) -> str:
        return format_list(list(names), locale=self.locale)


def sentence(decision: Decision, lang: str) -> str:
    """Verdict, day and reason of a traced message in ``lang`` (one of LOCALES). Raises Problem for another language."""
    contact = decision.facts.messages.contact[decision.row]
    speech = _speech(lang, calendar.date_of(int(decision.facts.contacts.today[contact])).year)
    verdict = VERDICTS[decision.plan.verdict[decision.row]]
    reason = REASONS[decision.plan.reason[decision.row]]
    parts = [_outcome(decision, speech, verdict, reason)]
    if decision.plan.day[decision.row] != NEVER:
        parts += _channels_left_out(decision, speech)
    return " ".join(parts)


def _outcome(decision: Decision, speech: _Speech, verdict: Verdict, reason: Reason) -> str:
    plan, row = decision.plan, decision.row
    rule, earliest = int(plan.rule[row]), int(plan.earliest[row])
    channels = channels_of(decision.facts, row)
    placed = plan.day[row] != NEVER
    where = {"day": speech.day(int(plan.day[row])), "channel": speech.channel(int(plan.channel[row]))} if placed else {}
    if rule == NO_RULE:
        return speech.say(str(reason), **where)
    why = _why(decision, speech, rule, [int(plan.channel[row])] if placed else channels)
    if placed:
        return speech.say("queue.until", why=why, **where)
    if verdict == Verdict.queue:
        key = "queue.standing" if earliest == NEVER else "queue.look_again"
        return speech.say(key, why=why, day=speech.day(earliest) if earliest != NEVER else "")
    if reason != Reason.expired:
        return speech.say("suppress", why=why)
    if rule == RULE_WINDOW and not span(decision.facts, plan, row):
        return speech.say("expired.window")
    key = "expired.never" if earliest == NEVER else "expired.too_late"
    return speech.say(key, why=why, day=speech.day(earliest) if earliest != NEVER else "")


def _channels_left_out(decision: Decision, speech: _Speech) -> list[str]:
    """Why not a channel that was wished for more than the one that was found."""
    plan, row = decision.plan, decision.row
    wished = channels_of(decision.facts, row)
    told = []
    for channel in wished[: wished.index(int(plan.channel[row]))]:
        closed = [one for one in closed_days(decision.facts, plan, row) if one.channel in (None, channel)]
        first = next((one for one in closed if one.days is None), closed[0] if closed else None)
        if first is not None:
            why = _why(decision, speech, first.rule, [channel])
            told.append(speech.say("not_by", channel=speech.channel(channel), why=why))
    return told


def _why(decision: Decision, speech: _Speech, rule: int, channels: Sequence[int]) -> str:
    values: dict[str, object] = {
        "rule": rule_name(decision.policies, rule),
        "who": decision.contact,
        "channels": speech.channels(channels),
    }
    if rule >= 0:
        key, more = _policy_words(decision.policies[rule], speech)
        values |= more
    else:
        key = _BUILTIN_WORDS[rule]
    if rule == RULE_PAUSE:
        paused = int(decision.facts.contacts.paused_until[decision.facts.messages.contact[decision.row]])
        values["day"] = speech.day(paused) if paused != ALWAYS else ""
    why = speech.say(f"why.{key}", **values)
    winners = _winners(decision, speech) if rule == decision.plan.rule[decision.row] else ""
    return why + (speech.say("winners", winners=winners) if winners else "")


_BUILTIN_WORDS: Final = {
    RULE_WINDOW: "window",
    RULE_ADDRESS: "address",
    RULE_CONSENT: "consent",
    RULE_PAUSE: "pause",
    RULE_PREFERENCE: "preference",
}


def _policy_words(policy: Policy, speech: _Speech) -> tuple[str, dict[str, object]]:
    """Key of the words for a policy, and the numbers in them."""
    match policy:
        case Cap():
            window = "day" if policy.window == "rolling" and policy.days == 1 else policy.window
            scope = "account" if policy.account else "contact"
            return f"cap.{scope}.{window}", {"limit": policy.limit, "days": policy.days}
        case Spacing():
            return "spacing.day" if policy.days == 1 else "spacing", {"days": policy.days}
        case Hold():
            if policy.event is None:
                return "hold.while", {"condition": policy.condition}
            return "hold.after", {"event": policy.event, "days": policy.days}
        case Mix():
            percent = format_decimal(policy.percent, locale=speech.locale)
            return "mix", {"percent": percent, "days": policy.days, "type": speech.say(f"type.{policy.type}")}
        case Capacity():
            key = "capacity.warm_up" if policy.warm_up else f"capacity.{policy.per}"
            return key, {"limit": format_decimal(policy.limit, locale=speech.locale)}
        case _:
            return kind_of(policy), {"limit": getattr(policy, "limit", None)}


def _winners(decision: Decision, speech: _Speech) -> str:
    names = [decision.winner(int(code)) for code in decision.plan.winners_of(decision.row)]
    if len(names) > _MOST_WINNERS:
        names = [*names[:_MOST_WINNERS], speech.say("winners.more", count=len(names) - _MOST_WINNERS)]
    return speech.all_of(names) if names else ""


def _speech(lang: str, year: int) -> _Speech:
    if lang not in LOCALES:
        raise Problem("gate_unknown_language", "lang", choices=", ".join(LOCALES))
    return _Speech(_words(lang), Locale.parse(LOCALES[lang]), year)


@cache
def _words(lang: str) -> dict[str, str]:
    text = files("pauta.core.gate").joinpath("words", f"{lang}.json").read_text(encoding="utf-8")
    words: dict[str, str] = json.loads(text)
    return words
