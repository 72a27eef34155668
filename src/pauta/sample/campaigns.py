"""Twelve campaigns that seven teams have planned for the same weeks, without having asked each other."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from pauta.sample.history import CUSTOMERS, SETTLED

COUNCIL: Final = "customer council"
"""The list that the letter of the managing director goes to."""

LAUNCHED: Final = ("Invoices of the month", "Launch of Conciliação", "Monthly newsletter", "Renewal in sixty days")
"""The campaigns that the demonstration launches."""


def drafts(today: date) -> list[dict[str, Any]]:
    """The campaigns as JSON documents, with windows that begin today or a few days later."""
    return [*_product_and_support(today), *_marketing(today), *_success(today), *_sales_finance_leadership(today)]


def _window(today: date, first: int, last: int) -> dict[str, str]:
    return {
        "not_before": (today + timedelta(days=first)).isoformat(),
        "expires": (today + timedelta(days=last)).isoformat(),
    }


def _all(*conditions: tuple[str, str, object]) -> dict[str, Any]:
    return {"filter": {"all": [{"field": field, "op": op, "value": value} for field, op, value in conditions]}}


def _product_and_support(today: date) -> list[dict[str, Any]]:
    return [
        {
            "name": "Launch of Conciliação",
            "template": "launch",
            "type": "operational",
            "topic": "launch",
            "team": "product",
            "tier": 1,
            "value": 8,
            "audience": _all(("contact.stage", "in", list(CUSTOMERS))),
            **_window(today, 0, 21),
        },
        {
            "name": "Maintenance on Saturday",
            "template": "maintenance",
            "type": "operational",
            "topic": "maintenance",
            "team": "support",
            "tier": 0,
            "value": 10,
            "urgent": True,
            "channels": ["email", "sms"],
            "audience": _all(("contact.stage", "in", list(CUSTOMERS))),
            **_window(today, 1, 5),
        },
    ]


def _marketing(today: date) -> list[dict[str, Any]]:
    return [
        {
            "name": "Monthly newsletter",
            "template": "newsletter",
            "type": "educational",
            "topic": "newsletter",
            "team": "marketing",
            "tier": 3,
            "value": 2,
            "at": "10:00",
            "audience": {"everyone": True},
            **_window(today, 0, 20),
        },
        {
            "name": "Invitation to the budget webinar",
            "template": "webinar",
            "type": "educational",
            "topic": "webinar",
            "team": "marketing",
            "tier": 2,
            "value": 4,
            "audience": _all(("contact.stage", "!=", "at_risk")),
            **_window(today, 0, 11),
        },
        {
            "name": "Customer day in São Paulo",
            "template": "event",
            "type": "promotional",
            "topic": "event",
            "team": "marketing",
            "tier": 3,
            "value": 3,
            "audience": _all(("contact.country", "=", "BR"), ("contact.stage", "in", list(CUSTOMERS))),
            **_window(today, 2, 18),
        },
    ]


def _success(today: date) -> list[dict[str, Any]]:
    return [
        {
            "name": "Renewal in sixty days",
            "template": "renewal",
            "type": "relationship",
            "topic": "renewal",
            "team": "success",
            "tier": 1,
            "value": 9,
            "channels": ["sms", "email"],
            "audience": _all(
                ("account.attributes.renewal_date", "<=", {"days_from_today": 60}),
                ("contact.attributes.role", "in", ["admin", "executive", "finance"]),
            ),
            **_window(today, 0, 30),
        },
        {
            "name": "First bank connected",
            "template": "onboarding-tip",
            "type": "educational",
            "topic": "onboarding",
            "team": "success",
            "tier": 1,
            "value": 7,
            "audience": _all(("contact.stage", "in", ["closed", "onboarding", "adoption"])),
            **_window(today, 0, 10),
        },
        {
            "name": "Half-yearly survey",
            "template": "survey",
            "type": "relationship",
            "topic": "survey",
            "team": "success",
            "tier": 2,
            "value": 3,
            "audience": _all(("contact.stage", "in", list(SETTLED))),
            **_window(today, 3, 25),
        },
        {
            "name": "How are things",
            "template": "check-in",
            "type": "relationship",
            "topic": "check-in",
            "team": "success",
            "tier": 2,
            "value": 5,
            "audience": _all(("account.stage", "=", "at_risk")),
            **_window(today, 0, 12),
        },
    ]


def _sales_finance_leadership(today: date) -> list[dict[str, Any]]:
    return [
        {
            "name": "Upgrade to Complete",
            "template": "upgrade",
            "type": "promotional",
            "topic": "upsell",
            "team": "sales",
            "tier": 2,
            "value": 6,
            "audience": _all(("account.attributes.plan", "=", "essential"), ("contact.stage", "in", list(SETTLED))),
            **_window(today, 0, 30),
        },
        {
            "name": "Invoices of the month",
            "template": "invoice",
            "type": "transactional",
            "topic": "billing",
            "team": "finance",
            "tier": 0,
            "value": 10,
            "audience": _all(
                ("contact.attributes.role", "=", "finance"), ("account.attributes.plan", "is empty", False)
            ),
            **_window(today, 0, 5),
        },
        {
            "name": "Letter of the managing director",
            "template": "letter",
            "type": "relationship",
            "topic": "letter",
            "team": "leadership",
            "tier": 1,
            "value": 5,
            "audience": {"list": COUNCIL},
            **_window(today, 1, 20),
        },
    ]
