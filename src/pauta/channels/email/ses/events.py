"""What Amazon SES publishes of a mail, in our words.

Source: "Contents of event data that Amazon SES publishes to Amazon SNS" in the developer guide of Amazon SES.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pauta.channels.email.incoming import Bounce, bounce_class
from pauta.channels.email.ses.sending import TAG
from pauta.channels.reports import Happened, Report

_SIMPLE: Mapping[str, tuple[str, Happened]] = {
    "Send": ("send", Happened.ACCEPTED),
    "Delivery": ("delivery", Happened.DELIVERED),
    "DeliveryDelay": ("deliveryDelay", Happened.DEFERRED),
    "Reject": ("reject", Happened.FAILED),
    "Rendering Failure": ("failure", Happened.FAILED),
    "Open": ("open", Happened.OPENED),
    "Click": ("click", Happened.CLICKED),
}
"""By the type of the event: where its details stand, and what happened."""
_BOUNCES: Mapping[tuple[str, str], Happened] = {
    ("Permanent", "NoEmail"): Happened.HARD,
    ("Permanent", "Suppressed"): Happened.HARD,
    ("Permanent", "OnAccountSuppressionList"): Happened.HARD,
    ("Transient", "MailboxFull"): Happened.SOFT,
    ("Transient", "MessageTooLarge"): Happened.SOFT,
    ("Transient", "ContentRejected"): Happened.POLICY,
    ("Transient", "AttachmentRejected"): Happened.POLICY,
}
"""By type and sub-type; others are read like bounces that come by mail."""
_OF_BOUNCE = {
    Bounce.hard: Happened.HARD,
    Bounce.soft: Happened.SOFT,
    Bounce.policy: Happened.POLICY,
    Bounce.unknown: Happened.UNCLEAR,
}
_NOT_COMPLAINTS = frozenset({"not-spam", "virus"})
_LONGEST = 500


def reports(notification_id: str, at: datetime, message: str) -> Iterator[Report]:
    """The reports in the message of a notification; what is no event of SES gives one that says so."""
    said = _object(message)
    kind = str(said.get("eventType") or said.get("notificationType") or "")
    raw = json.dumps(said, ensure_ascii=False) if said else message
    if kind == "Bounce":
        yield _bounce(notification_id, at, said, raw)
    elif kind == "Complaint":
        yield _complaint(notification_id, at, said, raw)
    else:
        where, happened = _SIMPLE.get(kind, ("", Happened.OTHER))
        detail = _object_in(said, where)
        text = str(detail.get("reason") or detail.get("errorMessage") or detail.get("delayType") or "")
        yield Report(
            *(notification_id, kind, happened, _name(said), _at(detail, at), raw),
            text=text[:_LONGEST],
            link=str(detail.get("link") or ""),
            ip=str(detail.get("ipAddress") or ""),
            agent=str(detail.get("userAgent") or ""),
        )


def _bounce(notification_id: str, at: datetime, said: Mapping[str, Any], raw: str) -> Report:
    bounce = _object_in(said, "bounce")
    failed = [one for one in bounce.get("bouncedRecipients") or () if isinstance(one, dict)]
    status = next((str(one["status"]) for one in failed if one.get("status")), "")
    text = next((str(one["diagnosticCode"]) for one in failed if one.get("diagnosticCode")), "")
    sort, below = str(bounce.get("bounceType", "")), str(bounce.get("bounceSubType", ""))
    words = text.partition(";")[2].strip() or text
    happened = _BOUNCES.get((sort, below)) or _class_of(sort, status, words)
    return Report(
        str(bounce.get("feedbackId") or notification_id),
        f"Bounce {sort} {below}".strip(),
        happened,
        _name(said),
        _at(bounce, at),
        raw,
        status,
        (words or f"{sort} {below}".strip())[:_LONGEST],
        tuple(str(one.get("emailAddress", "")).strip("<> ").lower() for one in failed),
    )


def _class_of(sort: str, status: str, words: str) -> Happened:
    """By code and words; where they say nothing, a permanent bounce is of the address, as SES means it."""
    found = _OF_BOUNCE[bounce_class(status, words)]
    if found is Happened.UNCLEAR and sort == "Permanent":
        return Happened.HARD if not status and not words else found
    return Happened.SOFT if sort == "Transient" and found in (Happened.HARD, Happened.UNCLEAR) else found


def _complaint(notification_id: str, at: datetime, said: Mapping[str, Any], raw: str) -> Report:
    complaint = _object_in(said, "complaint")
    sort = str(complaint.get("complaintFeedbackType") or "")
    happened = Happened.OTHER if sort in _NOT_COMPLAINTS else Happened.COMPLAINED
    name = str(complaint.get("feedbackId") or notification_id)
    return Report(name, f"Complaint {sort}".strip(), happened, _name(said), _at(complaint, at), raw, text=sort)


def _name(said: Mapping[str, Any]) -> str:
    """Our name of the message, which its tag gives back."""
    tags = _object_in(_object_in(said, "mail"), "tags").get(TAG)
    return str(tags[0]) if isinstance(tags, list) and tags else ""


def _at(detail: Mapping[str, Any], otherwise: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(str(detail.get("timestamp", "")))
    except ValueError:
        return otherwise
    return at if at.tzinfo else otherwise


def _object_in(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = document.get(name)
    return found if isinstance(found, dict) else {}


def _object(text: str) -> Mapping[str, Any]:
    try:
        said = json.loads(text)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
