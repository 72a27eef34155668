"""Merging of duplicates: one contact goes on for two, with everything that either had.

What was sent to both counts for the one that stays, where it was sent. A message that both were to get goes out once.
The external id of the one that goes stands for the one that stays from then on, so that no import makes it again.
Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from psycopg import Connection, sql

from pauta.core.gate.reasons import Reason
from pauta.core.problems import Problem
from pauta.journeys.leaving import leave_doubled
from pauta.messages.ledger import lock_parts, move
from pauta.messages.states import RECALLABLE, State
from pauta.people.changes import Changes, Move
from pauta.people.locks import lock_people
from pauta.people.queries import find_contact
from pauta.people.sharing import settle, take_along
from pauta.pipeline.people import people_changed
from pauta.platform.partitions import partition_of

Conn = Connection[Any]

_REPOINTED: Mapping[str, LiteralString] = {
    table: f"UPDATE {table} SET contact_id = %(kept)s WHERE part = %(part)s AND contact_id = %(gone)s"
    for table in ("touch", "event", "condition", "manual_hold", "consent")
}
_READINGS: Mapping[str, LiteralString] = {
    table: f"UPDATE {table} SET contact_id = %(kept)s WHERE message_id = ANY(%(messages)s)"
    for table in ("hit", "response")
}
_MERGED: Mapping[str, LiteralString] = {
    "contact_alias": "UPDATE contact_alias SET contact_id = %(kept)s WHERE contact_id = %(gone)s",
    "the alias of the one that goes": """
    INSERT INTO contact_alias (external_id, contact_id, merged_id, name, email, phone, merged_at, actor)
    SELECT external_id, %(kept)s, id, trim(first_name || ' ' || last_name),
      email, phone, %(now)s, %(actor)s FROM contact WHERE id = %(gone)s
    """,
    "doubled touches": """
    DELETE FROM touch USING touch AS same
    WHERE touch.part = %(part)s AND touch.contact_id = %(gone)s
      AND same.part = %(part)s AND same.contact_id = %(kept)s AND same.external_id = touch.external_id
    """,
    **_REPOINTED,
    **_READINGS,
    "former_account": """
    INSERT INTO former_account (part, account_key, contact_id)
    SELECT part, account_key, %(kept)s FROM former_account WHERE contact_id = %(gone)s ON CONFLICT DO NOTHING
    """,
    "former accounts of the one that goes": "DELETE FROM former_account WHERE contact_id = %(gone)s",
    "preference": """
    INSERT INTO preference (contact_id, topic, part, at_most, days, changed_at)
    SELECT %(kept)s, topic, %(part)s, at_most, days, changed_at FROM preference WHERE contact_id = %(gone)s
    ON CONFLICT (contact_id, topic) DO UPDATE
    SET at_most = excluded.at_most, days = excluded.days, changed_at = excluded.changed_at
    WHERE excluded.at_most * preference.days < preference.at_most * excluded.days
    """,
    "preferences of the one that goes": "DELETE FROM preference WHERE contact_id = %(gone)s",
    "visitor": "UPDATE visitor SET contact_id = %(kept)s WHERE contact_id = %(gone)s",
    "webhook_delivery": "UPDATE webhook_delivery SET contact_id = %(kept)s WHERE contact_id = %(gone)s",
    "unmeasured": """
    INSERT INTO unmeasured (contact_id, source, at)
    SELECT %(kept)s, source, at FROM unmeasured WHERE contact_id = %(gone)s ON CONFLICT DO NOTHING
    """,
    "refusal of the one that goes": "DELETE FROM unmeasured WHERE contact_id = %(gone)s",
    "relation": """
    INSERT INTO relation (contact_id, account_id, role)
    SELECT %(kept)s, account_id, role FROM relation WHERE contact_id = %(gone)s ON CONFLICT DO NOTHING
    """,
    "relations of the one that goes": "DELETE FROM relation WHERE contact_id = %(gone)s",
    "contact_list_member": """
    INSERT INTO contact_list_member (list_id, contact_id)
    SELECT list_id, %(kept)s FROM contact_list_member WHERE contact_id = %(gone)s ON CONFLICT DO NOTHING
    """,
    "list places of the one that goes": "DELETE FROM contact_list_member WHERE contact_id = %(gone)s",
    "segment_member": "DELETE FROM segment_member WHERE contact_id = %(gone)s",
    "segment_change": "UPDATE segment_change SET contact_id = %(kept)s WHERE contact_id = %(gone)s",
    "rule_news": "DELETE FROM rule_news WHERE contact_id = %(gone)s",
    "what every rule asks again": "INSERT INTO rule_news (kind, name, contact_id) VALUES ('new', '', %(kept)s)",
    "meeting": """
    UPDATE meeting SET contact_ids = ARRAY(SELECT DISTINCT unnest(array_replace(contact_ids, %(gone)s, %(kept)s)))
    WHERE contact_ids @> ARRAY[%(gone)s::bigint]
    """,
    # A contact that is two goes no more when the one that asked for mails never confirms it.
    "sign_up": "UPDATE sign_up SET contact_id = %(kept)s, made = false WHERE contact_id IN (%(kept)s, %(gone)s)",
    "enrolment": """
    UPDATE enrolment SET contact_id = %(kept)s, number = number + (
      SELECT coalesce(max(own.number), 0) FROM enrolment own
      WHERE own.journey_id = enrolment.journey_id AND own.contact_id = %(kept)s)
    WHERE contact_id = %(gone)s
    """,
    "task": "UPDATE task SET contact = %(name)s WHERE contact = %(other)s",
    "contact": """
    UPDATE contact AS kept SET
      first_name = CASE WHEN kept.first_name = '' AND kept.last_name = '' THEN gone.first_name
                        ELSE kept.first_name END,
      last_name = CASE WHEN kept.first_name = '' AND kept.last_name = '' THEN gone.last_name ELSE kept.last_name END,
      email = coalesce(kept.email, gone.email),
      email_state = CASE WHEN kept.email IS NULL THEN gone.email_state ELSE kept.email_state END,
      phone = coalesce(kept.phone, gone.phone),
      phone_state = CASE WHEN kept.phone IS NULL THEN gone.phone_state ELSE kept.phone_state END,
      postal_address = coalesce(kept.postal_address, gone.postal_address),
      place_id = CASE WHEN kept.place_id = 0 THEN gone.place_id ELSE kept.place_id END,
      language = coalesce(kept.language, gone.language), stage = coalesce(kept.stage, gone.stage),
      segments = ARRAY(SELECT DISTINCT unnest(kept.segments || gone.segments) ORDER BY 1),
      best_minute = CASE WHEN kept.best_minute = -1 THEN gone.best_minute ELSE kept.best_minute END,
      paused_until = greatest(kept.paused_until, gone.paused_until),
      attributes = gone.attributes || kept.attributes, created_at = least(kept.created_at, gone.created_at),
      changed_at = %(now)s
    FROM contact AS gone WHERE kept.id = %(kept)s AND gone.id = %(gone)s
    """,
    "the contact that goes": "DELETE FROM contact WHERE id = %(gone)s",
}
"""What has a contact, by table or in words, in an order that keys and constraints allow."""

MERGED_TABLES = frozenset(_MERGED) | {"message", "message_key"}
"""Tables whose rows of the contact that goes are taken over, among other things."""


@dataclass(frozen=True, slots=True)
class _Duplicate:
    id: int
    external_id: str
    account_id: int | None
    account_key: int
    email: str | None


def merge_contacts(connection: Conn, name: str, other: str, now: datetime, actor: str) -> str:
    """Let the contact called ``name`` go on for both; the external id that the ``other`` one had.

    The one that stays keeps what is said of it, and gets what is said only of the other; of pauses the longer stands,
    of preferences the stricter. A Problem when both are one, or while a message to the other is being handed over.
    """
    lock_people(connection)
    kept, gone = (_duplicate(connection, find_contact(connection, one).id) for one in (name, other))
    if kept.id == gone.id:
        raise Problem("people_merge_itself", "other", value=other)
    leave_doubled(connection, now, kept.id, gone.id)
    kept = _bring_together(connection, kept, gone, now)
    part = partition_of(kept.account_key)
    lock_parts(connection, [part])
    given = {
        "kept": kept.id,
        "gone": gone.id,
        "part": part,
        "key": kept.account_key,
        "name": kept.external_id,
        "other": gone.external_id,
        "now": now,
        "actor": actor,
    }
    messages = _take_messages(connection, given, other)
    for statement in _MERGED.values():
        connection.execute(statement, {**given, "messages": messages})
    addresses = {one.email for one in (kept, gone) if one.email}
    settled = settle(connection, addresses, [kept.id])
    people_changed(connection, settled + Changes(keys=frozenset((kept.account_key, gone.account_key))), now)
    return gone.external_id


def _duplicate(connection: Conn, number: int) -> _Duplicate:
    row = connection.execute(
        "SELECT id, external_id, account_id, account_key, lower(email) FROM contact WHERE id = %s FOR UPDATE", (number,)
    ).fetchone()
    assert row is not None
    return _Duplicate(*row)


def _bring_together(connection: Conn, kept: _Duplicate, gone: _Duplicate, now: datetime) -> _Duplicate:
    """Both under one account key: the account of the one that stays, or else that of the other."""
    changes = Changes()
    if kept.account_id is None and gone.account_id is not None:
        connection.execute("UPDATE contact SET account_id = %s WHERE id = %s", (gone.account_id, kept.id))
        changes += settle(connection, {kept.email} if kept.email else set(), [kept.id])
        kept, gone = _duplicate(connection, kept.id), _duplicate(connection, gone.id)
    if gone.account_key != kept.account_key:
        moves = (Move(gone.id, gone.account_key, kept.account_key),)
        connection.execute(
            "UPDATE contact SET account_key = %s, part = %s WHERE id = %s",
            (kept.account_key, partition_of(kept.account_key), gone.id),
        )
        take_along(connection, moves)
        changes += Changes(keys=frozenset((gone.account_key, kept.account_key)), moves=moves)
    people_changed(connection, changes, now)
    return kept


def _take_messages(connection: Conn, given: Mapping[str, Any], other: str) -> list[int]:
    """Give the messages of the one that goes to the one that stays; what both were to get goes out once.

    What the gate kept from the one that stays, for want of an address perhaps, may still go out for the other.
    """
    rows = connection.execute(
        "SELECT id, proposal_id, state FROM message"
        " WHERE part = %(part)s AND account_key = %(key)s AND contact_id = %(gone)s",
        given,
    ).fetchall()
    if any(state == State.SENDING for _, _, state in rows):
        raise Problem("people_merge_in_flight", "other", value=other)
    ids, proposals = [number for number, *_ in rows], [proposal for _, proposal, _ in rows]
    both = dict(
        connection.execute(
            "SELECT k.proposal_id, coalesce(bool_or(m.state <> %s), true) FROM message_key k LEFT JOIN message m"
            " ON m.part = %s AND m.account_key = %s AND m.contact_id = k.contact_id AND m.proposal_id = k.proposal_id"
            " WHERE k.proposal_id = ANY(%s) AND k.contact_id = %s GROUP BY 1",
            (State.SUPPRESSED, given["part"], given["key"], proposals, given["kept"]),
        ).fetchall()
    )
    doubled = {
        **given,
        "doubled": list(both),
        "ids": [number for number, proposal, _ in rows if both.get(proposal)],
    }
    move(
        connection,
        sql.SQL(f"part = %(part)s AND id = ANY(%(ids)s) AND {RECALLABLE}"),
        doubled,
        to=State.CANCELLED,
        reason=Reason.cancelled,
        now=given["now"],
        detail="",
    )
    connection.execute(
        "DELETE FROM message_key WHERE proposal_id = ANY(%(doubled)s) AND contact_id = %(gone)s", doubled
    )
    connection.execute(
        "UPDATE message_key SET contact_id = %(kept)s WHERE proposal_id = ANY(%(proposals)s) AND contact_id = %(gone)s",
        {**given, "proposals": proposals},
    )
    connection.execute(
        "UPDATE message SET contact_id = %(kept)s WHERE part = %(part)s AND id = ANY(%(ids)s)", {**given, "ids": ids}
    )
    return ids
