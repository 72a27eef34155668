"""Delivery: handing mails over with a journal of final dots, and recording what became of them, in sets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection, sql

from pauta.channels.base import Outcome, OutcomeKind, Outgoing, Sender
from pauta.core.gate.reasons import REASON_CODE, Reason
from pauta.core.gate.vocabulary import Channel
from pauta.core.render import MissingFigure
from pauta.messages import actions as messages
from pauta.messages.ledger import move
from pauta.messages.states import State, Unit
from pauta.people.actions import suppress
from pauta.people.addresses import AddressState
from pauta.pipeline.announcing import announce_messages
from pauta.pipeline.fallback import follow_up
from pauta.pipeline.journal import Journal
from pauta.pipeline.people import people_changed
from pauta.pipeline.quarantine import DefectError, set_aside
from pauta.pipeline.rendering import Ready, Unready
from pauta.platform import log
from pauta.platform.partitions import PARTITIONS
from pauta.webhooks.kinds import Kind

MOST_REFUSALS = 20
"""How often a server may say "later" before a message has failed; attempts that never went out do not count."""
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=4)
OUTCOME_CODE = {kind: code for code, kind in enumerate(OutcomeKind)}
"""Codes of outcomes in the ledger: the position in ``OutcomeKind``."""


@dataclass(frozen=True)
class Hooks:
    """Before a final dot: the journal first, then the lease. So a worker that is stopped between the two and resumed
    after its partitions went to somebody else either sends what its successor counts as unknown, or sends nothing."""

    journal: Journal
    may_send: Callable[[str], bool]

    def before_dot(self, outgoing: Outgoing) -> bool:
        """Write the journal, then ask whether the message is still ours to send."""
        return self.journal.dot(outgoing.reference) and self.may_send(outgoing.reference)

    def after_answer(self, _outgoing: Outgoing, outcome: Outcome) -> None:
        """Keep the answer where it outlives this process."""
        self.journal.answer(outcome)


def hand_over(
    sender: Sender, ready: Sequence[Ready], hooks: Hooks, go_on: Callable[[], bool]
) -> tuple[list[Outcome], list[Outcome]]:
    """Give the mails to the channel while ``go_on`` says so: outcomes of those given, and of those left for later."""
    begun: list[str] = []

    def outgoing() -> Iterator[Outgoing]:
        for one in ready:
            if begun and not go_on():
                return
            begun.append(one.outgoing.reference)
            yield one.outgoing

    outcomes = list(sender.deliver(outgoing(), hooks))
    left = [one.outgoing.reference for one in ready[len(begun) :]]
    return outcomes, [Outcome(reference, OutcomeKind.UNSENT, text="not begun in time") for reference in left]


def hold_unready(connection: Connection[Any], now: datetime, unready: Sequence[Unready]) -> None:
    """Hold messages whose figures are missing until that is mended; what can never be sent has failed.

    What met a defect of ours is set aside.
    """
    held: dict[tuple[int, str], list[int]] = defaultdict(list)
    failed: dict[tuple[int, str], list[int]] = defaultdict(list)
    aside: dict[str, list[DefectError]] = defaultdict(list)
    for one in unready:
        if isinstance(one.why, MissingFigure):
            held[one.claimed.part, one.why.name].append(one.claimed.id)
        elif isinstance(one.why, DefectError):
            aside[one.why.told].append(one.why)
        else:
            failed[one.claimed.part, str(one.why)].append(one.claimed.id)
    for error, defects in aside.items():
        log.logger(__name__).error("messages set aside", count=len(defects), exc_info=defects[0])
        put_back(connection, now, [defect.named[0] for defect in defects], error)
    for (part, figure), ids in held.items():
        messages.hold(connection, part, ids, now, reason=Reason.missing_figure, detail=figure)
    for (part, problem), ids in failed.items():
        keys = move(
            connection,
            sql.SQL(f"part = %(part)s AND id = ANY(%(ids)s) AND state = {State.SENDING}"),
            {"part": part, "ids": ids},
            to=State.FAILED,
            reason=Reason.rejected,
            now=now,
            detail=problem,
        )
        follow_up(connection, now, [(part, number) for number in ids])
        messages.request_plan(connection, keys, now)


def put_back(connection: Connection[Any], now: datetime, named: Sequence[tuple[int, int]], error: str) -> None:
    """Set messages aside (partition, id): they keep their places, and are due again after a pause that grows."""
    pauses = set_aside(connection, Unit.MESSAGE, named, error)
    connection.execute(
        f"""
        WITH back AS (
            UPDATE message SET state = {State.PLANNED}, due = %(now)s + pause, changed_at = %(now)s
            FROM unnest(%(parts)s::int2[], %(ids)s::int8[], %(pauses)s::interval[]) AS aside (part, id, pause)
            WHERE message.part = aside.part AND message.id = aside.id AND state IN ({State.PLANNED}, {State.SENDING})
            RETURNING message.part, message.id, old.state, verdict, reason, rule, day)
        INSERT INTO message_change (part, message_id, at, state, verdict, reason, rule, day, detail)
        SELECT part, id, %(now)s, state, verdict, reason, rule, day, %(error)s FROM back
        """,
        {
            "now": now,
            "error": error,
            "parts": [part for part, _ in pauses],
            "ids": [number for _, number in pauses],
            "pauses": list(pauses.values()),
        },
    )


def record(connection: Connection[Any], now: datetime, outcomes: Sequence[Outcome]) -> int:
    """Write what became of attempts, in the caller's transaction; return how many were still undecided.

    An attempt that somebody else has settled is left alone. A refusal for now comes back after a pause; a lost answer
    is final for bulk, and sends transactional and urgent operational messages again under the same Message-ID.
    """
    rows = [(*(int(piece) for piece in outcome.reference.split(".")), outcome) for outcome in outcomes]
    _suppress_bad(connection, now, [one for one in outcomes if one.address_bad])
    settled = connection.execute(_SETTLE, _values(now, rows)).fetchall()
    if len(settled) < len(rows):
        settled += connection.execute(_SETTLE, _values(now, _moved(connection, rows))).fetchall()
    failed = [one for one in settled if one[1] == State.FAILED]
    follow_up(connection, now, [(part, number) for _, _, part, number in failed])
    messages.request_plan(connection, [key for key, *_ in failed], now)
    for state, kind in _ANNOUNCED.items():
        announce_messages(connection, now, kind, [(part, number) for _, to, part, number in settled if to == state])
    return len(settled)


_ANNOUNCED = {State.SENT: Kind.MESSAGE_SENT, State.FAILED: Kind.MESSAGE_FAILED}


def _suppress_bad(connection: Connection[Any], now: datetime, refused: Sequence[Outcome]) -> None:
    """Never write again to addresses that the server says do not exist."""
    if not refused:
        return
    texts = {int(outcome.reference.split(".")[1]): outcome.text for outcome in refused}
    found = connection.execute(
        "SELECT DISTINCT ON (lower(c.email)) c.email, m.id FROM message m JOIN contact c ON c.id = m.contact_id "
        "WHERE m.part = ANY(%s) AND m.id = ANY(%s) AND c.email IS NOT NULL",
        (list(range(PARTITIONS)), list(texts)),
    ).fetchall()
    addresses = [address for address, _ in found]
    states = [AddressState.BOUNCED] * len(addresses)
    reasons = [texts[number] for _, number in found]
    people_changed(
        connection, suppress(connection, Channel.email, addresses, states, reasons, source="smtp", now=now), now
    )


def _moved(connection: Connection[Any], rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Attempts whose contact went to another partition during the hand-over, under the one where they are now."""
    found = connection.execute(
        "SELECT part, message_id, number FROM attempt "
        "WHERE part = ANY(%s) AND message_id = ANY(%s) AND outcome IS NULL",
        (list(range(PARTITIONS)), [row[1] for row in rows]),
    ).fetchall()
    now_in = {(message_id, number): part for part, message_id, number in found}
    return [(now_in[row[1:3]], *row[1:]) for row in rows if row[1:3] in now_in]


def _values(now: datetime, rows: Sequence[tuple[Any, ...]]) -> dict[str, object]:
    outcomes = [row[3] for row in rows]
    return {
        "now": now,
        "parts": [row[0] for row in rows],
        "ids": [row[1] for row in rows],
        "numbers": [row[2] for row in rows],
        "codes": [OUTCOME_CODE[one.kind] for one in outcomes],
        "waits": [one.wait_seconds for one in outcomes],
        "answers": [f"{one.code or ''} {one.status} {one.text}".strip() for one in outcomes],
        "first_pause": FIRST_PAUSE,
        "longest_pause": LONGEST_PAUSE,
        "most": MOST_REFUSALS,
    }


_TRIED = f"({OUTCOME_CODE[OutcomeKind.LATER]}, {OUTCOME_CODE[OutcomeKind.LOST]})"
"""Outcomes that count as a refusal: the server said "later", or took everything and said nothing."""


def _moves() -> str:
    """The state that follows an outcome, as SQL over ``new``, the refusals so far and the message's kind."""
    code = OUTCOME_CODE
    again = "(k.type = 'transactional' OR (k.type = 'operational' AND k.urgent))"
    return f"""
        CASE WHEN new.code = {code[OutcomeKind.SENT]} THEN {State.SENT}
             WHEN new.code = {code[OutcomeKind.FAILED]} THEN {State.FAILED}
             WHEN new.code = {code[OutcomeKind.LOST]} AND NOT {again} THEN {State.UNKNOWN}
             WHEN new.code IN {_TRIED} AND refused.times >= %(most)s THEN {State.FAILED}
             ELSE {State.PLANNED} END"""


_REASONS = f"""
        CASE WHEN moved.state = {State.FAILED} THEN {REASON_CODE[Reason.rejected]}
             WHEN moved.state = {State.UNKNOWN} THEN {REASON_CODE[Reason.lost]}
             WHEN moved.state = {State.SENT} AND m.reason IN ({REASON_CODE[Reason.clear]}, {REASON_CODE[Reason.later]})
             THEN {REASON_CODE[Reason.delivered]}
             WHEN moved.code = {OUTCOME_CODE[OutcomeKind.LATER]} THEN {REASON_CODE[Reason.later]}
             ELSE m.reason END"""
"""A message that waited keeps the reason for that when it is sent."""

_SETTLE = f"""
WITH new AS (
    SELECT * FROM unnest(%(parts)s::int2[], %(ids)s::int8[], %(numbers)s::int4[], %(codes)s::int2[],
                         %(answers)s::text[], %(waits)s::float8[])
             AS given (part, message_id, number, code, answer, wait)),
done AS (
    UPDATE attempt SET ended_at = %(now)s, outcome = new.code, answer = new.answer
    FROM new WHERE attempt.part = new.part AND attempt.message_id = new.message_id AND attempt.number = new.number
             AND attempt.outcome IS NULL
    RETURNING attempt.part, attempt.message_id, attempt.number, attempt.outcome AS code, attempt.answer, new.wait),
moved AS MATERIALIZED (
    SELECT new.part, new.message_id AS id, new.code, new.answer, {_moves()} AS state,
           CASE WHEN new.code = {OUTCOME_CODE[OutcomeKind.LATER]}
                THEN %(now)s + least(%(longest_pause)s, %(first_pause)s * power(2, refused.times - 1))
                WHEN new.code = {OUTCOME_CODE[OutcomeKind.LOST]} AND refused.times > 1
                THEN %(now)s + least(%(longest_pause)s, %(first_pause)s * power(2, refused.times - 2))
                ELSE %(now)s + make_interval(secs => new.wait) END AS due
    FROM done new JOIN message m ON m.part = new.part AND m.id = new.message_id AND m.state = {State.SENDING}
         JOIN proposal p ON p.id = m.proposal_id JOIN kind k ON k.id = p.kind_id
         CROSS JOIN LATERAL (
             SELECT 1 + count(*) AS times FROM attempt a
             WHERE a.part = new.part AND a.message_id = new.message_id AND a.outcome IN {_TRIED}
               AND new.code IN {_TRIED}) refused),
told AS (
    INSERT INTO message_change (part, message_id, at, state, verdict, reason, rule, day, detail)
    SELECT m.part, m.id, %(now)s, m.state, m.verdict, m.reason, m.rule, m.day, moved.answer
    FROM moved JOIN message m ON m.part = moved.part AND m.id = moved.id
    WHERE moved.state <> {State.SENT})
UPDATE message m SET state = moved.state, reason = {_REASONS}, changed_at = %(now)s,
       due = CASE WHEN moved.state = {State.PLANNED} THEN moved.due END
FROM moved WHERE m.part = moved.part AND m.id = moved.id
RETURNING m.account_key, m.state, m.part, m.id
"""
