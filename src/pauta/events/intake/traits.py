"""What programs say of people and companies (traits), as columns of contacts and accounts: values in, values out.

Reserved names are those of Segment's spec for identify and group; whatever else is said becomes an attribute. Consent
is never among it: who may be written to is not for a tracking call to say.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pauta.core.problems import Problem
from pauta.people.addresses import parse_email, parse_phone
from pauta.people.places import NOWHERE, Triple, parse_country, parse_language, parse_region, parse_zone

Traits = Mapping[str, Any]

_FIRST, _LAST = ("firstName", "first_name"), ("lastName", "last_name")
_ZONE, _LANGUAGE = ("timezone", "time_zone", "zone"), ("language", "locale")
_ADDRESS_PARTS = (("street",), ("postalCode", "postal_code", "zip"), ("city",), ("state",), ("country",))
_RESERVED = frozenset((*_FIRST, *_LAST, *_ZONE, *_LANGUAGE, "name", "email", "phone", "address", "company", "country"))
_OF_ACCOUNTS = frozenset((*_ZONE, "name", "country", "address"))


@dataclass(slots=True)
class Profile:
    """Columns of a contact or account, its place, its attributes, and what could not be taken, by trait."""

    columns: dict[str, Any] = field(default_factory=dict)
    place: Triple = NOWHERE
    attributes: dict[str, Any] = field(default_factory=dict)
    refused: list[Problem] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.columns or self.attributes or self.place != NOWHERE)


def merged(before: Traits, after: Traits) -> dict[str, Any]:
    """What two calls say, one after the other: null unsays an attribute, and nothing that is reserved."""
    both = dict(before)
    for name, value in after.items():
        former = both.get(name)
        if isinstance(former, dict) and isinstance(value, dict):
            both[name] = merged(former, value)
        elif value is not None or name not in _RESERVED:
            both[name] = value
    return both


def of_contact(traits: Traits, country: str | None) -> Profile:
    """What traits say of a person; ``country`` is where phones without a country code belong."""
    made = Profile(attributes=dict(_plain(traits, _RESERVED)))
    first, last = _text(traits, *_FIRST), _text(traits, *_LAST)
    whole = _text(traits, "name")
    if whole and not first and not last:
        first, _, last = whole.partition(" ")
    address = traits.get("address")
    given = {
        "first_name": first,
        "last_name": last.strip(),
        "postal_address": address.strip() if isinstance(address, str) else _address(address),
    }
    made.columns |= {name: text for name, text in given.items() if text}
    _place(made, traits)
    own = made.place[1] or country
    _take(made, "email", _text(traits, "email"), parse_email)
    _take(made, "phone", _text(traits, "phone"), lambda text: parse_phone(text, own))
    _take(made, "language", _text(traits, *_LANGUAGE), parse_language)
    return made


def of_account(traits: Traits) -> Profile:
    """What traits say of a company."""
    made = Profile(attributes=dict(_plain(traits, _OF_ACCOUNTS)))
    if name := _text(traits, "name"):
        made.columns["name"] = name
    _place(made, traits)
    return made


def company_of(traits: Traits) -> tuple[str, Traits]:
    """The id and the traits of the company that a person's traits name; an empty id when they name none."""
    company = traits.get("company")
    if isinstance(company, str):
        company = {"name": company}
    if not isinstance(company, dict):
        return "", {}
    named = _text(company, "id", "company_id", "name")
    return named, {key: value for key, value in company.items() if key not in ("id", "company_id")}


def _place(made: Profile, traits: Traits) -> None:
    """Zone and country; the region of an address where it is written as a code, as many write its name."""
    address = traits.get("address")
    inside: Traits = address if isinstance(address, dict) else {}
    zone = _taken(made, "timezone", _text(traits, *_ZONE), parse_zone)
    country = _taken(made, "country", _text(traits, "country") or _text(inside, "country"), parse_country)
    region = None
    state = _text(inside, "state")
    if country and state and len(state) <= 3:
        region = _taken(made, "address.state", state, parse_region)
    made.place = (zone, country, region)


def _take(made: Profile, name: str, text: str, read: Callable[[str], str]) -> None:
    value = _taken(made, name, text, read)
    if value is not None:
        made.columns[name] = value


def _taken(made: Profile, name: str, text: str, read: Callable[[str], str]) -> str | None:
    """What a text says, or None, with the reason kept, where it says nothing that can be understood."""
    if not text:
        return None
    try:
        return read(text)
    except Problem as problem:
        made.refused.append(Problem(problem.code, f"traits.{name}", **problem.values))
        return None


def _text(traits: Traits, *names: str) -> str:
    value = next((traits[name] for name in names if traits.get(name) not in (None, "")), "")
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _address(address: Any) -> str:
    if not isinstance(address, dict):
        return ""
    return ", ".join(part for names in _ADDRESS_PARTS if (part := _text(address, *names)))


def _plain(traits: Traits, reserved: frozenset[str] = frozenset(), path: str = "") -> Iterator[tuple[str, Any]]:
    """Attributes by name; what stands inside another object has a name with dots, and lists stay lists."""
    for name, value in traits.items():
        if name in reserved:
            continue
        if isinstance(value, dict):
            yield from _plain(value, path=f"{path}{name}.")
        elif isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
            yield f"{path}{name}", json.dumps(value, ensure_ascii=False)
        else:
            yield f"{path}{name}", value
