"""A rule in words that people recognise, in each language of the product."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from pauta.core.filling import fill
from pauta.core.rules.fields import FAMILIES
from pauta.core.rules.tree import (
    Compare,
    Consented,
    Engaged,
    FromToday,
    Group,
    Happened,
    Kind,
    Operator,
    Scalar,
    Test,
    When,
    Within,
)


def sentence(test: Test, language: str) -> str:
    """What a test asks, as one sentence in ``en``, ``es`` or ``pt-BR``."""
    text = _Words(language).test(test)
    return text[0].upper() + text[1:]


def heading(group: Group, language: str) -> str:
    """What a group wants of its parts."""
    every = "all" if group.every else "any"
    return _Words(language).of(f"not_{every}" if group.negated else every)


def told(group: Group, language: str) -> str:
    """A whole rule in one line."""
    return _Words(language).group(group)


@cache
def _catalogue(language: str) -> dict[str, Any]:
    catalogue: dict[str, Any] = json.loads(
        files("pauta.segments").joinpath("words", f"{language}.json").read_text(encoding="utf-8")
    )
    return catalogue


class _Words:
    """The catalogue of one language, and how tests are said with it."""

    def __init__(self, language: str) -> None:
        self._catalogue = _catalogue(language)

    def of(self, *path: str, **values: object) -> str:
        found: Any = self._catalogue
        for step in path:
            found = found[step]
        return fill(str(found), values)

    def test(self, test: Test, properties: bool = False) -> str:
        match test:
            case Compare():
                return self.compare(test, properties)
            case Happened():
                return self.happened(test)
            case Engaged():
                return self.engaged(test)
            case Consented(channel=channel, topic=topic, wanted=wanted):
                about = self.of("every_topic") if topic == "*" else self.of("text", text=topic)
                return self.of("consent", "yes" if wanted else "no", channel=self.of("channels", channel), topic=about)
            case Within(what=what, names=names, wanted=wanted):
                quoted = self.listed([self.of("text", text=name) for name in names], "or")
                return self.of("within", what.value if wanted else f"{what.value}_not", names=quoted)

    def group(self, group: Group, properties: bool = False) -> str:
        parts = [
            f"({self.group(part, properties)})" if isinstance(part, Group) else self.test(part, properties)
            for part in group.parts
        ]
        joined = self.listed(parts, "and" if group.every else "or")
        every = "not_all" if group.every else "not_any"
        return f"{self.of(every)}: {joined}" if group.negated else joined

    def listed(self, items: Sequence[str], joint: str) -> str:
        if len(items) == 1:
            return items[0]
        return self.of(joint, first=", ".join(items[:-1]), last=items[-1])

    def compare(self, test: Compare, properties: bool) -> str:
        field = self.field(test.field, properties)
        values = [self.value(value) for value in test.values]
        dated = test.kind is Kind.date or any(isinstance(value, FromToday | date) for value in test.values)
        section = "dates" if dated and test.operator in self._catalogue["dates"] else "operators"
        if test.operator in (Operator.one_of, Operator.none_of):
            values = [self.listed(values, "or")]
        first, last = (values[0] if values else ""), values[-1] if values else ""
        return self.of(section, test.operator.value, field=field, value=first, last=last)

    def field(self, field: str, properties: bool) -> str:
        if properties:
            return self.of("families", "property", name=field)
        for prefix in FAMILIES:
            if field.startswith(prefix):
                return self.of("families", prefix, name=field.removeprefix(prefix))
        return self.of("fields", field)

    def value(self, value: Scalar) -> str:
        match value:
            case bool():
                return self.of("yes" if value else "no")
            case FromToday(days=0):
                return self.of("today")
            case FromToday(days=days):
                return self.of("in_days" if days > 0 else "days_ago", days=abs(days))
            case date():
                return value.strftime(self.of("date"))
            case str():
                return self.of("text", text=value)
            case _:
                return str(value)

    def happened(self, test: Happened) -> str:
        more = self.of("anywhere") if test.anywhere else ""
        more += self.when(test.when) + self.times(test.at_least, test.at_most)
        if test.where is not None:
            more += self.of("where", rule=self.group(test.where, properties=True))
        return self.of("happened", test.which.value + ("" if test.wanted else "_not"), event=test.event, more=more)

    def engaged(self, test: Engaged) -> str:
        more = ""
        channel = None if test.channel is None else self.of("channels", test.channel)
        for what, name in (("campaign", test.campaign), ("topic", test.topic), ("channel", channel)):
            more += "" if name is None else self.of("of", what, name=name)
        more += self.when(test.when) + self.times(test.at_least, test.at_most)
        return self.of("signs" if test.wanted else "signs_not", test.sign.value, more=more)

    def when(self, when: When) -> str:
        said = ""
        for name, days in (("within", when.within_days), ("before", when.before_days)):
            said += "" if days is None else self.of("when", name, days=days)
        for name, day in (("since", when.since), ("until", when.until)):
            said += "" if day is None else self.of("when", name, date=day.strftime(self.of("date")))
        return said

    def times(self, least: int, most: int | None) -> str:
        if most is None:
            return self.of("times", "least", least=least) if least > 1 else ""
        form = "most" if least == 0 else "exactly" if least == most else "range"
        return self.of("times", form, least=least, most=most)
