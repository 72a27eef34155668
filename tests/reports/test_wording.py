from __future__ import annotations

import json
import string
from pathlib import Path

import pytest

import pauta.platform
from pauta.core.gate.reasons import BUILTIN_RULES, Reason, Verdict
from pauta.messages.states import State
from pauta.platform import words
from pauta.platform.settings import LANGUAGES
from pauta.reports.wording import catalogue

PROBLEMS = Path(pauta.platform.__file__).parent / "words"


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_language_has_the_same_texts_with_the_same_placeholders() -> None:
    english = catalogue("en")
    for lang in LANGUAGES:
        texts = catalogue(lang)
        assert texts.keys() == english.keys()
        for key, text in texts.items():
            assert placeholders(text) == placeholders(english[key]), f"{key} in {lang}"
            assert text.strip()


def test_every_state_verdict_reason_and_rule_has_its_word() -> None:
    texts = catalogue("en")
    assert {f"message_state.{state.name.lower()}" for state in State} <= words.catalogue("en").keys()
    assert {f"verdicts.{verdict.value}" for verdict in Verdict} <= texts.keys()
    assert {f"reasons.{reason.value}" for reason in Reason} <= texts.keys()
    assert {f"rules.{name}" for name in BUILTIN_RULES.values()} <= texts.keys()


@pytest.mark.parametrize("subject", ["messages", "campaigns"])
def test_problems_say_the_same_in_every_language(subject: str) -> None:
    problems = json.loads((PROBLEMS / f"{subject}.problems.json").read_text(encoding="utf-8"))
    source = "".join(
        file.read_text(encoding="utf-8")
        for file in (PROBLEMS.parents[1]).rglob("*.py")
        if "migrations" not in str(file)
    )
    for code, texts in problems.items():
        assert texts.keys() == set(LANGUAGES)
        assert len({frozenset(placeholders(text)) for text in texts.values()}) == 1, code
        assert f'"{code}"' in source or "campaigns.no_" in code, f"{code} is raised nowhere"
