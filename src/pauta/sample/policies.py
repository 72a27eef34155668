"""The policies of the sample company: what it promised its customers, in sentences that people would recognise."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pauta.sample.accounts import PROSPECTS

_NOT_PRESSING = {"except_types": ["transactional"], "urgent": False}
_PROMOTIONAL = {"types": ["promotional"]}


def rules(today: date) -> list[dict[str, Any]]:
    """The policies in order, in the case format; blackout dates lie a week and a half ahead."""
    migration = [(today + timedelta(days=days)).isoformat() for days in (9, 10)]
    return [*_who(), *_holds(), *_times(migration), *_amounts(), *_mixtures(), *_capacities()]


def _who() -> list[dict[str, Any]]:
    return [
        {"kind": "channel", "name": "SMS only when urgent", "channel": "sms", "only": {"urgent": True}},
        {
            "kind": "channel",
            "name": "WhatsApp only for people we know",
            "channel": "whatsapp",
            "only": {"types": ["transactional", "relationship"], "except_stages": list(PROSPECTS)},
        },
        {
            "kind": "guard",
            "name": "onboarding tips only in onboarding",
            "held": {"topics": ["onboarding"]},
            "stages": ["closed", "onboarding"],
        },
        {
            "kind": "guard",
            "name": "renewal only when it is near",
            "held": {"topics": ["renewal"]},
            "stages": ["renewal", "at_risk"],
        },
        {
            "kind": "guard",
            "name": "offers only to those who decide or use it well",
            "held": {"topics": ["upsell"]},
            "segments": ["decision-maker", "power-user"],
        },
    ]


def _holds() -> list[dict[str, Any]]:
    return [
        {"kind": "hold", "name": "angry ticket", "while": "open_complaint", "scope": "account", "held": _PROMOTIONAL},
        {"kind": "hold", "name": "no survey during a ticket", "while": "open_ticket", "held": {"topics": ["survey"]}},
        {
            "kind": "hold",
            "name": "a week after an angry close",
            "after": "ticket_closed_unhappy",
            "days": 7,
            "scope": "account",
            "held": _PROMOTIONAL,
        },
        {
            "kind": "hold",
            "name": "no offers while an invoice is overdue",
            "while": "invoice_overdue",
            "scope": "account",
            "held": {"topics": ["upsell", "event"]},
        },
    ]


def _times(migration: list[str]) -> list[dict[str, Any]]:
    return [
        {
            "kind": "time",
            "name": "office hours",
            "hours": ["08:00", "18:00"],
            "weekdays": [1, 2, 3, 4, 5],
            "holidays": True,
            "held": _NOT_PRESSING,
        },
        {
            "kind": "time",
            "name": "no launches during the data centre move",
            "dates": migration,
            "held": {"topics": ["launch", "upsell", "event"]},
        },
    ]


def _amounts() -> list[dict[str, Any]]:
    return [
        {
            "kind": "cap",
            "name": "two a week",
            "limit": 2,
            "days": 7,
            "held": _NOT_PRESSING,
            "counts": _NOT_PRESSING,
        },
        {
            "kind": "cap",
            "name": "one promotional a week",
            "limit": 1,
            "days": 7,
            "held": _PROMOTIONAL,
            "counts": _PROMOTIONAL,
        },
        {
            "kind": "cap",
            "name": "eight a month",
            "limit": 8,
            "window": "month",
            "held": _NOT_PRESSING,
            "counts": _NOT_PRESSING,
        },
        {
            "kind": "cap",
            "name": "six people of a company a day",
            "limit": 6,
            "days": 1,
            "scope": "account",
            "held": {"types": ["promotional", "educational"]},
            "counts": {"types": ["promotional", "educational"]},
        },
        {
            "kind": "cap",
            "name": "one letter a quarter",
            "limit": 1,
            "days": 90,
            "held": {"topics": ["letter"]},
            "counts": {"topics": ["letter"]},
            "active": False,
        },
    ]


def _mixtures() -> list[dict[str, Any]]:
    return [
        {
            "kind": "spacing",
            "name": "three days between launch and check-in",
            "days": 3,
            "held": {"topics": ["check-in", "survey"]},
            "from": {"topics": ["launch"]},
        },
        {"kind": "concurrency", "name": "four campaigns at once", "limit": 4},
        {
            "kind": "mix",
            "name": "one in five promotional",
            "type": "promotional",
            "percent": 20,
            "days": 30,
            "min_touches": 5,
        },
    ]


def _capacities() -> list[dict[str, Any]]:
    return [
        {"kind": "capacity", "name": "e-mail warm-up", "channel": "email", "limit": 4000, "per": "day"},
        {"kind": "capacity", "name": "calls of the success team", "channel": "call", "limit": 120, "per": "week"},
    ]
