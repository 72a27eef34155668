"""Ninety days of touches by all teams, and the meetings that are already booked: what nobody had coordinated so far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from pauta.core.gate.vocabulary import Channel
from pauta.people.addresses import AddressState
from pauta.sample.accounts import Account
from pauta.sample.contacts import Contact
from pauta.sample.dice import Dice
from pauta.sample.happenings import Invoice, Ticket, moment

CUSTOMERS: Final = ("closed", "onboarding", "adoption", "established", "renewal", "at_risk", "advocate")
SETTLED: Final = ("adoption", "established", "renewal", "advocate")


class Kind(NamedTuple):
    """A signature that filters ask about."""

    type: str
    topic: str
    team: str
    campaign: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Touch:
    """Something that reached somebody, or a meeting that is booked; ``day`` is the contact's local date."""

    contact: Contact
    kind: Kind
    channel: Channel
    day: date
    at: datetime


@dataclass(frozen=True, slots=True)
class PastCampaign:
    """A mail to many, some days ago: to contacts in these stages, and of these a share."""

    ago: int
    kind: Kind
    stages: tuple[str, ...]
    share: float
    segments: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()


_EVERYBODY: Final = ("discovery", "engagement", "proposal", *CUSTOMERS)


def _tips() -> tuple[PastCampaign, ...]:
    return tuple(
        PastCampaign(ago, Kind("educational", "tips", "product", f"tip {number}"), ("adoption",), 0.6)
        for number, ago in enumerate(range(83, 0, -7), start=1)
    )


PAST: Final = (
    PastCampaign(85, Kind("relationship", "survey", "success", "survey of the last half-year"), CUSTOMERS, 0.9),
    PastCampaign(81, Kind("operational", "launch", "product", "launch of Painel"), CUSTOMERS, 0.85),
    PastCampaign(74, Kind("educational", "newsletter", "marketing", "newsletter 1"), _EVERYBODY, 0.9),
    PastCampaign(70, Kind("relationship", "letter", "leadership", "letter 1"), CUSTOMERS, 0.9, ("decision-maker",)),
    PastCampaign(67, Kind("educational", "webinar", "marketing", "webinar on taxes"), _EVERYBODY, 0.4),
    PastCampaign(60, Kind("promotional", "upsell", "sales", "upgrade 1"), SETTLED, 0.5, ("smb", "mid-market")),
    PastCampaign(53, Kind("operational", "launch", "product", "launch of Pagamentos"), CUSTOMERS, 0.85),
    PastCampaign(50, Kind("operational", "maintenance", "support", "maintenance 1"), CUSTOMERS, 0.95),
    PastCampaign(46, Kind("educational", "newsletter", "marketing", "newsletter 2"), _EVERYBODY, 0.9),
    PastCampaign(40, Kind("educational", "webinar", "marketing", "webinar on cash flow"), _EVERYBODY, 0.4),
    PastCampaign(33, Kind("promotional", "event", "marketing", "customer meeting"), CUSTOMERS, 0.5, (), ("BR",)),
    PastCampaign(25, Kind("promotional", "upsell", "sales", "upgrade 2"), SETTLED, 0.5, ("smb", "mid-market")),
    PastCampaign(20, Kind("operational", "maintenance", "support", "maintenance 2"), CUSTOMERS, 0.95),
    PastCampaign(18, Kind("educational", "newsletter", "marketing", "newsletter 3"), _EVERYBODY, 0.9),
    PastCampaign(12, Kind("educational", "webinar", "marketing", "webinar on budgets"), _EVERYBODY, 0.35),
    PastCampaign(5, Kind("operational", "launch", "product", "launch of Conciliação, first wave"), CUSTOMERS, 0.25),
    PastCampaign(9, Kind("promotional", "upsell", "sales", "upgrade 3"), SETTLED, 0.35, ("smb", "mid-market")),
    PastCampaign(2, Kind("educational", "webinar", "marketing", "webinar reminder"), _EVERYBODY, 0.25),
    *_tips(),
)

_WELCOME: Final = (0, 1, 3, 7, 14, 21, 28, 35, 42, 56, 70)
"""Days after signing on which the welcome series writes."""


def weekday(day: date) -> date:
    """The day itself, or the Friday before when it is a weekend."""
    return day - timedelta(days=max(0, day.isoweekday() - 5))


def make_touches(
    seed: int,
    contacts: list[Contact],
    customers: list[Account],
    tickets: list[Ticket],
    invoices: list[Invoice],
    today: date,
) -> Iterator[Touch]:
    """Everything that reached anybody, team by team."""
    people = by_account(contacts)
    reachable = [contact for contact in contacts if contact.email_state == AddressState.OK]
    yield from _campaigns(Dice(seed, "past campaigns"), reachable, today)
    yield from _welcomes(Dice(seed, "welcomes"), reachable, today)
    yield from _renewals(Dice(seed, "renewals"), reachable, today)
    yield from _replies(Dice(seed, "replies"), tickets, today)
    yield from _invoices(Dice(seed, "invoice mails"), invoices, people, today)
    yield from _check_ins(Dice(seed, "check-ins"), customers, people, today)
    yield from _sales(Dice(seed, "sales"), contacts, today)


def by_account(contacts: Iterable[Contact]) -> dict[int, list[Contact]]:
    """Contacts by the id of their own company."""
    people: dict[int, list[Contact]] = {}
    for contact in contacts:
        if contact.account:
            people.setdefault(contact.account.id, []).append(contact)
    return people


def _touch(contact: Contact, kind: Kind, channel: Channel, day: date, minute: int) -> Touch:
    return Touch(contact, kind, channel, day, moment(day, minute, contact.lives.zone))


def _campaigns(dice: Dice, reachable: list[Contact], today: date) -> Iterator[Touch]:
    for campaign in PAST:
        day = weekday(today - timedelta(days=campaign.ago))
        for contact in reachable:
            if _asked(campaign, contact) and dice.chance(campaign.share):
                yield _touch(contact, campaign.kind, Channel.email, day, 600)


def _asked(campaign: PastCampaign, contact: Contact) -> bool:
    return (
        contact.stage in campaign.stages
        and (not campaign.segments or not set(campaign.segments).isdisjoint(contact.segments))
        and (not campaign.countries or contact.lives.country in campaign.countries)
    )


def _welcomes(dice: Dice, reachable: list[Contact], today: date) -> Iterator[Touch]:
    kind = Kind("educational", "onboarding", "success", "welcome")
    for contact in reachable:
        if contact.account and contact.stage == "onboarding":
            days = {weekday(contact.account.since + timedelta(days=after)) for after in _WELCOME}
            for day in sorted(days):
                if day < today and dice.chance(0.9):
                    yield _touch(contact, kind, Channel.email, day, 540)


def _renewals(dice: Dice, reachable: list[Contact], today: date) -> Iterator[Touch]:
    """The usage report ninety days before the renewal and the proposal thirty days before it."""
    for contact in reachable:
        if contact.account and contact.stage == "renewal" and "decision-maker" in contact.segments:
            due = date.fromisoformat(contact.account.attributes["renewal_date"])
            for before, name in ((90, "renewal report"), (30, "renewal proposal")):
                day = weekday(due - timedelta(days=before))
                if day < today and dice.chance(0.9):
                    yield _touch(contact, Kind("relationship", "renewal", "success", name), Channel.email, day, 570)


def _replies(dice: Dice, tickets: list[Ticket], today: date) -> Iterator[Touch]:
    """What support answers; part of the answers go by WhatsApp."""
    kind = Kind("transactional", "support", "support")
    for ticket in tickets:
        for _ in range(dice.between(1, 3)):
            day = min(ticket.opened + timedelta(days=dice.between(0, 4)), ticket.closed or today, today)
            channel = Channel.whatsapp if ticket.contact.phone and dice.chance(0.2) else Channel.email
            yield _touch(ticket.contact, kind, channel, day, dice.between(540, 1_050))


def _invoices(dice: Dice, invoices: list[Invoice], people: Mapping[int, list[Contact]], today: date) -> Iterator[Touch]:
    """The invoice to the finance department, or to whoever is there; a reminder when it is not paid."""
    for invoice in invoices:
        colleagues = people[invoice.account.id]
        finance = [contact for contact in colleagues if contact.role == "finance"] or colleagues[:1]
        for contact in finance[:2]:
            yield _touch(contact, Kind("transactional", "billing", "finance"), Channel.email, invoice.issued, 480)
        if invoice.paid is None:
            kind = Kind("transactional", "billing", "finance")
            yield _touch(finance[0], kind, dice.pick((Channel.email, Channel.call)), today - timedelta(days=1), 660)


def _check_ins(
    dice: Dice, customers: list[Account], people: Mapping[int, list[Contact]], today: date
) -> Iterator[Touch]:
    """Mails, calls and business reviews of the success managers, those of the next three weeks included."""
    note, review = Kind("relationship", "check-in", "success"), Kind("relationship", "business-review", "success")
    for account in customers:
        if account.size == "smb" and account.stage != "at_risk":
            continue
        often = 4 if account.stage == "at_risk" else 2
        for _ in range(often):
            contact = dice.pick(people[account.id])
            channel = dice.weighed((Channel.email, Channel.call, Channel.whatsapp), (50, 35, 15))
            if channel == Channel.email or contact.phone:
                day = weekday(today - timedelta(days=dice.between(1, 88)))
                yield _touch(contact, note, channel, day, dice.between(540, 1_020))
        if dice.chance(0.4):
            day = weekday(today + timedelta(days=dice.between(0, 21)))
            for contact in people[account.id][: dice.between(1, 3)]:
                yield _touch(contact, review, Channel.call, max(day, today), dice.between(9, 17) * 60)


def _sales(dice: Dice, contacts: list[Contact], today: date) -> Iterator[Touch]:
    """Calls and mails of the sellers to those who have not signed yet."""
    kind = Kind("promotional", "proposal", "sales")
    for contact in contacts:
        if contact.stage in ("engagement", "proposal"):
            for _ in range(dice.between(1, 4)):
                channel = Channel.call if contact.phone and dice.chance(0.5) else Channel.email
                day = weekday(today - timedelta(days=dice.between(1, 60)))
                yield _touch(contact, kind, channel, day, dice.between(540, 1_050))
