"""Addresses of people: what they look like, which channel uses which, and what is known of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import IntEnum

import phonenumbers

from pauta.channels.email.address import smtp_address
from pauta.core.gate.vocabulary import Channel
from pauta.core.problems import Problem


class AddressState(IntEnum):
    """What is known of an address, as contacts and suppressions store it; only an ``ok`` one may be written to."""

    NONE = 0
    OK = 1
    INVALID = 2
    BOUNCED = 3
    COMPLAINED = 4
    ERASED = 5


EMAIL_CHANNELS = (Channel.email,)
PHONE_CHANNELS = (Channel.sms, Channel.whatsapp, Channel.call, Channel.voice)
"""Channels that use the phone number. A phone is suppressed once, under ``sms``, and that closes all of them."""

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_USUAL_EMAIL = re.compile(rf"(?=.{{1,64}}@)(?=.{{1,254}}\Z){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LABEL}")
_SHORT_LABEL = "[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*"
# No possessive quantifiers: Python 3.11.2, which Debian 12 has, takes wrong addresses for right ones with them.
_SHORT_EMAIL = re.compile(rf"(?:{_ATOM}(?:\.{_ATOM})*@{_SHORT_LABEL}(?:\.{_SHORT_LABEL})+)?")
_NEVER_TOO_LONG = 64
_INTERNATIONAL_PHONE = re.compile(r"\+[1-9][0-9]{7,14}")


def parse_email(text: str) -> str:
    """The address without surrounding blanks; a Problem when no mail server could take it or its domain has no dot."""
    address = text.strip()
    if _USUAL_EMAIL.fullmatch(address):
        return address
    try:
        ascii_form = smtp_address(address)
    except Problem as problem:
        raise Problem("people_email_invalid", "email", address=address) from problem
    if "." not in ascii_form.rpartition("@")[2]:
        raise Problem("people_email_invalid", "email", address=address)
    return address


def usual_emails(texts: Sequence[str]) -> bool:
    """Whether ``parse_email`` would take each of these as it stands; blank ones count as taken.

    A quick answer for whole columns: False may also mean that one is long or rare. Up to 64 characters no limit on the
    parts of an address can be broken.
    """
    return max(map(len, texts), default=0) <= _NEVER_TOO_LONG and all(map(_SHORT_EMAIL.fullmatch, texts))


def parse_phone(text: str, country: str | None) -> str:
    """The number in E.164 form (``+5511987654321``).

    ``country`` (ISO 3166, two letters) is where national numbers belong. A Problem when it is not a possible number
    there, or is a national number and no country is known.
    """
    number = text.strip()
    if _INTERNATIONAL_PHONE.fullmatch(number):
        return number
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException as error:
        raise Problem("people_phone_invalid", "phone", phone=number) from error
    if not phonenumbers.is_possible_number(parsed):
        raise Problem("people_phone_invalid", "phone", phone=number)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def suppressed_as(channel: Channel) -> Channel:
    """The channel under which a suppression of this channel's address is stored.

    A Problem when the channel has no address of its own.
    """
    if channel in EMAIL_CHANNELS:
        return Channel.email
    if channel in PHONE_CHANNELS:
        return Channel.sms
    raise Problem("people_channel_without_address", "channel", channel=channel.name)
