"""From claimed messages to the exact bytes that leave: template, figures and language in, mail out, copy archived."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import numpy as np
from psycopg import Connection
from psycopg.rows import dict_row

from pauta.channels.base import Outgoing, Stream
from pauta.channels.email import mime, providers
from pauta.channels.email.address import OWNER, sender_mailbox, smtp_address
from pauta.channels.email.dkim import REWRITTEN
from pauta.channels.email.links import REPLY, RETURN, UNSUBSCRIBE, LinkKeys, link_keys
from pauta.channels.email.signing import Signers, domain_of, feedback_name, signers
from pauta.content.footer import ONE_CLICK, UNSUBSCRIBE_FIGURE, completed, links
from pauta.content.queries import Published, choose, published
from pauta.core import archive
from pauta.core.gate.vocabulary import Channel
from pauta.core.problems import Problem
from pauta.core.render import CompiledTemplate, MissingFigure, Rendered, render
from pauta.core.tokens import Purpose
from pauta.core.tracking_links import measured
from pauta.messages.states import Unit
from pauta.people.measuring import Measures, measures
from pauta.pipeline.quarantine import DefectError, blamed, let_go
from pauta.pipeline.release import Claimed
from pauta.platform.copy import copy_rows
from pauta.platform.settings import Settings


@dataclass(frozen=True)
class Letterhead:
    """What all mails of a stream have in common.

    ``sender`` is for proposals that name none; ``link_url`` is how links in mails begin, or empty where readers could
    not reach them; ``return_domain`` is where bounces go, or empty when they go to the sender. ``leaves`` is False
    where a catcher on this machine takes every mail. ``rewritten``: the provider writes Message-ID and Date anew.
    """

    sender: str
    link_url: str
    return_domain: str = ""
    leaves: bool = True
    rewritten: bool = False

    @staticmethod
    def of(settings: Settings, stream: Stream) -> Letterhead:
        """As the settings say."""
        return Letterhead(
            settings.sender,
            settings.link_url,
            providers.return_domain_of(settings, stream),
            providers.leaves(settings, stream),
            providers.rewrites(settings, stream),
        )


@dataclass(frozen=True)
class Ready:
    """A message whose bytes are archived and whose attempt is on record: only the hand-over is left."""

    claimed: Claimed
    number: int
    outgoing: Outgoing


@dataclass(frozen=True)
class Unready:
    """A message that could not be rendered: a figure is missing, what is wrong with it, or a defect of ours."""

    claimed: Claimed
    why: MissingFigure | Problem | DefectError


@dataclass(frozen=True)
class _Mail:
    claimed: Claimed
    number: int
    sender: str
    recipient: str
    content: bytes
    dictionary: bytes
    measured: bool
    name: str


def reference(part: int, message_id: int, number: int) -> str:
    """The key under which an attempt stands in journals and outcomes."""
    return f"{part}.{message_id}.{number}"


def prepare(
    connection: Connection[Any], now: datetime, claimed: Sequence[Claimed], owner: str, letterhead: Letterhead
) -> tuple[list[Ready], list[Unready]]:
    """Render claimed e-mails; write their archive copies and attempts, in the caller's transaction.

    Messages that cannot be rendered come back apart.
    """
    recipients = recipients_of(connection, [one.contact_id for one in claimed])
    proposals = _proposals(connection, {one.proposal_id for one in claimed})
    numbers = _attempts_before(connection, claimed)
    desk = _Desk(
        letterhead, link_keys(connection), signers(connection), company_of(connection), measures(connection), now
    )
    mails: list[_Mail] = []
    unready: list[Unready] = []
    for one in claimed:
        try:
            with blamed(Unit.MESSAGE, ((one.part, one.id),), MissingFigure, Problem):
                recipient, proposal = recipients[one.contact_id], proposals[one.proposal_id]
                mails.append(_mail(one, numbers.get(one.id, 0) + 1, recipient, proposal, desk))
        except (MissingFigure, Problem, DefectError) as why:
            unready.append(Unready(one, why))
    named = [(mail.claimed.part, mail.claimed.id) for mail in mails]
    with blamed(Unit.MESSAGE, named):
        _archive(connection, mails)
        _attempt(connection, now, mails, owner)
        let_go(connection, Unit.MESSAGE, named)
    ready = [
        Ready(
            mail.claimed,
            mail.number,
            Outgoing(
                reference(mail.claimed.part, mail.claimed.id, mail.number),
                mail.sender,
                mail.recipient,
                mail.content,
                mail.name,
            ),
        )
        for mail in mails
    ]
    return ready, unready


@dataclass(frozen=True)
class _Proposal:
    figures: Mapping[str, object]
    sender: str
    type: str
    created_at: datetime
    template: str
    versions: tuple[Published, ...]


@dataclass(frozen=True)
class _Desk:
    """What is the same for all mails of one batch."""

    letterhead: Letterhead
    keys: LinkKeys
    signers: Signers
    company: Mapping[str, Any]
    measures: Measures
    now: datetime


def _mail(
    claimed: Claimed,
    number: int,
    recipient: Mapping[str, Any],
    proposal: _Proposal,
    desk: _Desk,
) -> _Mail:
    if claimed.channel != Channel.email:
        raise Problem("channel_without_provider", field="channel", channel=Channel(claimed.channel).name)
    if not proposal.versions:
        raise Problem("messages.template_unpublished", field="template", template=proposal.template)
    company, base, returns = desk.company, desk.letterhead.link_url, desk.letterhead.return_domain
    version = choose(proposal.versions, recipient["language"], company["language"])
    language = recipient["language"] or company["language"]
    token = desk.keys.token(Purpose.CHOICES, claimed.id)
    ways = links(base, token) if base else None
    figures = {**figures_of(recipient, company), **proposal.figures, **(ways.figures if ways else {})}
    rendered = render(version.compiled, figures, language)
    headers: dict[str, str] = {}
    if proposal.type != "transactional":
        if ways is None:
            raise MissingFigure(UNSUBSCRIBE_FIGURE)
        rendered = completed(rendered, ways, company, version.language, leaves=desk.letterhead.leaves)
        by_mail = f", <mailto:{UNSUBSCRIBE}{token}@{returns}>" if returns else ""
        headers = {"List-Unsubscribe": f"<{ways.unsubscribe}>{by_mail}", "List-Unsubscribe-Post": ONE_CLICK}
    tells = bool(base) and recipient["measured"] and desk.measures.covers(proposal.type)
    if tells:
        rendered = replace(rendered, html=measured(rendered.html, base, desk.keys.newest, claimed.id))
    who, reply_to = _from(claimed, recipient, proposal, desk)
    _, own = sender_mailbox(who)
    domain = own.rpartition("@")[2]
    headers["Feedback-ID"] = f"{claimed.proposal_id}:{proposal.type}::{feedback_name(domain)}"
    skeleton, dictionary = _skeleton(version.compiled, who)
    name = f"{recipient['first_name']} {recipient['last_name']}".strip()
    content = mime.build(
        skeleton,
        rendered,
        mime.Mailbox(recipient["email"], name),
        f"<{desk.keys.token_of(Purpose.MESSAGE_ID, claimed.id, proposal.created_at)}@{domain}>",
        desk.now,
        headers,
        reply_to,
    )
    signed = desk.signers.signed(content, domain, REWRITTEN if desk.letterhead.rewritten else frozenset())
    returning = desk.keys.token(Purpose.RETURN, claimed.id)
    sender = f"{RETURN}{returning}@{returns}" if returns else own
    return _Mail(claimed, number, sender, smtp_address(recipient["email"]), signed, dictionary, tells, returning)


def _from(
    claimed: Claimed, recipient: Mapping[str, Any], proposal: _Proposal, desk: _Desk
) -> tuple[str, mime.Mailbox | None]:
    """Whom a mail is from, and where answers go, if not there.

    A colleague's mail has their address only where their domain is the company's or signs; otherwise it has their name
    and the company's address, as receivers would not believe the other. Answers come in by the mail room, which passes
    them on.
    """
    ours = desk.company["sender"] or desk.letterhead.sender
    if proposal.sender != OWNER:
        return proposal.sender or ours, None
    if not recipient["owner_email"]:
        return ours, None
    name = _NOT_IN_NAMES.sub(" ", recipient["owner_name"]).strip()
    theirs, returns = smtp_address(recipient["owner_email"]), desk.letterhead.return_domain
    domain = domain_of(theirs)
    believed = domain == domain_of(ours) or desk.signers.signs_for(domain)
    address = theirs if believed else sender_mailbox(ours)[1]
    if returns:
        answers = f"{REPLY}{desk.keys.token(Purpose.REPLY, claimed.id)}@{returns}"
        return f"{name} <{address}>", mime.Mailbox(answers, name)
    return f"{name} <{address}>", None if believed else mime.Mailbox(theirs, name)


_NOT_IN_NAMES = re.compile(r'[<>"\x00-\x1f\x7f\u0085\u2028\u2029]')


def figures_of(recipient: Mapping[str, Any], company: Mapping[str, Any]) -> dict[str, object]:
    """What every template is told of its reader."""
    account = {**(recipient["account_attributes"] or {}), "name": recipient["account_name"]}
    contact = {**recipient["attributes"], **{name: recipient[name] for name in _CONTACT_FIGURES}}
    return {"contact": contact, "account": account, "company": company}


_CONTACT_FIGURES = ("first_name", "last_name", "email", "language", "stage")


@lru_cache(maxsize=256)
def _skeleton(compiled: CompiledTemplate, sender: str) -> tuple[mime.Skeleton, bytes]:
    """What all mails of a template by one sender share, and the dictionary for their archive copies.

    The dictionary is the unrendered template as a mail: nearly all bytes of every copy, and nobody's data.
    """
    name, address = sender_mailbox(sender)
    skeleton = mime.skeleton(mime.Mailbox(address, name))
    unrendered = Rendered("", compiled.html, compiled.text)
    sample = mime.build(
        skeleton, unrendered, mime.Mailbox("nobody@example.com"), "<0@example.com>", datetime(2000, 1, 1, tzinfo=UTC)
    )
    return skeleton, sample


def recipients_of(connection: Connection[Any], ids: list[int]) -> dict[int, dict[str, Any]]:
    """What templates may be told of these contacts and their accounts, by contact."""
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            """
            SELECT c.id, c.external_id, c.email, c.first_name, c.last_name, c.language, c.stage, c.attributes,
                   coalesce(a.name, '') AS account_name, a.attributes AS account_attributes,
                   u.email AS owner_email, u.name AS owner_name,
                   NOT EXISTS (SELECT FROM unmeasured u WHERE u.contact_id = c.id) AS measured
            FROM contact c LEFT JOIN account a ON a.id = c.account_id
                 LEFT JOIN pauta_user u ON lower(u.email) = lower(a.owner) AND u.disabled_at IS NULL
            WHERE c.id = ANY(%s)
            """,
            (ids,),
        )
        return {row["id"]: row for row in cursor}


def _proposals(connection: Connection[Any], ids: set[int]) -> dict[int, _Proposal]:
    rows = connection.execute(
        "SELECT p.id, p.figures, p.sender, k.type, p.created_at, t.name, t.id FROM proposal p "
        "JOIN kind k ON k.id = p.kind_id JOIN template t ON t.id = p.template_id WHERE p.id = ANY(%s)",
        (list(ids),),
    ).fetchall()
    versions = {template: published(connection, template) for template in {row[-1] for row in rows}}
    return {
        number: _Proposal(figures, sender, kind, created_at, name, versions[template])
        for number, figures, sender, kind, created_at, name, template in rows
    }


def company_of(connection: Connection[Any]) -> dict[str, Any]:
    """What templates may be told of the company."""
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute("SELECT name, language, sender, postal_address FROM company")
        return cursor.fetchone() or {"name": "", "language": "en", "sender": "", "postal_address": ""}


def _attempts_before(connection: Connection[Any], claimed: Sequence[Claimed]) -> dict[int, int]:
    rows = connection.execute(
        """
        SELECT attempt.message_id, max(attempt.number)
        FROM attempt JOIN unnest(%s::int2[], %s::int8[]) AS one (part, id)
             ON attempt.part = one.part AND attempt.message_id = one.id
        GROUP BY attempt.message_id
        """,
        ([one.part for one in claimed], [one.id for one in claimed]),
    )
    return dict(rows.fetchall())


def _attempt(connection: Connection[Any], now: datetime, mails: Sequence[_Mail], owner: str) -> None:
    count = len(mails)
    copy_rows(
        connection,
        "attempt",
        {
            "part": np.array([mail.claimed.part for mail in mails], dtype=np.int16),
            "message_id": np.array([mail.claimed.id for mail in mails], dtype=np.int64),
            "number": np.array([mail.number for mail in mails], dtype=np.int32),
            "owner": [owner] * count,
            "started_at": np.full(count, np.datetime64(now.replace(tzinfo=None), "us")),
            "measured": np.array([mail.measured for mail in mails], dtype=np.bool_),
        },
        {
            "part": "int2",
            "message_id": "int8",
            "number": "int4",
            "owner": "text",
            "started_at": "timestamptz",
            "measured": "bool",
        },
    )


def _archive(connection: Connection[Any], mails: Sequence[_Mail]) -> None:
    skeletons = {
        dictionary: _skeleton_id(connection, dictionary) for dictionary in sorted({mail.dictionary for mail in mails})
    }
    copy_rows(
        connection,
        "archive",
        {
            "part": np.array([mail.claimed.part for mail in mails], dtype=np.int16),
            "message_id": np.array([mail.claimed.id for mail in mails], dtype=np.int64),
            "number": np.array([mail.number for mail in mails], dtype=np.int32),
            "skeleton_id": np.array([skeletons[mail.dictionary] for mail in mails], dtype=np.int64),
            "hash": [archive.content_hash(mail.content) for mail in mails],
            "body": [archive.compress(mail.content, mail.dictionary) for mail in mails],
        },
        {
            "part": "int2",
            "message_id": "int8",
            "number": "int4",
            "skeleton_id": "int8",
            "hash": "bytea",
            "body": "bytea",
        },
    )


def _skeleton_id(connection: Connection[Any], dictionary: bytes) -> int:
    digest = archive.content_hash(dictionary)
    connection.execute(
        "INSERT INTO skeleton (hash, body) VALUES (%s, %s) ON CONFLICT (hash) DO NOTHING", (digest, dictionary)
    )
    (number,) = connection.execute("SELECT id FROM skeleton WHERE hash = %s", (digest,)).fetchone() or (0,)
    return int(number)
