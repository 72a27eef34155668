"""The answer to "why" as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pauta.messages.queries import MessageView
from pauta.reports.why import LATELY, Strip, Told, Why, what
from pauta.reports.wording import day_in_words, phrase, rule_in_words

OPEN, CLOSED, PLACE = "·", "×", "●"


def lines(found: Why, lang: str) -> Iterator[str]:
    """Lines that tell who the contact is, what comes, what has been, and which days are closed."""
    contact = found.contact
    told = {
        "name": contact.name or contact.external_id,
        "email": contact.email or "–",
        "account": contact.account or "–",
    }
    yield phrase("why.contact", lang, **told, today=day_in_words(contact.today, lang), zone=contact.zone)
    if not found.coming and not found.ended:
        yield phrase("why.nothing", lang, days=LATELY.days)
    for key, messages in (("why.planned", found.coming), ("why.ended", found.ended)):
        if messages:
            yield ""
            yield phrase(key, lang)
        for one in messages:
            yield from _message(one, lang)


def _message(told: Told, lang: str) -> Iterator[str]:
    view = told.message
    yield "  " + phrase("why.message", lang, id=view.id, what=what(view), type=view.type, tier=view.tier)
    yield f"    {told.text}"
    for strip in told.strips:
        yield f"    {strip.channel:<9}{_drawn(strip, view)}"
        for rule, days in _by_rule(strip, lang):
            yield "      " + phrase("why.rule_days", lang, rule=rule_in_words(rule, lang), days=days)


def _by_rule(strip: Strip, lang: str) -> Iterator[tuple[str, str]]:
    """Each rule that closes days of the strip, in the order in which they come up, with its days in words."""
    rules = dict.fromkeys(rule for span in strip.days for rule in span.rules)
    whole = [(strip.days[0].first, strip.days[-1].last)]
    for rule in rules:
        runs: list[tuple[date, date]] = []
        for span in strip.days:
            if rule in span.rules:
                joined = bool(runs) and (span.first - runs[-1][1]).days == 1
                runs.append((runs.pop()[0], span.last) if joined else (span.first, span.last))
        yield rule, phrase("why.all", lang) if runs == whole else ", ".join(_span(*run, lang) for run in runs)


def _drawn(strip: Strip, view: MessageView) -> str:
    """One sign a day, a gap before each Monday; the place of the message is marked on its channel."""
    signs: list[str] = []
    for span in strip.days:
        for number in range(span.first.toordinal(), span.last.toordinal() + 1):
            day = date.fromordinal(number)
            placed = day == view.day and strip.channel == view.channel
            gap = " " if day.isoweekday() == 1 and signs else ""
            signs.append(gap + (PLACE if placed else CLOSED if span.rules else OPEN))
    return "".join(signs)


def _span(first: date, last: date, lang: str) -> str:
    if first == last:
        return day_in_words(first, lang)
    return f"{day_in_words(first, lang)} – {day_in_words(last, lang)}"
