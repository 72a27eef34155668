"""Rules in words: every kind of test is said in each language, with nothing left to fill."""

from __future__ import annotations

from typing import Any

import pytest

from pauta.core.rules.fields import FIELDS, OPERATORS
from pauta.core.rules.reading import read_rule
from pauta.core.rules.tree import Belonging, Kind, Sign, Which
from pauta.platform.settings import LANGUAGES
from pauta.segments.sentences import _catalogue, heading, sentence, told
from tests.segments.test_compiling import one


def said(language: str, field: str, operator: str, value: Any = None) -> str:
    return sentence(next(iter(read_rule(one(field, operator, value)).tests())), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_there_in_every_language(language: str) -> None:
    words, english = _catalogue(language), _catalogue("en")
    assert set(words["fields"]) == set(FIELDS)
    assert set(words["operators"]) == {operator.value for kind in Kind for operator in OPERATORS[kind]}
    assert set(words["signs"]) == set(words["signs_not"]) == set(map(str, Sign))
    assert set(words["within"]) == {f"{what}{ending}" for what in Belonging for ending in ("", "_not")}
    assert set(words["happened"]) == {f"{which}{ending}" for which in Which for ending in ("", "_not")}
    assert {key: set(value) for key, value in words.items() if isinstance(value, dict)} == {
        key: set(value) for key, value in english.items() if isinstance(value, dict)
    }


@pytest.mark.parametrize(
    ("test", "english", "portuguese"),
    [
        (
            ("event.login", "did", {"at_least": 3, "within_days": 30}),
            "“login” happened in the last 30 days, at least 3 times",
            "Aconteceu “login” nos últimos 30 dias, pelo menos 3 vezes",
        ),
        (
            ("account_event.upgrade", "didNot", {"where": one("to", "=", "gold")}),
            "“upgrade” did not happen at the account, where “to” is “gold”",
            "Não aconteceu “upgrade” na empresa, em que “to” é “gold”",
        ),
        (
            ("event.login", "did", {"which": "last", "before_days": 1}),
            "The last “login” was more than 1 day ago",
            "O último “login” foi há mais de 1 dia",
        ),
        (
            ("account.attributes.renewal", "<", {"days_from_today": 60}),
            "“renewal” of the account is before 60 days from today",
            "“renewal” da empresa: antes de daqui a 60 dias",
        ),
        (
            ("engagement.opened", "didNot", {"campaign": "spring", "within_days": 7}),
            "No message was opened of the campaign “spring” in the last 7 days",
            "Nenhuma mensagem foi aberta da campanha “spring” nos últimos 7 dias",
        ),
        (
            ("contact.stage", "in", ["trial", "adoption"]),
            "Stage of the contact is one of “trial” or “adoption”",
            "Etapa do contato é “trial” ou “adoption”",
        ),
    ],
)
def test_tests_are_said_as_people_say_them(test: tuple[str, str, Any], english: str, portuguese: str) -> None:
    assert (said("en", *test), said("pt-BR", *test)) == (english, portuguese)


def test_groups_are_said_with_what_they_want() -> None:
    rule = read_rule(
        {
            "combinator": "or",
            "not": True,
            "rules": [{"field": "segment", "operator": "=", "value": "vip"}, one("contact.email", "notNull")],
        }
    )
    assert heading(rule, "es") == "No se cumple ninguna de estas"
    assert told(rule, "en") == "None of these holds: In the segment “vip” or (e-mail address is known)"
