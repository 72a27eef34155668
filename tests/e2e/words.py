"""What the screens say, from the catalogues of which they are built: tests follow a path in every language alike."""

from __future__ import annotations

import re
from pathlib import Path

_ENTRY = re.compile(r'^msgid "(.+)"\nmsgstr "(.*)"$', re.MULTILINE)
_FOLDER = Path(__file__).parents[2] / "ui" / "src" / "locales"


class Words:
    """The texts of the screens in one language of the product."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalogue = dict(_ENTRY.findall((_FOLDER / f"{language}.po").read_text(encoding="utf-8")))

    def __call__(self, english: str) -> str:
        """The text that stands in English in the source; KeyError when the screens do not say that any more."""
        return self._catalogue[english]

    def begin(self, english: str) -> re.Pattern[str]:
        """The same up to its first figure, as a pattern for the beginning of what is shown."""
        return re.compile("^" + re.escape(self(english).split("{")[0].rstrip(" …(")))
