"""Reads of the ledger: a message with its history, what is open for an account, whom a message goes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString

from psycopg import Connection
from psycopg.rows import class_row

from pauta.channels.base import OutcomeKind, Stream
from pauta.core.gate.reasons import BUILTIN_RULES, REASON_CODE, REASONS, VERDICTS, Reason
from pauta.core.gate.vocabulary import CHANNELS, Channel
from pauta.core.problems import Problem
from pauta.messages.states import OPEN_STATES, RECALLABLE, ProposalState, State
from pauta.platform.partitions import PARTITIONS
from pauta.team.queries import teams

Conn = Connection[Any]

ALL_PARTS = list(range(PARTITIONS))
OUTCOMES = tuple(OutcomeKind)


@dataclass(frozen=True, slots=True)
class Recipient:
    """A contact as one who writes to them needs to know them. ``today`` is the date where they are."""

    contact_id: int
    external_id: str
    account_key: int
    person_id: int
    name: str
    email: str | None
    account: str | None
    language: str
    zone: str
    today: date


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message with what it is, to whom it goes and where it stands, in words.

    ``reason`` is ``stopped`` or ``paused`` while a stop or a paused campaign keeps it from leaving.
    ``overridden_by`` sent it past the policies, for ``overridden_why``.
    ``rule`` is the name of the policy or built-in rule that decided, "" for none; ``winner`` the id of the message or
    touch that won, 0 for none; ``planned`` is False until the gate has decided it for the first time.
    """

    id: int
    part: int
    account_key: int
    contact_id: int
    contact: str
    email: str | None
    state: str
    verdict: str
    reason: str
    rule: str
    winner: int
    channel: str | None
    wished: date
    day: date | None
    due: datetime | None
    planned: bool
    proposal_id: int
    source: str
    occurrence: str
    campaign: str
    type: str
    topic: str
    team: str
    urgent: bool
    tier: int
    value: float
    channels: tuple[str, ...]
    not_before: date | None
    expires: date | None
    template: str
    created_at: datetime
    changed_at: datetime
    follows: int | None
    overridden_by: str | None
    overridden_why: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """What a message's row said until ``at``, and why it moved on."""

    at: datetime
    state: str
    verdict: str
    reason: str
    rule: str
    day: date | None
    detail: str


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One hand-over of a message; ``outcome`` is None while nothing is known."""

    number: int
    owner: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    answer: str


_RECIPIENT: LiteralString = """
SELECT c.id AS contact_id, c.external_id, c.account_key, c.person_id, c.email,
       trim(c.first_name || ' ' || c.last_name) AS name, a.name AS account,
       coalesce(c.language, company.language, 'en') AS language, zone.name AS zone,
       (%(now)s::timestamptz AT TIME ZONE zone.name)::date AS today
FROM contact c
LEFT JOIN company ON company.id = 1
LEFT JOIN account a ON a.id = c.account_id
LEFT JOIN place cp ON cp.id = c.place_id
LEFT JOIN place ap ON ap.id = a.place_id
CROSS JOIN LATERAL (SELECT coalesce(cp.zone, ap.zone, company.zone, 'UTC') AS name) zone
"""


_CALLED: tuple[LiteralString, ...] = (
    "WHERE c.external_id = %(reference)s",
    "WHERE c.id = (SELECT contact_id FROM contact_alias WHERE external_id = %(reference)s)",
    "WHERE lower(c.email) = lower(%(reference)s)",
)


def find_recipients(connection: Conn, reference: str, now: datetime) -> list[Recipient]:
    """The contacts that an external id or an e-mail address names, oldest first; none when nobody is called that."""
    with connection.cursor(row_factory=class_row(Recipient)) as cursor:
        for where in _CALLED:
            given = {"reference": reference, "now": now}
            found = cursor.execute(f"{_RECIPIENT} {where} ORDER BY c.id", given).fetchall()
            if found:
                return found
    return []


def find_recipient(connection: Conn, reference: str, now: datetime) -> Recipient:
    """The one contact that an external id or an e-mail address names; a Problem when nobody or several have it."""
    found = find_recipients(connection, reference, now)
    if not found:
        raise Problem("messages.contact_unknown", field="contact", contact=reference)
    if len(found) > 1:
        ids = ", ".join(recipient.external_id for recipient in found)
        raise Problem("messages.contact_ambiguous", field="contact", contact=reference, ids=ids)
    return found[0]


def template_named(connection: Conn, name: str) -> int:
    """The id of a template that has a published version; a Problem when there is none."""
    row = connection.execute(
        "SELECT t.id, EXISTS (SELECT 1 FROM template_version v WHERE v.template_id = t.id)"
        " FROM template t WHERE t.name = %s",
        (name,),
    ).fetchone()
    if row is None:
        raise Problem("messages.template_unknown", field="template", template=name)
    if not row[1]:
        raise Problem("messages.template_unpublished", field="template", template=name)
    return int(row[0])


def check_team(connection: Conn, name: str) -> None:
    """A Problem when there is no team of this name; none is needed, and any name will do before teams are set up."""
    names = [team.name for team in teams(connection)]
    if name and names and name not in names:
        raise Problem("messages.not_one_of", field="team", value=name, words=", ".join(names))


def standing_stop(connection: Conn, channel: int | None, stream: Stream | None = None) -> int | None:
    """The stop of a channel by its code (None: of everything), or of one stream of it; None when there is none."""
    row = connection.execute(
        "SELECT id FROM stop WHERE lifted_at IS NULL AND channel IS NOT DISTINCT FROM %s::smallint"
        " AND stream IS NOT DISTINCT FROM %s",
        (channel, stream),
    ).fetchone()
    return int(row[0]) if row else None


def stopped_channels(connection: Conn, stream: Stream) -> frozenset[int]:
    """Codes of the channels on which nothing of a stream may leave now; all of them while everything is stopped."""
    rows = connection.execute(
        "SELECT channel FROM stop WHERE lifted_at IS NULL AND coalesce(stream, %(one)s) = %(one)s", {"one": stream}
    ).fetchall()
    codes = {code for (code,) in rows}
    return frozenset(Channel) if None in codes else frozenset(codes)


@dataclass(frozen=True, slots=True)
class Stopped:
    """A stop that stands: ``channel`` is None for everything, ``stream`` for both; who stopped it, why, when (UTC)."""

    channel: str | None
    stream: str | None
    reason: str
    actor: str
    at: datetime


def stops(connection: Conn) -> list[Stopped]:
    """The stops that stand, the oldest first."""
    rows = connection.execute("SELECT channel, stream, reason, actor, at FROM stop WHERE lifted_at IS NULL ORDER BY id")
    return [Stopped(None if code is None else CHANNELS[code], *rest) for code, *rest in rows]


_VIEW: LiteralString = """
SELECT m.id, m.part, m.account_key, m.contact_id, c.external_id AS contact, c.email, m.state, m.verdict, m.reason,
       m.rule, policy.name AS policy, m.winner, m.channel, m.wished, m.day, m.due, m.policy_version, m.proposal_id,
       p.source, p.occurrence, k.campaign, k.type, k.topic, k.team, k.urgent, p.tier, p.value,
       p.channels[m.wish_from + 1:] AS channels, p.not_before, p.expires, t.name AS template,
       m.created_at, m.changed_at, m.follows, o.actor AS overridden_by, o.reason AS overridden_why,
       p.state AS proposal_state,
       EXISTS (SELECT FROM stop s WHERE s.lifted_at IS NULL AND coalesce(s.channel, m.channel) = m.channel
               AND (s.stream IS NULL OR (s.stream = 'transactional') = (m.lane = 1))) AS stopped
FROM message m
JOIN proposal p ON p.id = m.proposal_id
JOIN kind k ON k.id = p.kind_id
JOIN template t ON t.id = p.template_id
LEFT JOIN contact c ON c.id = m.contact_id
LEFT JOIN policy ON policy.id = m.rule
LEFT JOIN override o ON o.message_id = m.id
"""


def message(connection: Conn, message_id: int) -> MessageView:
    """One message by its id; a Problem when there is none."""
    found = _views(connection, "WHERE m.part = ANY(%s) AND m.id = %s", (ALL_PARTS, message_id))
    if not found:
        raise Problem("messages.message_unknown", field="message", message=message_id)
    return found[0]


def open_messages(connection: Conn, account_key: int) -> list[MessageView]:
    """What is open, planned or held for an account key, in the order in which it was proposed."""
    return _views(
        connection,
        f"WHERE m.part = abs(%s::bigint) %% {PARTITIONS} AND m.account_key = %s AND m.{RECALLABLE} ORDER BY m.id",
        (account_key, account_key),
    )


def messages_of(connection: Conn, account_key: int, contact_ids: Sequence[int], since: datetime) -> list[MessageView]:
    """Every message to these contacts of one account key that is not final or changed since then, newest first."""
    return _views(
        connection,
        f"WHERE m.part = abs(%s::bigint) %% {PARTITIONS} AND m.account_key = %s AND m.contact_id = ANY(%s)"
        f" AND (m.{RECALLABLE} OR m.state = {State.SENDING} OR m.changed_at >= %s) ORDER BY m.id DESC",
        (account_key, account_key, list(contact_ids), since),
    )


def _views(connection: Conn, where: LiteralString, params: Sequence[object]) -> list[MessageView]:
    cursor = connection.execute(f"{_VIEW} {where}", params)
    names = [column.name for column in cursor.description or ()]
    return [_view(dict(zip(names, row, strict=True))) for row in cursor]


def _view(row: dict[str, Any]) -> MessageView:
    policy, version = row.pop("policy"), row.pop("policy_version")
    decided = row["type"] == "transactional" or version > 0
    stopped, proposal_state = row.pop("stopped"), row.pop("proposal_state")
    if row["state"] in OPEN_STATES and (stopped or proposal_state == ProposalState.PAUSED):
        row |= {"reason": REASON_CODE[Reason.stopped if stopped else Reason.paused], "rule": 0}
    return MessageView(
        **row
        | {
            "state": State(row["state"]).name.lower(),
            "verdict": VERDICTS[row["verdict"]].value,
            "reason": REASONS[row["reason"]].value,
            "rule": rule_name(row["rule"], policy),
            "channel": CHANNELS[row["channel"]] if row["channel"] >= 0 else None,
            "channels": tuple(CHANNELS[code] for code in row["channels"]),
            "planned": decided,
        }
    )


def rule_name(rule: int, policy: str | None) -> str:
    """The name of a stored rule: its policy's, a built-in rule's, or "" for none."""
    return policy or BUILTIN_RULES.get(rule, "")


def history(connection: Conn, message_id: int) -> list[Change]:
    """What the rows of a message said before, oldest first."""
    rows = connection.execute(
        "SELECT h.at, h.state, h.verdict, h.reason, h.rule, policy.name, h.day, h.detail FROM message_change h"
        " LEFT JOIN policy ON policy.id = h.rule WHERE h.part = ANY(%s) AND h.message_id = %s ORDER BY h.id",
        (ALL_PARTS, message_id),
    )
    return [
        Change(
            at=at,
            state=State(state).name.lower(),
            verdict=VERDICTS[verdict].value,
            reason=REASONS[reason].value,
            rule=rule_name(rule, policy),
            day=day,
            detail=detail,
        )
        for at, state, verdict, reason, rule, policy, day, detail in rows
    ]


def attempts(connection: Conn, message_id: int) -> list[AttemptView]:
    """The hand-overs of a message, first to last."""
    rows = connection.execute(
        "SELECT number, owner, started_at, ended_at, outcome, answer FROM attempt"
        " WHERE part = ANY(%s) AND message_id = %s ORDER BY number",
        (ALL_PARTS, message_id),
    )
    return [
        AttemptView(number, owner, started, ended, None if outcome is None else OUTCOMES[outcome].value, answer)
        for number, owner, started, ended, outcome, answer in rows
    ]


@dataclass(frozen=True, slots=True)
class Replanning:
    """Planning anew under the newest version of the policies: the accounts that had open messages when it came into
    force, and those of them that are still to be planned."""

    version: int
    since: datetime
    accounts: int
    left: int


def replanning(connection: Conn) -> Replanning | None:
    """How far planning under the newest policies has come; None when everything is planned.

    Nothing leaves on older ones meanwhile, as release decides on the newest.
    """
    row = connection.execute(
        "SELECT v.version, v.at, v.accounts, (SELECT count(*) FROM plan_request r WHERE r.at <= v.at)"
        " FROM policy_version v WHERE v.accounts > 0 AND v.version = (SELECT max(version) FROM policy_version)"
    ).fetchone()
    if row is None or not row[3]:
        return None
    version, since, accounts, left = row
    return Replanning(version, since, accounts, min(left, accounts))
