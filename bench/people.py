"""The company of the benchmarks: fixed by a seed, the same in memory and in the database.

Accounts of 1 to 200 contacts, six touches and one planned message for each contact, twelve policies of all kinds, two
channels, five zones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

SEED = 20_261
EPOCH = date(1970, 1, 1)
ZONES = ("America/Sao_Paulo", "America/Mexico_City", "America/Bogota", "Europe/Lisbon", "Europe/Madrid")
COUNTRIES = ("BR", "MX", "CO", "PT", "ES")
TYPES = (
    "promotional",
    "educational",
    "relationship",
    "promotional",
    "operational",
    "educational",
    "transactional",
    "relationship",
)
TOPICS = ("offers", "tips", "news", "launch", "maintenance", "onboarding", "invoice", "survey")
TEAMS = ("marketing", "success", "marketing", "product", "support", "success", "finance", "leadership")
HISTORY_KINDS = len(TYPES)
PLANNED_KIND, NEW_KIND = HISTORY_KINDS, HISTORY_KINDS + 1

POLICIES: list[dict[str, Any]] = [
    {"kind": "channel", "name": "sms is for urgent", "channel": "sms", "only": {"urgent": True}},
    {"kind": "guard", "name": "onboarding only", "held": {"topics": ["onboarding"]}, "stages": ["onboarding"]},
    {"kind": "hold", "name": "complaint", "while": "open_complaint", "scope": "account",
     "held": {"types": ["promotional"]}},
    {"kind": "hold", "name": "angry close", "after": "ticket_closed_unhappy", "days": 7, "scope": "account",
     "held": {"types": ["promotional"]}},
    {"kind": "time", "name": "office hours", "hours": ["08:00", "18:00"], "weekdays": [1, 2, 3, 4, 5],
     "holidays": True},
    {"kind": "cap", "name": "three a week", "limit": 3, "days": 7, "window": "rolling", "scope": "contact",
     "held": {"except_types": ["transactional"]}, "counts": {"except_types": ["transactional"]}},
    {"kind": "cap", "name": "one promotion in ten days", "limit": 1, "days": 10, "window": "rolling",
     "held": {"types": ["promotional"]}, "counts": {"types": ["promotional"]}},
    {"kind": "cap", "name": "sixty a day per company", "limit": 60, "days": 1, "window": "rolling", "scope": "account"},
    {"kind": "spacing", "name": "not with the launch", "held": {"teams": ["success"]}, "from": {"topics": ["launch"]},
     "days": 2, "scope": "contact"},
    {"kind": "concurrency", "name": "three campaigns", "limit": 3},
    {"kind": "mix", "name": "one in three", "type": "promotional", "percent": 34, "days": 30, "min_touches": 5},
    {"kind": "capacity", "name": "a month's places", "channel": "email", "limit": 10_000_000, "per": "month"},
]  # fmt: skip


@dataclass(frozen=True)
class People:
    """Columns of the company. Contacts are grouped by account; accounts and contacts are counted from 1 in the
    database and from 0 here. Days are epoch days."""

    account: NDArray[np.int64]  # (contacts)
    zone: NDArray[np.int64]  # (accounts)
    complaint: NDArray[np.int64]  # accounts with an open complaint
    unhappy: NDArray[np.int64]  # accounts with a ticket that was closed unhappily two days ago
    onboarding: NDArray[np.bool_]  # (contacts)
    without_consent: NDArray[np.bool_]  # (contacts)
    touch_contact: NDArray[np.int64]
    touch_day: NDArray[np.int32]
    touch_kind: NDArray[np.int64]
    touch_channel: NDArray[np.int16]
    planned_day: NDArray[np.int32]  # (contacts)

    @property
    def contacts(self) -> int:
        """Number of contacts."""
        return len(self.account)

    @property
    def accounts(self) -> int:
        """Number of accounts."""
        return len(self.zone)


def people(contacts: int, now: datetime, seed: int = SEED) -> People:
    """The company with that many contacts, dated relative to ``now``."""
    dice = np.random.default_rng(seed)
    sizes = dice.integers(1, 201, contacts // 50 + 10)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    accounts = int(np.searchsorted(starts, contacts))
    account = np.repeat(np.arange(len(sizes)), sizes)[:contacts]
    today = (now.date() - EPOCH).days
    return People(
        account=account,
        zone=dice.integers(0, len(ZONES), accounts),
        complaint=np.flatnonzero(dice.random(accounts) < 0.03),
        unhappy=np.flatnonzero(dice.random(accounts) < 0.03),
        onboarding=dice.random(contacts) < 0.1,
        without_consent=dice.random(contacts) < 0.06,
        touch_contact=np.repeat(np.arange(contacts), 6),
        touch_day=(today - dice.integers(1, 31, 6 * contacts)).astype(np.int32),
        touch_kind=dice.integers(0, HISTORY_KINDS, 6 * contacts),
        touch_channel=(dice.random(6 * contacts) < 0.15).astype(np.int16),
        planned_day=(today + dice.integers(1, 15, contacts)).astype(np.int32),
    )
