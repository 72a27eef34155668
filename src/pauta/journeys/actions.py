"""Writing journeys down, publishing, pausing, resuming and stopping them. Nothing here commits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg import Connection
from psycopg.types.json import Jsonb

from pauta.core.journey.checks import NodeProblem, problems
from pauta.core.journey.document import Document, MessageNode, read_document, written_document
from pauta.core.problems import Problem
from pauta.journeys import leaving
from pauta.journeys.endings import End
from pauta.journeys.proposing import terms_of
from pauta.journeys.queries import JourneyView, journey_named, known
from pauta.messages.terms import NAME_LENGTH

Conn = Connection[Any]
Inside = Literal["finish", "move", "exit"]
Waits = Literal["shift", "now", "skip"]


@dataclass(frozen=True, slots=True)
class Move:
    """Contacts at a node of an older version, and the node of the new one to which they go (empty: they leave)."""

    node: str
    contacts: int
    to: str


@dataclass(frozen=True, slots=True)
class Publication:
    """What publishing does, or did: the version, and what becomes of those inside."""

    version: int
    stay: int
    moves: list[Move]
    exits: int


def checked(connection: Conn, name: str, value: object) -> tuple[Document, list[NodeProblem]]:
    """A document and everything that is wrong with it; a Problem when it cannot be read at all."""
    document = read_document(value)
    names = known(connection)
    others = type(names)(names.templates, names.journeys - {name}, names.segments, names.teams)
    return document, [*problems(document, others), *_terms(document)]


def _terms(document: Document) -> Iterator[NodeProblem]:
    """What keeps messages of a journey from going at all, such as a channel that nobody provides."""
    for node in document.nodes:
        if isinstance(node, MessageNode):
            try:
                terms_of(document.messages, node, None)
            except Problem as problem:
                yield NodeProblem(node.id, problem)


def create(connection: Conn, now: datetime, name: str, value: object, actor: str) -> list[NodeProblem]:
    """Write a journey down as a draft; what is still wrong with it. Problem: the name is taken, or unreadable."""
    if not name.strip() or len(name) > NAME_LENGTH or "\0" in name:
        raise Problem("messages.not_a_name", field="name", length=NAME_LENGTH)
    document, wrong = checked(connection, name, value)
    made = connection.execute(
        "INSERT INTO journey (name, state, draft, draft_version, actor, created_at, changed_at)"
        " VALUES (%s, 'draft', %s, 1, %s, %s, %s) ON CONFLICT (name) DO NOTHING",
        (name, Jsonb(written_document(document)), actor, now, now),
    ).rowcount
    if not made:
        raise Problem("journeys.name_taken", "name", name=name)
    return wrong


def save_draft(connection: Conn, now: datetime, name: str, value: object, version: int) -> list[NodeProblem]:
    """Write a draft anew; what is still wrong with it. Problem: somebody else saved it since ``version`` was read."""
    chosen = journey_named(connection, name)
    document, wrong = checked(connection, name, value)
    saved = connection.execute(
        "UPDATE journey SET draft = %s, draft_version = draft_version + 1, changed_at = %s"
        " WHERE id = %s AND draft_version = %s",
        (Jsonb(written_document(document)), now, chosen.id, version),
    ).rowcount
    if not saved:
        raise Problem("journeys.changed", "version", expected=version, found=chosen.draft_version)
    return wrong


def publish(
    connection: Conn, now: datetime, name: str, actor: str, inside: Inside, to: Mapping[str, str], *, try_only: bool
) -> Publication:
    """Put the draft in force for those who come from now on. With ``try_only`` only tell what would happen.

    Those inside ``finish`` on their version, ``move`` to the node of the same id (or as ``to`` says, by node; empty:
    they leave) while their waits keep their beginning, or ``exit``. Problems: the first thing that is wrong with the
    draft; a stopped journey; nowhere to go for somebody who moves.
    """
    chosen = _locked(connection, name)
    if chosen.state == "stopped":
        raise Problem("journeys.no_publish", "journey", journey=name, state=chosen.state)
    document, wrong = checked(connection, name, chosen.draft)
    if wrong:
        raise wrong[0].problem
    told = _told(connection, chosen, document, inside, to)
    if try_only:
        return told
    _begin_reading(connection)
    version_id = _write_version(connection, now, chosen, document, actor)
    if inside == "move":
        _move(connection, now, chosen.id, version_id, told.moves)
    if inside == "exit" or told.exits:
        gone = None if inside == "exit" else [one.node for one in told.moves if not one.to]
        leaving.leave_versions(connection, now, chosen.id, version_id, gone, End.PUBLISHED)
    return told


def pause(connection: Conn, now: datetime, name: str) -> None:
    """Let nobody move or come in, and nothing leave, until it is resumed; a Problem unless it is live."""
    chosen = _locked(connection, name)
    _require(chosen, "live", "journeys.no_pause")
    connection.execute("UPDATE journey SET state = 'paused', paused_at = %s WHERE id = %s", (now, chosen.id))
    leaving.pause_messages(connection, chosen.id, paused=True)


def resume(connection: Conn, now: datetime, name: str, waits: Waits) -> None:
    """Let a paused journey go on. Waits end later by the length of the pause (``shift``), or as they would have: then
    what fell into the pause happens ``now``, or its messages are left out (``skip``)."""
    chosen = _locked(connection, name)
    _require(chosen, "paused", "journeys.no_resume")
    assert chosen.paused_at is not None
    if waits == "shift":
        connection.execute(
            "UPDATE enrolment SET shifted = shifted + %s, wake_at = '-infinity'"
            " WHERE journey_id = %s AND ended = 0 AND wake_at IS NOT NULL",
            (round((now - chosen.paused_at).total_seconds()), chosen.id),
        )
    elif waits == "skip":
        connection.execute(
            "UPDATE enrolment SET skip = true WHERE journey_id = %s AND ended = 0 AND wake_at <= %s",
            (chosen.id, now),
        )
    connection.execute("UPDATE journey SET state = 'live', paused_at = NULL WHERE id = %s", (chosen.id,))
    leaving.pause_messages(connection, chosen.id, paused=False)


def stop(connection: Conn, now: datetime, name: str) -> int:
    """End a journey for good: everybody leaves, and what has not left yet is taken back; how many left."""
    chosen = _locked(connection, name)
    if chosen.state not in ("live", "paused"):
        raise Problem("journeys.no_stop", "journey", journey=name, state=chosen.state)
    connection.execute("UPDATE journey SET state = 'stopped', paused_at = NULL WHERE id = %s", (chosen.id,))
    return leaving.leave_versions(connection, now, chosen.id, 0, None, End.STOPPED)


def _locked(connection: Conn, name: str) -> JourneyView:
    connection.execute("SELECT FROM journey WHERE name = %s FOR UPDATE", (name,))
    return journey_named(connection, name)


def _require(chosen: JourneyView, state: str, code: str) -> None:
    if chosen.state != state:
        raise Problem(code, "journey", journey=chosen.name, state=chosen.state)


def _told(
    connection: Conn, chosen: JourneyView, document: Document, inside: Inside, to: Mapping[str, str]
) -> Publication:
    nodes = {node.id for node in document.nodes}
    found = connection.execute(
        "SELECT s.node, count(*) FROM enrolment e JOIN journey_step s ON s.id = e.step_id"
        " WHERE e.journey_id = %s AND e.ended = 0 GROUP BY s.node ORDER BY s.node",
        (chosen.id,),
    ).fetchall()
    total = sum(count for _, count in found)
    if inside != "move":
        stays = total if inside == "finish" else 0
        return Publication(chosen.version + 1, stays, [], total - stays)
    moves = [Move(node, count, to.get(node, node)) for node, count in found]
    for one in moves:
        if one.to and one.to not in nodes:
            raise Problem("journeys.move_nowhere", f"to.{one.node}", node=one.node, target=one.to)
    return Publication(chosen.version + 1, 0, moves, sum(one.contacts for one in moves if not one.to))


def _begin_reading(connection: Conn) -> None:
    """Where no journey was published yet, or all were stopped, what has happened until now concerns none."""
    connection.execute(
        "UPDATE journey_cursor SET event_id = (SELECT coalesce(max(id), 0) FROM event),"
        " segment_id = (SELECT coalesce(max(id), 0) FROM segment_change)"
        " WHERE id = 0 AND NOT EXISTS (SELECT FROM journey WHERE state IN ('live', 'paused'))"
    )


def _write_version(connection: Conn, now: datetime, chosen: JourneyView, document: Document, actor: str) -> int:
    row = connection.execute(
        "INSERT INTO journey_version (journey_id, number, document, actor, published_at)"
        " VALUES (%s, %s, %s, %s, %s) RETURNING id",
        (chosen.id, chosen.version + 1, Jsonb(chosen.draft), actor, now),
    ).fetchone()
    assert row is not None
    connection.execute(
        "INSERT INTO journey_step (version_id, node) SELECT %s, unnest(%s::text[])",
        (row[0], [node.id for node in document.nodes]),
    )
    connection.execute(
        "UPDATE journey SET version = version + 1, state = CASE state WHEN 'paused' THEN state ELSE 'live' END,"
        " published_at = %s WHERE id = %s",
        (now, chosen.id),
    )
    return int(row[0])


def _move(connection: Conn, now: datetime, journey_id: int, version_id: int, moves: list[Move]) -> None:
    """Take those inside along to the nodes of the new version. Waits keep their beginning and are reckoned anew; who
    goes to another node arrives there, and what the old one had not sent yet is taken back."""
    left = connection.execute(
        "SELECT e.message_id, e.task_id FROM enrolment e JOIN journey_step s ON s.id = e.step_id"
        " WHERE e.journey_id = %s AND e.ended = 0 AND s.node = ANY(%s) ORDER BY e.id FOR UPDATE OF e",
        (journey_id, [one.node for one in moves if one.to not in ("", one.node)]),
    ).fetchall()
    connection.execute(
        """
        UPDATE enrolment e SET step_id = target.id, seq = e.seq + (old.node <> target.node)::int,
               arrived = CASE WHEN old.node = target.node THEN e.arrived ELSE true END,
               message_id = CASE WHEN old.node = target.node THEN e.message_id END,
               task_id = CASE WHEN old.node = target.node THEN e.task_id END, wake_at = '-infinity'
        FROM journey_step old, unnest(%(nodes)s::text[], %(targets)s::text[]) AS moved (node, target),
             journey_step target
        WHERE old.id = e.step_id AND moved.node = old.node AND target.version_id = %(version)s
          AND target.node = moved.target AND e.journey_id = %(journey)s AND e.ended = 0
        """,
        {
            "nodes": [one.node for one in moves if one.to],
            "targets": [one.to for one in moves if one.to],
            "version": version_id,
            "journey": journey_id,
        },
    )
    connection.execute(
        "INSERT INTO enrolment_step (enrolment_id, seq, step_id, at, way)"
        " SELECT e.id, e.seq, e.step_id, e.since, 'moved' FROM enrolment e JOIN journey_step s ON s.id = e.step_id"
        " WHERE s.version_id = %s AND e.ended = 0 ON CONFLICT DO NOTHING",
        (version_id,),
    )
    leaving.drop(connection, now, left, "moved")
