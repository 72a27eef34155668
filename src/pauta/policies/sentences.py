"""A policy as one sentence that people recognise, in each language of the product."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from babel.dates import format_date

from pauta.core.filling import fill

Rule = Mapping[str, Any]
"""A valid policy as the case format writes it."""

LANGUAGES = ("en", "es", "pt-BR")

_PARTS = ("topics", "teams", "channels", "campaigns", "urgent", "stages", "segments")
_EXCEPTIONS = ("types", *_PARTS)


def sentence(rule: Rule, language: str) -> str:
    """What a valid policy promises, as one sentence in ``en``, ``es`` or ``pt-BR``."""
    words = Words(language)
    text = _KINDS[rule["kind"]](rule, words)
    off = "" if rule.get("active", True) else words.of("off")
    return text[0].upper() + text[1:] + off


@cache
def _catalogue(language: str) -> dict[str, Any]:
    source = files("pauta.policies").joinpath("words", f"{language}.json")
    catalogue: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return catalogue


class Words:
    """The catalogue of one language, and the phrases that every kind of policy needs."""

    def __init__(self, language: str) -> None:
        self._catalogue = _catalogue(language)
        self._locale = language.replace("-", "_")

    def of(self, *path: str, **values: object) -> str:
        """The text at a path of the catalogue, with its placeholders filled."""
        found: Any = self._catalogue
        for step in path:
            found = found[step]
        return fill(str(found), values)

    def listed(self, items: Sequence[str], joint: str = "or") -> str:
        """``a``, ``a or b``, ``a, b or c``; Spanish says ``a u o`` and ``a e i``."""
        if len(items) == 1:
            return items[0]
        sound = items[-1].lstrip("“«").lower().removeprefix("h")[:1]
        named = {("and", "i"): "and_i", ("or", "o"): "or_o"}.get((joint, sound), joint)
        return self.of(named, first=", ".join(items[:-1]), last=items[-1])

    def named(self, field: str, name: str) -> str:
        """A topic, team, stage … in quotation marks; a stage of the usual ones by the word that people have for it."""
        stages: Mapping[str, str] = self._catalogue["stage_names"] if field == "stages" else {}
        return self.of("named", name=stages.get(name, name))

    def day(self, day: date | str) -> str:
        """A day as the language writes it."""
        return format_date(date.fromisoformat(str(day)), "medium", locale=self._locale)

    def weekdays(self, days: Sequence[int]) -> str:
        """ISO weekdays by name, three or more in a row as a range."""
        named = [self._catalogue["weekdays"][day - 1] for day in sorted(days)]
        if len(days) > 2 and max(days) - min(days) == len(days) - 1:
            return self.of("range", first=named[0], last=named[-1])
        return self.listed(named, "and")

    def noun(self, held: Rule, count: int = 2) -> str:
        """The messages that a filter takes, by what it asks for (what it leaves out is told by ``exceptions``)."""
        number, adjectives = ("one", "types_one") if count == 1 else ("many", "types")
        shown = [self.of("noun", number)]
        if held.get("types"):
            types = self.listed([self.of(adjectives, name) for name in held["types"]], "or" if count == 1 else "and")
            shown = [self.of("noun", f"typed_{number}", types=types)]
        urgent = "urgent_one" if count == 1 else "urgent"
        shown += [self._part("part", field, held[field], urgent) for field in _PARTS if held.get(field) is not None]
        return " ".join(shown)

    def exceptions(self, held: Rule) -> str:
        """What a filter leaves out, as one list; empty when it leaves nothing out."""
        left_out = [
            self._part("except", field, held[f"except_{field}"])
            for field in _EXCEPTIONS
            if held.get(f"except_{field}") is not None
        ]
        return self.listed(left_out, "and") if left_out else ""

    def whole(self, held: Rule) -> str:
        """A filter in full, for places where what is held is what the sentence is about."""
        exceptions = self.exceptions(held)
        return self.noun(held) + (self.of("other_than", list=exceptions) if exceptions else "")

    def _part(self, section: str, field: str, value: Any, urgent: str = "urgent") -> str:
        if field == "urgent":
            return self.of(section, field, urgent=self.of(urgent, "yes" if value else "no"))
        named = [self.of(field, name) if field in ("types", "channels") else self.named(field, name) for name in value]
        return self.of(section, field, list=self.listed(named, "and" if field == "types" else "or"))


def _cap(rule: Rule, words: Words) -> str:
    held, counts = rule.get("held") or {}, rule.get("counts") or {}
    scope = words.of("scope", rule.get("scope") or "contact")
    text = words.of(
        "kind", "cap", limit=rule["limit"], noun=_limited(rule, words), period=_period(rule, words), scope=scope
    )
    return text + _counted_and_held(held, counts, words)


def _limited(rule: Rule, words: Words) -> str:
    return words.noun(rule.get("counts") or {}, rule["limit"])


def _counted_and_held(held: Rule, counts: Rule, words: Words) -> str:
    """The two switches of a limit: what does not count, and what it holds where that is not what it counts."""
    text = ""
    if words.exceptions(counts):
        text += words.of("not_counted", list=words.exceptions(counts))
    if words.noun(held) != words.noun(counts):
        text += words.of("holds_only", noun=words.noun(held))
    if words.exceptions(held) and words.exceptions(held) != words.exceptions(counts):
        text += words.of("not_held", list=words.exceptions(held))
    return text


def _period(rule: Rule, words: Words) -> str:
    window = rule.get("window") or "rolling"
    if window != "rolling":
        return words.of("period", f"calendar_{window}")
    named = {1: "day", 7: "week"}.get(rule["days"], "days")
    return words.of("period", named, days=rule["days"])


def _hold(rule: Rule, words: Words) -> str:
    held = words.whole(rule.get("held") or {})
    whose = words.of("whose", rule.get("scope") or "contact")
    if rule.get("while"):
        return words.of("kind", "hold_while", condition=rule["while"], noun=held, whose=whose)
    return words.of("kind", "hold_after", event=rule["after"], days=rule["days"], noun=held, whose=whose)


def _spacing(rule: Rule, words: Words) -> str:
    values = {
        "held": words.whole(rule.get("held") or {}),
        "apart_from": words.whole(rule.get("from") or {}),
        "scope": words.of("scope", rule.get("scope") or "contact"),
    }
    if rule["days"] == 1:
        return words.of("kind", "spacing_day", **values)
    return words.of("kind", "spacing", days=rule["days"], **values)


def _guard(rule: Rule, words: Words) -> str:
    places = [
        words.of("kind", f"guard_{field}", list=words.listed([words.named(field, name) for name in rule[field]]))
        for field in ("stages", "segments")
        if rule.get(field)
    ]
    return words.of("kind", "guard", noun=words.whole(rule.get("held") or {}), place=words.listed(places, "and"))


def _channel(rule: Rule, words: Words) -> str:
    return words.of("kind", "channel", channel=words.of("channels", rule["channel"]), noun=words.whole(rule["only"]))


def _time(rule: Rule, words: Words) -> str:
    noun = words.whole(rule.get("held") or {})
    dates = words.listed([words.day(day) for day in rule["dates"]]) if rule.get("dates") else ""
    if not any(rule.get(field) for field in ("hours", "weekdays", "holidays")):
        return words.of("kind", "time_dates", noun=noun, list=dates)
    when = []
    if rule.get("hours"):
        when.append(words.of("when", "hours", start=rule["hours"][0], end=rule["hours"][1]))
    if rule.get("weekdays"):
        when.append(words.of("when", "weekdays", list=words.weekdays(rule["weekdays"])))
    if rule.get("holidays"):
        when.append(words.of("when", "holidays"))
    if dates:
        when.append(words.of("when", "dates", list=dates))
    return words.of("kind", "time", noun=noun, when=", ".join(when))


def _concurrency(rule: Rule, words: Words) -> str:
    held = rule.get("held") or {}
    return words.of("kind", "concurrency", limit=rule["limit"]) + _counted_and_held(held, {}, words)


def _mix(rule: Rule, words: Words) -> str:
    return words.of(
        "kind",
        "mix",
        days=rule["days"],
        percent=rule["percent"],
        type=words.of("types", rule["type"]),
        min_touches=rule.get("min_touches") or 5,
    ) + _counted_and_held(rule.get("held") or {}, {}, words)


def _capacity(rule: Rule, words: Words) -> str:
    held, counts = rule.get("held") or {}, rule.get("counts") or {}
    channel, period = words.of("channels", rule["channel"]), words.of("period", rule["per"])
    text = words.of("kind", "capacity", limit=rule["limit"], noun=_limited(rule, words), channel=channel, period=period)
    warm_up = rule.get("warm_up")
    if warm_up:
        text += words.of("kind", "capacity_warm_up", first=warm_up["days"][0], since=words.day(warm_up["from"]))
    return text + _counted_and_held(held, counts, words)


_KINDS: dict[str, Callable[[Rule, Words], str]] = {
    "cap": _cap,
    "hold": _hold,
    "spacing": _spacing,
    "guard": _guard,
    "channel": _channel,
    "time": _time,
    "concurrency": _concurrency,
    "mix": _mix,
    "capacity": _capacity,
}
