"""Reads a rule from the JSON that react-querybuilder writes; what is wrong is a Problem that names its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from pauta.core.gate.vocabulary import Channel
from pauta.core.problems import Problem
from pauta.core.rules import values
from pauta.core.rules.fields import ACCOUNT_EVENT, ENGAGEMENT, EVENT, FAMILIES, FIELDS, OPERATORS, kind_of
from pauta.core.rules.tree import (
    Belonging,
    Compare,
    Consented,
    Engaged,
    Group,
    Happened,
    Kind,
    Operator,
    Sign,
    Test,
    Which,
    Within,
)

DEEPEST: Final = 8
MOST_TESTS: Final = 100

_GROUP_KEYS = {"combinator", "not", "rules", "id"}
_TEST_KEYS = {"field", "operator", "value", "valueSource", "id"}
_SIGNS, _BELONGING = frozenset(map(str, Sign)), frozenset(map(str, Belonging))
_TIMES = {"at_least", "at_most"}
_WHEN = {"within_days", "before_days", "from", "to"}


def read_rule(document: object, path: str = "rule") -> Group:
    """The rule that a JSON document describes. Whether what it names exists (a segment, a list) is not asked here."""
    return _Reader().group(document, path, 1)


class _Reader:
    """Reads one rule, and counts its tests."""

    def __init__(self) -> None:
        self.tests = 0

    def group(self, document: object, path: str, depth: int, properties: bool = False) -> Group:
        if not isinstance(document, Mapping) or set(document) - _GROUP_KEYS or "rules" not in document:
            raise Problem("rule_group", path)
        if depth > DEEPEST:
            raise Problem("rule_deep", path, most=DEEPEST)
        combinator, negated, rules = document.get("combinator", "and"), document.get("not", False), document["rules"]
        if combinator not in ("and", "or"):
            raise Problem("rule_combinator", f"{path}.combinator", value=combinator)
        if not isinstance(negated, bool):
            raise Problem("rule_flag", f"{path}.not", value=negated)
        if not isinstance(rules, list) or not rules:
            raise Problem("rule_empty", f"{path}.rules")
        parts = tuple(self._part(one, f"{path}.rules[{place}]", depth, properties) for place, one in enumerate(rules))
        return Group(combinator == "and", negated, parts)

    def _part(self, document: object, path: str, depth: int, properties: bool) -> Group | Test:
        if isinstance(document, Mapping) and "field" not in document:
            return self.group(document, path, depth + 1, properties)
        self.tests += 1
        if self.tests > MOST_TESTS:
            raise Problem("rule_long", path, most=MOST_TESTS)
        if not isinstance(document, Mapping) or set(document) - _TEST_KEYS:
            raise Problem("rule_test", path)
        if document.get("valueSource", "value") != "value":
            raise Problem("rule_value", f"{path}.valueSource", value=document["valueSource"])
        field = values.text(document.get("field"), f"{path}.field")
        return self._test(field, document.get("operator"), document.get("value"), path, properties)

    def _test(self, field: str, operator: object, value: object, path: str, properties: bool) -> Test:
        if properties:
            return _compare(field, Kind.attribute, operator, value, path)
        kind = kind_of(field)
        if kind is not None:
            return _compare(field, kind, operator, value, path)
        for prefix in (EVENT, ACCOUNT_EVENT):
            if field.startswith(prefix) and field != prefix:
                return self._happened(field.removeprefix(prefix), prefix == ACCOUNT_EVENT, operator, value, path)
        if field.startswith(ENGAGEMENT) and field.removeprefix(ENGAGEMENT) in _SIGNS:
            return _engaged(Sign(field.removeprefix(ENGAGEMENT)), operator, value, path)
        if field == "consent":
            return _consented(operator, value, path)
        if field in _BELONGING:
            return _within(Belonging(field), operator, value, path)
        raise Problem("rule_field", f"{path}.field", value=field, fields=", ".join(_field_names()))

    def _happened(self, event: str, anywhere: bool, operator: object, value: object, path: str) -> Happened:
        wanted = _did(operator, path)
        given = values.mapping(value, _TIMES | _WHEN | {"which", "where"}, f"{path}.value")
        which = Which(values.choice(given.get("which", "any"), tuple(Which), f"{path}.value.which"))
        if which is not Which.any:  # of the first and of the last time there is one
            values.mapping(given, _WHEN | {"which", "where"}, f"{path}.value")
        where = given.get("where")
        return Happened(
            event,
            anywhere,
            wanted,
            *_times(given, f"{path}.value"),
            values.when(given, f"{path}.value"),
            which,
            None if where is None else self.group(where, f"{path}.value.where", 1, properties=True),
        )


def _field_names() -> tuple[str, ...]:
    families = (f"{prefix}NAME" for prefix in (*FAMILIES, EVENT, ACCOUNT_EVENT))
    return (*FIELDS, *families, *(f"{ENGAGEMENT}{sign}" for sign in Sign), "consent", *Belonging)


def _compare(field: str, kind: Kind, operator: object, value: object, path: str) -> Compare:
    chosen = Operator(values.choice(operator, OPERATORS[kind], f"{path}.operator"))
    return Compare(field, kind, chosen, values.operands(kind, chosen, value, f"{path}.value"))


def _did(operator: object, path: str) -> bool:
    return values.choice(operator, ("did", "didNot"), f"{path}.operator") == "did"


def _times(given: Mapping[str, object], path: str) -> tuple[int, int | None]:
    """How often at least and at most; nothing said means once or more."""
    most = given.get("at_most")
    at_most = None if most is None else values.whole(most, f"{path}.at_most", 0, 1_000_000)
    at_least = values.whole(given.get("at_least", 1 if at_most is None else 0), f"{path}.at_least", 0, 1_000_000)
    if (at_most is None and at_least == 0) or (at_most is not None and at_most < at_least):
        raise Problem("rule_times", f"{path}.at_least", value=at_least)
    return at_least, at_most


def _engaged(sign: Sign, operator: object, value: object, path: str) -> Engaged:
    wanted = _did(operator, path)
    place = f"{path}.value"
    given = values.mapping(value, _TIMES | _WHEN | {"campaign", "topic", "channel"}, place)
    campaign, topic = (
        None if given.get(name) is None else values.text(given[name], f"{place}.{name}")
        for name in ("campaign", "topic")
    )
    channel = None if given.get("channel") is None else _channel(given["channel"], f"{place}.channel")
    return Engaged(sign, wanted, *_times(given, place), values.when(given, place), campaign, topic, channel)


def _channel(value: object, path: str) -> str:
    return values.choice(value, tuple(channel.name for channel in Channel), path)


def _consented(operator: object, value: object, path: str) -> Consented:
    wanted = values.choice(operator, ("has", "hasNot"), f"{path}.operator") == "has"
    given = values.mapping(value, {"channel", "topic"}, f"{path}.value")
    topic = values.text(given.get("topic", "*"), f"{path}.value.topic")
    return Consented(_channel(given.get("channel"), f"{path}.value.channel"), topic, wanted)


_BELONGS: Final[Mapping[str, bool]] = {"=": True, "!=": False, "in": True, "notIn": False}


def _within(what: Belonging, operator: object, value: object, path: str) -> Within:
    wanted = _BELONGS[values.choice(operator, tuple(_BELONGS), f"{path}.operator")]
    if operator in ("in", "notIn"):
        names: Sequence[object] = values.listed(value, f"{path}.value")
        return Within(what, tuple(values.text(name, f"{path}.value") for name in names), wanted)
    return Within(what, (values.text(value, f"{path}.value"),), wanted)
