"""The strip of days: one character a day per rule, so that a person sees why a message goes when it goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pauta.core.gate.explain import channels_of, closed_days, span
from pauta.core.gate.facts import Facts
from pauta.core.gate.plan import Plan

OPEN, CLOSED, PLACE, OUTSIDE = ".", "#", "X", " "


@dataclass(frozen=True, slots=True)
class Line:
    """One rule on all channels (None) or on one; a mark for each day of the strip."""

    rule: int  # as in Plan.rule
    channel: int | None
    marks: str


@dataclass(frozen=True, slots=True)
class Strip:
    """A traced message on the coming days."""

    first: int  # epoch day of the first mark
    lines: tuple[Line, ...]  # rules that closed something, in the order of asking
    places: tuple[tuple[int, str], ...]  # per channel in order of wish: what all rules together leave open


def strip(facts: Facts, plan: Plan, row: int, days: int = 30) -> Strip:
    """The strip of a traced message, from its contact's today on."""
    today = int(facts.contacts.today[facts.messages.contact[row]])
    shown = range(today, today + days)
    allowed = span(facts, plan, row)
    closed = closed_days(facts, plan, row)
    lines = tuple(
        Line(one.rule, one.channel, "".join(_mark(day, allowed, one.days) for day in shown)) for one in closed
    )
    places = []
    for channel in channels_of(facts, row):
        felt = [one.days for one in closed if one.channel in (None, channel)]
        marks = "".join(
            PLACE
            if day == plan.day[row] and channel == plan.channel[row]
            else max((_mark(day, allowed, one) for one in felt), key=_severity, default=_mark(day, allowed, ()))
            for day in shown
        )
        places.append((channel, marks))
    return Strip(today, lines, tuple(places))


def draw(shown: Strip, head: str, rule: Callable[[int], str], channel: Callable[[int], str]) -> str:
    """The strip as text. ``head`` stands above the marks; the callables name a rule's and a channel's number."""
    labels = [
        rule(line.rule) if line.channel is None else f"{rule(line.rule)} ({channel(line.channel)})"
        for line in shown.lines
    ]
    labels += [channel(code) for code, _ in shown.places]
    marks = [line.marks for line in shown.lines] + [marks for _, marks in shown.places]
    width = max(map(len, labels))
    rows = [f"{label:<{width}}  {mark}".rstrip() for label, mark in zip(labels, marks, strict=True)]
    return "\n".join([f"{'':<{width}}  {head}".rstrip(), *rows])


def _mark(day: int, allowed: range, closed: tuple[int, ...] | None) -> str:
    if day not in allowed:
        return OUTSIDE
    return CLOSED if closed is None or day in closed else OPEN


def _severity(mark: str) -> int:
    return (OPEN, CLOSED, OUTSIDE).index(mark)
