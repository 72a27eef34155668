"""What providers report comes in: kept at once, each report once, and acted on like the mails that come in.

The order in which reports come does not matter: a bounce or a complaint outweighs a delivery, whichever was first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import class_row

from pauta.channels.email.incoming import Bounce, Incoming, Kind
from pauta.channels.email.links import link_keys
from pauta.channels.reports import Happened, Report
from pauta.core.gate.reasons import Reason
from pauta.core.tokens import Purpose
from pauta.core.tracking_links import is_own
from pauta.core.tracking_signs import What
from pauta.messages.ledger import lock_parts, move, wake
from pauta.messages.origins import Origin, origin_of
from pauta.messages.states import State, Unit
from pauta.pipeline.incoming import TooEarly, failed, heed
from pauta.pipeline.quarantine import FREE, blamed, let_go
from pauta.pipeline.unmatched import MAIL
from pauta.platform.partitions import PARTITIONS
from pauta.tracking.actions import Arrival, record_hits

AT_ONCE = 1_000
FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=5)

_AS_MAIL = {
    Happened.HARD: (Kind.bounce, Bounce.hard),
    Happened.SOFT: (Kind.bounce, Bounce.soft),
    Happened.POLICY: (Kind.bounce, Bounce.policy),
    Happened.UNCLEAR: (Kind.bounce, Bounce.unknown),
    Happened.COMPLAINED: (Kind.complaint, None),
    Happened.UNSUBSCRIBED: (Kind.unsubscribe, None),
}
"""What is acted on like a mail that says so."""
_ACTED_ON = (*_AS_MAIL, Happened.FAILED)
_TAKEN = (Happened.ACCEPTED, Happened.DELIVERED)
"""What proves that the provider has the message, where its answer was lost."""

_NO_PART = 0

Conn = Connection[Any]


def keep(connection: Conn, now: datetime, provider: str, reports: Sequence[Report]) -> int:
    """Keep reports, in the caller's transaction; how many were new. They are acted on by a worker, at once."""
    keys = link_keys(connection)
    numbers = [keys.number_in(Purpose.RETURN, one.name) for one in reports]
    new = connection.execute(
        """
        INSERT INTO provider_report (provider, external_id, said, happened, message_id, at, received_at, status, words,
                                     recipients, raw, due_at)
        SELECT %(provider)s, external_id, said, happened, message_id, at, %(now)s, status, words,
               string_to_array(recipients, ' '), raw, CASE WHEN waits THEN %(now)s::timestamptz END
        FROM unnest(%(ids)s::text[], %(said)s::text[], %(happened)s::text[], %(numbers)s::int8[],
                    %(at)s::timestamptz[], %(statuses)s::text[], %(words)s::text[], %(recipients)s::text[],
                    %(raw)s::text[], %(waits)s::bool[])
             AS given (external_id, said, happened, message_id, at, status, words, recipients, raw, waits)
        ON CONFLICT (provider, external_id) DO NOTHING RETURNING external_id
        """,
        {
            "provider": provider,
            "now": now,
            "ids": [_storable(one.id) for one in reports],
            "said": [_storable(one.said) for one in reports],
            "happened": [one.happened.value for one in reports],
            "numbers": numbers,
            "at": [one.at for one in reports],
            "statuses": [_storable(one.status) for one in reports],
            "words": [_storable(one.text) for one in reports],
            "recipients": [_storable(" ".join(one.recipients)) for one in reports],
            "raw": [
                _storable(one.raw) if number is None or one.happened is Happened.OTHER else ""
                for one, number in zip(reports, numbers, strict=True)
            ],
            "waits": [
                number is not None and one.happened in (*_ACTED_ON, *_TAKEN)
                for one, number in zip(reports, numbers, strict=True)
            ],
        },
    ).fetchall()
    fresh = {name for (name,) in new}
    _read(
        connection, [(number, one) for one, number in zip(reports, numbers, strict=True) if _storable(one.id) in fresh]
    )
    wake(connection)
    return len(new)


_MANY_LINKS = 9_999
"""How many different links the mail has is not told: more than anybody follows."""
_READINGS = {Happened.OPENED: What.OPEN, Happened.CLICKED: What.CLICK}


def _read(connection: Conn, reports: Sequence[tuple[int | None, Report]]) -> None:
    """Write opens and clicks down that the provider measured, of mails that we measure too; links of ours tell it
    themselves."""
    told = [(number, one) for number, one in reports if number is not None and one.happened in _READINGS]
    if not told:
        return
    rows = connection.execute(
        "SELECT DISTINCT message_id FROM attempt WHERE part = ANY(%s) AND message_id = ANY(%s) AND measured",
        (list(range(PARTITIONS)), [number for number, _ in told]),
    )
    measured = {number for (number,) in rows}
    arrivals = [
        Arrival(number, one.at, _READINGS[one.happened], one.link, _MANY_LINKS, one.ip, one.agent, head=False)
        for number, one in told
        if number in measured and not is_own(one.link)
    ]
    record_hits(connection, arrivals)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A report that is to be acted on."""

    id: int
    provider: str
    external_id: str
    happened: str
    message_id: int
    status: str
    words: str
    recipients: list[str]


def act(connection: Conn, now: datetime) -> int:
    """Act on the next report that is due, in the caller's transaction, or note many deliveries together; how many."""
    with connection.cursor(row_factory=class_row(_Waiting)) as cursor:
        one = cursor.execute(
            "SELECT id, provider, external_id, happened, message_id, status, words, recipients"
            " FROM provider_report WHERE due_at <= %s AND happened = ANY(%s)"
            f" AND {FREE.format(unit=Unit.REPORT, part=_NO_PART, id='provider_report.id')}"
            " ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED",
            (now, [happened.value for happened in _ACTED_ON]),
        ).fetchone()
    if one is None:
        return _note_taken(connection, now)
    with blamed(Unit.REPORT, ((_NO_PART, one.id),)):
        origin = origin_of(connection, one.message_id)
        if origin is None or _heeded(connection, now, origin, one):
            _done(connection, [one.id])
        else:
            _again(connection, now, [one.id])
        let_go(connection, Unit.REPORT, ((_NO_PART, one.id),))
    return 1


def _heeded(connection: Conn, now: datetime, origin: Origin, one: _Waiting) -> bool:
    """Whether the report was acted on; not while the message is still being sent."""
    happened, words = Happened(one.happened), one.words or one.status
    if happened is Happened.FAILED:
        if origin.state == State.SENDING:
            return False
        lock_parts(connection, [origin.part])
        failed(connection, now, origin, words)
        return True
    kind, bounce = _AS_MAIL[happened]
    incoming = Incoming(kind, bounce, one.status, words, (), tuple(one.recipients))
    try:
        heed(connection, now, origin, kind, incoming, f"{one.provider}:{one.external_id}")
    except TooEarly:
        return False
    return True


def _note_taken(connection: Conn, now: datetime) -> int:
    """Messages of which nobody knew whether they had left are sent, when the provider says that it took them."""
    rows = connection.execute(
        """
        SELECT r.id, m.part, m.id, m.state
        FROM (SELECT id, message_id FROM provider_report WHERE due_at <= %s AND happened = ANY(%s)
              ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED) r
             LEFT JOIN message m ON m.part = ANY(%s) AND m.id = r.message_id
        """,
        (now, [happened.value for happened in _TAKEN], AT_ONCE, list(range(PARTITIONS))),
    ).fetchall()
    early = [report for report, _, _, state in rows if state == State.SENDING]
    lost = sorted({(part, number) for _, part, number, state in rows if state == State.UNKNOWN})
    for part, number in lost:
        move(
            connection,
            sql.SQL(f"part = %(part)s AND id = %(id)s AND state = {State.UNKNOWN}"),
            {"part": part, "id": number},
            to=State.SENT,
            reason=Reason.delivered,
            now=now,
            detail="",
        )
    _again(connection, now, early)
    _done(connection, [report for report, *_ in rows if report not in set(early)])
    return len(rows)


def _done(connection: Conn, reports: Sequence[int]) -> None:
    """What was acted on is known by its number alone from then on."""
    connection.execute(
        "UPDATE provider_report SET due_at = NULL, words = '', recipients = '{}' WHERE id = ANY(%s)", (list(reports),)
    )


def _again(connection: Conn, now: datetime, reports: Sequence[int]) -> None:
    connection.execute(
        "UPDATE provider_report SET tries = tries + 1, due_at = %s + least(%s, %s * power(2, least(tries, 12)))"
        " WHERE id = ANY(%s)",
        (now, LONGEST_PAUSE, FIRST_PAUSE, list(reports)),
    )


@dataclass(frozen=True, slots=True)
class Unread:
    """A report that nobody understood, or that belongs to no message of ours; times are UTC."""

    provider: str
    said: str
    at: datetime
    raw: str


def unread(connection: Conn, most: int) -> list[Unread]:
    """The newest reports that were kept as they came."""
    with connection.cursor(row_factory=class_row(Unread)) as cursor:
        return cursor.execute(
            "SELECT provider, said, at, raw FROM provider_report WHERE raw <> '' AND provider <> %s"
            " ORDER BY id DESC LIMIT %s",
            (MAIL, most),
        ).fetchall()


def _storable(text: str) -> str:
    """Without NUL, which PostgreSQL keeps in no text."""
    return text.replace("\0", "")
