"""What is said to people: complete in every language, with the values that the code gives."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest

from pauta.core.problems import Problem
from pauta.platform.settings import LANGUAGES
from pauta.platform.words import catalogue, language_of_environment, language_of_header, nearest_language, say

PACKAGE = Path(__file__).parents[2] / "src" / "pauta"


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _raised() -> dict[str, list[tuple[str, set[str] | None]]]:
    """Codes of the problems in the source, with where they are made and the names of their values."""
    found: dict[str, list[tuple[str, set[str] | None]]] = {}
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem":
                code = node.args[0]
                if isinstance(code, ast.Constant):
                    names = [keyword.arg for keyword in node.keywords]
                    values = None if None in names else {name for name in names if name} - {"field"}
                    place = f"{file.relative_to(PACKAGE)}:{node.lineno}"
                    found.setdefault(str(code.value), []).append((place, values))
    return found


@pytest.mark.parametrize("lang", LANGUAGES[1:])
def test_every_language_says_the_same_things(lang: str) -> None:
    assert catalogue(lang).keys() == catalogue("en").keys()
    differing = [
        key for key, text in catalogue("en").items() if _placeholders(text) != _placeholders(catalogue(lang)[key])
    ]
    assert differing == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_problem_is_one_line_that_ends_as_a_sentence(lang: str) -> None:
    sentences = [text for key, text in catalogue(lang).items() if key.startswith("problems.")]
    assert [text for text in sentences if "\n" in text or text[-1] not in ".?)"] == []


def test_every_problem_in_the_code_has_its_sentence_and_the_values_that_it_shows() -> None:
    wrong = []
    for code, places in _raised().items():
        text = catalogue("en").get(f"problems.{code}")
        for place, values in places:
            if text is None:
                wrong.append(f"{place}: no sentence for {code}")
            elif values is not None and _placeholders(text) - {"field"} - values:
                wrong.append(f"{place}: {code} lacks {_placeholders(text) - {'field'} - values}")
    assert wrong == []


def test_a_problem_is_said_with_its_values() -> None:
    problem = Problem("setting_unknown", field="web_prot", nearest="web_port")
    assert say(problem, "en") == "There is no setting web_prot; did you mean web_port?"
    assert say(problem, "es") == "No existe el ajuste web_prot; ¿quiso decir web_port?"


def test_the_state_in_a_problem_is_said_in_words() -> None:
    campaign = Problem("campaigns.no_launch", field="campaign", campaign="news", state="cancelled")
    assert say(campaign, "es") == "La campaña news está en estado «cancelada»; solo se puede lanzar un borrador."
    message = Problem("messages.no_override", field="message", message=7, state="queued")
    assert say(message, "es").startswith("El mensaje 7 está en estado «en espera»;")


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("pt-BR", "pt-BR"),
        ("pt-PT, en;q=0.9", "pt-BR"),
        ("fr, de;q=0.9, es-MX;q=0.5", "es"),
        ("en;q=0.2, es;q=0.8", "es"),
        ("es;q=0, en;q=0.1", "en"),
        ("EN-us", "en"),
        ("", "es"),
        ("ja", "es"),
        ("*;q=x,,;", "es"),
    ],
)
def test_a_browser_gets_the_language_that_it_wishes_for(header: str, lang: str) -> None:
    assert language_of_header(header, default="es") == lang


@pytest.mark.parametrize(
    ("environment", "lang"),
    [
        ({"LANG": "pt_BR.UTF-8"}, "pt-BR"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "es_CO.UTF-8"}, "es"),
        ({"LANG": "es_ES", "LC_ALL": ""}, "es"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_a_shell_gets_the_language_of_its_locale(environment: dict[str, str], lang: str) -> None:
    assert language_of_environment(environment, default="en") == lang


def test_an_unknown_language_has_no_nearest() -> None:
    assert nearest_language("tlh") is None
