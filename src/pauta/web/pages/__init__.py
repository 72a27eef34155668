"""Pages for people: templates in this folder, their text in ``web/words``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from minijinja import Environment

from pauta.platform.settings import LANGUAGES
from pauta.web.state import language_of, state_of

_FOLDER = Path(__file__).parent
_WORDS = _FOLDER.with_name("words")

STYLE = (_FOLDER / "pauta.css").read_text(encoding="utf-8")
"""The style sheet of all pages."""


@cache
def words(language: str) -> Mapping[str, str]:
    """The texts of the pages in one language, by key."""
    texts: dict[str, str] = json.loads((_WORDS / f"{language}.json").read_text(encoding="utf-8"))
    return texts


def page(request: Request, name: str, status: int = 200, **values: object) -> HTMLResponse:
    """A page in the language of the request; templates see ``words``, ``lang`` and the values given."""
    language = language_of(request)
    html = _environment().render_template(
        f"{name}.html",
        words=words(language),
        lang=language,
        languages=LANGUAGES,
        asked=request.query_params.get("lang", ""),
        path=request.url.path,
        catcher=state_of(request).settings.catcher_enabled,
        **values,
    )
    return HTMLResponse(html, status, {"Content-Language": language, "Vary": "Accept-Language"})


@cache
def _environment() -> Environment:
    return Environment(loader=_template, undefined_behavior="strict", trim_blocks=True, lstrip_blocks=True)


def _template(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
