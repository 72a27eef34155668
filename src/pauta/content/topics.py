"""Topics in the words of those who get mails about them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from pauta.core.problems import Problem
from pauta.people.places import parse_language

TITLE_LENGTH = 80
"""Longest title of a topic."""

MOST_UNREAD_DAYS = 90
"""Longest time after which unread messages may go on by another channel."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic with its titles by language, and after how many days its unread messages go on by the next channel."""

    name: str
    titles: Mapping[str, str]
    unread_days: int


def topics(connection: Connection[Any]) -> list[Topic]:
    """The topics of which something is kept, by name."""
    with connection.cursor(row_factory=class_row(Topic)) as cursor:
        return cursor.execute(
            "SELECT name, titles, coalesce(unread_days, 0) AS unread_days FROM topic ORDER BY name"
        ).fetchall()


def titles(connection: Connection[Any]) -> dict[str, dict[str, str]]:
    """The titles of all topics that have some: by name, then by language."""
    return dict(connection.execute("SELECT name, titles FROM topic ORDER BY name").fetchall())


def titles_in(connection: Connection[Any], topics: Collection[str], language: str, company: str) -> dict[str, str]:
    """What each topic is called in a language, else in the company's; one without a title goes by its name."""
    known = titles(connection)
    return {topic: _title(known.get(topic, {}), topic, (language, company)) for topic in topics}


def save_topic(connection: Connection[Any], name: str, given: Mapping[str, str]) -> None:
    """Give a topic titles in these languages; those in other languages stay. Problem for a title that is none."""
    if not name.strip():
        raise Problem("content.topic_unnamed", "topic")
    said = {parse_language(language): title.strip() for language, title in given.items()}
    for language, title in said.items():
        if not 0 < len(title) <= TITLE_LENGTH or "\n" in title:
            raise Problem("content.topic_title", language, length=TITLE_LENGTH)
    connection.execute(
        "INSERT INTO topic AS kept (name, titles) VALUES (%s, %s)"
        " ON CONFLICT (name) DO UPDATE SET titles = kept.titles || excluded.titles",
        (name.strip(), Jsonb(said)),
    )


def save_unread_days(connection: Connection[Any], name: str, days: int) -> None:
    """After how many days unread messages about a topic go on by their next channel; 0 for never.

    Messages that were proposed before, and those that say so themselves, keep their own. A Problem for a wrong number.
    """
    if not name.strip():
        raise Problem("content.topic_unnamed", "topic")
    if not 0 <= days <= MOST_UNREAD_DAYS:
        raise Problem("messages.not_unread_days", "days", value=days, most=MOST_UNREAD_DAYS)
    connection.execute(
        "INSERT INTO topic (name, unread_days) VALUES (%s, %s)"
        " ON CONFLICT (name) DO UPDATE SET unread_days = excluded.unread_days",
        (name.strip(), days),
    )


def _title(known: Mapping[str, str], topic: str, languages: tuple[str, ...]) -> str:
    for language in languages:
        near = [title for tag, title in known.items() if tag.split("-")[0] == language.split("-")[0]]
        if near:
            return known.get(language, near[0])
    return topic.replace("_", " ").replace("-", " ").capitalize()
