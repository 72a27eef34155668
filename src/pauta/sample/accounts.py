"""The customers of the sample company, and those who may become customers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final

from pauta.sample.company import Colleague, success_managers
from pauta.sample.dice import Dice
from pauta.sample.spelling import ascii_slug

ACCOUNTS: Final = 1_200

STAGES: Final = {
    "discovery": 4,
    "engagement": 4,
    "proposal": 3,
    "closed": 2,
    "onboarding": 9,
    "adoption": 20,
    "established": 34,
    "renewal": 12,
    "at_risk": 7,
    "advocate": 5,
}
"""Stages of the life of a customer, with how many of a hundred accounts are in each."""

PROSPECTS: Final = ("discovery", "engagement", "proposal")

_SIZES: Final = {"smb": 68, "mid-market": 25, "enterprise": 7}
_EMPLOYEES: Final = {"smb": (5, 60), "mid-market": (61, 600), "enterprise": (601, 9_000)}
_SEATS: Final = {"smb": (2, 15), "mid-market": (12, 90), "enterprise": (80, 700)}
_PLANS: Final = {
    "smb": {"essential": 75, "complete": 25},
    "mid-market": {"essential": 30, "complete": 60, "corporate": 10},
    "enterprise": {"complete": 25, "corporate": 75},
}
_PRICES: Final = {"essential": 290, "complete": 540, "corporate": 820}
_CURRENCIES: Final = {"BR": "BRL", "MX": "MXN", "CO": "COP", "AR": "ARS", "CL": "CLP", "PT": "EUR", "ES": "EUR"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a company has its offices. ``id`` is the row of the table of places."""

    id: int
    zone: str
    country: str
    region: str | None
    city: str
    dial: str
    weight: int

    @property
    def tongue(self) -> str:
        """The language of names there: ``pt`` or ``es``."""
        return "pt" if self.country in ("BR", "PT") else "es"


@dataclass(frozen=True, slots=True)
class Account:
    """A company. ``place`` is where it is; ``place_known`` whether that was ever written down."""

    id: int
    name: str
    domain: str
    place: Place
    place_known: bool
    size: str
    industry: str
    stage: str
    since: date
    manager: Colleague
    attributes: dict[str, Any]

    @property
    def is_customer(self) -> bool:
        """Whether it has signed."""
        return self.stage not in PROSPECTS


@cache
def places() -> tuple[Place, ...]:
    """Every place of the sample; ids begin at 1."""
    return tuple(Place(id=number, **place) for number, place in enumerate(data("places"), start=1))


def data(name: str) -> Any:
    """A data file of the sample."""
    return json.loads(files("pauta.sample").joinpath("data", f"{name}.json").read_text(encoding="utf-8"))


def make_accounts(seed: int, today: date) -> list[Account]:
    """The companies, with ids from 1."""
    dice = Dice(seed, "accounts")
    names = {tongue: _names(dice, tongue) for tongue in ("pt", "es")}
    weights = [place.weight for place in places()]
    accounts = []
    for number in range(1, ACCOUNTS + 1):
        place = dice.weighed(places(), weights)
        name, industry = next(names[place.tongue])
        accounts.append(_account(dice, number, name, industry, place, today))
    return accounts


def _names(dice: Dice, tongue: str) -> Iterator[tuple[str, str]]:
    """Names of companies with their industries, none twice."""
    parts = data("businesses")[tongue]
    every = [
        (f"{trade} {proper}", industry)
        for industry, trades in parts["industries"].items()
        for trade in trades
        for proper in parts["propers"]
    ]
    while every:
        yield every.pop(dice.between(0, len(every) - 1))


def _account(dice: Dice, number: int, name: str, industry: str, place: Place, today: date) -> Account:
    size = dice.weighed(list(_SIZES), list(_SIZES.values()))
    stage = dice.weighed(list(STAGES), list(STAGES.values()))
    since = today - timedelta(
        days=dice.between(3, 80) if stage in ("closed", "onboarding") else dice.between(120, 1_600)
    )
    manager = dice.pick(success_managers("en" if dice.chance(0.03) else "pt-BR" if place.tongue == "pt" else "es"))
    return Account(
        id=number,
        name=name,
        domain=f"{ascii_slug(name, '')}.example",
        place=place,
        place_known=not dice.chance(0.015),
        size=size,
        industry=industry,
        stage=stage,
        since=since,
        manager=manager,
        attributes=_attributes(dice, size, industry, stage, place, since, today)
        | {"csm_name": manager.name, "csm_email": manager.email},
    )


def _attributes(
    dice: Dice, size: str, industry: str, stage: str, place: Place, since: date, today: date
) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "segment": size,
        "industry": industry,
        "city": place.city,
        "employees": dice.between(*_EMPLOYEES[size]),
    }
    if stage in PROSPECTS:
        return attributes
    plan = dice.weighed(list(_PLANS[size]), list(_PLANS[size].values()))
    seats = dice.between(*_SEATS[size])
    return attributes | {
        "plan": plan,
        "seats": seats,
        "arr": seats * _PRICES[plan],
        "currency": _CURRENCIES[place.country],
        "customer_since": since.isoformat(),
        "renewal_date": _renewal(dice, stage, today).isoformat(),
        **_usage(dice, stage, seats),
    }


def _renewal(dice: Dice, stage: str, today: date) -> date:
    soon = stage == "renewal" or (stage == "at_risk" and dice.chance(0.4))
    return today + timedelta(days=dice.between(4, 88) if soon else dice.between(95, 360))


def _usage(dice: Dice, stage: str, seats: int) -> dict[str, Any]:
    """Figures of the last month. Some are missing, as they are in any real company."""
    share = {"onboarding": (10, 60), "at_risk": (5, 40), "closed": (0, 5)}.get(stage, (45, 100))
    active = max(1, seats * dice.between(*share) // 100)
    usage: dict[str, Any] = {"active_users": active}
    if not dice.chance(0.08):
        usage["hours_saved"] = active * dice.between(2, 9)
    if dice.chance(0.55):
        usage["nps"] = dice.between(0, 6) if stage == "at_risk" else dice.between(6, 10)
    return usage
