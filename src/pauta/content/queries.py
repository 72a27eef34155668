"""Reads of templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

from pauta.core.problems import Problem
from pauta.core.render import CompiledTemplate, TemplateSource


@dataclass(frozen=True, slots=True)
class Published:
    """The newest published version of a template in one language."""

    language: str
    version: int
    compiled: CompiledTemplate


@dataclass(frozen=True, slots=True)
class Summary:
    """A template for the list: what it is called, and what of it is published."""

    name: str
    version: int
    languages: tuple[str, ...]
    figures: tuple[str, ...]
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Written:
    """What an author wrote in one language, and what it needs."""

    language: str
    version: int
    source: TemplateSource
    figures: tuple[str, ...]
    actor: str
    published_at: datetime


def published(connection: Connection[Any], template_id: int) -> tuple[Published, ...]:
    """The newest version in each language, in order of language; none when nothing is published."""
    rows = connection.execute(
        """
        SELECT DISTINCT ON (language) language, version, compiled
        FROM template_version WHERE template_id = %s ORDER BY language, version DESC
        """,
        (template_id,),
    )
    return tuple(Published(language, version, _compiled(compiled)) for language, version, compiled in rows)


def _compiled(stored: dict[str, Any]) -> CompiledTemplate:
    lists = {field: tuple(stored[field]) for field in ("required", "conditional")}
    return CompiledTemplate(**(stored | lists))


def choose(versions: Sequence[Published], language: str | None, company_language: str) -> Published:
    """The version that somebody reads best: in the contact's language, else the company's, else the first there is.

    A variant of the same language (pt-PT for pt-BR) is better than another language. ``versions`` is not empty.
    """
    for wanted in (language, company_language):
        if wanted:
            exact = [version for version in versions if version.language == wanted]
            near = [version for version in versions if _primary(version.language) == _primary(wanted)]
            if exact or near:
                return (exact or near)[0]
    return versions[0]


def _primary(language: str) -> str:
    return language.lower().split("-")[0]


def templates(connection: Connection[Any]) -> list[Summary]:
    """All templates by name, each with its newest version."""
    rows = connection.execute(
        """
        SELECT template.name, max(newest.version), array_agg(newest.language ORDER BY newest.language),
               ARRAY(SELECT DISTINCT figure FROM template_version AS every, unnest(every.figures) AS figure
                     WHERE every.template_id = template.id AND every.version = max(newest.version) ORDER BY figure),
               max(newest.published_at)
        FROM template JOIN (
          SELECT DISTINCT ON (template_id, language) template_id, language, version, published_at
          FROM template_version ORDER BY template_id, language, version DESC
        ) AS newest ON newest.template_id = template.id
        GROUP BY template.id, template.name ORDER BY template.name
        """
    )
    return [
        Summary(name, version, tuple(languages), tuple(figures), published_at)
        for name, version, languages, figures, published_at in rows
    ]


def written(connection: Connection[Any], name: str, version: int | None = None) -> list[Written]:
    """What was written under a name, in order of language: the newest in each, or one version; Problem when none."""
    rows = connection.execute(
        """
        SELECT DISTINCT ON (language) language, version, subject, body, text, figures, actor, published_at
        FROM template_version JOIN template ON template.id = template_version.template_id
        WHERE template.name = %(name)s AND (version = %(version)s OR %(version)s::int IS NULL)
        ORDER BY language, version DESC
        """,
        {"name": name, "version": version},
    ).fetchall()
    if not rows:
        raise Problem("content.template_unknown", "template", name=name)
    return [
        Written(language, number, TemplateSource(subject, body, text), tuple(figures), actor, published_at)
        for language, number, subject, body, text, figures, actor, published_at in rows
    ]
