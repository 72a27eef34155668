"""Policies as JSON: what a policy document must look like, and the same document from a policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import date, timedelta
from typing import Final

from pauta.core.gate import document as doc
from pauta.core.gate.document import Document, Reader
from pauta.core.gate.policies import (
    EVERYTHING,
    KINDS,
    Cap,
    Capacity,
    ChannelRule,
    Concurrency,
    Filter,
    Guard,
    Hold,
    Mix,
    Policy,
    Spacing,
    Time,
    WarmUp,
)
from pauta.core.gate.vocabulary import CHANNELS, MAX_POLICIES, TYPES
from pauta.core.problems import Problem

WINDOWS: Final = ("rolling", "week", "month")
PERIODS: Final = ("day", "week", "month")
_LONGEST_WARM_UP: Final = 366
SCOPES: Final = ("contact", "account")

_days = doc.integer(1, 3660)
_limit = doc.integer(0, 1_000_000_000)
_texts = doc.list_of(doc.text)
_types = doc.list_of(doc.choice(TYPES))
_channels = doc.list_of(doc.choice(CHANNELS))

_FILTER_READERS: Final[dict[str, Reader[object]]] = {
    field.name: {"types": _types, "channels": _channels, "urgent": doc.flag}.get(
        field.name.removeprefix("except_"), _texts
    )
    for field in fields(Filter)
}


def parse_policies(value: object, path: str = "policies", today: date | None = None) -> tuple[Policy, ...]:
    """Every active policy of a company, in its order.

    ``today`` is the date that whole numbers in ``dates`` count from; without it only ISO dates are taken.
    Raises Problem with the path of the first field that is wrong.
    """
    policies = doc.list_of(lambda item, item_path: parse_policy(item, item_path, today))(value, path)
    if len(policies) > MAX_POLICIES:
        raise Problem("gate_too_many_policies", path, limit=MAX_POLICIES)
    return policies


def parse_policy(value: object, path: str = "", today: date | None = None) -> Policy:
    """One policy from its JSON object. Raises Problem with the path of the field that is wrong."""
    document = Document(value, path)
    kind = document.read("kind", doc.choice(tuple(KINDS)))
    name = document.read("name", doc.filled_text)
    dated = _DATED.get(kind)
    policy = dated(document, name, today) if dated else _PARSERS[kind](document, name)
    document.finish()
    return policy


def parse_filter(value: object, path: str) -> Filter:
    """A filter from its JSON object."""
    document = Document(value, path)
    given = {name: document.read(name, reader) for name, reader in _FILTER_READERS.items() if document.has(name)}
    document.finish()
    return Filter(**given)  # type: ignore[arg-type]  # each reader gives its field's type


def _channel_rule(document: Document, name: str) -> ChannelRule:
    return ChannelRule(name, document.read("channel", doc.choice(CHANNELS)), document.read("only", parse_filter))


def _guard(document: Document, name: str) -> Guard:
    guard = Guard(
        name,
        _filter(document, "held"),
        document.read_or("stages", _texts, None),
        document.read_or("segments", _texts, None),
    )
    if guard.stages is None and guard.segments is None:
        raise Problem("gate_guard_without_audience", document.at("stages"))
    return guard


def _hold(document: Document, name: str) -> Hold:
    if document.has("while") == document.has("after"):
        raise Problem("gate_hold_while_or_after", document.at("while"))
    condition = document.read_or("while", doc.filled_text, None)
    event = document.read_or("after", doc.filled_text, None)
    days = document.read("days", _days) if event is not None else None
    return Hold(name, _filter(document, "held"), condition, event, days, _account(document))


def _time(document: Document, name: str, today: date | None) -> Time:
    return Time(
        name,
        _filter(document, "held"),
        document.read_or("hours", _hours, None),
        document.read_or("weekdays", _weekdays, None),
        document.read_or("holidays", doc.flag, False),
        document.read_or("dates", doc.list_of(_blackout(today)), ()),
    )


def _cap(document: Document, name: str) -> Cap:
    window = document.read_or("window", doc.choice(WINDOWS), "rolling")
    days = document.read("days", _days) if window == "rolling" else document.read_or("days", _days, None)
    return Cap(
        name,
        document.read("limit", _limit),
        window,
        days,
        _account(document),
        _filter(document, "held"),
        _filter(document, "counts"),
    )


def _spacing(document: Document, name: str) -> Spacing:
    days = document.read("days", _days)
    return Spacing(name, days, _filter(document, "held"), _filter(document, "from"), _account(document))


def _concurrency(document: Document, name: str) -> Concurrency:
    return Concurrency(name, document.read("limit", doc.integer(1, 1_000_000)), _filter(document, "held"))


def _mix(document: Document, name: str) -> Mix:
    return Mix(
        name,
        document.read("type", doc.choice(TYPES)),
        document.read("percent", _percent),
        document.read("days", _days),
        document.read_or("min_touches", doc.integer(1, 1_000_000), 5),
        _filter(document, "held"),
    )


def _capacity(document: Document, name: str, today: date | None) -> Capacity:
    capacity = Capacity(
        name,
        document.read("channel", doc.choice(CHANNELS)),
        document.read("limit", _limit),
        document.read("per", doc.choice(PERIODS)),
        _filter(document, "held"),
        _filter(document, "counts"),
        document.read_or("warm_up", _warm_up(today), None),
    )
    if capacity.warm_up and capacity.per != "day":
        raise Problem("gate_warm_up_by_day", document.at("warm_up"))
    return capacity


def _warm_up(today: date | None) -> Reader[WarmUp]:
    def read(value: object, path: str) -> WarmUp:
        document = Document(value, path)
        found = WarmUp(document.read("from", _blackout(today)), document.read("days", doc.list_of(_limit)))
        document.finish()
        if not 1 <= len(found.days) <= _LONGEST_WARM_UP:
            raise Problem("gate_warm_up_length", document.at("days"), most=_LONGEST_WARM_UP)
        return found

    return read


_PARSERS: Final[dict[str, Callable[[Document, str], Policy]]] = {
    "channel": _channel_rule,
    "guard": _guard,
    "hold": _hold,
    "cap": _cap,
    "spacing": _spacing,
    "concurrency": _concurrency,
    "mix": _mix,
}
_DATED: Final[dict[str, Callable[[Document, str, date | None], Policy]]] = {"time": _time, "capacity": _capacity}


def _filter(document: Document, name: str) -> Filter:
    return document.read_or(name, parse_filter, EVERYTHING)


def _account(document: Document) -> bool:
    return document.read_or("scope", doc.choice(SCOPES), "contact") == "account"


def _hours(value: object, path: str) -> tuple[int, int]:
    minutes = doc.list_of(doc.clock_minute)(value, path)
    if len(minutes) != 2:
        raise Problem("gate_hours_pair", path)
    if minutes[0] >= minutes[1]:
        raise Problem("gate_hours_wrap", path)
    return minutes[0], minutes[1]


def _weekdays(value: object, path: str) -> tuple[int, ...]:
    weekdays = doc.list_of(doc.integer(1, 7))(value, path)
    if not weekdays:
        raise Problem("gate_no_weekday", path)
    return tuple(sorted(set(weekdays)))


def _percent(value: object, path: str) -> float:
    percent = doc.number(value, path)
    if not 0 <= percent <= 100:
        raise Problem("gate_out_of_range", path, low=0, high=100)
    return percent


def _blackout(today: date | None) -> Reader[date]:
    def read(value: object, path: str) -> date:
        if today is not None and not isinstance(value, str):
            return today + timedelta(days=doc.integer(-100_000, 100_000)(value, path))
        return doc.iso_date(value, path)

    return read
