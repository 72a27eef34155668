"""What happened at the customers of the sample: tickets, usage, invoices, renewals; and what still stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from pauta.sample.accounts import Account
from pauta.sample.contacts import Contact
from pauta.sample.dice import Dice

DAYS: Final = 90

_TICKETS: Final = {"at_risk": 3, "onboarding": 2, "renewal": 1, "adoption": 1}
_INVOICES: Final = (76, 46, 16)
"""How many days ago invoices were issued."""
_PAYMENT_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at an account, or at one of its contacts; ``day`` is the local date there."""

    account_key: int
    contact_id: int | None
    name: str
    at: datetime
    day: date
    properties: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that stood, or still stands, at an account or a contact."""

    account_key: int
    contact_id: int | None
    name: str
    began_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Ticket:
    """A question to support. ``closed`` is None while it is open."""

    contact: Contact
    opened: date
    closed: date | None
    unhappy: bool


@cache
def moment(day: date, minute: int, zone: str) -> datetime:
    """The UTC time of a minute of a local day."""
    return datetime.combine(day, time(minute // 60, minute % 60), ZoneInfo(zone)).astimezone(UTC)


def make_tickets(seed: int, people: Mapping[int, list[Contact]], customers: list[Account], today: date) -> list[Ticket]:
    """Ninety days of tickets, more of them and angrier where things go badly. ``people`` are contacts by account."""
    dice = Dice(seed, "tickets")
    tickets = []
    for account in customers:
        often = _TICKETS.get(account.stage, 0) + dice.between(0, 1)
        for _ in range(often if account.size == "smb" else often + 1):
            opened = today - timedelta(days=dice.between(0, DAYS))
            closed = opened + timedelta(days=dice.between(0, 9))
            unhappy = dice.chance(0.35 if account.stage == "at_risk" else 0.12)
            contact = dice.pick(people[account.id])
            tickets.append(Ticket(contact, opened, closed if closed <= today else None, unhappy))
    return tickets


def ticket_events(tickets: list[Ticket]) -> Iterator[Event]:
    """Tickets that were opened and closed; an angry close has a name of its own."""
    for ticket in tickets:
        yield _of_contact(ticket.contact, "ticket_opened", ticket.opened, 600)
        if ticket.closed:
            name = "ticket_closed_unhappy" if ticket.unhappy else "ticket_closed"
            yield _of_contact(ticket.contact, name, ticket.closed, 960)


def ticket_conditions(tickets: list[Ticket]) -> Iterator[Condition]:
    """Every ticket while it is or was open; an angry one is also a complaint."""
    for ticket in tickets:
        contact, zone = ticket.contact, ticket.contact.lives.zone
        ended = moment(ticket.closed, 960, zone) if ticket.closed else None
        for name in ("open_ticket", "open_complaint") if ticket.unhappy else ("open_ticket",):
            yield Condition(contact.account_key, contact.id, name, moment(ticket.opened, 600, zone), ended)


def usage_events(
    seed: int, customers: list[Account], people: Mapping[int, list[Contact]], today: date
) -> Iterator[Event]:
    """A figure per customer and week, and what single people did: looked at prices, reached a milestone."""
    dice = Dice(seed, "usage")
    for account in customers:
        active = int(account.attributes["active_users"])
        for week in range(12, 0, -1):
            seen = max(1, active * dice.between(80, 120) // 100)
            properties = {"active_users": seen, "hours_saved": seen * dice.between(1, 3)}
            day = today - timedelta(days=7 * week)
            yield _of_account(account, "usage_reported", day, 180, properties)
        for name, share in (("pricing_viewed", 0.2), ("milestone_reached", 0.3)):
            if dice.chance(share):
                day = today - timedelta(days=dice.between(1, DAYS))
                yield _of_contact(dice.pick(people[account.id]), name, day, dice.between(540, 1_080))


def renewal_events(customers: list[Account], today: date) -> Iterator[Event]:
    """Contracts that were renewed, and those whose end came within ninety days."""
    for account in customers:
        due = date.fromisoformat(account.attributes["renewal_date"])
        signed, near = due - timedelta(days=365), due - timedelta(days=90)
        if account.since < signed and today - timedelta(days=DAYS) <= signed <= today:
            yield _of_account(account, "renewal_signed", signed, 900, {"arr": account.attributes["arr"]})
        if today - timedelta(days=DAYS) <= near <= today:
            yield _of_account(account, "renewal_in_90_days", near, 60, {"renewal_date": due.isoformat()})


@dataclass(frozen=True, slots=True)
class Invoice:
    """A monthly invoice. ``paid`` is None while it is open."""

    account: Account
    issued: date
    paid: date | None


def make_invoices(seed: int, customers: list[Account], today: date) -> list[Invoice]:
    """Three months of invoices; a few are not paid in time."""
    dice = Dice(seed, "invoices")
    invoices = []
    for account in customers:
        forgetful = dice.chance(0.05)
        for ago in _INVOICES:
            issued = today - timedelta(days=ago)
            paid = issued + timedelta(days=dice.between(1, _PAYMENT_DAYS))
            late = forgetful and ago == _INVOICES[-1]
            if issued >= account.since:
                invoices.append(Invoice(account, issued, None if late else paid))
    return invoices


def invoice_events(invoices: list[Invoice]) -> Iterator[Event]:
    """Invoices issued and paid."""
    for invoice in invoices:
        yield _of_account(invoice.account, "invoice_issued", invoice.issued, 480)
        if invoice.paid:
            yield _of_account(invoice.account, "invoice_paid", invoice.paid, 720)


def invoice_conditions(invoices: list[Invoice]) -> Iterator[Condition]:
    """Accounts with an invoice that should have been paid."""
    for invoice in invoices:
        if invoice.paid is None:
            due = invoice.issued + timedelta(days=_PAYMENT_DAYS)
            began = moment(due, 1, invoice.account.place.zone)
            yield Condition(invoice.account.id, None, "invoice_overdue", began, None)


def _of_contact(contact: Contact, name: str, day: date, minute: int) -> Event:
    return Event(contact.account_key, contact.id, name, moment(day, minute, contact.lives.zone), day)


def _of_account(account: Account, name: str, day: date, minute: int, properties: dict[str, Any] | None = None) -> Event:
    return Event(account.id, None, name, moment(day, minute, account.place.zone), day, properties or {})
