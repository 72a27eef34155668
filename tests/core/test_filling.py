"""Words follow their number."""

from __future__ import annotations

import pytest

from pauta.core.filling import fill
from pauta.platform.words import tell
from pauta.policies.sentences import sentence


@pytest.mark.parametrize(("rows", "said"), [(0, "0 rows, <0.0>"), (1, "1 row, <1.0>"), (2, "2 rows, <2.0>")])
def test_a_word_has_two_forms_and_other_places_stay_as_they_are(rows: int, said: str) -> None:
    assert fill("{rows} {rows:|row|rows}, <{rows:.1f}>", {"rows": rows}) == said


@pytest.mark.parametrize(
    ("lang", "one", "two"),
    [
        ("en", "1 message that waited for it is planned again.", "2 messages that waited for it are planned again."),
        (
            "es",
            "1 mensaje que lo esperaba se planifica de nuevo.",
            "2 mensajes que lo esperaban se planifican de nuevo.",
        ),
        (
            "pt-BR",
            "1 mensagem que esperava por isso volta a ser planejada.",
            "2 mensagens que esperavam por isso voltam a ser planejadas.",
        ),
    ],
)
def test_each_language_says_one_and_several(lang: str, one: str, two: str) -> None:
    assert [tell("company.released", lang, count=count) for count in (1, 2)] == [one, two]


def test_policies_say_days_and_stages_as_people_do() -> None:
    held = {"kind": "hold", "name": "x", "after": "nps", "days": 1, "held": {"topics": ["tips"]}}
    assert sentence(held, "pt-BR").startswith("Nada de mensagens sobre “tips” durante 1 dia a partir de “nps”")
    guard = {"kind": "guard", "name": "x", "held": {"topics": ["tips"]}, "stages": ["at_risk", "vip"]}
    assert sentence(guard, "pt-BR") == "Mensagens sobre “tips” só para pessoas na etapa “em risco” ou “vip”"
