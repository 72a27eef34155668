"""Why a contact is in a segment or not: every test of its rule, in words, with its answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection, sql

from pauta.core.rules.reading import read_rule
from pauta.core.rules.tree import Group, Test
from pauta.segments.compiling import compile_rule
from pauta.segments.queries import company_day
from pauta.segments.sentences import heading, sentence
from pauta.segments.source import SOURCE


@dataclass(frozen=True, slots=True)
class Answer:
    """A test or a group in words, whether it holds, and for a group the answers below it."""

    text: str
    holds: bool
    parts: tuple[Answer, ...] = ()


def explain(connection: Connection[Any], document: object, contact_id: int, now: datetime, language: str) -> Answer:
    """The answers of a rule about one contact, asked together in one statement."""
    rule = read_rule(document)
    nodes = list(_nodes(rule))
    today = company_day(connection, now)
    asked = [
        compile_rule(
            node if isinstance(node, Group) else Group(True, False, (node,)), now, today, prefix=f"node{place}"
        )
        for place, node in enumerate(nodes)
    ]
    params: dict[str, object] = {"contact": contact_id}
    for condition in asked:
        params |= condition.params
    columns = sql.SQL(", ").join(sql.SQL("({}) IS TRUE").format(condition.where) for condition in asked)
    row = connection.execute(
        sql.SQL("SELECT {} FROM {} WHERE c.id = %(contact)s").format(columns, SOURCE), params
    ).fetchone()
    assert row is not None
    return _told(rule, iter(row), language)


def _nodes(node: Group | Test) -> Iterator[Group | Test]:
    """A tree from above, each group before its parts."""
    yield node
    if isinstance(node, Group):
        for part in node.parts:
            yield from _nodes(part)


def _told(node: Group | Test, answers: Iterator[bool], language: str) -> Answer:
    holds = next(answers)
    if isinstance(node, Group):
        return Answer(heading(node, language), holds, tuple(_told(part, answers, language) for part in node.parts))
    return Answer(sentence(node, language), holds)
