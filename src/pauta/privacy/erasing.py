"""Erasure of a contact: everything that tells who it was goes, and what is left only counts.

Messages stay as rows of the ledger under a number that nobody can trace, so that limits of the account and figures of
campaigns stay right. Of an address only a keyed hash is left, which closes it for ever. Nothing here commits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, LiteralString

from psycopg import Connection, sql
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from pauta.core.gate.reasons import Reason
from pauta.core.gate.vocabulary import Channel
from pauta.core.problems import Problem
from pauta.journeys.endings import End
from pauta.messages.actions import request_plan
from pauta.messages.ledger import lock_parts, move
from pauta.messages.states import RECALLABLE, State, Unit
from pauta.people.erased import remember_erased
from pauta.people.imports.rejects import forget
from pauta.people.locks import lock_people
from pauta.people.queries import find_contact
from pauta.platform import log
from pauta.platform.partitions import partition_of
from pauta.team.inbox import Told
from pauta.tracking.actions import hold_judgement

Conn = Connection[Any]

ERASED = "[erased]"
"""What stands where something told who the contact was."""

_OF_MESSAGES = "part = ANY(%(parts)s) AND message_id = ANY(%(messages)s)"
_OF_CONTACTS = "contact_id = ANY(%(ids)s)"

_REMOVALS: Mapping[str, LiteralString] = {
    "archive": f"DELETE FROM archive WHERE {_OF_MESSAGES}",
    "events": f"DELETE FROM event WHERE part = ANY(%(parts)s) AND {_OF_CONTACTS}",
    "visitors": f"DELETE FROM visitor WHERE {_OF_CONTACTS}",
    "webhooks": f"DELETE FROM webhook_delivery WHERE {_OF_CONTACTS}",
    "dead_letters": "DELETE FROM dead_letter WHERE EXISTS (SELECT FROM unnest(%(names)s || %(addresses)s::text[]) one"
    " WHERE strpos(lower(body), lower(to_json(one)::text)) > 0)",
    "conditions": f"DELETE FROM condition WHERE part = ANY(%(parts)s) AND {_OF_CONTACTS}",
    "holds": f"DELETE FROM manual_hold WHERE {_OF_CONTACTS}",
    "preferences": f"DELETE FROM preference WHERE {_OF_CONTACTS}",
    "readings": "DELETE FROM hit WHERE message_id = ANY(%(messages)s)",
    "unmeasured": f"DELETE FROM unmeasured WHERE {_OF_CONTACTS}",
    "sign_ups": f"DELETE FROM sign_up WHERE {_OF_CONTACTS} OR lower(email) = ANY(%(addresses)s)",
    "relations": f"DELETE FROM relation WHERE {_OF_CONTACTS}",
    "segments": f"DELETE FROM segment_member WHERE {_OF_CONTACTS}",
    "segment_changes": f"DELETE FROM segment_change WHERE {_OF_CONTACTS}",
    "rule_news": f"DELETE FROM rule_news WHERE {_OF_CONTACTS}",
    "lists": f"DELETE FROM contact_list_member WHERE {_OF_CONTACTS}",
    "answers": "DELETE FROM notice WHERE kind = 'reply' AND detail ->> 'contact' = ANY(%(names)s)",
    "told_answers": f"DELETE FROM inbox_entry WHERE kind = '{Told.REPLY}'"
    " AND substring(subject FROM '^(.*) [0-9]+$') = ANY(%(names)s)",
    "notices": f"DELETE FROM inbox_entry WHERE kind = '{Told.TASK}' AND subject IN"
    " (SELECT id::text FROM task WHERE contact = ANY(%(names)s))",
    "tasks": "DELETE FROM task WHERE contact = ANY(%(names)s)",
    "meetings": "DELETE FROM meeting WHERE contact_ids <@ %(ids)s::bigint[] AND contact_ids <> '{}'",
    "defects": f"DELETE FROM quarantine WHERE unit = {Unit.MESSAGE} AND id = ANY(%(messages)s)",
    "suppressions": "DELETE FROM suppression WHERE lower(address) = ANY(%(addresses)s)",
    "merged": f"DELETE FROM contact_alias WHERE {_OF_CONTACTS}",
    "contacts": "DELETE FROM contact WHERE id = ANY(%(ids)s)",
}
"""What is deleted, in an order that foreign keys allow."""

_BLANKS: Mapping[str, LiteralString] = {
    "journeys": f"UPDATE enrolment SET ended = {End.GONE}, ended_at = %(now)s, wake_at = NULL"
    f" WHERE ended = 0 AND {_OF_CONTACTS}",
    "answers": f"UPDATE attempt SET answer = '' WHERE answer <> '' AND {_OF_MESSAGES}",
    "changes": f"UPDATE message_change SET detail = '' WHERE detail <> '' AND {_OF_MESSAGES}",
    "links": "UPDATE response SET link = '' WHERE link <> '' AND message_id = ANY(%(messages)s)",
    "reports": "UPDATE provider_report SET words = '', recipients = '{}' WHERE recipients <> '{}'"
    " AND (message_id = ANY(%(messages)s) OR recipients && %(addresses)s::text[])",
    "figures": "UPDATE proposal SET figures = '{}', occurrence = 'erased:' || id WHERE source = 'api' AND id IN"
    " (SELECT proposal_id FROM message WHERE part = ANY(%(parts)s) AND id = ANY(%(messages)s))",
    "sent": "UPDATE message SET sent_key = coalesce(sent_key, account_key)"
    f" WHERE part = ANY(%(parts)s) AND id = ANY(%(messages)s) AND state IN ({State.SENT}, {State.UNKNOWN})",
    "touches": "UPDATE touch SET external_id = 'erased:' || id, sent_key = coalesce(sent_key, account_key)"
    f" WHERE part = ANY(%(parts)s) AND {_OF_CONTACTS}",
    "consents": "UPDATE consent SET proof = '{}', source = '', actor = '', external_id = NULL"
    f" WHERE part = ANY(%(parts)s) AND {_OF_CONTACTS}",
    "meetings": "UPDATE meeting SET contact_ids ="
    " array(SELECT unnest(contact_ids) EXCEPT SELECT unnest(%(ids)s::bigint[])) WHERE contact_ids && %(ids)s::bigint[]",
}
"""What stays as a number, without what could tell who it was."""

_FREE_TEXTS: Mapping[LiteralString, tuple[LiteralString, ...]] = {
    "campaign_comment": ("text",),
    "campaign_request": ("title", "what", "whom", "goal", "why"),
    "approval_decision": ("comment",),
    "attempt": ("answer",),
    "condition": ("external_id",),
    "dead_letter": ("body", "external_id"),
    "event": ("external_id",),
    "hit": ("target",),
    "inbox_entry": ("about",),
    "import_run": ("file_name",),
    "maintenance": ("title",),
    "manual_hold": ("reason",),
    "meeting": ("title",),
    "message_change": ("detail",),
    "override": ("reason",),
    "proposal": ("occurrence",),
    "provider_report": ("raw", "words"),
    "quarantine": ("error",),
    "response": ("link",),
    "stop": ("reason",),
    "submission": ("note",),
    "suppression": ("reason", "source"),
    "task": ("title", "note"),
}
"""What colleagues and programs write freely, and may have written an address into."""

_DOCUMENTS: Mapping[LiteralString, LiteralString] = {
    "account": "attributes",
    "audit": "detail",
    "campaign": "audience",
    "contact": "attributes",
    "dead_letter": "details",
    "event": "properties",
    "inbox_entry": "detail",
    "journey": "draft",
    "journey_version": "document",
    "notice": "detail",
    "proposal": "figures",
    "segment_version": "rule",
    "submission": "snapshot",
    "visitor_event": "properties",
    "webhook_delivery": "body",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody as one person: all contacts that share the address, as numbers, external ids and addresses."""

    ids: list[int]
    names: list[str]
    emails: list[str]
    phones: list[str]
    people: list[str]
    """First and last names."""
    keys: list[int]

    @property
    def parts(self) -> list[int]:
        """Partitions in which anything of this person lies."""
        return sorted({partition_of(key) for key in self.keys})


def find_subject(connection: Conn, contact: str) -> Subject:
    """Who an external id or an address stands for, with everybody who shares the address; a Problem for nobody."""
    found = find_contact(connection, contact)
    rows = connection.execute(
        "SELECT id, external_id, lower(email), phone, trim(first_name || ' ' || last_name), account_key FROM contact"
        " WHERE person_id = (SELECT person_id FROM contact WHERE id = %s)"
        " AND part = (SELECT part FROM contact WHERE id = %s) ORDER BY id",
        (found.id, found.id),
    ).fetchall()
    ids, names, emails, phones, people, keys = (list(column) for column in zip(*rows, strict=True))
    for alias, person, email, phone in connection.execute(
        "SELECT external_id, name, lower(email), phone FROM contact_alias WHERE contact_id = ANY(%s)", (ids,)
    ).fetchall():
        names, people, emails, phones = [*names, alias], [*people, person], [*emails, email], [*phones, phone]
    return Subject(ids, names, _given(emails), _given(phones), _given(people), keys)


@dataclass(frozen=True, slots=True)
class Erased:
    """The number of an erasure, and how much was removed of what."""

    id: int
    removed: dict[str, int]


def erase(connection: Conn, contact: str, now: datetime, *, actor: str, reason: str) -> Erased:
    """Erase whoever has this external id or address, with everybody who shares the address.

    What is open is cancelled first. A Problem when a message is being handed over at this moment, for what became of it
    could not be told any more.
    """
    if not reason.strip():
        raise Problem("privacy.reason_missing", "reason")
    lock_people(connection)
    hold_judgement(connection)
    subject = find_subject(connection, contact)
    ids = sorted(subject.ids)
    connection.execute("SELECT FROM enrolment WHERE contact_id = ANY(%s) ORDER BY id FOR UPDATE", (ids,))
    connection.execute("SELECT FROM contact WHERE id = ANY(%s) ORDER BY id FOR UPDATE", (ids,))
    lock_parts(connection, subject.parts)
    messages = _messages(connection, subject)
    given = {
        "ids": subject.ids,
        "names": subject.names,
        "addresses": subject.emails + subject.phones,
        "parts": subject.parts,
        "messages": messages,
        "now": now,
    }
    cancelled = move(
        connection,
        sql.SQL(f"part = ANY(%(parts)s) AND id = ANY(%(messages)s) AND {RECALLABLE}"),
        given,
        to=State.CANCELLED,
        reason=Reason.cancelled,
        now=now,
        detail="",
    )
    removed = {what: connection.execute(statement, given).rowcount for what, statement in _REMOVALS.items()}
    for statement in _BLANKS.values():
        connection.execute(statement, given)
    removed |= {"cancelled": len(cancelled), "mentions": _scrub(connection, subject)}
    removed["rejected_rows"] = _forget_rejected(connection, subject)
    remember_erased(connection, Channel.email, subject.emails, now)
    remember_erased(connection, Channel.sms, subject.phones, now)
    request_plan(connection, subject.keys, now)
    row = connection.execute(
        "INSERT INTO erasure (at, actor, reason, contact_ids, removed) VALUES (%s, %s, %s, %s, %s) RETURNING id",
        (now, actor, _scrubber(subject)(reason.strip()), subject.ids, Jsonb(removed)),
    ).fetchone()
    assert row is not None
    return Erased(int(row[0]), removed)


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure of the past; ``at`` is UTC."""

    id: int
    at: datetime
    actor: str
    reason: str
    removed: dict[str, int]


def erasures(connection: Conn, before: int | None, most: int) -> list[Erasure]:
    """What was erased, the newest first, with a lower number than ``before``."""
    with connection.cursor(row_factory=class_row(Erasure)) as cursor:
        query = (
            "SELECT id, at, actor, reason, removed FROM erasure WHERE %(before)s::bigint IS NULL OR id < %(before)s"
            " ORDER BY id DESC LIMIT %(most)s"
        )
        return cursor.execute(query, {"before": before, "most": most}).fetchall()


def _messages(connection: Conn, subject: Subject) -> list[int]:
    rows = connection.execute(
        "SELECT id, state FROM message WHERE part = ANY(%s) AND account_key = ANY(%s) AND contact_id = ANY(%s)",
        (subject.parts, subject.keys, subject.ids),
    ).fetchall()
    if any(state == State.SENDING for _, state in rows):
        raise Problem("privacy.in_flight", "contact")
    return [number for number, _ in rows]


def _scrub(connection: Conn, subject: Subject) -> int:
    """Take the person's addresses, names and ids out of what others wrote; in how many rows they stood."""
    pattern, scrubbed = _pattern(subject), _scrubber(subject)
    if pattern is None:
        return 0
    mentions = 0
    given = {"likely": [f"%{_like(one.lower())}%" for one in _identifiers(subject)], "found": pattern.pattern}
    for table, columns in _FREE_TEXTS.items():
        for column in columns:
            statement = sql.SQL(
                "UPDATE {0} SET {1} = regexp_replace({1}, %(found)s, %(put)s, 'gi')"
                " WHERE lower({1}) LIKE ANY(%(likely)s)"
            ).format(sql.Identifier(table), sql.Identifier(column))
            mentions += connection.execute(statement, {**given, "put": ERASED}).rowcount
    for table, column in _DOCUMENTS.items():
        mentions += _scrub_documents(connection, table, column, subject, scrubbed)
    audited = [f"contact:{name}" for name in subject.names + subject.emails]
    mentions += connection.execute(
        "UPDATE audit SET subject = %s WHERE lower(subject) = ANY(%s)",
        (f"contact:{ERASED}", [one.lower() for one in audited]),
    ).rowcount
    return mentions


def _forget_rejected(connection: Conn, subject: Subject) -> int:
    """Take the person out of files with rejected rows that lie where imports left them; how many rows."""
    scrubbed, forgotten = _scrubber(subject), 0
    names = {name.lower() for name in subject.names}
    rows = connection.execute("SELECT DISTINCT rejects FROM import_run WHERE rejects <> ''")
    for (path,) in rows.fetchall():
        try:
            forgotten += forget(Path(path), lambda cell: cell.lower() in names or scrubbed(cell) != cell)
        except OSError as error:
            log.logger(__name__).warning("rejected rows are out of reach", file=path, why=error.strerror)
    return forgotten


def _scrub_documents(
    connection: Conn, table: LiteralString, column: LiteralString, subject: Subject, scrubbed: Callable[[str], str]
) -> int:
    document = sql.Identifier(column)
    wanted = [json.dumps(one, ensure_ascii=False)[1:-1] for one in _identifiers(subject)]
    wanted += [json.dumps(one, ensure_ascii=False) for one in subject.names]
    found = connection.execute(
        sql.SQL("SELECT ctid::text, {1} FROM {0} WHERE lower({1}::text) LIKE ANY(%s)").format(
            sql.Identifier(table), document
        ),
        ([f"%{_like(one.lower())}%" for one in wanted],),
    ).fetchall()
    changed = [(place, _walk(value, subject.names, scrubbed)) for place, value in found]
    for place, value in changed:
        update = sql.SQL("UPDATE {} SET {} = %s WHERE ctid = %s::tid").format(sql.Identifier(table), document)
        connection.execute(update, (Jsonb(value), place))
    return len(changed)


def _walk(value: Any, names: Sequence[str], scrubbed: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return ERASED if value in names else scrubbed(value)
    if isinstance(value, list):
        return [_walk(one, names, scrubbed) for one in value]
    if isinstance(value, dict):
        return {scrubbed(key): _walk(one, names, scrubbed) for key, one in value.items()}
    return value


def _scrubber(subject: Subject) -> Callable[[str], str]:
    pattern = _pattern(subject)
    return (lambda text: pattern.sub(ERASED, text)) if pattern else (lambda text: text)


def _pattern(subject: Subject) -> re.Pattern[str] | None:
    """Finds what identifies the person in free text: addresses, and names of two words or more."""
    told = _identifiers(subject)
    return re.compile("|".join(map(_escaped, told)), re.IGNORECASE) if told else None


def _identifiers(subject: Subject) -> list[str]:
    full_names = [name for name in subject.people if " " in name]
    return sorted({*subject.emails, *subject.phones, *full_names}, key=len, reverse=True)


def _escaped(text: str) -> str:
    """As a regular expression that Python and PostgreSQL read alike."""
    return re.sub(r"([^\w\s@])", r"\\\1", text)


def _like(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)


def _given(values: Sequence[str | None]) -> list[str]:
    return sorted({value for value in values if value})
