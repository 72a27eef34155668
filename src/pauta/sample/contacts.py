"""The people of the sample: where they work, how they are reached, and who shares an address with whom."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from typing import Any, Final

from pauta.people.addresses import AddressState
from pauta.platform.partitions import partition_of
from pauta.sample.accounts import Account, Place, data, places
from pauta.sample.dice import Dice
from pauta.sample.spelling import ascii_slug

CONTACTS: Final = 8_000
LEADS: Final = 150
"""Contacts without a company, the last ones."""

_COLLEAGUES: Final = {"smb": (1, 5), "mid-market": (5, 13), "enterprise": (20, 40)}
_ROLES: Final = {"admin": 18, "user": 40, "finance": 14, "operations": 14, "executive": 8, "it": 6}
_TITLES: Final = {
    "pt": {
        "admin": "Gerente administrativo",
        "user": "Analista",
        "finance": "Coordenador financeiro",
        "operations": "Gerente de operações",
        "executive": "Diretor geral",
        "it": "Analista de TI",
    },
    "es": {
        "admin": "Gerente administrativo",
        "user": "Analista",
        "finance": "Coordinador de finanzas",
        "operations": "Gerente de operaciones",
        "executive": "Director general",
        "it": "Analista de sistemas",
    },
    "en": {
        "admin": "Office manager",
        "user": "Analyst",
        "finance": "Finance coordinator",
        "operations": "Operations manager",
        "executive": "Managing director",
        "it": "Systems analyst",
    },
}
_LANGUAGES: Final = {"pt": "pt-BR", "es": "es", "en": "en"}
_MAIL_HOUSES: Final = {"pt": "correio.example", "es": "correo.example"}
_EMAIL_STATES: Final = (
    AddressState.OK,
    AddressState.NONE,
    AddressState.INVALID,
    AddressState.BOUNCED,
    AddressState.COMPLAINED,
)
_POST: Final = {"pt": ("Rua", "Avenida", "Alameda"), "es": ("Calle", "Avenida", "Paseo")}
_TREES: Final = {
    "pt": ("dos Ipês", "das Palmeiras", "do Comércio", "das Flores"),
    "es": ("de los Robles", "Mayor", "del Comercio"),
}


@dataclass(frozen=True, slots=True)
class Contact:
    """A person. ``lives`` is where the person is, ``place_id`` the stored place of its own (0: none)."""

    id: int
    account: Account | None
    account_key: int
    person_id: int
    first_name: str
    last_name: str
    email: str | None
    email_state: AddressState
    phone: str | None
    phone_state: AddressState
    postal_address: str | None
    lives: Place
    place_id: int
    language: str | None
    stage: str
    role: str
    segments: tuple[str, ...]
    best_minute: int
    paused_until: date | None
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def part(self) -> int:
        """The partition of its account key."""
        return partition_of(self.account_key)


@dataclass(frozen=True, slots=True)
class Relation:
    """Another company that a contact works for."""

    contact_id: int
    account_id: int
    role: str


def make_contacts(seed: int, accounts: list[Account], today: date) -> tuple[list[Contact], list[Relation]]:
    """The people with ids from 1, account by account, those without a company last; and who works for two companies."""
    dice = Dice(seed, "contacts")
    homes: list[Account | None] = []
    for account, count in zip(accounts, _head_counts(dice, accounts), strict=True):
        homes += [account] * count
    homes += [None] * LEADS
    used: set[str] = set()
    contacts = [_contact(dice, number, home, used, today) for number, home in enumerate(homes, start=1)]
    return _share_addresses(dice, contacts)


def _head_counts(dice: Dice, accounts: list[Account]) -> list[int]:
    """How many people each company has, so that all together are as many as they should be."""
    counts = [dice.between(*_COLLEAGUES[account.size]) for account in accounts]
    missing = CONTACTS - LEADS - sum(counts)
    while missing:
        position = dice.between(0, len(counts) - 1)
        step = 1 if missing > 0 else -1
        if 1 <= counts[position] + step <= _COLLEAGUES[accounts[position].size][1] + 2:
            counts[position] += step
            missing -= step
    return counts


def _contact(dice: Dice, number: int, home: Account | None, used: set[str], today: date) -> Contact:
    lives = _where(dice, home)
    tongue = "en" if dice.chance(0.04) else lives.tongue
    first, last = _name(dice, tongue)
    email = _address(first, last, home.domain if home else _MAIL_HOUSES[lives.tongue], used)
    role = dice.weighed(list(_ROLES), list(_ROLES.values()))
    email_state = dice.weighed(_EMAIL_STATES, (955, 10, 12, 18, 5))
    phone_state = dice.weighed((AddressState.OK, AddressState.NONE, AddressState.INVALID), (70, 27, 3))
    return Contact(
        id=number,
        account=home,
        account_key=home.id if home else -number,
        person_id=number,
        first_name=first,
        last_name=last,
        email=email if email_state else None,
        email_state=email_state,
        phone=f"{lives.dial}9555{dice.between(0, 9999):04}" if phone_state else None,
        phone_state=phone_state,
        postal_address=_post(dice, lives) if dice.chance(0.3) else None,
        lives=lives,
        place_id=_known_place(dice, home, lives),
        language=None if dice.chance(0.02) else _LANGUAGES[tongue],
        stage=home.stage if home else dice.pick(("discovery", "engagement")),
        role=role,
        segments=_segments(dice, home, role),
        best_minute=dice.between(16, 33) * 30 if dice.chance(0.2) else -1,
        paused_until=today + timedelta(days=dice.between(3, 40)) if dice.chance(0.012) else None,
        attributes={"role": role, "title": _TITLES[tongue][role]} | _habits(dice, home, today),
    )


def _where(dice: Dice, home: Account | None) -> Place:
    if home is None:
        return dice.weighed(places(), [place.weight for place in places()])
    if dice.chance(0.07):
        return dice.pick([place for place in places() if place.country == home.place.country])
    return home.place


def _known_place(dice: Dice, home: Account | None, lives: Place) -> int:
    if home is None:
        return 0 if dice.chance(0.2) else lives.id
    return lives.id if lives is not home.place else 0


def _name(dice: Dice, tongue: str) -> tuple[str, str]:
    first, last = _names()[tongue]
    surname = dice.pick(last)
    if tongue != "en" and dice.chance(0.35):
        surname += f" {dice.pick(last)}"
    return dice.pick(first), surname


@cache
def _names() -> dict[str, tuple[list[str], list[str]]]:
    """First and last names per language."""
    return {tongue: (names["first"], names["last"]) for tongue, names in data("names").items()}


def _address(first: str, last: str, domain: str, used: set[str]) -> str:
    """An address that nobody has yet: with the last surname, and a number when that is taken."""
    stem = f"{ascii_slug(first, '.')}.{ascii_slug(last.split()[-1], '.')}"
    address, number = f"{stem}@{domain}", 1
    while address in used:
        number += 1
        address = f"{stem}{number}@{domain}"
    used.add(address)
    return address


def _post(dice: Dice, lives: Place) -> str:
    street = f"{dice.pick(_POST[lives.tongue])} {dice.pick(_TREES[lives.tongue])}"
    return f"{street}, {dice.between(10, 2_400)}, {lives.city}"


def _segments(dice: Dice, home: Account | None, role: str) -> tuple[str, ...]:
    if home is None:
        return ("lead",)
    segments = [home.size]
    if role in ("executive", "admin"):
        segments.append("decision-maker")
    if home.stage in ("adoption", "established", "renewal", "advocate") and dice.chance(0.22):
        segments.append("power-user")
    if home.is_customer and dice.chance(0.05):
        segments.append("beta")
    return tuple(segments)


def _habits(dice: Dice, home: Account | None, today: date) -> dict[str, Any]:
    """How often somebody signs in, for people of customers."""
    if home is None or not home.is_customer:
        return {}
    idle = dice.between(20, 70) if home.stage == "at_risk" else dice.between(0, 21)
    return {"last_login": (today - timedelta(days=idle)).isoformat(), "sessions_30d": dice.between(0, 60 - idle // 2)}


def _share_addresses(dice: Dice, contacts: list[Contact]) -> tuple[list[Contact], list[Relation]]:
    """Let some pairs share an address: two of one finance department, and bookkeepers who work for two companies.

    Who shares an address is one person to the gate: the one with the lowest id, under whose account key both live.
    """
    shared = list(contacts)
    finance: dict[int, list[Contact]] = {}
    for contact in contacts:
        if contact.account and contact.role == "finance" and contact.email_state == AddressState.OK:
            finance.setdefault(contact.account.id, []).append(contact)
    departments = dice.some([account for account, people in finance.items() if len(people) > 1], 40)
    for account in departments:
        first, second = finance[account][:2]
        first = replace(first, email=f"financeiro@{_home(first).domain}")
        shared[first.id - 1] = first
        shared[second.id - 1] = _same_person(first, second)
    others = [people[0] for account, people in finance.items() if account not in departments]
    drawn = sorted(dice.some(others, 50), key=lambda contact: contact.id)
    relations = []
    for first, second in zip(drawn[::2], drawn[1::2], strict=True):
        shared[second.id - 1] = _same_person(first, second)
        relations.append(Relation(first.id, _home(second).id, "bookkeeper"))
    return shared, relations + _advisers(dice, contacts, {contact.id for contact in drawn})


def _same_person(first: Contact, second: Contact) -> Contact:
    return replace(
        second, email=first.email, email_state=first.email_state, person_id=first.id, account_key=first.account_key
    )


def _advisers(dice: Dice, contacts: list[Contact], taken: set[int]) -> list[Relation]:
    """People who belong to a second company without another address."""
    employed = [contact for contact in contacts if contact.account and contact.id not in taken]
    drawn = sorted(dice.some(employed, 60), key=lambda contact: contact.id)
    homes = [_home(contact).id for contact in drawn]
    return [
        Relation(contact.id, other, "adviser")
        for contact, other in zip(drawn, homes[1:] + homes[:1], strict=True)
        if _home(contact).id != other
    ]


def _home(contact: Contact) -> Account:
    assert contact.account is not None, "only people with a company are asked"
    return contact.account
