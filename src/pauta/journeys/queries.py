"""Reads of journeys: their documents, and the figures of their nodes with the contacts behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from psycopg import Connection
from psycopg.rows import class_row

from pauta.core.journey.checks import Known
from pauta.core.problems import Problem

Conn = Connection[Any]


@dataclass(frozen=True, slots=True)
class JourneyView:
    """A journey with its draft; ``changed`` tells whether the draft differs from what is in force."""

    id: int
    name: str
    state: str
    draft: dict[str, Any]
    draft_version: int
    version: int
    changed: bool
    inside: int
    entered: int
    converted: int
    stuck: int
    actor: str
    created_at: datetime
    changed_at: datetime
    published_at: datetime | None
    paused_at: datetime | None


@dataclass(frozen=True, slots=True)
class VersionView:
    """A version as it was published, and how many are on it."""

    number: int
    document: dict[str, Any]
    actor: str
    published_at: datetime
    inside: int


@dataclass(frozen=True, slots=True)
class NodeFigures:
    """What went through a node: came in, wait there now, went on, and those of them who reached the goal."""

    node: str
    came: int
    waiting: int
    passed: int
    converted: int


@dataclass(frozen=True, slots=True)
class Figures:
    """A journey in figures; ``seconds`` is how long those who reached the goal took, in the middle (median)."""

    entered: int
    inside: int
    converted: int
    seconds: float | None
    nodes: list[NodeFigures]


@dataclass(frozen=True, slots=True)
class Traveller:
    """A contact behind a figure: who, since when, and how it went on."""

    enrolment_id: int
    contact: str
    name: str
    account: str
    at: datetime
    node: str
    ended: int
    converted_at: datetime | None


_VIEW: LiteralString = """
SELECT j.id, j.name, j.state, j.draft, j.draft_version, j.version,
       v.document IS DISTINCT FROM j.draft AS changed,
       count(e.id) FILTER (WHERE e.ended = 0) AS inside, count(e.id) AS entered,
       count(e.converted_at) AS converted, count(e.id) FILTER (WHERE e.stuck AND e.ended = 0) AS stuck,
       j.actor, j.created_at, j.changed_at, j.published_at, j.paused_at
FROM journey j LEFT JOIN journey_version v ON v.journey_id = j.id AND v.number = j.version
LEFT JOIN enrolment e ON e.journey_id = j.id
"""
_GROUPED: LiteralString = "GROUP BY j.id, v.document ORDER BY j.changed_at DESC, j.id DESC"


def journeys(connection: Conn) -> list[JourneyView]:
    """All journeys, the last changed first."""
    with connection.cursor(row_factory=class_row(JourneyView)) as cursor:
        return cursor.execute(f"{_VIEW} {_GROUPED}").fetchall()


def journey_named(connection: Conn, name: str) -> JourneyView:
    """One journey; a Problem when there is none of that name."""
    with connection.cursor(row_factory=class_row(JourneyView)) as cursor:
        found = cursor.execute(f"{_VIEW} WHERE j.name = %s {_GROUPED}", (name,)).fetchone()
    if found is None:
        raise Problem("journeys.unknown", "journey", journey=name)
    return found


def versions(connection: Conn, journey_id: int) -> list[VersionView]:
    """Every version that was published, the newest first."""
    with connection.cursor(row_factory=class_row(VersionView)) as cursor:
        return cursor.execute(
            "SELECT v.number, v.document, v.actor, v.published_at,"
            " (SELECT count(*) FROM enrolment e JOIN journey_step s ON s.id = e.step_id"
            "  WHERE s.version_id = v.id AND e.ended = 0) AS inside"
            " FROM journey_version v WHERE v.journey_id = %s ORDER BY v.number DESC",
            (journey_id,),
        ).fetchall()


def known(connection: Conn) -> Known:
    """Names to which a journey may refer."""

    def names(query: LiteralString) -> frozenset[str]:
        return frozenset(name for (name,) in connection.execute(query))

    return Known(
        templates=names("SELECT name FROM template"),
        journeys=names("SELECT name FROM journey"),
        segments=names("SELECT key FROM segment"),
        teams=names("SELECT name FROM team"),
    )


def figures(connection: Conn, journey_id: int) -> Figures:
    """Figures of a journey over all its versions; a node keeps its figures under its id."""
    entered, inside, converted, seconds = connection.execute(
        "SELECT count(*), count(*) FILTER (WHERE ended = 0), count(converted_at),"
        " percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM converted_at - entered_at))"
        " FROM enrolment WHERE journey_id = %s",
        (journey_id,),
    ).fetchone() or (0, 0, 0, None)
    with connection.cursor(row_factory=class_row(NodeFigures)) as cursor:
        nodes = cursor.execute(
            """
            SELECT s.node, count(*) AS came, count(*) FILTER (WHERE h.seq = e.seq AND e.ended = 0) AS waiting,
                   count(*) FILTER (WHERE h.seq < e.seq) AS passed, count(e.converted_at) AS converted
            FROM journey_version v JOIN journey_step s ON s.version_id = v.id
            JOIN enrolment_step h ON h.step_id = s.id JOIN enrolment e ON e.id = h.enrolment_id
            WHERE v.journey_id = %s GROUP BY s.node ORDER BY s.node
            """,
            (journey_id,),
        ).fetchall()
    return Figures(entered, inside, converted, seconds, nodes)


_OF_FIGURE: dict[str, LiteralString] = {
    "in": "",
    "waiting": "AND h.seq = e.seq AND e.ended = 0",
    "passed": "AND h.seq < e.seq",
    "converted": "AND e.converted_at IS NOT NULL",
}


def travellers(
    connection: Conn, journey_id: int, node: str, figure: str, before: int | None, most: int
) -> list[Traveller]:
    """The contacts behind a figure of a node, the newest enrolment first; ``before`` is the last of the page before."""
    with connection.cursor(row_factory=class_row(Traveller)) as cursor:
        return cursor.execute(
            f"""
            SELECT DISTINCT ON (e.id) e.id AS enrolment_id, c.external_id AS contact,
                   coalesce(nullif(trim(c.first_name || ' ' || c.last_name), ''), c.email, c.external_id) AS name,
                   coalesce(a.name, '') AS account, h.at, at_step.node, e.ended, e.converted_at
            FROM journey_version v JOIN journey_step s ON s.version_id = v.id AND s.node = %(node)s
            JOIN enrolment_step h ON h.step_id = s.id
            JOIN enrolment e ON e.id = h.enrolment_id {_OF_FIGURE[figure]}
            JOIN journey_step at_step ON at_step.id = e.step_id
            JOIN contact c ON c.id = e.contact_id LEFT JOIN account a ON a.id = c.account_id
            WHERE v.journey_id = %(journey)s AND (%(before)s::bigint IS NULL OR e.id < %(before)s)
            ORDER BY e.id DESC, h.seq DESC LIMIT %(most)s
            """,
            {"journey": journey_id, "node": node, "before": before, "most": most},
        ).fetchall()
