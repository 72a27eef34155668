"""Double opt-in: who asks for mails gets one with a link, and has agreed only when they press the button behind it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from pauta.channels.email.links import link_keys
from pauta.content.actions import publish
from pauta.core.gate.vocabulary import Channel
from pauta.core.problems import Problem
from pauta.core.render import TemplateSource
from pauta.core.tokens import Purpose
from pauta.messages.actions import propose_one, request_plan
from pauta.messages.terms import Terms
from pauta.people.actions import ContactValues, upsert_contact
from pauta.people.addresses import parse_email
from pauta.people.choices import reader_of
from pauta.people.consents import append_consents
from pauta.people.locks import lock_people
from pauta.people.places import parse_language
from pauta.people.staging import Columns
from pauta.pipeline.people import people_changed
from pauta.team.roles import caller

TEMPLATE = "sign-up"
"""The template of the mail that asks to confirm; whoever publishes one of this name says it in other words."""
VALID = timedelta(days=7)
"""How long the link in that mail works."""
PAUSE, MOST, PERIOD = timedelta(minutes=10), 3, timedelta(days=1)
"""An address gets no second mail within the pause, and so many at most within the period."""

_WHO = caller("sign-up", "admin")

Conn = Connection[Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for: mails about topics (``*``: all), beside which words in which language, and from where."""

    email: str
    first_name: str
    topics: Sequence[str]
    source: str
    wording: str
    locale: str
    proof: Mapping[str, str]


def ask(connection: Conn, now: datetime, asked: Asked, link_of: Callable[[str], str]) -> None:
    """Send a mail by which the owner of the address can confirm, unless they got enough of them lately.

    The answer is the same whether the address is known or not; nothing that is stored of a contact changes.
    ``link_of`` makes a link of a token. A Problem when the address is none.
    """
    email = parse_email(asked.email)
    language = parse_language(asked.locale)
    if not asked.topics:
        raise Problem("people_value_missing", "topics")
    lock_people(connection)
    if _has_enough(connection, email, now):
        return
    contact_id, name, made = _contact(connection, asked, email, language, now)
    row = connection.execute(
        "INSERT INTO sign_up (contact_id, made, email, topics, source, wording, locale, proof, at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id",
        (
            *(contact_id, made, email, list(dict.fromkeys(asked.topics)), asked.source, asked.wording, language),
            *(Jsonb(dict(asked.proof)), now),
        ),
    ).fetchone()
    assert row is not None
    _template(connection, now)
    propose_one(
        connection,
        now,
        Terms(type="transactional", tier=1, channels=(Channel.email.name,)),
        contact=name,
        template=TEMPLATE,
        key=f"sign-up:{row[0]}",
        who=_WHO,
        figures={"confirm_url": link_of(link_keys(connection).token(Purpose.SIGN_UP, row[0]))},
    )


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-up whose link is good: its address and language, its topics, and whether it is confirmed already."""

    id: int
    contact_id: int
    email: str
    locale: str
    topics: tuple[str, ...]
    confirmed: bool


def pending(connection: Conn, token: str, now: datetime) -> Pending | None:
    """The sign-up that a link leads to; None when the link is none of ours or too old."""
    number = link_keys(connection).number_in(Purpose.SIGN_UP, token)
    row = connection.execute(
        "SELECT s.id, c.id, s.email, s.locale, s.topics, s.confirmed_at IS NOT NULL FROM sign_up s"
        " JOIN contact c ON c.id = s.contact_id AND lower(c.email) = lower(s.email)"
        " WHERE s.id = %s AND s.at > %s FOR UPDATE OF s",
        (number, now - VALID),
    ).fetchone()
    if row is None:
        return None
    number, contact_id, email, locale, topics, confirmed = row
    return Pending(number, contact_id, email, locale, tuple(topics), confirmed)


def confirm(connection: Conn, one: Pending, proof: Mapping[str, str], now: datetime) -> None:
    """Record what was asked for as granted, for all who share the address, with both halves of the proof; once."""
    reader = reader_of(connection, one.contact_id)
    if one.confirmed or reader is None:
        return
    row = connection.execute(
        "UPDATE sign_up SET confirmed_at = %s WHERE id = %s RETURNING source, wording, proof, at", (now, one.id)
    ).fetchone()
    assert row is not None
    source, wording, asked, at = row
    proofs = {**{f"asked_{name}": text for name, text in asked.items()}, **proof}
    proofs |= {"asked_at": at.isoformat(), "confirmed_at": now.isoformat(), "sign_up": str(one.id)}
    entries = [(contact, topic) for contact in reader.contact_ids for topic in one.topics]
    same = {
        "channel": Channel.email.value,
        "granted": True,
        "basis": "consent",
        "source": source,
        "wording": wording,
        "locale": one.locale,
        "actor": "contact",
        "proof": json.dumps(proofs),
        "at": now,
    }
    columns: Columns = {
        "contact_id": [contact for contact, _ in entries],
        "topic": [topic for _, topic in entries],
        **{name: [value] * len(entries) for name, value in same.items()},
    }
    request_plan(connection, append_consents(connection, columns, now).keys, now)


def _has_enough(connection: Conn, email: str, now: datetime) -> bool:
    row = connection.execute(
        "SELECT count(*) >= %s OR coalesce(max(at) > %s, false) FROM sign_up"
        " WHERE lower(email) = lower(%s) AND at > %s",
        (MOST, now - PAUSE, email, now - PERIOD),
    ).fetchone()
    return bool(row and row[0])


def _contact(connection: Conn, asked: Asked, email: str, language: str, now: datetime) -> tuple[int, str, bool]:
    """The oldest contact with the address, else a new one: id, external id, and whether it was made."""
    query = "SELECT id, external_id FROM contact WHERE lower(email) = lower(%s) ORDER BY id LIMIT 1"
    known = connection.execute(query, (email,)).fetchone()
    if known:
        return known[0], known[1], False
    taken = connection.execute("SELECT FROM contact WHERE external_id = %s", (email.lower(),)).fetchone()
    name = email.lower() if taken is None else f"sign-up {email.lower()}"
    values = ContactValues(external_id=name, email=email, first_name=asked.first_name or None, language=language)
    stored = upsert_contact(connection, values, now)
    people_changed(connection, stored.changes, now)
    return stored.ids[0], name, True


def _template(connection: Conn, now: datetime) -> None:
    known = connection.execute("SELECT FROM template WHERE name = %s", (TEMPLATE,)).fetchone()
    if known is None:
        publish(connection, TEMPLATE, _mails(), "pauta", now)


@cache
def _mails() -> dict[str, TemplateSource]:
    """The mail that asks to confirm, in each language."""
    source = json.loads(files("pauta.pipeline").joinpath("sign_up.json").read_text(encoding="utf-8"))
    return {language: TemplateSource(mail["subject"], mail["body"]) for language, mail in source.items()}
