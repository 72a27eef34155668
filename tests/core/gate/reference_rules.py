"""The rules as the reference asks them: "is this day closed?", without a horizon."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import holidays

from tests.core.gate.reference_case import Company, Contact, Json, minutes, relative_day

ORDER = [
    *("window", "address", "consent", "channel", "guard", "hold", "time"),
    *("preference", "cap", "spacing", "concurrency", "mix", "capacity"),
]
BOARD = 62
"""Days that are looked at; what holds on the last of them holds for ever after."""
BINDS_TRANSACTIONAL = {"window", "address", "channel"}


@dataclass
class Rule:
    """One rule, asked by one message on one channel."""

    kind: str
    name: str
    closes: Callable[[int], bool] = lambda day: False
    lasting: str = "finite"  # or "standing" (as long as something stands) or "permanent"
    winners: Callable[[int], list[str]] = lambda day: []


def rules_for(company: Company, contact: Contact, message: Json, channel: str) -> list[Rule]:
    """The rules of one message on one channel; one that does not hold the message closes nothing."""
    rules = [window(contact, message), address(contact, channel), *consent(company, contact, message, channel)]
    rules += [preference(company, contact, message, wanted) for wanted in contact.own.get("preferences", [])]
    policies = company.case.get("policies", [])
    makers = {"channel": channel_rule, "guard": guard, "hold": hold, "cap": cap, "spacing": spacing, "mix": mix}
    makers |= {"concurrency": concurrency, "capacity": capacity}
    for policy in policies:
        if policy["kind"] != "time":
            rules.append(makers[policy["kind"]](company, contact, message, channel, policy))
    rules += time_rules(company, contact, message, channel)
    if message["type"] == "transactional":
        rules = [rule if rule.kind in BINDS_TRANSACTIONAL else Rule(rule.kind, rule.name) for rule in rules]
    return sorted(rules, key=lambda rule: ORDER.index(rule.kind))


def first_possible(contact: Contact, message: Json) -> int:
    return max(contact.own_today, contact.own_today if message["not_before"] is None else message["not_before"])


def window(contact: Contact, message: Json) -> Rule:
    first = first_possible(contact, message)
    last = message["expires"]
    return Rule("window", "window", lambda day: day < first or (last is not None and day > last))


def forever(kind: str, name: str, *, closed: bool) -> Rule:
    return Rule(kind, name, lambda day: True, "permanent") if closed else Rule(kind, name)


def address(contact: Contact, channel: str) -> Rule:
    addresses = contact.own.get("addresses")
    return forever("address", "address", closed=addresses is not None and addresses.get(channel) != "ok")


def consent(company: Company, contact: Contact, message: Json, channel: str) -> list[Rule]:
    entries = contact.own.get("consents")
    if entries is not None and message["type"] in ("educational", "promotional"):
        entries = [entry for entry in entries if entry.get("carries") != "service"]

    def closes(day: int) -> bool:
        said = [entry for entry in entries or () if "ends" not in entry or day < relative_day(company, entry["ends"])]
        return entries is not None and not consented(said, channel, message["topic"])

    last = company.base(contact) + BOARD - 1
    rules = [Rule("consent", "consent", closes, "permanent" if closes(last) else "finite")]
    if contact.own.get("paused_until") is not None:
        until = relative_day(company, contact.own["paused_until"])
        rules.append(Rule("consent", "pause", lambda day: day < until))
    return rules


def consented(entries: list[Json], channel: str, topic: str) -> bool:
    exact: bool | None = None
    every: bool | None = None
    for entry in entries:
        if entry["channel"] != channel:
            continue
        granted = entry["state"] == "granted"
        if entry["topic"] == "*":
            every = granted
            if not granted and exact is not None:
                exact = False
        elif entry["topic"] == topic:
            exact = granted
    return bool(every if exact is None else exact)


def channel_rule(company: Company, contact: Contact, message: Json, channel: str, policy: Json) -> Rule:
    matches = passes(policy["only"], message, contact, channel)
    return forever("channel", policy["name"], closed=channel == policy["channel"] and not matches)


def guard(company: Company, contact: Contact, message: Json, channel: str, policy: Json) -> Rule:
    if not held(policy, message, contact, channel):
        return Rule("guard", policy["name"])
    wrong_stage = "stages" in policy and contact.own.get("stage") not in policy["stages"]
    wrong_segment = "segments" in policy and not set(contact.own.get("segments", [])) & set(policy["segments"])
    return forever("guard", policy["name"], closed=wrong_stage or wrong_segment)


def hold(company: Company, contact: Contact, message: Json, channel: str, policy: Json) -> Rule:
    rule = Rule("hold", policy["name"])
    if not held(policy, message, contact, channel):
        return rule
    sources = [contact.own]
    if policy.get("scope") == "account":
        sources = [other.own for other in company.contacts.values() if other.key == contact.key]
        if contact.key[0] == "account":
            sources.append(contact.account)
    if "while" in policy:
        if any(policy["while"] in source.get("conditions", []) for source in sources):
            return Rule("hold", policy["name"], lambda day: True, "standing")
        return rule
    all_events = [event for source in sources for event in source.get("events", [])]
    events = [event["day"] for event in all_events if event["name"] == policy["after"]]
    rule.closes = lambda day: any(event <= day <= event + policy["days"] - 1 for event in events)
    return rule


def time_rules(company: Company, contact: Contact, message: Json, channel: str) -> list[Rule]:
    rules: list[Rule] = []
    opening, ending = 0, 24 * 60
    for policy in company.case.get("policies", []):
        if policy["kind"] != "time":
            continue
        rule = Rule("time", policy["name"])
        rules.append(rule)
        if not held(policy, message, contact, channel):
            continue
        if policy.get("hours"):
            was_empty = opening >= ending
            opening = max(opening, minutes(policy["hours"][0]))
            ending = min(ending, minutes(policy["hours"][1]))
            if opening >= ending and not was_empty:
                rules[-1] = forever("time", policy["name"], closed=True)
                continue
        rule.closes = time_closes(company, contact, policy)
    return rules


def time_closes(company: Company, contact: Contact, policy: Json) -> Callable[[int], bool]:
    local = company.now.astimezone(contact.zone)
    over = bool(policy.get("hours")) and local.hour * 60 + local.minute >= minutes(policy["hours"][1])
    weekdays = policy.get("weekdays")
    dates = {relative_day(company, value) for value in policy.get("dates") or []}

    def closes(day: int) -> bool:
        date = company.date(day)
        if day == contact.own_today and over:
            return True
        if weekdays is not None and date.isoweekday() not in weekdays:
            return True
        if policy.get("holidays") and is_holiday(contact.country, contact.region, date):
            return True
        return day in dates

    return closes


@cache
def is_holiday(country: str | None, region: str | None, date: dt.date) -> bool:
    return country is not None and date in holiday_calendar(country, region, date.year)


@cache
def holiday_calendar(country: str, region: str | None, year: int) -> set[dt.date]:
    return set(holidays.country_holidays(country, subdiv=region, years=year))


def preference(company: Company, contact: Contact, message: Json, wanted: Json) -> Rule:
    if message["topic"] != wanted["topic"]:
        return Rule("preference", "preference")
    counted = [
        touch
        for touch in persons_touches(company, contact)
        if touch["topic"] == wanted["topic"] and touch["type"] != "transactional"
    ]
    return at_most("preference", "preference", wanted["at_most"], counted, rolling(wanted["days"]))


def cap(company: Company, contact: Contact, message: Json, channel: str, policy: Json) -> Rule:
    if not held(policy, message, contact, channel):
        return Rule("cap", policy["name"])
    touches = persons_touches(company, contact)
    if policy.get("scope") == "account":
        touches = [touch for touch in company.touches if company.contacts[touch["contact"]].key == contact.key]
    counted = matching(company, touches, policy.get("counts", {}))
    shape = policy.get("window", "rolling")
    windows = rolling(policy["days"]) if shape == "rolling" else calendar(company, shape)
    return at_most("cap", policy["name"], policy["limit"], counted, windows)


Windows = Callable[[int], list[tuple[int, int]]]


def rolling(days: int) -> Windows:
    """Every run of so many days that contains a day, as first and last day."""
    return lambda day: [(start, start + days - 1) for start in range(day - days + 1, day + 1)]


def calendar(company: Company, shape: str) -> Windows:
    """The week from Monday, the month or the day that contains a day."""

    def the_window(day: int) -> list[tuple[int, int]]:
        date = company.date(day)
        if shape == "week":
            monday = day - date.weekday()
            return [(monday, monday + 6)]
        if shape == "month":
            first = day - (date.day - 1)
            following = (date.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
            return [(first, (following - company.today).days - 1)]
        return [(day, day)]

    return the_window


def at_most(kind: str, name: str, limit: int, counted: list[Json], windows: Windows) -> Rule:
    days = sorted(touch["day"] for touch in counted)

    @cache
    def is_full(first: int, last: int) -> bool:
        return len([day for day in days if first <= day <= last]) >= limit

    def closes(day: int) -> bool:
        return len(days) >= limit and any(is_full(first, last) for first, last in windows(day))

    def winners(day: int) -> list[str]:
        full = [(first, last) for first, last in windows(day) if limit and is_full(first, last)]
        return [touch["id"] for touch in counted if any(first <= touch["day"] <= last for first, last in full)]

    return Rule(kind, name, closes, "permanent" if limit == 0 else "finite", winners)


def spacing(company: Company, contact: Contact, message: Json, channel: str, policy: Json) -> Rule:
    touches = persons_touches(company, contact)
    if policy.get("scope") == "account":
        touches = [touch for touch in company.touches if company.contacts[touch["contact"]].key == contact.key]
    one, other = policy.get("held", {}), policy.get("from", {})
    against: list[Json] = []
    if passes(one, message, contact, channel):
        against += matching(company, touches, other)
    if passes(other, message, contact, channel):
        against += matching(company, touches, one)

    def near(touch: Json, day: int) -> bool:
        return bool(abs(day - touch["day"]) < policy["days"])

    return Rule(
        "spacing",
        policy["name"],
        lambda day: any(near(touch, day) for touch in against),
        winners=lambda day: [touch["id"] for touch in touches if touch in against and near(touch, day)],
    )


def concurrency(company: Company, contact: Contact, message: Json, channel: str, policy: Json) -> Rule:
    rule = Rule("concurrency", policy["name"])
    if message["campaign"] is None or not held(policy, message, contact, channel):
        return rule
    running = [
        touch
        for touch in persons_touches(company, contact)
        if touch["campaign"] not in (None, message["campaign"]) and touch["day"] >= contact.own_today
    ]
    others = {touch["campaign"] for touch in running} | set(contact.own.get("campaigns", [])) - {message["campaign"]}
    if len(others) < policy["limit"]:
        return rule
    ids = [touch["id"] for touch in running]
    return Rule("concurrency", policy["name"], lambda day: True, "standing", lambda day: ids)


def mix(company: Company, contact: Contact, message: Json, channel: str, policy: Json) -> Rule:
    rule = Rule("mix", policy["name"])
    if message["type"] != policy["type"] or not held(policy, message, contact, channel):
        return rule
    touches = [touch for touch in persons_touches(company, contact) if touch["type"] != "transactional"]

    def recent(day: int) -> list[Json]:
        return [touch for touch in touches if day - policy["days"] + 1 <= touch["day"] <= day]

    def of_type(day: int) -> list[Json]:
        return [touch for touch in recent(day) if touch["type"] == policy["type"]]

    def closes(day: int) -> bool:
        total = len(recent(day))
        if total < policy.get("min_touches", 5):
            return False
        return bool((len(of_type(day)) + 1) * 100 > policy["percent"] * (total + 1))

    rule.closes, rule.winners = closes, lambda day: [touch["id"] for touch in of_type(day)]
    return rule


def capacity(company: Company, contact: Contact, message: Json, channel: str, policy: Json) -> Rule:
    if channel != policy["channel"] or not held(policy, message, contact, channel):
        return Rule("capacity", policy["name"])
    counted = [
        touch
        for touch in matching(company, company.touches, policy.get("counts", {}))
        if touch["channel"] == policy["channel"]
    ]
    rule = at_most("capacity", policy["name"], policy["limit"], counted, calendar(company, policy["per"]))
    rule.winners = lambda day: []
    if "warm_up" in policy:
        since, places = policy["warm_up"]["from"], policy["warm_up"]["days"]

        def closes(day: int) -> bool:
            later = max(0, day - since)
            limit = min(policy["limit"], places[later]) if later < len(places) else policy["limit"]
            return sum(touch["day"] == day for touch in counted) >= limit

        rule.closes = closes
    return rule


# --- filters and touches ---------------------------------------------------------------------------------------------


def held(policy: Json, message: Json, contact: Contact, channel: str) -> bool:
    return passes(policy.get("held", {}), message, contact, channel)


def matching(company: Company, touches: Iterable[Json], wanted: Json) -> list[Json]:
    return [touch for touch in touches if passes(wanted, touch, company.contacts[touch["contact"]], touch["channel"])]


def passes(wanted: Json, thing: Json, contact: Contact, channel: str) -> bool:
    """Whether a message or a touch passes a filter: every key of the filter has to agree."""
    has: dict[str, set[Any]] = {
        "types": {thing["type"]},
        "topics": {thing["topic"]},
        "teams": {thing["team"]},
        "channels": {channel},
        "campaigns": {thing["campaign"]} - {None},
        "stages": {contact.own.get("stage")} - {None},
        "segments": set(contact.own.get("segments", [])),
        "urgent": {thing["urgent"]},
    }
    for key, value in wanted.items():
        named = {value} if isinstance(value, bool) else set(value)
        agrees = bool(has[key.removeprefix("except_")] & named)
        if agrees == key.startswith("except_"):
            return False
    return True


def persons_touches(company: Company, contact: Contact) -> list[Json]:
    return [touch for touch in company.touches if company.contacts[touch["contact"]].person == contact.person]
