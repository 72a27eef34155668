"""What stands beside an attempt: the words of a server as they came, our own in the language of whoever reads them."""

from __future__ import annotations

import re

from pauta.channels.email.throttle import HELD_BACK, SLOWED
from pauta.core.mailboxes import EVERYWHERE, title_of
from pauta.reports.wording import phrase

_KEYS = {HELD_BACK: "held_back", SLOWED: "slowed"}
_OWN = re.compile(rf"({'|'.join(_KEYS)}) ([0-9]+) (\S+)")


def answer_in_words(answer: str, lang: str) -> str:
    """An answer or detail of a message's history as people read it."""
    own = _OWN.fullmatch(answer)
    if own is None:
        return answer
    key, most, provider = own.groups()
    name = phrase("inbox.everywhere", lang) if provider == EVERYWHERE else title_of(provider)
    return phrase(f"answers.{_KEYS[key]}", lang, provider=name, most=most)
