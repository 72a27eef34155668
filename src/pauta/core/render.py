"""Templates: compiled once when they are published, rendered for each recipient. Pure: values in, text out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from minijinja import Environment, TemplateError

from pauta.core.problems import Problem
from pauta.core.render_html import take_out, to_html, to_text
from pauta.core.render_language import SPEND, read, rewritten
from pauta.core.render_locale import MissingFigure, filters, is_missing

__all__ = ["CompiledTemplate", "MissingFigure", "Rendered", "TemplateSource", "compile_template", "figures", "render"]

MAX_SOURCE = 500_000
MAX_OUTPUT = 2_000_000
LOOP_BUDGET = 1_000_000
FUEL = 200_000
_EMPTY_LINES = re.compile(r"\n{3,}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class TemplateSource:
    """What an author wrote: subject line, body in MJML (beginning with ``<mjml``) or HTML, text part or ""."""

    subject: str
    body: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class CompiledTemplate:
    """A published template. Plain data: it may be stored and read back as it is."""

    subject: str
    html: str
    text: str
    required: tuple[str, ...]
    conditional: tuple[str, ...]
    loops: bool
    digest: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished message: what stands in the subject line, the HTML, and the same as plain text."""

    subject: str
    html: str
    text: str


def compile_template(source: TemplateSource) -> CompiledTemplate:
    """Check a template and make it ready to be rendered: MJML to HTML, styles inlined, text part written if missing.

    Raises Problem, with the part of the template as its field and the line in its values.
    """
    parts = {"subject": source.subject, "body": source.body, "text": source.text}
    for part, written in parts.items():
        if len(written) > MAX_SOURCE:
            raise Problem("template.source_too_long", part, limit=MAX_SOURCE)
        read(written, part)
        _check_syntax(written, part)
    for part in ("subject", "body"):
        if not parts[part].strip():
            raise Problem("template.empty", part)
    slots = take_out(source.body, "body")
    compiled_html = to_html(slots, "body")
    text = source.text if source.text.strip() else slots.restore(to_text(slots, compiled_html))
    return _assembled(source.subject, slots.restore(compiled_html), text)


def _assembled(subject: str, html: str, text: str) -> CompiledTemplate:
    written = (subject, html, text)
    names = ("subject", "body", "text")
    readings = [read(one, part) for one, part in zip(written, names, strict=True)]
    final = [rewritten(one, reading) for one, reading in zip(written, readings, strict=True)]
    for one, part in zip(final, names, strict=True):
        _check_syntax(one, part)
    required = frozenset[str]().union(*(reading.required for reading in readings))
    conditional = frozenset[str]().union(*(reading.conditional for reading in readings))
    return CompiledTemplate(
        subject=final[0],
        html=final[1],
        text=final[2],
        required=tuple(sorted(required)),
        conditional=tuple(sorted(conditional - required)),
        loops=any(reading.loops for reading in readings),
        digest=sha256("\0".join(final).encode()).hexdigest(),
    )


def figures(compiled: CompiledTemplate) -> frozenset[str]:
    """The dotted names that the template needs, always or on a branch; those with a default are not in it."""
    return frozenset(compiled.required + compiled.conditional)


def render(compiled: CompiledTemplate, data: Mapping[str, object], locale: str) -> Rendered:
    """Write one message. ``data`` holds plain values only: text, numbers, dates, lists and dicts of these.

    ``locale`` is the reader's language tag. Raises MissingFigure when a figure that this message needs is missing or
    empty, and Problem when a value does not fit its filter or the message grows beyond all bounds.
    """
    for name, keys in _required_keys(compiled.required):
        value = _value(data, keys)
        if not value and is_missing(value):
            raise MissingFigure(name)
    environment = _environment(compiled, locale)
    values = {**data, SPEND: _Budget(LOOP_BUDGET)} if compiled.loops else data
    try:
        subject = environment.render_template("subject", **values)
        html = environment.render_template("html", **values)
        text = environment.render_template("text", **values)
    except TemplateError as error:
        raise _problem(error, str(error.name)) from error
    except (TypeError, ValueError, ArithmeticError) as error:  # a filter got what it cannot take
        raise Problem("template.syntax", "body", line=1, detail=str(error)) from error
    if len(html) + len(text) > MAX_OUTPUT:
        raise Problem("template.output_too_long", "body", limit=MAX_OUTPUT)
    if "\n\n\n" in text:
        text = _EMPTY_LINES.sub("\n\n", text)
    return Rendered(_CONTROL.sub(" ", subject).strip(), "/".join(html.split("&#x2f;")), text)


class _Budget:
    """What the loops of one message may still produce, roughly in characters; each pass spends from it."""

    def __init__(self, left: int) -> None:
        self._left = left

    def __call__(self, cost: int) -> str:
        self._left -= cost
        if self._left < 0:
            raise Problem("template.loop_too_long", "body", limit=LOOP_BUDGET)
        return ""


@lru_cache(maxsize=1024)
def _required_keys(names: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((name, tuple(name.split("."))) for name in names)


def _value(data: Mapping[str, object], keys: tuple[str, ...]) -> object:
    value: Any = data
    try:
        for key in keys:
            value = value[int(key)] if value.__class__ is list else value[key]
    except (LookupError, TypeError, ValueError):
        return None
    return value


@lru_cache(maxsize=256)
def _environment(compiled: CompiledTemplate, locale: str) -> Environment:
    """The engine with one template, for readers of one language. Only ``html`` is escaped."""
    environment = _engine()
    for name, function in filters(locale).items():
        environment.add_filter(name, function)
    for part in ("subject", "html", "text"):
        environment.add_template(part, getattr(compiled, part))
    return environment


def _engine() -> Environment:
    environment = Environment(
        undefined_behavior="chainable",
        fuel=FUEL,
        pycompat=False,
        debug=False,
        keep_trailing_newline=True,
        auto_escape_callback=lambda name: name == "html",
    )
    for name in ("cycler", "debug", "dict", "joiner", "namespace", "range"):
        environment.remove_global(name)
    return environment


def _check_syntax(source: str, part: str) -> None:
    try:
        _engine().add_template(part, source)
    except TemplateError as error:
        raise _problem(error, part) from error


def _problem(error: TemplateError, part: str) -> Problem:
    field_name = "body" if part == "html" else part
    if error.kind == "OutOfFuel":
        return Problem("template.loop_too_long", field_name, limit=LOOP_BUDGET)
    return Problem("template.syntax", field_name, line=error.line or 1, detail=error.detail or error.message)
