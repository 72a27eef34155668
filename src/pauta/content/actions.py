"""Writes of templates: what is published once is never changed; publishing again makes a new version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from pauta.core.problems import Problem
from pauta.core.render import TemplateSource, compile_template, figures
from pauta.people.places import parse_language

NAME_LENGTH = 120
"""Longest name of a template."""


@dataclass(frozen=True, slots=True)
class Publication:
    """What publishing made: the template, its new version, and the figures that it needs in any of its languages."""

    template_id: int
    version: int
    figures: tuple[str, ...]


def publish(
    connection: Connection[Any], name: str, parts: Mapping[str, TemplateSource], actor: str, now: datetime
) -> Publication:
    """Compile and store a template in the given languages as one new version.

    Languages that were published before and are not given stay as they are. Problem, with the language and the part as
    its field, when something does not compile; then nothing is stored.
    """
    if not name.strip() or len(name) > NAME_LENGTH or "\0" in name:
        raise Problem("content.name", "name", length=NAME_LENGTH)
    if not parts:
        raise Problem("content.no_language", "languages")
    sources = {parse_language(language): source for language, source in parts.items()}
    if len(sources) < len(parts):
        raise Problem("content.language_twice", "languages")
    template_id = _template(connection, name, now)
    version = _next_version(connection, template_id)
    needed: set[str] = set()
    for language, source in sources.items():
        needed |= _store(connection, (template_id, version, language), source, actor, now)
    return Publication(template_id, version, tuple(sorted(needed)))


def _template(connection: Connection[Any], name: str, now: datetime) -> int:
    """The id of the template of that name, made when it is new; its row stays locked, so versions come one by one."""
    connection.execute(
        "INSERT INTO template (name, created_at) VALUES (%s, %s) ON CONFLICT (name) DO NOTHING", (name, now)
    )
    row = connection.execute("SELECT id FROM template WHERE name = %s FOR NO KEY UPDATE", (name,)).fetchone()
    assert row is not None
    return int(row[0])


def _next_version(connection: Connection[Any], template_id: int) -> int:
    row = connection.execute(
        "SELECT coalesce(max(version), 0) + 1 FROM template_version WHERE template_id = %s", (template_id,)
    ).fetchone()
    assert row is not None
    return int(row[0])


def _store(
    connection: Connection[Any], key: tuple[int, int, str], source: TemplateSource, actor: str, now: datetime
) -> frozenset[str]:
    try:
        compiled = compile_template(source)
    except Problem as problem:
        raise Problem(problem.code, f"{key[2]}.{problem.field}", **problem.values) from problem
    needed = figures(compiled)
    connection.execute(
        """
        INSERT INTO template_version (template_id, version, language, subject, body, text, compiled, figures, actor,
                                      published_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (*key, source.subject, source.body, source.text, Jsonb(asdict(compiled)), sorted(needed), actor, now),
    )
    return needed
