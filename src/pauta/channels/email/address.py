"""E-mail addresses as SMTP takes them: checked against injection, domains in their ASCII form."""

from __future__ import annotations

import re
from functools import lru_cache

from pauta.core.problems import Problem

OWNER = "owner"
"""The sender that is somebody else for each contact: the colleague who looks after the contact's account."""
MAX_ADDRESS = 254
MAX_LOCAL = 64
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\U0010ffff]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}")
_UNSEEN = re.compile(r"[\s\u0080-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


_SENDER = re.compile(r"\s*(?:(?P<name>[^<>]*)<(?P<within>[^<>\s]+)>|(?P<bare>[^<>\s]+))\s*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")


@lru_cache(maxsize=256)
def sender_mailbox(sender: str) -> tuple[str, str]:
    """Name and address of a sender as people write it: ``Ana Souza <ana@acme.example>``, or the address alone.

    The Problem ``email.sender_invalid`` for everything else, an address that no mail server would accept among it.
    """
    found = _SENDER.fullmatch(sender)
    if found is None or _CONTROL.search(sender):
        raise Problem("email.sender_invalid", "sender", sender=sender)
    try:
        address = smtp_address(found["within"] or found["bare"])
    except Problem as problem:
        raise Problem("email.sender_invalid", "sender", sender=sender) from problem
    return (found["name"] or "").strip().strip('"').strip(), address


def read_sender(sender: str) -> str:
    """Whom a message is from, as it is kept: empty for the company, ``OWNER``, or a mailbox; else a Problem."""
    if sender and sender != OWNER:
        sender_mailbox(sender)
    return sender


@lru_cache(maxsize=4096)
def smtp_address(address: str) -> str:
    """The address as it stands inside ``<...>`` of an SMTP command: the domain in ASCII (IDNA), the local part kept.

    Accepts the dot-atom form of RFC 5321 and the UTF-8 local parts of RFC 6531. Raises the Problem
    ``email.address_invalid`` for everything else, among it whatever could end the command and begin another.
    """
    local, _, domain = address.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii") if not domain.isascii() else domain
    except UnicodeError as error:
        raise Problem("email.address_invalid", "email", address=address) from error
    good = (
        _LOCAL.fullmatch(local)
        and not _UNSEEN.search(local)
        and _DOMAIN.fullmatch(ascii_domain)
        and len(local.encode()) <= MAX_LOCAL
        and len(local.encode()) + len(ascii_domain) < MAX_ADDRESS
    )
    if not good:
        raise Problem("email.address_invalid", "email", address=address)
    return f"{local}@{ascii_domain}"
