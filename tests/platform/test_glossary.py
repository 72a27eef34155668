"""The glossary holds: every thing has a word in each language, and no catalogue uses another one for it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pauta.platform.settings import LANGUAGES

ROOT = Path(__file__).parents[2]
GLOSSARY = ROOT / "docs" / "reference" / "glossary.md"
NAMES = {"English": "en", "Spanish": "es", "Portuguese": "pt-BR"}


def _table(header: str) -> list[list[str]]:
    """The rows of the glossary's table whose first heading is this."""
    table = GLOSSARY.read_text(encoding="utf-8").partition(f"| {header} |")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


@cache
def _texts(lang: str) -> dict[str, str]:
    """Every text that is shown in a language, by the place where it stands."""
    found = {}
    for file in (ROOT / "src").rglob(f"words/{lang}.json"):
        found |= dict(_leaves(json.loads(file.read_text(encoding="utf-8")), str(file.relative_to(ROOT))))
    for file in (ROOT / "src").rglob("words/*.problems.json"):
        found |= {code: said[lang] for code, said in json.loads(file.read_text(encoding="utf-8")).items()}
    screens = (ROOT / "ui" / "src" / "locales" / f"{lang}.po").read_text(encoding="utf-8")
    found |= {f"screens: {key}": said for key, said in re.findall(r'^msgid "(.+)"\nmsgstr "(.*)"$', screens, re.M)}
    return found


def _leaves(node: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, str):
        yield place, node
    else:
        for key, below in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _leaves(below, f"{place} {key}")


def test_every_thing_has_its_word_in_every_language() -> None:
    rows = _table("English")
    assert len(rows) > 50
    assert [row for row in rows if len(row) != 4 or not all(row)] == []
    things = [row[0] for row in rows]
    assert sorted(things) == sorted(set(things))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_uses_another_word(lang: str) -> None:
    texts = _texts(lang)
    assert len(texts) > 1000
    wrong = []
    for language, words, instead in _table("language"):
        for word in words.split(", ") if NAMES[language] == lang else ():
            stem = rf"(?<![\w{{-]){re.escape(word.removesuffix('…'))}" + (r"\w*" if word.endswith("…") else r"\b")
            found = [place for place, text in texts.items() if re.search(stem, text, re.IGNORECASE)]
            wrong += [f"{place}: not {word} but {instead}" for place in found]
    assert wrong == []
