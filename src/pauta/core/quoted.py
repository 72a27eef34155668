"""Text as quoted-printable (RFC 2045, section 6.7), which is most of the work of making a mail."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit, types

_Bytes = npt.NDArray[np.uint8]

_LINE: Final = 76
_DIGITS: Final = np.frombuffer(b"0123456789ABCDEF", np.uint8)
_GIVEN: Final = types.Array(types.uint8, 1, "C", readonly=True)
_CR, _LF, _TAB, _SPACE, _EQUALS, _TILDE = 13, 10, 9, 32, 61, 126


def quoted_printable(text: str) -> bytes:
    """The text in ASCII lines of at most 76 characters, ended by CRLF as its own lines are; it ends with one more."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    given = np.frombuffer(f"{text}\n".encode(), np.uint8)
    written = np.empty(4 * len(given), np.uint8)  # three for each, and three more after each 73 of them
    return written[: _write(given, written)].tobytes()


@njit(types.int64(_GIVEN, types.uint8[::1]), cache=True, nogil=True)
def _write(given: _Bytes, written: _Bytes) -> int:
    """Write what is given, of which the last is a line feed; how much it became."""
    end = 0
    line = 0
    for place in range(given.shape[0]):
        byte = given[place]
        if byte == _LF:
            written[end] = _CR
            written[end + 1] = _LF
            end += 2
            line = 0
            continue
        last = given[place + 1] == _LF
        plain = (_SPACE < byte <= _TILDE and byte != _EQUALS) or (byte in (_SPACE, _TAB) and not last)
        width = 1 if plain else 3
        if line + width > (_LINE if last else _LINE - 1):
            written[end] = _EQUALS
            written[end + 1] = _CR
            written[end + 2] = _LF
            end += 3
            line = 0
        if plain:
            written[end] = byte
        else:
            written[end] = _EQUALS
            written[end + 1] = _DIGITS[byte >> 4]
            written[end + 2] = _DIGITS[byte & 15]
        end += width
        line += width
    return end
