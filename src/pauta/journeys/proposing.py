"""Messages of journeys: proposed like those of campaigns, decided by the same gate. Nothing here commits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import Connection

from pauta.core.gate.reasons import REASON_CODE, VERDICT_CODE, Reason, Verdict
from pauta.core.journey.document import Defaults, Document, MessageNode
from pauta.journeys.enrolled import Enrolled, Tick
from pauta.journeys.leaving import SOURCE
from pauta.messages.actions import add_proposal, request_plan
from pauta.messages.ledger import message_ids, wake
from pauta.messages.queries import template_named
from pauta.messages.states import Lane, State
from pauta.messages.terms import Terms, read_terms
from pauta.team.roles import Caller
from pauta.team.sending import require_bulk

Conn = Connection[Any]

_WRITE = """
WITH proposed AS (
    SELECT c.part, proposed.id, c.account_key, c.id AS contact_id, proposed.proposal_id, proposed.wished
    FROM unnest(%(ids)s::int8[], %(contacts)s::int8[], %(proposals)s::int8[], %(wished)s::date[])
         AS proposed (id, contact_id, proposal_id, wished)
    JOIN contact c ON c.id = proposed.contact_id
), keyed AS (
    INSERT INTO message_key (proposal_id, contact_id, message_id) SELECT proposal_id, contact_id, id FROM proposed
)
INSERT INTO message (part, id, account_key, contact_id, proposal_id, lane, state, verdict, reason, rule, winner,
                     channel, wished, day, due, policy_version, created_at, changed_at)
SELECT part, id, account_key, contact_id, proposal_id, %(lane)s, %(state)s, %(verdict)s, %(reason)s, 0, 0, %(channel)s,
       wished, CASE WHEN %(state)s = %(planned)s THEN wished END, %(now)s, 0, %(now)s, %(now)s
FROM proposed RETURNING account_key
"""


def propose(tick: Tick, node: MessageNode, rows: Sequence[Enrolled]) -> None:
    """Write one message for each of the enrolments, which are told its number; the gate decides them next.

    Contacts that came to the node on the same day by equally many steps share a proposal, and are kept from getting it
    twice by the key over proposal and contact.
    """
    connection, now = tick.connection, tick.now
    connection.execute(
        "SELECT FROM contact WHERE id = ANY(%s) ORDER BY id FOR SHARE", ([row.contact_id for row in rows],)
    )
    groups: dict[tuple[date, int, int], list[Enrolled]] = defaultdict(list)
    for row in rows:
        today = now.astimezone(ZoneInfo(row.zone)).date()
        groups[today, row.number, row.seq].append(row)
    template = template_named(connection, node.template)
    ids, contacts, proposals, wished = [], [], [], []
    terms = terms_of(tick.version.document.messages, node, None)
    for (today, number, seq), group in sorted(groups.items()):
        proposal = _proposal(tick, node, today, f"{number}.{seq}", template)
        numbers = message_ids(connection, len(group)).tolist()
        for row, message in zip(group, numbers, strict=True):
            row.message_id = message
            tick.proposed[row.id, row.seq] = message
        ids += numbers
        contacts += [row.contact_id for row in group]
        proposals += [proposal] * len(group)
        wished += [today] * len(group)
    at_once = terms.type == "transactional"
    keys = connection.execute(
        _WRITE,
        {
            "ids": ids,
            "contacts": contacts,
            "proposals": proposals,
            "wished": wished,
            "now": now,
            "lane": Lane.FAST if at_once else Lane.BULK,
            "state": State.PLANNED if at_once else State.OPEN,
            "planned": State.PLANNED,
            "verdict": VERDICT_CODE[Verdict.send if at_once else Verdict.queue],
            "reason": REASON_CODE[Reason.clear],
            "channel": terms.channel_codes[0] if at_once else -1,
        },
    ).fetchall()
    if at_once:
        wake(connection)
    else:
        request_plan(connection, [key for (key,) in keys], now)


def terms_of(usual: Defaults, node: MessageNode, expires: date | None) -> Terms:
    """On what terms a node's messages go: as it says, and where it says nothing, as is usual in the journey; a Problem
    when nothing can go so."""

    def own(name: str) -> object:
        stated = getattr(node, name)
        return getattr(usual, name) if stated is None else stated

    names = ("type", "topic", "team", "tier", "value", "urgent", "channels")
    return read_terms({**{name: own(name) for name in names}, "at": node.at, "expires": expires})


def require_permitted(connection: Conn, who: Caller, document: Document) -> None:
    """Refuse a journey with a message that the caller may not send to as many as there are contacts."""
    nodes = [node for node in document.nodes if isinstance(node, MessageNode)]
    all_terms = [terms_of(document.messages, node, None) for node in nodes]
    for kind, topic, channels in sorted({(terms.type, terms.topic, terms.channels) for terms in all_terms}):
        require_bulk(connection, who, kind, topic, channels, lambda: _everybody(connection))


def _everybody(connection: Conn) -> int:
    row = connection.execute("SELECT count(*) FROM contact").fetchone()
    assert row is not None
    return int(row[0])


def _proposal(tick: Tick, node: MessageNode, today: date, passing: str, template: int) -> int:
    version = tick.version
    occurrence = f"{version.journey_id}:{version.id}:{node.id}:{today}:{passing}"
    made = add_proposal(
        tick.connection,
        tick.now,
        terms_of(version.document.messages, node, today + timedelta(days=node.expires_days)),
        source=SOURCE,
        occurrence=occurrence,
        template_id=template,
        actor=version.publisher,
        campaign=version.journey,
        sender=version.document.messages.sender,
    )
    if made is not None:
        return made
    row = tick.connection.execute(
        "SELECT id FROM proposal WHERE source = %s AND occurrence = %s", (SOURCE, occurrence)
    ).fetchone()
    assert row is not None
    return int(row[0])
