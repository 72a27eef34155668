"""What the law says of writing to people: which basis carries what, where, by which channel, and for how long.

The law is that of whoever is written to. Every line of the table names its source; what no line allows is not allowed,
save what somebody expressly agreed to, which stands until they take it back. Where nobody knows under which law a
person lives, only what all laws allow is allowed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cache, lru_cache
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pauta.core.gate.vocabulary import ALWAYS, NEVER, Channel

Days = NDArray[np.int32]
"""Epoch days (days since 1970-01-01)."""


class Basis(IntEnum):
    """Why a grant may be relied on. The numbers are stored: append, never reorder."""

    express = 0
    soft_opt_in = 1
    implied_purchase = 2
    implied_contract = 3
    implied_inquiry = 4
    published = 5
    legitimate_interest = 6
    contract = 7


class Purpose(IntEnum):
    """What a message is for in the eyes of the law: marketing (``vocabulary.MARKETING``), or serving a customer
    (relationship and operational messages). Transactional ones need no consent."""

    marketing = 0
    service = 1


class Jurisdiction(StrEnum):
    """Whose law it is. ``elsewhere``: a country without lines of its own, and where nobody knows the country."""

    ES = "ES"
    PT = "PT"
    EU = "EU"
    GB = "GB"
    BR = "BR"
    US = "US"
    CA = "CA"
    elsewhere = "elsewhere"


_EU: Final = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IS",
        "IT",
        "LI",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "NO",
        "PL",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
"""Countries of the European Union and of the European Economic Area that have no lines of their own."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """A line of the table: these bases carry these purposes on these channels, for so many months (None: for ever).

    ``business``: only towards people who are written to as members of a company.
    """

    where: tuple[Jurisdiction, ...]
    bases: tuple[Basis, ...]
    purposes: tuple[Purpose, ...]
    channels: tuple[Channel, ...]
    source: str
    months: int | None = None
    business: bool = False


_EUROPE = (Jurisdiction.ES, Jurisdiction.PT, Jurisdiction.EU, Jurisdiction.GB)
_EVERYWHERE = tuple(Jurisdiction)[:-1]
_MARKETING, _SERVICE = (Purpose.marketing,), (Purpose.service,)
_WRITTEN = (Channel.email, Channel.sms)
_SPOKEN = (Channel.call, Channel.voice)
_OWN = (Channel.print, Channel.inapp)
_CUSTOMER = (Basis.soft_opt_in, Basis.implied_purchase, Basis.implied_contract)

TABLE: Final = (
    Allowance(
        _EVERYWHERE,
        (Basis.contract, Basis.implied_contract),
        _SERVICE,
        (*_WRITTEN, *_SPOKEN, *_OWN),
        "GDPR art. 6(1)(b); LGPD art. 7 V; CASL s. 6(6)",
    ),
    Allowance(
        (*_EUROPE, Jurisdiction.BR, Jurisdiction.US),
        (Basis.legitimate_interest, Basis.soft_opt_in),
        _SERVICE,
        (*_WRITTEN, *_SPOKEN, *_OWN),
        "GDPR art. 6(1)(f), LGPD art. 7 IX",
    ),
    Allowance(_EUROPE, (Basis.soft_opt_in,), _MARKETING, _WRITTEN, "Directive 2002/58/EC art. 13(2); LSSI art. 21(2)"),
    Allowance(
        _EUROPE,
        (Basis.legitimate_interest, Basis.soft_opt_in),
        _MARKETING,
        _OWN,
        "GDPR art. 6(1)(f) and recital 47; no electronic mail in the sense of Directive 2002/58/EC art. 13",
    ),
    Allowance(
        (Jurisdiction.ES,),
        (Basis.legitimate_interest, Basis.soft_opt_in),
        _MARKETING,
        (Channel.call,),
        "LGTel art. 66 with AEPD Circular 1/2023: customers of similar products, a year from the last contact",
        months=12,
    ),
    Allowance(
        (Jurisdiction.PT,),
        (Basis.legitimate_interest,),
        _MARKETING,
        _WRITTEN,
        "Lei 41/2004 art. 13-A(2): legal persons, until they refuse",
        business=True,
    ),
    Allowance(
        (Jurisdiction.GB,),
        (Basis.legitimate_interest,),
        _MARKETING,
        _WRITTEN,
        "PECR reg. 22: corporate subscribers are left out",
        business=True,
    ),
    Allowance(
        (Jurisdiction.GB,),
        (Basis.legitimate_interest, Basis.soft_opt_in),
        _MARKETING,
        (Channel.call,),
        "PECR reg. 21: live calls, until somebody objects",
    ),
    Allowance(
        (Jurisdiction.BR,),
        (Basis.legitimate_interest, *_CUSTOMER),
        _MARKETING,
        (*_WRITTEN, Channel.call, *_OWN),
        "LGPD art. 7 IX and art. 10; CAPEM for e-mail",
    ),
    Allowance(
        (Jurisdiction.US,),
        (Basis.legitimate_interest, *_CUSTOMER, Basis.implied_inquiry, Basis.published),
        _MARKETING,
        (Channel.email, *_OWN),
        "CAN-SPAM, 15 U.S.C. 7704: no consent asked, until somebody opts out",
    ),
    Allowance(
        (Jurisdiction.US,),
        (Basis.implied_purchase, Basis.implied_contract),
        _MARKETING,
        (Channel.call,),
        "47 CFR 64.1200(f)(5): established business relationship, 18 months from the purchase",
        months=18,
    ),
    Allowance(
        (Jurisdiction.US,),
        (Basis.implied_inquiry,),
        _MARKETING,
        (Channel.call,),
        "47 CFR 64.1200(f)(5): three months from the inquiry",
        months=3,
    ),
    Allowance(
        (Jurisdiction.CA,),
        (Basis.implied_purchase, Basis.implied_contract),
        (*_MARKETING, *_SERVICE),
        _WRITTEN,
        "CASL s. 10(9)(a), 10(10)(a) and (d): two years from the purchase, or from the end of the contract",
        months=24,
    ),
    Allowance(
        (Jurisdiction.CA,),
        (Basis.implied_inquiry,),
        (*_MARKETING, *_SERVICE),
        _WRITTEN,
        "CASL s. 10(10)(e): six months from the inquiry",
        months=6,
    ),
    Allowance(
        (Jurisdiction.CA,),
        (Basis.published,),
        (*_MARKETING, *_SERVICE),
        _WRITTEN,
        "CASL s. 10(9)(b): an address published without refusal, for what concerns the role",
        business=True,
    ),
    Allowance(
        (Jurisdiction.CA,),
        (Basis.implied_purchase, Basis.implied_contract),
        _MARKETING,
        (Channel.call,),
        "CRTC Unsolicited Telecommunications Rules, part I: 18 months from the purchase",
        months=18,
    ),
    Allowance(
        (Jurisdiction.CA,),
        (Basis.legitimate_interest, *_CUSTOMER),
        _MARKETING,
        _OWN,
        "PIPEDA, schedule 1, 4.3; CASL s. 6 speaks of electronic messages to an address alone",
    ),
)

WORDS: Final = {
    Basis.soft_opt_in: ("soft opt-in", "soft opt in", "existing customer", "cliente existente", "opt-in suave"),
    Basis.implied_purchase: ("implied:purchase", "implied purchase", "purchase", "compra"),
    Basis.implied_contract: ("implied:contract", "implied contract", "fin de contrato", "fim de contrato"),
    Basis.implied_inquiry: ("implied:inquiry", "implied inquiry", "inquiry", "consulta"),
    Basis.published: ("published", "conspicuous publication", "publicado", "publicada"),
    Basis.legitimate_interest: (
        *("legitimate interest", "legitimate interests", "interés legítimo", "interes legitimo"),
        *("legítimo interesse", "interesse legítimo"),
    ),
    Basis.contract: ("contract", "contrato"),
}
"""How people write the bases other than express consent, in three languages, beside their names."""


@lru_cache(maxsize=1024)
def basis_of(text: str) -> Basis:
    """The basis that somebody has written down: one that the law knows by name, else express consent in own words."""
    return _bases().get(text.strip().lower().replace("_", " "), Basis.express)


@cache
def _bases() -> dict[str, Basis]:
    named = {basis.name.replace("_", " "): basis for basis in Basis}
    return named | {word: basis for basis, words in WORDS.items() for word in words}


@cache
def jurisdiction_of(country: str | None) -> Jurisdiction:
    """Whose law holds in a country (ISO 3166, two letters); None where nobody knows it."""
    named = next((one for one in Jurisdiction if one.value == country), None)
    if named is not None:
        return named
    return Jurisdiction.EU if country in _EU else Jurisdiction.elsewhere


def number_of(country: str | None) -> int:
    """The law of a country as a number, for ``carried_until``; UNKNOWN where nobody knows the country."""
    return _CODES[jurisdiction_of(country)] if country else UNKNOWN


_CODES: Final = {jurisdiction: code for code, jurisdiction in enumerate(Jurisdiction)}
UNKNOWN: Final = -1
"""Stands for the last, ``elsewhere``."""

_DENIED, _FOR_EVER = -1, np.iinfo(np.int16).max


@cache
def _months() -> NDArray[np.int16]:
    """For how many months a basis carries, by jurisdiction, basis, purpose, channel, and whether it is a company."""
    shape = (len(Jurisdiction), len(Basis), len(Purpose), len(Channel), 2)
    months = np.full(shape, _DENIED, np.int16)
    months[:, Basis.express] = _FOR_EVER
    for line in TABLE:
        given = np.int16(_FOR_EVER if line.months is None else line.months)
        spots = product(
            line.where, line.bases, line.purposes, line.channels, (True,) if line.business else (False, True)
        )
        for where, basis, purpose, channel, business in spots:
            place = (_CODES[where], basis, purpose, channel, int(business))
            months[place] = max(months[place], given)
    months[UNKNOWN] = months[:UNKNOWN].min(axis=0)
    return months


def carried_until(
    law: NDArray[np.int64],
    basis: NDArray[np.int64],
    purpose: Purpose,
    channel: NDArray[np.int64],
    business: NDArray[np.bool_],
    day: Days,
) -> Days:
    """The first day on which each grant no longer carries messages of a purpose: NEVER for those without an end.

    ``law`` are numbers by ``number_of``, ``day`` the days of what the grants rest on: the consent, the purchase, the
    end of the contract. ALWAYS where a grant carries nothing of the sort.
    """
    months = _months()[law, basis, int(purpose), channel, business.astype(np.int64)]
    until = np.full(len(months), NEVER, np.int32)
    until[months == _DENIED] = ALWAYS
    limited = (months != _DENIED) & (months != _FOR_EVER)
    until[limited] = _months_later(day[limited], months[limited])
    return until


def _months_later(day: Days, months: NDArray[np.int16]) -> Days:
    """The same day of a later month, or its last day where it is shorter."""
    dates = day.astype("datetime64[D]")
    month = dates.astype("datetime64[M]")
    target = month + months.astype("timedelta64[M]")
    last = (target + 1).astype("datetime64[D]") - target.astype("datetime64[D]") - np.timedelta64(1, "D")
    later: Days = target.astype("datetime64[D]") + np.minimum(dates - month.astype("datetime64[D]"), last)
    return later.astype(np.int64).astype(np.int32)
