"""Names as addresses spell them."""

from __future__ import annotations

import re
import unicodedata


def ascii_slug(text: str, joint: str) -> str:
    """Lower-case ASCII letters and digits of a text, its words held together by the joint: ``joao.goncalves``."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return joint.join(re.findall(r"[a-z0-9]+", plain))
