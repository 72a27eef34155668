"""The words of reports, from one catalogue for each language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def phrase(key: str, lang: str, **values: object) -> str:
    """The text of a key such as ``states.planned`` with its placeholders filled."""
    return catalogue(lang)[key].format_map(values)


@cache
def catalogue(lang: str) -> Mapping[str, str]:
    """Every text of a language by its key, ``section.name``."""
    source = files("pauta.reports").joinpath("words", f"{lang}.json").read_text(encoding="utf-8")
    return {f"{section}.{name}": text for section, texts in json.loads(source).items() for name, text in texts.items()}
