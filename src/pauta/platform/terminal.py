"""What commands print: letters only, whatever a name holds."""

from __future__ import annotations

import unicodedata
from typing import Any, Final, TextIO, cast

_SHOWN: Final = {
    code: f"\\u{code:04x}" if code > 0xFF else f"\\x{code:02x}"
    for code in (*range(0x20), *range(0x7F, 0xA0), *range(0x200E, 0x2070))
    if unicodedata.category(chr(code)) in ("Cc", "Cf", "Zl", "Zp") and chr(code) not in "\n\t"
}
"""Control characters, which would move a terminal's cursor or hide text, and marks that turn its direction."""


class Printable:
    """A stream on which such characters are shown by their codes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write what can be shown; as many letters as were given."""
        self._stream.write(text.translate(_SHOWN))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def printable(stream: TextIO) -> TextIO:
    """The stream, safe for a terminal."""
    return cast(TextIO, Printable(stream))
