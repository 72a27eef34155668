"""Ready journeys: complete in every language, and publishable as they are."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg import Connection

from pauta.core.problems import Problem
from pauta.journeys import actions
from pauta.journeys.queries import journey_named
from pauta.journeys.ready import KEYS, adapt, ready_journeys, ready_templates
from pauta.platform.settings import LANGUAGES
from tests.conftest import MONDAY


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_can_be_published_as_it_is(connection: Connection[Any], language: str) -> None:
    for one in ready_journeys(language):
        adapt(connection, MONDAY, one.key, one.name, language, "ana")
        draft = journey_named(connection, one.name).draft
        assert actions.checked(connection, one.name, draft)[1] == []
        actions.publish(connection, MONDAY, one.name, "ana", "finish", {}, try_only=False)


def test_every_word_is_in_every_language() -> None:
    said = [[repr(one.document) for one in ready_journeys(language)] for language in LANGUAGES]
    assert all(len({*versions}) == len(LANGUAGES) for versions in zip(*said, strict=True))
    for key in KEYS:
        for name, sources in ready_templates(key).items():
            assert set(sources) == set(LANGUAGES), name
            assert len({source.subject for source in sources.values()}) == len(LANGUAGES), name


def test_what_is_there_already_is_left_alone(connection: Connection[Any]) -> None:
    adapt(connection, MONDAY, "welcome", "one", "en", "ana")
    connection.execute("UPDATE template_version SET subject = 'mine'")
    adapt(connection, MONDAY, "welcome", "two", "en", "ana")
    assert connection.execute("SELECT DISTINCT subject, version FROM template_version").fetchall() == [("mine", 1)]
    with pytest.raises(Problem, match="name_taken"):
        adapt(connection, MONDAY, "welcome", "two", "en", "ana")
    with pytest.raises(Problem, match="not_ready"):
        adapt(connection, MONDAY, "moon", "three", "en", "ana")
