"""What Pauta says to people, from one catalogue for each language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pauta.core.filling import fill
from pauta.core.problems import Problem
from pauta.platform.settings import LANGUAGES

_FOLDER = Path(__file__).with_name("words")
_LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")  # in the order in which POSIX asks them


def say(problem: Problem, lang: str) -> str:
    """The sentence that tells a person what is wrong and what to do, in one of the product's languages.

    A value ``state`` is given as its code, and said in the words of what the field names: ``campaign_state.draft``.
    """
    values = dict(problem.values)
    if "state" in values:
        values["state"] = catalogue(lang).get(f"{problem.field}_state.{values['state']}", values["state"])
    return tell(f"problems.{problem.code}", lang, field=problem.field, **values)


def tell(key: str, lang: str, /, **values: object) -> str:
    """The text of a key such as ``up.ready`` with its placeholders filled."""
    return fill(catalogue(lang)[key], values)


@cache
def catalogue(lang: str) -> Mapping[str, str]:
    """Every text of a language by its key, ``section.name``.

    ``words/<language>.json`` holds sections of texts. A file ``words/<subject>.problems.json`` adds problems, each code
    with its sentence in every language.
    """
    sections = json.loads((_FOLDER / f"{lang}.json").read_text(encoding="utf-8"))
    texts = {f"{section}.{name}": text for section, named in sections.items() for name, text in named.items()}
    for file in sorted(_FOLDER.glob("*.problems.json")):
        added = json.loads(file.read_text(encoding="utf-8"))
        texts |= {f"problems.{code}": sentences[lang] for code, sentences in added.items()}
    return texts


def language_of_header(accept_language: str, default: str) -> str:
    """The product's language that suits an Accept-Language header best (RFC 9110, 12.5.4)."""
    wishes = [_wish(part) for part in accept_language.split(",") if part.strip()]
    for _, tag in sorted((wish for wish in wishes if wish[0] > 0), key=lambda wish: -wish[0]):
        lang = nearest_language(tag)
        if lang:
            return lang
    return default


def language_of_environment(environment: Mapping[str, str], default: str) -> str:
    """The product's language that suits the locale variables of a shell."""
    locale = next((environment[name] for name in _LOCALE_VARIABLES if environment.get(name)), "")
    return nearest_language(locale.split(".")[0].replace("_", "-")) or default


def nearest_language(tag: str) -> str | None:
    """The product's language for a tag: the same one, or one with the same primary subtag (pt-PT is served pt-BR)."""
    primary = tag.strip().lower().split("-")[0]
    return next((lang for lang in LANGUAGES if lang.lower().split("-")[0] == primary), None)


def _wish(part: str) -> tuple[float, str]:
    tag, _, weight = part.partition(";")
    try:
        return float(weight.strip().removeprefix("q=") or 1), tag
    except ValueError:
        return 0.0, tag
