"""Makes a case on which two gates differ as small as it gets, so that a person can see why."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]


def minimise(case: Json, still_fails: Callable[[Json], bool]) -> Json:
    """The smallest case reached by leaving out one thing after another while it still fails."""
    smaller = case
    while True:
        for candidate in with_one_thing_less(smaller):
            if still_fails(candidate):
                smaller = candidate
                break
        else:
            return smaller


def with_one_thing_less(case: Json) -> Iterator[Json]:
    for number in range(len(case["accounts"])):
        yield consistent(without(case, ["accounts", number]))
    for place, account in enumerate(case["accounts"]):
        for number in range(len(account["contacts"])):
            yield consistent(without(case, ["accounts", place, "contacts", number]))
    for section in ("policies", "touches", "open"):
        for number in range(len(case[section])):
            yield without(case, [section, number])
    for path in list(optional_fields(case)):
        yield without(case, path)


def optional_fields(case: Json) -> Iterator[list[str | int]]:
    for name in ("country", "region", "zone"):
        if name in case:
            yield [name]
    for section, needed in (
        ("policies", ("kind", "name")),
        ("touches", ("id", "contact", "day")),
        ("open", ("id", "contact")),
    ):
        for number, row in enumerate(case[section]):
            yield from ([section, number, name] for name in row if name not in needed)
    for place, account in enumerate(case["accounts"]):
        yield from (["accounts", place, name] for name in account if name not in ("id", "contacts"))
        for number, contact in enumerate(account["contacts"]):
            yield from (["accounts", place, "contacts", number, name] for name in contact if name != "id")


def without(case: Json, path: list[str | int]) -> Json:
    smaller = copy.deepcopy(case)
    parent: Any = smaller
    for step in path[:-1]:
        parent = parent[step]
    del parent[path[-1]]
    return smaller


def consistent(case: Json) -> Json:
    """The case without touches and messages of contacts that are gone."""
    known = {contact["id"] for account in case["accounts"] for contact in account["contacts"]}
    for section in ("touches", "open"):
        case[section] = [row for row in case[section] if row["contact"] in known]
    return case
