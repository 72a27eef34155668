"""Sentences and strips: what a person of customer service reads."""

from __future__ import annotations

import json
from pathlib import Path
from string import Formatter

import pytest

from pauta.core.gate import case
from pauta.core.gate.case import decide_case
from pauta.core.gate.case_facts import parse_case
from pauta.core.gate.explain import rule_name
from pauta.core.gate.plan import plan
from pauta.core.gate.sentences import LOCALES
from pauta.core.gate.strip import draw, strip
from pauta.core.gate.vocabulary import CHANNELS
from tests.core.gate.companies import company

CASE = {
    "today": "2026-11-23",
    "policies": [
        {"kind": "channel", "name": "sms is for urgent", "channel": "sms", "only": {"urgent": True}},
        {"kind": "time", "name": "working days", "weekdays": [1, 2, 3, 4, 5]},
        {"kind": "cap", "name": "two a week", "limit": 2, "days": 7},
    ],
    "accounts": [{"id": "acme", "contacts": [{"id": "Ana"}]}],
    "touches": [
        {"id": "the newsletter", "contact": "Ana", "day": -3},
        {"id": "the invitation", "contact": "Ana", "day": 0},
    ],
    "open": [{"id": "m1", "contact": "Ana", "channels": ["sms", "email"]}],
}
WORDS = Path(case.__file__).parent / "words"


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        (
            "en",
            "Waits until Friday 27 November and then goes by e-mail: “two a week” allows at most 2 in any 7 days for "
            "Ana, and these came first: the newsletter and the invitation. Not by SMS: “sms is for urgent” "
            "keeps SMS for other messages.",
        ),
        (
            "es",
            "Espera hasta el viernes 27 de noviembre y entonces sale por correo electrónico: «two a week» permite "
            "como máximo 2 en cualquier período de 7 días para Ana, y estos llegaron antes: the newsletter y the "
            "invitation. No sale por SMS: «sms is for urgent» reserva SMS para otros mensajes.",
        ),
        (
            "pt-BR",
            "Espera até sexta-feira, 27 de novembro, e então sai por e-mail: “two a week” permite no máximo 2 em "
            "qualquer período de 7 dias para Ana, e estas vieram antes: the newsletter e the invitation. Não por SMS: "
            "“sms is for urgent” reserva SMS para outras mensagens.",
        ),
    ],
)
def test_sentence_says_when_and_why(lang: str, text: str) -> None:
    assert decide_case(CASE, lang)[0]["text"] == text


@pytest.mark.parametrize("lang", LOCALES)
def test_every_decision_of_random_companies_has_a_sentence(lang: str) -> None:
    for seed in range(60):
        for answer in decide_case(company(seed), lang):
            text = str(answer["text"])
            assert text.endswith(".")
            assert "{" not in text
            assert answer["rule"] is None or answer["reason"] != "cap" or str(answer["rule"]) in text


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_catalogues_say_the_same_things() -> None:
    catalogues = {lang: json.loads((WORDS / f"{lang}.json").read_text(encoding="utf-8")) for lang in LOCALES}
    for key, english in catalogues["en"].items():
        for lang, words in catalogues.items():
            assert placeholders(words[key]) == placeholders(english), (lang, key)
    assert len({frozenset(words) for words in catalogues.values()}) == 1


def test_strip_has_a_mark_for_each_day() -> None:
    read = parse_case(CASE)
    shown = strip(read.facts, plan(read.facts, read.policies, (0,)), 0, 14)
    text = draw(shown, "MTWTFSSMTWTFSS", lambda rule: rule_name(read.policies, rule), lambda code: CHANNELS[code])
    assert text.splitlines() == [
        "                         MTWTFSSMTWTFSS",
        "sms is for urgent (sms)  ##############",
        "working days             .....##.....##",
        "two a week               ####..........",
        "sms                      ##############",
        "email                    ####X##.....##",
    ]
