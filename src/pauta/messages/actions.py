"""What changes the ledger from outside the pipeline: proposals, cancelling, holding, plan requests, the stop switch.

Nothing here commits. Rows are locked in one order, so that doors and workers never wait for each other in a circle: the
partition's lease first, then messages, then plan requests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import Connection, sql
from psycopg.types.json import Jsonb

from pauta.channels.base import Stream
from pauta.channels.email.address import read_sender
from pauta.core.gate.reasons import REASON_CODE, VERDICT_CODE, Reason, Verdict
from pauta.core.gate.vocabulary import CHANNELS, NO_MINUTE, Channel
from pauta.core.problems import Problem
from pauta.messages.ledger import lock_parts, message_ids, move, wake
from pauta.messages.queries import Recipient, check_team, find_recipient, standing_stop, template_named
from pauta.messages.states import RECALLABLE, WAITING, Lane, State
from pauta.messages.terms import Terms
from pauta.platform.partitions import PARTITIONS, partition_of
from pauta.policies.actions import note_accounts
from pauta.team.roles import Caller, Right
from pauta.team.sending import require_single

USUAL_HOUR = time(9, 0)
"""When a transactional message without an hour of its own leaves on a later day."""

Conn = Connection[Any]

_ADD_PROPOSAL = """
INSERT INTO proposal (source, occurrence, kind_id, tier, value, channels, not_before, expires, minute,
                      template_id, figures, sender, actor, created_at, leaves_from, unread_days)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,
        coalesce(%s, (SELECT unread_days FROM topic WHERE name = %s)))
ON CONFLICT (source, occurrence) DO NOTHING RETURNING id
"""
_ADD_MESSAGE = """
INSERT INTO message (part, id, account_key, contact_id, proposal_id, lane, state, verdict, reason, rule, winner,
                     channel, wished, day, due, policy_version, created_at, changed_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, 0, 0, %s, %s, %s, %s, 0, %s, %s)
"""
_ADD_REQUESTS = f"""
INSERT INTO plan_request (part, account_key, at)
SELECT DISTINCT m.part, m.account_key, %s::timestamptz
FROM unnest(%s::bigint[]) AS changed (key)
JOIN message m ON m.part = abs(changed.key) %% {PARTITIONS} AND m.account_key = changed.key
WHERE m.{WAITING} ORDER BY m.part, m.account_key
ON CONFLICT (part, account_key) DO UPDATE SET at = plan_request.at
"""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer to a proposal of a single message; ``new`` is False when the same request had been taken before."""

    message_id: int
    new: bool


def kind_id(
    connection: Conn, message_type: str, topic: str, team: str, campaign: str = "", urgent: bool = False
) -> int:
    """The number of a signature that filters ask about; made when it is new, also by several at once."""
    signature = (message_type, topic, team, campaign, urgent)
    find = "SELECT id FROM kind WHERE (type, topic, team, campaign, urgent) = (%s, %s, %s, %s, %s)"
    make = (
        "INSERT INTO kind (type, topic, team, campaign, urgent) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING RETURNING id"
    )
    row = (
        connection.execute(find, signature).fetchone()
        or connection.execute(make, signature).fetchone()
        or connection.execute(find, signature).fetchone()
    )
    assert row is not None
    return int(row[0])


def add_proposal(
    connection: Conn,
    now: datetime,
    terms: Terms,
    *,
    source: str,
    occurrence: str,
    template_id: int,
    actor: str,
    campaign: str = "",
    figures: Mapping[str, Any] | None = None,
    sender: str = "",
    leaves_from: datetime | None = None,
) -> int | None:
    """Write what the messages of one origin have in common; its id, or None when the origin has been written before.

    Before ``leaves_from`` nothing of it leaves.
    """
    kind = kind_id(connection, terms.type, terms.topic, terms.team, campaign, terms.urgent)
    row = connection.execute(
        _ADD_PROPOSAL,
        (
            *(source, occurrence, kind, terms.tier, terms.value, terms.channel_codes, terms.not_before, terms.expires),
            *(terms.minute, template_id, Jsonb(dict(figures or {})), sender, actor, now),
            *(leaves_from, terms.unread_days, terms.topic),
        ),
    ).fetchone()
    return int(row[0]) if row else None


def propose_one(
    connection: Conn,
    now: datetime,
    terms: Terms,
    *,
    contact: str,
    template: str,
    key: str,
    who: Caller,
    figures: Mapping[str, Any] | None = None,
    sender: str = "",
) -> Accepted:
    """One message to one contact, named by external id or address.

    A transactional message is due at once, or in the morning of the day before which it may not go; any other waits
    to be planned. ``key`` is the caller's idempotency key: the same request under the same key is answered with the
    message that it made. Problems: the caller may not send this, another request under a used key, an unknown contact
    or template, a sender that is no address, a window that has passed.
    """
    who.require(Right.MESSAGES_SEND)
    if not key:
        raise Problem("messages.field_missing", field="key")
    recipient = find_recipient(connection, contact, now)
    template_id = template_named(connection, template)
    check_team(connection, terms.team)
    read_sender(sender)
    wished = max(recipient.today, terms.not_before or recipient.today)
    proposal_id = add_proposal(
        connection,
        now,
        terms,
        source="api",
        occurrence=key,
        template_id=template_id,
        actor=who.actor,
        figures=figures,
        sender=sender,
    )
    if proposal_id is None:
        return _taken_before(connection, terms, key, recipient, template_id, figures or {}, sender)
    require_single(connection, now, who, terms.type, terms.topic, terms.channels)
    if terms.expires and terms.expires < recipient.today:
        raise Problem("messages.expires_past", field="expires", expires=terms.expires, today=recipient.today)
    message_id = _write_message(connection, now, terms, proposal_id, recipient, wished)
    return Accepted(message_id, new=True)


def _taken_before(
    connection: Conn,
    terms: Terms,
    key: str,
    recipient: Recipient,
    template_id: int,
    figures: Mapping[str, Any],
    sender: str,
) -> Accepted:
    row = connection.execute(
        "SELECT k.message_id FROM proposal p JOIN kind ON kind.id = p.kind_id"
        " JOIN message_key k ON k.proposal_id = p.id WHERE p.source = 'api' AND p.occurrence = %s AND k.contact_id = %s"
        " AND (kind.type, kind.topic, kind.team, kind.urgent) = (%s, %s, %s, %s)"
        " AND (p.tier, p.value, p.channels, p.minute, p.template_id, p.figures, p.sender) ="
        " (%s, %s::real, %s::smallint[], %s, %s, %s, %s)"
        " AND p.not_before IS NOT DISTINCT FROM %s AND p.expires IS NOT DISTINCT FROM %s",
        (
            *(key, recipient.contact_id, terms.type, terms.topic, terms.team, terms.urgent),
            *(terms.tier, terms.value, terms.channel_codes, terms.minute, template_id, Jsonb(dict(figures)), sender),
            *(terms.not_before, terms.expires),
        ),
    ).fetchone()
    if row is None:
        raise Problem("messages.key_taken", field="key", key=key)
    return Accepted(int(row[0]), new=False)


def _write_message(
    connection: Conn, now: datetime, terms: Terms, proposal_id: int, recipient: Recipient, wished: date
) -> int:
    at_once = terms.type == "transactional"
    key, contact = recipient.account_key, recipient.contact_id
    channel, day = (terms.channel_codes[0], wished) if at_once else (-1, None)
    message_id = int(message_ids(connection, 1)[0])
    connection.execute(
        _ADD_MESSAGE,
        (
            *(partition_of(key), message_id, key, contact, proposal_id),
            *((Lane.FAST, State.PLANNED) if at_once else (Lane.BULK, State.OPEN)),
            VERDICT_CODE[Verdict.send if at_once else Verdict.queue],
            *(REASON_CODE[Reason.clear], channel, wished, day),
            *(_due(terms, recipient, wished, now) if at_once else now, now, now),
        ),
    )
    connection.execute("INSERT INTO message_key VALUES (%s, %s, %s)", (proposal_id, contact, message_id))
    if at_once:
        wake(connection)
    else:
        request_plan(connection, [key], now)
    return message_id


def _due(terms: Terms, recipient: Recipient, wished: date, now: datetime) -> datetime:
    """When a transactional message leaves: at its own hour; without one at once, or in the morning of a later day."""
    if terms.minute == NO_MINUTE and wished == recipient.today:
        return now
    hour = USUAL_HOUR if terms.minute == NO_MINUTE else time(*divmod(terms.minute, 60))
    return max(now, datetime.combine(wished, hour, ZoneInfo(recipient.zone)).astimezone(UTC))


def request_plan(connection: Conn, keys: Iterable[int], now: datetime) -> int:
    """Ask for a new plan of those accounts, among the ones given, that have open messages; how many that are.

    A request that stands already is locked all the same: a worker that took it up before this transaction commits
    would plan on the old facts, and nobody would plan on the new ones.
    """
    wanted = sorted({int(key) for key in keys})
    if not wanted:
        return 0
    asked = connection.execute(
        _ADD_REQUESTS,
        (now, wanted),
    ).rowcount
    if asked:
        wake(connection)
    return asked


def request_plan_everywhere(connection: Conn, now: datetime, version: int) -> int:
    """Ask for a new plan of every account that has open messages, as this version of the policies wants it that came
    into force ``now``; how many that are.

    Nothing leaves on the old policies meanwhile: release decides on the newest.
    """
    asked = connection.execute(
        "INSERT INTO plan_request (part, account_key, at)"
        " SELECT DISTINCT part, account_key, %s::timestamptz FROM message"
        f" WHERE {WAITING} AND lane = {Lane.BULK} ORDER BY part, account_key"
        " ON CONFLICT (part, account_key) DO UPDATE SET at = plan_request.at",
        (now,),
    ).rowcount
    note_accounts(connection, version, asked)
    wake(connection)
    return asked


def cancel(connection: Conn, message_id: int, now: datetime, *, actor: str, why: str = "") -> None:
    """Take an open, planned or held message back; its place is free for others. A Problem when it is too late."""
    part = part_of(connection, message_id)
    lock_parts(connection, [part])
    detail = f"{actor}: {why}" if why else actor
    keys = move(
        connection,
        sql.SQL(f"part = %(part)s AND id = %(id)s AND {RECALLABLE}"),
        {"part": part, "id": message_id},
        to=State.CANCELLED,
        reason=Reason.cancelled,
        now=now,
        detail=detail,
    )
    if not keys:
        raise Problem("messages.message_gone", field="message", message=message_id)
    request_plan(connection, keys, now)


def part_of(connection: Conn, message_id: int) -> int:
    """The partition in which a message lies; a Problem when there is no such message."""
    row = connection.execute(
        "SELECT part FROM message WHERE part = ANY(%s) AND id = %s", (list(range(PARTITIONS)), message_id)
    ).fetchone()
    if row is None:
        raise Problem("messages.message_unknown", field="message", message=message_id)
    return int(row[0])


def hold(connection: Conn, part: int, ids: Sequence[int], now: datetime, *, reason: Reason, detail: str) -> None:
    """Hold messages of one partition back (a missing figure, a missing approval) until that is mended.

    Also takes messages marked ``sending`` without an attempt: the figure is missed when they are rendered.
    """
    keys = move(
        connection,
        sql.SQL(f"part = %(part)s AND id = ANY(%(ids)s) AND state <= {State.SENDING}"),
        {"part": part, "ids": list(ids)},
        to=State.HELD,
        reason=reason,
        now=now,
        detail=detail,
    )
    request_plan(connection, keys, now)


def unhold(connection: Conn, keys: Iterable[int], now: datetime, *, reason: Reason = Reason.missing_figure) -> int:
    """Open the messages of these accounts again that were held for a reason which may be mended now; how many."""
    return _reopen(
        connection,
        sql.SQL(
            f"(part, account_key) IN (SELECT abs(key) %% {PARTITIONS}, key"
            " FROM unnest(%(keys)s::bigint[]) AS changed (key))"
            f" AND state = {State.HELD} AND reason = %(held_for)s"
        ),
        {"keys": sorted({int(key) for key in keys}), "held_for": REASON_CODE[reason]},
        now,
        "mended",
    )


def unhold_template(connection: Conn, template_id: int, now: datetime) -> int:
    """Open again the messages that a figure missing in an earlier version of this template held back; how many."""
    return _reopen(
        connection,
        sql.SQL(
            f"state = {State.HELD} AND reason = %(held_for)s"
            " AND proposal_id IN (SELECT id FROM proposal WHERE template_id = %(template)s)"
        ),
        {"template": template_id, "held_for": REASON_CODE[Reason.missing_figure]},
        now,
        "template published",
    )


def unhold_figures(connection: Conn, names: Sequence[str], now: datetime) -> int:
    """Open again the messages that these missing figures held back, now that everybody has them; how many."""
    return _reopen(
        connection,
        sql.SQL(
            f"part = ANY(%(parts)s) AND state = {State.HELD} AND reason = %(held_for)s"
            " AND (SELECT detail FROM message_change c WHERE c.part = message.part AND c.message_id = message.id"
            " ORDER BY at DESC, id DESC LIMIT 1) = ANY(%(names)s)"
        ),
        {"parts": list(range(PARTITIONS)), "held_for": REASON_CODE[Reason.missing_figure], "names": list(names)},
        now,
        "mended",
    )


def _reopen(connection: Conn, where: sql.SQL, params: Mapping[str, object], now: datetime, detail: str) -> int:
    keys = move(connection, where, params, to=State.OPEN, reason=Reason.clear, now=now, detail=detail)
    request_plan(connection, keys, now)
    return len(keys)


def stop(
    connection: Conn, channel: str | None, reason: str, actor: str, now: datetime, stream: Stream | None = None
) -> bool:
    """Stop what leaves on a channel (None: on all), all of it or one stream; False when that is stopped already."""
    if not reason.strip():
        raise Problem("messages.field_missing", field="reason")
    code = _channel_code(channel)
    connection.execute("LOCK TABLE stop IN SHARE ROW EXCLUSIVE MODE")
    if standing_stop(connection, code, stream) is not None:
        return False
    connection.execute(
        "INSERT INTO stop (channel, stream, reason, actor, at) VALUES (%s, %s, %s, %s, %s)",
        (code, stream, reason, actor, now),
    )
    wake(connection)
    return True


def lift(connection: Conn, channel: str | None, actor: str, now: datetime, stream: Stream | None = None) -> None:
    """Let messages leave on a channel again (None: lift the stop of everything); a Problem when it is not stopped.

    With a stream, lift the stop of that one.
    """
    lifted = connection.execute(
        "UPDATE stop SET lifted_at = %s, lifted_by = %s"
        " WHERE lifted_at IS NULL AND channel IS NOT DISTINCT FROM %s::smallint AND stream IS NOT DISTINCT FROM %s",
        (now, actor, _channel_code(channel), stream),
    ).rowcount
    if not lifted:
        code = "messages.nothing_stopped" if channel is None else "messages.not_stopped"
        raise Problem(code, field="channel", channel=channel)
    wake(connection)


def _channel_code(channel: str | None) -> int | None:
    if channel is None:
        return None
    if channel not in CHANNELS:
        raise Problem("messages.not_one_of", field="channel", value=channel, words=", ".join(CHANNELS))
    return Channel[channel].value
