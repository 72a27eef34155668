"""Templates are published in languages and versions; each reader gets the nearest language."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg import Connection

from pauta.content import actions, queries
from pauta.core.problems import Problem
from pauta.core.render import TemplateSource, render
from tests.conftest import MONDAY

Conn = Connection[Any]
HELLO = TemplateSource(
    "Hello {{ contact.first_name }}",
    "<mjml><mj-body><mj-section><mj-column><mj-text>You saved {{ account.hours_saved }} hours</mj-text></mj-column>"
    "</mj-section></mj-body></mjml>",
)
OLA = TemplateSource("Olá {{ contact.first_name }}", "<p>Olá</p>", "Olá!")
HOLA = TemplateSource("Hola {{ contact.first_name }}", "<p>Hola</p>")


def published(connection: Conn, **parts: TemplateSource) -> actions.Publication:
    given = {language.replace("_", "-"): source for language, source in parts.items()}
    return actions.publish(connection, "hello", given, "cli:ana", MONDAY)


def test_what_is_published_can_be_rendered_from_the_database(connection: Conn) -> None:
    made = published(connection, en=HELLO)
    assert made.figures == ("account.hours_saved", "contact.first_name")
    (stored,) = queries.published(connection, made.template_id)
    data = {"contact": {"first_name": "Ana"}, "account": {"hours_saved": 127}}
    rendered = render(stored.compiled, data, "en")
    assert rendered.subject == "Hello Ana"
    assert "You saved 127 hours" in rendered.html
    assert "<mj-text" not in rendered.html
    assert "You saved 127 hours" in rendered.text


def test_publishing_again_is_a_new_version_and_keeps_the_other_languages(connection: Conn) -> None:
    first = published(connection, en=HELLO, pt_BR=OLA)
    second = published(connection, en=HOLA)
    assert (first.version, second.version) == (1, 2)
    assert first.template_id == second.template_id
    newest = queries.published(connection, first.template_id)
    assert [(one.language, one.version) for one in newest] == [("en", 2), ("pt-BR", 1)]
    assert [one.source for one in queries.written(connection, "hello", 1)] == [HELLO, OLA]
    assert [one.source for one in queries.written(connection, "hello")] == [HOLA, OLA]


def test_the_list_names_versions_languages_and_figures(connection: Conn) -> None:
    published(connection, en=HELLO, pt_BR=OLA)
    published(connection, en=HELLO)
    (summary,) = queries.templates(connection)
    assert (summary.name, summary.version, summary.languages) == ("hello", 2, ("en", "pt-BR"))
    assert summary.figures == ("account.hours_saved", "contact.first_name")


@pytest.mark.parametrize(
    ("reader", "company", "chosen"),
    [
        ("es", "pt-BR", "es"),
        ("es-MX", "pt-BR", "es"),
        ("pt-PT", "en", "pt-BR"),
        ("fr", "pt-BR", "pt-BR"),
        (None, "es", "es"),
        (None, "de", "en"),
    ],
)
def test_a_reader_gets_the_nearest_language(connection: Conn, reader: str | None, company: str, chosen: str) -> None:
    made = published(connection, en=HELLO, es=HOLA, pt_BR=OLA)
    versions = queries.published(connection, made.template_id)
    assert queries.choose(versions, reader, company).language == chosen


def test_the_very_language_is_better_than_its_variant(connection: Conn) -> None:
    made = published(connection, pt_BR=OLA, pt_PT=OLA)
    versions = queries.published(connection, made.template_id)
    assert [queries.choose(versions, reader, "en").language for reader in ("pt-BR", "pt-PT")] == ["pt-BR", "pt-PT"]


def test_a_template_that_does_not_compile_is_refused_whole(connection: Conn) -> None:
    broken = TemplateSource("Hola {{ contact.first_name", "<p>Hola</p>")
    with pytest.raises(Problem) as refused, connection.transaction():
        published(connection, en=HELLO, es=broken)
    assert refused.value.field == "es.subject"
    assert queries.templates(connection) == []


@pytest.mark.parametrize(
    ("name", "parts", "code"),
    [
        ("", {"en": HELLO}, "content.name"),
        ("x" * 121, {"en": HELLO}, "content.name"),
        ("hello", {}, "content.no_language"),
        ("hello", {"pt-br": OLA, "pt-BR": OLA}, "content.language_twice"),
        ("hello", {"portuguese!": OLA}, "people_language_invalid"),
    ],
)
def test_bad_input_is_refused(connection: Conn, name: str, parts: dict[str, TemplateSource], code: str) -> None:
    with pytest.raises(Problem) as refused:
        actions.publish(connection, name, parts, "cli:ana", MONDAY)
    assert refused.value.code == code


def test_a_template_that_is_not_there_is_refused(connection: Conn) -> None:
    with pytest.raises(Problem, match=r"content\.template_unknown"):
        queries.written(connection, "hello")
