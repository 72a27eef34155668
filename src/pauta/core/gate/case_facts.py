"""A JSON case as the gate's facts: names become codes, relative days become epoch days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from pauta.core import calendar
from pauta.core.gate import document as doc
from pauta.core.gate.case_rows import Codes, Rows, facts_of
from pauta.core.gate.document import Document
from pauta.core.gate.facts import Facts
from pauta.core.gate.policies import Policy, names_asked
from pauta.core.gate.policy_document import parse_policies
from pauta.core.gate.vocabulary import (
    ADDRESS_STATES,
    ALWAYS,
    CHANNELS,
    NEVER,
    NO_MINUTE,
    TIERS,
    TYPES,
    AddressState,
    Channel,
    MessageType,
)
from pauta.core.problems import Problem

EVERY_CHANNEL: Final = 255
MOST_NAMED: Final = 64
BESIDE_THE_CASE: Final = ("name", "expect", "problem")
_day = doc.integer(-36_600, 36_600)
_texts = doc.list_of(doc.filled_text)
_channel = doc.choice(CHANNELS)


@dataclass(frozen=True, slots=True)
class Case:
    """A case ready to be decided, with the names that its answers are told in."""

    facts: Facts
    policies: tuple[Policy, ...]
    today: int  # epoch day that the days of the case count from
    message_ids: tuple[str, ...]
    touch_ids: tuple[str, ...]
    contact_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Account:
    """What contacts have from their account."""

    zone: str
    country: str
    region: str
    conditions: int
    events: list[tuple[int, int]]


def parse_case(value: object, path: str = "") -> Case:
    """A case from its JSON object. Raises Problem with the path of the first field that is wrong."""
    document = Document(value, path)
    for name in BESIDE_THE_CASE:
        document.read_or(name, lambda value, _path: value, None)
    zone = document.read_or("zone", zone_name, "UTC")
    today, now = _moment(document, zone)
    policies = document.read_or("policies", lambda value, at: parse_policies(value, at, today), ())
    asked = names_asked(policies)
    _refuse_too_many(asked.segments, document.at("policies"))
    rows = Rows(
        now=now,
        today=calendar.day_number(today),
        zone=zone,
        country=document.read_or("country", country_code, ""),
        region=document.read_or("region", doc.text, ""),
        zones=Codes([zone]),
        segments=Codes(asked.segments),
        conditions=Codes(asked.conditions),
        event_names=Codes(asked.events),
    )
    document.read_or("accounts", doc.list_of(lambda item, at: _read_account(rows, item, at)), ())
    touch_ids = document.read_or("touches", doc.list_of(lambda item, at: _read_touch(rows, item, at)), ())
    _refuse_doubles(touch_ids, document.at("touches"))
    message_ids = document.read_or("open", doc.list_of(lambda item, at: _read_message(rows, item, at)), ())
    _refuse_doubles(message_ids, document.at("open"))
    document.finish()
    return Case(facts_of(rows), policies, rows.today, message_ids, touch_ids, tuple(rows.contact_ids))


def zone_name(value: object, path: str) -> str:
    """An IANA zone."""
    name = doc.text(value, path)
    if not calendar.is_zone(name):
        raise Problem("gate_unknown_zone", path, zone=name)
    return name


def country_code(value: object, path: str) -> str:
    """A country with a holiday calendar, ISO 3166 alpha-2."""
    code = doc.text(value, path)
    if code and not calendar.knows_holidays(code):
        raise Problem("gate_unknown_country", path, country=code)
    return code


def _moment(document: Document, zone: str) -> tuple[date, int]:
    today = document.read_or("today", doc.iso_date, None)
    moment = document.read_or("now", doc.iso_instant, None)
    if moment is None and today is None:
        raise Problem("gate_missing", document.at("today"))
    if today is not None and not 1900 <= today.year < 2200:
        raise Problem("gate_not_date", document.at("today"))
    if moment is None:
        return today or date.min, calendar.wall_to_instant(zone, calendar.day_number(today or date.min), 0)
    if not 1900 <= moment.year < 2200:
        raise Problem("gate_not_instant", document.at("now"))
    now = calendar.instant_of(moment)
    return today or calendar.date_of(calendar.local_day_and_minute(now, zone)[0]), now


def _refuse_too_many(names: Sequence[str], path: str) -> None:
    if len(names) > MOST_NAMED:
        raise Problem("gate_too_many_segments", path, limit=MOST_NAMED)


def _refuse_doubles(ids: Sequence[str], path: str) -> None:
    seen: set[str] = set()
    for position, id_ in enumerate(ids):
        if id_ in seen:
            raise Problem("gate_double_id", f"{path}[{position}].id", id=id_)
        seen.add(id_)


# Accounts and contacts


def _read_account(rows: Rows, value: object, path: str) -> None:
    document = Document(value, path)
    id_ = document.read_or("id", doc.filled_text, None)
    if id_ in rows.account_ids:
        raise Problem("gate_double_id", document.at("id"), id=id_)
    if id_ is not None:
        rows.account_ids.add(id_)
    country = document.read_or("country", country_code, None)
    region = document.read_or("region", doc.text, None)
    account = _Account(
        zone=document.read_or("zone", zone_name, rows.zone),
        country=rows.country if country is None else country,
        region=region if region is not None else ("" if country is not None else rows.region),
        conditions=rows.conditions.bits(document.read_or("conditions", _texts, ())),
        events=_read_events(rows, document),
    )
    key = None if id_ is None else len(rows.account_conditions)
    document.read_or("contacts", doc.list_of(lambda item, at: _read_contact(rows, account, key, item, at)), ())
    document.finish()
    if key is not None and key < len(rows.account_conditions):
        _enter_account(rows, account, key)


def _enter_account(rows: Rows, account: _Account, key: int) -> None:
    rows.account_conditions[key] = account.conditions
    rows.events += [(key, -1, name, day) for name, day in account.events]


def _read_events(rows: Rows, document: Document) -> list[tuple[int, int]]:
    """Name and epoch day of those events that a policy asks for."""

    def read(value: object, path: str) -> tuple[str, int]:
        event = Document(value, path)
        named = event.read("name", doc.filled_text), rows.today + event.read("day", _day)
        event.finish()
        return named

    events = document.read_or("events", doc.list_of(read), ())
    asked = rows.event_names.names()
    return [(rows.event_names.code(name), day) for name, day in events if name in asked]


def _read_contact(rows: Rows, account: _Account, key: int | None, value: object, path: str) -> None:
    document = Document(value, path)
    id_ = document.read("id", doc.filled_text)
    if id_ in rows.contact_ids:
        raise Problem("gate_double_id", document.at("id"), id=id_)
    row = rows.contact_ids[id_] = len(rows.contact_ids)
    account_row = len(rows.account_conditions) if key is None else key
    if account_row == len(rows.account_conditions):
        rows.account_conditions.append(0)
    if key is None:
        _enter_account(rows, account, account_row)
    zone = document.read_or("zone", zone_name, account.zone)
    today, minute = calendar.local_day_and_minute(rows.now, zone)
    country = document.read_or("country", country_code, None)
    region = document.read_or("region", doc.text, None)
    place = (
        account.country if country is None else country,
        region if region is not None else ("" if country is not None else account.region),
    )
    stage = document.read_or("stage", doc.filled_text, None)
    person = document.read_or("person", doc.filled_text, None)
    rows.contacts.append(
        (
            account_row,
            row if person is None else rows.persons.setdefault(person, row),
            today,
            minute,
            rows.zones.code(zone),
            rows.calendars.code(place),
            -1 if stage is None else rows.stages.code(stage),
            rows.segments.bits(document.read_or("segments", _texts, ())),
            rows.conditions.bits(document.read_or("conditions", _texts, ())),
            document.read_or("addresses", _reachable, EVERY_CHANNEL),
            document.has("consents"),
            document.read_or("paused_until", _day_of(rows), ALWAYS),
            document.read_or("best_hour", doc.minute_of_day, NO_MINUTE),
        )
    )
    for campaign in document.read_or("campaigns", _texts, ()):
        rows.enrolments.append((row, rows.campaigns.code(campaign)))
    rows.events += [(account_row, row, name, day) for name, day in _read_events(rows, document)]
    document.read_or("consents", doc.list_of(lambda item, at: _read_consent(rows, row, item, at)), ())
    document.read_or("preferences", doc.list_of(lambda item, at: _read_preference(rows, row, item, at)), ())
    document.finish()


def _reachable(value: object, path: str) -> int:
    document = Document(value, path)
    reachable = 0
    for channel in Channel:
        state = document.read_or(channel.name, doc.choice(ADDRESS_STATES), None)
        reachable |= (state == AddressState.ok.name) << channel
    document.finish()
    return reachable


def _day_of(rows: Rows) -> Callable[[object, str], int]:
    def read(value: object, path: str) -> int:
        if isinstance(value, str):
            return calendar.day_number(doc.iso_date(value, path))
        return rows.today + _day(value, path)

    return read


def _read_consent(rows: Rows, row: int, value: object, path: str) -> None:
    document = Document(value, path)
    channel = Channel[document.read("channel", _channel)]
    topic = document.read("topic", doc.text)
    granted = document.read("state", doc.choice(("granted", "denied"))) == "granted"
    service = document.read_or("carries", doc.choice(("all", "service")), "all") == "service"
    ends = document.read_or("ends", _day_of(rows), NEVER) if granted else NEVER
    document.finish()
    marketing = ALWAYS if granted and service else ends
    rows.consents.append((row, channel, -1 if topic == "*" else rows.topics.code(topic), granted, marketing, ends))


def _read_preference(rows: Rows, row: int, value: object, path: str) -> None:
    document = Document(value, path)
    topic = rows.topics.code(document.read("topic", doc.text))
    limit = document.read("at_most", doc.integer(0, 1_000_000_000))
    days = document.read("days", doc.integer(1, 3660))
    document.finish()
    rows.preferences.append((row, topic, limit, days))


# Touches and messages


def _read_kind(rows: Rows, document: Document) -> int:
    campaign = document.read_or("campaign", doc.filled_text, None)
    kind = (
        MessageType[document.read_or("type", doc.choice(TYPES), "educational")],
        rows.topics.code(document.read_or("topic", doc.text, "")),
        rows.teams.code(document.read_or("team", doc.text, "")),
        -1 if campaign is None else rows.campaigns.code(campaign),
        document.read_or("urgent", doc.flag, False),
    )
    return rows.kinds.code(kind)


def _contact_row(rows: Rows, document: Document) -> int:
    contact = document.read("contact", doc.filled_text)
    if contact not in rows.contact_ids:
        raise Problem("gate_unknown_contact", document.at("contact"), contact=contact)
    return rows.contact_ids[contact]


def _read_touch(rows: Rows, value: object, path: str) -> str:
    document = Document(value, path)
    id_ = document.read("id", doc.filled_text)
    contact = _contact_row(rows, document)
    day = rows.today + document.read("day", _day)
    kind = _read_kind(rows, document)
    channel = Channel[document.read_or("channel", _channel, "email")]
    document.finish()
    rows.touches.append((contact, day, kind, channel))
    return id_


def _read_message(rows: Rows, value: object, path: str) -> str:
    document = Document(value, path)
    id_ = document.read("id", doc.filled_text)
    contact = _contact_row(rows, document)
    kind = _read_kind(rows, document)
    tier = document.read_or("tier", doc.integer(0, TIERS - 1), 2)
    days = [
        default if (day := document.read_or(name, _day, None)) is None else rows.today + day
        for name, default in (("not_before", ALWAYS), ("expires", NEVER), ("wished", ALWAYS))
    ]
    minute = document.read_or("at", doc.minute_of_day, NO_MINUTE)
    rows.values.append(document.read_or("value", doc.number, 0.0))
    rows.channels.append(document.read_or("channels", _wishes, [Channel.email]))
    document.finish()
    rows.messages.append((contact, kind, tier, *days, minute))
    return id_


def _wishes(value: object, path: str) -> list[int]:
    wishes = [int(Channel[name]) for name in doc.list_of(_channel)(value, path)]
    if not wishes:
        raise Problem("gate_no_channel", path)
    return list(dict.fromkeys(wishes))
