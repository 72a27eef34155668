"""What a rule has to be told of: which changes can change who it holds for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psycopg import Connection

from pauta.core.rules.tree import Belonging, Compare, Consented, Engaged, Group, Happened, Sign, Test, Within

NEW = ("new", "")
"""A contact that is new: every rule is asked about it."""
_CONTACT, _ACCOUNT = ("contact", ""), ("account", "")
_INHERITED = ("contact.zone", "contact.country", "contact.region")

Watched = tuple[str, str]
"""A kind of change and, where the rule names one, its name."""


def watched(rule: Group) -> frozenset[Watched]:
    """What a rule asks about."""
    return frozenset({NEW}.union(*(_watched(test) for test in rule.tests())))


def _watched(test: Test) -> set[Watched]:
    match test:
        case Compare(field=field):
            of_account = field.startswith("account.") or field in _INHERITED
            return {_CONTACT, _ACCOUNT} if of_account else {_CONTACT}
        case Happened(event=event, anywhere=anywhere):
            return {("account_event", event), _CONTACT} if anywhere else {("event", event)}
        case Engaged(sign=sign):
            return {("sent", "") if sign is Sign.sent else ("response", "")}
        case Consented():
            return {("consent", "")}
        case Within(what=what, names=names):
            if what in (Belonging.segment, Belonging.condition):
                return {(what.value, name) for name in names} | {_CONTACT}
            return {(what.value, "")}


def watch(connection: Connection[Any], watcher: str, asked: Iterable[Watched]) -> None:
    """Have a watcher told of these changes, and of no others, from now on."""
    kinds, names = zip(*sorted(asked), strict=True)
    connection.execute("DELETE FROM rule_watch WHERE watcher = %s", (watcher,))
    connection.execute(
        "INSERT INTO rule_watch (kind, name, watcher) SELECT kind, name, %s FROM unnest(%s::text[], %s::text[])"
        " AS asked (kind, name)",
        (watcher, list(kinds), list(names)),
    )


def forget(connection: Connection[Any], watcher: str) -> None:
    """Tell a watcher nothing any more."""
    connection.execute("DELETE FROM rule_watch WHERE watcher = %s", (watcher,))
