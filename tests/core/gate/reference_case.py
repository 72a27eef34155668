"""The case as the reference reads it: who there is, on which day, and what was sent."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]


@dataclass
class Contact:
    """A contact with everything that it takes from its account and from the case."""

    id: str
    key: tuple[str, object]
    person: tuple[str, object]
    zone: ZoneInfo
    country: str | None
    region: str | None
    own: Json
    account: Json
    own_today: int = 0


@dataclass
class Company:
    """The whole case: who there is, and the touches so far, those placed in this plan included."""

    case: Json
    today: dt.date
    now: dt.datetime
    contacts: dict[str, Contact] = field(default_factory=dict)
    touches: list[Json] = field(default_factory=list)

    def date(self, day: int) -> dt.date:
        return self.today + dt.timedelta(days=day)

    def base(self, contact: Contact) -> int:
        return min(other.own_today for other in self.contacts.values() if other.key == contact.key)


def gather(case: Json) -> Company:
    zone = ZoneInfo(case.get("zone") or "UTC")
    now = instant(case["now"]) if case.get("now") else None
    if case.get("today"):
        today = dt.date.fromisoformat(case["today"])
    else:
        assert now is not None, "a case has a day or a moment"
        today = now.astimezone(zone).date()
    if now is None:
        now = dt.datetime.combine(today, dt.time(0), zone).astimezone(dt.UTC)
    company = Company(case, today, now)
    for place, account in enumerate(case.get("accounts", [])):
        for own in account.get("contacts", []):
            add_contact(company, place, account, own)
    company.touches = [with_defaults(touch) for touch in case.get("touches", [])]
    return company


def add_contact(company: Company, place: int, account: Json, own: Json) -> None:
    key: tuple[str, object] = ("account", place) if account.get("id") is not None else ("contact", own["id"])
    person = own.get("person")
    homes = [home for home in (own, account, company.case) if home.get("country")]
    zone = ZoneInfo(own.get("zone") or account.get("zone") or company.case.get("zone") or "UTC")
    company.contacts[own["id"]] = Contact(
        id=own["id"],
        key=key,
        person=("person", person) if person is not None else ("contact", own["id"]),
        zone=zone,
        country=homes[0]["country"] if homes else None,
        region=homes[0].get("region") if homes else None,
        own=own,
        account=account,
        own_today=(company.now.astimezone(zone).date() - company.today).days,
    )


def with_defaults(given: Json) -> Json:
    defaults: Json = {"type": "educational", "topic": "", "team": "", "campaign": None, "urgent": False}
    defaults |= {"tier": 2, "value": 0, "channels": ["email"], "channel": "email", "not_before": None, "expires": None}
    return defaults | {"at": None, "wished": None} | {name: value for name, value in given.items() if value is not None}


def instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(dt.UTC)


def relative_day(company: Company, value: int | str) -> int:
    return value if isinstance(value, int) else (dt.date.fromisoformat(value) - company.today).days


def minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])
