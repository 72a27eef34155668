"""Mails to users leave: rendered in their language and handed to the same mail server as everything else.

A notice is a row until the server has answered, and it is sent again when nobody knows: a second invitation harms less
than none. The stop switch, which is for customers, does not hold them.
"""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from html import escape
from typing import Any
from urllib.parse import quote

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from pauta.campaigns.audience import company_today
from pauta.channels.base import Outcome, OutcomeKind, Outgoing, Sender
from pauta.channels.email import mime
from pauta.channels.email.address import smtp_address
from pauta.channels.email.signing import signers
from pauta.core.render import Rendered
from pauta.platform import log
from pauta.platform.settings import Settings
from pauta.platform.words import tell
from pauta.team.inbox import Told, put
from pauta.team.notices import Kind
from pauta.team.sessions import INVITATION_TIME, RESET_TIME, issue_link

_LONGEST_TOLD = 2_000
"""Letters of an answer that an inbox shows."""
AT_ONCE = 50
MOST_TRIES = 12
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=2)

_VALID = {Kind.INVITATION: INVITATION_TIME, Kind.RESET: RESET_TIME}
_STYLE = "font:16px/1.5 system-ui,sans-serif;color:#1a1b1e;max-width:34em;margin:2em auto;padding:0 1em"
_BUTTON = "display:inline-block;padding:.6em 1.2em;border-radius:6px;background:#1864ab;color:#fff;text-decoration:none"


@dataclass(frozen=True)
class _Due:
    id: int
    user_id: int
    kind: str
    detail: dict[str, str]
    tries: int
    email: str
    name: str
    language: str
    sender: str | None


class _Always:
    """Hooks for mails that may be sent twice: nothing to ask, nothing to keep."""

    def before_dot(self, _outgoing: Outgoing) -> bool:
        return True

    def after_answer(self, _outgoing: Outgoing, _outcome: Outcome) -> None:
        return None


def send_notices(connection: Connection[Any], now: datetime, sender: Sender, settings: Settings) -> int:
    """Send the mails to users that are due, in the caller's transaction; how many were tried."""
    due = {str(one.id): one for one in _due(connection, now)}
    batch = [_outgoing(connection, now, one, settings) for one in due.values()]
    for outcome in sender.deliver(batch, _Always()) if batch else ():
        _settle(connection, now, due[outcome.reference], outcome)
    return len(due)


def _due(connection: Connection[Any], now: datetime) -> list[_Due]:
    with connection.cursor(row_factory=class_row(_Due)) as cursor:
        return cursor.execute(
            """
            SELECT n.id, n.user_id, n.kind, n.detail, n.tries, u.email, u.name, u.language,
                   (SELECT sender FROM company) AS sender
            FROM notice n JOIN pauta_user u ON u.id = n.user_id
            WHERE n.due_at <= %s ORDER BY n.due_at, n.id LIMIT %s FOR UPDATE OF n SKIP LOCKED
            """,
            (now, AT_ONCE),
        ).fetchall()


def _outgoing(connection: Connection[Any], now: datetime, one: _Due, settings: Settings) -> Outgoing:
    name, address = parseaddr(one.sender or settings.sender)
    own = smtp_address(address)
    rendered = _rendered(one, _link(connection, now, one, settings.public_url))
    answer = one.kind == Kind.REPLY
    answer_to = one.detail.get("answer_to")
    content = mime.build(
        mime.skeleton(
            mime.Mailbox(own, one.detail["who"] if answer else name),
            headers={"Auto-Submitted": "auto-forwarded" if answer else "auto-generated"},
        ),
        rendered,
        mime.Mailbox(one.email, one.name),
        f"<n.{one.id}.{one.tries}@{own.rpartition('@')[2]}>",
        now,
        reply_to=mime.Mailbox(answer_to, one.detail["who"]) if answer_to else None,
    )
    if "mail" in one.detail:
        content = mime.with_attachment(content, "answer.eml", b64decode(one.detail["mail"]))
    signed = signers(connection).signed(content, own.rpartition("@")[2])
    return Outgoing(str(one.id), own, smtp_address(one.email), signed)


def _link(connection: Connection[Any], now: datetime, one: _Due, url: str) -> str:
    """Where the mail leads. Tokens stand behind the #, which browsers keep to themselves."""
    if one.kind in _VALID:
        return f"{url}/password#{issue_link(connection, now, one.user_id, _VALID[Kind(one.kind)])}"
    if one.kind == Kind.REPLY:
        return f"{url}/contacts/{quote(one.detail['contact'], safe='')}"
    if one.kind in (Kind.OUTCOMES, Kind.STREAM_STOPPED):
        return f"{url}/inbox"
    return f"{url}/campaigns/{quote(one.detail['campaign'], safe='')}"


def _rendered(one: _Due, link: str) -> Rendered:
    told = {"name": one.name, **one.detail}
    subject, greeting, body, button, end = (
        tell(f"notice.{key}", one.language, **told)
        for key in (f"{one.kind}_subject", "greeting", f"{one.kind}_body", f"{one.kind}_button", f"{one.kind}_end")
    )
    paragraphs = "".join(f"<p>{_lines(text)}</p>" for text in (greeting, *body.split("\n\n")))
    html = (
        f'<html lang="{one.language}"><body style="{_STYLE}">{paragraphs}'
        f'<p><a href="{escape(link)}" style="{_BUTTON}">{escape(button)}</a></p><p>{escape(end)}</p></body></html>'
    )
    return Rendered(subject, html, f"{greeting}\n\n{body}\n\n{button}: {link}\n\n{end}\n")


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _settle(connection: Connection[Any], now: datetime, one: _Due, outcome: Outcome) -> None:
    tried = one.tries + 1
    if outcome.kind is OutcomeKind.SENT:
        connection.execute("DELETE FROM notice WHERE id = %s", (one.id,))
    elif outcome.kind is OutcomeKind.FAILED and "mail" in one.detail:
        bare = {name: value for name, value in one.detail.items() if name != "mail"}
        connection.execute("UPDATE notice SET detail = %s, due_at = %s WHERE id = %s", (Jsonb(bare), now, one.id))
    elif outcome.kind is OutcomeKind.FAILED or tried >= MOST_TRIES:
        if one.kind == Kind.REPLY:
            _tell_reply(connection, now, one)
        log.logger(__name__).warning("notice not sent", kind=one.kind, user=one.user_id, why=outcome.text)
        connection.execute("DELETE FROM notice WHERE id = %s", (one.id,))
    else:
        pause = min(FIRST_PAUSE * 2**one.tries, LONGEST_PAUSE)
        connection.execute("UPDATE notice SET tries = %s, due_at = %s WHERE id = %s", (tried, now + pause, one.id))


def _tell_reply(connection: Connection[Any], now: datetime, one: _Due) -> None:
    """Keep an answer of a contact that no mail brought to the colleague where they find it."""
    detail = {"subject": one.detail["subject"], "text": one.detail["text"][:_LONGEST_TOLD]}
    who, contact = one.detail["who"], one.detail["contact"]
    put(connection, now, [one.user_id], Told.REPLY, who, company_today(connection, now), detail, f"{contact} {one.id}")
