"""What providers report of messages that they took, in our words: each provider's become ours in its own folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Happened(StrEnum):
    """What happened to a message after a provider took it.

    ``soft``, ``policy`` and ``unclear`` are bounces that say nothing against the address. ``other`` is what we do not
    know, or need not act on.
    """

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    DELIVERED = "delivered"
    HARD = "bounced_hard"
    SOFT = "bounced_soft"
    POLICY = "blocked_policy"
    UNCLEAR = "bounced_unclear"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    OPENED = "opened"
    CLICKED = "clicked"
    FAILED = "failed"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Report:
    """One thing that a provider tells of one message.

    ``id`` is the provider's own, by which a report that comes twice is known. ``said`` is the provider's word, ``name``
    our signed name of the message ("" when the report has none), ``at`` when it happened. ``status`` (RFC 3463) and
    ``text`` are of a refusal, ``recipients`` the addresses in lower case of which it is told. ``link``, ``ip`` and
    ``agent`` are of whoever opened the mail or followed a link in it. ``raw`` is all of it.
    """

    id: str
    said: str
    happened: Happened
    name: str
    at: datetime
    raw: str
    status: str = ""
    text: str = ""
    recipients: tuple[str, ...] = ()
    link: str = ""
    ip: str = ""
    agent: str = ""


class NotBelieved(Exception):
    """A request that claims to come from a provider, and does not prove it."""
