"""What is held about a contact, whole: for the person who asks for it, as data and as a page to read.

Every section says what it is held for. Codes are told by their names; times are UTC.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import IntEnum
from functools import cache
from importlib.resources import files
from typing import Any, LiteralString

from babel.dates import format_date, format_datetime
from minijinja import Environment
from psycopg import Connection
from psycopg.rows import dict_row

from pauta.channels.base import OutcomeKind
from pauta.core.gate.reasons import REASONS, VERDICTS
from pauta.core.gate.vocabulary import CHANNELS
from pauta.messages.archived import archived_mail
from pauta.messages.states import State
from pauta.people.addresses import AddressState
from pauta.privacy.erasing import Subject, find_subject
from pauta.reports.wording import catalogue, phrase

Conn = Connection[Any]
Rows = list[dict[str, Any]]

_MINE = "part = ANY(%(parts)s) AND contact_id = ANY(%(ids)s)"
SECTIONS: Mapping[str, LiteralString] = {
    "profile": """
        SELECT c.external_id, a.name AS account, c.first_name, c.last_name, c.email, c.email_state, c.phone,
               c.phone_state, c.postal_address, p.zone, p.country, p.region, c.language, c.stage, c.segments,
               nullif(c.best_minute, -1) AS best_minute, c.paused_until, c.attributes, c.created_at, c.changed_at
        FROM contact c JOIN place p ON p.id = c.place_id LEFT JOIN account a ON a.id = c.account_id
        WHERE c.id = ANY(%(ids)s) ORDER BY c.id
    """,
    "merged": """
        SELECT merged_at, external_id, name, email, phone FROM contact_alias WHERE contact_id = ANY(%(ids)s)
        ORDER BY merged_at, external_id
    """,
    "consents": f"""
        SELECT at, channel, topic, granted, basis, wording, locale, source, country, actor, expires_on,
               proof, recorded_at FROM consent WHERE {_MINE}
        ORDER BY at, id
    """,
    "sign_ups": """
        SELECT at, email, topics, wording, locale, source, proof, confirmed_at FROM sign_up
        WHERE contact_id = ANY(%(ids)s) OR lower(email) = ANY(%(addresses)s) ORDER BY at
    """,
    "preferences": """
        SELECT topic, at_most, days, changed_at FROM preference WHERE contact_id = ANY(%(ids)s) ORDER BY topic
    """,
    "unmeasured": "SELECT at, source FROM unmeasured WHERE contact_id = ANY(%(ids)s) ORDER BY at",
    "suppressions": """
        SELECT at, channel, address, state AS address_state, reason, source, lifted_at FROM suppression
        WHERE lower(address) = ANY(%(addresses)s) ORDER BY at
    """,
    "relations": """
        SELECT a.name AS account, r.role FROM relation r JOIN account a ON a.id = r.account_id
        WHERE r.contact_id = ANY(%(ids)s) ORDER BY a.name
    """,
    "lists": """
        SELECT l.name AS list FROM contact_list_member m JOIN contact_list l ON l.id = m.list_id
        WHERE m.contact_id = ANY(%(ids)s) ORDER BY l.name
    """,
    "segments": """
        SELECT m.since AS began_at, s.name AS segment FROM segment_member m JOIN segment s ON s.id = m.segment_id
        WHERE m.contact_id = ANY(%(ids)s) ORDER BY s.name
    """,
    "segment_changes": """
        SELECT g.at, s.name AS segment, g.entered FROM segment_change g JOIN segment s ON s.id = g.segment_id
        WHERE g.contact_id = ANY(%(ids)s) ORDER BY g.id
    """,
    "journeys": """
        SELECT e.entered_at AS began_at, j.name AS journey, s.node AS step, e.converted_at, e.ended_at
        FROM enrolment e JOIN journey j ON j.id = e.journey_id JOIN journey_step s ON s.id = e.step_id
        WHERE e.contact_id = ANY(%(ids)s) ORDER BY e.id
    """,
    "messages": f"""
        SELECT m.id, m.created_at, k.type, k.topic, k.team, k.campaign, nullif(m.channel, -1) AS channel, m.state,
               m.verdict, m.reason, coalesce(y.name, '') AS policy, m.wished, m.day, m.changed_at, p.figures
        FROM message m JOIN proposal p ON p.id = m.proposal_id JOIN kind k ON k.id = p.kind_id
        LEFT JOIN policy y ON y.id = m.rule WHERE m.{_MINE.replace("AND ", "AND m.")} ORDER BY m.id
    """,
    "deliveries": """
        SELECT message_id AS id, started_at, ended_at, outcome, answer FROM attempt
        WHERE part = ANY(%(parts)s) AND message_id = ANY(%(messages)s) ORDER BY started_at
    """,
    "readings": """
        SELECT message_id AS id, at, (ARRAY['mail_opened', 'link_followed', 'trap_link'])[what + 1] AS what, target,
               ip, agent, machine
        FROM hit WHERE message_id = ANY(%(messages)s) ORDER BY at, id
    """,
    "responses": """
        SELECT message_id AS id, opened_at, clicked_at, link AS target, replied_at, unsubscribed_at, complained_at,
               bounced_at, machine_opened_at, scanned_at
        FROM response WHERE message_id = ANY(%(messages)s) ORDER BY message_id
    """,
    "touches": f"""
        SELECT t.at, t.day, k.type, k.topic, k.team, k.campaign, t.channel FROM touch t JOIN kind k ON k.id = t.kind_id
        WHERE t.{_MINE.replace("AND ", "AND t.")} ORDER BY t.at
    """,
    "meetings": """
        SELECT at, what, title, team, minutes, cancelled_at FROM meeting WHERE contact_ids && %(ids)s::bigint[]
        ORDER BY at
    """,
    "events": f"SELECT at, name, properties, source FROM event WHERE {_MINE} ORDER BY at, id",
    "visitors": "SELECT linked_at, anonymous_id FROM visitor WHERE contact_id = ANY(%(ids)s) ORDER BY linked_at",
    "conditions": f"SELECT name, began_at, ended_at, source FROM condition WHERE {_MINE} ORDER BY began_at, id",
    "holds": f"SELECT at, until, reason, lifted_at FROM manual_hold WHERE {_MINE} ORDER BY at",
    "tasks": "SELECT created_at, title, note, due, done_at FROM task WHERE contact = ANY(%(names)s) ORDER BY id",
}
"""Every section, with the rows that belong to it. Its purpose stands in the catalogue under its name."""

_CODES: Mapping[str, type[IntEnum]] = {
    "email_state": AddressState,
    "phone_state": AddressState,
    "address_state": AddressState,
    "state": State,
}


def held(connection: Conn, contact: str) -> dict[str, Rows]:
    """Everything held about whoever has this external id or address, section by section, as plain data.

    Mails that were handed over are there as they were sent. A Problem when there is nobody of that name.
    """
    subject = find_subject(connection, contact)
    sections = {name: _rows(connection, query, _given(connection, subject)) for name, query in SECTIONS.items()}
    for row in sections["messages"]:
        mail = archived_mail(connection, row["id"])
        row["mail"] = mail.decode(errors="replace") if mail else None
    return sections


def purposes(lang: str) -> dict[str, str]:
    """What each section is held for, in words."""
    return {name: _words(lang)[f"purposes.{name}"] for name in SECTIONS}


def page(sections: Mapping[str, Rows], now: datetime, lang: str) -> str:
    """The same as a page of HTML that stands alone, without scripts; mails are told apart from it by their number."""
    words = _words(lang)
    shown = [
        {
            "title": words[f"sections.{name}"],
            "purpose": words[f"purposes.{name}"],
            "columns": [words[f"columns.{column}"] for column in _columns(rows)],
            "rows": [[_in_words(column, row[column], lang) for column in _columns(rows)] for row in rows],
        }
        for name, rows in sections.items()
    ]
    profile = sections["profile"][0]
    name = f"{profile['first_name']} {profile['last_name']}".strip() or profile["email"] or profile["external_id"]
    return _environment().render_template(
        "held.html",
        lang=lang,
        title=words["page.title"].format(name=name),
        told=words["page.told"].format(day=format_datetime(now, "long", locale=_locale(lang))),
        nothing=words["page.nothing"],
        sections=shown,
    )


def _given(connection: Conn, subject: Subject) -> dict[str, Any]:
    given: dict[str, Any] = {
        "ids": subject.ids,
        "names": subject.names,
        "parts": subject.parts,
        "addresses": subject.emails + subject.phones,
    }
    messages = connection.execute(f"SELECT id FROM message WHERE {_MINE}", given).fetchall()
    return given | {"messages": [number for (number,) in messages]}


def _rows(connection: Conn, query: LiteralString, given: Mapping[str, Any]) -> Rows:
    with connection.cursor(row_factory=dict_row) as cursor:
        return [{name: _plain(name, value) for name, value in row.items()} for row in cursor.execute(query, given)]


def _plain(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _CODES:
        return _CODES[name](value).name.lower()
    if name == "outcome":
        return tuple(OutcomeKind)[value].value
    if name == "channel":
        return CHANNELS[value]
    if name == "verdict":
        return VERDICTS[value].value
    if name == "reason" and isinstance(value, int):
        return REASONS[value].value
    if name == "best_minute":
        return "{:02}:{:02}".format(*divmod(value, 60))
    return value.isoformat() if isinstance(value, date) else value


def _columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The columns in which any row says anything."""
    return [
        name for name in (rows[0] if rows else ()) if name != "mail" and any(row[name] not in _EMPTY for row in rows)
    ]


_EMPTY: tuple[object, ...] = (None, "", [], {})


def _in_words(column: str, value: Any, lang: str) -> str:
    if value in _EMPTY:
        return ""
    words = _words(lang)
    if isinstance(value, bool):
        return words["values.yes" if value else "values.no"]
    if column in ("verdict", "reason") and f"{column}s.{value}" in catalogue(lang):
        return phrase(f"{column}s.{value}", lang)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {one}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if column.endswith("_at") or column == "at":
        return format_datetime(datetime.fromisoformat(value), "medium", locale=_locale(lang))
    if column in _DAYS:
        return format_date(date.fromisoformat(value), "medium", locale=_locale(lang))
    return words.get(f"values.{value}", str(value))


_DAYS = ("day", "wished", "until", "due", "paused_until")


def _locale(lang: str) -> str:
    return lang.replace("-", "_")


@cache
def _words(lang: str) -> Mapping[str, str]:
    source = files("pauta.privacy").joinpath("words", f"{lang}.json").read_text(encoding="utf-8")
    return {f"{section}.{name}": text for section, texts in json.loads(source).items() for name, text in texts.items()}


@cache
def _environment() -> Environment:
    source = files("pauta.privacy").joinpath("held.html").read_text(encoding="utf-8")
    return Environment(templates={"held.html": source})
