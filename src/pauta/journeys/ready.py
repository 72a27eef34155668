"""Journeys that many need, ready to be adapted: each with its templates, in every language of the product."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from psycopg import Connection

from pauta.content.actions import publish
from pauta.core.problems import Problem
from pauta.core.render import TemplateSource
from pauta.journeys.actions import create

KEYS = ("welcome", "onboarding", "renewal", "re-engagement")


@dataclass(frozen=True, slots=True)
class ReadyJourney:
    """A ready journey in one language: what it is called and for, its document, and the templates that it uses."""

    key: str
    name: str
    about: str
    document: dict[str, Any]
    templates: tuple[str, ...]


def ready_journeys(language: str) -> list[ReadyJourney]:
    """All ready journeys in a language of the product."""
    return [ready_journey(key, language) for key in KEYS]


def ready_journey(key: str, language: str) -> ReadyJourney:
    """One ready journey; a Problem for none of that key."""
    if key not in KEYS:
        raise Problem("journeys.not_ready", "key", value=key, keys=", ".join(KEYS))
    written = _written(key)
    document: dict[str, Any] = _said(written["document"], language)
    return ReadyJourney(
        key, written["name"][language], written["about"][language], document, tuple(written["templates"])
    )


def adapt(connection: Connection[Any], now: datetime, key: str, name: str, language: str, actor: str) -> None:
    """Make a draft of a ready journey under a name, with those of its templates that are not there yet, in all
    languages. Problem: no such ready journey, a name that is taken."""
    found = ready_journey(key, language)
    there = {
        row[0] for row in connection.execute("SELECT name FROM template WHERE name = ANY(%s)", [list(found.templates)])
    }
    for template, sources in ready_templates(key).items():
        if template not in there:
            publish(connection, template, sources, actor, now)
    create(connection, now, name, found.document, actor)


def ready_templates(key: str) -> dict[str, dict[str, TemplateSource]]:
    """The templates of a ready journey by name and language."""
    return {
        name: {language: _source(text) for language, text in by_language.items()}
        for name, by_language in _written(key)["templates"].items()
    }


def _source(text: Mapping[str, Any]) -> TemplateSource:
    words = "".join(f"<mj-text>{escape(one, quote=False)}</mj-text>" for one in text["paragraphs"])
    body = f"<mjml><mj-body><mj-section><mj-column>{words}</mj-column></mj-section></mj-body></mjml>"
    return TemplateSource(text["subject"], body, "\n\n".join(text["paragraphs"]) + "\n")


def _said(value: Any, language: str) -> Any:
    """A part of a document with its words in one language."""
    if isinstance(value, dict) and set(value) == {"en", "es", "pt-BR"}:
        return value[language]
    if isinstance(value, dict):
        return {name: _said(part, language) for name, part in value.items()}
    return [_said(part, language) for part in value] if isinstance(value, list) else value


@cache
def _written(key: str) -> Mapping[str, Any]:
    text = files("pauta.journeys").joinpath("ready", f"{key}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
