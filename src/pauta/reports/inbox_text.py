"""What stands in somebody's inbox, in words: what happened, by what, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.numbers import format_percent

from pauta.reports.wording import day_in_words, phrase, rule_in_words
from pauta.team.inbox import Entry, Told


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened, and what to do about it; ``advice`` may be empty."""

    text: str
    advice: str


@dataclass(frozen=True, slots=True)
class EntryText:
    """An entry of an inbox as a person reads it."""

    title: str
    lines: tuple[Line, ...]


def told(entry: Entry, lang: str) -> EntryText:
    """The words of an entry."""
    key = "outcomes_single" if entry.kind == Told.OUTCOMES and not entry.about else entry.kind
    key = f"{key}_{entry.detail['stream']}" if "stream" in entry.detail else key
    detail = {name: _value(name, value, lang) for name, value in entry.detail.items()}
    about = phrase("inbox.everywhere", lang) if entry.about == "*" else entry.about
    title = phrase(f"inbox.{key}", lang, about=about, **detail)
    return EntryText(title, tuple(_line(line, lang) for line in entry.detail.get("lines", ())))


_DAYS = ("wished", "due")
_SHARES = ("rate", "usual")


def _value(name: str, value: Any, lang: str) -> Any:
    if name in _DAYS:
        return _day(value, lang)
    if name in _SHARES:
        return format_percent(value, "#,##0.##%", locale=lang.replace("-", "_"))
    return value


def _day(value: str, lang: str) -> str:
    return day_in_words(date.fromisoformat(value), lang)


def as_text(text: EntryText) -> str:
    """An entry as plain lines, for a mail."""
    lines = [f"– {line.text} {line.advice}".rstrip() for line in text.lines]
    return "\n".join([text.title, *lines])


def _line(line: Mapping[str, Any], lang: str) -> Line:
    why = phrase(f"reasons.{line['reason']}", lang)
    if line["rule"]:
        why = phrase("why.because", lang, reason=why, rule=rule_in_words(line["rule"], lang))
    if line["winner"]:
        why = phrase("inbox.won", lang, why=why, winner=line["winner"])
    count = line["messages"]
    key = f"inbox.{line['what']}{'_one' if count == 1 else ''}"
    reason = "pause" if line["rule"] == "pause" else line["reason"]
    return Line(phrase(key, lang, count=f"{count}", why=why), phrase(f"advice.{reason}", lang))
