"""Mails that come in are matched to the message that they answer to, and act: by signed names alone, never by guess."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from hashlib import sha256
from typing import Any

from psycopg import Connection, sql

from pauta.channels.base import PROVIDED
from pauta.channels.email.incoming import Bounce, Incoming, Kind, read
from pauta.channels.email.links import REPLY, RETURN, UNSUBSCRIBE, LinkKeys, link_keys
from pauta.core.gate.reasons import Reason
from pauta.core.gate.vocabulary import Channel
from pauta.core.tokens import Purpose
from pauta.events.actions import record_events
from pauta.messages.actions import request_plan
from pauta.messages.archived import archived_mail
from pauta.messages.ledger import lock_parts, move
from pauta.messages.origins import Origin, origin_of
from pauta.messages.states import State
from pauta.people.actions import suppress
from pauta.people.addresses import AddressState
from pauta.people.choices import EVERY_TOPIC, Statement, reader_of, unsubscribe
from pauta.pipeline.announcing import announce_messages
from pauta.pipeline.fallback import follow_up
from pauta.pipeline.people import people_changed
from pauta.pipeline.replies import forward
from pauta.pipeline.unmatched import keep_unmatched
from pauta.tracking.actions import Answer, note_answer
from pauta.webhooks.kinds import Kind as Announced

COMPLAINTS = "complaints"
"""Where mailbox providers send complaints; they are matched by the mail that they enclose."""
SOFT_BOUNCES = 3
SOFT_FOR = timedelta(days=7)
MEMORY = timedelta(days=60)
"""An address is given up after so many soft bounces over so long; what is older than the memory is forgotten."""

Conn = Connection[Any]


class TooEarly(Exception):
    """A bounce came before it was recorded that its message has left; it is to come again."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a mail: what it is, and the message to which it answers; None where it answers to none of ours."""

    incoming: Incoming
    message_id: int | None
    new: bool


def known_recipient(keys: LinkKeys, local: str) -> bool:
    """Whether mail to this local part of our domain is taken in: with a token of ours, or complaints."""
    return local.lower() == COMPLAINTS or _of_address(keys, local) is not None


def take(connection: Conn, now: datetime, raw: bytes, local: str) -> Taken:
    """Act on a mail to a local part of our domain, in the caller's transaction; the same mail twice acts once.

    TooEarly when it bounces a message that is still being sent.
    """
    keys = link_keys(connection)
    incoming = read(raw)
    number = _of_address(keys, local)
    if number is None:
        number = next(filter(None, (_of_message_id(keys, one) for one in incoming.message_ids)), None)
    if number is None:
        keep_unmatched(connection, now, incoming.kind, incoming.status, raw)
        return Taken(incoming, None, False)
    origin = origin_of(connection, number)
    if origin is None:
        return Taken(incoming, None, False)
    kind = incoming.kind
    if local.lower().startswith(UNSUBSCRIBE) and kind in (Kind.reply, Kind.auto_reply):
        kind = Kind.unsubscribe  # the address stands in List-Unsubscribe alone, and Apple Mail calls its mail automatic
    taken = heed(connection, now, origin, kind, incoming, sha256(raw).hexdigest()[:32])
    if taken.new and kind is Kind.reply and local.lower().startswith(REPLY):
        forward(connection, now, origin, raw)
    return taken


def heed(connection: Conn, now: datetime, origin: Origin, kind: Kind, incoming: Incoming, mark: str) -> Taken:
    """Act on what is told of a message, in the caller's transaction; what was told before, by its mark, acts no more.

    TooEarly for a bounce of a message that is still being sent.
    """
    sent_to = None
    if kind is Kind.bounce:
        if origin.state == State.SENDING:
            raise TooEarly
        sent_to = _sent_to(connection, origin)
        if sent_to and incoming.recipients and sent_to not in incoming.recipients:
            incoming = replace(incoming, bounce=Bounce.unknown)  # it was forwarded, and another address has bounced
    if incoming.bounce is Bounce.hard:
        lock_parts(connection, [origin.part])  # before requests for plans, as the planner does
    new = kind is not Kind.other and _record(connection, now, origin, kind, incoming, mark)
    if new:
        if kind in _ANSWERS and incoming.bounce is not Bounce.unknown:
            note_answer(connection, origin.id, _ANSWERS[kind], now)
        _act(connection, now, origin, kind, incoming, sent_to)
        if kind in _ANNOUNCED:
            announce_messages(connection, now, _ANNOUNCED[kind], [(origin.part, origin.id)])
    return Taken(incoming, origin.id, new)


_ANNOUNCED = {
    Kind.bounce: Announced.MESSAGE_BOUNCED,
    Kind.complaint: Announced.MESSAGE_COMPLAINED,
    Kind.unsubscribe: Announced.MESSAGE_UNSUBSCRIBED,
    Kind.reply: Announced.MESSAGE_REPLIED,
}
_ANSWERS = {
    Kind.bounce: Answer.bounced,
    Kind.complaint: Answer.complained,
    Kind.unsubscribe: Answer.unsubscribed,
    Kind.reply: Answer.replied,
}


def _act(connection: Conn, now: datetime, origin: Origin, kind: Kind, incoming: Incoming, sent_to: str | None) -> None:
    if incoming.bounce is Bounce.hard:
        _give_up(connection, now, sent_to, incoming.said or incoming.status)
        failed(connection, now, origin, incoming.said or incoming.status)
    elif incoming.bounce is Bounce.soft and _is_enough(connection, now, origin):
        _give_up(connection, now, sent_to, f"{SOFT_BOUNCES} × {incoming.said or incoming.status}")
    elif kind in (Kind.complaint, Kind.unsubscribe):
        _end(connection, now, origin, kind)


def _give_up(connection: Conn, now: datetime, address: str | None, why: str) -> None:
    """Never write again to the address to which the message went, whoever has it now."""
    if address:
        states = [AddressState.BOUNCED]
        changes = suppress(connection, Channel.email, [address], states, [why], source="bounce", now=now)
        people_changed(connection, changes, now)


def failed(connection: Conn, now: datetime, origin: Origin, why: str) -> None:
    """A message that was sent and has bounced has failed: its place is free, the next channel of its wish follows."""
    keys = move(
        connection,
        sql.SQL(f"part = %(part)s AND id = %(id)s AND state IN ({State.SENT}, {State.UNKNOWN})"),
        {"part": origin.part, "id": origin.id},
        to=State.FAILED,
        reason=Reason.rejected,
        now=now,
        detail=why,
    )
    if keys:
        follow_up(connection, now, [(origin.part, origin.id)])
        request_plan(connection, keys, now)


def _is_enough(connection: Conn, now: datetime, origin: Origin) -> bool:
    """Whether the soft bounces of the contact, this one included, are many enough over a time that is long enough."""
    row = connection.execute(
        "SELECT count(*) >= %s AND min(at) <= %s FROM event WHERE part = %s AND account_key = %s AND contact_id = %s"
        " AND name = 'mail_bounce_soft' AND at >= %s",
        (SOFT_BOUNCES, now - SOFT_FOR, origin.part, origin.account_key, origin.contact_id, now - MEMORY),
    ).fetchone()
    return bool(row and row[0])


def _end(connection: Conn, now: datetime, origin: Origin, kind: Kind) -> None:
    """A complaint ends everything but transactional mail, a mail to unsubscribe the topic that it was about."""
    reader = reader_of(connection, origin.contact_id)
    if reader is None:
        return
    everything = kind is Kind.complaint or not origin.topic or origin.type == "transactional"
    channels: Sequence[Channel] = sorted(PROVIDED) if everything else [Channel(max(0, origin.channel))]
    source = "complaint" if kind is Kind.complaint else "unsubscribe mail"
    said = Statement(source, "", {"message": str(origin.id)}, now)
    changes = unsubscribe(connection, reader, EVERY_TOPIC if everything else origin.topic, channels, said)
    people_changed(connection, changes, now)


def _record(connection: Conn, now: datetime, origin: Origin, kind: Kind, incoming: Incoming, mark: str) -> bool:
    """Tell it in the timeline; False when the very same was told before."""
    name = f"mail_{kind}_{incoming.bounce}" if incoming.bounce else f"mail_{kind}"
    told = {"message": origin.id, "status": incoming.status, "said": incoming.said}
    changes = record_events(
        connection,
        {
            "contact_id": [origin.contact_id],
            "name": [name],
            "at": [now.isoformat()],
            "external_id": [f"mail:{origin.id}:{mark}"],
            "properties": [json.dumps(told)],
        },
        source="mail",
        now=now,
    )
    people_changed(connection, changes, now)
    return bool(changes.created)


def _sent_to(connection: Conn, origin: Origin) -> str | None:
    """The address to which the message went, in lower case, as its copy in the archive says; None without a copy.

    The contact may have another one now.
    """
    copy = archived_mail(connection, origin.id)
    if copy is None:
        return None
    to = message_from_bytes(copy, policy=policy.default)["To"]
    return str(to.addresses[0].addr_spec).lower() if to and to.addresses else None


def _of_address(keys: LinkKeys, local: str) -> int | None:
    begins, token = local[:2].lower(), local[2:]
    purpose = {RETURN: Purpose.RETURN, UNSUBSCRIBE: Purpose.CHOICES, REPLY: Purpose.REPLY}.get(begins)
    return None if purpose is None else keys.number_in(purpose, token)


def _of_message_id(keys: LinkKeys, message_id: str) -> int | None:
    return keys.number_in(Purpose.MESSAGE_ID, message_id.partition("@")[0])
