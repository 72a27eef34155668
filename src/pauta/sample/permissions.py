"""What the people of the sample allowed: consents with wording and basis, preferences, suppressed addresses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from pauta.core.gate.vocabulary import Channel
from pauta.core.law import Jurisdiction, jurisdiction_of
from pauta.people.addresses import AddressState
from pauta.sample.contacts import Contact
from pauta.sample.dice import Dice

_WORDINGS: Final = {
    "pt-BR": "Quero receber novidades, dicas e convites da Mareia por {channel}.",
    "es": "Quiero recibir novedades, consejos e invitaciones de Mareia por {channel}.",
    "en": "I would like to receive news, tips and invitations from Mareia by {channel}.",
}
_CHANNEL_WORDS: Final = {
    "pt-BR": {Channel.email: "e-mail", Channel.sms: "SMS", Channel.whatsapp: "WhatsApp", Channel.call: "telefone"},
    "es": {
        Channel.email: "correo electrónico",
        Channel.sms: "SMS",
        Channel.whatsapp: "WhatsApp",
        Channel.call: "teléfono",
    },
    "en": {Channel.email: "e-mail", Channel.sms: "SMS", Channel.whatsapp: "WhatsApp", Channel.call: "phone"},
}
_PHONE_SHARES: Final = {Channel.sms: 0.3, Channel.whatsapp: 0.4, Channel.call: 0.6}
_UNWANTED: Final = ("newsletter", "upsell", "webinar", "survey", "event")
_REMAINING: Final = ("launch", "maintenance", "onboarding", "renewal")
_PREFERENCES: Final = (("newsletter", 1, 30), ("tips", 1, 7), ("webinar", 1, 14), ("launch", 1, 90), ("survey", 0, 365))


@dataclass(frozen=True, slots=True)
class Consent:
    """One entry of the ledger of consents."""

    contact: Contact
    channel: Channel
    topic: str
    granted: bool
    basis: str
    source: str
    wording: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Preference:
    """How often somebody wants a topic."""

    contact: Contact
    topic: str
    at_most: int
    days: int


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address that must not be written to."""

    channel: Channel
    address: str
    state: AddressState
    reason: str


def make_consents(seed: int, contacts: list[Contact], today: date) -> Iterator[Consent]:
    """Consents in order of time per contact: most people agreed once, some took it back, some never agreed."""
    dice = Dice(seed, "consents")
    for contact in contacts:
        if contact.email:
            yield from _email_consents(dice, contact, today)
        if contact.phone:
            for channel, share in _PHONE_SHARES.items():
                if dice.chance(share):
                    yield _granted(dice, contact, channel, "*", today, (90, 700))


def _email_consents(dice: Dice, contact: Contact, today: date) -> Iterator[Consent]:
    fate = dice.weighed(("all", "few", "none"), (90, 6, 4))
    if fate == "all":
        yield _granted(dice, contact, Channel.email, "*", today, (200, 1_000))
        if dice.chance(0.07):
            yield _denied(
                contact, dice.pick(_UNWANTED), "preference centre", today - timedelta(days=dice.between(60, 190))
            )
        if dice.chance(0.05):
            yield _denied(contact, "*", "unsubscribe link", today - timedelta(days=dice.between(20, 59)))
            if dice.chance(0.4):
                yield _granted(dice, contact, Channel.email, dice.pick(_REMAINING), today, (1, 19))
    elif fate == "few":
        for topic in dice.some(("newsletter", "launch", "webinar", "tips", "maintenance"), 2):
            yield _granted(dice, contact, Channel.email, topic, today, (30, 600))


def _granted(dice: Dice, contact: Contact, channel: Channel, topic: str, today: date, ago: tuple[int, int]) -> Consent:
    language = contact.language or "pt-BR"
    basis, source = dice.weighed(
        (("consent", "sign-up form"), ("soft opt-in", "contract"), ("legitimate interest", "customer base")),
        (70, 20, 10),
    )
    if jurisdiction_of(contact.lives.country) is not Jurisdiction.BR or channel is not Channel.email:
        basis = "consent"  # elsewhere, and by phone, the law asks for it
    wording = _WORDINGS[language].format(channel=_CHANNEL_WORDS[language][channel]) if basis == "consent" else ""
    at = datetime.combine(today - timedelta(days=dice.between(*ago)), time(15, dice.between(0, 59)), UTC)
    return Consent(contact, channel, topic, True, basis, source, wording, at)


def _denied(contact: Contact, topic: str, source: str, day: date) -> Consent:
    return Consent(contact, Channel.email, topic, False, "withdrawal", source, "", datetime.combine(day, time(17), UTC))


def make_preferences(seed: int, contacts: list[Contact]) -> Iterator[Preference]:
    """One in ten said how often is often enough."""
    dice = Dice(seed, "preferences")
    for contact in contacts:
        if dice.chance(0.1):
            for topic, at_most, days in dice.some(_PREFERENCES, dice.between(1, 2)):
                yield Preference(contact, topic, at_most, days)


_REASONS: Final = {
    AddressState.BOUNCED: "550 5.1.1 mailbox unavailable",
    AddressState.COMPLAINED: "complaint through the mailbox provider",
}


def make_suppressions(seed: int, contacts: list[Contact]) -> Iterator[Suppression]:
    """Addresses that bounced or complained, and some of people who are gone."""
    dice = Dice(seed, "suppressions")
    seen = set()
    for contact in contacts:
        if contact.email_state in _REASONS and contact.email and contact.email not in seen:
            seen.add(contact.email)
            yield Suppression(Channel.email, contact.email, contact.email_state, _REASONS[contact.email_state])
    for number in range(1, 26):
        state = dice.pick((AddressState.BOUNCED, AddressState.ERASED))
        reason = _REASONS.get(state, "erased at the person's request")
        yield Suppression(Channel.email, f"former.customer{number}@gone.example", state, reason)
