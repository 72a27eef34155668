"""Published versions as the engine needs them: nodes by the numbers of their steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from psycopg import Connection

from pauta.core.journey.checks import loops
from pauta.core.journey.document import Document, Node, read_document

Conn = Connection[Any]


@dataclass(frozen=True)
class Version:
    """A version: its document, the node of each step, the step of each node id, and nodes that may be come to again."""

    id: int
    journey_id: int
    journey: str
    publisher: str
    document: Document
    nodes: Mapping[int, Node]
    steps: Mapping[str, int]
    loops: frozenset[str]


@dataclass(frozen=True)
class Standing:
    """A journey that was published: its state, and the version that takes in who comes."""

    id: int
    name: str
    state: str
    version: Version


_REMEMBERED: WeakKeyDictionary[Conn, dict[int, Version]] = WeakKeyDictionary()


def version(connection: Conn, version_id: int) -> Version:
    """A version by its id, which is remembered as long as the connection lives: it never changes."""
    known = _REMEMBERED.setdefault(connection, {})
    if version_id not in known:
        known[version_id] = _read(connection, version_id)
    return known[version_id]


def standing(connection: Conn) -> list[Standing]:
    """Journeys that are live or paused, by their ids."""
    rows = connection.execute(
        "SELECT j.id, j.name, j.state, v.id FROM journey j"
        " JOIN journey_version v ON v.journey_id = j.id AND v.number = j.version"
        " WHERE j.state IN ('live', 'paused') ORDER BY j.id"
    ).fetchall()
    return [Standing(number, name, state, version(connection, newest)) for number, name, state, newest in rows]


def running(connection: Conn, journey_id: int) -> list[Version]:
    """Every version of a journey that contacts are on, and the newest."""
    rows = connection.execute(
        "SELECT DISTINCT v.id FROM journey_version v JOIN journey_step s ON s.version_id = v.id"
        " WHERE v.journey_id = %s AND (EXISTS (SELECT FROM enrolment e WHERE e.step_id = s.id AND e.ended = 0)"
        " OR v.number = (SELECT version FROM journey WHERE id = v.journey_id))",
        (journey_id,),
    ).fetchall()
    return [version(connection, number) for (number,) in rows]


def _read(connection: Conn, version_id: int) -> Version:
    row = connection.execute(
        "SELECT v.journey_id, j.name, v.actor, v.document FROM journey_version v JOIN journey j ON j.id = v.journey_id"
        " WHERE v.id = %s",
        (version_id,),
    ).fetchone()
    assert row is not None
    journey_id, name, actor, written = row
    document = read_document(written)
    by_id = {node.id: node for node in document.nodes}
    steps = dict(
        connection.execute("SELECT node, id FROM journey_step WHERE version_id = %s", (version_id,)).fetchall()
    )
    nodes = {number: by_id[node] for node, number in steps.items()}
    return Version(version_id, journey_id, name, actor, document, nodes, steps, loops(document))
