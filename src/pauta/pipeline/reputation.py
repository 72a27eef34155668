"""What mailbox providers hold against a sender, watched: complaints slow a stream and stop it, owners hear of decline.

Gmail and Yahoo ask for fewer than 0.1 % complaints and stop taking mail at 0.3 %; one provider's complaints are
enough for that. A stream that was let go again is judged by what happened since.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final

from babel.numbers import format_percent
from psycopg import Connection

from pauta.campaigns.audience import company_today
from pauta.campaigns.outcomes import owners
from pauta.channels.base import OutcomeKind, Stream
from pauta.core.gate.vocabulary import Channel
from pauta.core.mailboxes import EVERYWHERE, PROVIDERS, provider_of, title_of
from pauta.messages.actions import stop
from pauta.messages.states import State
from pauta.platform.words import tell
from pauta.team import inbox
from pauta.team.actions import audit
from pauta.team.inbox import Told
from pauta.team.notices import Kind, notify
from pauta.team.roles import Right

Conn = Connection[Any]

ACTOR: Final = "pauta"
SPAN: Final = timedelta(days=7)
WARN, STOP = 0.001, 0.003
"""From which share of complaints on bulk mails are slowed and colleagues told, and nothing leaves any more."""
SLOW = 0.5
"""Of what left on average on a day of the span so much may leave on one while readers complain."""
FEWEST_MAILS, FEWEST_COMPLAINTS = 500, 3
"""With fewer, one angry reader would stop a company."""

BOUNCES, UNSUBSCRIBED, FEWEST_SENT = 0.05, 0.02, 100
"""From which share of a campaign of so many mails on owners hear that much came back, or many want no more of it."""
DECLINE, FEWEST_BEFORE = 0.6, 3
"""A campaign is opened less than usual when its share is below so much of the median of so many others before it."""
SETTLED: Final = timedelta(hours=24)
"""How long after its launch opens tell something."""
BEFORE: Final = timedelta(days=60)
SOME: Final = 1_000
"""Of so many of its mails the share of a campaign is taken that tell whether they are opened."""

_LOCK = 7_261_012


@dataclass(frozen=True, slots=True)
class Reputation:
    """How many mails of a stream arrived at a provider (or everywhere) lately, and how many were called spam."""

    stream: Stream
    provider: str
    mails: int
    complaints: int

    @property
    def rate(self) -> float:
        """The share; 0 while there are too few to say anything."""
        enough = self.mails >= FEWEST_MAILS and self.complaints >= FEWEST_COMPLAINTS
        return self.complaints / self.mails if enough else 0.0


def watch_complaints(connection: Conn, now: datetime) -> None:
    """Tell colleagues of streams that readers complain about, slow bulk mails, and stop what too many complain about.

    What is slowed is so until fewer complain: transactional mails never are.
    """
    if connection.execute("SELECT pg_try_advisory_xact_lock(%s)", (_LOCK,)).fetchone() != (True,):
        return
    for stream in Stream:
        found = list(reputations(connection, now, stream))
        if stream is Stream.BULK:
            _slow(connection, now, [one for one in found if one.rate >= WARN])
        worst = max(found, key=lambda one: one.rate, default=None)
        if worst and worst.rate >= STOP:
            _stop(connection, now, worst)
        elif worst and worst.rate >= WARN:
            _warn(connection, now, Told.COMPLAINTS, worst)


def reputations(connection: Conn, now: datetime, stream: Stream) -> Iterator[Reputation]:
    """The reputation of a stream everywhere, and at each provider from which enough complaints came."""
    since = _since(connection, now, stream)
    complaints = connection.execute(
        "SELECT lower(split_part(c.email, '@', 2)) FROM response r"
        " JOIN proposal p ON p.id = r.proposal_id JOIN kind k ON k.id = p.kind_id"
        " LEFT JOIN contact c ON c.id = r.contact_id"
        " WHERE r.complained_at > %s AND (k.type = 'transactional') = %s",
        (since, stream is Stream.TRANSACTIONAL),
    ).fetchall()
    if len(complaints) < FEWEST_COMPLAINTS:
        return
    yield Reputation(stream, EVERYWHERE, _arrived(connection, since, stream), len(complaints))
    by_provider = Counter(provider_of(domain) or domain for (domain,) in complaints if domain)
    many = {name: count for name, count in by_provider.items() if count >= FEWEST_COMPLAINTS}
    arrived = _arrived_at(connection, since, stream, list(many)) if many else {}
    for name, count in many.items():
        yield Reputation(stream, name, arrived.get(name, 0), count)


def _since(connection: Conn, now: datetime, stream: Stream) -> datetime:
    row = connection.execute(
        "SELECT greatest(%s, max(lifted_at)) FROM stop WHERE actor = %s AND stream = %s", (now - SPAN, ACTOR, stream)
    ).fetchone()
    assert row is not None
    return datetime.fromisoformat(str(row[0]))


def _arrived(connection: Conn, since: datetime, stream: Stream) -> int:
    row = connection.execute(
        "SELECT coalesce(sum(t.messages), 0) FROM message_tally t JOIN kind k ON k.id = t.kind_id"
        " WHERE t.state = %s AND t.channel = %s AND t.day >= %s::date AND (k.type = 'transactional') = %s",
        (State.SENT, Channel.email, since, stream is Stream.TRANSACTIONAL),
    ).fetchone()
    return int(row[0]) if row else 0


def _arrived_at(connection: Conn, since: datetime, stream: Stream, providers: Sequence[str]) -> dict[str, int]:
    """How many mails arrived at each of these providers."""
    rows = connection.execute(
        """
        SELECT lower(split_part(c.email, '@', 2)) AS domain, count(*)
        FROM message m JOIN contact c ON c.id = m.contact_id
        JOIN proposal p ON p.id = m.proposal_id JOIN kind k ON k.id = p.kind_id
        WHERE m.state = %(sent)s AND m.channel = %(email)s AND m.day >= %(since)s::date
          AND (k.type = 'transactional') = %(transactional)s
          AND (lower(split_part(c.email, '@', 2)) = ANY(%(providers)s)
               OR lower(split_part(c.email, '@', 2)) ~ ANY(%(domains)s))
        GROUP BY 1
        """,
        {
            "sent": State.SENT,
            "email": Channel.email,
            "since": since,
            "transactional": stream is Stream.TRANSACTIONAL,
            "providers": list(providers),
            "domains": [f"^{PROVIDERS[name].domains}$" for name in providers if name in PROVIDERS],
        },
    )
    found: Counter[str] = Counter()
    for domain, count in rows:
        found[provider_of(domain) or domain] += count
    return found


def slowed(connection: Conn) -> dict[str, int]:
    """How many bulk mails a day mailbox providers (or everybody together) get at most, as their readers complain."""
    return dict(connection.execute("SELECT provider, per_day FROM slowed").fetchall())


def _slow(connection: Conn, now: datetime, many: Sequence[Reputation]) -> None:
    """Slow bulk mails to these, and to nobody else any more; those that are slow already keep to their number."""
    days = SPAN.days
    given = {"now": now, "providers": [one.provider for one in many]}
    connection.execute("DELETE FROM slowed WHERE provider <> ALL(%(providers)s)", given)
    connection.execute(
        "INSERT INTO slowed (provider, per_day, since) SELECT provider, per_day, %(now)s"
        " FROM unnest(%(providers)s::text[], %(per_day)s::int[]) AS given (provider, per_day) ON CONFLICT DO NOTHING",
        {**given, "per_day": [max(1, round(one.mails / days * SLOW)) for one in many]},
    )


def _stop(connection: Conn, now: datetime, one: Reputation) -> None:
    """Stop a stream of mails, until somebody lets it go again."""
    row = connection.execute("SELECT language FROM company WHERE id = 1").fetchone()
    lang = row[0] if row else "en"
    where = tell("reputation.everywhere", lang) if one.provider == EVERYWHERE else title_of(one.provider)
    told = {"where": where, "complaints": one.complaints, "mails": one.mails, "rate": _percent(one.rate, lang)}
    why = tell(f"reputation.stopped_{one.stream}", lang, **told)
    if stop(connection, Channel.email.name, why, ACTOR, now, one.stream):
        audit(connection, now, ACTOR, Right.STOP_USE, f"stop:email:{one.stream}", {"reason": why})
        _warn(connection, now, Told.STREAM_STOPPED, one)
        notify(connection, now, _keepers(connection), Kind.STREAM_STOPPED, why=why)


def _warn(connection: Conn, now: datetime, what: Told, one: Reputation) -> None:
    detail = {"stream": one.stream.value, "mails": one.mails, "complaints": one.complaints, "rate": one.rate}
    _tell_once(connection, now, _keepers(connection), what, title_of(one.provider), one.stream.value, detail)


def watch_campaigns(connection: Conn, now: datetime) -> None:
    """Tell owners of campaigns of which much came back, after which many unsubscribed, or which are opened much less
    than those before."""
    rows = connection.execute(
        """
        WITH counted AS (
            SELECT kind_id, coalesce(sum(messages) FILTER (WHERE state = %(sent)s), 0)::int AS arrived,
                   coalesce(sum(messages) FILTER (WHERE state = %(failed)s), 0)::int AS failed
            FROM message_tally WHERE state IN (%(sent)s, %(failed)s) GROUP BY kind_id)
        SELECT c.name, c.actor, c.team, c.type, c.launched_at, t.arrived, t.failed,
               (SELECT count(*) FROM response r WHERE r.proposal_id = p.id AND r.opened_at IS NOT NULL),
               (SELECT count(*) FROM response r WHERE r.proposal_id = p.id AND r.unsubscribed_at IS NOT NULL),
               coalesce((
                   SELECT avg(a.measured::int)::float8
                   FROM (SELECT part, id FROM message WHERE proposal_id = p.id AND state = %(sent)s LIMIT %(some)s) m
                   JOIN attempt a ON a.part = m.part AND a.message_id = m.id AND a.outcome = %(taken)s), 1)
        FROM campaign c JOIN proposal p ON p.id = c.proposal_id JOIN counted t ON t.kind_id = p.kind_id
        WHERE c.launched_at > %(since)s AND c.state <> 'cancelled' ORDER BY c.launched_at
        """,
        {
            "sent": State.SENT,
            "failed": State.FAILED,
            "since": now - BEFORE,
            "some": SOME,
            "taken": tuple(OutcomeKind).index(OutcomeKind.SENT),
        },
    )
    opened_before: dict[str, list[float]] = {}
    for name, actor, team, kind, launched_at, arrived, failed, opened, left, measured in rows:
        fresh = launched_at > now - SPAN
        sent = arrived + failed
        if fresh and sent >= FEWEST_SENT and failed / sent >= BOUNCES:
            detail = {"messages": failed, "mails": sent, "rate": failed / sent}
            _tell_owners(connection, now, (actor, team, name), Told.BOUNCES, detail)
        if fresh and arrived >= FEWEST_SENT and left / arrived >= UNSUBSCRIBED:
            detail = {"messages": left, "mails": arrived, "rate": left / arrived}
            _tell_owners(connection, now, (actor, team, name), Told.UNSUBSCRIBED, detail)
        if arrived * measured < FEWEST_SENT or launched_at > now - SETTLED:
            continue
        share, before = opened / (arrived * measured), opened_before.setdefault(kind, [])
        if fresh and len(before) >= FEWEST_BEFORE and share < DECLINE * median(before):
            detail = {"rate": share, "usual": median(before)}
            _tell_owners(connection, now, (actor, team, name), Told.OPENS_DECLINED, detail)
        before.append(share)


def _tell_owners(
    connection: Conn, now: datetime, origin: tuple[str, str, str], what: Told, detail: dict[str, Any]
) -> None:
    actor, team, name = origin
    _tell_once(connection, now, owners(connection, [origin])[actor, team], what, name, "", detail)


def _tell_once(
    connection: Conn, now: datetime, users: Sequence[int], what: Told, about: str, subject: str, detail: dict[str, Any]
) -> None:
    """Tell it unless it was told within the span: figures that move a little are no news."""
    told = connection.execute(
        "SELECT FROM inbox_entry WHERE kind = %s AND about = %s AND subject = %s AND changed_at > %s LIMIT 1",
        (what, about, subject, now - SPAN),
    ).fetchone()
    if told is None:
        inbox.put(connection, now, users, what, about, company_today(connection, now), detail, subject)


def _keepers(connection: Conn) -> list[int]:
    """Those who answer for all mails."""
    rows = connection.execute(
        "SELECT id FROM pauta_user WHERE role IN ('admin', 'marketer') AND disabled_at IS NULL ORDER BY id"
    ).fetchall()
    return [number for (number,) in rows]


def _percent(share: float, lang: str) -> str:
    return str(format_percent(share, "#,##0.##%", locale=lang.replace("-", "_")))
